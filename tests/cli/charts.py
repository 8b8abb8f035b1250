# SPDX-License-Identifier: GPL-3.0-or-later
"""The charts at the end of a run: on a terminal alone, within its width, and in its signs."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata
import unittest

from _program import LANGS, PROGRAM, Case, environment

HEADS = {"zh": ("资金池代偿支出（万元）与占全部世界的比例", "年末资金池余额（万元）"), "en": ("paid out by the pool", "balance of the pool at the year's end")}
UTF8 = {"LC_ALL": "zh_CN.UTF-8", "TERM": "xterm"}


def width(line):
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


class Charts(Case):
    def setUp(self):
        super().setUp()
        self.book("book", "bishan")

    def on_terminal(self, columns, *arguments, **changes):
        """Standard output of a run on a terminal of so many columns; 0: it does not say."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        command = [PROGRAM, "run", "book", "--only", "baseline", "-n", "960", *arguments]
        with subprocess.Popen(command, cwd=self.dir, env=environment(**changes), stdin=subprocess.DEVNULL, stdout=slave,
                              stderr=subprocess.DEVNULL) as child:
            os.close(slave)
            said = b""
            while True:
                try:
                    more = os.read(master, 65536)
                except OSError:  # the other end is closed
                    break
                if not more:
                    break
                said += more
        os.close(master)
        self.assertEqual(child.returncode, 0)
        return said.decode("utf-8").replace("\r\n", "\n")

    def charts(self, said, lang):
        """The lines from the first chart on."""
        at = said.find(HEADS[lang][0])
        self.assertGreater(at, 0, said)
        self.assertIn(HEADS[lang][1], said)
        return said[at:].splitlines()[1:]

    def test_widths(self):
        for lang in LANGS:
            for columns in (50, 80, 132):
                lines = self.charts(self.on_terminal(columns, "--lang", lang, NO_COLOR="1", **UTF8), lang)
                drawn = [line for line in lines if re.search("[█▒]", line) and "%" not in line[:6]]
                self.assertGreater(len(drawn), 15)
                for line in drawn:
                    if not line.startswith("─"):
                        self.assertLessEqual(width(line), columns, line)

    def test_tables_fold(self):
        """No table line is wider than the terminal, and no figure is left out."""
        for lang in LANGS:
            whole = self.pledgesim("run", "book", "--only", "baseline", "-n", "960", "--lang", lang).stdout.splitlines()
            heads = re.split(r"\s{2,}", next(line for line in whole if line.startswith(("情景", "scenario"))))
            for columns in (40, 80):
                said = self.on_terminal(columns, "--lang", lang, NO_COLOR="1", **UTF8)
                lines = said.splitlines()
                table = [line for line in lines if line.startswith(heads[0]) or line.startswith("基准情景  ")]
                self.assertGreater(len(table), 2)
                # A single column may be wider than 40 signs.
                self.assertLessEqual(max(map(width, table)), max(columns, 80))
                self.assertEqual([head for head in heads if not any(head in line for line in table)], [])

    def test_a_narrow_fan_keeps_its_probabilities(self):
        for lang in LANGS:
            lines = self.charts(self.on_terminal(40, "--lang", lang, NO_COLOR="1", **UTF8), lang)
            years = [i for i, line in enumerate(lines) if re.match(r"20\d\d  ", line)]
            self.assertEqual(len(years), 10)
            for i in years:
                self.assertRegex(lines[i + 1], r"^ {6}(< )?[\d.]+ %")

    def test_marks(self):
        lines = self.charts(self.on_terminal(80, "--lang", "en", NO_COLOR="1", **UTF8), "en")
        marked = [line for line in lines if "initial money 1,000" in line]
        self.assertEqual(len(marked), 1)
        self.assertRegex(marked[0], "^1,000-")
        years = [line[:4] for line in lines if re.match(r"20\d\d  ", line)]
        self.assertEqual(years, [str(year) for year in range(2021, 2031)])
        self.assertTrue(all(re.search(r"(% \[|< )", line) for line in lines if re.match(r"20\d\d  ", line)), "probabilities with intervals")

    def test_ascii(self):
        for lang in LANGS:
            said = "\n".join(self.charts(self.on_terminal(80, "--lang", lang, LC_ALL="C", TERM="xterm"), lang))
            self.assertNotRegex(said, "[█▒─◀]")
            self.assertRegex(said, "####")

    def test_colours(self):
        self.assertIn("\033[36m", self.on_terminal(80, **UTF8))
        self.assertNotIn("\033", self.on_terminal(80, NO_COLOR="1", **UTF8))
        self.assertNotIn("\033", self.on_terminal(80, LC_ALL="zh_CN.UTF-8", TERM="dumb"))

    def test_where_there_are_none(self):
        for said in (self.pledgesim("run", "book", "--only", "baseline", "-n", "960", **UTF8).stdout, self.on_terminal(30, **UTF8)):
            self.assertNotIn(HEADS["zh"][0], said)
            self.assertIn("能否支撑", said)
        self.assertEqual(self.on_terminal(80, "-q", **UTF8), "")
        self.assertNotIn("▒", self.on_terminal(80, "-o", "-", **UTF8))

    def test_a_terminal_without_a_size(self):
        lines = self.charts(self.on_terminal(0, "--lang", "en", COLUMNS="50", NO_COLOR="1", **UTF8), "en")
        self.assertLessEqual(max(width(line) for line in lines if "█" in line), 50)

    def test_too_few_worlds_for_a_fan(self):
        said = self.on_terminal(80, "-n", "64", "--lang", "en", **UTF8)
        self.assertIn(HEADS["en"][0], said)
        self.assertNotIn(HEADS["en"][1], said)


if __name__ == "__main__":
    unittest.main()
