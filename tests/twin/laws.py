# SPDX-License-Identifier: GPL-3.0-or-later
"""Laws that worlds are drawn from: (1.3), (1.5), (5.1a), (5.1b), by the standard library's functions."""
from fractions import Fraction
from functools import lru_cache
from math import erfc, exp, floor, lgamma, log, sqrt
from statistics import NormalDist

from draws import WORD
from money import FEN_PER_WAN, rnd

CELLS = 1024


def cuts(shares):
    """(1.3) c(i) of some shares: value i is meant by the words below it that mean none before."""
    ends, total = [], 0
    for part in shares:
        total += part
        ends.append(min(rnd(total * WORD), WORD - 1))
    ends[-1] = WORD
    return ends


def pick(word, ends):
    return next(i for i, end in enumerate(ends) if word < end)


def normal_cdf(x):
    return 0.5 * erfc(-x / sqrt(2))


def normal_quantile(p):
    return NormalDist().inv_cdf(p)


def poisson(word, mean):
    """(5.1a)"""
    k, term = 0, exp(-mean)
    total = term
    while word >= floor(total * WORD + 0.5) and total + term > total:
        k += 1
        term *= mean / k
        total += term
    return k


def amount(word, segment):
    """(5.1b) Whole 万元."""
    low, high = segment.amount_min_wan, segment.amount_max_wan
    median, sigma = float(Fraction(segment.amount_median_fen, FEN_PER_WAN)), float(segment.amount_sigma)
    nearest = min(high, max(low, floor(median + 0.5)))
    if sigma == 0:
        return nearest

    def z(x):
        return (log(x) - log(median)) / sigma

    def between(x, y):
        """Φ(z(y)) - Φ(z(x)), from the side on which it keeps its digits."""
        return normal_cdf(-z(x)) - normal_cdf(-z(y)) if z(x) > 0 else normal_cdf(z(y)) - normal_cdf(z(x))

    whole = between(low, high)
    if whole == 0:
        return low if low == high else nearest
    first, last = 0, high - low  # the smallest i with word < c(i)
    while first < last:
        middle = (first + last) // 2
        if word < floor(WORD * between(low, low + middle + 0.5) / whole + 0.5):
            last = middle
        else:
            first = middle + 1
    return low + first


def incomplete_beta(x, a, b):
    """I_x(a, b) by its continued fraction (Lentz), from the side on which that converges."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_fraction(1 - x, x, b, a)
    return beta_fraction(x, 1 - x, a, b)


def beta_fraction(x, rest, a, b):
    """rest is 1 - x; both are given because one of them may be tiny."""
    factor = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(rest)) / a
    tiny, c, d = 1e-300, 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 2000):
        for numerator in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                          -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / ((1 + numerator * d) or tiny)
            c = (1 + numerator / c) or tiny
            value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return factor * value


@lru_cache(maxsize=None)
def beta_quantile(p, a, b):
    """Bisection, on the logarithm of x below the middle and of 1 - x above."""
    if incomplete_beta(0.5, a, b) < p:
        return 1 - beta_lower(1 - p, b, a)
    return beta_lower(p, a, b)


def beta_lower(p, a, b):
    low, high = -700.0, log(0.5)
    if incomplete_beta(exp(low), a, b) > p:
        return 0.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return exp(middle)
        if incomplete_beta(exp(middle), a, b) < p:
            low = middle
        else:
            high = middle


class BetaTable:
    """(1.5) Quantiles at i/1024 of a Beta law of given mean, linear between; only those that are asked for are computed."""

    def __init__(self, mean, concentration):
        self.mean, self.a, self.b = float(mean), float(concentration * mean), float(concentration * (1 - mean))
        self.known = {}

    def at(self, i):
        if i not in self.known:
            self.known[i] = self.first() if i == 0 else self.last() if i == CELLS else beta_quantile(i / CELLS, self.a, self.b)
        return self.known[i]

    def first(self):
        """The first cell keeps its mean."""
        cell = self.mean * incomplete_beta(self.at(1), self.a + 1, self.b) * CELLS
        return min(self.at(1), max(0.0, 2 * cell - self.at(1)))

    def last(self):
        """The whole keeps its mean."""
        inner = sum(self.at(i) for i in range(1, CELLS))
        return min(1.0, max(self.at(CELLS - 1), 2 * (CELLS * self.mean - inner) - self.at(0)))

    def read(self, u):
        if self.mean == 0:
            return 0.0
        i = floor(CELLS * u)
        return self.at(i) + (CELLS * u - i) * (self.at(i + 1) - self.at(i))


beta_table = lru_cache(maxsize=None)(BetaTable)
