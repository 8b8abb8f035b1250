# SPDX-License-Identifier: GPL-3.0-or-later
"""A world: every application that could be made if nothing were refused, and what would become of its loan."""
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Optional


@dataclass
class Application:
    """One link of a chain of loans. The root of a chain is a loan of the tape (month 0) or a new firm's first loan."""

    month: int
    chain: int  # number of the chain in the world: tape loans by id, then new firms as they come
    firm: object  # equal for the loans of one firm
    parent: Optional["Application"]  # the loan it renews
    tape: Optional[SimpleNamespace]  # the row of loans.csv at the root of its chain
    segment: SimpleNamespace  # the row of segments.csv
    amount_wan: int
    tenor: int
    equal_principal: bool
    micro: bool
    product_word: int
    bank_word: int
    before: Optional["Application"] = None  # of a firm that asks again, (5.6): the refusal before
    waited: bool = False  # of a chain that begins only after a refusal
    tau: Optional[int] = None  # month of default
    disposal: Optional[int] = None  # month of disposal; with it the two fractions of (6.5)
    proceeds: float = 0.0  # per yuan lent
    cash: float = 0.0  # per yuan owed at default
    children: list = field(default_factory=list)

    @property
    def on_tape(self):
        return self.month == 0

    @property
    def due(self):
        return self.month + self.tenor


@dataclass
class IssuedFirm:
    """A firm of a new issue with its one loan, chapter 10: no application."""

    vehicle: int  # number of the issue among those of the scenario, by id
    amount_wan: int
    segment: SimpleNamespace
    month: int
    tenor: int
    tau: Optional[int] = None
    disposal: Optional[int] = None
    proceeds: float = 0.0
    cash: float = 0.0
    on_tape = False
    tape = None
    equal_principal = False

    @property
    def due(self):
        return self.month + self.tenor


@dataclass
class Investment:
    """What becomes of an investment of a fund, chapter 10."""

    fund: int  # number of the fund among those of the scenario, by id
    number: int
    bought: int  # month
    sold: int
    multiple: float  # brought per yuan; 0: written off


INVESTMENT_COLUMNS = ("fund", "number", "bought", "sold", "multiple")
ISSUED_COLUMNS = ("vehicle", "amount_wan", "segment", "month", "tenor", "tau", "disposal", "proceeds", "cash")
COLUMNS = ("month", "chain", "parent", "before", "waited", "tape", "segment", "tenor", "amount_wan", "equal_principal", "micro",
           "product_word", "bank_word", "tau", "disposal", "proceeds", "cash")  # of an application as dump.c writes it


def read_applications(rows, scenario):
    """The applications of a dumped world."""
    applications = []
    for row in rows:
        cells = dict(zip(COLUMNS, row))
        tape = None if cells["tape"] is None else scenario.loans[cells["tape"]]
        parent = None if cells["parent"] is None else applications[cells["parent"]]
        before = None if cells["before"] is None else applications[cells["before"]]
        cells.update(tape=tape, parent=parent, before=before, waited=bool(cells["waited"]), segment=scenario.segments[cells["segment"]],
                     equal_principal=bool(cells["equal_principal"]), micro=bool(cells["micro"]))
        applications.append(Application(firm=firm_of(tape, cells["chain"]), **cells))
        if parent is not None:
            parent.children.append(applications[-1])
    return applications


def read_issued(rows, scenario):
    """The firms of the new issues of a dumped world."""
    firms = [IssuedFirm(**dict(zip(ISSUED_COLUMNS, row))) for row in rows]
    for firm in firms:
        firm.segment = scenario.segments[firm.segment]
    return firms


def read_investments(rows):
    """The investments of the funds of a dumped world."""
    return [Investment(*row) for row in rows]


def firm_of(tape, chain):
    """A firm with several tape loans is told by its id; all others have one chain."""
    return tape.firm_id if tape is not None and tape.firm_id else chain
