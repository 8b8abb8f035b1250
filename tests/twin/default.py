# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 4: hazards, their calibration, the month of default."""
from functools import lru_cache
from math import asin, ceil, erfc, exp, expm1, log, log1p, pi, sin, sqrt
from operator import mul

from draws import exponential
from laws import normal_cdf, normal_quantile

SPAN = 9.0  # of the index in the calibration
TOLERANCE = 1e-12  # of the logarithm of a probability


def yearly_hazard(x):
    """-ln(1 - Φ(x)), Φ clamped to 1 - 10^-12: twelve times (4.4)."""
    if x < 0:
        return -log1p(-normal_cdf(x))
    return -log(max(1e-12, 0.5 * erfc(x / sqrt(2))))


def coefficients(pd, rho):
    """(4.1); of a PD of 0 there is no hazard."""
    if pd == 0:
        return -50.0, 0.0
    return normal_quantile(pd) / sqrt(1 - rho), -sqrt(rho / (1 - rho))


@lru_cache(maxsize=None)
def hazard_class(pd, rho, dependence, basis, phi, step):
    """a and b of p(Y~) = Φ(a + b Y~) for the inputs of a class."""
    if dependence == "independent":  # (4.2)
        return coefficients(pd, 0.0)
    if pd == 0 or rho == 0 or step == 12 or basis == "monthly":
        return coefficients(pd, rho)
    return calibrated(pd, rho, phi, step)


def joint_below(x, rho):
    """Φ2(x, x; ρ) by Plackett's identity with r = sin θ, Simpson's rule."""
    n = 2000
    width = asin(rho) / n

    def density(i):
        return exp(-x * x / (1 + sin(i * width))) / (2 * pi)
    inner = sum((4 if i % 2 else 2) * density(i) for i in range(1, n))
    return normal_cdf(x) ** 2 + (density(0) + inner + density(n)) * width / 3


def calibrated(pd, rho, phi, step):
    """(4.7) ρ' outside, on the scale of its odds, and PD' inside."""
    x = normal_quantile(pd)
    target = log(joint_below(x, rho))  # (4.3)

    def off(odds):
        nonlocal x
        year = Year(phi, step, 1 / (1 + exp(-odds)))
        x = root(lambda x: log(year.probabilities(x)[0] / pd), x, 0.001)
        return log(year.probabilities(x)[1]) - target

    odds = root(off, log(rho / (1 - rho)), 0.1)
    off(odds)
    return x * sqrt(1 + exp(odds)), -exp(odds / 2)


def root(function, x0, width):
    """Where a rising function is 0: wider steps until the sign changes, then regula falsi (Illinois)."""
    f0 = function(x0)
    if abs(f0) <= TOLERANCE:
        return x0
    if f0 > 0:
        width = -width
    x1 = x0 + width
    f1 = function(x1)
    while f0 * f1 > 0:
        x0, f0, width = x1, f1, 1.6 * width
        x1 = x0 + width
        f1 = function(x1)
    while abs(f1) > TOLERANCE:
        x2 = x1 - f1 * (x1 - x0) / (f1 - f0)
        if x2 in (x0, x1):
            break
        f2 = function(x2)
        if f1 * f2 <= 0:
            x0, f0 = x1, f1
        else:
            f0 /= 2
        x1, f1 = x2, f2
    return x1


def two_roots(function, x, y):
    """Where two functions of two numbers are 0, near x and y: Broyden's method."""
    f, g = function(x, y)
    width = 1e-4
    fx, gx = ((after - before) / width for after, before in zip(function(x + width, y), (f, g)))
    fy, gy = ((after - before) / width for after, before in zip(function(x, y + width), (f, g)))
    for _ in range(100):
        if max(abs(f), abs(g)) <= 10 * TOLERANCE:
            return x, y
        determinant = fx * gy - fy * gx
        dx, dy = (fy * g - gy * f) / determinant, (gx * f - fx * g) / determinant
        shorter = min(1.0, 0.5 / max(abs(dx), abs(dy)))
        dx, dy = dx * shorter, dy * shorter
        x, y = x + dx, y + dy
        f1, g1 = function(x, y)
        off_f, off_g, length = f1 - f - fx * dx - fy * dy, g1 - g - gx * dx - gy * dy, dx * dx + dy * dy
        fx, fy, gx, gy = fx + off_f * dx / length, fy + off_f * dy / length, gx + off_g * dx / length, gy + off_g * dy / length
        f, g = f1, g1
    raise ArithmeticError("the calibration does not converge")


class Year:
    """(4.8) Twelve months of a stationary index on a grid: the chance that a loan defaults, and that two do."""

    def __init__(self, phi, step, rho):
        self.rho, self.step, self.blocks = rho, step, 12 // step
        spread = sqrt(1 - phi * phi)
        cells = ceil(2 * SPAN / min(0.7 * spread, 0.3 * sqrt(1 - rho)))
        width = 2 * SPAN / cells
        self.grid = [-SPAN + i * width for i in range(cells + 1)]
        self.weight = [width * exp(-y * y / 2) / sqrt(2 * pi) for y in self.grid]
        self.moves = []  # of each point: the first point that matters next, and the weights from there on
        for y in self.grid:
            near = [i for i, to in enumerate(self.grid) if abs(to - phi * y) < 8 * spread]
            self.moves.append((near[0], [width / spread * exp(-((self.grid[i] - phi * y) / spread) ** 2 / 2) / sqrt(2 * pi)
                                         for i in near]))

    def expected(self, values):
        """E(values(Y') | y) at each point."""
        return [sum(map(mul, weights, values[first:first + len(weights)])) for first, weights in self.moves]

    def probabilities(self, x):
        a, b = x / sqrt(1 - self.rho), -sqrt(self.rho / (1 - self.rho))
        d = [-expm1(-yearly_hazard(a + b * y) * self.step / 12) for y in self.grid]
        u, v = d, [p * p for p in d]
        for _ in range(self.blocks - 1):
            eu, ev = self.expected(u), self.expected(v)
            u = [p + (1 - p) * e for p, e in zip(d, eu)]
            v = [p * p + 2 * p * (1 - p) * e + (1 - p) ** 2 * f for p, e, f in zip(d, eu, ev)]
        return sum(w * p for w, p in zip(self.weight, u)), sum(w * p for w, p in zip(self.weight, v))


def cumulative_hazard(a, b, index):
    """(4.4), (4.5) of a class in a world: [month 0..N]."""
    total, hazard = [0.0], 0.0
    for y in index[1:]:
        hazard += yearly_hazard(a + b * y) / 12
        total.append(hazard)
    return total


def month_of_default(words, hazard, granted, due, maturity_share, times=1.0):
    """(4.6); times is that of (4.25)."""
    e = exponential(words) / times
    for u in range(granted + 1, due + 1):
        if (1 - maturity_share) * (hazard[u] - hazard[granted]) >= e:
            return u
    return due if hazard[due] - hazard[granted] >= e else None
