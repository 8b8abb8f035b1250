# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 10, funds: what the world says of each investment, and what a policy's money makes of it. Readings: decision 0025."""
from math import exp, floor, sqrt

from draws import INVESTMENT, investment_entity, normal_pair
from laws import normal_quantile
from money import FEN_PER_WAN
from world import Investment


def months(scenario, row, k):
    """(10.10) In and out."""
    last = row.to_month or scenario.horizon_months
    bought = row.from_month + k * (last - row.from_month + 1) // row.investments_n
    return bought, min(bought + row.hold_months, scenario.horizon_months + scenario.runoff_months)


def sample(scenario, index, draws, world):
    """The investments of all funds, fund after fund; index: Y~ of each cluster by month."""
    found = []
    for number, row in enumerate(scenario.funds):
        for k in range(row.investments_n):
            bought, sold = months(scenario, row, k)
            z0, z1 = normal_pair(*draws.words(world, INVESTMENT, investment_entity(row.fund_id, k), 0)[:2])
            found.append(Investment(number, k, bought, sold, multiple(row, index, sold, z0, z1)))
    return found


def multiple(row, index, sold, z0, z1):
    """(10.12)"""
    rho, chance = float(row.correlation), float(row.write_off_frac)
    y = index[row.cluster_id][sold] if rho > 0 else 0.0
    written_off = chance == 1 or (chance > 0 and sqrt(rho) * y + sqrt(1 - rho) * z0 < normal_quantile(chance))
    return 0.0 if written_off else float(row.multiple_median) * exp(float(row.multiple_sigma) * z1)


class Fund:
    """One row of funds.csv with its investments of a world."""

    def __init__(self, row, investments):
        self.row, self.investments = row, investments

    def amount(self, k):
        """(10.11)"""
        size, n = self.row.size_wan, self.row.investments_n
        return (size * (k + 1) // n - size * k // n) * FEN_PER_WAN

    def invested(self):
        return sum(self.amount(investment.number) for investment in self.investments)

    def proceeds(self):
        """(10.13)"""
        return sum(floor(self.amount(investment.number) * investment.multiple + 0.5) for investment in self.investments)

    def write_offs(self):
        return sum(investment.multiple == 0 for investment in self.investments)

    def fiscal_cost(self):
        """Of (10.14)."""
        return floor(float(self.row.fiscal_share_frac) * (self.invested() - self.proceeds()) + 0.5)


def funds_of(policy, investments):
    """Those that have money."""
    return [Fund(row, [investment for investment in investments if investment.fund == number])
            for number, row in enumerate(policy.scenario.funds) if row.size_wan > 0]
