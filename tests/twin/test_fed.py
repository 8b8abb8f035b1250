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
from compare import compare_ledgers, in_words
from random_books import write_book

BOOKS, WORLDS = 150, 9  # x 8 policies: at least 10^4 ledgers
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
            count, found = compare_ledgers(book, 0, WORLDS, SEED)
            compared += count
            if found and "TWIN_KEEP" in os.environ:
                shutil.copytree(book, Path(os.environ["TWIN_KEEP"]) / book.name, dirs_exist_ok=True)
            self.assertFalse(found, f"{len(found)} differences, the first: {in_words(found[0])}" if found else "")
        self.assertGreaterEqual(compared, LEDGERS_AT_LEAST)

    def test_the_example(self):
        compared, found = compare_ledgers(BUILT_IN, 0, 2, SEED)
        self.assertGreater(compared, 0)
        self.assertFalse(found, in_words(found[0]) if found else "")

    def test_random_books_use_every_column(self):
        """Each column of docs/inputs.md has several values in the books above; those without an effect are left out."""
        values = {(table, column): set() for table in COLUMNS for column in COLUMNS[table]}
        for number in range(BOOKS):
            book = write_book(self.dir / f"book_{number}", number)
            for table in COLUMNS:
                for row in read_csv(book / f"{table}.csv") if (book / f"{table}.csv").exists() else []:
                    for column in row.keys() & COLUMNS[table].keys():
                        values[table, column].add(row[column])
        idle = [key for key, seen in values.items() if len(seen) < 2 and key[1] not in ("label", "base")]
        self.assertEqual(idle, [])


if __name__ == "__main__":
    unittest.main()
