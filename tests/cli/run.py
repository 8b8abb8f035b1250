# SPDX-License-Identifier: GPL-3.0-or-later
"""run and trace: what is written, what is said, and what is left when something stands in the way."""
import fcntl
import hashlib
import json
import re
import signal
import subprocess
import time
import unittest

from _program import PROGRAM, Case, environment, figures_alone, run, table, tree

FEW = ("-n", "256")


class FirstRun(Case):
    def test_as_in_the_readme(self):
        self.pledgesim("init", "mybook")
        self.pledgesim("check", "mybook")
        done = self.pledgesim("run", "mybook", *FEW, "--lang", "en")
        self.pledgesim("trace", "mybook")
        results = self.dir / "results/mybook"
        manifest = json.loads((results / "manifest.json").read_text(encoding="utf-8"))
        for resource in manifest["resources"]:
            content = (results / resource["path"]).read_bytes()
            self.assertEqual(len(content), resource["bytes"])
            self.assertIn(hashlib.sha256(content).hexdigest(), resource["hash"])
        listed = {resource["path"] for resource in manifest["resources"]}
        self.assertEqual({n for n in tree(results) if not n.startswith(".")}, listed | {"manifest.json"})
        rows = table((results / "summary.csv").read_bytes())
        self.assertEqual(rows[0]["scenario_id"], "baseline")
        self.keys_hold(results, manifest)
        for row in rows:
            self.assertIn(row["label"][:8], done.stdout)
            self.assertEqual(row["worlds"], "256")
        self.assertIn("results/mybook", done.stderr)

    def keys_hold(self, results, manifest):
        """Primary keys are unique and never empty, foreign keys lead somewhere."""
        keyed = 0
        known = {row["scenario_id"] for row in table((results / "summary.csv").read_bytes())}
        for resource in manifest["resources"]:
            if "schema" not in resource:
                continue  # a report, not a table
            rows = table((results / resource["path"]).read_bytes())
            key = resource["schema"].get("primaryKey", [])
            keyed += key != []
            keys = [tuple(row[column] for column in key) for row in rows]
            if key:
                self.assertEqual(len(set(keys)), len(keys), resource["path"])
                self.assertTrue(all(all(one) for one in keys), resource["path"])
            has_scenarios = "scenario_id" in rows[0] if rows else False
            for foreign in resource["schema"].get("foreignKeys", []):
                self.assertEqual((foreign["fields"], foreign["reference"]), ("scenario_id", {"resource": "summary", "fields": "scenario_id"}))
                self.assertLessEqual({row["scenario_id"] for row in rows}, known)
                has_scenarios = False
            self.assertFalse(has_scenarios and resource["path"] != "summary.csv", resource["path"])
        self.assertEqual(keyed, 11)

    def test_what_is_said(self):
        self.book()
        for lang, carries in (("en", "can a pool of 1,000"), ("zh", "1,000 万元资金池能否支撑")):
            done = self.pledgesim("run", "book", *FEW, "--lang", lang)
            self.assertIn(carries, done.stdout)
            self.assertIn("I101", done.stderr)
            self.assertNotIn("\033", done.stdout + done.stderr)
        widths = [len(line.encode("gb18030")) for line in done.stdout.splitlines()[:4]]
        self.assertEqual(len(set(widths)), 1, "the columns are aligned for wide characters")

    def test_without_a_target_none_is_spoken_of(self):
        self.book(template="static")
        for lang, asks, target in (("en", "can a pool of 400 万元 pay what it owes? no: claims.", "carry a target"), ("zh", "400 万元资金池能否足额赔付？不能：赔付风险。", "万元目标")):
            done = self.pledgesim("run", "book", "-n", "2048", "--lang", lang)
            self.assertIn(asks, done.stdout)
            self.assertNotIn(target, done.stdout)
            self.assertNotIn("> 99", done.stdout)

    def test_both_streams_in_one_file_come_in_order(self):
        self.book()
        path = self.dir / "log"
        with path.open("wb") as log:
            subprocess.run([PROGRAM, "run", "book", *FEW, "--lang", "en"], cwd=self.dir, env=environment(), stdout=log, stderr=log,
                           check=True, timeout=500)
        lines = path.read_text(encoding="utf-8").splitlines()
        self.assertIn("results/book", lines[-1])

    def test_trace_names_things_in_its_language(self):
        self.book()
        chinese = self.pledgesim("trace", "book").stdout
        self.assertRegex(chinese, r"；累计登记 [0-9,]+")
        self.assertRegex(chinese, r"放款 .*个月；.*[\u4e00-\u9fff].*；")
        granted = re.findall(r"(?m)^  granted .*$", self.pledgesim("trace", "book", "--lang", "en").stdout)
        self.assertTrue(granted)
        for line in granted:
            self.assertNotRegex(line, r"[\u4e00-\u9fff]")
            self.assertIn("; bank_", line)

    def test_labels_of_a_sweep_differ(self):
        self.book()
        done = self.pledgesim("run", "book", *FEW, "--only", "now", "--set", "leverage=8|10")
        labels = [row["label"] for row in table((self.dir / "results/book/summary.csv").read_bytes())]
        self.assertEqual([label.split(" ", 1)[1] for label in labels], ["[leverage=8]", "[leverage=10]"])
        for label in labels:
            self.assertIn(label, done.stdout)

    def test_swept_parameters_stand_by_every_scenario(self):
        book = self.book()
        (book / "scenarios.csv").write_text("scenario_id,base,leverage,pool_initial_wan\na,,10,1000\nb,a,8|10,\nc,a,10,1000\n", encoding="utf-8")
        self.pledgesim("run", "book", *FEW, "-q")
        rows = table((self.dir / "results/book/scenarios_resolved.csv").read_bytes())
        cells = {(row["scenario_id"], row["parameter"]): (row["value"], row["origin"]) for row in rows if row["table"] == "scenarios"}
        self.assertEqual(cells["b@leverage=8", "leverage"], ("8", "scenarios.csv!C3"))
        self.assertEqual(cells["b@leverage=10", "leverage"], ("10", "scenarios.csv!C3"))
        self.assertEqual(cells["c", "leverage"], ("10", "scenarios.csv!C4"))
        self.assertEqual(cells["c", "pool_initial_wan"], ("1000", "scenarios.csv!D4"))
        self.assertEqual(cells["b@leverage=10", "pool_initial_wan"], ("1000", "scenarios.csv!D2"))

    def test_long_tables_end(self):
        book = self.book()
        (book / "scenarios.csv").write_text("scenario_id\n" + "".join(f"s{i}\n" for i in range(1, 51)), encoding="utf-8")
        done = self.pledgesim("run", "book", "-n", "64", "--lang", "en")
        self.assertEqual(done.stdout.count("... and 10 more: see summary.csv"), 2)
        self.assertEqual(len(re.findall(r"(?m)^s40 ", done.stdout)), 2)
        self.assertNotRegex(done.stdout, r"(?m)^s41 ")
        self.assertIn("另有 10 个情景", self.pledgesim("run", "book", "-n", "64", "--lang", "zh").stdout)
        self.assertEqual(len(table((self.dir / "results/book/summary.csv").read_bytes())), 50)

    @figures_alone
    def test_verdict(self):
        """Eq. (8.14), on worlds where one side or the other is sure."""
        self.book()
        rich, poor = ("--set", "pool_initial_wan=50000"), ("--set", "pool_initial_wan=100", "--set", "leverage=50", "--set", "breaker_scope=off")
        for values, verdict in (((*rich, "--set", "target_wan=0"), "yes"), ((*rich, "--set", "target_wan=1000000"), "no: target"),
                                ((*poor, "--set", "target_wan=0"), "no: claims"), ((*poor, "--set", "target_wan=1000000"), "no: target, claims")):
            done = self.pledgesim("run", "book", "-n", "1024", "--only", "now", *values, "--set", "pd_multiplier=4", "--lang", "en")
            probability = table((self.dir / "results/book/summary.csv").read_bytes())[0]
            without = "target_wan=0" in values
            self.assertIn(f"? {verdict}. {'Pool' if without else 'Target'}", done.stdout, probability)
            self.assertIn("at least 80 % of worlds, and in at most 1 %", done.stdout)

    def test_never_happened_is_a_bound(self):
        self.book()
        self.pledgesim("run", "book", *FEW, "--set", "pd_multiplier=0", "--lang", "en")
        done = self.pledgesim("run", "book", *FEW, "--set", "pd_multiplier=0", "--lang", "en")
        self.assertRegex(done.stdout, r"< 1\.2 %")
        self.assertNotRegex(done.stdout, r"\s0(\.0+)? % \[")

    def test_summary_to_standard_output(self):
        self.book()
        self.pledgesim("run", "book", *FEW)
        before = tree(self.dir)
        done = subprocess.run([PROGRAM, "run", "book", *FEW, "-o", "-"], cwd=self.dir, env=environment(), capture_output=True, check=True)
        self.assertEqual(done.stdout, before["results/book/summary.csv"])
        self.assertEqual(tree(self.dir), before)

    def test_folder_for_the_results(self):
        book = self.book("我的账册")
        self.pledgesim("run", "我的账册/", *FEW, "-q")
        done = run("run", ".", *FEW, "-q", cwd=book)
        self.assertEqual(done.returncode, 0, done.stderr)
        (self.dir / "scenarios.csv").write_bytes((book / "scenarios.csv").read_bytes())
        self.pledgesim("run", "scenarios.csv", *FEW, "-q")
        summaries = [n for n in tree(self.dir) if n.endswith("summary.csv")]
        self.assertEqual(summaries, ["results/scenarios/summary.csv", "results/我的账册/summary.csv", "我的账册/results/我的账册/summary.csv"])

    def test_quiet(self):
        self.book()
        done = self.pledgesim("run", "book", *FEW, "--quiet")
        self.assertEqual(done.stdout + done.stderr, "")
        self.assertTrue((self.dir / "results/book/summary.csv").exists())

    def test_json(self):
        self.book()
        done = self.pledgesim("run", "book", *FEW, "--json")
        self.assertEqual(json.loads(done.stderr)["errors"], 0)

    def test_progress_as_json(self):
        self.book()
        done = self.pledgesim("run", "book", "-n", "20000", "--progress", "json", "--quiet")
        steps = [json.loads(line)["progress"] for line in done.stderr.splitlines()]
        self.assertEqual(steps[-1]["done"], steps[-1]["total"])
        self.assertEqual(steps, sorted(steps, key=lambda step: step["done"]))
        self.assertEqual(self.pledgesim("run", "book", "-n", "20000", "--quiet").stderr, "")

    def test_dry_run_writes_nothing(self):
        self.book()
        before = tree(self.dir)
        done = self.pledgesim("run", "book", "--dry-run", "--lang", "en")
        for word in ("time about", "memory about", "results about"):
            self.assertIn(word, done.stdout)
        self.assertEqual(tree(self.dir), before)

    @figures_alone
    def test_precision(self):
        self.book()
        self.pledgesim("run", "book", *FEW, "--precision", "1%", code=5)
        self.assertEqual({row["converged"] for row in table((self.dir / "results/book/summary.csv").read_bytes())}, {"false"})
        self.pledgesim("run", "book", "-n", "100000", "--only", "now", "--precision", "50%", "--set", "pd_multiplier=3")
        row = table((self.dir / "results/book/summary.csv").read_bytes())[0]
        self.assertEqual(row["converged"], "true")
        self.assertLess(int(row["worlds"]), 100000)

    def test_seed(self):
        self.book()
        summaries = {}
        for seed in ("0", "1", "4294967296", "4294967297", "20220708"):
            self.pledgesim("run", "book", *FEW, "--seed", seed, "-o", f"out{seed}", "-q")
            summaries[(self.dir / f"out{seed}/summary.csv").read_bytes()] = seed
        self.assertEqual(len(summaries), 5)
        self.pledgesim("run", "book", *FEW, "-q")
        self.assertEqual(summaries[(self.dir / "results/book/summary.csv").read_bytes()], "20220708")


