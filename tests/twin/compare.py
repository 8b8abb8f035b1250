# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the program's worlds through the twin and tells the first number that differs."""
import json
import os
import subprocess
from collections import namedtuple
from pathlib import Path

from book import load
from ledger import Ledger
from measures import PATHS
from policy import Policy
from world import read_applications

Difference = namedtuple("Difference", "book row world month measure program twin")
ROUNDED_FROM_DOUBLES = ("leverage_achieved", "idle_share", "fiscal_present_value")  # one unit of the last digit


def dump(book, first, worlds, seed):
    """The lines of dump.c for a book, as objects."""
    program = os.environ["TWIN_DUMP"]
    command = [program, str(book), str(first), str(worlds), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def differences(record, row):
    """(month, name, the program's value, the twin's) for all that differs in a world under a policy; a sum by
    calendar year has the year for a month."""
    for name, value in row["measures"].items():
        mine = record.measures[name]
        near = name in ROUNDED_FROM_DOUBLES and None not in (mine, value) and abs(mine - value) <= 1
        if mine != value and not near:
            yield None, name, value, mine
    for name in PATHS:
        for t, (value, mine) in enumerate(zip(row[name], record.paths[name], strict=True), start=1):
            if value != mine:
                yield t, name, value, mine
    for name in ("registered_of_year", "compensation_of_year"):
        mine = getattr(record, name)
        for year, value in zip(sorted(mine), row[name], strict=True):
            if mine[year] != value:
                yield year, name, value, mine[year]


def compare_ledgers(book, first, worlds, seed):
    """Every policy of a book in some dumped worlds: how many were compared, and all differences."""
    policies = {scenario.scenario_id: Policy(scenario) for scenario in load(book)}
    compared, found = 0, []
    for line in dump(book, first, worlds, seed):
        applications = None
        for row in line["rows"]:
            policy = policies[row["scenario"]]
            applications = read_applications(line["applications"], policy.scenario)
            record = Ledger(policy, applications).run()
            compared += 1
            found += [Difference(Path(book).name, row["scenario"], line["world"], *what) for what in differences(record, row)]
    return compared, found


def in_words(difference):
    return (f"book {difference.book}, row {difference.row}, world {difference.world}, month or year {difference.month}, "
            f"{difference.measure}: program {difference.program}, twin {difference.twin}")
