# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 7, steps 6 and 7: non-performing loans and the breaker, (7.9) and (7.10)."""
from money import MILLION

NORMAL, SUSPENDED, TERMINATED = range(3)


class Group:
    """Whom one breaker stops: a pool or a bank."""

    def __init__(self, pool=None, bank=None):
        self.pool = pool
        self.bank = bank
        self.state = NORMAL
        self.since = 0

    def holds(self, loan):
        return loan.product.in_pool and self.pool in (None, loan.product.pool) and self.bank in (None, loan.bank)


def groups(policy):
    if policy.scenario.breaker_scope == "bank":
        return [Group(bank=bank) for bank in range(len(policy.banks))]
    return [Group(pool=pool) for pool in range(len(policy.pools))]


def group_of(ledger, product, bank):
    by_bank = ledger.scenario.breaker_scope == "bank"
    return ledger.groups[bank if by_bank else product.pool]


def in_default(ledger, holds, t):
    """In-pool loans in default that the ratio still counts; the non-performing among them."""
    npl_months, writeoff = ledger.scenario.npl_months, ledger.scenario.writeoff_months
    counted = [loan for loan in ledger.defaulted
               if holds(loan) and loan.tau <= t < min(loan.disposal, loan.tau + npl_months + writeoff)]
    return counted, [loan for loan in counted if loan.tau + npl_months <= t]


def npl_ratio(ledger, holds, t):
    """(7.10) as numerator and denominator."""
    counted, bad = in_default(ledger, holds, t)
    performing = sum(loan.owed for loan in ledger.performing if holds(loan))
    return sum(loan.ead for loan in bad), performing + sum(loan.ead for loan in counted)


def compensation_ratio(pools):
    """(7.10) as numerator and denominator."""
    return sum(pool.compensation - pool.returned for pool in pools), sum(pool.paid_in for pool in pools)


def review(ledger, t):
    """(7.9)"""
    scenario = ledger.scenario
    if scenario.breaker_scope == "off" or t % scenario.review_months != 0:
        return
    for group in ledger.groups:
        live = sum(1 for loan in ledger.performing if group.holds(loan))
        _, bad = in_default(ledger, group.holds, t)
        judged = live >= scenario.min_live_loans_n and len(bad) >= scenario.min_npl_loans_n
        if scenario.breaker_metric == "npl":
            part, whole = npl_ratio(ledger, group.holds, t)
        else:
            part, whole = compensation_ratio(ledger.pools if group.pool is None else [ledger.pools[group.pool]])

        def at_least(threshold_ppm):
            return judged and part * MILLION >= threshold_ppm * whole if whole else judged and threshold_ppm == 0

        if at_least(scenario.breaker_warn_ppm):
            ledger.record.add("warnings_n", 1)
        if group.state == TERMINATED or at_least(scenario.breaker_terminate_ppm):
            group.state = TERMINATED
        elif group.state == NORMAL:
            if at_least(scenario.breaker_suspend_ppm):
                group.state, group.since = SUSPENDED, t
        elif t - group.since >= scenario.cooling_months and not at_least(scenario.breaker_resume_ppm):
            group.state = NORMAL
