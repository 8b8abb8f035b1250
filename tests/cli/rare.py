# SPDX-License-Identifier: GPL-3.0-or-later
"""run --rare: what is written and said, and what is refused; tests/cli/invariance.py: that nothing but the input changes it."""
import json
import re
import unittest

from _program import LANGS, ROOT, Case, figures_alone, run, table

BISHAN, STATIC = ROOT / "scenarios/bishan", ROOT / "scenarios/static"
ARGS = ("run", BISHAN, "--only", "baseline,all_insured", "--set", "pool_initial_wan=1500", "-n", "8064", "--rare")


class Rare(Case):
    def rows(self, out):
        return {row["scenario_id"]: row for row in table((self.dir / out / "rare.csv").read_bytes())}

    def test_the_report_shows_it(self):
        if not json.loads(run("info", "--json").stdout)["report"]:
            self.skipTest("built without Node.js")
        self.pledgesim(*ARGS, "-o", "out", "-q")
        rows = self.rows("out")
        page = (self.dir / "out/report.html").read_text(encoding="utf-8")
        section = re.search(r'<section id="rare".*?</section>', page, re.S).group()
        self.assertIn('<a href="#rare">', page)
        self.assertEqual(section.count("<tr>"), 2 * (1 + len(rows)))
        self.assertIn("the pool never pays under this policy", section)  # all_insured
        given = rows["baseline"]
        self.assertEqual(given["verdict"], "given")
        for text in (f"{100 * float(given['p_depletion_lo95']):.2f}", f">{float(given['effective_n']):,.0f}<", f">{float(given['gain']):.1f}<",
                     f">{int(given['worlds']):,}<"):
            self.assertIn(text, section)
        self.pledgesim(*ARGS[:-1], "-o", "plain", "-q")
        self.assertNotIn('id="rare"', (self.dir / "plain/report.html").read_text(encoding="utf-8"))

    def test_rarer_than_one_in_a_million(self):
        done = self.pledgesim("run", STATIC, "--only", "grouped", "-n", "20000", "--rare", "-o", "out", "--lang", "en")
        self.assertIn("pool cannot pay, steered worlds", done.stdout)
        row = self.rows("out")["grouped"]
        exact = {r["metric"]: r for r in table((self.dir / "out/exact.csv").read_bytes()) if r["statistic"] == "mean"}
        self.assertEqual(row["verdict"], "given")
        self.assertLess(float(row["p_depletion"]), 1e-6)
        if exact["defaults_n"]["reason"] == "":
            self.assertAlmostEqual(float(row["p_depletion"]), float(exact["depletion"]["exact"]), delta=6.1 * float(row["p_depletion_se"]))
        self.assertGreater(float(row["gain"]), 1000)

    def test_no_figure_rather_than_a_wrong_one(self):
        for lang, words in zip(LANGS, ("次数太少", "too few depletions")):
            done = self.pledgesim("run", STATIC, "--only", "textbook", "-n", "80", "--rare", "-o", "few", "--lang", lang, code=5)
            self.assertIn(words, done.stdout)
            self.assertEqual(self.rows("few")["textbook"]["verdict"], "few_worlds")
            self.assertEqual(self.rows("few")["textbook"]["p_depletion"], "")
        self.pledgesim("run", BISHAN, "--only", "baseline", "--set", "dependence=independent", "--set", "refused_retry_months=3",
                       "-n", "256", "--rare", "-o", "none", code=5)
        self.assertEqual(self.rows("none")["baseline"]["verdict"], "no_factor")

    @figures_alone
    def test_pairs_of_worlds(self):
        self.pledgesim("run", STATIC, "--only", "textbook", "--set", "pd_uncertainty_sigma=0.3", "--set", "pool_initial_wan=900",
                       "-n", "20000", "--rare", "-o", "pairs")
        self.assertEqual(self.rows("pairs")["textbook"]["verdict"], "given")

    @figures_alone
    def test_what_plain_sampling_knows(self):
        for lang, words in zip(LANGS, ("2 个情景的耗尽并不罕见", "no worlds were steered: scenarios 2")):
            done = self.pledgesim("run", BISHAN, "--only", "baseline,pd_high", "-n", "20000", "--rare", "-o", "known", "--lang", lang)
            self.assertIn(words, done.stdout)
        for row in self.rows("known").values():
            self.assertEqual((row["verdict"], row["worlds"], row["p_depletion"]), ("plain_suffices", "0", ""))
            self.assertGreater(float(row["plain_p_depletion"]), 0.02)

    def test_never_is_said_of_policies_alone(self):
        """With such PDs hardly a world of the pilot has a default at first; the answer is a figure, not a never."""
        self.pledgesim("run", BISHAN, "--only", "baseline", "--set", "demand_multiplier=0", "--set", "pd_multiplier=0.00002",
                       "--set", "pool_initial_wan=50", "-n", "8064", "--rare", "-o", "seldom")
        row = self.rows("seldom")["baseline"]
        self.assertEqual((row["verdict"], row["plain_p_depletion"]), ("given", "0"))
        self.assertTrue(1e-6 < float(row["p_depletion"]) < 1e-5)

    @figures_alone
    def test_progress_counts_all_scenarios_and_the_estimate_leaves_it_out(self):
        arguments = ("run", BISHAN, "--only", "pool_1300,pool_1500", "-n", "8064", "--rare")
        done = self.pledgesim(*arguments, "-o", "told", "--progress", "json")
        lines = [json.loads(line)["progress"] for line in done.stderr.splitlines() if line.startswith('{"progress"')]
        worlds = [line["done"] for line in lines if line["total"] == 2 * (8064 + 80000)]
        self.assertTrue(worlds)
        self.assertEqual(worlds, sorted(worlds))
        self.assertLessEqual({line["total"] for line in lines}, {8064, 2 * (8064 + 80000)})
        for lang, words in zip(LANGS, ("最多再抽 88,064 个世界", "up to 88,064 more worlds")):
            self.assertIn(words, self.pledgesim(*arguments, "--dry-run", "--lang", lang).stdout)

    def test_wrong_uses(self):
        for lang, words in zip(LANGS, ("结果文件夹", "results folder")):
            done = self.pledgesim("run", STATIC, "--rare", "-o", "-", "--lang", lang, code=2)
            self.assertIn(words, done.stderr)
            self.assertIn("2,146,434,9", self.pledgesim("run", STATIC, "--rare", "-n", "4294967295", "--lang", lang, code=2).stderr)
        self.pledgesim("tune", STATIC, "--rare", code=2)
        self.assertEqual(list(self.dir.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
