# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 3: the index of each cluster."""
from math import sqrt

from contagion import shift_of_anchors
from draws import ECONOMY, normal_pair


def clusters_of(scenario):
    return sorted({segment.cluster_id for segment in scenario.segments}, key=str.encode)


def correlation_matrix(scenario, clusters):
    table = {row["cluster_id"]: row for row in scenario.correlations}
    if table:
        return [[float(table[a][b]) for b in clusters] for a in clusters]
    return [[1.0 if a == b else float(scenario.index_correlation) for b in clusters] for a in clusters]


def semidefinite_root(matrix):
    """(3.3) L with L L' = R; a column whose diagonal is gone is zero; rows have unit length."""
    n = len(matrix)
    root = [[0.0] * n for _ in range(n)]
    for j in range(n):
        pivot = matrix[j][j] - sum(root[j][k] ** 2 for k in range(j))
        if pivot <= 1e-12:
            continue
        root[j][j] = sqrt(pivot)
        for i in range(j + 1, n):
            root[i][j] = (matrix[i][j] - sum(root[i][k] * root[j][k] for k in range(j))) / root[j][j]
    return [[x / sqrt(sum(y * y for y in row)) for x in row] for row in root]


class Economy:
    """The laws of the index; sample() gives Y~ of one world, {cluster: [month 0..N]}."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.months_n = scenario.horizon_months + scenario.runoff_months
        self.clusters = clusters_of(scenario)
        self.root = semidefinite_root(correlation_matrix(scenario, self.clusters))
        self.phi = float(scenario.phi_annual) ** (scenario.factor_step_months / 12)  # (3.2)

    def innovations(self, draws, world, block):
        """L e(b): four clusters share four words."""
        normals = []
        for four in range(0, len(self.clusters), 4):
            words = draws.words(world, ECONOMY, four // 4, block)
            normals += [*normal_pair(*words[:2]), *normal_pair(*words[2:])]
        return [sum(weight * e for weight, e in zip(row, normals)) for row in self.root]

    def shift(self, cluster, t):
        return sum(float(shock.shift_sd) for shock in self.scenario.shocks
                   if shock.cluster_id in ("all", cluster) and shock.from_month <= t <= shock.to_month)

    def sample(self, draws, world, failed):
        step = self.scenario.factor_step_months
        paths = {cluster: [0.0] for cluster in self.clusters}
        level = None
        for t in range(1, self.months_n + 1):
            if (t - 1) % step == 0:  # (3.1)
                news = self.innovations(draws, world, (t - 1) // step)
                if level is not None:
                    level = [self.phi * y + sqrt(1 - self.phi**2) * e for y, e in zip(level, news)]
                elif self.scenario.index_start == "fixed":
                    level = [float(self.scenario.initial_index_sd)] * len(self.clusters)
                else:
                    level = news
            for cluster, y in zip(self.clusters, level):
                paths[cluster].append(y + self.shift(cluster, t) + shift_of_anchors(self.scenario, failed, cluster, t))  # (3.4), (3.6)
        return paths
