# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 7, step 5 and what recoveries do to a claim: (7.2) to (7.7), (7.15). Readings: decisions 0008, 0017."""
from money import share
from policy import PARTIES


def canonical(ledger, loans):
    """In the order of their applications."""
    chosen = {id(loan.application): loan for loan in loans}
    return [chosen[id(application)] for application in ledger.applications if id(application) in chosen] if loans else []


def pool_pays(ledger, pool, loan, fen, t):
    pool.balance -= fen
    pool.compensation += fen
    year = ledger.year(t)
    pool.compensation_of_year[year] = pool.compensation_of_year.get(year, 0) + fen
    loan.paid["pool"] += fen
    ledger.record.pool_paid(fen, t)


def pay_queues(ledger, t):
    """(7.6) Waiting parts, oldest claim month first, pro rata within a month."""
    for number, pool in enumerate(ledger.pools):
        waiting = [loan for loan in ledger.defaulted if loan.waiting > 0 and loan.product.pool == number]
        for claim_month in sorted({loan.claim_month for loan in waiting}):
            parts = [loan for loan in waiting if loan.claim_month == claim_month]
            total, balance = sum(loan.waiting for loan in parts), pool.balance
            for loan in parts:
                money = loan.waiting if total <= balance else loan.waiting * balance // total
                loan.waiting -= money
                pool_pays(ledger, pool, loan, money, t)
            if total > balance:
                break


def make_claims(ledger, t):
    """(7.3)"""
    claims = canonical(ledger, [loan for loan in ledger.defaulted if loan.claim_month == t])
    for loan in claims:
        make_claim(ledger, loan, t)
    of_pool = [[loan for loan in claims if loan.product.pool == number] for number in range(len(ledger.pools))]
    for pool, its_claims in zip(ledger.pools, of_pool):
        stop_loss(ledger, pool, its_claims, t)
    support(ledger, [due(its_claims) for its_claims in of_pool])
    for pool, its_claims in zip(ledger.pools, of_pool):
        settle(ledger, pool, its_claims, t)


def make_claim(ledger, loan, t):
    loan.claimed = True
    loan.claim = loan.ead + loan.claim_interest() - (loan.recovery if loan.disposal <= t else 0)
    due = {party: share(loan.claim, loan.product.share_ppm[party]) for party in PARTIES}
    insurer_pays = min(due["insurer"], insurer_cap(ledger, loan, due["insurer"]))
    if loan.product.excess_to_pool:
        due["pool"] += due["insurer"] - insurer_pays
    loan.paid["guarantor"] = due["guarantor"]
    loan.paid["appraiser"] = due["appraiser"]
    loan.paid["insurer"] = insurer_pays
    loan.paid["reguarantor"] = min(due["reguarantor"], reguarantor_cap(ledger, loan, due["reguarantor"]))
    loan.due_from_pool = due["pool"]
    if loan.firm_cap() is not None:
        others = sum(other.paid["pool"] + other.waiting + other.due_from_pool
                     for other in ledger.loans_of_firm[loan.application.firm] if other is not loan)
        loan.due_from_pool = min(due["pool"], max(0, loan.firm_cap() - others))
    if loan.product.in_pool:
        ledger.record.add("released", loan.ead)


def chain_premiums(ledger, loan):
    """Premiums of a loan and of those it renewed; a trust asks for none."""
    total, application = 0, loan.application
    while application is not None:
        if id(application) in ledger.granted:
            total += ledger.granted[id(application)].premium
        application = application.parent
    return total


