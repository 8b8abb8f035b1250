# SPDX-License-Identifier: GPL-3.0-or-later
"""The book scenarios/trust: its tables, and what its scenarios are there to show."""
import shutil
import unittest

from _program import ROOT, Case, data_files, table, tree

TRUST = ROOT / "scenarios/trust"
SHARED = ("segments", "ip_kinds", "products", "banks", "demand", "loans", "correlations")


class Trust(Case):
    def test_other_tables_are_those_of_bishan(self):
        ours, bishan = tree(TRUST), tree(ROOT / "scenarios/bishan")
        for name in SHARED:
            self.assertEqual(ours[f"{name}.csv"], bishan[f"{name}.csv"], name)
        self.assertEqual(set(ours), {f"{name}.csv" for name in SHARED} | {"scenarios.csv", "trusts.csv", "README.md"})

    def test_check_finds_nothing(self):
        done = self.pledgesim("check", TRUST, "--lang", "en")
        self.assertIn("0 errors, 0 warnings", done.stderr)

    def test_a_cause_is_told_once_with_its_scenarios(self):
        shutil.copytree(TRUST, self.dir / "book")
        self.edit(self.dir / "book/scenarios.csv", "\npool,", "".join(f"\npoor_{wan},,trust_pool,{wan},,,," for wan in (100, 150, 200, 250)) + "\npool,")
        for lang, named in (("en", "scenarios: poor_100, poor_150, poor_200 (+1)"), ("zh", "涉及情景：poor_100, poor_150, poor_200 (+1)")):
            told = self.pledgesim("check", "book", "--lang", lang).stderr
            self.assertEqual(told.count("W080"), 1)
            self.assertIn(named, told)
        self.assertIn("100 万元", told)

    def test_scenarios_show_what_they_are_there_for(self):
        self.pledgesim("run", TRUST, "-n", "4000", "-q", "-o", "out")
        files = data_files(self.dir / "out")
        mean = {(row["scenario_id"], row["metric"]): float(row["mean"]) for row in table(files["metrics.csv"]) if row["mean"]}

        # a trust lends where the pool refuses: more is registered, and the pool's own loans bear no more
        self.assertGreater(mean["trust", "target_cumulative"], mean["none", "target_cumulative"] + 0.05)
        self.assertLess(mean["trust", "lost_leverage"], mean["none", "lost_leverage"])
        self.assertGreater(mean["trust", "trust_lent"], mean["trust", "trust_raised"])
        self.assertGreater(mean["trust_large", "trust_lent"], mean["trust", "trust_lent"])
        self.assertLess(mean["trust_cap", "trust_lent"], mean["trust", "trust_lent"])

        # whose money the piece is moves the fiscal figures alone, and its size the split alone
        changed = {"fiscal_net_cost", "fiscal_outlay", "fiscal_present_value", "trust_fiscal_loss", "cost_per_lent"}
        for scenario, metric in mean:
            if scenario == "trust_treasury" and metric not in changed:
                self.assertEqual(mean[scenario, metric], mean["trust", metric], metric)
        self.assertEqual(mean["trust_treasury", "fiscal_outlay"], mean["trust", "fiscal_outlay"] + 400)
        self.assertEqual(mean["trust_treasury", "trust_fiscal_loss"], mean["trust", "loss_subordinated"])
        self.assertEqual(mean["trust_sub5", "vehicles_loss"], mean["trust", "vehicles_loss"])
        self.assertGreater(mean["trust_sub5", "senior_hit"], 1.5 * mean["trust", "senior_hit"])
        for name in {scenario for scenario, _ in mean}:
            parts = mean[name, "loss_subordinated"] + mean[name, "loss_senior"]
            self.assertAlmostEqual(parts, mean[name, "vehicles_loss"], places=6)

        # a piece held by the pool costs it more room than the trust lends; in the pool the same money does more
        self.assertLess(mean["trust_pool", "target_cumulative"], mean["none", "target_cumulative"])
        self.assertGreater(mean["pool", "target_cumulative"], mean["trust_pool", "target_cumulative"])
        self.assertEqual(mean["trust_pool", "trust_pool_loss"], mean["trust_pool", "trust_fiscal_loss"])

        # quantiles only where there is a trust
        metrics = {(row["scenario_id"], row["metric"]) for row in table(files["quantiles.csv"])}
        self.assertIn(("trust", "trust_senior_late"), metrics)
        self.assertIn(("trust", "loss_senior"), metrics)
        self.assertNotIn(("none", "trust_senior_late"), metrics)
        self.assertNotIn(("none", "loss_senior"), metrics)

    def test_trace_tells_of_trusts(self):
        events = set()
        for world in range(12):
            rows = table(self.pledgesim("trace", TRUST, "--id", "trust_pool", "--world", world, "--csv").stdout.encode())
            own = [row for row in rows if row["event"].startswith("trust_") or row["event"].startswith("vehicle_")]
            events |= {row["event"] for row in own}
            self.assertTrue(all(row["vehicle_id"] == "district" for row in own))
            cash, lost = 0, 0
            for row in own:  # no instalments in this book: what is lent comes back at maturity or at a disposal
                amount = float(row["amount_wan"])
                cash += {"trust_raised": amount, "trust_repaid": amount, "trust_loan": -amount,
                         "trust_pays": -amount}.get(row["event"], 0)
                lost += amount if row["event"] == "vehicle_loss" else 0
                lost -= amount if row["event"] == "vehicle_default" else 0
            self.assertAlmostEqual(cash - lost, 0, places=5)
        self.assertEqual(events, {"trust_raised", "trust_loan", "trust_repaid", "trust_pays",
                                  "vehicle_default", "vehicle_loss"})
        told = self.pledgesim("trace", TRUST, "--id", "trust", "--world", "3", "--lang", "en").stdout
        self.assertIn("trust district raised: 2,000, subordinated 400\n", told)
        self.assertRegex(told, r"trust district pays out 38: senior 38, subordinated 0\n")
        self.assertIn("信托 区知识产权信托 成立：2,000 万元，其中次级 400\n",
                      self.pledgesim("trace", TRUST, "--id", "trust", "--world", "3", "--lang", "zh").stdout)
        self.assertNotIn("trust district", self.pledgesim("trace", TRUST, "--id", "none", "--lang", "en").stdout)


if __name__ == "__main__":
    unittest.main()
