# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 5: who asks, and with chapters 3, 4, 6 and 10 the whole of a world."""
from fractions import Fraction
from math import exp, floor

import contagion
import funds
import mixture
import regime
import sectors
from default import cumulative_hazard, hazard_class, month_of_default
from draws import DEMAND, FIRM, LOAN, TERMS, WORD, happens, issued_entity, normal_pair, tape_entity
from economy import Economy
from laws import amount, cuts, pick, poisson
from money import MILLION, year_of
from policy import Policy
from recovery import materialise
from vehicles import NEW_ISSUE, in_order
from world import Application, IssuedFirm, firm_of

TENORS = (6, 12, 24, 36)


class Sampler:
    """Draws worlds of a scenario: sample() gives applications in canonical order, firms of new issues, investments of funds."""

    def __init__(self, scenario, draws):
        self.scenario, self.draws, self.policy = scenario, draws, Policy(scenario)
        self.economy = Economy(scenario)
        self.kinds = {kind.ip_kind_id: kind for kind in scenario.ip_kinds}
        self.segment_ends = cuts([segment.share_frac for segment in scenario.segments])
        self.tenor_ends = {segment.segment_id: cuts([getattr(segment, f"tenor_{tenor}m_frac") for tenor in TENORS])
                           for segment in scenario.segments}
        self.segments = {segment.segment_id: segment for segment in scenario.segments}

    def sample(self, world):
        scenario, months_n = self.scenario, self.economy.months_n
        self.failed = contagion.failures(scenario, months_n, self.draws, world)
        self.index = self.economy.sample(self.draws, world, self.failed)
        self.hazard_times, self.recovery_times, self.demand_times = contagion.multipliers(scenario, self.draws, world)
        if scenario.dependence == "student_t":
            self.divisors = mixture.divisors(scenario, months_n, self.draws, world)
        if scenario.dependence == "regime":
            self.states = regime.sample(scenario, months_n, self.draws, world)
            for path in self.index.values():  # (4.18)
                path[:] = [y - float(scenario.stress_shift_sd) * (state == regime.STRESS) for y, state in zip(path, self.states)]
        self.hazards = {}
        applications, firms_n = [], 0
        for row in self.scenario.loans:
            applications += self.chain(world, self.tape_root(world, row, firms_n), tape_entity(row.loan_id))
            firms_n += 1
        for t in range(1, self.scenario.horizon_months + 1):
            for k in range(self.new_firms(world, t)):
                applications += self.new_firm(world, t, t * WORD + k, firms_n)
                firms_n += 1
        return sorted(applications, key=lambda a: (a.month, a.parent is None, a.chain)), self.issued(world), self.investments(world)

    def issued(self, world):
        """The firms of all new issues, (10.1) and (10.2)."""
        firms = []
        for number, row in enumerate(row for row in in_order(self.scenario.vehicles) if row.abs_mode == NEW_ISSUE):
            entities = [issued_entity(row.vehicle_id, k) for k in range(row.firms_n)]
            words = [self.draws.words(world, FIRM, entity, 0) for entity in entities]
            sums, total = [], 0.0
            for word in words:
                total += exp(float(row.amount_sigma) * normal_pair(word[1], word[2])[0])
                sums.append(total)
            ends = [0, *(floor((row.size_wan - row.firms_n) * part / total) for part in sums[:-1]), row.size_wan - row.firms_n]
            for k, (entity, word) in enumerate(zip(entities, words)):
                drawn = self.scenario.segments[pick(word[0], self.segment_ends)]
                segment = self.segments[row.segment_id] if row.segment_id else drawn
                firm = IssuedFirm(number, 1 + ends[k + 1] - ends[k], segment, row.issue_month, row.tenor_months)
                self.fate(world, firm, entity, 0, self.draws.words(world, LOAN, entity, 0), times=1.0)
                firms.append(firm)
        return firms

    def investments(self, world):
        return funds.sample(self.scenario, self.index, self.draws, world)

    def new_firm(self, world, t, entity, number):
        """A chain from its first month on and one from each month in which it may ask again, (5.6)."""
        applications, before = [], None
        for month in range(t, min(t + self.scenario.refused_retry_months, self.scenario.horizon_months) + 1):
            root = self.new_root(world, month, entity, number)
            root.before, root.waited = before, before is not None
            applications += self.chain(world, root, entity)
            before = root
        return applications

    def new_firms(self, world, t):
        year = year_of(t, self.scenario)
        mean = sum(float(row.new_firms_n) for row in self.scenario.demand if row.year == year)
        word = self.draws.words(world, DEMAND, t, 0)[0]
        return poisson(word, self.demand_times * mean * float(self.scenario.demand_multiplier) / 12)

    def tape_root(self, world, row, chain):
        segment = self.segments[row.segment_id]
        word = self.draws.words(world, FIRM, tape_entity(row.loan_id), 0)
        terms = self.draws.words(world, TERMS, tape_entity(row.loan_id), 0)
        return Application(0, chain, firm_of(row, chain), None, row, segment, row.amount_wan, row.months_left,
                           row.repayment == "equal_principal", happens(terms[1], segment.micro_frac), word[2], word[3])

    def new_root(self, world, t, entity, chain):
        word = self.draws.words(world, FIRM, entity, 0)
        terms = self.draws.words(world, TERMS, entity, 0)
        segment = self.scenario.segments[pick(word[0], self.segment_ends)]
        return Application(t, chain, chain, None, None, segment, amount(word[1], segment), 0,
                           happens(terms[0], segment.equal_principal_frac), happens(terms[1], segment.micro_frac), word[2], word[3])

    def chain(self, world, root, entity):
        """A loan and its renewals with their fates."""
        links, asks, last = [], True, None
        while asks:
            link, word = len(links), self.draws.words(world, LOAN, entity, len(links))
            application = root if last is None else self.renewal(root, last)
            if not application.on_tape:
                application.tenor = TENORS[pick(word[2], self.tenor_ends[root.segment.segment_id])]
            self.fate(world, application, entity, link, word, self.carelessness(application))
            links.append(application)
            last = application
            asks = (application.tau is None and application.due <= self.scenario.horizon_months
                    and happens(word[3], self.scenario.renewal_prob_frac))
        return links

    @staticmethod
    def renewal(root, last):
        """The next link: the firm's terms, the amount first asked."""
        link = Application(last.due, root.chain, root.firm, last, root.tape, root.segment, root.amount_wan, 0,
                           root.equal_principal, root.micro, root.product_word, root.bank_word, waited=root.waited)
        last.children.append(link)
        return link

    def fate(self, world, loan, entity, link, word, times):
        """times is that of (4.25)."""
        scenario, segment = self.scenario, loan.segment
        share = 0.0 if loan.equal_principal else float(scenario.maturity_share_frac)
        loan.tau = month_of_default(word, self.hazard(loan.tape or segment, segment), loan.month, loan.due, share, times)
        loan.tau = contagion.anchored(loan, self.failed)
        if loan.tau is not None:
            materialise(loan, scenario, self.kinds[segment.ip_kind_id], self.index[segment.cluster_id], self.recovery_times,
                        self.draws, world, entity, link)

    def carelessness(self, application):
        """(4.25)"""
        coverage = Fraction(sum(self.policy.product_of(application).share_ppm.values()), MILLION)
        return float(1 + self.scenario.moral_hazard * max(0, coverage - self.scenario.coverage_ref_frac))

    def hazard(self, row, segment):
        """H of the class of a segment or a tape loan in this world."""
        key = (float(row.pd_frac * self.scenario.pd_multiplier), float(row.correlation), segment.segment_id)
        if key not in self.hazards:
            total = self.cumulative_hazard(key[0], key[1], segment)
            self.hazards[key] = [self.hazard_times * h for h in total]  # (4.21)
        return self.hazards[key]

    def cumulative_hazard(self, pd, rho, segment):
        scenario, index = self.scenario, self.index[segment.cluster_id]
        if scenario.dependence == "regime":
            return regime.cumulative_hazard(pd, scenario, self.states)
        if scenario.dependence == "student_t":
            return mixture.student_t_hazard(pd, rho, scenario, index, self.divisors, self.economy.phi)
        if scenario.dependence == "gamma":
            return sectors.hazard(pd, segment, scenario, self.index, self.economy.phi)
        a, b = hazard_class(pd, rho, scenario.dependence, scenario.correlation_basis, self.economy.phi, scenario.factor_step_months)
        return cumulative_hazard(a, b, index)
