# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 10: securitisations beside the pools. Readings: decision 0018."""
from math import floor

from claims import canonical
from money import FEN_PER_WAN, rnd, share
from policy import registered

NEW_ISSUE, TRANSFER = "new_issue", "transfer"
PARTS = ("subordinated", "undertaking", "senior")


def in_order(rows):
    """Those that do something: new issues, then transfers, each by id."""
    return [row for mode in (NEW_ISSUE, TRANSFER) for row in rows if row.abs_mode == mode]


def registered_by_issue(scenario, row):
    """What a new issue registers: its size, at the ratio of a first loan."""
    return registered(scenario, row.size_wan * FEN_PER_WAN) if row.abs_mode == NEW_ISSUE else 0


class Deal:
    """A loan that a vehicle holds from its issue on."""

    def __init__(self, fate, amount, owed, instalment=0):
        self.fate = fate  # an application, or a firm of a new issue: tau, disposal and the two fractions
        self.amount = amount  # as granted
        self.owed = owed
        self.instalment = instalment
        self.ead = self.recovery = 0

    def default(self):
        self.ead = self.owed
        self.recovery = min(self.ead, floor(self.amount * self.fate.proceeds + self.ead * self.fate.cash + 0.5))  # (6.5)


class Vehicle:
    """One row of vehicles.csv; its size is what was taken when it is a transfer."""

    def __init__(self, row, firms):
        self.row = row
        self.firms = firms  # of a new issue
        self.size = 0
        self.loss = 0
        self.deals = []

    def parts(self):
        """(10.5)"""
        subordinated = min(self.loss, share(self.size, self.row.subordinated_ppm))
        undertaking = min(self.loss - subordinated, share(self.size, self.row.undertaking_ppm))
        return subordinated, undertaking, self.loss - subordinated - undertaking

    def whole(self):
        """What there is of each part, as (10.6) has it."""
        piece = share(self.size, self.row.subordinated_ppm)
        return piece, share(self.size, self.row.undertaking_ppm), self.size - piece


def vehicles_of(policy, issued):
    return [Vehicle(row, [firm for firm in issued if firm.vehicle == number])
            for number, row in enumerate(in_order(policy.scenario.vehicles))]


def issue(ledger, t):
    """Between the steps 7 and 8."""
    for vehicle in ledger.vehicles:
        if vehicle.row.issue_month != t:
            continue
        if vehicle.row.abs_mode == NEW_ISSUE:
            vehicle.size = vehicle.row.size_wan * FEN_PER_WAN
            vehicle.deals = [Deal(firm, firm.amount_wan * FEN_PER_WAN, firm.amount_wan * FEN_PER_WAN) for firm in vehicle.firms]
            ledger.record.issued(registered_by_issue(ledger.scenario, vehicle.row), t)
        else:
            transfer(ledger, vehicle, t)
        ledger.record.issue_subsidised(rnd(vehicle.size * vehicle.row.issue_subsidy_frac), t)  # (10.7)


def transfer(ledger, vehicle, t):
    """(10.3)"""
    eligible = canonical(ledger, [loan for loan in ledger.in_pool() if loan.application.due - t >= vehicle.row.min_months_left])
    left = vehicle.row.size_wan * FEN_PER_WAN
    for loan in sorted(eligible, key=lambda loan: -loan.owed):
        if loan.owed <= left:
            left -= loan.owed
            vehicle.size += loan.owed
            vehicle.deals.append(Deal(loan.application, loan.amount, loan.owed, loan.instalment))
            ledger.performing.remove(loan)
            ledger.record.transferred(loan)


def dispose(ledger, t, defaulted_now):
    """(10.4) Step 2; after step 3 for what has just defaulted."""
    for vehicle in ledger.vehicles:
        for deal in vehicle.deals:
            if deal.fate.disposal == t and (deal.fate.tau == t) == defaulted_now:
                vehicle.loss += deal.ead - deal.recovery
                ledger.record.vehicle_disposed(deal)


def defaults(ledger, t):
    """Step 3."""
    for vehicle in ledger.vehicles:
        for deal in vehicle.deals:
            if deal.fate.tau == t:
                deal.default()
                ledger.record.vehicle_defaulted(deal)


def repayments(ledger):
    """Step 4; what is owed is read at a default only, so maturities need nothing."""
    for vehicle in ledger.vehicles:
        for deal in vehicle.deals:
            deal.owed -= deal.instalment