def insurer_cap(ledger, loan, due):
    """(7.4)"""
    product, cap = loan.product, due
    if product.insurer_firm_rule != "none":
        choose = min if product.insurer_firm_rule == "min" else max
        limit = choose(share(chain_premiums(ledger, loan), product.insurer_firm_ppm), product.insurer_firm_limit_fen)
        paid = sum(other.paid["insurer"] for other in ledger.loans_of_firm[loan.application.firm] if other is not loan)
        cap = min(cap, max(0, limit - paid))
    if product.insurer_yearly_ppm > 0 and not loan.application.on_tape:
        book = [other for other in granted_in_year_of(ledger, loan) if other.product is product]
        limit = share(sum(other.premium for other in book), product.insurer_yearly_ppm)
        cap = min(cap, max(0, limit - sum(other.paid["insurer"] for other in book)))
    return cap


def reguarantor_cap(ledger, loan, due):
    """(7.5)"""
    cap_ppm = ledger.scenario.reguarantor_cap_ppm
    if cap_ppm == 0 or loan.application.on_tape:
        return due
    book = [other for other in granted_in_year_of(ledger, loan) if other.product.share_ppm["reguarantor"] > 0]
    limit = share(sum(other.amount for other in book) + ledger.scenario.reguarantor_other_book_fen, cap_ppm)
    return max(0, limit - sum(other.paid["reguarantor"] for other in book))


def granted_in_year_of(ledger, loan):
    year = ledger.year(loan.application.month)
    return [other for other in ledger.granted.values()
            if not other.application.on_tape and ledger.year(other.application.month) == year]


def due(claims):
    """sum D"""
    return sum(loan.due_from_pool for loan in claims)


def stop_loss(ledger, pool, claims, t):
    """(7.6)"""
    if (limit := ledger.scenario.stop_loss_yearly_fen) == 0:
        return
    left, total = max(0, limit - pool.compensation_of_year.get(ledger.year(t), 0)), due(claims)
    if total > left:
        ledger.record.add("stop_loss_n", 1)
        for loan in claims:
            loan.due_from_pool = loan.due_from_pool * left // total


def support(ledger, dues):
    """(7.15) In the order of the pools' ids."""
    for number, pool in enumerate(ledger.pools):
        helper = ledger.policy.helper_of(pool.rules)
        if helper is None:
            continue
        missing = max(0, dues[number] - pool.balance)
        spare = max(0, ledger.pools[helper].balance - dues[helper])
        money = min(missing, spare, pool.rules.support_limit_fen - pool.received)
        pool.balance += money
        pool.received += money
        ledger.pools[helper].balance -= money
        ledger.record.add("support", money)


def settle(ledger, pool, claims, t):
    """(7.6) Limit of the balance; what cannot be paid waits or is the bank's."""
    total, balance = due(claims), pool.balance
    if total > balance:
        ledger.record.depleted(t)
    for loan in claims:
        money = loan.due_from_pool if total <= balance else loan.due_from_pool * balance // total
        pool_pays(ledger, pool, loan, money, t)
        if ledger.scenario.carry_unpaid:
            loan.waiting = loan.due_from_pool - money
        else:
            ledger.record.add("shortfall", loan.due_from_pool - money)
        loan.due_from_pool = 0


def share_recovery(ledger, loan, t):
    """(7.7)"""
    recovery, paid, others = loan.recovery, loan.paid, PARTIES
    back = dict.fromkeys(PARTIES, 0)
    if loan.product.recovery_order == "pro_rata":
        rest, base = recovery, loan.claim
    elif loan.product.recovery_order == "bank_first":
        rest = recovery - min(recovery, max(0, loan.ead - sum(paid.values())))
        base = sum(paid.values())
    else:
        back["pool"] = min(recovery, paid["pool"])
        rest, base, others = recovery - back["pool"], loan.claim - paid["pool"], PARTIES[1:]
    for party in others:
        if rest > 0 and base > 0:
            back[party] = rest * paid[party] // base
    loan.returned = back
    loan.waiting = loan.waiting * (loan.ead - recovery) // loan.ead
    pool = ledger.pools[loan.product.pool]
    pool.balance += back["pool"]
    pool.returned += back["pool"]
    ledger.record.pool_got_back(back["pool"], t)
