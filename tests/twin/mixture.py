# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 4, Student t and gamma sectors: (4.10), (4.11), (4.13), (4.14), where nothing needs calibration."""
from functools import lru_cache
from math import erfc, exp, lgamma, log, log1p, sqrt

from default import root, yearly_hazard
from draws import MIXING, normal_pair
from laws import incomplete_beta
from money import year_of

LARGEST = -log(1e-12)  # of a year's hazard, p being clamped


def needs_no_calibration(scenario):
    """One index a year, or correlations that are meant by the month; a segment moves with one sector at most."""
    sectors = [row.segment_id for row in scenario.sector_weights]
    one_sector = scenario.dependence != "gamma" or len(set(sectors)) == len(sectors)
    return one_sector and (scenario.correlation_basis == "monthly" or scenario.factor_step_months == 12)


def log_tails(k, x):
    """Logarithms of P(X <= x) and P(X > x), X a gamma variable of shape k and scale 1."""
    factor = k * log(x) - x - lgamma(k)
    if x < k + 1:  # power series
        total = term = 1 / k
        n = k
        while term > 1e-17 * total:
            n += 1
            term *= x / n
            total += term
        lower = factor + log(total)
        return lower, log1p(-exp(lower))
    b, c = x + 1 - k, 1e300  # continued fraction (Lentz)
    d = 1 / b
    value = d
    for i in range(1, 10_000):
        numerator, b = i * (k - i), b + 2
        d = 1 / (b + numerator * d)
        c = b + numerator / c
        value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    upper = factor + log(value)
    return log1p(-exp(upper)), upper


@lru_cache(maxsize=None)
def log_quantile(z, k):
    """(4.11) Q(z; k), from the side of the tail on which z lies."""
    tail = log(0.5 * erfc(abs(z) / sqrt(2)))

    def off(y):
        lower, upper = log_tails(k, k * exp(y))
        return lower - tail if z <= 0 else tail - upper
    return root(off, 0.0, 0.1)


def divisors(scenario, months_n, draws, world):
    """(4.11) [month 0..N] S."""
    found = [None]
    for t in range(1, months_n + 1):
        year = year_of(t, scenario) - scenario.start_year if scenario.t_mixing == "year" else 0
        z = normal_pair(*draws.words(world, MIXING, 0, year)[:2])[0]
        found.append(exp(log_quantile(z, float(scenario.t_nu) / 2) / 2))
    return found


@lru_cache(maxsize=None)
def t_quantile(p, nu):
    """t_ν^-1, by the incomplete beta function: P(T <= -t) = I_x(ν/2, 1/2) / 2 at x = ν / (ν + t²)."""
    if p > 0.5:
        return -t_quantile(1 - p, nu)
    return -exp(root(lambda y: log(2 * p) - log(incomplete_beta(nu / (nu + exp(2 * y)), nu / 2, 0.5)), 0.0, 0.1)) if p < 0.5 else 0.0


def student_t_hazard(pd, rho, scenario, index, s):
    """(4.10) [month 0..N] H of a class in a world."""
    if pd == 0:
        return [0.0] * len(index)
    a, b = t_quantile(pd, float(scenario.t_nu)) / sqrt(1 - rho), -sqrt(rho / (1 - rho))
    return sums(yearly_hazard(a * month_s + b * y) for month_s, y in zip(s[1:], index[1:]))


def gamma_hazard(pd, segment, scenario, indices):
    """(4.13) [month 0..N] H of a class in a world; indices: Y~ of all clusters."""
    rows = [row for row in scenario.sector_weights if row.segment_id == segment.segment_id]
    cluster = rows[0].cluster_id if rows else segment.cluster_id
    weight = float(rows[0].weight_frac) if rows else 1.0
    variance = float(rows[0].variance if rows else scenario.sector_variance)
    linear = scenario.gamma_link == "linear_capped"
    level = pd if pd == 0 else linear_level(pd, weight, variance) if linear else exponential_level(pd, weight, variance)

    def yearly(y):
        x = level * (1 - weight + weight * exp(log_quantile(-y, 1 / variance)))
        return (-log1p(-min(x, 1 - 1e-12))) if linear else min(x, LARGEST)
    return sums(yearly(y) for y in indices[cluster][1:])


@lru_cache(maxsize=None)
def exponential_level(pd, weight, variance):
    """λ of (4.14) in closed form."""
    def hazard(level):
        return level * (1 - weight) + log1p(level * weight * variance) / variance
    return exp(root(lambda y: log(hazard(exp(y)) / -log1p(-pd)), log(pd), 0.01))


@lru_cache(maxsize=None)
def linear_level(pd, weight, variance):
    """PD' with E min(1, PD' X) = PD, by the gamma distribution function."""
    k = 1 / variance

    def mean(level):
        rest = level * (1 - weight)
        if weight == 0:
            return min(1.0, level)
        if rest >= 1:
            return 1.0
        cap = (1 - rest) / (level * weight)
        below, above = (exp(tail) for tail in log_tails(k, k * cap))
        return rest * below + level * weight * exp(log_tails(k + 1, k * cap)[0]) + above
    return exp(root(lambda y: log(mean(exp(y)) / pd), log(pd), 0.01))


def sums(yearly):
    """(4.4), (4.5)"""
    total = [0.0]
    for hazard in yearly:
        total.append(total[-1] + hazard / 12)
    return total
