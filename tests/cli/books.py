# SPDX-License-Identifier: GPL-3.0-or-later
"""init and check; a book with an error touches nothing."""
import json
import unittest

from _program import ROOT, Case, tree


class Init(Case):
    def test_templates_are_the_books_of_the_project(self):
        for template in ("bishan", "minimal"):
            self.pledgesim("init", template, "--template", template)
            self.assertEqual(tree(self.dir / template), tree(ROOT / "scenarios" / template))

    def test_default_is_bishan(self):
        self.pledgesim("init")
        self.assertEqual(tree(self.dir / "bishan"), tree(ROOT / "scenarios/bishan"))

    def test_overwrites_nothing(self):
        book = self.book()
        self.edit(book / "scenarios.csv", "1000", "1234")
        before = tree(self.dir)
        for target in ("book", "book/scenarios.csv"):
            done = self.pledgesim("init", target, "--lang", "en", code=4)
            self.assertIn(target, done.stderr)
        self.assertEqual(tree(self.dir), before)

    def test_fills_an_empty_folder(self):
        (self.dir / "empty").mkdir()
        self.pledgesim("init", "empty", "--quiet")
        self.assertTrue((self.dir / "empty/scenarios.csv").exists())

    def test_parent_is_missing(self):
        self.pledgesim("init", "no/such/book", code=4)
        self.assertEqual(tree(self.dir), {})


class Check(Case):
    def test_good_book(self):
        self.book("mybook", "bishan")
        before = tree(self.dir)
        done = self.pledgesim("check", "mybook", "--lang", "en")
        self.assertEqual(done.stdout.split()[0], "baseline")
        self.assertIn("no errors", done.stderr)
        self.assertEqual(tree(self.dir), before)
        self.assertEqual(self.pledgesim("check", "mybook", "--only", "pool_1300,baseline", "-q").stdout.split(),
                         ["baseline", "pool_1300"])

    def test_all_problems_at_once(self):
        book = self.book("mybook", "bishan")
        self.edit(book / "segments.csv", "equipment", "Equipment!")
        self.edit(book / "scenarios.csv", "1000,10,", "1000,ten,")
        done = self.pledgesim("check", "mybook", "--json", code=3)
        found = json.loads(done.stderr)
        self.assertEqual(done.stdout, "")
        wrong = {one["file"] for one in found["diagnostics"] if one["severity"] == "error"}
        self.assertLessEqual({"scenarios.csv", "segments.csv"}, wrong)
        for one in found["diagnostics"]:
            self.assertTrue(one["code"] and one["severity"] and one["rule"], one)
        text = self.pledgesim("check", "mybook", "--lang", "en", code=3).stderr
        self.assertIn("scenarios.csv:2", text)
        self.assertNotIn("\033", text)

    def test_json_of_a_good_book(self):
        self.book()
        done = self.pledgesim("check", "book", "--json")
        self.assertEqual(json.loads(done.stderr)["errors"], 0)

    def test_bad_book_touches_nothing(self):
        book = self.book("mybook", "bishan")
        self.pledgesim("run", "mybook", "-n", "64", "-q", "--only", "baseline")
        self.edit(book / "products.csv", "30", "thirty")
        before = tree(self.dir)
        for command in (["check", "mybook"], ["run", "mybook"], ["run", "mybook", "-o", "new"], ["run", "mybook", "-o", "-"],
                        ["run", "mybook", "--dry-run"], ["trace", "mybook"]):
            done = self.pledgesim(*command, code=3)
            self.assertEqual(done.stdout, "")
            self.assertIn("products.csv:", done.stderr)
        self.assertEqual(tree(self.dir), before)

    def test_missing_book(self):
        done = self.pledgesim("run", "nothing", code=4)
        self.assertIn("nothing", done.stderr)
        self.assertEqual(tree(self.dir), {})

    def test_values_on_the_command_line(self):
        self.book()
        self.pledgesim("check", "book", "--set", "leverage=8", "--set", "products.cq_direct.loan_cap_wan=500")
        self.assertIn("levrage", self.pledgesim("check", "book", "--set", "levrage=8", code=3).stderr)
        self.assertIn("nobody", self.pledgesim("check", "book", "--only", "nobody", code=3).stderr)

    def test_chinese_encoding_is_noted(self):
        book = self.book()
        path = book / "scenarios.csv"
        path.write_bytes(path.read_text(encoding="utf-8-sig").encode("gb18030"))
        self.assertIn("GB18030", self.pledgesim("check", "book").stderr)

    def test_one_file_is_a_book(self):
        content = (ROOT / "scenarios/minimal/scenarios.csv").read_bytes()
        (self.dir / "one.csv").write_bytes(content)
        self.assertEqual(self.pledgesim("check", "one.csv").stdout.split(), ["now", "larger", "careful"])


if __name__ == "__main__":
    unittest.main()
