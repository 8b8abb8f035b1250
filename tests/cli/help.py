# SPDX-License-Identifier: GPL-3.0-or-later
"""Help, manual page, completions, dictionaries: complete in both languages, and made from one list."""
import json
import re
import shutil
import subprocess
import unittest

from _program import LANGS, ROOT, Case, environment, run

VERBS = ["init", "check", "run", "trace", "selftest", "schema", "explain", "info", "help", "completion", "man"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def options_of(verb):
    return re.findall(r"--([a-z-]+)", run("help", verb, "--lang", "en").stdout.split("options:")[1])


class Help(Case):
    def test_every_command_in_both_languages(self):
        for verb in VERBS:
            texts = {}
            for lang in LANGS:
                done = self.pledgesim("help", verb, "--lang", lang)
                self.assertEqual(done.stderr, "")
                self.assertIn(f"pledgesim {verb}" if verb != "help" else "pledgesim", done.stdout)
                self.assertNotIn("(null)", done.stdout)
                self.assertEqual(self.pledgesim(verb, "--help", "--lang", lang).stdout, done.stdout)
                texts[lang] = done.stdout
            self.assertRegex(texts["zh"], CHINESE)
            self.assertNotRegex(texts["en"], CHINESE)
            for text in texts.values():
                for line in text.splitlines():
                    if re.match(r"  (-\w, |    )--", line):
                        self.assertRegex(line, r"  \S.*  \S", f"an option without a text: {line}")

    def test_the_overview_names_every_command(self):
        for lang in LANGS:
            text = self.pledgesim("help", "--lang", lang).stdout
            for verb in VERBS:
                self.assertRegex(text, rf"(?m)^  {verb}( .*)?  \S")

    def test_language_from_the_environment(self):
        self.assertRegex(self.pledgesim("help").stdout, CHINESE)
        self.assertNotRegex(self.pledgesim("help", PLEDGESIM_LANG="en").stdout, CHINESE)
        self.assertRegex(self.pledgesim("help", "--lang", "zh", PLEDGESIM_LANG="en").stdout, CHINESE)

    def test_version(self):
        self.assertRegex(self.pledgesim("--version").stdout, r"^pledgesim \d+\.\d+\.\d+\n$")

    def test_manual_page(self):
        for lang in LANGS:
            page = self.pledgesim("man", "--lang", lang).stdout
            self.assertTrue(page.startswith(".TH PLEDGESIM 1"))
            self.assertNotIn("(null)", page)
            for verb in VERBS:
                self.assertIn(f"\n.SS {verb}", page)
                for option in options_of(verb):
                    self.assertIn("\\-\\-" + option.replace("-", "\\-"), page)
            if shutil.which("groff"):
                done = subprocess.run(["groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-z"], input=page, text=True,
                                      encoding="utf-8", capture_output=True, check=False)
                self.assertEqual(done.returncode, 0)
                if lang == "en":
                    self.assertEqual(done.stderr, "")

    def test_exit_codes_stand_once(self):
        for lang in LANGS:
            text = self.pledgesim("help", "--lang", lang).stdout
            codes = re.findall(r"(?m)^  (\d+)  ", text)
            self.assertEqual(codes, ["0", "1", "2", "3", "4", "5", "6", "70", "129", "130", "141", "143"])
            self.assertIn(self.pledgesim("explain", "141", "--lang", lang).stdout.split(None, 3)[-1].strip()[-8:], text)

    def test_whole_amounts_are_marked(self):
        self.assertRegex(self.pledgesim("schema", "products", "--lang", "en").stdout, r"(?m)^loan_cap_wan +万元, whole ")
        self.assertNotRegex(self.pledgesim("schema", "products", "--lang", "en").stdout, r"(?m)^firm_cap_wan +万元, whole ")
        self.assertIn("万元（整数）", self.pledgesim("explain", "loan_cap_wan", "--lang", "zh").stdout)

    def test_completions_name_every_option(self):
        for shell in ("bash", "zsh", "fish"):
            for lang in LANGS:
                script = self.pledgesim("completion", shell, "--lang", lang).stdout
                for verb in VERBS:
                    self.assertIn(verb, script)
                    for option in options_of(verb):
                        self.assertIn(option, script)
        self.pledgesim("completion", "tcsh", code=2)

    def complete(self, *words):
        script = run("completion", "bash").stdout
        line = " ".join(f"'{word}'" for word in words)
        script += f"\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _pledgesim; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
        done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True,
                              env=environment(), cwd=self.dir)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_completes(self):
        (self.dir / "mybook").mkdir()
        self.assertEqual(self.complete("pledgesim", "comple"), ["completion"])
        self.assertEqual(self.complete("pledgesim", "run", "my"), ["mybook"])
        self.assertEqual(self.complete("pledgesim", "run", "mybook", "--wor"), ["--worlds"])
        self.assertEqual(self.complete("pledgesim", "run", "--progress", "j"), ["json"])
        self.assertEqual(self.complete("pledgesim", "help", "ma"), ["man"])
        self.assertEqual(self.complete("pledgesim", "completion", "f"), ["fish"])
        self.assertEqual(self.complete("pledgesim", "man", "--lang", "e"), ["en"])


