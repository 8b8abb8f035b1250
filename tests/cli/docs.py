# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated pages are those that the program would write now."""
import subprocess
import sys
import unittest

from _program import PROGRAM, ROOT


class Docs(unittest.TestCase):
    def test_pages_are_up_to_date(self):
        done = subprocess.run([sys.executable, ROOT / "tools/generate-docs", "--check", PROGRAM], capture_output=True, text=True,
                              encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 0, "run tools/generate-docs\n" + done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
