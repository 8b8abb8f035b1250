# SPDX-License-Identifier: GPL-3.0-or-later
"""tune and sweep on the command line."""
import json
import unittest

from _program import ROOT, Case, table, tree

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
        self.assertEqual([r["path"] for r in manifest["resources"] if "schema" in r], ["tune.csv", "scenarios_resolved.csv", "warnings.csv"])

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
        self.assertIn("share of worlds above the limit, which may be at most 5.0 %", done.stdout)

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

    def test_no_answer(self):
        done = self.pledgesim("tune", BISHAN, "--vary", "pool_initial_wan=100:200:10", "--st", ST, "-n", "2000", "--lang", "en", code=1)
        self.assertIn("no variant in the range meets every constraint; the nearest is pool_initial_wan=", done.stdout)

    def test_wrong_usage(self):
        for arguments, words in (
                (["--st", ST], "one to 4 parameters"),
                (["--vary", "leverage=6:12"], "at least one constraint"),
                (["--vary", "leverage=12:6", "--st", ST], "the range holds no step"),
                (["--vary", "leverage=6:x", "--st", ST], "plain numbers"),
                (["--vary", "topup=none|fixed", "--st", ST], "lists are for sweep"),
                (["--vary", "leverage=6:12", "--st", "p_depletion<1%"], "FIGURE<=LIMIT"),
                (["--vary", "leverage=6:12", "--st", "p_depletoin<=1%"], "did you mean p_depletion"),
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
        self.pledgesim("tune", BISHAN, "--vary", "breaker_suspend_pct=1:40", "--st", ST, "-n", "64", code=3)


class Sweep(Case):
    def test_grid_and_frontier(self):
        done = self.pledgesim("sweep", BISHAN, "--vary", "pool_initial_wan=1000:1400:200", "--vary", "topup=none|fixed", "--set", "topup_yearly_wan=100",
                              "--st", ST, "-n", "2000", "-o", "out", "--lang", "en")
        self.assertIn("on the frontier", done.stdout)
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
    def test_differences_are_those_of_the_means(self):
        few = ("--only", "baseline,pool_1500,pd_high", "-n", "2000")
        done = self.pledgesim("compare", BISHAN, *few, "-o", "compared", "--lang", "en")
        self.assertIn("scenario less baseline", done.stdout)
        self.pledgesim("run", BISHAN, *few, "-o", "run", "-q")
        means = {(row["scenario_id"], row["metric"]): row["mean"] for row in table((self.dir / "run/metrics.csv").read_bytes())}
        rows = table((self.dir / "compared/compare.csv").read_bytes())
        self.assertEqual({row["scenario_id"] for row in rows}, {"pool_1500", "pd_high"})
        for row in rows:
            if row["metric"] != "npl_peak":  # missing in some worlds of one alone
                self.assertEqual(row["mean"], means[row["scenario_id"], row["metric"]])
                self.assertEqual(row["base_mean"], means["baseline", row["metric"]])
                self.assertAlmostEqual(float(row["difference"]), float(row["mean"]) - float(row["base_mean"]), delta=1e-4)

    def test_alone(self):
        done = self.pledgesim("compare", BISHAN, "--only", "baseline", "-n", "64", "--lang", "en", code=2)
        self.assertIn("nothing to compare", done.stderr)


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

    def test_no_effect_is_said(self):
        done = self.pledgesim("sensitivity", BISHAN, "--vary", "discount_rate_pct=1:5", "--samples", "8", "--metric", "p_depletion", "-n", "1000", "--lang", "en")
        self.assertIn("1: no difference", done.stdout)
        self.assertNotIn("nan", done.stdout)
        self.assertRegex(done.stdout, r"p_depletion is [0-9.]+ % \[[0-9.]+, [0-9.]+\]; .* in percentage points")

    def test_wrong_usage(self):
        for arguments, words in ((["--metric", "npl_peak_q95"], "a probability or a mean"), (["--metric", "nonsense"], "a probability or a mean"),
                                 ([], "")):
            vary = ["--vary", "leverage=6:12"] if arguments else []
            done = self.pledgesim("sensitivity", BISHAN, *vary, *arguments, "-n", "64", "--lang", "en", code=2)
            self.assertIn(words or "one to 24 parameters", done.stderr)


if __name__ == "__main__":
    unittest.main()
