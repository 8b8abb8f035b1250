# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a book of CSV tables: names, units and defaults of the columns are those of docs/inputs.md.

Values are exact. Money is whole fen (a column x_wan becomes x_fen), whole 万元 keep their name, numbers are fractions. A
percentage x_pct becomes x_frac and, in whole parts per million, x_ppm; so does a multiple (leverage_ppm). Only what a book
written by a program needs is read; the reader for people, with units in headers and complaints, is the program's.
"""
import csv
import re
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

from money import FEN_PER_WAN, ppm

ROOT = Path(__file__).resolve().parent.parent.parent
BUILT_IN = ROOT / "scenarios" / "bishan"
TAKEN_WHEN_ABSENT = ("segments", "ip_kinds", "products", "banks", "demand")  # decision 0004


class Column(SimpleNamespace):
    """One line of a table of docs/inputs.md: name, unit, range, default."""

    def stored(self):
        """The name under which the value is kept, with the unit it is kept in."""
        if self.unit == "10,000 yuan":
            return self.name.removesuffix("_wan") + "_fen"
        return self.name.removesuffix("_pct") + "_frac" if self.unit == "%" else self.name

    def value(self, text):
        if not re.fullmatch(r"-?[0-9.]+", text) or self.name.endswith("_id") or self.name in ("label", "base"):
            return text
        number = Fraction(text)
        if self.unit == "10,000 yuan":
            number *= FEN_PER_WAN
        elif self.unit == "%":
            return number / 100
        return int(number) if number.denominator == 1 else number


def read_columns():
    """{table: {name: Column}} from docs/inputs.md."""
    tables, table = {}, None
    for line in (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"## (\w+)(\.csv)?", line):
            table = tables.setdefault(heading[1], {})
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if table is not None and len(cells) == 8 and re.fullmatch(r"\w+", cells[0]):
            table[cells[0]] = Column(name=cells[0], unit=cells[1], range=cells[2], default=cells[3])
    return tables


def read_schemes():
    """{scheme: {column of products.csv: text}} from docs/inputs.md; the bank's share is the rest and no term."""
    page = (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8").split("\n## schemes\n")[1]
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ") and " [" in line]
    terms = {row[0].removeprefix("| "): re.findall(r"(\w+) (\S+) \[", row[1]) for row in rows}
    return {scheme: {name: text for name, text in cells if name != "bank_share_pct"} for scheme, cells in terms.items()}


COLUMNS, SCHEMES = read_columns(), read_schemes()


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_tables(folder):
    """The cells of every table as text: {file stem: rows}; absent ones from the built-in book as decision 0004 has it."""
    tables = {path.stem: read_csv(path) for path in Path(folder).glob("*.csv")}
    alone = set(tables) == {"scenarios"}
    for path in BUILT_IN.glob("*.csv"):
        needed = path.stem in TAKEN_WHEN_ABSENT and not (path.stem == "demand" and "loans" in tables)
        if path.stem not in tables and (alone or needed):
            tables[path.stem] = read_csv(path)
    return tables


def resolve(table, cells, scenario=None, segment=None):
    """One row with its defaults: "=name" is the scenario's value, "=segment" the segment's; (7.18)."""
    row = SimpleNamespace()
    terms = SCHEMES.get(cells.get("scheme"), {})
    for column in COLUMNS[table].values():
        text = (cells.get(column.name) or terms.get(column.name, "")).strip()
        if (text or column.default) == "rest":  # the bank's share: what the others leave
            value = None
        elif text:
            value = column.value(text)
        elif column.default == "(none)":
            value = None
        elif column.default == "=segment":
            value = getattr(segment, column.stored())
        elif column.default.startswith("="):
            value = getattr(scenario, COLUMNS["scenarios"][column.default[1:]].stored())
        else:
            value = column.value(column.default)
        setattr(row, column.stored(), value)
        if column.unit in ("%", "times") and value is not None:
            setattr(row, column.name.removesuffix("_pct") + "_ppm", ppm(value))
    return row


def with_base(cells, rows):
    """A scenario's cells; empty ones are those of the scenario it is based on."""
    own = {name: text for name, text in cells.items() if text}
    bases = [row for row in rows if row["scenario_id"] == cells.get("base")]
    return {**with_base(bases[0], rows), **own} if bases else own


def by_id(rows, name):
    """Tables are sorted by the bytes of their id (docs/model/2-time-and-money.md, Order)."""
    return sorted(rows, key=lambda row: row[name].encode())


def table_of(name, cells, tables):
    """The rows of a table as a scenario sees them: another file, single cells changed."""
    stem = (cells.get(f"{name}_file") or f"{name}.csv").removesuffix(".csv")
    rows = [dict(row) for row in tables.get(stem, [])]
    key = next(iter(COLUMNS[name]))
    for header, text in cells.items():
        if header.startswith(name + "."):
            _, row_id, column = header.split(".")
            for row in rows:
                if row[key] == row_id:
                    row[column] = text
    return rows if key == "year" else by_id(rows, key)


def load(folder):
    """The scenarios of a book in the order of their rows, each with its tables as lists of rows."""
    tables = read_tables(folder)
    scenarios = []
    for row in tables["scenarios"]:
        cells = with_base(row, tables["scenarios"])
        scenario = resolve("scenarios", cells)
        for name in ("segments", "ip_kinds", "products", "pools", "banks", "demand", "topups", "shocks", "sector_weights", "anchors",
                     "vehicles", "funds", "trusts"):
            setattr(scenario, name, [resolve(name, r, scenario) for r in table_of(name, cells, tables)])
        segments = {segment.segment_id: segment for segment in scenario.segments}
        scenario.loans = [resolve("loans", r, scenario, segments[r["segment_id"]]) for r in table_of("loans", cells, tables)]
        scenario.correlations = table_of("correlations", cells, tables)
        scenarios.append(scenario)
    return scenarios
