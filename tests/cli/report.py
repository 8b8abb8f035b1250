# SPDX-License-Identifier: GPL-3.0-or-later
"""report.html as bytes: what it asks of a browser, what its sentences say, and that names of a book stay text."""
import base64
import hashlib
import html
import json
import re
import shlex
import shutil
import unittest

from _program import ROOT, Case, figures_alone, run, table

SECTIONS = ["conclusion", "live", "distribution", "frontier", "heat", "fan", "exceedance", "flows", "stress", "tornado", "compare",
            "convergence", "parameters", "data"]
HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>&\u2028{0}"
HAS_REPORT = json.loads(run("info", "--json").stdout)["report"]


def island(page):
    return re.search(r'<script type="application/json" id="figures">(.*?)</script>', page, re.S).group(1)


def conclusion(page):
    """The first screen in both languages, as text."""
    markup = re.search(r'<section id="conclusion".*?</section>', page, re.S).group()
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", markup)))


def tune_command(page):
    return html.unescape(re.search(r"<code>(pledgesim tune .*?)</code>", page).group(1))


@unittest.skipUnless(HAS_REPORT, "built without Node.js")
class Report(Case):
    def report(self, *arguments, code=0):
        self.pledgesim("run", *arguments, "-o", "out", "-q", code=code)
        return (self.dir / "out/report.html").read_text(encoding="utf-8")

    def test_asks_for_nothing(self):
        self.book(template="bishan")
        page = self.report("book", "-n", "1024", "--only", "baseline,pd_high")
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1)
        self.assertTrue(policy.startswith("default-src 'none'; script-src 'sha256-"))
        self.assertNotIn("unsafe-inline", policy)
        self.assertNotIn("unsafe-eval'", policy.replace("'wasm-unsafe-eval'", ""))
        for tag, directive in (("script", "script-src"), ("style", "style-src")):
            text = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
            self.assertEqual(len(text), 1)
            digest = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
            self.assertIn(f"{directive} 'sha256-{digest}'", policy)
        # Addresses stand in licence texts and as names of XML vocabularies, nowhere else.
        rest = re.sub(r"<pre.*?</pre>", "", page, flags=re.S)
        self.assertEqual({a for a in re.findall(r"https?://[\w.]+", rest) if a != "http://www.w3.org"}, set())
        markup = re.sub(r"<script.*?</script>", "", rest, flags=re.S)
        self.assertEqual([a for a in re.findall(r'(?:src|href)="([^"]*)"', markup) if not a.startswith("#")], [])
        self.assertEqual(re.findall(r'<section id="(\w+)"', page)[:14], SECTIONS)
        self.assertLess(len(page.encode()), 2_000_000)

    def test_no_figure_without_its_interval(self):
        self.book(template="bishan")
        page = self.report("book", "-n", "1024", "--only", "baseline,all_insured,pd_high")
        conclusion = re.search(r'<section id="conclusion".*?</section>', page, re.S).group()
        conclusion = re.sub(r"<code>.*?</code>", "", conclusion)
        shown = list(re.finditer(r"(?P<bound>&[lg]t; )?(?P<figure>[\d.]+) %(?P<rest>.{0,2})", conclusion.replace("</p><p class=\"interval\">", " ")))
        self.assertGreater(len(shown), 12)
        for match in shown:
            whole = conclusion[max(0, match.start() - 30):match.end() + 30]
            threshold = re.search(r"(at least|at most) $", conclusion.replace("</p><p class=\"interval\">", " ")[:match.start()])
            interval = match["rest"].startswith(" [") or conclusion.replace("</p><p class=\"interval\">", " ")[match.start() - 1] == "]"
            self.assertTrue(match["bound"] or interval or threshold or match["figure"] == "40", whole)
        self.assertIsNone(re.search(r"(?<![\d.])0(\.0+)? %", conclusion))
        for money in re.finditer(r"[\d,.]+ 万元 \[", conclusion):
            self.assertIsNotNone(money)

    def test_the_figures_are_those_of_the_tables(self):
        self.book(template="bishan")
        data = json.loads(island(self.report("book", "-n", "1024", "--only", "baseline,pool_1500,yearly_flow")))
        rows = table((self.dir / "out/summary.csv").read_bytes())
        self.assertEqual([one["id"] for one in data["scenarios"]], [row["scenario_id"] for row in rows])
        for one, row in zip(data["scenarios"], rows):
            basis = "p_target_annual" if one["id"] == "yearly_flow" else "p_target_cumulative"
            for key, column in (("depletion", "p_depletion"), ("target", basis)):
                hits, worlds, lo, hi = one[key]
                self.assertEqual(worlds, 1024)
                self.assertAlmostEqual(hits / worlds, float(row[column]), 9)
                if 0 < hits < worlds:
                    self.assertAlmostEqual(lo, float(row[column + "_lo95"]), 9)
                    self.assertAlmostEqual(hi, float(row[column + "_hi95"]), 9)
            self.assertAlmostEqual(one["cost"][0], float(row["fiscal_net_cost_wan_mean"]), 6)
            self.assertEqual(sum(one["distribution"]["counts"]) + one["distribution"]["below"] + one["distribution"]["over"], 1024)
        # The outlook's variant that is the scenario itself saw the same worlds.
        outlook = data["outlook"]
        own = outlook["points"][0][outlook["size"] * len(outlook["leverages"]) + outlook["leverage"]]
        self.assertEqual(own[0], data["scenarios"][0]["depletion"])
        self.assertEqual(own[1], data["scenarios"][0]["target"])

    @figures_alone
    def test_the_tornado_is_that_of_sensitivity(self):
        self.book(template="bishan")
        data = json.loads(island(self.report("book", "-n", "3000", "--only", "yearly_flow", "--set", "pd_multiplier=1.2")))
        self.pledgesim("sensitivity", "book", "--id", "yearly_flow", "--set", "pd_multiplier=1.2", "-n", "2000", "--metric", "p_depletion", "--metric",
                       "p_target_annual", "--metric", "fiscal_net_cost", "-o", "drawn", "-q")
        rows = {(row["parameter"], row["metric"]): row for row in table((self.dir / "drawn/tornado.csv").read_bytes())}
        self.assertEqual((data["tornado"]["worlds"], 3 * len(data["tornado"]["bars"])), (2000, len(rows)))
        bars = {bar["label"][0]: bar for bar in data["tornado"]["bars"]}
        for name, label in (("pd_multiplier", "违约概率倍数"), ("leverage", "放大倍数上限"), ("pool_initial_wan", "资金池初始规模")):
            for key, metric in (("depletion", "p_depletion"), ("target", "p_target_annual"), ("cost", "fiscal_net_cost")):
                row = rows[name, metric]
                self.assertEqual(bars[label]["ends"], [row["low"], row["high"]])
                for end, side in enumerate(("low", "high")):
                    value, lo, hi, real = bars[label][key][end]
                    for x, column in ((value, "difference"), (lo, "lo95"), (hi, "hi95")):
                        self.assertAlmostEqual(x, float(row[f"{side}_{column}"]), delta=1e-8 * max(1, abs(x)))
                    self.assertEqual(real, row[f"{side}_real"] == "true")
        self.assertIsNone(json.loads(island(self.report("book", "-n", "500", "--only", "baseline")))["tornado"])

    def test_names_stay_text(self):
        book = self.book()
        (book / "scenarios.csv").write_text(f'scenario_id,label\nbaseline,"{HOSTILE}"\nb,plain\n', encoding="utf-8")
        page = self.report("book", "-n", "256")
        markup = re.sub(r"<script>.*?</script>\n</body>", "", page, flags=re.S)
        for harm in ("<script>alert", "<img", "</script><!--"):
            self.assertFalse(harm in markup, harm)
        text = island(page)
        self.assertIsNone(re.search(r"[<>&\u2028\u2029]", text))
        self.assertEqual(json.loads(text)["scenarios"][0]["name"], HOSTILE)
        self.assertIn("&lt;/script&gt;&lt;script&gt;alert(1)", page)

    def test_what_turns_writing_stays_to_itself(self):
        book = self.book()
        (book / "scenarios.csv").write_text("scenario_id,label\nbaseline,plan \u202efdp.exe\n", encoding="utf-8")
        page = self.report("book", "-n", "256")
        markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
        self.assertIn("\u202e", markup)
        self.assertNotIn("\u202e", re.sub(r"<bdi>[^<]*</bdi>", "", markup))

    @figures_alone
    def test_same_bytes(self):
        self.book()
        one = self.report("book", "-n", "1024", "-j", "1")
        two = self.report("book", "-n", "1024", "-j", "3", "--isa", "base")
        self.assertEqual(one, two)

    def rows(self, page, pattern):
        """Cells of the rows of the first (Chinese) table that follows the pattern."""
        part = re.search(pattern + r".*?<tbody>(.*?)</tbody>", page, re.S).group(1)
        return [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in re.findall(r"<tr>(.*?)</tr>", part)]

    def test_every_value_says_what_it_rests_on(self):
        book = self.book(template="bishan")
        page = self.report("book", "-n", "256")
        self.assertEqual(re.findall(r"\[(?:assumption|rule|plan|found)[^\]]*\]", re.sub(r"<script.*?</script>", "", page, flags=re.S)), [])
        pd = [row for row in self.rows(page, r"<summary>segments\.csv") if row[2] == "pd_pct"]
        self.assertEqual({row[6] for row in pd}, {"假设"})
        share = [row for row in self.rows(page, r"<summary>products\.csv") if row[2] == "pool_share_pct"]
        self.assertEqual([row[6] for row in share], ["查得（北碚 70:30）", "查得（重庆小微企业办法）", "查得（青岛保证保险贷款）"])
        sentence = re.search(r'<p class="basis">(.*?)</p>', page).group(1)
        all_n, assumed_n = map(int, re.search(r"取决于 (\d+) 项参数：(\d+) 项是没有数据支持的假设（包括年违约概率", sentence).groups())
        legend = dict(re.findall(r"<dt>(.*?)：(\d+) 项</dt>", page))
        self.assertEqual(sum(map(int, legend.values())), all_n)
        self.assertEqual(int(legend["假设"]), assumed_n)
        self.assertIn('<a href="#parameters">', sentence)
        # What the user puts in is the user's, unless it is what the program would take anyway.
        segments = (book / "segments.csv").read_text(encoding="utf-8-sig").replace(",3.3,", ",4.4,")
        (book / "segments.csv").write_text(segments, encoding="utf-8")
        rows = self.rows(self.report("book", "-n", "256", "--set", "sale_prob_pct=30"), r"<summary>segments\.csv")
        self.assertEqual({row[6] for row in rows if row[2] == "pd_pct" and row[3] != "3"}, {"账册填入"})
        self.assertEqual({row[6] for row in rows if row[2] == "pd_pct" and row[3] == "3"}, {"假设"})

    def test_every_mark_is_translated(self):
        marks = set(re.findall(r'"(\[[a-z]+: [^"]*\])"', (ROOT / "include/pledgesim/tables.def").read_text(encoding="utf-8")))
        translated = set(re.findall(r'PS_MARK_ZH\("([^"]*)"', (ROOT / "sim/report/basis.def").read_text(encoding="utf-8")))
        self.assertEqual(marks - translated, set())

    def test_changes_of_every_table(self):
        self.book(template="bishan")
        rows = self.rows(self.report("book", "-n", "256"), r'<details class="changes">')
        changed = {(row[0], row[1], row[3]): (row[4], row[5]) for row in rows}
        self.assertEqual(changed["资金池1300万元", "", "pool_initial_wan"], ("1000", "1300"))
        self.assertEqual(changed["全部改为七三分担直贷", "cq_smallmicro", "share_pct"], ("50", "0"))
        self.assertEqual(changed["宏观下行一年（2个标准差）", "macro_2023", "shift_sd"], ("", "-2"))
        labels = [row["label"] for row in table((self.dir / "out/summary.csv").read_bytes())]
        self.assertEqual({row[0] for row in rows}, set(labels[1:]))

    def test_vehicles_trusts_and_funds(self):
        """They have a section where a scenario has some, with the figures of the tables."""
        for name, scenario, figure in (("abs", "issue", "loss_senior"), ("trust", "trust", "loss_subordinated"), ("fund", "fund", "fund_fiscal_cost")):
            shutil.copytree(ROOT / "scenarios" / name, self.dir / name)
            page = self.report(name, "-n", "512", "--only", f"none,{scenario}")
            section = re.search(r'<section id="vehicles".*?</section>', page, re.S).group()
            metrics = {(row["scenario_id"], row["metric"]): row for row in table((self.dir / "out/metrics.csv").read_bytes())}
            mean = float(metrics[scenario, figure]["mean"])
            self.assertIn(f"{mean:,.1f} [", section, name)
            self.assertIn('href="#vehicles"', page)
        self.book("book")
        self.assertNotIn("vehicles", re.findall(r'<section id="(\w+)"', self.report("book", "-n", "256")))

    def test_books_without_target_or_pool(self):
        self.book("static", template="static")
        page = self.report("static", "-n", "256")
        self.assertIn("能否足额赔付", page)
        self.assertNotIn("能否达标", re.search(r'<section id="conclusion".*?</section>', page, re.S).group())
        self.assertIn("世界数不足 1,000", page)
        page = self.report("static", "-n", "2048")
        said = conclusion(page)
        self.assertIn("不能：不能足额赔付的风险过高", said)
        self.assertNotIn("支撑", said)
        markup = re.sub(r'<section id="(parameters|tornado)".*?</section>|<script.*?</script>|<h1.*?</header>', "", page, flags=re.S)
        self.assertIsNone(re.search("达标|target|登记", markup))
        data = json.loads(island(page))
        self.assertFalse(data["hasTarget"])
        self.assertIsNone(data["scenarios"][0]["target"])
        self.assertIsNone(data["outlook"]["points"][0][0][1])
        # None of the sizes is safe: one threshold, not two.
        said = conclusion(self.report("static", "-n", "1024", "--set", "pd_multiplier=20", "--set", "pool_initial_wan=10", "--only", "textbook"))
        self.assertNotIn("两项", said)

    def test_commands_repeat_the_run(self):
        self.book("my book", template="bishan")
        page = self.report("./my book", "--only", "baseline,pool_1500", "--set", "leverage=8", "-s", "9223372036854775807", "-n", "1024")
        data = json.loads(island(page))
        self.assertEqual((data["path"], data["sets"], data["seed"]), ("./my book", ["leverage=8"], "9223372036854775807"))
        self.assertIn("--set leverage=8", re.search(r"<header>.*?</header>", page, re.S).group())
        command = tune_command(page)
        self.assertTrue(command.startswith("pledgesim tune './my book' --id baseline --set leverage=8 --vary pool_initial_wan="), command)
        self.assertTrue(command.endswith(" -s 9223372036854775807"), command)
        self.pledgesim(*shlex.split(command)[1:], "-n", "2048", "-q")
        # A column cannot be both set and searched.
        command = tune_command(self.report("my book", "--only", "baseline", "--set", "pool_initial_wan=900", "-n", "1024"))
        self.assertNotIn("--set", command)

    def test_several_pools(self):
        page = self.report(ROOT / "scenarios/schemes", "--only", "two_pools", "-n", "1024")
        command = tune_command(page)
        self.assertRegex(command, r"--vary pools\.city\.initial_wan=\d+:\d+ --vary pools\.district\.initial_wan=\d+:\d+ .*--minimize pools\.city\.initial_wan")
        self.assertIn("资金池 city", conclusion(page))
        done = self.pledgesim(*shlex.split(command)[1:], "-n", "256", code=None)
        self.assertIn("pools.city.initial_wan=", done.stdout)

    @figures_alone
    def test_only_what_is_worse_is_a_stress(self):
        self.book(template="bishan")
        page = self.report("book", "-n", "1024", "--only", "baseline,pd_low,pool_2000")
        self.assertEqual({one["id"]: one["stress"] for one in json.loads(island(page))["scenarios"]},
                         {"baseline": False, "pd_low": True, "pool_2000": False})
        self.assertNotIn("违约概率减半", conclusion(page))
        # Other worlds and another policy: no stress.
        page = self.report(ROOT / "scenarios/schemes", "-n", "1024", "--only", "cq_beibei,two_pools,qingdao_insured")
        stress = [one["stress"] for one in json.loads(island(page))["scenarios"]]
        self.assertEqual(stress, [False] * len(stress))
        # A pool that nothing empties: no culprit for it, and the target's is named.
        page = self.report("book", "-n", "1024", "--only", "baseline", "--set", "pool_initial_wan=20000")
        said = conclusion(page)
        self.assertIn("对赔付均无明显影响", said)
        self.assertIn("对达标最不利：新增企业减半", said)
        self.assertIn("none for the pool", said)
        # A target out of reach with and without stress has no culprit either.
        said = conclusion(self.report("book", "-n", "1024", "--only", "baseline", "--set", "target_wan=300000"))
        self.assertIn("达标概率均未明显降低", said)
        self.assertNotIn("对达标最不利", said)

    @figures_alone
    def test_sizes_reach_to_the_answer(self):
        self.book(template="bishan")
        for own in ("0", "5", "4000"):
            page = self.report("book", "-n", "1024", "--only", "baseline", "--set", f"pool_initial_wan={own}")
            outlook = json.loads(island(page))["outlook"]
            self.assertEqual(outlook["pools"][outlook["size"]], float(own))
            self.assertGreater(outlook["safe"], 0)
            self.assertTrue(1000 < outlook["pools"][outlook["safe"]] < 2000, own)
            lo, hi = re.search(r"--vary pool_initial_wan=(\d+):(\d+)", tune_command(page)).groups()
            self.assertEqual([float(lo), float(hi)], outlook["pools"][outlook["safe"] - 1:outlook["safe"] + 1])
        # Without money the pool pays nothing; that is no mean of 0.0.
        page = self.report("book", "-n", "1024", "--only", "baseline", "--set", "pool_initial_wan=0")
        self.assertIn("1,024 个世界中，资金池均未发生赔付", conclusion(page))
        self.assertIn("In none of 1,024 worlds", conclusion(page))
        self.assertIsNone(re.search(r"(?<![\d.])0\.0 (万元 )?\[", page))
        # The smallest size that was tried is no more than a bound.
        page = self.report("book", "-n", "1024", "--only", "baseline", "--set", "target_wan=0", "--set", "pd_multiplier=0.01")
        self.assertEqual(json.loads(island(page))["outlook"]["safe"], 0)
        self.assertIn("不超过 1 万元", conclusion(page))
        self.assertIn("not more than 1 万元", conclusion(page))
        self.assertIn("--vary pool_initial_wan=0:1 ", tune_command(page))

    def test_sweep_and_tune(self):
        self.book("book", template="bishan")
        self.pledgesim("sweep", "book", "--vary", "pool_initial_wan=800:1600:400", "--vary", "leverage=8:12:4", "--st", "p_depletion<=1%",
                       "-n", "1024", "-o", "grid", "-q")
        page = (self.dir / "grid/report.html").read_text(encoding="utf-8")
        study = json.loads(island(page))["study"]
        rows = table((self.dir / "grid/grid.csv").read_bytes())
        self.assertEqual([point["at"] for point in study["points"]], [[row["value_1"], row["value_2"]] for row in rows])
        for point, row in zip(study["points"], rows):
            self.assertAlmostEqual(point["depletion"][0] / 1024, float(row["p_depletion"]), 9)
        # The answer is the cheapest of those that meet all; the frontier goes on from there.
        met = sorted((float(row["fiscal_net_cost_wan_mean"]), row["value_1"], row["value_2"]) for row in rows if row["feasible"] == "met")
        best = f"资金池初始规模 {met[0][1]} 万元、放大倍数上限 {met[0][2]} 倍"
        self.assertIn(best, re.search(r'<p class="question">(.*?)</p>', page).group(1))
        self.assertEqual([row[:2] for row in self.rows(page, "各取所长")][0], ["财政净成本最低", best])
        order = [row[0] for row in self.rows(page, "前沿方案")]
        self.assertEqual(order[0], best)
        self.assertEqual(len(order), sum(row["frontier"] == "true" for row in rows))
        self.pledgesim("tune", "book", "--vary", "pool_initial_wan=500:3000", "--st", "p_depletion<=1%", "--minimize", "pool_initial_wan",
                       "-n", "4096", "-o", "tuned", "-q", code=None)
        page = (self.dir / "tuned/report.html").read_text(encoding="utf-8")
        for name in ("grid", "tuned"):  # no panel, no kernel
            study = (self.dir / name / "report.html").read_text(encoding="utf-8")
            self.assertNotIn('id="kernel"', study)
            self.assertTrue(study.rstrip().endswith("</html>"))
        rows = table((self.dir / "tuned/tune.csv").read_bytes())
        # Judged by one-sided bounds, as on the terminal; none looks like a 95 % interval.
        self.assertRegex(conclusion(page), r"\d % \[<= [\d.]+ %\]")
        self.assertIsNone(re.search(r"% \[\d", conclusion(page)))
        points = {row["point"]: [row["value_1"]] for row in rows}
        self.assertEqual([point["at"] for point in json.loads(island(page))["study"]["points"]], list(points.values()))
        # The command makes a report of the variant.
        command = shlex.split(html.unescape(re.search(r"<code>pledgesim (run .*?)</code>", page).group(1)))
        self.pledgesim(*command, "-q", code=None)
        self.assertIn(command[command.index("--set") + 1], {f"pool_initial_wan={row['value_1']}" for row in rows})
        self.assertTrue((self.dir / "variant/report.html").exists())
        chinese = re.search(r'<section id="conclusion".*?<div class="en"', page, re.S).group()
        self.assertNotIn("pool_initial_wan", re.sub(r"<code>.*?</code>", "", chinese))
        self.assertNotIn("p_depletion", chinese)
        for text in ("不能足额赔付概率 ≤ 1%", "按抽样误差，资金池初始规模（万元）的最优值在", "起作用的约束：", "收紧一成时的目标值"):
            self.assertIn(text, chinese)


if __name__ == "__main__":
    unittest.main()
