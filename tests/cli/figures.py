# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts of report/figures draw what a run and a sweep wrote."""
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from _program import ROOT, Case, environment, figures_alone, table

DRIVER = ROOT / "report/figures/pledgesim-figures"


@unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not there")
class Figures(Case):
    def draw(self, *arguments, code=0):
        done = subprocess.run([DRIVER, *arguments], cwd=self.dir, env=environment(), capture_output=True, text=True, encoding="utf-8", timeout=300)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def words(self, name):
        """All text of an SVG file."""
        return "".join(ElementTree.parse(self.dir / name).getroot().itertext())

    def test_a_run(self):
        self.book("book", "bishan")
        self.pledgesim("run", "book", "-n", "4096", "-q", "-o", "out")
        titles = {"compensation": ("资金池代偿支出的分布：资金池2000万元", "Compensation paid by the pool: 资金池2000万元"),
                  "exceedance": ("代偿支出超过某一金额的概率", "Probability that compensation exceeds an amount"),
                  "balance": ("资金池余额：资金池2000万元", "Balance of the pool: 资金池2000万元"),
                  "scenarios": ("达标概率（按各情景的口径）", "target reached, by each scenario's reading"),
                  "convergence": ("不能足额赔付概率的收敛", "How the probability of not paying in full settled")}
        for i, lang in enumerate(("zh", "en")):
            done = self.draw("--lang", lang, "--id", "pool_2000", "-o", lang, "out")
            self.assertEqual(done.stderr, "")
            self.assertEqual(len(list((self.dir / lang).iterdir())), 2 * len(titles))
            for name, title in titles.items():
                self.assertIn(title[i], self.words(f"{lang}/{name}.svg"))
                self.assertEqual((self.dir / lang / f"{name}.png").read_bytes()[:4], b"\x89PNG")
        self.assertIn("汽车集群下行两年", self.words("en/scenarios.svg"))

    def test_a_sweep(self):
        self.book()
        self.pledgesim("sweep", "book", "--vary", "pool_initial_wan=500:1500:500", "--vary", "leverage=8:10:1", "--st", "p_depletion<=5%",
                       "-n", "2048", "-q", "-o", "grid")
        self.assertEqual(self.draw("grid").stderr, "")
        self.assertIn("前沿方案", self.words("grid-figures/frontier.svg"))
        self.assertIn("放大倍数", self.words("grid-figures/grid.svg"))
        self.pledgesim("sweep", "book", "--vary", "pool_initial_wan=500:1500:500", "-n", "2048", "-q", "-o", "line")
        self.draw("line")
        self.assertFalse((self.dir / "line-figures/grid.svg").exists())

    @figures_alone
    def test_the_reading_of_each_scenario(self):
        self.book("book", "bishan")
        self.pledgesim("run", "book", "-n", "1024", "--only", "baseline,yearly_flow", "-q", "-o", "out")
        for row in table((self.dir / "out/summary.csv").read_bytes()):
            basis = "p_target_annual" if row["scenario_id"] == "yearly_flow" else "p_target_cumulative"
            for end in ("", "_lo95", "_hi95"):
                self.assertEqual(row["p_target" + end], row[basis + end])
        self.draw("out")
        self.assertIn("按各情景的口径", self.words("out-figures/scenarios.svg"))
        # Without a target there is no chart of it.
        self.book("static", "static")
        self.pledgesim("run", "static", "-n", "4096", "-q", "-o", "paid")
        self.assertEqual({row["p_target"] for row in table((self.dir / "paid/summary.csv").read_bytes())}, {""})
        self.assertEqual(self.draw("paid").stderr, "")
        self.assertNotIn("达标", self.words("paid-figures/scenarios.svg"))

    def test_hostile_names_are_inert(self):
        folder = self.book()
        label = "<script>&amp; ^{x}_y `touch bad` %d {/Bold b} $(touch bad)"
        (folder / "scenarios.csv").write_text(f'scenario_id,label\na,"{label}, ""q"""\n', encoding="utf-8")
        self.pledgesim("run", "book", "-n", "2048", "-q", "-o", "o'ut")
        self.draw("o'ut")
        for name in ("balance", "scenarios"):
            self.assertIn(label, self.words(f"o'ut-figures/{name}.svg"))
        self.assertFalse(list(self.dir.rglob("bad")) + [path for path in DRIVER.parent.iterdir() if path.name == "bad"])

    def test_complaints(self):
        self.book()
        self.pledgesim("run", "book", "-n", "256", "-q", "-o", "out")
        self.assertIn("nobody", self.draw("--id", "nobody", "out", code=1).stderr)
        self.assertIn("summary.csv", self.draw("book", code=3).stderr)
        self.draw(code=2)
        self.draw("--lang", "fr", "out", code=2)


if __name__ == "__main__":
    unittest.main()
