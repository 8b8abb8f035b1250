# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 4, the capped link of gamma sectors: (4.16a) to (4.16c)."""
from functools import lru_cache
from itertools import product
from math import acos, ceil, cos, exp, expm1, floor, lgamma, log, pi, prod, sin, sqrt, tan
from operator import mul, truediv

from default import root, two_roots
from economy import semidefinite_root
from mixture import log_quantile

END, REACH = 6.5, 6.0


def gauss_legendre(n):
    """[(node, weight)] on [-1, 1]: zeros of the Legendre polynomial by Newton's method."""
    rule = []
    for i in range(n):
        x = cos(pi * (i + 0.75) / (n + 0.5))
        for _ in range(10):
            p, before = x, 1.0
            for k in range(2, n + 1):
                p, before = ((2 * k - 1) * x * p - (k - 1) * before) / k, p
            slope = n * (x * p - before) / (x * x - 1)
            x -= p / slope
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule


LEGENDRE = gauss_legendre(12)


class Quantile:
    """Q(z; k) of (4.11), read from cubic pieces 1/32 wide, made where they are asked for."""

    def __init__(self, k):
        self.k, self.nodes = k, {}

    def node(self, i):
        """Value, and slope times the width: the density of z over that of the logarithm."""
        if i not in self.nodes:
            z, k = i / 32, self.k
            q = log_quantile(z, k)
            slope = exp(-z * z / 2 - k * (log(k) + q) + k * exp(q) + lgamma(k)) / sqrt(2 * pi)
            self.nodes[i] = q, slope / 32
        return self.nodes[i]

    def __call__(self, z):
        x = 32 * max(-16.0, min(z, 16 - 1e-9))
        i = floor(x)
        (a, da), (b, db), t = self.node(i), self.node(i + 1), x - i
        return a + t * (da + t * (3 * (b - a) - 2 * da - db + t * (da + db - 2 * (b - a))))


def axes_of(rows, weights):
    """(4.16a) l_k · e_d for each row k, and the tangent of α."""
    basis = []
    kept = [row for row, weight in zip(rows, weights) if weight > 0]
    for row in ([sum(column) for column in zip(*kept)], *kept):
        for e in basis:
            part = sum(map(mul, row, e))
            row = [a - part * b for a, b in zip(row, e)]
        size = sqrt(sum(a * a for a in row))
        if size > 1e-6:
            basis.append([a / size for a in row])
    loads = [[sum(map(mul, row, e)) for e in basis] for row in rows]
    least = min(load[0] for load, weight in zip(loads, weights) if weight > 0)
    return loads, tan(acos(min(1.0, least)))


class Axis:
    def __init__(self, step, phi):
        n, r = floor(END / step) + 1, sqrt(1 - phi * phi)
        self.step = END / n
        self.points = [i * self.step for i in range(-n, n + 1)]
        self.masses = [self.step * exp(-x * x / 2) / sqrt(2 * pi) for x in self.points]
        self.moves = []
        for x in self.points:
            near = [i for i, to in enumerate(self.points) if abs(to - phi * x) <= REACH * r]
            self.moves.append((near[0], [self.step / r * exp(-((self.points[i] - phi * x) / r) ** 2 / 2) / sqrt(2 * pi) for i in near]))

    def next(self, values):
        return [sum(map(mul, weights, values[first:first + len(weights)])) for first, weights in self.moves]


