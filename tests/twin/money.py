# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 2: money in whole fen, rates in whole parts per million, months and calendar years."""
from fractions import Fraction
from math import floor

MILLION = 1_000_000
FEN_PER_WAN = 1_000_000


def rnd(x):
    """(2.1)"""
    return floor(x + Fraction(1, 2))


def ppm(fraction):
    """A rate or a share of the book in parts per million."""
    return rnd(fraction * MILLION)


def share(fen, of_ppm):
    """(2.2)"""
    return fen * of_ppm // MILLION


def month(fen, rate_ppm):
    """(2.3) One month of a yearly rate."""
    return (fen * rate_ppm + 6 * MILLION) // (12 * MILLION)


def year_of(t, scenario):
    """(2.4) The calendar year of month t."""
    return scenario.start_year + (scenario.start_month - 1 + t - 1) // 12


def is_january(t, scenario):
    """(2.4)"""
    return (scenario.start_month - 1 + t - 1) % 12 == 0
