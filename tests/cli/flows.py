# SPDX-License-Identifier: GPL-3.0-or-later
"""flows.csv adds up in a book with trusts, a fund, a new issue and a transfer."""
import shutil
import unittest
from collections import defaultdict

from _program import ROOT, Case, data_files, table

# All mechanisms at once; the piece of the trust held by each holder; none of them.
SCENARIOS = """scenario_id,base,trusts.district.size_wan,trusts.district.subordinated_by,funds.seed.size_wan,vehicles.deal.abs_mode,vehicles.deal.undertaking_pct,vehicles.stock.abs_mode
none,,,,,,,
pool,none,2000,pool,5000,new_issue,10,transfer
treasury,pool,,treasury,,,,
private,pool,,private,,,,
"""


class Flows(Case):
    def setUp(self):
        super().setUp()
        shutil.copytree(ROOT / "scenarios/trust", self.dir / "book")
        shutil.copy(ROOT / "scenarios/fund/funds.csv", self.dir / "book")
        shutil.copy(ROOT / "scenarios/abs/vehicles.csv", self.dir / "book")
        (self.dir / "book/scenarios.csv").write_text(SCENARIOS, encoding="utf-8")
        self.pledgesim("run", "book", "-n", "512", "-q", "-o", "out")
        files = data_files(self.dir / "out")
        self.mean = {(row["scenario_id"], row["metric"]): float(row["mean"]) for row in table(files["metrics.csv"]) if row["mean"]}
        self.flows = table(files["flows.csv"])

    def of(self, scenario, source, target):
        return sum(float(row["mean_wan"]) for row in self.flows
                   if (row["scenario_id"], row["from"], row["to"]) == (scenario, source, target))

    def test_inner_nodes_keep_nothing(self):
        into, out = defaultdict(float), defaultdict(float)
        for row in self.flows:
            out[row["scenario_id"], row["from"]] += float(row["mean_wan"])
            into[row["scenario_id"], row["to"]] += float(row["mean_wan"])
        for scenario in ("none", "pool", "treasury", "private"):
            for node in ("pool", "default", "vehicle", "vehicle_default", "fund"):
                self.assertEqual(out[scenario, node] > 0, scenario != "none" or node in ("pool", "default"), (scenario, node))
                self.assertAlmostEqual(into[scenario, node], out[scenario, node], 5, (scenario, node))

    def test_flows_are_the_balances(self):
        for scenario in ("none", "pool", "treasury", "private"):
            mean = lambda metric: self.mean[scenario, metric]
            cash = self.of(scenario, "treasury", "pool") + self.of(scenario, "bank", "pool") + self.of(scenario, "recovery", "pool") \
                - self.of(scenario, "pool", "bank") - self.of(scenario, "pool", "vehicle")
            self.assertAlmostEqual(cash, mean("pool_end"), 5)
            # what treasury and pool lose in a trust, and what the treasury pays in all: district share 100 %
            self.assertAlmostEqual(self.of(scenario, "pool", "vehicle"), mean("trust_pool_loss"), 5)
            self.assertAlmostEqual(self.of(scenario, "treasury", "vehicle"), mean("trust_fiscal_loss") - mean("trust_pool_loss"), 5)
            paid = self.of(scenario, "pool", "bank") - self.of(scenario, "recovery", "pool") + self.of(scenario, "pool", "vehicle") \
                + sum(self.of(scenario, "treasury", node) for node in ("vehicle", "issuer", "borrower"))
            self.assertAlmostEqual(paid, mean("fiscal_net_cost"), 4)
            lost = sum(self.of(scenario, node, "vehicle") for node in ("pool", "treasury", "investor", "undertaker"))
            self.assertAlmostEqual(lost, mean("vehicles_loss"), 5)
            self.assertAlmostEqual(self.of(scenario, "treasury", "fund"), mean("fund_fiscal_cost"), 5)
        self.assertGreater(self.of("pool", "pool", "vehicle"), 1)
        self.assertGreater(self.of("treasury", "treasury", "vehicle"), 1)
        self.assertEqual(self.of("private", "treasury", "vehicle") + self.of("private", "pool", "vehicle"), 0)


if __name__ == "__main__":
    unittest.main()
