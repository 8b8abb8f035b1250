# SPDX-License-Identifier: GPL-3.0-or-later
"""The static book: figures of scenarios/static/README.md that are known exactly, each within 6.1 standard errors
(alpha 1e-9) at a fixed seed; wrong ones are told apart."""
import csv
import unittest

from _program import ROOT, Case

Z = 6.1
# (scenario, metric, exact, wrong): convolution over loans, integrated over the indices. Wrong: an asset correlation of
# 0.06, a pool of 430 万元, no firm cap and the like.
MEANS = [("textbook", "loss_total", 180, 187), ("textbook", "compensation_gross", 123.21898776, 126),
         ("textbook", "shortfall", 2.78101224, 2.2), ("textbook", "depletion", 0.02811881898, 0.0175),
         ("grouped", "loss_total", 163.6, 169), ("capped", "compensation_gross", 67.71424299, 114.5),
         ("capped", "depletion", 0.01208575851, 0.016), ("spread", "loss_total", 163.6, 169)]
QUANTILES = [("textbook", "95", 480), ("textbook", "99", 720), ("grouped", "95", 540)]
SHORTFALLS = [("A", 52.86347881, 75), ("B", 282.19331451, 340), ("C", 605.32986425, 540)]


class Static(Case):
    def read(self, name):
        with open(self.dir / "out" / name, newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))

    def one(self, rows, **where):
        found = [row for row in rows if all(row[key] == value for key, value in where.items())]
        self.assertEqual(len(found), 1, where)
        return found[0]

    def near(self, value, error, exact, wrong):
        self.assertLess(abs(value - exact), Z * error)
        self.assertGreater(abs(value - wrong), Z * error)

    def test_exact_figures(self):
        self.pledgesim("run", ROOT / "scenarios/static", "--worlds", "100000", "--out", "out", "-q")
        metrics, tails, parts = (self.read(f"{name}.csv") for name in ("metrics", "quantiles", "contributions"))
        for scenario, metric, exact, wrong in MEANS:
            row = self.one(metrics, scenario_id=scenario, metric=metric)
            with self.subTest(scenario=scenario, metric=metric):
                self.near(float(row["mean"]), float(row["se"]), exact, wrong)
        for scenario, level, exact in QUANTILES:
            row = self.one(tails, scenario_id=scenario, metric="loss_total", kind="quantile", q_pct=level)
            self.assertEqual(float(row["value"]), exact)
        for group, exact, wrong in SHORTFALLS:
            row = self.one(parts, scenario_id="grouped", dimension="group", member=group, metric="loss_total")
            with self.subTest(group=group):
                self.near(float(row["es99_contribution"]), float(row["es99_se"]), exact, wrong)

    def test_contributions_add_up(self):
        self.pledgesim("run", ROOT / "scenarios/static", "--worlds", "5000", "--out", "out", "-q", "--only", "grouped")
        parts, tails = self.read("contributions.csv"), self.read("quantiles.csv")
        self.assertEqual({row["dimension"] for row in parts}, {"cluster", "ip_kind", "bank", "product", "group"})
        for metric in ("loss_total", "compensation_gross"):
            var = float(self.one(tails, metric=metric, kind="quantile", q_pct="99")["value"])
            for dimension in ("cluster", "bank", "group"):
                own = [row for row in parts if row["dimension"] == dimension and row["metric"] == metric]
                self.assertAlmostEqual(sum(float(row["var99_contribution"]) for row in own), var, delta=1e-6 * var)
                self.assertAlmostEqual(sum(float(row["var99_share"]) for row in own), 1, delta=1e-6)

    def test_trace_agrees_with_run(self):
        """A run draws a static book in its own way, trace as any book: the same losses, to the fen."""
        self.pledgesim("run", ROOT / "scenarios/static", "--worlds", "40", "--out", "out", "-q", "--only", "capped")
        mean = float(self.one(self.read("metrics.csv"), metric="loss_total")["mean"])
        lost = 0
        for world in range(40):
            done = self.pledgesim("trace", ROOT / "scenarios/static", "--id", "capped", "--world", str(world),
                                  "--csv")
            rows = list(csv.DictReader(done.stdout.lstrip("\ufeff").splitlines()))
            lost += sum(float(row["amount_wan"] or 0) * {"default": 1, "disposal": -1}.get(row["event"], 0) for row in rows)
        self.assertGreater(lost, 0)
        self.assertAlmostEqual(lost / 40, mean, delta=1e-8 * mean)

    def test_loans_without_a_group(self):
        book = self.book("mybook", "static")
        self.edit(book / "loans_grouped.csv", "N01,vehicles,A,", "N01,vehicles,,")
        self.pledgesim("run", book, "--worlds", "64", "--out", "out", "-q", "--only", "grouped")
        members = [row["member"] for row in self.read("contributions.csv") if row["dimension"] == "group"]
        self.assertEqual(members, ["(none)", "A", "B", "C"] * 3)


if __name__ == "__main__":
    unittest.main()
