# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 10, trusts: money that lends where the rules of a pool stop the banks. Readings: decision 0026."""
from money import FEN_PER_WAN, share
from vehicles import Deal

POOL, TREASURY = "pool", "treasury"  # who may hold the subordinated piece, beside private money
LENDS_AFTER = ("terminated", "suspended", "single_name", "leverage")  # tests 4 to 7 of (7.11)


class Trust:
    """One row of trusts.csv."""

    def __init__(self, row, policy):
        self.row = row
        self.last = row.to_month or policy.T
        self.final = row.final_month or policy.N
        self.pool = next((number for number, pool in enumerate(policy.pools) if pool.pool_id == row.pool_id), 0)
        self.size = 0  # once raised
        self.cash = 0
        self.loss = 0
        self.paid_senior = 0
        self.late = 0
        self.deals = []  # not yet repaid or disposed of

    @property
    def piece(self):
        return share(self.size, self.row.subordinated_ppm)

    def parts(self):
        """(10.5) without an undertaking."""
        subordinated = min(self.loss, self.piece)
        return subordinated, 0, self.loss - subordinated

    def whole(self):
        return self.piece, 0, self.size - self.piece

    def held_by(self, *holders):
        return self.row.subordinated_by in holders

    def performing(self):
        return sum(deal.owed for deal in self.deals if deal.ead == 0)


def run_month(ledger, t):
    """Between the steps 7 and 8, after the vehicles."""
    for trust in ledger.trusts:
        if t == trust.row.from_month:
            start(ledger, trust, t)
        if t > trust.last:
            repay(ledger, trust, t)


def start(ledger, trust, t):
    """(10.15)"""
    size = trust.row.size_wan * FEN_PER_WAN
    piece, pool = share(size, trust.row.subordinated_ppm), ledger.pools[trust.pool]
    if trust.held_by(POOL):
        if piece > max(0, pool.balance - ledger.still_due(trust.pool)):
            return
        pool.balance -= piece
    trust.size = trust.cash = size
    ledger.record.add("trust_raised", size)
    if trust.held_by(TREASURY):
        ledger.record.add("fiscal_outlay", piece)
    if trust.held_by(TREASURY, POOL):
        ledger.record.trusted(piece, t)


def repay(ledger, trust, t):
    """(10.18)"""
    senior = min(trust.cash, trust.size - trust.piece - trust.paid_senior)
    subordinated = trust.cash - senior
    trust.cash = 0
    trust.paid_senior += senior
    if trust.held_by(POOL):
        ledger.pools[trust.pool].balance += subordinated
    if trust.held_by(TREASURY, POOL):
        ledger.record.trusted(-subordinated, t)
    if t == trust.final:
        trust.late = trust.size - trust.piece - trust.paid_senior


def lender(ledger, application, amount, t):
    """(10.16) The trust that lends where the banks refused, or None."""
    for trust in ledger.trusts:
        lends = trust.size > 0 and trust.row.from_month <= t <= trust.last
        small = trust.row.max_loan_wan == 0 or amount <= trust.row.max_loan_wan * FEN_PER_WAN
        if lends and small and application.due <= trust.final and amount <= trust.cash:
            return trust
    return None


def lend(ledger, trust, application, amount, t):
    trust.cash -= amount
    trust.deals.append(Deal(application, amount, amount, amount // application.tenor if application.equal_principal else 0))
    ledger.served.add(id(application))
    ledger.record.lent_by_trust(application, amount, t)


def dispose(ledger, t, defaulted_now):
    """Step 2; after step 3 for what has just defaulted."""
    for trust in ledger.trusts:
        for deal in list(trust.deals):
            if deal.fate.disposal == t and (deal.fate.tau == t) == defaulted_now:
                trust.deals.remove(deal)
                trust.cash += deal.recovery
                trust.loss += deal.ead - deal.recovery
                ledger.record.vehicle_disposed(deal)


def defaults(ledger, t):
    """Step 3."""
    for trust in ledger.trusts:
        for deal in trust.deals:
            if deal.fate.tau == t:
                deal.default()
                ledger.record.vehicle_defaulted(deal)


def repayments(ledger, t):
    """Step 4."""
    for trust in ledger.trusts:
        for deal in [deal for deal in trust.deals if deal.ead == 0]:
            repaid = deal.owed if deal.fate.due == t else deal.instalment
            deal.owed -= repaid
            trust.cash += repaid
            if deal.fate.due == t:
                trust.deals.remove(deal)
