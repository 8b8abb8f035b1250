# SPDX-License-Identifier: GPL-3.0-or-later
"""The book scenarios/abs: its tables, and what its scenarios are there to show."""
import unittest

from _program import ROOT, Case, data_files, table, tree

ABS = ROOT / "scenarios/abs"
SHARED = ("segments", "ip_kinds", "products", "banks", "demand", "loans", "correlations")


class Abs(Case):
    def test_other_tables_are_those_of_bishan(self):
        ours, bishan = tree(ABS), tree(ROOT / "scenarios/bishan")
        for name in SHARED:
            self.assertEqual(ours[f"{name}.csv"], bishan[f"{name}.csv"], name)
        self.assertEqual(set(ours), {f"{name}.csv" for name in SHARED} | {"scenarios.csv", "vehicles.csv", "README.md"})

    def test_check_finds_nothing(self):
        done = self.pledgesim("check", ABS, "--lang", "en")
        self.assertIn("0 errors, 0 warnings", done.stderr)

    def test_the_screen_tells_of_vehicles_where_there_are_some(self):
        told = self.pledgesim("run", ABS, "-n", "512", "-o", "out", "--lang", "en").stdout
        self.assertIn("subordinated piece gone", told)
        self.assertIn("securitisations and trusts: amounts are means", told)
        self.assertNotIn("back at exit", told)

    def test_scenarios_show_what_they_are_there_for(self):
        self.pledgesim("run", ABS, "-n", "4000", "-q", "-o", "out")
        files = data_files(self.dir / "out")
        mean = {(row["scenario_id"], row["metric"]): float(row["mean"]) for row in table(files["metrics.csv"]) if row["mean"]}

        # the same firms whatever the tranches, and the parts make up the loss
        for name in ("issue_half", "issue_full", "issue_sub20"):
            self.assertEqual(mean[name, "vehicles_loss"], mean["issue", "vehicles_loss"])
        for name in {row["scenario_id"] for row in table(files["metrics.csv"])}:
            parts = sum(mean[name, f"loss_{part}"] for part in ("subordinated", "undertaking", "senior"))
            self.assertAlmostEqual(parts, mean[name, "vehicles_loss"], places=6)

        # one default goes through the subordinated piece; the undertaking, or a piece four times as large, holds
        self.assertGreater(mean["issue", "senior_hit"], 0.8 * mean["issue", "subordinated_hit"])
        self.assertLess(mean["issue_half", "senior_hit"], 0.2 * mean["issue", "senior_hit"])
        self.assertLess(mean["issue_sub20", "senior_hit"], 0.1 * mean["issue", "senior_hit"])
        self.assertEqual(mean["issue_full", "senior_hit"], 0)
        self.assertEqual(mean["issue_full", "loss_undertaking"], mean["issue", "loss_senior"])

        # an issue leaves the pool alone and reaches the target more often; a transfer frees room
        self.assertEqual(mean["issue", "compensation_gross"], mean["none", "compensation_gross"])
        self.assertEqual(mean["issue", "registered_total"], mean["none", "registered_total"] + 10000)
        self.assertEqual(mean["issue", "fiscal_outlay"], mean["none", "fiscal_outlay"] + 100)
        self.assertGreater(mean["issue", "target_cumulative"], mean["none", "target_cumulative"])
        self.assertLess(mean["transfer", "lost_leverage"], mean["none", "lost_leverage"])
        self.assertLess(mean["transfer", "compensation_gross"], mean["none", "compensation_gross"])

        # quantiles of tranches only where there is a vehicle
        metrics = {(row["scenario_id"], row["metric"]) for row in table(files["quantiles.csv"])}
        self.assertIn(("issue", "loss_senior"), metrics)
        self.assertNotIn(("none", "loss_senior"), metrics)

    def test_trace_tells_of_vehicles(self):
        done = self.pledgesim("trace", ABS, "--id", "transfer", "--world", "3", "--lang", "en")
        self.assertIn("to vehicle stock: ", done.stdout)
        self.assertIn("vehicle stock issued: ", done.stdout)
        for row in table(self.pledgesim("trace", ABS, "--id", "transfer", "--csv").stdout.encode()):
            if row["event"] in ("interest", "topup", "review", "close", "issue"):
                self.assertEqual(row["loan_id"], "")
            if not row["event"].startswith("vehicle") and row["event"] not in ("issue", "transfer"):
                self.assertEqual(row["vehicle_id"] + row["senior_wan"], "")
        for world in range(40):
            rows = table(self.pledgesim("trace", ABS, "--id", "issue_half", "--world", world, "--csv").stdout.encode())
            losses = [row for row in rows if row["event"] == "vehicle_loss"]
            for row in losses:
                parts = [float(row[f"{part}_wan"]) for part in ("subordinated", "undertaking", "senior")]
                self.assertAlmostEqual(sum(parts), float(row["amount_wan"]), places=6)
                self.assertRegex(row["loan_id"], r"^deal-\d+$")
                self.assertEqual(row["vehicle_id"], "deal")
            if len(losses) > 1:
                return
        self.fail("no world with two losses")


if __name__ == "__main__":
    unittest.main()
