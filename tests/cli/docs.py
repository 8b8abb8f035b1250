# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated pages are those that the program would write now."""
import subprocess
import sys
import unittest

from _program import PROGRAM, ROOT, run


class Docs(unittest.TestCase):
    def test_pages_are_up_to_date(self):
        done = subprocess.run([sys.executable, ROOT / "tools/generate-docs", "--check", PROGRAM], capture_output=True, text=True,
                              encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 0, "run tools/generate-docs\n" + done.stdout + done.stderr)

    def test_the_readmes_name_every_command_of_a_book(self):
        commands = [line.split()[0] for line in run("help", "--lang", "en").stdout.splitlines() if " BOOK " in line]
        self.assertGreaterEqual(len(commands), 7)
        for page in ("README.md", "README.zh-CN.md"):
            text = (ROOT / page).read_text(encoding="utf-8")
            for command in commands:
                self.assertTrue(f"pledgesim {command}" in text or f"`{command}`" in text, f"{page} does not name {command}")

    def test_chapters_follow_each_other(self):
        chapters = sorted((ROOT / "docs/model").glob("*.md"), key=lambda path: int(path.name.split("-")[0]))
        heads = [path.read_text(encoding="utf-8").splitlines()[2] for path in chapters]
        for i, (path, head) in enumerate(zip(chapters, heads)):
            if i > 0:
                self.assertRegex(head, rf"before: \[[^]]*\]\({chapters[i - 1].name}\)", path.name)
            if i + 1 < len(chapters):
                self.assertRegex(head, rf"next: \[[^]]*\]\({chapters[i + 1].name}\)", path.name)


if __name__ == "__main__":
    unittest.main()
