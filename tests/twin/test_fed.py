# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin's ledger, fed with the program's worlds, agrees to the fen: measures, months, calendar years.

TWIN_KEEP=FOLDER keeps the books that do not agree; tests/twin/campaign does the same for as many worlds as wished.
"""
import os
import shutil
import tempfile
import unittest
from pathlib import Path

from book import BUILT_IN, COLUMNS, read_csv
from compare import NOT_YET, compare, in_words
from random_books import write_book

BOOKS, WORLDS = 160, 8  # x 8 policies
LEDGERS_AT_LEAST = 10_000
SEED = 20220708


class Fed(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="pledgesim-twin-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def test_random_books(self):
        compared = 0
        for number in range(BOOKS):
            book = write_book(self.dir / f"book_{number}", number)
            count, found = compare(book, 0, WORLDS, SEED)
            compared += count
            if found and "TWIN_KEEP" in os.environ:
                shutil.copytree(book, Path(os.environ["TWIN_KEEP"]) / book.name, dirs_exist_ok=True)
            self.assertEqual(in_words(found), "")
        self.assertGreaterEqual(compared, LEDGERS_AT_LEAST)

    def test_the_example(self):
        compared, found = compare(BUILT_IN, 0, 2, SEED)
        self.assertGreater(compared, 0)
        self.assertEqual(in_words(found), "")

    def test_random_books_use_every_column(self):
        """Each column of docs/inputs.md takes several values in the books above, but those without an effect."""
        values = {(table, column): set() for table in COLUMNS for column in COLUMNS[table]}
        for number in range(BOOKS):
            book = write_book(self.dir / f"book_{number}", number)
            for path in book.glob("*.csv"):
                for row in read_csv(path):
                    for column in row.keys() & COLUMNS.get(path.stem, {}).keys():
                        values[path.stem, column].add(row[column])
        idle = {f"{table}.{column}" for (table, column), seen in values.items()
                if len(seen) < 2 and column not in ("label", "base") and table not in NOT_YET}
        self.assertEqual(idle - NOT_YET, set(), "columns that the twin and random_books.py have to learn")


if __name__ == "__main__":
    unittest.main()
