# SPDX-License-Identifier: GPL-3.0-or-later
"""init and check; a book with an error touches nothing."""
import csv
import json
import re
import unittest

from _program import ROOT, Case, tree


class Init(Case):
    def test_templates_are_the_books_of_the_project(self):
        folders = {path.parent.name for path in (ROOT / "scenarios").glob("*/scenarios.csv")}
        offered = self.pledgesim("init", "--help", "--lang", "en").stdout.split("--template ")[-1].split()[0].split("|")
        self.assertEqual(set(offered), folders - {"selftest"})
        for template in offered:
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

    def test_every_book_of_the_project_runs(self):
        for book in sorted(path.parent for path in (ROOT / "scenarios").glob("*/scenarios.csv")):
            with self.subTest(book.name):
                self.pledgesim("run", book, "-n", "96", "-o", book.name)
                self.assertIn("summary.csv", tree(self.dir / book.name))

    def test_parent_is_missing(self):
        done = self.pledgesim("init", "no/such/book", "--lang", "zh", code=4)
        self.assertIn("读写失败（ENOENT）", done.stderr)
        self.assertIn("No such file", self.pledgesim("init", "no/such/book", "--lang", "en", code=4).stderr)
        self.assertEqual(tree(self.dir), {})


class Check(Case):
    def test_good_book(self):
        self.book("mybook", "bishan")
        before = tree(self.dir)
        done = self.pledgesim("check", "mybook", "--lang", "en")
        self.assertEqual(done.stdout.split()[0], "baseline")
        self.assertIn("no errors", done.stderr)
        self.assertEqual(tree(self.dir), before)
        self.assertEqual(self.pledgesim("check", "mybook", "--only", " pool_1300 , baseline").stdout.split(),
                         ["baseline", "pool_1300"])
        done = self.pledgesim("check", "mybook", "-q")
        self.assertEqual(done.stdout + done.stderr, "")
        self.pledgesim("check", "mybook", "--only", "baseline, ,pool_1300", code=2)

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

    def test_what_run_would_refuse(self):
        """Worlds that cannot be prepared: found by check, told once, at the cell that matters."""
        self.book("mybook", "bishan")
        for value in ("pd_multiplier=100", "demand_multiplier=300"):
            told = {}
            for command in ("check", "run", "trace"):
                done = self.pledgesim(command, "mybook", "--set", value, "--json", "--lang", "en", code=3)
                errors = [one for one in json.loads(done.stderr)["diagnostics"] if one["severity"] == "error"]
                self.assertEqual(len(errors), 1, errors)
                self.assertEqual((errors[0]["file"], errors[0]["value"]), ("--set", value.split("=")[1]))
                told[command] = errors[0]
            self.assertEqual(told["check"], told["run"])
            self.assertRegex(told["check"]["hint"], r"scenarios: baseline, \w+, \w+ \(\+\d+\)")
            self.assertRegex(told["trace"]["hint"], r"scenarios: baseline$")
            text = self.pledgesim("run", "mybook", "--set", value, "--lang", "en", code=3).stderr
            self.assertEqual(text.count("--set: error"), 1, text)
        self.assertFalse((self.dir / "results/mybook/summary.csv").exists())

    def test_a_cap_over_too_many_clusters_is_refused(self):
        book = self.book("book", "bishan")
        (book / "sector_weights.csv").write_text("sector_weight_id,segment_id,cluster_id,weight_pct\n" + "".join(
            f"{cluster},nev_invention,{cluster},30\n" for cluster in ("nev", "it", "health")), encoding="utf-8")
        settings = [word for one in ("dependence=gamma", "gamma_link=linear_capped", "phi_annual=0.9") for word in ("--set", one)]
        for lang, word in (("en", "would take minutes to calibrate"), ("zh", "校准需数分钟")):
            told = self.pledgesim("check", "book", "--only", "baseline", *settings, "--lang", lang, code=3).stderr
            self.assertIn("P061", told)
            self.assertIn(word, told)
        self.pledgesim("check", "book", "--only", "baseline", *settings, "--set", "factor_step_months=12")

    def test_refused_worlds_have_a_place(self):
        book = self.book()
        (book / "scenarios.csv").write_text("scenario_id,base,pd_multiplier,demand_multiplier,segments.s1.correlation,phi_annual,horizon_months\n"
                                            + "a,,,,,,24\n" + "".join(f"b{i},a,{40 + i % 60},,,,\n" for i in range(500))
                                            + "c,a,,900,,,\nd,a,,,0.98,0,\n", encoding="utf-8")
        for name in ("segments", "ip_kinds"):
            (book / f"{name}.csv").write_bytes((ROOT / f"tests/bad/base/{name}.csv").read_bytes())
        (book / "demand.csv").write_text("year,new_firms_n\n2021,60\n2022,110\n", encoding="utf-8")
        done = self.pledgesim("check", "book", "--json", "--lang", "en", code=3)
        errors = {one["code"]: one for one in json.loads(done.stderr)["diagnostics"] if one["severity"] == "error"}
        self.assertEqual({code: one["cell"] for code, one in errors.items()}, {"P001": "D503", "P002": "C3", "P003": "E504"})
        self.assertEqual((errors["P002"]["line"], errors["P002"]["column"], errors["P002"]["value"]), (3, 6, "40"))
        self.assertIn("b0, b1, b2 (+497)", errors["P002"]["hint"])

    def test_too_long_a_tape(self):
        book = self.book()
        (book / "loans.csv").write_text("loan_id,segment_id,amount_wan,months_left\n"
                                        + "".join(f"t{i},equipment_gi,10,6\n" for i in range(20000)), encoding="utf-8")
        (book / "scenarios.csv").write_text("scenario_id\nstatic\n", encoding="utf-8")
        done = self.pledgesim("check", "book", "--json", "--lang", "en", code=3)
        errors = [one for one in json.loads(done.stderr)["diagnostics"] if one["severity"] == "error"]
        self.assertEqual([(one["code"], one["file"]) for one in errors], [("P001", "loans.csv")])
        for word in ("loans.csv", "renewal_prob_pct", "horizon_months"):
            self.assertIn(word, errors[0]["hint"])
        self.pledgesim("check", "book", "--set", "renewal_prob_pct=0")

    def test_title_above_the_header(self):
        book = self.book("mybook", "bishan")
        text = (book / "demand.csv").read_text(encoding="utf-8-sig")
        (book / "demand.csv").write_text("Demand of the district\n" + text, encoding="utf-8")
        hints = [one["hint"] for one in self.errors("mybook") if one["code"] == "F021"]
        self.assertTrue(hints)
        self.assertIn("is row 1 a title and not the header?", hints[0])

    def errors(self, *arguments):
        done = self.pledgesim("check", *arguments, "--json", "--lang", "en", code=3)
        return [one for one in json.loads(done.stderr)["diagnostics"] if one["severity"] == "error"]

    def test_shares_name_product_and_scenario(self):
        self.book("mybook", "bishan")
        found = self.errors("mybook", "--only", "baseline", "--set", "products.cq_direct.pool_share_pct=90|95",
                            "--set", "products.cq_smallmicro.pool_share_pct=90")
        self.assertTrue(found)
        for product in ("cq_direct", "cq_smallmicro"):
            self.assertTrue([one for one in found if one["code"] in ("M006", "M007") and f"product {product} " in one["rule"]
                             and "(scenario baseline@products.cq_direct.pool_share_pct=" in one["rule"]], found)

    def test_the_nearest_id_comes_first(self):
        book = self.book("mybook", "bishan")
        self.edit(book / "loans.csv", "equipment_invention", "equipment_inventoin")
        found = self.errors("mybook")
        self.assertRegex(found[0]["hint"], r"the nearest first: equipment_invention, \w+, .*, \.\.\.$")

    def test_a_table_without_rows_has_a_dash_for_the_nearest(self):
        self.book("book", "bishan")
        done = self.pledgesim("check", "book", "--lang", "en", "--set", "anchors.oem.pd_pct=3", code=3)
        self.assertIn("no row oem", done.stderr)
        self.assertRegex(done.stderr, r"the nearest one is: -\n")
        self.assertNotRegex(done.stderr, r"the nearest[^:\n]*: *\n")

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

    def test_the_book_of_dependence_models_runs(self):
        done = self.pledgesim("run", ROOT / "scenarios/dependence", "-n", "64", "-o", "out", "--lang", "en")
        self.assertEqual(re.findall(r"(\w+) scenarios.csv.*warning:", done.stderr), [])
        with open(self.dir / "out/summary.csv", encoding="utf-8-sig", newline="") as file:
            rows = {row["scenario_id"]: row for row in csv.DictReader(file)}
        self.assertEqual(list(rows), ["gaussian", "independent", "student_t_year", "student_t_world", "gamma",
                                      "gamma_chain", "gamma_linear", "regime"])
        for row in rows.values():
            self.assertAlmostEqual(float(row["pd_used"]), float(row["pd_input"]), delta=0.0005)


if __name__ == "__main__":
    unittest.main()
