# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not change a byte of the results: threads, kernels, company, order of rows, locale."""
import random
import unittest

from _program import ROOT, Case, data_files, run, table

ROWS = "baseline,net_loss,macro_down,all_insured"
MANY = "3000"  # several blocks of worlds, and the outlook of the report, which fewer than 1,000 worlds are without


class Invariance(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.book("book", "bishan")

    def results(self, out, *arguments, book="book", worlds="900", **changes):
        self.pledgesim("run", book, "-n", worlds, "-o", out, "-q", *arguments, **changes)
        return data_files(self.dir / out)

    def assert_same(self, first, second):
        self.assertEqual(set(first), set(second))
        for name in first:
            self.assertTrue(first[name] == second[name], f"{name} differs")

    def test_threads(self):
        one = self.results("j1", "--only", ROWS, "-j", "1", worlds=MANY)
        self.assertGreater(len(one), 10)
        for n in ("2", "3", "7"):
            self.assert_same(one, self.results(f"j{n}", "--only", ROWS, "-j", n, worlds=MANY))

    def test_kernels(self):
        base = self.results("base", "--only", ROWS, "--isa", "base")
        for isa in ("v3", "v4"):
            if run("info", "--isa", isa).returncode == 0:
                self.assert_same(base, self.results(isa, "--only", ROWS, PS_ISA=isa))

    def test_locale_time_zone_and_place(self):
        here = self.results("here", "--only", ROWS)
        self.assert_same(here, self.results("there", "--only", ROWS, LC_ALL="de_DE.UTF-8", TZ="Asia/Shanghai", LANG="zh_CN.GBK"))
        self.folder.rename(self.dir / "elsewhere")
        self.assert_same(here, self.results("moved", "--only", ROWS, book="elsewhere"))

    def test_more_worlds_begin_with_the_same_ones(self):
        def early(results):
            return [row for row in table(results["convergence.csv"]) if int(row["worlds"]) <= 2048]
        self.assertEqual(early(self.results("few", "--only", ROWS, worlds=MANY)), early(self.results("many", "--only", ROWS, worlds="5000")))

    def test_a_scenario_alone_is_the_scenario_in_company(self):
        together = self.results("together", "--only", ROWS)
        for scenario in ROWS.split(","):
            alone = self.results(scenario, "--only", scenario)
            for name, content in alone.items():
                # scenarios_resolved.csv tells what all rows share once.
                if name not in ("warnings.csv", "scenarios_resolved.csv"):
                    rows = [row for row in table(together[name]) if row["scenario_id"] == scenario]
                    self.assertEqual(table(content), rows, f"{scenario}, {name}")

    def test_order_of_rows(self):
        straight = self.results("straight", "--only", ROWS)
        shuffle = random.Random(1).shuffle
        for name in ("segments", "products", "banks", "ip_kinds", "loans", "demand", "shocks_macro", "correlations"):
            path = self.folder / f"{name}.csv"
            head, *rows = path.read_text(encoding="utf-8").splitlines()
            shuffle(rows)
            path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        crooked = self.results("crooked", "--only", ROWS)
        for results in (straight, crooked):  # where a value stood in its file
            rows = table(results["scenarios_resolved.csv"])
            results["scenarios_resolved.csv"] = [{k: v for k, v in row.items() if k != "origin"} for row in rows]
        self.assert_same(straight, crooked)

    def test_order_of_scenarios(self):
        straight = self.results("straight", "--only", ROWS)
        path = self.folder / "scenarios.csv"
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
        crooked = self.results("crooked", "--only", ROWS)
        for name in straight:
            if name not in ("warnings.csv", "scenarios_resolved.csv"):
                self.assertEqual(sorted(straight[name].splitlines()), sorted(crooked[name].splitlines()), name)

    def test_unit_of_the_same_amount(self):
        wan = self.results("wan", "--only", "baseline")
        path = self.folder / "scenarios.csv"
        text = path.read_text(encoding="utf-8-sig")
        lines = text.splitlines()
        at = lines[0].split(",").index("pool_initial_wan")
        for i, line in enumerate(lines):
            cells = line.split(",")
            cells[at] = "资金池初始规模(亿元)" if i == 0 else str(int(cells[at]) / 10000) if cells[at] else ""
            lines[i] = ",".join(cells)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.assert_same(wan, self.results("yi", "--only", "baseline"))

    def test_written_out_values_are_the_defaults(self):
        plain = self.results("plain", "--only", "baseline")
        given = self.results("given", "--only", "baseline", "--set", "leverage=10", "--set", "npl_months=3")
        for results in (plain, given):
            del results["scenarios_resolved.csv"]
        self.assert_same(plain, given)


class Rare(Case):
    ARGS = ("run", ROOT / "scenarios/bishan", "--only", "baseline,topup_100,all_insured", "--set", "pool_initial_wan=1500", "-n", "8064", "--rare")

    def test_rare_events(self):
        self.pledgesim(*self.ARGS, "-o", "one", "-j", "1", "--isa", "base")
        self.pledgesim(*self.ARGS, "-o", "two", "-j", "3")
        self.assertEqual(data_files(self.dir / "one"), data_files(self.dir / "two"))
        alone = tuple(word.replace("baseline,topup_100,all_insured", "baseline") if isinstance(word, str) else word for word in self.ARGS)
        self.pledgesim(*alone, "-o", "alone", "--isa", "v3")
        plain = self.pledgesim(*alone[:-1], "-o", "plain")
        self.assertEqual(plain.returncode, 0)
        alone_files, plain_files = data_files(self.dir / "alone"), data_files(self.dir / "plain")
        rare_alone = table(alone_files.pop("rare.csv"))
        self.assertEqual(alone_files, plain_files)
        rows = {row["scenario_id"]: row for row in table((self.dir / "one/rare.csv").read_bytes())}
        self.assertEqual(rare_alone, [rows["baseline"]])
        self.assertNotEqual(rows["topup_100"]["p_depletion"], rows["baseline"]["p_depletion"])
        self.assertEqual(rows["all_insured"]["verdict"], "no_claim")
        self.assertEqual(rows["all_insured"]["p_depletion"], "")
        row = rows["baseline"]
        self.assertEqual((row["verdict"], row["worlds"]), ("given", "8064"))
        low, p, high = (float(row["p_depletion" + end]) for end in ("_lo95", "", "_hi95"))
        self.assertTrue(low < p < high)
        self.assertTrue(float(row["plain_p_depletion_lo95"]) < high and low < float(row["plain_p_depletion_hi95"]))
        self.assertAlmostEqual(float(row["weight_mean"]), 1, delta=0.1)
        self.assertGreater(float(row["effective_n"]), 100)


if __name__ == "__main__":
    unittest.main()
