# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin draws worlds itself: by the program's addresses the same ones, by other numbers the same distribution."""
import os
import shutil
import subprocess
import tempfile
import unittest
from math import sqrt
from pathlib import Path
from statistics import NormalDist, fmean, mode, stdev

from book import ROOT, load, read_csv
from compare import compare, in_words
from draws import ByChance
from ledger import Ledger
from policy import Policy
from random_books import write_book
from sampler import Sampler

SEED = 20220708
BOOKS, WORLDS = 36, 16
CALIBRATED = (68, 87, 92, 127, 167)  # Student t and gamma sectors, the index moving within the year
ALPHA = 1e-9  # of a false alarm in the test of means, shared by all measures
OWN_BOOK, OWN_WORLDS, PROGRAM_WORLDS = 25, 1500, 100_000


def calibrates_quickly(scenario):
    """An index that forgets within months asks for a fine grid, which takes plain Python a minute: left to the campaign."""
    return (scenario.dependence not in ("gaussian", "student_t") or scenario.phi_annual >= 0.2 or scenario.correlation_basis == "monthly"
            or scenario.factor_step_months == 12)


class Worlds(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="pledgesim-twin-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def test_same_worlds_by_address(self):
        """Applications, months of default and disposal, fractions (1e-11), and with them every measure to the fen."""
        compared = 0
        for number in (*range(BOOKS), *CALIBRATED):
            book = write_book(self.dir / f"book_{number}", number, policies=1)
            if number in CALIBRATED or calibrates_quickly(load(book)[0]):
                count, found = compare(book, 0, WORLDS, SEED, sample=True)
                compared += count
                self.assertEqual(in_words(found), "")
        self.assertGreater(compared, BOOKS * WORLDS // 2)

    def program_means(self, book, *settings):
        """{measure: (mean, standard error)} of the program."""
        program = os.environ.get("PLEDGESIM", ROOT / "build/release/pledgesim")
        out = self.dir / "results"
        command = [program, "run", book, "-o", out, "-n", str(PROGRAM_WORLDS), "-q"]
        for setting in settings:
            command += ["--set", setting]
        subprocess.run(command, check=True, capture_output=True)
        rows = read_csv(out / "metrics.csv")
        return {row["metric"]: (float(row["mean"]), float(row["se"])) for row in rows if row["mean"] and row["se"]}

    def twin_values(self, book):
        """{measure: its values}, from worlds drawn by Python's random numbers; in the units of metrics.csv."""
        scenario = load(book)[0]
        policy, sampler = Policy(scenario), Sampler(scenario, ByChance(1))
        values = {}
        for world in range(OWN_WORLDS):
            for name, value in Ledger(policy, *sampler.sample(world)).run().measures.items():
                if value is not None:
                    values.setdefault(name, []).append(value)
        return values

    def distances(self, program, values, units):
        """Standard errors between the two means, for measures that vary often enough for their mean to be near normal."""
        found = {}
        for name, own in values.items():
            if name in program and len(own) - own.count(mode(own)) > OWN_WORLDS // 10:
                mean, se = program[name]
                unit = 1 if set(own) <= {0, 1} else units[name]  # a probability stands as a fraction, too
                own_mean, own_se = fmean(own) / unit, stdev(own) / unit / sqrt(len(own))
                found[name] = abs(mean - own_mean) / sqrt(se**2 + own_se**2)
        return found

    def test_same_distribution_by_other_numbers(self):
        """Power: a PD or a demand a quarter higher is rejected."""
        book = write_book(self.dir / "book", OWN_BOOK, policies=1)
        units_of = {"wan": 10**6, "frac": 10**6, "times": 10**6}
        values = self.twin_values(book)
        right = self.program_means(book)
        units = {row["metric"]: units_of.get(row["unit"], 1) for row in read_csv(self.dir / "results" / "metrics.csv")}
        found = self.distances(right, values, units)
        self.assertGreater(len(found), 40)
        bound = NormalDist().inv_cdf(1 - ALPHA / 2 / len(found))
        worst = max(found, key=found.get)
        self.assertLess(found[worst], bound, f"{worst}: {found[worst]:.2f} standard errors")
        for wrong in ("pd_multiplier=1.25", "demand_multiplier=1.25"):
            self.assertGreater(max(self.distances(self.program_means(book, wrong), values, units).values()), bound, wrong)


if __name__ == "__main__":
    unittest.main()
