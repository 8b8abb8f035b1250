# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 3, anchor firms, and chapter 4, uncertain parameters."""
from math import ceil, exp, log, log1p

from draws import ANCHOR, UNCERTAINTY, exponential, normal_pair, tape_entity
from laws import normal_cdf

Z_MAX = 4


def failures(scenario, months_n, draws, world):
    """(3.5) {anchor: month of failure} of those that fail."""
    found = {}
    for anchor in scenario.anchors:
        hazard = -log1p(-float(anchor.pd_frac)) / 12
        e = exponential(draws.words(world, ANCHOR, tape_entity(anchor.anchor_id), 0))
        if e <= hazard * months_n:
            found[anchor.anchor_id] = ceil(e / hazard)
    return found


def shift_of_anchors(scenario, failed, cluster, t):
    """(3.6)"""
    return sum(float(anchor.shift_sd) for anchor in scenario.anchors if anchor.cluster_id == cluster
               and anchor.anchor_id in failed and 0 <= t - failed[anchor.anchor_id] < anchor.shift_months)


def anchored(application, failed):
    """(3.7) The month of default of a loan, its own or that of the anchor it hangs on."""
    month = failed.get(application.tape.anchor_id) if application.tape else None
    if month is not None and application.month < month <= application.due:
        return month if application.tau is None else min(month, application.tau)
    return application.tau


def multipliers(scenario, draws, world):
    """(4.20) Of hazard, recovery and demand."""
    words = draws.words(world // 2, UNCERTAINTY, 0, 0)
    normals = (*normal_pair(*words[:2]), normal_pair(*words[2:])[0])
    sigmas = (scenario.pd_uncertainty_sigma, scenario.recovery_uncertainty_sigma, scenario.demand_uncertainty_sigma)
    return [multiplier(float(sigma), z) for sigma, z in zip(sigmas, normals)]


def multiplier(sigma, z):
    mean = (exp(sigma**2 / 2) * (normal_cdf(Z_MAX - sigma) - normal_cdf(-Z_MAX - sigma))
            + (exp(Z_MAX * sigma) + exp(-Z_MAX * sigma)) * normal_cdf(-Z_MAX))
    return exp(sigma * max(-Z_MAX, min(Z_MAX, z)) - log(mean)) if sigma > 0 else 1.0
