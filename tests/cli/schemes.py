# SPDX-License-Identifier: GPL-3.0-or-later
"""Official schemes: what is listed, the book that compares them, support between pools in run and trace."""
import json
import re
import unittest

from _program import LANGS, ROOT, Case, table, tree

BOOK = ROOT / "scenarios/schemes"


class Listed(Case):
    def schemes(self):
        return json.loads(self.pledgesim("schema", "schemes", "--json").stdout)["schemes"]

    def test_every_way_of_listing_has_all(self):
        found = self.schemes()
        self.assertGreater(len(found), 20)
        for way in [("--lang", lang) for lang in LANGS] + [("--markdown",)]:
            text = self.pledgesim("schema", "schemes", *way).stdout
            for scheme in found:
                self.assertIn(scheme["name"], text)
                self.assertIn(scheme["source"], text)
                for term in scheme["terms"]:
                    self.assertTrue(term["basis"].startswith("["), term)
        inputs = self.pledgesim("schema", "--markdown").stdout
        for scheme in found:
            self.assertTrue(scheme["zh"] and scheme["en"])
            self.assertIn(f"| {scheme['name']} ", inputs)

    def test_wrong_words(self):
        self.assertIn("did you mean schemes?", self.pledgesim("schema", "shcemes", "--lang", "en", code=2).stderr)
        self.pledgesim("schema", "schemes", "--results", code=2)

    def test_a_misspelt_scheme_is_told_with_the_nearest(self):
        self.book("mybook", "schemes")
        for lang, word in (("en", "the nearest one is: fujian_insured_min"), ("zh", "最接近的是：fujian_insured_min")):
            done = self.pledgesim("check", "mybook", "--only", "zhuhai", "--set", "products.loan.scheme=fujian_insured_mni", "--lang", lang, code=3)
            self.assertIn("V017", done.stderr)
            self.assertIn(word, done.stderr)

    def test_the_book_has_every_scheme_on_the_worlds_of_bishan(self):
        self.book("mybook", "schemes")
        self.assertEqual(tree(self.dir / "mybook"), tree(BOOK))
        rows = table((BOOK / "scenarios.csv").read_bytes())
        used = {row["products.loan.scheme"] for row in rows}
        self.assertLessEqual({scheme["name"] for scheme in self.schemes()}, used)
        for name in ("banks", "correlations", "demand", "ip_kinds", "loans", "segments"):
            self.assertEqual((BOOK / f"{name}.csv").read_bytes(), (ROOT / f"scenarios/bishan/{name}.csv").read_bytes(), name)
        readme = (BOOK / "README.md").read_text(encoding="utf-8")
        for row in rows:
            self.assertIn(f"| `{row['scenario_id']}` |", readme)


class Compared(Case):
    def setUp(self):
        super().setUp()
        self.pledgesim("run", BOOK, "-n", "256", "-q", "-o", "results")
        self.means = {(row["scenario_id"], row["metric"]): float(row["mean"])
                      for row in table((self.dir / "results/metrics.csv").read_bytes()) if row["mean"]}

    def test_run(self):
        resolved = table((self.dir / "results/scenarios_resolved.csv").read_bytes())
        origins = {(row["scenario_id"], row["parameter"]): row["origin"] for row in resolved if row["row_id"] == "loan"}
        self.assertEqual(origins["fujian", "trigger_months"], "scheme fujian")
        self.assertEqual(origins["zhuhai", "trigger_months"], "as trigger_months")
        # Both readings of the insurer's limit stand side by side.
        self.assertGreater(self.means["fujian_insured_min", "loss_pool"], self.means["fujian_insured_max", "loss_pool"])
        self.assertLess(self.means["fujian_insured_min", "loss_insurer"], self.means["fujian_insured_max", "loss_insurer"])
        supported = {scenario for (scenario, metric), mean in self.means.items() if metric == "support" and mean > 0}
        self.assertEqual(supported, {"two_pools_support"})

    def test_trace(self):
        """The first world with support: told in words and as CSV."""
        for world in range(40):
            one = ("trace", BOOK, "--id", "two_pools_support", "--world", str(world))
            found = [row for row in table(self.pledgesim(*one, "--csv").stdout.encode()) if row["event"] == "support"]
            if found:
                break
        self.assertTrue(found)
        self.assertEqual({(row["pool_id"], row["from_pool_id"]) for row in found}, {("district", "city")})
        total = sum(float(row["amount_wan"]) for row in found)
        self.assertLessEqual(total, 200)
        self.assertRegex(self.pledgesim(*one, "--lang", "en").stdout, r"(?m)^  support of district by city: [0-9.,]+$")
        words = self.pledgesim(*one, "--lang", "zh").stdout
        self.assertRegex(words, r"(?m)^  市级资金池 支持 区级资金池：[0-9.,]+ 万元$")
        told = re.search(r"(?m)^support +([0-9.,]+)", words)
        self.assertAlmostEqual(float(told[1].replace(",", "")), total, delta=0.06)


if __name__ == "__main__":
    unittest.main()
