# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the command line share. PLEDGESIM names the program."""
import csv
import io
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["PLEDGESIM"]
ROOT = Path(__file__).resolve().parent.parent.parent
LANGS = ("zh", "en")


def environment(**changes):
    """A plain one: what the tester has set must not decide. A value of None takes a variable away."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
    kept.update(changes)
    return {name: value for name, value in kept.items() if value is not None}


def run(*arguments, cwd=None, **changes):
    """Runs the program; stdout and stderr as text."""
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, env=environment(**changes), capture_output=True,
                          text=True, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=500)


def tree(folder):
    """Every file below a folder with its bytes."""
    folder = Path(folder)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def data_files(folder):
    """The result files that no clock and no machine may change."""
    return {name: content for name, content in tree(folder).items() if name.endswith(".csv")}


def table(content):
    """The rows of a CSV file as dictionaries."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# For tests of many worlds whose code others run too: what they look at are figures, and a sanitizer makes them ten times as
# slow.
figures_alone = unittest.skipIf("ASAN_OPTIONS" in os.environ, "figures alone: not under sanitizers")


class Case(unittest.TestCase):
    """Runs in a folder of its own, self.dir."""

    maxDiff = 2000

    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="pledgesim-test-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def pledgesim(self, *arguments, code=0, **changes):
        """Runs the program in self.dir and wants an exit code; None: any."""
        done = run(*arguments, cwd=self.dir, **changes)
        self.assertIn(done.returncode, (code,) if code is not None else range(6), f"{arguments}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done

    def book(self, name="book", template="minimal"):
        """A new book in self.dir."""
        self.pledgesim("init", name, "--template", template)
        return self.dir / name

    def edit(self, path, old, new):
        """Changes one text in a file of the book."""
        text = path.read_text(encoding="utf-8")
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
