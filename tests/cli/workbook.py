# SPDX-License-Identifier: GPL-3.0-or-later
"""report.xlsx: its parts are sound, its cells are those of the CSV files, and nothing in it is a formula."""
import json
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
import zipfile

from _program import Case, run, table

FEW = ("-n", "2048", "-q")
DRAWN = json.loads(run("info", "--json").stdout)["report"]  # a report has a tornado, and so has its workbook
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2", "<script>alert(1)</script>&\"'", "]]><x", "tab\tand\x1b[2J\x07", "'quoted"]


class Book:
    """A workbook read by its XML."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            self.bad = archive.testzip()
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.trees = {name: ElementTree.fromstring(part) for name, part in self.parts.items()}
        strings = self.trees.get("xl/sharedStrings.xml", ())
        self.strings = ["".join(text.text or "" for text in entry.iter(f"{MAIN}t")) for entry in strings]
        self.names = [sheet.get("name") for sheet in self.trees["xl/workbook.xml"].iter(f"{MAIN}sheet")]
        self.areas = {name.text for name in self.trees["xl/workbook.xml"].iter(f"{MAIN}definedName")
                      if name.get("name") == "_xlnm.Print_Area"}

    def sheet(self, name):
        return self.trees[f"xl/worksheets/sheet{self.names.index(name) + 1}.xml"]

    def rows(self, name):
        """The cells of a sheet by row, text or number, with None where there is none."""
        rows = []
        for row in self.sheet(name).iter(f"{MAIN}row"):
            cells = {}
            for cell in row.iter(f"{MAIN}c"):
                value = cell.find(f"{MAIN}v")
                column = 0
                for letter in re.match("[A-Z]+", cell.get("r"))[0]:
                    column = 26 * column + ord(letter) - 64
                if value is not None:
                    cells[column - 1] = self.strings[int(value.text)] if cell.get("t") == "s" else float(value.text)
            rows.append([cells.get(i) for i in range(max(cells, default=-1) + 1)])
        return rows

    def charts(self):
        return [tree for name, tree in self.trees.items() if name.startswith("xl/charts/chart")]


class Workbook(Case):
    def setUp(self):
        super().setUp()
        if '"libxlsxwriter"' not in run("info", "--json").stdout:
            self.skipTest("built without libxlsxwriter")

    def results(self, *arguments, out="out", **changes):
        self.pledgesim("run", "book", *FEW, "-o", out, *arguments, **changes)
        return self.dir / out / "report.xlsx"

    def test_tornado_and_rare_of_a_run(self):
        self.book("book", "bishan")
        self.pledgesim("run", "book", "--only", "baseline", "-n", "4096", "--rare", "-o", "out", "--lang", "en")
        book = Book(self.dir / "out/report.xlsx")
        drawn = ["Sensitivity"] if DRAWN else []
        self.assertEqual(book.names, ["Conclusion", "Scenarios", "Distribution", "Exceedance", "Timeline", "Rare depletion", *drawn, "Parameters"])

    def test_parts(self):
        self.book("book", "bishan")
        for lang, names in (("zh", ["结论", "情景", "分布", "超限概率", "时间线", *["敏感性"] * DRAWN, "参数"]),
                            ("en", ["Conclusion", "Scenarios", "Distribution", "Exceedance", "Timeline", *["Sensitivity"] * DRAWN, "Parameters"])):
            path = self.results("--only", "baseline,pool_2000,macro_down", "--lang", lang)
            book = Book(path)
            self.assertIsNone(book.bad)
            self.assertEqual(book.names, names)
            self.assertEqual(len(book.charts()), 7)
            self.assertEqual(len(book.areas), len(names))
            for name in names:
                sheet = book.sheet(name)
                self.assertEqual([pane.get("state") for pane in sheet.iter(f"{MAIN}pane")], ["frozen"], name)
                self.assertEqual([fit.get("fitToPage") for fit in sheet.iter(f"{MAIN}pageSetUpPr")], ["1"], name)
                self.assertEqual(list(sheet.iter(f"{MAIN}f")), [], "values, not formulas")
        manifest = json.loads((self.dir / "out/manifest.json").read_text(encoding="utf-8"))
        entry, = (resource for resource in manifest["resources"] if resource["path"] == "report.xlsx")
        self.assertEqual(entry["bytes"], path.stat().st_size)
        self.assertIn("libxlsxwriter", {library["name"] for library in manifest["pledgesim"]["libraries"]})

    def test_cells_are_those_of_the_csv_files(self):
        self.book("book", "bishan")
        book = Book(self.results("--only", "baseline,all_insured", "--lang", "en"))
        for name, file in (("Scenarios", "summary"), ("Distribution", "histogram"), ("Exceedance", "exceedance"), ("Timeline", "timeline"),
                           ("Parameters", "scenarios_resolved")):
            wanted = table((self.dir / f"out/{file}.csv").read_bytes())
            _, _, columns, *rows = book.rows(name)
            self.assertEqual(columns, list(wanted[0]), name)
            self.assertEqual(len(rows), len(wanted), name)
            for row, expected in zip(rows, wanted):
                row += [None] * (len(columns) - len(row))
                for cell, text in zip(row, expected.values()):
                    if isinstance(cell, float):
                        self.assertAlmostEqual(cell, float(text), delta=1e-9 * abs(float(text)))
                    else:
                        self.assertEqual(cell or "", text.removeprefix("'") if text[:2] in ("'=", "'+", "'-", "'@") else text)

    def test_an_answer_with_intervals(self):
        self.book("book", "bishan")
        book = Book(self.results("--only", "baseline", "--lang", "zh"))
        rows = {row[0]: row[1:] for row in book.rows("结论") if row}
        summary = table((self.dir / "out/summary.csv").read_bytes())[0]
        estimate, lower, upper = rows["不能足额赔付的概率"]
        self.assertEqual((estimate, rows["资金池能否支撑目标？"][0][:2]), (float(summary["p_depletion"]), "不能"))
        self.assertLess(lower, estimate)
        self.assertGreater(upper, estimate)
        # The safe size and the stresses are those of report.html, where there is one.
        page = self.dir / "out/report.html"
        if page.exists():
            outlook = json.loads(re.search(r'id="figures">(.*?)</script>', page.read_text(encoding="utf-8"), re.S).group(1))["outlook"]
            self.assertEqual(rows["试算规模中有把握满足标准的最小者"][0], outlook["pools"][outlook["safe"]])
            own = outlook["size"] * len(outlook["leverages"]) + outlook["leverage"]
            for (name, _), points in list(zip(outlook["twists"], outlook["points"]))[1:]:
                hits, worlds, lo, _ = points[own][0]
                self.assertAlmostEqual(rows[f"{name}：不能足额赔付的概率"][0], hits / worlds, 9)
                self.assertAlmostEqual(rows[f"{name}：不能足额赔付的概率"][1], lo, 9)
        for name, cells in rows.items():
            if name.endswith(("均值", "分位数")):
                self.assertEqual(len(cells), 3, name)
                self.assertTrue(cells[1] <= cells[0] <= cells[2], name)

    def test_the_target_by_the_scenario_s_reading(self):
        self.book("book", "bishan")
        book = Book(self.results("-n", "256", "--only", "baseline,yearly_flow", "--lang", "en"))
        head = book.rows("Scenarios")[2]
        chart = next(one for one in book.charts() if "Target reached" in "".join(one.itertext()))
        drawn = [float(text.text) for values in chart.iter(f"{CHART}val") for text in values.iter(f"{CHART}v")]
        rows = table((self.dir / "out/summary.csv").read_bytes())
        wanted = [float(rows[0]["p_target_cumulative"]), float(rows[1]["p_target_annual"])]
        column = head.index("p_target")
        self.assertEqual([row[column] for row in book.rows("Scenarios")[3:5]], wanted)
        self.assertEqual(drawn or wanted, wanted)
        letters = (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)
        self.assertIn(f"Scenarios!${letters}$4:${letters}$5", {range.text for range in chart.iter(f"{CHART}f")})

    def test_never_is_not_zero(self):
        self.book()
        for lang, never in (("zh", "未发生"), ("en", "never seen")):
            book = Book(self.results("--set", "pd_multiplier=0", "--lang", lang))
            formats = [one.get("formatCode") for one in book.trees["xl/styles.xml"].iter(f"{MAIN}numFmt")]
            self.assertIn(f'[=0]"{never}";[<0.001]0.0000%;0.00%', formats)

    def test_same_bytes(self):
        folder = self.book("book", "bishan")
        only = ("--only", "baseline,net_loss")
        first = self.results(*only, "-j", "1").read_bytes()
        self.assertEqual(first, self.results(*only, "-j", "2", "--isa", "base", LC_ALL="de_DE.UTF-8", TZ="Asia/Shanghai").read_bytes())
        folder.rename(self.dir / "elsewhere")
        self.pledgesim("run", "elsewhere", *FEW, *only, "-o", "moved")
        self.assertEqual(first, (self.dir / "moved/report.xlsx").read_bytes())

    def test_hostile_names_stay_text(self):
        folder = self.book()
        rows = "".join('s{},"{}"\n'.format(i, label.replace('"', '""')) for i, label in enumerate(HOSTILE))
        (folder / "scenarios.csv").write_text("scenario_id,label\n" + rows, encoding="utf-8", newline="")
        book = Book(self.results("--lang", "en"))
        for name in book.names:
            self.assertEqual(list(book.sheet(name).iter(f"{MAIN}f")), [])
        shown = [re.sub("[\t\x1b\x07]", "\ufffd", label) for label in HOSTILE]
        self.assertEqual([row[1] for row in book.rows("Scenarios")[3:]], shown)
        chart = book.parts["xl/charts/chart1.xml"].decode()
        self.assertNotIn("<script", chart)
        self.assertNotIn("\x1b", chart)
        points = [text.text for text in book.charts()[0].iter(f"{CHART}v")]
        self.assertEqual([text for text in points if text in shown], shown)

    def test_beside_the_other_answers(self):
        self.book()
        vary = ("--vary", "pool_initial_wan=500:1500:500")
        for command, names, charts in ((("sweep", *vary), ["Frontier", "Variants", "Parameters"], 1),
                                       (("tune", "--vary", "pool_initial_wan=500:1500", "--st", "p_depletion<=50%"), ["Tuning", "Parameters"], 0),
                                       (("sensitivity", *vary), ["Sensitivity", "Parameters"], 0), (("compare",), ["Differences", "Parameters"], 0),
                                       (("stress",), ["Stress", "Reverse stress", "How the pool dies", "Parameters"], 0)):
            verb, *options = command
            self.pledgesim(verb, "book", *options, "-n", "2048", "-q", "-o", verb, "--lang", "en",
                           code=1 if verb == "stress" else 0)  # some stress breaks the limits
            book = Book(self.dir / verb / "report.xlsx")
            self.assertEqual((book.names, len(book.charts())), (names, charts))
            for name in names:
                self.assertGreater(len(book.rows(name)), 3, f"{verb} {name}")

    def test_many_scenarios(self):
        folder = self.book()
        (folder / "scenarios.csv").write_text("scenario_id\n" + "".join(f"s{i}\n" for i in range(1, 51)), encoding="utf-8")
        book = Book(self.results("-n", "64", "--lang", "en"))
        self.assertEqual(len(book.rows("Scenarios")), 53)
        self.assertEqual(len({row[0] for row in book.rows("Timeline")[3:]}), 40)
        self.assertIn("Scenarios!$A$4:$A$43", {range.text for range in book.charts()[0].iter(f"{CHART}f")})

    @unittest.skipUnless(shutil.which("soffice"), "LibreOffice is not there")
    def test_libreoffice_opens_it(self):
        self.book("book", "bishan")
        path = self.results("--only", "baseline,pool_2000")
        every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
        subprocess.run(["soffice", f"-env:UserInstallation=file://{self.dir}/profile", "--headless", "--convert-to", every_sheet,
                        "--outdir", self.dir / "csv", path], check=True, capture_output=True, timeout=300)
        pages = {page.stem.removeprefix("report-"): page.read_text(encoding="utf-8") for page in (self.dir / "csv").glob("*.csv")}
        self.assertEqual(set(pages), {"结论", "情景", "分布", "超限概率", "时间线", *["敏感性"] * DRAWN, "参数"})
        self.assertIn("资金池2000万元", pages["情景"])
        self.assertRegex(pages["结论"], r"不能足额赔付的概率,0\.\d+,")


if __name__ == "__main__":
    unittest.main()