class Usage(Case):
    def wrong(self, *arguments, told):
        done = self.pledgesim("--lang", "en", *arguments, code=2)
        self.assertEqual(done.stdout, "")
        self.assertIn(told, done.stderr)
        chinese = self.pledgesim(*arguments, code=2)
        self.assertRegex(chinese.stderr, CHINESE)
        self.assertEqual(list(self.dir.iterdir()), [])

    def test_did_you_mean(self):
        self.wrong("rnu", "x", told="did you mean run?")
        self.wrong("run", "x", "--wrlds", "5", told="did you mean --worlds?")
        self.wrong("run", "x", "--world", "5", told="did you mean --worlds?")
        self.wrong("help", "chek", told="did you mean check?")
        self.wrong("explain", "p_deplition", told="did you mean p_depletion?")
        self.wrong("explain", "gausian", told="did you mean gaussian?")
        self.wrong("explain", "cq_beibe", told="did you mean cq_beibei?")
        self.wrong("schema", "--template", "product", told="did you mean products?")
        self.wrong("schema", "scenario", told="did you mean scenarios?")
        self.wrong("schema", "scenarios", "--results", told='"scenarios"')

    def test_wrong_lines(self):
        self.wrong(told="no command")
        self.wrong("run", told="needs BOOK")
        self.wrong("run", "a", "b", told='"b"')
        self.wrong("man", "a", told='"a"')
        self.wrong("run", "x", "-n", told="--worlds needs a value")
        self.wrong("run", "x", "--quiet=yes", told="takes no value")
        self.wrong("run", "x", "-Z", told="unknown option -Z")
        self.wrong("run", "x", "--out", "", told="must not be empty")
        self.wrong("check", "x", "--only", "a,,b", told="must not be empty")
        self.wrong("check", "x", "--threads", "2", told="not an option of check")
        self.wrong("info", "--isa", "v9", told="base|v3|v4")

    def test_wrong_numbers(self):
        for text in ("", "abc", "1", "0", "-5", "1e3.5", "4294967296", "0x10", "nan", "inf", "1.5", "10万", "5%", "9" * 400):
            self.wrong("run", "x", "-n", text, told="from 2 to 4294967295")
        for text in ("-1", "9223372036854775808", "1e99"):
            self.wrong("run", "x", "-s", text, told="from 0 to 9223372036854775807")
        for text in ("0", "257", "-3", "abc"):
            self.wrong("run", "x", "-j", text, told="from 1 to 256")
        for text in ("5", "0.05", "0%", "101%", "abc%", "%"):
            self.wrong("run", "x", "--precision", text, told="from 0.1% to 100%")

    def test_operands_behind_two_dashes(self):
        self.pledgesim("check", "--", "--nothing", code=4)


