# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the program's worlds through the twin and tells every number that differs.

Either the twin's ledger is fed with the worlds that the program drew, or the twin draws them again by their addresses.
"""
import json
import os
import subprocess
from collections import namedtuple
from pathlib import Path

from book import ROOT, load
from draws import ByAddress
from ledger import Ledger
from measures import PATHS
from policy import Policy
from sampler import Sampler
from world import COLUMNS, INVESTMENT_COLUMNS, ISSUED_COLUMNS, read_applications, read_investments, read_issued

Difference = namedtuple("Difference", "book row world place measure program twin")
LISTS = (("application", COLUMNS), ("issued loan", ISSUED_COLUMNS), ("investment", INVESTMENT_COLUMNS))  # of a world
FRACTIONS = ("proceeds", "cash", "multiple")
# Of the fractions: the program's functions are its own, the twin's are the C library's.
RELATIVE, ABSOLUTE = 1e-11, 1e-15
# Mechanisms that the twin has still to learn: tables, columns ("table.column") and measures. The books of the tests leave
# them at their defaults.
NOT_YET = frozenset()


def dump(book, first, worlds, seed):
    """The lines of dump.c for a book, as objects."""
    program = os.environ.get("TWIN_DUMP", ROOT / "build/release/tests/twin_dump")
    command = [str(word) for word in (program, book, first, worlds, seed)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(book, first, worlds, seed, sample=False):
    """Every policy of a book in some worlds: how many (policy, world) were compared, and all differences."""
    policies = {scenario.scenario_id: Policy(scenario) for scenario in load(book)}
    samplers, compared, found = {}, 0, []
    for line in dump(book, first, worlds, seed):
        name = line["scenarios"][0]
        world = [read_applications(line["applications"], policies[name].scenario),
                 read_issued(line["issued"], policies[name].scenario), read_investments(line["investments"])]
        if sample:
            sampler = samplers.setdefault(name, Sampler(policies[name].scenario, ByAddress(seed)))
            own = sampler.sample(line["world"])
            for (kind, columns), theirs, ours in zip(LISTS, world, own, strict=True):
                found += [Difference(Path(book).name, name, line["world"], *what)
                          for what in list_differences(kind, columns, theirs, ours)]
            world = own
        for row in line["rows"]:
            record = Ledger(policies[row["scenario"]], *world).run()
            compared += 1
            found += [Difference(Path(book).name, row["scenario"], line["world"], *what)
                      for what in ledger_differences(record, row)]
    return compared, found


def list_differences(what, columns, theirs, own):
    """(place, name, the program's value, the twin's) for all that differs between two lists of loans of a world."""
    if len(theirs) != len(own):
        yield "whole world", f"number of {what}s", len(theirs), len(own)
        return
    for number, (a, b) in enumerate(zip(theirs, own)):
        for name in columns:
            x, y = getattr(a, name), getattr(b, name)
            if name in ("parent", "before"):
                x, y = x and x.month, y and y.month
            near = name in FRACTIONS and abs(x - y) <= max(RELATIVE * max(x, y), ABSOLUTE)
            if x != y and not near:
                yield f"{what} {number}", name, x, y


def ledger_differences(record, row):
    """(place, name, the program's value, the twin's) for all that differs in a world under a policy."""
    for name, value in row["measures"].items():
        own = record.measures.get(name, "does not know it")
        if value != own and name not in NOT_YET:
            yield "whole world", name, value, own
    for name in PATHS:
        for t, (value, own) in enumerate(zip(row[name], record.paths[name], strict=True), start=1):
            if value != own:
                yield f"month {t}", name, value, own
    for name in ("registered_of_year", "compensation_of_year"):
        by_year = getattr(record, name)
        for year, value in zip(sorted(by_year), row[name], strict=True):
            if value != by_year[year]:
                yield f"year {year}", name, value, by_year[year]


def in_words(differences):
    """The first one, and how many there are; nothing when there is none."""
    if not differences:
        return ""
    d = differences[0]
    return (f"{len(differences)} differences; book {d.book}, row {d.row}, world {d.world}, {d.place}, {d.measure}: "
            f"program {d.program}, twin {d.twin}")
