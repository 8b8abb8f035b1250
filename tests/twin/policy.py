# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy half of a scenario as whole numbers, ready for the ledger (chapters 1 and 7)."""
from types import SimpleNamespace

from laws import cuts, pick
from money import MILLION, rnd

PARTIES = ("pool", "guarantor", "reguarantor", "insurer", "appraiser")  # the bank takes what they leave


def registered(scenario, amount, renewal=False):
    """(5.2)"""
    counted_ppm = scenario.renewal_registration_share_ppm if renewal else MILLION
    return (amount * scenario.registered_ratio_ppm * counted_ppm + MILLION**2 // 2) // MILLION**2


class Product:
    """A row of products.csv. Caps are told by firm class; None is no cap."""

    def __init__(self, row, scenario, pools):
        self.id = row.product_id
        self.pool = pools.index(row.pool_id) if row.pool_id else 0
        self.share_ppm = {party: getattr(row, f"{party}_share_ppm") for party in PARTIES}
        self.excess_to_pool = row.insurer_excess == "pool"
        self.in_pool = self.share_ppm["pool"] > 0 or (self.share_ppm["insurer"] > 0 and self.excess_to_pool)
        self.first_month = row.open_from_month
        self.last_month = row.open_to_month or scenario.horizon_months
        self.take_up = row.take_up_frac
        self.trims = row.over_cap == "trim"
        self.loan_cap_wan = self.by_class(row.loan_cap_wan, row.loan_cap_micro_wan)
        self.firm_cap_fen = self.by_class(row.firm_cap_fen, row.firm_cap_micro_fen)
        self.trigger_months = row.trigger_months
        self.net_loss = row.pay_mode == "net_loss"
        self.with_interest = row.claim_basis == "principal_interest"
        self.recovery_order = row.recovery_order
        self.guarantee_fee_ppm = row.guarantee_fee_ppm
        self.premium_ppm = row.premium_ppm
        self.insurer_yearly_ppm = row.insurer_yearly_times_ppm
        self.insurer_firm_rule = row.insurer_firm_rule
        self.insurer_firm_ppm = row.insurer_firm_times_ppm
        self.insurer_firm_limit_fen = row.insurer_firm_limit_fen

    @staticmethod
    def by_class(usual, micro):
        return {False: usual or None, True: micro or usual or None}


class Policy:
    """What the ledger reads of a scenario."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.T = scenario.horizon_months
        self.N = scenario.horizon_months + scenario.runoff_months
        self.pools = scenario.pools or [self.only_pool(scenario)]
        names = [pool.pool_id for pool in self.pools]
        self.products = [Product(row, scenario, names) for row in scenario.products]
        self.product_ends = cuts([row.share_frac for row in scenario.products])
        self.banks = [row.bank_id for row in scenario.banks] or ["the only bank"]
        self.tape = {row.loan_id: row for row in scenario.loans}
        self.bank_ends = cuts([row.share_frac for row in scenario.banks] or [1])
        self.topups = [(names.index(row.pool_id) if row.pool_id else 0, row.month, row.amount_fen) for row in scenario.topups]

    @staticmethod
    def only_pool(scenario):
        return SimpleNamespace(pool_id="", initial_fen=scenario.pool_initial_fen, interest_ppm=scenario.pool_interest_ppm,
                               leverage_ppm=scenario.leverage_ppm, topup=scenario.topup, topup_yearly_fen=scenario.topup_yearly_fen,
                               topup_target_fen=scenario.topup_target_fen, support_pool_id=None, support_limit_fen=0)

    def helper_of(self, rules):
        """The number of the pool that helps one, or None."""
        return next((number for number, pool in enumerate(self.pools) if pool.pool_id == rules.support_pool_id), None)

    def product_of(self, application):
        """Decision 0003: the tape's own, else by the application's number."""
        named = self.tape[application.tape.loan_id].product_id if application.tape else None
        if named:
            return next(product for product in self.products if product.id == named)
        return self.products[pick(application.product_word, self.product_ends)]

    def takes_up(self, application):
        """(5.7) Whether a new firm asks at all."""
        number = pick(application.product_word, self.product_ends)
        take_up = self.products[number].take_up
        begin = self.product_ends[number - 1] if number > 0 else 0
        end = min(self.product_ends[number], 2**32 - 1)
        return take_up == 1 or application.product_word < begin + rnd(take_up * (end - begin))

    def bank_of(self, application):
        named = self.tape[application.tape.loan_id].bank_id if application.tape else None
        if named:
            return self.banks.index(named)
        return pick(application.bank_word, self.bank_ends)