class Obstacles(Case):
    def setUp(self):
        super().setUp()
        self.book()
        self.pledgesim("run", "book", *FEW, "-q")
        self.results = self.dir / "results/book"
        self.before = tree(self.dir)

    def test_another_run_holds_the_folder(self):
        with open(self.results / ".lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            begun = time.monotonic()
            done = self.pledgesim("run", "book", "-n", "4000000000", "--lang", "en", code=6)
            self.assertLess(time.monotonic() - begun, 60, "told before the work, not after it")
        self.assertIn("results/book", done.stderr)
        self.assertEqual(tree(self.dir), self.before)

    def test_folder_of_somebody_else(self):
        (self.dir / "mine").mkdir()
        (self.dir / "mine/thesis.txt").write_text("years of work", encoding="utf-8")
        before = tree(self.dir)
        self.pledgesim("run", "book", "-n", "4000000000", "-o", "mine", code=4)
        self.assertEqual(tree(self.dir), before)

    def test_folder_cannot_be_made(self):
        done = self.pledgesim("run", "book", *FEW, "-o", "book/scenarios.csv/x", "--json", code=4)
        told = done.stderr[done.stderr.index('{\n  "error"'):]
        self.assertEqual(json.loads(told)["error"]["exit_code"], 4)
        self.assertEqual(tree(self.dir), self.before)

    def interrupted(self, *signals, out="results/book"):
        """Stops a long run by signals once it is under way; its exit code and message."""
        command = [PROGRAM, "run", "book", "-n", "4000000000", "-o", out, "--progress", "json", "--lang", "en", "--seed", "7"]
        with subprocess.Popen(command, cwd=self.dir, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, encoding="utf-8") as child:
            for line in child.stderr:
                if line.startswith('{"progress"'):
                    break
            for number in signals:
                child.send_signal(number)
            _, told = child.communicate(timeout=120)
        return child.returncode, told

    def test_signals(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            returned, told = self.interrupted(number)
            self.assertEqual(returned, code)
            self.assertIn("interrupted; nothing was written", told)
            self.assertEqual(tree(self.dir), self.before)

    def test_interrupt_leaves_no_new_folder(self):
        self.assertEqual(self.interrupted(signal.SIGINT, out="new/deep")[0], 130)
        self.assertFalse((self.dir / "new").exists())

    def test_second_interrupt(self):
        returned, _ = self.interrupted(signal.SIGINT, signal.SIGTERM)
        self.assertIn(returned, (130, 143))
        visible = {n: c for n, c in tree(self.dir).items() if "/." not in n}
        self.assertEqual(visible, {n: c for n, c in self.before.items() if "/." not in n})
        self.pledgesim("run", "book", *FEW, "-q")

    def shell(self, line):
        return subprocess.run(["bash", "--norc", "-c", line], cwd=self.dir, env=environment(P=PROGRAM), capture_output=True,
                              text=True, encoding="utf-8", check=False)

    def test_standard_output_cannot_be_written(self):
        for line in ('"$P" schema >/dev/full', '"$P" schema >&-', '"$P" run book -n 256 >/dev/full', '"$P" run book -n 256 >&-',
                     '"$P" run book -n 256 -o - >&-', '"$P" trace book --csv >/dev/full'):
            self.assertEqual(self.shell(line).returncode, 4, line)
        self.assertEqual({n for n in tree(self.dir) if "manifest" not in n}, {n for n in self.before if "manifest" not in n})

    def test_reader_goes_away(self):
        """As a program ends that SIGPIPE ends: 141, and not a word."""
        for line in ('"$P" schema', '"$P" trace book --csv', '"$P" run book -n 256', '"$P" run book -n 256 -o -'):
            done = self.shell(f"(sleep 0.3; {line} 2>told; echo $? >code) | true; cat code told")
            self.assertEqual(done.stdout.split("\n")[0], "141", line)
            self.assertNotIn("standard output", done.stdout)
            self.assertNotIn("标准输出", done.stdout)
            for name in ("code", "told"):
                (self.dir / name).unlink()

    def test_standard_streams_are_closed(self):
        self.assertEqual(self.shell('"$P" check book <&- 2>&-').returncode, 0)
        self.assertEqual(self.shell('"$P" run book -n 256 -q <&- >&- 2>&-').returncode, 0)
        self.assertEqual(set(tree(self.dir)), set(self.before))

    def test_file_size_limit(self):
        done = self.shell('ulimit -f 1; "$P" run book -n 256 --seed 3')
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertEqual(tree(self.dir), self.before)

    def test_absurd_thread_counts_of_the_environment(self):
        for wish in ("1000000", "0", "-3", "abc"):
            done = self.pledgesim("run", "book", *FEW, "-o", "-", "--lang", "en", OMP_NUM_THREADS=wish)
            self.assertIn("is ignored", done.stderr)
        done = self.pledgesim("run", "book", *FEW, "-o", "-", "--lang", "en", OMP_NUM_THREADS="2")
        self.assertNotIn("is ignored", done.stderr)

    def test_kernel_that_is_not_there(self):
        self.pledgesim("run", "book", code=2, PS_ISA="v9")
        self.assertEqual(tree(self.dir), self.before)

    def test_hostile_names_stay_text(self):
        path = self.dir / "book/scenarios.csv"
        path.write_text('scenario_id,label\nevil,"=cmd|calc\x1b[2J<script>"\n', encoding="utf-8")
        done = self.pledgesim("run", "book", *FEW)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("\x1b", self.pledgesim("trace", "book").stdout)


class Trace(Case):
    def setUp(self):
        super().setUp()
        self.book("book", "bishan")

    def test_words(self):
        for lang, word in (("en", "granted"), ("zh", "放款")):
            text = self.pledgesim("trace", "book", "--lang", lang).stdout
            self.assertIn(word, text)
            self.assertEqual(len(re.findall(r"(?m)^20\d\d-\d\d \(\d+\)$", text)), 120)
            self.assertNotIn("(null)", text)

    def test_same_world_same_words(self):
        first = self.pledgesim("trace", "book", "--world", "17").stdout
        self.assertEqual(first, self.pledgesim("trace", "book", "--id", "baseline", "--world", "17", "--isa", "base").stdout)
        self.assertNotEqual(first, self.pledgesim("trace", "book", "--world", "18").stdout)
        self.assertNotEqual(first, self.pledgesim("trace", "book", "--world", "17", "--seed", "1").stdout)

    def test_the_log_adds_up(self):
        for world in range(20):
            done = subprocess.run([PROGRAM, "trace", "book", "--csv", "--world", str(world)], cwd=self.dir, env=environment(),
                                  capture_output=True, check=True)
            rows = table(done.stdout)
            balance = 1000 * 10**6  # fen
            def fen(text):
                whole, _, part = text.partition(".")
                return int(whole) * 10**6 + int((part + "000000")[:6]) * (-1 if whole.startswith("-") else 1)
            for row in rows:
                event = row["event"]
                if event in ("interest", "topup"):
                    balance += fen(row["amount_wan"])
                elif event == "claim":
                    balance -= fen(row["pool_wan"])
                elif event == "disposal":
                    balance += fen(row["pool_wan"])
                elif event == "close":
                    self.assertEqual(balance, fen(row["amount_wan"]), f"world {world}, month {row['month']}")
                if event in ("claim", "disposal"):
                    parts = sum(fen(row[f"{p}_wan"]) for p in ("pool", "guarantor", "reguarantor", "insurer", "appraiser", "bank"))
                    self.assertEqual(parts, fen(row["amount_wan"]))

    def rows(self, *arguments):
        return table(self.pledgesim("trace", "book", "--csv", *arguments).stdout.encode())

    def test_whose_breaker(self):
        for scope, own, other in (("bank", "bank_id", "pool_id"), ("pool", "pool_id", "bank_id")):
            scoped = ("--set", f"breaker_scope={scope}", "--set", "pd_multiplier=4")
            reviews = [row for row in self.rows(*scoped) if row["event"] == "review"]
            self.assertTrue(reviews)
            for row in reviews:
                self.assertTrue(row[own])
                self.assertEqual(row[other], "")
                self.assertIn(row["reason"], ("normal", "suspended", "terminated"))
            named = set(re.findall(r"(?m)^  breaker of (\w+) at ", self.pledgesim("trace", "book", *scoped, "--lang", "en").stdout))
            self.assertTrue(named)
            self.assertLessEqual(named, {row[own] for row in reviews})

    def test_the_moment_of_depletion(self):
        poor = ("--set", "pool_initial_wan=100", "--set", "pd_multiplier=10", "--set", "leverage=30", "--set", "breaker_scope=off")
        claims = [row for row in self.rows(*poor) if row["event"] == "claim"]
        short = [row for row in claims if float(row["unpaid_wan"]) > 0]
        self.assertTrue(short)
        for row in claims:
            self.assertAlmostEqual(float(row["due_wan"]), float(row["pool_wan"]) + float(row["unpaid_wan"]), places=6)
        english = self.pledgesim("trace", "book", *poor, "--lang", "en").stdout
        self.assertEqual(len(re.findall(r"(?m)^  claim .* of [0-9.,]+ due, [0-9.,]+ unpaid: the pool is depleted$", english)), len(short))
        shortfall = float(re.search(r"(?m)^shortfall +([0-9.,]+)", english)[1].replace(",", ""))
        self.assertAlmostEqual(sum(float(row["unpaid_wan"]) for row in short), shortfall, places=5)
        self.assertEqual(self.pledgesim("trace", "book", *poor, "--lang", "zh").stdout.count("资金池不足"), len(short))
        rich = [row for row in self.rows("--set", "pool_initial_wan=100000") if row["event"] == "claim"]
        self.assertEqual({float(row["unpaid_wan"]) for row in rich}, {0.0})

    def test_names_and_codes_of_the_log(self):
        self.pledgesim("init", "big")
        text = self.pledgesim("trace", "big", "--lang", "en").stdout
        rows = table(self.pledgesim("trace", "big", "--csv").stdout.encode())
        self.assertIn("in-pool performing principal", text)
        self.assertIn("in_pool_wan", rows[0])
        self.assertNotIn("lent_wan", rows[0])
        named = {row["loan_id"] for row in rows if row["loan_id"]}
        self.assertIn("tape_6", named)
        self.assertLessEqual(set(re.findall(r"(?m)^  (?:granted|refused|claim|repaid|default) (\S+):", text)), named)
        for row in rows:
            if row["event"] == "grant":
                self.assertEqual(int(row["maturity_month"]), int(row["month"]) + int(row["tenor_months"]))
        codes = {row["reason"] for row in rows if row["event"] == "refusal"}
        self.assertTrue(codes)
        self.assertLessEqual(codes, {"closed", "population", "loan_cap", "terminated", "suspended", "single_name", "leverage"})

    def test_unknown_scenario(self):
        done = self.pledgesim("trace", "book", "--id", "baselne", "--lang", "en", code=2)
        self.assertIn("did you mean baseline?", done.stderr)


if __name__ == "__main__":
    unittest.main()