class Grid:
    """The indices of some rows, Y = L X, across and along the direction in which they rise together."""

    def __init__(self, terms, loading, phi):
        self.terms = terms
        self.loads, tangent = axes_of(loading, [weight for weight, _, _ in terms])
        step = min(0.4, 0.6 * sqrt(1 - phi * phi))
        self.along = Axis(step, phi)
        self.across = [Axis(step / max(1, (1 + tangent) / 2), phi)] * (len(self.loads[0]) - 1)
        self.own = 1 - sum(weight for weight, _, _ in terms)

    def line(self, level, quantiles, months, place):
        """(4.16b) d_1 and d_2 at the points of a line."""
        offset = [sum(map(mul, load[1:], place)) for load in self.loads]

        def exposure(x):
            return level * (self.own + sum(weight * exp(quantile(-(still + load[0] * x))) for (weight, _, _), quantile, still, load
                                           in zip(self.terms, quantiles, offset, self.loads) if weight > 0))
        s, end = self.along.step, self.along.points[-1]
        nodes = []
        for low, high in pieces(cap_on(exposure, end), end, s):
            for t, weight in LEGENDRE:
                x = (low + high) / 2 + t * (high - low) / 2
                d = -expm1(months / 12 * log_survival(exposure(x)))
                nodes.append((x / s, weight * (high - low) / 2 / s, d))
        spots = [t + 1e-7 if abs(t - round(t)) < 1e-7 else t for t, _, _ in nodes]
        once = [weight * d * sine(t) / pi for t, (_, weight, d) in zip(spots, nodes)]
        twice = [a * d for a, (_, _, d) in zip(once, nodes)]
        n = len(self.along.points) // 2
        d1, d2 = [], []
        for m in range(-n, n + 1):
            away = [t - m for t in spots]
            sign = -1 if m % 2 else 1
            d1.append(sign * sum(map(truediv, once, away)))
            d2.append(sign * sum(map(truediv, twice, away)))
        return d1, d2

    def expected(self, values):
        """The last axis is summed over and becomes the first, once for each."""
        for axis in (self.along, *self.across):
            n = len(axis.points)
            lines = [axis.next(values[i:i + n]) for i in range(0, len(values), n)]
            values = [value for column in zip(*lines) for value in column]
        return values

    def year(self, level, quantiles, blocks):
        """(4.16c)"""
        d1, d2 = [], []
        for place in product(*(axis.points for axis in self.across)):
            once, twice = self.line(level, quantiles, 12 / blocks, place)
            d1 += once
            d2 += twice
        u, v = d1, d2
        for _ in range(blocks - 1):
            eu, ev = self.expected(u), self.expected(v)
            u = [a + (1 - a) * e for a, e in zip(d1, eu)]
            v = [b + 2 * (a - b) * e + (1 - 2 * a + b) * f for a, b, e, f in zip(d1, d2, eu, ev)]
        masses = [prod(m) for m in product(*(axis.masses for axis in self.across), self.along.masses)]
        return sum(map(mul, masses, u)), sum(map(mul, masses, v))


def log_survival(p):
    """ln(1 - p), p clamped."""
    return log(1 - p) if 1e-3 < p < 1 - 1e-12 else log(1e-12) if p >= 1 - 1e-12 else -p * sum((p**i) / (i + 1) for i in range(8))


def sine(t):
    """sin(π t), exact near whole numbers."""
    nearest = round(t)
    return (-1 if nearest % 2 else 1) * sin(pi * (t - nearest))


def cap_on(exposure, end):
    """Where the exposure comes below 1; None where it does not on this line."""
    capped, free = -end, end
    if exposure(capped) < 1 or exposure(free) >= 1:
        return None
    while (middle := (capped + free) / 2) not in (capped, free):
        if exposure(middle) >= 1:
            capped = middle
        else:
            free = middle
    return free


def pieces(cap, end, s):
    def equal(low, high):
        n = ceil((high - low) / (4 * s))
        return [(low + (high - low) * i / n, low + (high - low) * (i + 1) / n) for i in range(n)]
    if cap is None:
        return equal(-end, end)
    width = min(4 * s, end - cap)
    ends = [cap + width * 0.15**i for i in range(7)]
    return [*equal(-end, cap), (cap, ends[-1]), *zip(ends[1:], ends), *equal(cap + width, end)]


@lru_cache(maxsize=None)
def calibrated(pd, terms, matrix, phi, step):
    """(4.14), (4.15) PD' and κ."""
    loading = semidefinite_root(matrix)
    still = Grid(terms, loading, 0.0)

    def quantiles(kappa):
        return [Quantile(1 / (kappa * variance)) for _, variance, _ in terms]
    plain = quantiles(1.0)
    start = root(lambda y: log(still.year(exp(y), plain, 1)[0] / pd), log(pd), 0.01)
    if step == 12 or all(weight == 0 for weight, _, _ in terms):
        return exp(start), 1.0
    joint = still.year(exp(start), plain, 1)[1]
    grid = Grid(terms, loading, phi)

    def off(y, log_kappa):
        one, both = grid.year(exp(y), quantiles(exp(log_kappa)), 12 // step)
        return log(one / pd), log(both / joint)
    try:
        y, log_kappa = two_roots(off, start, 0.0)
    except ArithmeticError:  # it strays: one after the other, PD inside
        y = start

        def joint_off(log_kappa):
            nonlocal y
            at = quantiles(exp(log_kappa))
            y = root(lambda y: log(grid.year(exp(y), at, 12 // step)[0] / pd), y, 0.01)
            return log(grid.year(exp(y), at, 12 // step)[1] / joint)
        log_kappa = root(joint_off, 0.0, 0.1)
    return exp(y), exp(log_kappa)
