# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 7: a policy walks through the months of a world. Sums are taken anew wherever they are needed."""
from math import floor

import breaker
import claims
import funds
import lending
import trusts
import vehicles
from measures import Record
from money import FEN_PER_WAN, is_january, month, share, year_of
from policy import PARTIES


class Loan:
    """A loan that was granted, or stands on the tape."""

    def __init__(self, application, product, bank, amount):
        self.application = application
        self.product = product
        self.bank = bank
        self.amount = amount
        self.owed = amount
        self.instalment = amount // application.tenor if application.equal_principal else 0  # (2.5)
        self.rate_ppm = application.segment.loan_rate_ppm
        self.interest_base = 0  # sum of what it owed at the start of the months it paid
        self.premium = 0
        self.ead = None  # from default on
        self.recovery = None
        self.claim_month = None
        self.claimed = False
        self.claim = 0
        self.due_from_pool = 0  # between claim and settlement of one month
        self.waiting = 0  # in the queue
        self.paid = dict.fromkeys(PARTIES, 0)
        self.returned = dict.fromkeys(PARTIES, 0)

    @property
    def tau(self):
        return self.application.tau

    @property
    def disposal(self):
        return self.application.disposal

    def firm_cap(self):
        return self.product.firm_cap_fen[self.application.micro]

    def claim_interest(self):
        """(7.2)"""
        return month(self.ead, self.rate_ppm * self.product.trigger_months) if self.product.with_interest else 0

    def owed_by_pool(self):
        """Its part of P, (7.8)."""
        due = share(self.ead + self.claim_interest(), self.product.share_ppm["pool"])
        return due if self.firm_cap() is None else min(due, self.firm_cap())


class PoolAccount:
    """The money of one pool."""

    def __init__(self, rules):
        self.rules = rules
        self.balance = rules.initial_fen
        self.paid_in = rules.initial_fen
        self.compensation = 0
        self.compensation_of_year = {}
        self.returned = 0
        self.received = 0  # from pools that helped
        self.room = 0
        self.single = 0


class Ledger:
    """One policy in one world."""

    def __init__(self, policy, applications, issued=(), investments=()):
        self.policy = policy
        self.scenario = policy.scenario
        self.applications = applications
        self.vehicles = vehicles.vehicles_of(policy, issued)
        self.funds = funds.funds_of(policy, investments)
        self.trusts = [trusts.Trust(row, policy) for row in policy.scenario.trusts if row.size_wan > 0]
        self.pools = [PoolAccount(rules) for rules in policy.pools]
        self.granted = {}  # id of an application: its loan
        self.served = set()  # ids of applications that were granted, by a bank or a trust
        self.refused = set()
        self.performing = []
        self.defaulted = []
        self.loans_of_firm = {}
        self.groups = breaker.groups(policy)
        self.record = Record(policy, applications)

    def run(self):
        for application in self.applications:
            if application.on_tape:
                self.put_on_the_books(application, application.amount_wan * FEN_PER_WAN)
        for t in range(1, self.policy.N + 1):
            self.run_month(t)
        self.record.close(self)
        return self.record

    def run_month(self, t):
        self.interest_and_topups(t)
        self.dispose(t, [loan for loan in self.defaulted if loan.disposal == t])
        vehicles.dispose(self, t, defaulted_now=False)
        trusts.dispose(self, t, defaulted_now=False)
        self.defaults(t)
        vehicles.defaults(self, t)
        trusts.defaults(self, t)
        self.dispose(t, [loan for loan in self.defaulted if loan.disposal == t == loan.tau])
        vehicles.dispose(self, t, defaulted_now=True)
        trusts.dispose(self, t, defaulted_now=True)
        self.repayments(t)
        vehicles.repayments(self)
        trusts.repayments(self, t)
        claims.pay_queues(self, t)
        claims.make_claims(self, t)
        self.record.npl(self, t)
        if t <= self.policy.T:
            breaker.review(self, t)
            self.record.breaker_state(self)
            vehicles.issue(self, t)
        trusts.run_month(self, t)
        if t <= self.policy.T:
            lending.set_rooms(self)
            lending.lend(self, t)
        self.record.close_month(self, t)

    def put_on_the_books(self, application, amount):
        loan = Loan(application, self.policy.product_of(application), self.policy.bank_of(application), amount)
        self.granted[id(application)] = loan
        self.served.add(id(application))
        self.performing.append(loan)
        self.loans_of_firm.setdefault(application.firm, []).append(loan)
        return loan

    def interest_and_topups(self, t):
        """Step 1, (7.1)."""
        for number, pool in enumerate(self.pools):
            interest = month(pool.balance, pool.rules.interest_ppm)
            pool.balance += interest
            self.record.add("pool_interest", interest)
            money = 0
            if is_january(t, self.scenario) and 13 <= t <= self.policy.T:
                if pool.rules.topup == "fixed":
                    money = pool.rules.topup_yearly_fen
                elif pool.rules.topup == "target":
                    money = min(pool.rules.topup_yearly_fen, max(0, pool.rules.topup_target_fen - pool.balance))
            money += sum(amount for to, when, amount in self.policy.topups if to == number and when == t)
            pool.balance += money
            pool.paid_in += money
            self.record.add("topups", money)

    def defaults(self, t):
        """Step 3."""
        for loan in [loan for loan in self.performing if loan.tau == t]:
            self.performing.remove(loan)
            self.defaulted.append(loan)
            loan.ead = loan.owed
            application = loan.application
            value = loan.amount * application.proceeds + loan.ead * application.cash
            loan.recovery = min(loan.ead, floor(value + 0.5))  # (6.5)
            loan.claim_month = min(self.policy.N, t + loan.product.trigger_months)  # (7.3)
            if loan.product.net_loss:
                loan.claim_month = max(loan.claim_month, loan.disposal)
            self.record.add("defaults_n", 1)
            self.record.add("defaulted_exposure", loan.ead)
            self.record.interest_of(loan)

    def dispose(self, t, loans):
        """Step 2. A claim that is still to come knows what was recovered."""
        for loan in loans:
            self.record.add("recovered", loan.recovery)
            if loan.claimed:
                claims.share_recovery(self, loan, t)

    def repayments(self, t):
        """Step 4."""
        for loan in list(self.performing):
            loan.interest_base += loan.owed
            repaid = loan.instalment
            if loan.application.due == t:
                repaid = loan.owed
                self.performing.remove(loan)
                self.record.interest_of(loan)
            loan.owed -= repaid
            if loan.product.in_pool:
                self.record.add("released", repaid)

    def in_pool(self, pool=None):
        """Performing in-pool loans, of one pool or of all."""
        return [loan for loan in self.performing if loan.product.in_pool and pool in (None, loan.product.pool)]

    def principal(self, pool=None):
        """X"""
        return sum(loan.owed for loan in self.in_pool(pool))

    def still_due(self, pool):
        """P, (7.8)"""
        return sum(loan.owed_by_pool() for loan in self.defaulted
                   if loan.product.in_pool and loan.product.pool == pool and not loan.claimed)

    def year(self, t):
        return year_of(t, self.scenario)
