# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 4, gamma sectors: (4.13) to (4.16); the capped link is calibrated in capped.py."""
from functools import lru_cache
from itertools import product
from math import exp, expm1, log, log1p, prod, sqrt
from operator import mul

import capped
from default import root
from economy import correlation_matrix, semidefinite_root
from mixture import log_quantile, sums

LARGEST = -log(1e-12)  # of a year's hazard, p being clamped
NODES = {1: 64, 2: 32, 3: 20}


def terms_of(segment, scenario):
    """(weight, variance, cluster) of each sector that moves a segment; w_0 is what their weights leave."""
    rows = [row for row in scenario.sector_weights if row.segment_id == segment.segment_id]
    usual = float(scenario.sector_variance)
    return tuple((float(row.weight_frac), float(usual if row.variance is None else row.variance), row.cluster_id)
                 for row in rows) if rows else ((1.0, usual, segment.cluster_id),)


def mix(terms, kappa, y_of):
    """X of (4.13) at some indices."""
    return 1 - sum(weight for weight, _, _ in terms) + sum(
        weight * exp(log_quantile(-y_of[cluster], 1 / (kappa * variance))) for weight, variance, cluster in terms if weight > 0)


def yearly(level, x, linear):
    """-ln(1 - p)"""
    return -log1p(-min(level * x, 1 - 1e-12)) if linear else min(level * x, LARGEST)


def hazard(pd, segment, scenario, indices, phi):
    """[month 0..N] H of a class in a world; indices: Y~ of all clusters."""
    if pd == 0:
        return [0.0] * len(indices[segment.cluster_id])
    terms, linear = terms_of(segment, scenario), scenario.gamma_link == "linear_capped"
    clusters = tuple(cluster for _, _, cluster in terms)  # a row is a sector, also when two name one cluster
    matrix = tuple(map(tuple, correlation_matrix(scenario, clusters)))
    still = scenario.factor_step_months == 12 or scenario.correlation_basis == "monthly"
    phi, step = (0.0, 12) if still else (phi, scenario.factor_step_months)
    level, kappa = capped.calibrated(pd, terms, matrix, phi, step) if linear else calibrated(pd, terms, clusters, matrix, phi, step)
    months = len(indices[segment.cluster_id])
    return sums(yearly(level, mix(terms, kappa, {cluster: indices[cluster][t] for cluster in clusters}), linear)
                for t in range(1, months))


@lru_cache(maxsize=None)
def calibrated(pd, terms, clusters, matrix, phi, step):
    """(4.14), (4.15) λ' of the exponential link, and κ."""
    grid = grid_of(clusters, matrix, phi)

    def still(level):
        return grid.year([yearly(level, x, False) for x in grid.mixed(terms, 1.0)], 1)
    start = root(lambda y: log(still(exp(y))[0] / pd), log(pd), 0.01)
    if step == 12 or all(weight == 0 for weight, _, _ in terms):
        return exp(start), 1.0
    joint, y = still(exp(start))[1], start

    def off(log_kappa):
        nonlocal y
        mixed = grid.mixed(terms, exp(log_kappa))

        def year(y):
            return grid.year([yearly(exp(y), x, False) for x in mixed], 12 // step)
        y = root(lambda y: log(year(y)[0] / pd), y, 0.01)
        return log(year(y)[1] / joint)
    kappa = exp(root(off, 0.0, 0.1))
    return exp(y), kappa


@lru_cache(maxsize=None)
def grid_of(clusters, matrix, phi):
    return Grid(clusters, matrix, phi)


class Grid:
    """(4.16) The indices of some clusters, Y = L X, at nodes of Gauss and Hermite."""

    def __init__(self, clusters, matrix, phi):
        loadings = semidefinite_root(matrix)
        nodes, weights, polynomials = gauss_hermite(NODES[len(clusters)])
        powers = [phi**n for n in range(len(nodes))]
        self.step = [[w * sum(map(mul, powers, map(mul, at, to))) for w, to in zip(weights, polynomials)] for at in polynomials]
        self.points = [{cluster: sum(map(mul, row, x)) for cluster, row in zip(clusters, loadings)}
                       for x in product(nodes, repeat=len(clusters))]
        self.weights = [prod(w) for w in product(weights, repeat=len(clusters))]
        self.dimensions = len(clusters)

    def mixed(self, terms, kappa):
        """X of (4.13) at each point."""
        return [mix(terms, kappa, point) for point in self.points]

    def expected(self, values):
        """E(values of the next block | point): the last dimension is summed over and becomes the first, once for each."""
        n = len(self.step)
        for _ in range(self.dimensions):
            rows = [values[i:i + n] for i in range(0, len(values), n)]
            values = [sum(map(mul, step, row)) for step in self.step for row in rows]
        return values

    def year(self, hazards, blocks):
        """(4.8) from the yearly hazard at each point."""
        d = [-expm1(-h / blocks) for h in hazards]
        u, v = d, [p * p for p in d]
        for _ in range(blocks - 1):
            eu, ev = self.expected(u), self.expected(v)
            u = [p + (1 - p) * e for p, e in zip(d, eu)]
            v = [p * p + 2 * p * (1 - p) * e + (1 - p) ** 2 * f for p, e, f in zip(d, eu, ev)]
        return sum(map(mul, self.weights, u)), sum(map(mul, self.weights, v))


def hermite(n, x):
    """The orthonormal Hermite polynomials h_0 .. h_n at x, under the standard normal law."""
    values = [1.0, x]
    for k in range(1, n):
        values.append((x * values[k] - sqrt(k) * values[k - 1]) / sqrt(k + 1))
    return values


@lru_cache(maxsize=None)
def gauss_hermite(n):
    """Nodes, weights, and h_0 .. h_(n-1) at each node: the zeros of h_n, found between changes of its sign."""
    ends = [-2 * sqrt(n) - 2 + i * 0.01 for i in range(int(400 * sqrt(n)) + 401)]
    nodes = []
    for low, high in zip(ends, ends[1:]):
        if hermite(n, low)[n] * hermite(n, high)[n] < 0:
            nodes.append(zero_between(lambda x: hermite(n, x)[n], low, high))
    polynomials = [hermite(n, x)[:n] for x in nodes]
    return nodes, [1 / sum(h * h for h in at) for at in polynomials], polynomials


def zero_between(function, low, high):
    sign = function(low) > 0
    while (middle := (low + high) / 2) not in (low, high):
        if (function(middle) > 0) == sign:
            low = middle
        else:
            high = middle
    return middle
