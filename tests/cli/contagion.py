# SPDX-License-Identifier: GPL-3.0-or-later
"""The book scenarios/contagion: anchor firms and uncertain parameters from the tables to the results."""
import json
import re
import shutil
import unittest

from _program import ROOT, Case, data_files, table

WORLDS = "900"  # fewer than the outlook of the report wants
MANY = "3000"


class Contagion(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.dir / "contagion"
        shutil.copytree(ROOT / "scenarios/contagion", self.folder)

    def results(self, out, *arguments, worlds=WORLDS):
        self.pledgesim("run", "contagion", "-n", worlds, "-o", out, "-q", *arguments)
        return data_files(self.dir / out)

    def metrics(self, results):
        return {(row["scenario_id"], row["metric"]): row for row in table(results["metrics.csv"])}

    def test_book_has_no_problems_but_borrowed_tables(self):
        done = self.pledgesim("check", "contagion", "--json")
        self.assertEqual({one["code"] for one in json.loads(done.stderr)["diagnostics"]}, {"I102", "W014"})

    def test_error_of_the_only_part_is_that_of_the_whole(self):
        """All loans in one cluster: its contribution is the expected shortfall, with parameters known or not."""
        shutil.copytree(ROOT / "scenarios/static", self.dir / "static")
        for sigma in ("0", "0.5"):
            self.pledgesim("run", "static", "--only", "textbook", "--set", f"pd_uncertainty_sigma={sigma}", "-n", "20000", "-o", "out" + sigma, "-q")
            results = data_files(self.dir / ("out" + sigma))
            part = next(r for r in table(results["contributions.csv"]) if r["metric"] == "loss_total" and r["member"] == "machinery")
            whole = next(r for r in table(results["quantiles.csv"]) if r["metric"] == "loss_total" and r["kind"] == "es" and r["q_pct"] == "99")
            self.assertAlmostEqual(float(part["es99_contribution"]) / float(whole["value"]), 1, delta=0.01)
            self.assertAlmostEqual(float(part["es99_se"]) / float(whole["se"]), 1, delta=0.05)

    def test_share_of_the_parameters(self):
        metrics = self.metrics(self.results("out", worlds=MANY))
        for (scenario, metric), row in metrics.items():
            if "uncertain" not in scenario:
                self.assertEqual((row["parameter_share"], row["parameter_share_se"]), ("", ""), (scenario, metric))
        for metric in ("defaults_n", "registered_total"):  # more than a tenth of the variance, for sure
            row = metrics["uncertain", metric]
            share, error, sd, se = (float(row[name]) for name in ("parameter_share", "parameter_share_se", "sd", "se"))
            self.assertGreater(share - 5 * error, 0.02)
            self.assertLess(share + 5 * error, 1)
            self.assertAlmostEqual(se / (sd * ((1 + share) / int(MANY)) ** 0.5), 1, delta=0.01)
        for certain, uncertain in (("no_anchor", "uncertain"), ("anchor", "anchor_uncertain")):
            widths = [float(metrics[row, "depletion"]["mean_hi95"]) - float(metrics[row, "depletion"]["mean_lo95"])
                      for row in (certain, uncertain)]
            self.assertGreater(widths[1], 1.2 * widths[0])

    def test_anchor_that_cannot_fail_is_no_anchor(self):
        with_it = self.metrics(self.results("with", "--only", "no_anchor"))
        (self.folder / "anchors.csv").unlink()
        self.edit(self.folder / "loans.csv", ",oem", ",")
        (self.folder / "scenarios.csv").write_text("scenario_id\nno_anchor\n", encoding="utf-8")
        without = self.metrics(self.results("without", "--only", "no_anchor"))
        self.assertEqual(with_it, without)

    def test_same_bytes(self):
        one = self.results("j1", "-j", "1", "--isa", "base")
        two = self.results("j3", "-j", "3")
        self.assertEqual(set(one), set(two))
        for name in one:
            self.assertTrue(one[name] == two[name], name)
        alone = table(self.results("alone", "--only", "uncertain")["metrics.csv"])
        self.assertEqual(alone, [row for row in table(one["metrics.csv"]) if row["scenario_id"] == "uncertain"])

    def test_trace_tells_failures_and_multipliers(self):
        told = {}
        for world in ("8", "9", "10"):
            text = self.pledgesim("trace", "contagion", "--id", "anchor_uncertain", "--world", world, "--lang", "en").stdout
            told[world] = re.search(r"parameters of worlds (\d+) and (\d+): hazard x ([\d.]+), recovery x ([\d.]+), demand x ([\d.]+)\n", text).groups()
        self.assertEqual(told["8"], told["9"])
        self.assertEqual(told["8"][:2], ("8", "9"))
        self.assertNotEqual(told["8"][2:], told["10"][2:])
        sure = ("--id", "anchor", "--set", "anchors.oem.pd_pct=99", "--world", "3")
        text = self.pledgesim("trace", "contagion", *sure, "--lang", "en").stdout
        self.assertNotIn("parameters of worlds", text)
        failure = re.search(r"(?m)^\d{4}-\d\d \((\d+)\)\n  anchor firm oem fails: the index of nev moves by -1\.50 sd for 18 months\n", text)
        month = failure.group(1)
        self.assertLess(int(month), 9)
        self.assertRegex(text[failure.end():].split("balance")[0], r"  default tape_1: 500 outstanding\n")
        self.assertIn("龙头企业整车厂倒闭：集群 nev 的指数变动 -1.50 个标准差，持续 18 个月", self.pledgesim("trace", "contagion", *sure, "--lang", "zh").stdout)
        rows = table(self.pledgesim("trace", "contagion", *sure, "--csv").stdout.encode())
        self.assertEqual([(row["month"], row["anchor_id"]) for row in rows if row["event"] == "anchor"], [(month, "oem")])
        self.assertEqual([row["month"] for row in rows], sorted((row["month"] for row in rows), key=int))

    def test_too_many_firms_at_the_largest_multiplier(self):
        many = ("--only", "no_anchor", "--set", "demand_multiplier=30", "--json", "--lang", "en")
        self.pledgesim("check", "contagion", *many)
        done = self.pledgesim("check", "contagion", *many, "--set", "demand_uncertainty_sigma=1", code=3)
        error, = (one for one in json.loads(done.stderr)["diagnostics"] if one["severity"] == "error")
        self.assertEqual(error["code"], "P001")
        self.assertIn("demand_uncertainty_sigma", error["hint"])


if __name__ == "__main__":
    unittest.main()
