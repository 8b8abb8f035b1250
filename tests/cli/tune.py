# SPDX-License-Identifier: GPL-3.0-or-later
"""tune and sweep on the command line."""
import json
import re
import shutil
import unittest

from _program import ROOT, Case, figures_alone, table, tree

BISHAN = ROOT / "scenarios/bishan"
ST = "p_depletion<=3%"


class Tune(Case):
    def test_answer_and_file(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=500:2000:10", "--st", ST, "-n", "4000", "-o", "out", "--lang", "en")
        self.assertIn("baseline: the best that meets every constraint is pool_initial_wan=", done.stdout)
        self.assertIn("binding: p_depletion<=3%", done.stdout)
        rows = table((self.dir / "out/tune.csv").read_bytes())
        verified = [row for row in rows if row["role"] == "verified" and row["constraint"] == ST]
        self.assertEqual(len(verified), 1)
        self.assertEqual(verified[0]["judgement"], "met")
        self.assertLessEqual(float(verified[0]["upper"]), 0.03)
        self.assertIn(f"--set pool_initial_wan={verified[0]['value_1']}", done.stdout)
        manifest = json.loads((self.dir / "out/manifest.json").read_text("utf-8"))
        self.assertEqual([r["path"] for r in manifest["resources"] if "schema" in r],
                         ["tune.csv", "convergence.csv", "scenarios_resolved.csv", "warnings.csv"])

    def test_the_first_line_names_what_fresh_worlds_confirm(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=500:3000", "--st", "p_depletion<=1%", "-n", "4000", "-o", "out", "--lang", "en")
        rows = {row["role"]: row for row in table((self.dir / "out/tune.csv").read_bytes())}
        best, verified = rows["best"]["value_1"], rows["verified"]["value_1"]
        self.assertNotEqual(best, verified)
        self.assertIn(f"the first variant inside the best of the search that meets every constraint for sure is pool_initial_wan={verified}\n",
                      done.stdout)
        self.assertIn(f"pool_initial_wan={best}, the best of the search, was not sure enough", done.stdout)

    def test_the_answer_is_what_run_says(self):
        self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=1000:1400:100", "--st", ST, "-n", "3000", "-o", "out", "-q")
        best = [row for row in table((self.dir / "out/tune.csv").read_bytes()) if row["role"] == "best" and row["constraint"] == ST][0]
        done = self.pledgesim("run", BISHAN, "--only", "baseline", "--set", f"pool_initial_wan={best['value_1']}", "-n", best["worlds"], "-o", "-")
        self.assertEqual(float(table(done.stdout.encode("utf-8"))[0]["p_depletion"]), float(best["value"]))

    def test_a_scenario_of_a_sweep(self):
        book = self.dir / "book"
        book.mkdir()
        (book / "scenarios.csv").write_text("scenario_id,leverage\nplain,8\nmany,6|8|10\n", "utf-8")
        vary = ("--vary", "pool_initial_wan=800:1400:100", "--st", ST, "-n", "1000", "-q")
        self.pledgesim("tune", book, "--id", "plain", *vary, "-o", "one")
        self.pledgesim("tune", book, "--id", "many@leverage=8", *vary, "-o", "other")
        self.assertEqual((self.dir / "one/tune.csv").read_bytes(), (self.dir / "other/tune.csv").read_bytes())
        done = self.pledgesim("sweep", book, "--id", "many@leverage=8", "--vary", "leverage=7|9", "-n", "1000")
        self.assertRegex(done.stdout, r"\n7 +\d")

    def test_an_odd_number_of_worlds_keeps_pairs_together(self):
        """Both runs verify on the worlds from 4,002 on, the second on one more: bounds as wide, values all but equal."""
        found = []
        for n in ("4001", "4002"):
            self.pledgesim("tune", ROOT / "scenarios/static", "--id", "textbook", "--set", "dependence=independent", "--set", "pd_uncertainty_sigma=1",
                           "--vary", "pool_initial_wan=2000:2010:10", "--st", "loss_total<=500", "-n", n, "-o", n, "-q")
            rows = table((self.dir / n / "tune.csv").read_bytes())
            row = next(r for r in rows if r["role"] == "verified" and r["constraint"] == "loss_total<=500")
            found.append((float(row["value"]), float(row["upper"]) - float(row["value"])))
        (odd, odd_width), (even, even_width) = found
        self.assertAlmostEqual(odd / even, 1, delta=0.01)
        self.assertAlmostEqual(odd_width / even_width, 1, delta=0.02)

    def test_the_search_leaves_its_boxes(self):
        """The first look at a quarter of the worlds is too careful; the answer is not where it ends."""
        self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=500:3000", "--st", "p_depletion<=1%", "-n", "9000", "-o", "out", "-q")
        rows = [row for row in table((self.dir / "out/tune.csv").read_bytes()) if row["constraint"] == "p_depletion<=1%"]
        best = [row for row in rows if row["role"] == "best"][0]
        smaller = [row for row in rows if row["role"] == "search" and float(row["value_1"]) == float(best["value_1"]) - 1]
        self.assertEqual({(row["worlds"], row["judgement"]) for row in smaller}, {("9000", "open")})

    def test_four_columns_come_to_an_end(self):
        """Boxes of two values are made longer, not moved to and fro."""
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=500:3000:100", "--vary", "leverage=4:12", "--vary", "topup_yearly_wan=10:200:10",
                              "--vary", "breaker_suspend_pct=8:10:0.5", "--set", "topup=fixed", "--st", "p_depletion<=2%",
                              "--st", "p_target_cumulative>=60%", "--minimize", "fiscal_net_cost", "-n", "2000", "--lang", "en")
        self.assertIn("one step away", done.stdout)

    def test_a_short_range_gets_all_worlds(self):
        self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=1000:1600:100", "--st", "p_depletion<=1%", "-n", "9000", "-o", "out", "-q")
        self.assertEqual({row["worlds"] for row in table((self.dir / "out/tune.csv").read_bytes())}, {"9000"})

    def test_neighbours_and_objective_are_told(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=800:1600:10", "--minimize", "fiscal_net_cost", "--st", "p_target_cumulative>=80%",
                              "-n", "3000", "-o", "out", "--lang", "en")
        self.assertRegex(done.stdout, r"fiscal_net_cost there: [0-9.]+ \[[0-9.]+, [0-9.]+\], on fresh worlds [0-9.]+ \[")
        row = [row for row in table((self.dir / "out/tune.csv").read_bytes()) if row["role"] == "verified"][0]
        for step in (-10, 10):
            self.assertRegex(done.stdout, rf"\npool_initial_wan={int(row['value_1']) + step} ")

    def test_never_is_a_bound_and_quantiles_are_explained(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=2500:2600:50", "--st", "p_depletion<=1%", "--st", "npl_peak_q95<=40%", "-n", "1000",
                              "--lang", "en")
        self.assertNotIn("0.00 %", done.stdout)
        self.assertIn("< 0.30 %", done.stdout)
        self.assertRegex(done.stdout, r"share of worlds above the limit, which may be at most 5.0 %; the quantile itself: \d+\.\d\d % \[<= \d+\.\d\d %\]\n")

    def test_confidence_takes_decimals(self):
        vary = ("tune", BISHAN, "--vary", "pool_initial_wan=1500:2500:500", "--st", ST, "--st", "p_target_cumulative>=60%", "-n", "2000", "--lang", "en")
        plain = self.pledgesim(*vary, "--confidence", "99.5")
        self.assertIn("each bound holds at 99.5 % by itself, not all together: that all of them hold is sure to at least 99 %", plain.stdout)
        self.assertEqual(self.pledgesim(*vary, "--confidence", "99.5%").stdout, plain.stdout)
        for bad in ("49.9", "100", "0.95", "x"):
            self.assertIn("per cent from 50 to 99.99 are wanted", self.pledgesim(*vary, "--confidence", bad, code=2).stderr)

    @figures_alone
    def test_two_columns_are_as_good_as_the_grid(self):
        """The whole grid by sweep, on the worlds of the search, for several objectives."""
        vary = ("--vary", "pool_initial_wan=800:2000:20", "--vary", "leverage=6:12", "--st", ST, "--st", "p_target_cumulative>=70%", "-n", "2000")
        self.pledgesim("sweep", BISHAN, *vary, "-q", "-o", "grid")
        met = [row for row in table((self.dir / "grid/grid.csv").read_bytes()) if row["feasible"] == "met"]
        for best_of, objective, column in ((min, "pool_initial_wan", "value_1"), (min, "leverage", "value_2"),
                                           (min, "fiscal_net_cost", "fiscal_net_cost_wan_mean"), (max, "registered_total", "registered_total_wan_mean")):
            self.pledgesim("tune", BISHAN, *vary, "--minimize" if best_of is min else "--maximize", objective, "-q", "-o", objective)
            rows = table((self.dir / objective / "tune.csv").read_bytes())
            found = next(float(row["value"]) for row in rows if row["role"] == "best" and row["constraint"] == "objective")
            self.assertAlmostEqual(found / best_of(float(row[column]) for row in met), 1, delta=0.001)

    def test_too_few_worlds_is_not_impossible(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=2500:2600:50", "--st", "p_depletion<=0.01%", "-n", "1000", "--lang", "en", code=1)
        self.assertIn("1,000 worlds are too few to tell", done.stdout)

    def test_full_width_and_other_names(self):
        plain = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=900:1500", "--st", ST, "-n", "1000")
        other = self.pledgesim("tune", BISHAN, "--vary", "资金池初始规模 ＝９００：1500", "--st", "p_depletion ≤ 3％", "--minimize", "pool_initial_wan",
                               "-n", "1000")
        self.assertEqual(plain.returncode, other.returncode)
        answer = plain.stdout.split("pool_initial_wan=")[1].split("\n")[0]
        self.assertIn(f"资金池初始规模={answer}\n", other.stdout)

    def test_figures_in_chinese(self):
        vary = ("tune", BISHAN, "--vary", "pool_initial_wan=1000:1600:100", "-n", "2000")
        plain = self.pledgesim(*vary, "--st", "p_depletion<=3%", "--st", "npl_peak_q95<=40%", "--minimize", "fiscal_net_cost", "-o", "plain")
        other = self.pledgesim(*vary, "--st", "不能足额赔付概率≤3%", "--st", "不良率峰值95%分位数<=40%", "--minimize", "财政净成本", "-o", "other")
        self.assertIn("不能足额赔付概率<=3%", other.stdout)
        for done in (plain, other):
            self.assertIn("该方案的 财政净成本：", done.stdout)
        rows = [[{**row, "constraint": ""} for row in table((self.dir / name / "tune.csv").read_bytes())] for name in ("plain", "other")]
        self.assertEqual(*rows)
        self.pledgesim(*vary, "--st", "不能足额赔付<=3%", code=2)

    def test_presets_and_precision(self):
        vary = ("tune", BISHAN, "--vary", "pool_initial_wan=1300:1600:100", "--st", ST)
        self.pledgesim(*vary, "--preset", "quick", "-q", "-o", "quick")
        self.assertEqual({row["worlds"] for row in table((self.dir / "quick/tune.csv").read_bytes())}, {"20000"})
        self.pledgesim(*vary, "--preset", "quick", "-n", "1000", "-q", "-o", "own")
        self.assertEqual({row["worlds"] for row in table((self.dir / "own/tune.csv").read_bytes())}, {"1000"})
        self.pledgesim(*vary, "-n", "16000", "--precision", "25%", "-q", "-o", "precise")
        rows = [row for row in table((self.dir / "precise/tune.csv").read_bytes()) if row["constraint"] == ST]
        self.assertLess({int(row["worlds"]) for row in rows}, {1024, 2048, 4096})
        settled = table((self.dir / "precise/convergence.csv").read_bytes())
        self.assertEqual({row["metric"] for row in settled}, {"p_depletion", "p_target_cumulative", "p_target_annual", "compensation_gross_wan_mean"})
        self.assertRegex(settled[0]["scenario_id"], r"^baseline@pool_initial_wan=\d+$")
        done = self.pledgesim(*vary, "-n", "1500", "--precision", "1%", "--lang", "en", code=5)
        self.assertIn("did not reach the wanted precision: 1", done.stderr)
        self.pledgesim(*vary, "--preset", "thorough", code=2)

    def test_a_preset_of_run_that_falls_short_is_no_failure(self):
        done = self.pledgesim("run", BISHAN, "--only", "baseline", "--preset", "publish", "-n", "2000", "-o", "out", "--lang", "en")
        self.assertIn("not known within the 2% of the preset: 1", done.stderr)
        self.assertEqual(table((self.dir / "out/summary.csv").read_bytes())[0]["converged"], "false")

    def test_what_is_wrong_names_the_axis(self):
        for vary, code, words in (("leverage=-5:12", "V002", '"-5"'), ("leverage=6:1001", "V002", '"1001"'), ("leverag=6:12", "T001", "leverag"),
                                  ("products.cq_direct.pool_share_pct=40:41", "M007", "pool_share_pct=40")):
            done = self.pledgesim("tune", BISHAN, "--vary", vary, "--st", ST, "-n", "64", "--lang", "en", code=3)
            self.assertIn(f"{code} --vary {vary.split('=')[0]}: error:", done.stderr)
            self.assertIn(words, done.stderr)
            self.assertNotIn("--set", done.stderr.split("hint")[0])

    def test_the_bank_takes_the_rest(self):
        for word in ("rest", "其余"):
            done = self.pledgesim("tune", BISHAN, "--vary", "products.cq_direct.pool_share_pct=40:80:10", "--set", f"products.cq_direct.bank_share_pct={word}",
                                  "--maximize", "products.cq_direct.pool_share_pct", "--st", "p_depletion<=5%", "-n", "2000", "--lang", "en")
            self.assertIn(f"--set products.cq_direct.bank_share_pct={word} --set products.cq_direct.pool_share_pct=", done.stdout)
        self.pledgesim("check", BISHAN, "--set", "products.cq_direct.pool_share_pct=rest", code=3)

    def test_several_bounds_are_not_joint(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=1300:1600:100", "--st", ST, "--st", "p_target_cumulative>=60%", "-n", "2000",
                              "--lang", "en")
        self.assertIn("each bound holds at 95 % by itself, not all together: that all of them hold is sure to at least 90 %", done.stdout)

    def test_why_there_is_no_answer(self):
        vary = ("tune", BISHAN, "--vary", "pool_initial_wan=500:3000:100", "-n", "2000", "--lang", "en")
        done = self.pledgesim(*vary, "--st", ST, "--st", "fiscal_net_cost<=200", code=1)
        self.assertRegex(done.stdout, r"\nfiscal_net_cost<=200 +[0-9.]+ \[<= [0-9.]+\] +pool_initial_wan=500 +yes\n")
        self.assertIn("each of them can be met, but not all by one variant", done.stdout)
        done = self.pledgesim(*vary, "--st", ST, "--st", "p_target_cumulative>=99%", code=1)
        self.assertIn("cannot be met within these ranges", done.stdout)

    def test_prices_of_two_columns(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=900:1800:50", "--vary", "leverage=7:11", "--st", "p_depletion<=2%",
                              "--st", "p_target_cumulative>=75%", "--minimize", "pool_initial_wan", "-n", "3000", "--lang", "en", "-o", "out")
        self.assertRegex(done.stdout, r"1\.80 %: \d+ \(\+\d+\) +2\.20 %: \d+ \([+-]\d+\)\n")
        fresh = {(row["value_1"], row["value_2"]) for row in table((self.dir / "out/tune.csv").read_bytes()) if row["role"].startswith("verif")}
        self.assertGreaterEqual(len(fresh), 4)

    def test_no_answer(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=100:200:10", "--st", ST, "-n", "2000", "--lang", "en", code=1)
        self.assertIn("no variant in the range meets every constraint; the nearest is pool_initial_wan=", done.stdout)

    def test_wrong_usage(self):
        for arguments, words in (
                (["--st", ST], "one to 4 parameters"),
                (["--vary", "leverage=6:12"], "at least one constraint"),
                (["--vary", "leverage=12:6", "--st", ST], "LO must be below HI"),
                (["--vary", "pool_initial_wan=500:900", "--st", ST, "--minimize", "leverage"], "only when --vary names it"),
                (["--vary", "leverage=6:x", "--st", ST], "plain numbers"),
                (["--vary", "topup=none|fixed", "--st", ST], "lists are for sweep"),
                (["--vary", "leverage=6:12", "--st", "p_depletion<1%"], "FIGURE<=LIMIT"),
                (["--vary", "leverage=6:12", "--st", "p_depletoin<=1%"], "did you mean p_depletion"),
                (["--vary", "leverage=6:12", "--st", "trust_late<=1%"], "did you mean p_trust_late?"),
                (["--vary", "leverage=6:12", "--st", "target_cumulative>=80%"], "did you mean p_target_cumulative?"),
                (["--vary", "leverage=6:12", "--st", "p_depletion<=200%"], "between 0% and 100%"),
                (["--vary", "leverage=6:12", "--st", "p_depletion<=1"], "one percent is 1% or 0.01"),
                (["--vary", "leverage=6:12", "--vary", "放大倍数上限=7:9", "--st", ST], "varied twice"),
                (["--vary", "leverage=6:12", "--set", "leverage=8", "--st", ST], "by --set already"),
                (["--vary", "leverage=6:12", "--st", ST, "--minimize", "leverage", "--maximize", "leverage"], "not both"),
                (["--vary", "leverage=6:12", "--st", ST, "--minimize", "npl_peak_q95"], "not an objective"),
                (["--vary", "leverage=6:12", "--st", ST, "--id", "basline"], "did you mean baseline")):
            with self.subTest(arguments):
                done = self.pledgesim("tune", BISHAN, *arguments, "-n", "64", "--lang", "en", code=2)
                self.assertIn(words, done.stderr)
                self.assertEqual(tree(self.dir), {})

    def test_the_book_refuses_names_and_values(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initail_wan=1:2", "--st", ST, "--lang", "en", code=3)
        self.assertIn("did you mean pool_initial_wan", done.stderr)
        second = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=1000:2000", "--vary", "nope=1:2", "--st", ST, "--lang", "en", code=3)
        self.assertIn("T002 --vary nope: error", second.stderr)
        self.pledgesim("tune", BISHAN, "--vary", "breaker_suspend_pct=1:40", "--st", ST, "-n", "64", code=3)


class Sweep(Case):
    def test_grid_and_frontier(self):
        done = self.pledgesim("sweep", BISHAN, "--vary", "pool_initial_wan=1000:1400:200", "--vary", "topup=none|fixed", "--set", "topup_yearly_wan=100",
                              "--st", ST, "-n", "2000", "-o", "out", "--lang", "en")
        self.assertIn("on the frontier", done.stdout)
        self.assertIn("those of them that surely meet every constraint", done.stdout)
        rows = table((self.dir / "out/grid.csv").read_bytes())
        self.assertEqual([(row["value_1"], row["value_2"]) for row in rows],
                         [(pool, topup) for pool in ("1000", "1200", "1400") for topup in ("none", "fixed")])
        frontier = table((self.dir / "out/frontier.csv").read_bytes())
        self.assertEqual(frontier, [row for row in rows if row["frontier"] == "true"])
        self.assertTrue(all((row["feasible"] == "met") == (row["not_met"] == "") for row in rows))

    def test_same_bytes_for_any_threads(self):
        for threads in ("1", "3"):
            self.pledgesim("sweep", BISHAN, "--vary", "leverage=6:10:2", "-n", "1000", "-j", threads, "-o", threads, "-q")
        one, three = ({n: c for n, c in tree(self.dir / t).items() if n.endswith(".csv")} for t in ("1", "3"))
        self.assertEqual(one, three)


class Compare(Case):
    @figures_alone
    def test_differences_are_those_of_the_means(self):
        few = ("--only", "baseline,pool_1500,pd_high", "-n", "2000")
        done = self.pledgesim("compare", BISHAN, *few, "-o", "compared", "--lang", "en")
        self.assertIn("scenario less baseline", done.stdout)
        self.pledgesim("run", BISHAN, *few, "-o", "run", "-q")
        means = {(row["scenario_id"], row["metric"]): row["mean"] for row in table((self.dir / "run/metrics.csv").read_bytes())}
        rows = table((self.dir / "compared/compare.csv").read_bytes())
        self.assertEqual({row["scenario_id"] for row in rows}, {"pool_1500", "pd_high"})
        for row in rows:
            measure = row["metric"].removeprefix("p_")
            if measure != "npl_peak":  # missing in some worlds of one alone
                self.assertEqual(row["mean"], means[row["scenario_id"], measure])
                self.assertEqual(row["base_mean"], means["baseline", measure])
                self.assertAlmostEqual(float(row["difference"]), float(row["mean"]) - float(row["base_mean"]), delta=1e-4)

    def test_alone(self):
        done = self.pledgesim("compare", BISHAN, "--only", "baseline", "-n", "64", "--lang", "en", code=2)
        self.assertIn("nothing to compare", done.stderr)


class Folders(Case):
    """compare of results folders."""

    def run_into(self, out, *more):
        self.pledgesim("run", BISHAN, "--only", "baseline", "-n", "6000", "-q", "-o", out, *more)

    def cell(self, stdout, column):
        """Difference, lower and upper end in the row of the baseline."""
        line = next(line for line in stdout.splitlines() if line.startswith("baseline "))
        found = re.findall(r"([+-][0-9.]*) \[(-?[0-9.]+), (-?[0-9.]+)\](\*?)", line)
        return [float(x) if x not in "-" else 0.0 for x in found[column][:3]]

    @figures_alone
    def test_pairs_of_batches_are_as_good_as_pairs_of_worlds(self):
        """Registered amounts: the difference of the means to the digit, and the error of 64 batches within what the chi-squared law with 63 degrees of
        freedom allows at 1e-9: a standard error of 0.51 to 1.63 of the true one, an interval 2.00 / 1.96 as wide. Unpaired it would be 3 times as wide."""
        self.run_into("a")
        self.run_into("b", "--set", "leverage=8")
        folders = self.pledgesim("compare", "a", "b", "--lang", "en").stdout
        self.assertIn("the same worlds (seed 20220708): paired by batches", folders)
        worlds = self.pledgesim("compare", BISHAN, "--only", "baseline,leverage_8", "-n", "6000", "--lang", "en").stdout
        line = next(line for line in worlds.splitlines() if "[" in line and "scenario less" not in line)
        by_worlds = [tuple(map(float, x)) for x in re.findall(r"([+-][0-9.]+) \[(-?[0-9.]+), (-?[0-9.]+)\]", line)][2]
        by_batches = self.cell(folders, 2)
        self.assertEqual(by_batches[0], by_worlds[0])
        ratio = (by_batches[2] - by_batches[1]) / (by_worlds[2] - by_worlds[1])
        self.assertTrue(0.51 * 2.00 / 1.96 < ratio < 1.63 * 2.00 / 1.96, ratio)
        self.run_into("c", "--set", "leverage=8", "-s", "3")
        unpaired = self.pledgesim("compare", "a", "c", "--lang", "en").stdout
        self.assertIn("other worlds (seeds 20220708 and 3): not paired", unpaired)
        width = self.cell(unpaired, 2)
        self.assertGreater((width[2] - width[1]) / (by_worlds[2] - by_worlds[1]), 1.63 * 2.00 / 1.96)

    @figures_alone
    def test_nothing_differs_from_itself(self):
        self.run_into("a")
        done = self.pledgesim("compare", "a", "a", "--lang", "en")
        self.assertIn("differences that are real: 0 of 14 comparisons", done.stdout)
        self.assertIn("no difference", done.stdout)

    @figures_alone
    def test_other_numbers_of_worlds_are_not_paired(self):
        self.run_into("a")
        self.pledgesim("run", BISHAN, "--only", "baseline", "-n", "3000", "-q", "-o", "b")
        self.assertIn("not paired, the errors of both added up (*)", self.pledgesim("compare", "a", "b", "--lang", "en").stdout)

    def test_what_cannot_be_compared(self):
        few = ("-n", "64", "-q")
        self.pledgesim("run", BISHAN, "--only", "baseline", *few, "-o", "a")
        self.pledgesim("run", BISHAN, "--only", "pool_1500", *few, "-o", "b")
        self.pledgesim("sweep", BISHAN, "--vary", "leverage=6:8", *few, "-o", "swept")
        shutil.copytree(self.dir / "a", self.dir / "old")
        self.edit(self.dir / "old/manifest.json", '"version": "', '"version": "9.')
        shutil.copytree(self.dir / "a", self.dir / "edited")
        (self.dir / "edited/metrics.csv").write_bytes((self.dir / "edited/metrics.csv").read_bytes() + b"\r\n")
        (self.dir / "empty").mkdir()
        for arguments, code, words in ((("a", "b"), 2, "have no scenario in common"),
                                       (("a", "b", "--only", "baseline"), 2, 'b has no scenario "baseline"'),
                                       (("a", "b", "--only", "x,pool_1500"), 2, 'a has no scenario "x"'),
                                       (("a", "empty"), 3, "empty is no results folder"),
                                       (("a", "nowhere"), 3, "nowhere is no results folder"),
                                       (("a", "swept"), 3, "swept holds results of another command"),
                                       (("a", "edited"), 3, "edited: a file is missing or is not what manifest.json says"),
                                       (("old", "a"), 3, "cannot be compared: they were made by versions 9."),
                                       (("a", "a", "-n", "5"), 2, "--worlds says nothing about results folders"),
                                       (("a", "a", "-o", "out"), 2, "--out says nothing about results folders"),
                                       (("a", "a", "a"), 2, "too much on the command line")):
            self.assertIn(words, self.pledgesim("compare", *arguments, "--lang", "en", code=code).stderr)
        done = self.pledgesim("compare", "a", "b", "--only", "baseline,pool_1500", "--lang", "en")
        self.assertIn("pool_1500 - baseline", done.stdout)


class Sensitivity(Case):
    def test_tornado_is_compare(self):
        few = ("-n", "1500", "-q")
        self.pledgesim("sensitivity", BISHAN, "--vary", "pool_initial_wan=1300:1500:200", "--vary", "pd_multiplier=0.5:2:0.5", *few, "-o", "tornado")
        self.pledgesim("compare", BISHAN, "--only", "baseline,pool_1300,pool_1500,pd_low,pd_high", *few, "-o", "compare")
        compared = {(row["scenario_id"], row["metric"]): row["difference"] for row in table((self.dir / "compare/compare.csv").read_bytes())}
        ends = {"pool_initial_wan": ("pool_1300", "pool_1500"), "pd_multiplier": ("pd_low", "pd_high")}
        rows = table((self.dir / "tornado/tornado.csv").read_bytes())
        self.assertEqual(len(rows), 2 * 3)
        for row in rows:
            low, high = ends[row["parameter"]]
            self.assertEqual(row["low_difference"], compared[low, row["metric"]])
            self.assertEqual(row["high_difference"], compared[high, row["metric"]])

    def test_sobol(self):
        done = self.pledgesim("sensitivity", BISHAN, "--vary", "pool_initial_wan=700:1500", "--vary", "discount_rate_pct=1:5", "--samples", "16",
                              "--metric", "p_depletion", "-n", "1000", "-o", "out", "--lang", "en")
        self.assertIn("share of the variance", done.stdout)
        pool, rate = table((self.dir / "out/sobol.csv").read_bytes())
        self.assertAlmostEqual(float(pool["total"]), 1, delta=0.5)
        self.assertEqual((rate["first"], rate["total"]), ("0", "0"))

    def test_one_name_for_a_figure(self):
        self.pledgesim("sensitivity", BISHAN, "--vary", "pool_initial_wan=700:1500", "--samples", "8", "--metric", "fiscal_net_cost_wan_mean", "--metric",
                       "不能足额赔付概率", "-n", "500", "-o", "out", "-q")
        for name in ("tornado", "sobol"):
            self.assertEqual({row["metric"] for row in table((self.dir / f"out/{name}.csv").read_bytes())}, {"fiscal_net_cost", "p_depletion"})

    def test_shares_are_told_in_percentage_points(self):
        done = self.pledgesim("sensitivity", BISHAN, "--vary", "pd_multiplier=0.5:2:0.5", "--metric", "npl_peak", "-n", "500", "-o", "out", "--lang", "en")
        row = table((self.dir / "out/tornado.csv").read_bytes())[0]
        self.assertIn("in percentage points", done.stdout)
        self.assertIn(f"npl_peak is {100 * float(row['base_mean']):.2f} % [", done.stdout)
        self.assertIn(f"2: {100 * float(row['high_difference']):+.2f} [", done.stdout)

    @figures_alone
    def test_few_samples_are_said_to_be_few(self):
        vary = ("sensitivity", BISHAN, "--vary", "pool_initial_wan=700:1500", "--vary", "leverage=6:12", "--metric", "registered_total", "-n", "500", "--lang", "en")
        self.assertIn("8 base points leave these shares uncertain", self.pledgesim(*vary, "--samples", "8").stdout)
        self.assertNotIn("uncertain", self.pledgesim(*vary, "--samples", "512").stdout)
        self.assertIn("fewer than 8 base points", self.pledgesim(*vary, "--samples", "3", code=2).stderr)

    def test_what_nothing_reads_is_said_once(self):
        idle = ("--vary", "topup_yearly_wan=50:100:50")
        done = self.pledgesim("sensitivity", BISHAN, *idle, "--metric", "p_depletion", "-n", "64", "--lang", "en", "-o", "out")
        self.assertEqual(done.stderr.count("W005 --vary topup_yearly_wan: warning"), 1)
        self.assertIn("topup = none", done.stderr)
        self.assertIn("W005", (self.dir / "out/warnings.csv").read_text("utf-8"))
        done = self.pledgesim("sweep", BISHAN, *idle, "--vary", "topup=none|fixed", "-n", "64", "--lang", "en")
        self.assertNotIn("W005 --vary", done.stderr)
        for idle_or_not in (idle, ("--vary", "topup_yearly_wan=0:100:50")):
            done = self.pledgesim("sweep", BISHAN, *idle_or_not, "--set", "topup=fixed", "-n", "64", "--lang", "en", "-o", "varied")
            self.assertNotIn("W005", done.stderr)  # nor that topup = fixed has no effect because the amount is 0
            self.assertNotIn("W005", (self.dir / "varied/warnings.csv").read_text("utf-8"))
        self.assertIn("W005", self.pledgesim("check", BISHAN, "--set", "topup=fixed", "--lang", "en").stderr)

    def test_an_upper_end_that_is_left_out_is_said(self):
        for verb, more in (("sweep", ()), ("tune", ("--st", "p_depletion<=50%")), ("sensitivity", ("--metric", "p_depletion"))):
            vary = (verb, BISHAN, *more, "-n", "64", "--lang", "en", "--vary")
            self.assertIn("1400 is the last value, the upper end is left out", self.pledgesim(*vary, "pool_initial_wan=800:1500:300", code=None).stderr)
            self.assertNotIn("left out", self.pledgesim(*vary, "pool_initial_wan=800:1400:300", code=None).stderr)

    def test_no_effect_is_said(self):
        done = self.pledgesim("sensitivity", BISHAN, "--vary", "discount_rate_pct=1:5", "--samples", "8", "--metric", "p_depletion", "-n", "1000", "--lang", "en")
        self.assertIn("1: no difference", done.stdout)
        self.assertNotIn("nan", done.stdout)
        self.assertRegex(done.stdout, r"p_depletion is [0-9.]+ % \[[0-9.]+, [0-9.]+\]; .* in percentage points")

    def test_plausible_ranges(self):
        """Without --vary all that act in the book; each as if its range had been written."""
        columns = json.loads(self.pledgesim("schema", "scenarios", "--json").stdout)["tables"][0]["columns"]
        ranges = {c["name"]: (c["plausible"]["low"], c["plausible"]["high"]) for c in columns if "plausible" in c}
        done = self.pledgesim("sensitivity", BISHAN, "-n", "500", "-o", "all", "--lang", "en")
        self.assertIn("most are assumptions", done.stdout)
        self.assertRegex(done.stdout, r"no difference at either end: .*registered_ratio")
        rows = {row["parameter"]: row for row in table((self.dir / "all/tornado.csv").read_bytes()) if row["metric"] == "p_depletion"}
        idle = {"index_correlation", "t_nu", "sector_variance", "stress_multiplier", "topup_yearly_wan"}
        self.assertEqual(set(rows), set(ranges) - idle)
        self.assertEqual({name: (row["low"], row["high"]) for name, row in rows.items()},
                         {name: ranges[name] for name in rows} | {"pool_initial_wan": ("500", "2000")})
        self.pledgesim("sensitivity", BISHAN, "--vary", "leverage=5:15", "--vary", "pd_multiplier=0.5:2", "-n", "500", "-o", "given", "-q")
        for row in table((self.dir / "given/tornado.csv").read_bytes()):
            if row["metric"] == "p_depletion":
                self.assertEqual(row["low_difference"], rows[row["parameter"]]["low_difference"])
                self.assertEqual(row["high_difference"], rows[row["parameter"]]["high_difference"])
        active = ("--set", "topup=fixed", "--set", "topup_yearly_wan=80", "--set", "dependence=student_t")
        self.pledgesim("sensitivity", BISHAN, *active, "-n", "500", "-o", "active", "-q")
        ends = {row["parameter"]: (row["low"], row["high"]) for row in table((self.dir / "active/tornado.csv").read_bytes())}
        self.assertEqual((ends["topup_yearly_wan"], ends["t_nu"]), (("40", "160"), ("4", "30")))

    def test_a_name_alone_takes_its_plausible_range(self):
        for name in ("pd_multiplier", "违约概率倍数"):
            self.pledgesim("sensitivity", BISHAN, "--vary", name, "-n", "64", "-o", "out", "-q")
            self.assertEqual({(row["low"], row["high"]) for row in table((self.dir / "out/tornado.csv").read_bytes())}, {("0.5", "2")})
        for name, words in (("target_wan", "no plausible range"), ("nonsense", "no plausible range"), ("topup_yearly_wan", "which is nothing"),
                            ("", "NAME=LO:HI")):
            self.assertIn(words, self.pledgesim("sensitivity", BISHAN, "--vary", name, "--lang", "en", code=2).stderr)

    @figures_alone
    def test_any_metric_of_a_run(self):
        """Means, quantiles and ratios; the scenario's own and those at an end are those of run."""
        names = ("pool_min", "npl_peak_q95", "claim_rate", "p_senior_hit", "depletion_month")
        self.pledgesim("sensitivity", BISHAN, "--vary", "pd_multiplier=0.5:2", *(x for name in names for x in ("--metric", name)), "-n", "4000", "-o", "out", "-q")
        rows = {row["metric"]: row for row in table((self.dir / "out/tornado.csv").read_bytes())}
        self.assertEqual(set(rows), set(names))
        for folder, settings, end in (("own", (), 0), ("high", ("--set", "pd_multiplier=2"), 1)):
            self.pledgesim("run", BISHAN, "--only", "baseline", *settings, "-n", "4000", "-o", folder, "-q")
            metrics = {row["metric"]: row["mean"] for row in table((self.dir / folder / "metrics.csv").read_bytes())}
            quantiles = {(row["metric"], row["kind"], row["q_pct"]): row["value"] for row in table((self.dir / folder / "quantiles.csv").read_bytes())}
            for name, known in (("pool_min", metrics["pool_min"]), ("claim_rate", metrics["claim_rate"]), ("npl_peak_q95", quantiles["npl_peak", "quantile", "95"])):
                value = float(rows[name]["base_mean"]) + end * float(rows[name]["high_difference"])
                self.assertAlmostEqual(value, float(known), delta=(0.002 if name == "npl_peak_q95" else 1e-9) * abs(value))
        done = self.pledgesim("sensitivity", BISHAN, "--vary", "pd_multiplier=0.5:2", "--metric", "代偿率", "--metric", "不良率峰值95%分位数", "-n", "4000")
        self.assertIn("代偿率 为 1.", done.stdout)

    def test_wrong_usage(self):
        for arguments, words in ((["--metric", "npl_peak_q95"], "3,584 worlds at least"), (["--metric", "nonsense"], "no such figure"),
                                 (["--metric", "p_depletio"], "did you mean p_depletion"), (["--metric", "claim_rate", "--samples", "8"], "not quantiles and ratios")):
            done = self.pledgesim("sensitivity", BISHAN, "--vary", "leverage=6:12", *arguments, "-n", "1000", "--lang", "en", code=2)
            self.assertIn(words, done.stderr)
        self.assertIn("no figure of this name", self.pledgesim("tune", BISHAN, "--vary", "leverage=6:12", "--st", "p_depletion<=1%", "--minimize", "claim_rate",
                                                               "-n", "1000", "--lang", "en", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
