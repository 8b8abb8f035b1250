# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 7, step 8: room, grant tests, fees, (7.8), (7.11), (7.12)."""
import trusts
from breaker import SUSPENDED, TERMINATED, group_of
from money import FEN_PER_WAN, MILLION, share


def set_rooms(ledger):
    """(7.8)"""
    for number, pool in enumerate(ledger.pools):
        free = max(0, pool.balance - ledger.still_due(number))
        pool.room = share(free, pool.rules.leverage_ppm)
        pool.single = share(free, ledger.scenario.max_firm_liability_ppm)


def lend(ledger, t):
    for application in ledger.applications:
        if application.month != t:
            continue
        if not asks(ledger, application):
            continue
        product, bank = ledger.policy.product_of(application), ledger.policy.bank_of(application)
        cap_wan = product.loan_cap_wan[application.micro]
        asked_wan, amount_wan = application.amount_wan, application.amount_wan
        if product.trims and cap_wan is not None:
            amount_wan = min(amount_wan, cap_wan)
        reason = refusal(ledger, application, product, bank, amount_wan, t)
        trust = trusts.lender(ledger, application, amount_wan * FEN_PER_WAN, t) if reason in trusts.LENDS_AFTER else None
        if trust:
            trusts.lend(ledger, trust, application, amount_wan * FEN_PER_WAN, t)
        elif reason:
            ledger.refused.add(id(application))
            ledger.record.refused(application, reason, asked_wan * FEN_PER_WAN)
        else:
            grant(ledger, application, amount_wan * FEN_PER_WAN, t)


def asks(ledger, application):
    """Renewals follow from a grant, firms that ask again from a refusal (5.6), new firms from their product (5.7)."""
    if application.parent is not None:
        return id(application.parent) in ledger.served
    if application.before is not None:
        return id(application.before) in ledger.refused
    if not ledger.policy.takes_up(application):
        ledger.record.stays_away(application)
        return False
    return True


def refusal(ledger, application, product, bank, amount_wan, t):
    """(7.11) The first test that fails, or None."""
    scenario, pool, amount = ledger.scenario, ledger.pools[product.pool], amount_wan * FEN_PER_WAN
    if not product.first_month <= t <= product.last_month:
        return "closed"
    if scenario.firm_population_n > 0 and application.chain >= scenario.firm_population_n:
        return "population"
    cap_wan = product.loan_cap_wan[application.micro]
    if cap_wan is not None and amount_wan > cap_wan:
        return "loan_cap"
    if not product.in_pool:
        return None
    group = group_of(ledger, product, bank)
    if group.state == TERMINATED:
        return "terminated"
    if group.state == SUSPENDED and (application.parent is None or scenario.suspend_blocks_renewals):
        return "suspended"
    if scenario.max_firm_liability_frac > 0 and single_name(ledger, application, product, amount) > pool.single:
        return "single_name"
    if ledger.principal(product.pool) + amount > pool.room:
        return "leverage"
    return None


def single_name(ledger, application, product, amount):
    """(7.11), test 6: what the pools would have to answer for, for this firm."""
    due = share(amount, product.share_ppm["pool"])
    if (cap := product.firm_cap_fen[application.micro]) is not None:
        due = min(due, cap)
    others = [loan for loan in ledger.performing if loan.product.in_pool and loan.application.firm == application.firm]
    return due + sum(share(loan.owed, loan.product.share_ppm["pool"]) for loan in others)


def grant(ledger, application, amount, t):
    loan = ledger.put_on_the_books(application, amount)
    loan.premium = fee(amount, loan.product.premium_ppm, application.tenor)
    ledger.record.granted(loan, fee(amount, loan.product.guarantee_fee_ppm, application.tenor), t)


def fee(amount, rate_ppm, months):
    """(7.12)"""
    return (amount * rate_ppm * months + 6 * MILLION) // (12 * MILLION)
