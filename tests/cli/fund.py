# SPDX-License-Identifier: GPL-3.0-or-later
"""The book scenarios/fund: its tables, and what its scenarios are there to show."""
import unittest

from _program import ROOT, Case, data_files, table, tree

FUND = ROOT / "scenarios/fund"
SHARED = ("segments", "ip_kinds", "products", "banks", "demand", "loans", "correlations")
FUNDS = ("fund", "fund_all", "fund_many", "fund_few", "fund_poor", "fund_index")


class Fund(Case):
    def test_other_tables_are_those_of_bishan(self):
        ours, bishan = tree(FUND), tree(ROOT / "scenarios/bishan")
        for name in SHARED:
            self.assertEqual(ours[f"{name}.csv"], bishan[f"{name}.csv"], name)
        self.assertEqual(set(ours), {f"{name}.csv" for name in SHARED} | {"scenarios.csv", "funds.csv", "README.md"})

    def test_check_finds_nothing(self):
        done = self.pledgesim("check", FUND, "--lang", "en")
        self.assertIn("0 errors, 0 warnings", done.stderr)

    def test_the_screen_tells_of_funds_where_there_are_some(self):
        for lang, note in (("en", "no part of the net cost"), ("zh", "不计入上面的财政净成本")):
            told = self.pledgesim("run", FUND, "-n", "512", "-o", "out", "--lang", lang).stdout
            beside = told[told.index("cost to the treasury" if lang == "en" else "财政净损益"):]
            self.assertIn(note, beside)
            self.assertEqual(len(beside[:beside.index(note)].splitlines()), 1 + len(FUNDS) + 1)  # head, rows, note

    def test_scenarios_show_what_they_are_there_for(self):
        self.pledgesim("run", FUND, "-n", "4000", "-q", "-o", "out")
        files = data_files(self.dir / "out")
        mean = {(row["scenario_id"], row["metric"]): float(row["mean"]) for row in table(files["metrics.csv"]) if row["mean"]}
        own = {metric for _, metric in mean if metric.startswith("fund_")}
        self.assertEqual(len(own), 5)

        # a fund moves no other figure, and none without a size
        for name in FUNDS:
            for scenario, metric in mean:
                if scenario == name and metric not in own:
                    self.assertEqual(mean[name, metric], mean["none", metric], metric)
            self.assertEqual(mean[name, "fund_invested"], 5000)
        self.assertTrue(all(mean["none", metric] == mean["pool", metric] == 0 for metric in own))

        # the same worlds whatever the treasury's share
        self.assertEqual(mean["fund_all", "fund_proceeds"], mean["fund", "fund_proceeds"])
        self.assertAlmostEqual(mean["fund", "fund_fiscal_cost"], 0.4 * mean["fund_all", "fund_fiscal_cost"], places=5)

        # many investments lose less often; more write-offs cost; the pool reaches the target
        self.assertLess(mean["fund_many", "fund_below_cost"], mean["fund", "fund_below_cost"] - 0.1)
        self.assertGreater(mean["fund_few", "fund_below_cost"], mean["fund", "fund_below_cost"])
        self.assertLess(mean["fund", "fund_fiscal_cost"], 0)
        self.assertGreater(mean["fund_poor", "fund_fiscal_cost"], 0)
        self.assertGreater(mean["pool", "target_cumulative"], mean["fund", "target_cumulative"] + 0.05)

        # quantiles only where there is a fund
        metrics = {(row["scenario_id"], row["metric"]) for row in table(files["quantiles.csv"])}
        self.assertTrue(all((name, "fund_fiscal_cost") in metrics for name in FUNDS))
        self.assertNotIn(("none", "fund_fiscal_cost"), metrics)
        self.assertNotIn(("pool", "fund_fiscal_cost"), metrics)

    def test_trace_tells_of_funds(self):
        done = self.pledgesim("trace", FUND, "--id", "fund", "--world", "3", "--lang", "en")
        self.assertEqual(done.stdout.count("fund seed invests 500 in project "), 10)
        self.assertEqual(done.stdout.count("fund seed gets back ") + done.stdout.count("fund seed writes project "), 10)
        self.assertIn("核销项目", self.pledgesim("trace", FUND, "--id", "fund_poor", "--lang", "zh").stdout)
        rows = table(self.pledgesim("trace", FUND, "--id", "fund", "--world", "3", "--csv").stdout.encode())
        exits = [row for row in rows if row["event"] == "exit"]
        self.assertEqual(sorted(int(row["investment"]) for row in exits), list(range(1, 11)))
        self.assertEqual([row["amount_wan"] for row in rows if row["event"] == "invest"], ["500"] * 10)
        for row in rows:
            is_funds = row["event"] in ("invest", "exit")
            self.assertEqual(row["fund_id"], "seed" if is_funds else "")
            if is_funds:
                self.assertEqual(row["pool_id"] + row["vehicle_id"] + row["loan"], "")
        self.assertNotIn("fund seed", self.pledgesim("trace", FUND, "--id", "none", "--lang", "en").stdout)


if __name__ == "__main__":
    unittest.main()
