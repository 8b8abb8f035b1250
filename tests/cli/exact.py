# SPDX-License-Identifier: GPL-3.0-or-later
"""selftest, and run on books that can be computed without simulation and on others."""
import json
import re
import unittest

from _program import ROOT, Case, data_files, table

BOOK = ROOT / "scenarios/selftest"


class Selftest(Case):
    def test_in_both_languages(self):
        english = self.pledgesim("selftest", "--lang", "en")
        self.assertRegex(english.stdout, r"(?m)^31 passed, 0 failed")
        self.assertNotIn("FAIL", english.stdout)
        chinese = self.pledgesim("selftest", "--lang", "zh").stdout
        self.assertIn("31 项通过，0 项不通过", chinese)
        self.assertIn("[查得：", chinese)
        self.assertNotRegex(chinese, r"\[(found|derived|computed)")
        self.assertEqual(english.stderr, "")
        self.assertEqual(list(self.dir.iterdir()), [])

    def test_json(self):
        done = json.loads(self.pledgesim("selftest", "--json").stdout)
        self.assertEqual((done["passed"], done["failed"]), (31, 0))
        by_name = {case["name"]: case for case in done["cases"]}
        self.assertEqual(len(by_name), 31)
        self.assertAlmostEqual(by_name["creditrisk_plus_q99"]["got"], 55311503, delta=0.5)
        self.assertIsNone(by_name["creditrisk_plus_q99"]["simulated"])
        simulated = [case for case in done["cases"] if case["simulated"] is not None]
        self.assertEqual(len(simulated), 9)
        for case in done["cases"]:
            self.assertTrue(case["passed"] and case["source"] and case["what"], case)
            self.assertLessEqual(abs(case["got"] - case["expected"]), case["tolerance"] * (1 + 1e-9) + 1e-12 * abs(case["expected"]))
        for case in simulated:
            self.assertLessEqual(abs(case["z"]), 6.1)
            self.assertLessEqual(abs(case["simulated"] - case["got"]), 8 * case["se"])

    def test_the_same_everywhere(self):
        one = self.pledgesim("selftest", "-j", "1", "--isa", "base").stdout
        self.assertEqual(self.pledgesim("selftest", "-j", "3").stdout, one)
        self.pledgesim("selftest", "book", code=2)


class Run(Case):
    def test_a_static_book(self):
        done = self.pledgesim("run", BOOK, "-n", "20000", "-o", "out", "--lang", "en")
        self.assertRegex(done.stdout, r"pool cannot pay +10\.\d % +10\.2 %")
        self.assertIn("without simulation", done.stdout)
        self.assertNotIn("W101", done.stderr)
        rows = {(r["scenario_id"], r["metric"], r["statistic"]): r for r in table((self.dir / "out/exact.csv").read_bytes())}
        self.assertEqual(rows["one_factor", "defaults_n", "mean"]["exact"], "3")
        self.assertEqual(rows["one_factor", "defaults_n", "p_zero"]["exact"], "0.1409032008")
        self.assertEqual(rows["one_factor", "loss_total", "q99"]["exact"], "1200")
        self.assertEqual(rows["small_pool", "depletion", "mean"]["exact"], "0.1024780246")
        self.assertEqual(rows["independent", "depletion", "mean"]["simulated"], "0")
        summary = {r["scenario_id"]: r for r in table((self.dir / "out/summary.csv").read_bytes())}
        for (scenario, metric, statistic), row in rows.items():
            self.assertEqual(row["reason"], "")
            if row["z"]:
                self.assertLessEqual(abs(float(row["z"])), 6.1)
            if (metric, statistic) == ("compensation_gross", "mean"):
                self.assertEqual(row["simulated"], summary[scenario]["compensation_gross_wan_mean"])
        chinese = self.pledgesim("run", BOOK, "-n", "256", "-o", "out", "--lang", "zh").stdout
        self.assertIn("不经模拟的精确值", chinese)

    def test_other_books_are_left_alone(self):
        self.book()
        done = self.pledgesim("run", "book", "-n", "64", "--lang", "en")
        self.assertNotIn("without simulation", done.stdout)
        rows = table((self.dir / "results/book/exact.csv").read_bytes())
        self.assertEqual([(r["metric"], r["reason"], r["exact"]) for r in rows], [("defaults_n", "new_firms", "")] * 3)

    def test_a_book_of_ones_own(self):
        """A portfolio as in scenarios/README.md, then what stands in the way of each figure."""
        book = self.dir / "own"
        book.mkdir()
        (book / "loans.csv").write_text("loan_id,segment_id,product_id,amount_wan,months_left,recovery_pct,pd_pct\n"
                                        "a,equipment_invention,cq_direct,300,12,20,5\nb,it_software,cq_direct,150,7,20,3\n", encoding="utf-8")

        def run(cells):
            head = "scenario_id,horizon_months,runoff_months,renewal_prob_pct,target_wan,index_correlation,factor_step_months,pay_mode," \
                   "pool_interest_pct,pool_initial_wan"
            (book / "scenarios.csv").write_text(f"{head}\n{cells}\n", encoding="utf-8")
            self.pledgesim("run", "own", "-n", "4096", "-q")
            return {r["metric"]: r["reason"] for r in table((self.dir / "results/own/exact.csv").read_bytes())}

        known = dict.fromkeys(("defaults_n", "loss_total", "compensation_gross", "depletion"), "")
        self.assertEqual(run("s,12,8,0,0,1,12,net_loss,0,100"), known)
        self.assertEqual(run("s,12,8,0,0,1,12,net_loss,1.5,1000"), known)
        paid = ("compensation_gross", "depletion")
        self.assertEqual(run("s,12,8,0,0,1,12,net_loss,1.5,100"), known | dict.fromkeys(paid, "money_in"))
        self.assertEqual(run("s,12,8,0,0,1,12,prepay,0,100"), known | dict.fromkeys(paid, "returns"))
        self.assertEqual(run("s,12,8,0,0,0.5,12,net_loss,0,100"), {"defaults_n": "clusters"})
        self.assertEqual(run("s,12,8,0,0,1,1,net_loss,0,100"), {"defaults_n": "index_moves"})

    def test_the_same_bytes_everywhere(self):
        self.pledgesim("run", BOOK, "-n", "1000", "-q", "-o", "one", "-j", "1", "--isa", "base")
        self.pledgesim("run", BOOK, "-n", "1000", "-q", "-o", "two", "-j", "3")
        self.assertEqual(data_files(self.dir / "one"), data_files(self.dir / "two"))

    def test_reasons_are_documented(self):
        """The names in the program's list and those in the model's chapter are the same."""
        listed = re.findall(r'^PS_EXACT_REASON\(\w+, "(\w+)"', (ROOT / "include/pledgesim/exact_reasons.def").read_text(encoding="utf-8"), re.M)
        chapter = (ROOT / "docs/model/9-exact.md").read_text(encoding="utf-8")
        for name in listed:
            self.assertIn(f"`{name}`", chapter)
        self.assertEqual(len(listed), 22)


if __name__ == "__main__":
    unittest.main()
