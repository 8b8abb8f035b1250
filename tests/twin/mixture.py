# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 4, Student t: (4.10) to (4.12)."""
from functools import lru_cache
from math import erfc, exp, lgamma, log, log1p, pi, sqrt

from default import Year, joint_below, root, two_roots, yearly_hazard
from draws import MIXING, normal_pair
from laws import incomplete_beta
from money import year_of

STEP_Z = 0.5
SCORES = [STEP_Z * (i + 0.5) for i in range(-14, 14)]  # of S in the calibration


def log_tails(k, log_x):
    """Logarithms of P(X <= x) and P(X > x), X a gamma variable of shape k and scale 1."""
    x = exp(log_x)
    factor = k * log_x - x - lgamma(k)
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
        lower, upper = log_tails(k, log(k) + y)
        return lower - tail if z <= 0 else tail - upper
    cube = 1 - 1 / (9 * k) + z / (3 * sqrt(k))  # a first guess: Wilson and Hilferty, or the law near 0
    return root(off, 3 * log(cube) if cube > 0.3 else (tail + lgamma(k + 1)) / k - log(k) if z <= 0 else 0.0, 0.01)


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


def student_t_hazard(pd, rho, scenario, index, s, phi):
    """(4.10) [month 0..N] H of a class in a world."""
    if pd == 0:
        return [0.0] * len(index)
    x, rho = student_t_class(pd, rho, float(scenario.t_nu), scenario.correlation_basis, phi, scenario.factor_step_months)
    a, b = x / sqrt(1 - rho), -sqrt(rho / (1 - rho))
    return sums(yearly_hazard(a * month_s + b * y) for month_s, y in zip(s[1:], index[1:]))


@lru_cache(maxsize=None)
def student_t_class(pd, rho, nu, basis, phi, step):
    """x' and ρ' of (4.10)."""
    x = t_quantile(pd, nu)
    if rho == 0 or step == 12 or basis == "monthly":
        return x, rho
    over = [(STEP_Z * exp(-z * z / 2) / sqrt(2 * pi), exp(log_quantile(z, nu / 2) / 2)) for z in SCORES]
    joint = sum(weight * joint_below(x * s, rho) for weight, s in over)  # (4.12)

    def off(x, odds):
        year = Year(phi, step, 1 / (1 + exp(-odds)))
        one, both = (sum(weight * p for (weight, _), p in zip(over, values))
                     for values in zip(*(year.probabilities(x * s) for _, s in over)))
        return log(one / pd), log(both / joint)
    x, odds = two_roots(off, x, log(rho / (1 - rho)))
    return x, 1 / (1 + exp(-odds))


def sums(yearly):
    """(4.4), (4.5)"""
    total = [0.0]
    for hazard in yearly:
        total.append(total[-1] + hazard / 12)
    return total