class Dictionary(Case):
    def test_input_columns(self):
        tables = json.loads(self.pledgesim("schema", "--json").stdout)["tables"]
        self.assertIn("scenarios", [t["name"] for t in tables])
        for t in tables:
            self.assertTrue(t["zh"] and t["en"])
            for column in t["columns"]:
                self.assertTrue(column["zh"] and column["en"] and column["basis"], column)
        for lang in LANGS:
            text = self.pledgesim("schema", "--lang", lang).stdout
            for t in tables:
                for column in t["columns"]:
                    self.assertIn(column["name"], text)

    def test_columns_of_one_table(self):
        for t in json.loads(self.pledgesim("schema", "--json").stdout)["tables"]:
            one = json.loads(self.pledgesim("schema", t["name"], "--json").stdout)["tables"]
            self.assertEqual(one, [t])
            text = self.pledgesim("schema", t["name"], "--lang", "en").stdout
            self.assertEqual(re.findall(r"(?m)^(\w+)\.csv: ", text), [t["name"]])
            for column in t["columns"]:
                self.assertRegex(text, rf"(?m)^{column['name']} ")
        hint = self.pledgesim("explain", "T002", "--lang", "en").stdout
        self.assertIn("pledgesim schema", hint)

    def test_result_columns(self):
        found = json.loads(self.pledgesim("schema", "--results", "--json").stdout)
        for f in found["files"]:
            for column in f["columns"]:
                self.assertTrue(column["zh"] and column["en"] and column["type"], column)
        for m in found["measures"]:
            self.assertTrue(m["zh"] and m["en"], m)

    def test_template_can_be_filled_in(self):
        for t in json.loads(self.pledgesim("schema", "--json").stdout)["tables"]:
            lines = self.pledgesim("schema", "--template", t["name"]).stdout.lstrip("\ufeff").split("\n")
            self.assertEqual(lines[0].strip().split(","), [c["name"] for c in t["columns"]])
        (self.dir / "scenarios.csv").write_text(self.pledgesim("schema", "--template", "scenarios").stdout, encoding="utf-8")
        self.pledgesim("check", "scenarios.csv")

    def test_explain_every_code(self):
        codes = set()
        for path in sorted((ROOT / "include/pledgesim").glob("diagnostics*.def")):
            codes |= set(re.findall(r'^PS_DIAG\(\w+, "([A-Z]\d+)"', path.read_text(encoding="utf-8"), re.M))
        self.assertGreater(len(codes), 50)
        for code in sorted(codes):
            text = self.pledgesim("explain", code, "--lang", "en").stdout
            self.assertTrue(text.startswith(code))
            self.assertNotIn("{0}", text)
        self.assertRegex(self.pledgesim("explain", sorted(codes)[0].lower()).stdout, CHINESE)

    def test_explain_names(self):
        for name in ("leverage", "products.pool_share_pct", "资金池初始规模", "p_depletion", "claim_rate", "depletion", "4", "70"):
            for lang in LANGS:
                self.assertTrue(self.pledgesim("explain", name, "--lang", lang).stdout)

    def test_explain_tables_values_schemes_files(self):
        for name, told in (("pools", "pools.csv"), ("pools.csv", "schema pools"), ("student_t", "scenarios.dependence = student_t"),
                           ("cq_beibei", "bank_share_pct"), ("summary.csv", "summary.csv")):
            for lang in LANGS:
                self.assertIn(told, self.pledgesim("explain", name, "--lang", lang).stdout)

    def test_info(self):
        info = json.loads(self.pledgesim("info", "--json").stdout)
        self.assertIn(info["isa"], ("base", "v3", "v4"))
        self.assertEqual(json.loads(self.pledgesim("info", "--json", "--isa", "base").stdout)["isa"], "base")
        for library in ("gsl", "libcsv", "jansson", "utf8proc"):
            self.assertRegex(info["libraries"][library], r"^\d+\.\d+")
        self.assertTrue(self.pledgesim("info", "--lang", "en").stdout)


class Texts(unittest.TestCase):
    def test_messages_have_both_languages_and_the_same_places(self):
        text = (ROOT / "sim/cli/messages.def").read_text(encoding="utf-8")
        rows = re.findall(r"^PS_MESSAGE\((\w+), (.*)\)$", text, re.M)
        self.assertEqual(len(rows), len(re.findall(r"^PS_MESSAGE\(", text, re.M)))
        used = "".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "sim/cli").glob("*.c")))
        for name, literals in rows:
            en, zh = LITERAL.findall(literals)
            self.assertTrue(en and zh, name)
            self.assertEqual(set(re.findall(r"\{\d\}", en)), set(re.findall(r"\{\d\}", zh)), name)
            self.assertEqual(en.endswith("\\n"), zh.endswith("\\n"), name)
            self.assertIn(f"PS_SAY_{name}", used)


if __name__ == "__main__":
    unittest.main()
