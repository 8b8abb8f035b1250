# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 8: the measures of one world, its monthly paths and its sums by calendar year."""
from math import floor

import breaker
import vehicles
from money import FEN_PER_WAN, MILLION, month
from policy import PARTIES, registered

REASONS = ("closed", "population", "loan_cap", "terminated", "suspended", "single_name", "leverage")
PATHS = ("balance", "in_pool_principal", "registered", "npl_ppm", "compensation")


def in_ppm(part, whole):
    """Ratios of a world, in doubles (chapter 8, below (8.5))."""
    return floor(MILLION * (part / whole) + 0.5) if whole else 0


class Record:
    """What is noted while the ledger walks; `measures` is complete after close(). None is a missing value."""

    def __init__(self, policy, applications):
        scenario = policy.scenario
        self.policy, self.scenario = policy, scenario
        self.measures = {}
        self.paths = {name: [] for name in PATHS}
        self.registered_of_year = {}
        self.compensation_of_year = {}
        self.registered_in = [0] * (policy.N + 1)  # by month
        self.first_in = [0] * (policy.N + 1)  # the same with renewals at 0
        self.compensation_in = [0] * (policy.N + 1)
        self.returned_in = [0] * (policy.N + 1)
        self.subsidy_in = [0] * (policy.N + 1)
        self.issue_subsidy_in = [0] * (policy.N + 1)
        self.trusted_in = [0] * (policy.N + 1)
        self.use = []  # of each month of the plan: principal, money paid in, room
        self.full = {id(a): registered(scenario, a.amount_wan * FEN_PER_WAN, a.parent is not None)
                     for a in applications if not a.on_tape}
        self.ceiling = sum(self.full[id(a)] for a in applications if not a.on_tape and not a.waited)
        self.ceiling += sum(vehicles.registered_by_issue(scenario, row) for row in scenario.vehicles)
        for name in ("pool_interest", "topups", "defaults_n", "defaulted_exposure", "recovered", "released", "shortfall",
                     "stop_loss_n", "warnings_n", "months_suspended", "months_terminated", "bank_interest", "lent_total",
                     "grants_n", "firms_n", "guarantee_fees", "premiums", "refused_n", "refused",
                     "lost_take_up", "registered_waited", "support", "vehicles_registered", "vehicles_transferred", "vehicles_defaults_n",
                     "vehicles_exposure", "vehicles_recovered", "vehicles_loss", "vehicles_subsidy",
                     "trust_raised", "trust_lent", "trust_grants_n", "trust_registered", "fiscal_outlay"):
            self.measures[name] = 0
        for reason in REASONS:
            self.measures[f"refused_{reason}"] = 0
            self.measures[f"lost_{reason}"] = 0
        for name in ("depletion_month", "target_month", "npl_peak", "top_ten_share", "idle_share"):
            self.measures[name] = None
        self.measures.update(depletion=0, depletion_plan=0)

    def add(self, name, amount):
        self.measures[name] += amount

    # What the ledger tells.

    def interest_of(self, loan):
        """(8.3)"""
        self.add("bank_interest", month(loan.interest_base, loan.rate_ppm))

    def pool_paid(self, fen, t):
        self.compensation_in[t] += fen

    def pool_got_back(self, fen, t):
        self.returned_in[t] += fen

    def depleted(self, t):
        self.measures["depletion"] = 1
        if t <= self.policy.T:
            self.measures["depletion_plan"] = 1
        if self.measures["depletion_month"] is None:
            self.measures["depletion_month"] = t

    def npl(self, ledger, t):
        """Before the month's lending; over the whole in-pool book."""
        def whole(loan):
            return loan.product.in_pool
        bad, book = breaker.npl_ratio(ledger, whole, t)
        value = in_ppm(bad, book)
        self.paths["npl_ppm"].append(value)
        if t <= self.policy.T and len(ledger.in_pool()) >= self.scenario.min_live_loans_n:
            self.measures["npl_peak"] = max(value, self.measures["npl_peak"] or 0)

    def breaker_state(self, ledger):
        worst = max(group.state for group in ledger.groups)
        if worst == breaker.TERMINATED:
            self.add("months_terminated", 1)
        elif worst == breaker.SUSPENDED:
            self.add("months_suspended", 1)

    def refused(self, application, reason, fen):
        if application.before is None:  # a firm that asks again was counted
            self.add("refused_n", 1)
            self.add("refused", fen)
            self.add(f"refused_{reason}", fen)
        if not application.waited:
            self.add(f"lost_{reason}", self.chain_from(application))

    def stays_away(self, application):
        self.add("lost_take_up", self.chain_from(application))

    def chain_from(self, application):
        """What a loan and every later link of its chain would have registered, (5.5)."""
        return self.full[id(application)] + sum(self.chain_from(child) for child in application.children)

    def registers(self, application, amount, t):
        """What a loan registers."""
        fen = registered(self.scenario, amount, application.parent is not None)
        self.registered_in[t] += fen
        if application.parent is None:
            self.first_in[t] += fen
        if application.waited:
            self.add("registered_waited", fen)
        else:
            self.add("lost_loan_cap", self.full[id(application)] - fen)  # trimmed
        return fen

    def lent_by_trust(self, application, amount, t):
        self.add("trust_registered", self.registers(application, amount, t))
        self.add("trust_lent", amount)
        self.add("trust_grants_n", 1)

    def trusted(self, fen, t):
        """Public money that goes into trusts; below 0: comes back."""
        self.trusted_in[t] += fen

    def vehicle_defaulted(self, deal):
        self.add("vehicles_defaults_n", 1)
        self.add("vehicles_exposure", deal.ead)

    def vehicle_disposed(self, deal):
        self.add("vehicles_recovered", deal.recovery)
        self.add("vehicles_loss", deal.ead - deal.recovery)

    def granted(self, loan, guarantee_fee, t):
        self.registers(loan.application, loan.amount, t)
        if loan.application.parent is None:
            self.add("firms_n", 1)
        self.add("lent_total", loan.amount)
        self.add("grants_n", 1)
        self.add("premiums", loan.premium)
        self.add("guarantee_fees", guarantee_fee)

    def issued(self, fen, t):
        self.registered_in[t] += fen
        self.first_in[t] += fen
        self.add("vehicles_registered", fen)

    def issue_subsidised(self, fen, t):
        self.issue_subsidy_in[t] += fen
        self.add("vehicles_subsidy", fen)

    def transferred(self, loan):
        self.add("vehicles_transferred", loan.owed)
        self.add("released", loan.owed)
        self.interest_of(loan)

    def close_month(self, ledger, t):
        """Step 9, (7.13)."""
        outstanding = sum(loan.owed for loan in ledger.performing)
        principal = ledger.principal()
        self.subsidy_in[t] = month(outstanding, self.scenario.subsidy_ppm)
        self.paths["balance"].append(sum(pool.balance for pool in ledger.pools))
        self.paths["in_pool_principal"].append(principal)
        self.paths["registered"].append(self.last("registered", self.scenario.registered_before_fen) + self.registered_in[t])
        self.paths["compensation"].append(self.last("compensation", 0) + self.compensation_in[t])
        year = ledger.year(t)
        self.registered_of_year[year] = self.registered_of_year.get(year, 0) + self.registered_in[t]
        self.compensation_of_year[year] = self.compensation_of_year.get(year, 0) + self.compensation_in[t]
        if t <= self.policy.T:
            self.use.append((principal, sum(pool.paid_in for pool in ledger.pools), sum(pool.room for pool in ledger.pools)))
        if t == self.policy.T:
            self.measures["outstanding_plan_end"] = outstanding
            self.measures["trust_outstanding_plan_end"] = sum(trust.performing() for trust in ledger.trusts)
            largest = sorted((loan.owed for loan in ledger.in_pool()), reverse=True)[:10]
            if principal > 0:
                self.measures["top_ten_share"] = in_ppm(sum(largest), principal)  # (8.5)

    def last(self, path, start):
        return self.paths[path][-1] if self.paths[path] else start

    # At the end of the world.

    def close(self, ledger):
        self.targets()
        self.pool(ledger)
        self.losses(ledger)
        self.tranches(ledger)
        self.trusts(ledger.trusts)
        self.funds(ledger.funds)
        self.treasury(ledger)
        self.usage()

    def targets(self):
        """(5.3), (5.4)"""
        T, target, before = self.policy.T, self.scenario.target_fen, self.scenario.registered_before_fen
        m = self.measures
        for suffix, by_month in (("", self.registered_in), ("_first", self.first_in)):
            total, last_year = before + sum(by_month), sum(by_month[max(1, T - 11):T + 1])
            m["registered_total" if not suffix else "registered_first"] = total
            m["registered_last_year" + suffix] = last_year
            m["target_cumulative" + suffix] = int(total >= target)
            m["target_annual" + suffix] = int(last_year >= target)
        reached = [t for t in range(1, T + 1) if self.paths["registered"][t - 1] >= target]
        m["target_month"] = reached[0] if reached else None
        m["registered_ceiling"] = before + self.ceiling
        m["gap_demand"] = max(0, target - m["registered_ceiling"])

    def pool(self, ledger):
        T, m = self.policy.T, self.measures
        m["pool_min"] = min(self.paths["balance"])
        m["pool_plan_end"] = self.paths["balance"][T - 1]
        m["pool_end"] = self.paths["balance"][-1]
        m["compensation_gross"] = sum(self.compensation_in)
        m["returned"] = sum(self.returned_in)
        m["compensation_net"] = m["compensation_gross"] - m["returned"]
        m["compensation_next_year"] = sum(self.compensation_in[T + 1:T + 13])
        m["shortfall"] += sum(loan.waiting for loan in ledger.defaulted)

    def losses(self, ledger):
        m = self.measures
        m["loss_total"] = m["defaulted_exposure"] - m["recovered"]
        for party in PARTIES:
            m[f"loss_{party}"] = sum(loan.paid[party] - loan.returned[party] for loan in ledger.defaulted)
        m["loss_bank"] = m["loss_total"] - sum(m[f"loss_{party}"] for party in PARTIES)

    def tranches(self, ledger):
        """(10.6)"""
        m, all_of_them = self.measures, [*ledger.vehicles, *ledger.trusts]
        parts, whole = [v.parts() for v in all_of_them], [v.whole() for v in all_of_them]
        for i, name in enumerate(vehicles.PARTS):
            m[f"loss_{name}"] = sum(part[i] for part in parts)
            m[f"{name}_hit"] = int(any(part[i] > 0 for part in parts))
            m[f"{name}_gone"] = int(any(part[i] > 0 and part[i] == all_of_it[i] for part, all_of_it in zip(parts, whole)))
        m["undertaking_guarantor"] = sum(v.parts()[1] for v in ledger.vehicles if v.row.undertaker == "guarantor")

    def trusts(self, trusts):
        """(10.19)"""
        m = self.measures
        m["trust_senior_late"] = sum(trust.late for trust in trusts)
        m["trust_late"] = int(m["trust_senior_late"] > 0)
        m["trust_pool_loss"] = sum(trust.parts()[0] for trust in trusts if trust.held_by("pool"))
        m["trust_fiscal_loss"] = sum(trust.parts()[0] for trust in trusts if trust.held_by("pool", "treasury"))

    def funds(self, funds):
        """(10.14)"""
        m = self.measures
        m["fund_invested"] = sum(fund.invested() for fund in funds)
        m["fund_proceeds"] = sum(fund.proceeds() for fund in funds)
        m["fund_write_offs_n"] = sum(fund.write_offs() for fund in funds)
        m["fund_fiscal_cost"] = sum(fund.fiscal_cost() for fund in funds)
        m["fund_below_cost"] = int(m["fund_proceeds"] < m["fund_invested"])

    def treasury(self, ledger):
        """(8.1), (8.2)"""
        m, scenario = self.measures, self.scenario
        m["subsidy"] = sum(self.subsidy_in)
        subsidies = m["subsidy"] + m["vehicles_subsidy"]
        district = float(scenario.district_share_frac)
        m["fiscal_net_cost"] = floor(district * (m["compensation_net"] + subsidies + m["trust_fiscal_loss"]) + 0.5)
        m["fiscal_outlay"] += sum(pool.rules.initial_fen for pool in ledger.pools) + m["topups"] + subsidies
        factor = (1 + float(scenario.discount_rate_frac)) ** (-1 / 12)
        flows = zip(self.compensation_in, self.returned_in, self.subsidy_in, self.issue_subsidy_in, self.trusted_in, strict=True)
        value = sum((paid - returned + subsidy + issue_subsidy + trusted) * factor**t
                    for t, (paid, returned, subsidy, issue_subsidy, trusted) in enumerate(flows) if t > 0)
        m["fiscal_present_value"] = floor(district * value + 0.5)

    def usage(self):
        """(8.4)"""
        m, T = self.measures, self.policy.T
        m["leverage_achieved"] = floor(MILLION * (sum(x / paid_in for x, paid_in, _ in self.use if paid_in) / T) + 0.5)
        idle = [max(0, room - x) / room for x, _, room in self.use if room > 0]
        if idle:
            m["idle_share"] = floor(MILLION * (sum(idle) / len(idle)) + 0.5)
