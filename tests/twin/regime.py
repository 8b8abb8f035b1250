# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 4, two regimes: (4.17)."""
from functools import lru_cache
from math import exp, expm1, log, log1p

from default import root
from draws import REGIME, happens

CALM, STRESS = range(2)


def enter_and_stay(scenario):
    """Chances of stress in a month: after calm, after stress."""
    return 1 / scenario.calm_months, 1 - 1 / scenario.stress_months


def long_run(enter, stay):
    return enter / (enter + 1 - stay)


def sample(scenario, months_n, draws, world):
    """[month 0..N] The state of each month."""
    enter, stay = enter_and_stay(scenario)
    states = [None]
    for t in range(1, months_n + 1):
        word = draws.words(world, REGIME, 0, (t - 1) // 4)[(t - 1) % 4]
        chance = long_run(enter, stay) if t == 1 else stay if states[-1] == STRESS else enter
        states.append(STRESS if happens(word, chance) else CALM)
    return states


def yearly_hazards(p, multiplier):
    """In calm and in stress, from the probability in calm."""
    return [-log1p(-min(1 - 1e-12, m * p)) for m in (1, multiplier)]


@lru_cache(maxsize=None)
def calm_probability(pd, basis, enter, stay, multiplier):
    """PD'"""
    stress = long_run(enter, stay)

    def monthly(p):
        return (1 - stress) * p + stress * min(1, multiplier * p)

    def annual(p):
        """(4.8) over two states."""
        calm_d, stress_d = (-expm1(-h / 12) for h in yearly_hazards(p, multiplier))
        u = [calm_d, stress_d]
        for _ in range(11):
            after_calm, after_stress = ((1 - chance) * u[CALM] + chance * u[STRESS] for chance in (enter, stay))
            u = [calm_d + (1 - calm_d) * after_calm, stress_d + (1 - stress_d) * after_stress]
        return (1 - stress) * u[CALM] + stress * u[STRESS]

    whole = monthly if basis == "monthly" else annual
    return exp(root(lambda x: log(whole(exp(x)) / pd), log(pd), 0.01)) if pd > 0 else 0.0


def cumulative_hazard(pd, scenario, states):
    """[month 0..N] of a class in a world."""
    multiplier = float(scenario.stress_multiplier)
    by_state = yearly_hazards(calm_probability(pd, scenario.correlation_basis, *enter_and_stay(scenario), multiplier), multiplier)
    total = [0.0]
    for state in states[1:]:
        total.append(total[-1] + by_state[state] / 12)
    return total
