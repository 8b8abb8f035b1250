# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapter 1: numbers by address, uniforms, normals, thresholds; and Python's own numbers for a second sampling."""
import random
from math import cos, log, log1p, pi, sin, sqrt

from money import rnd

ECONOMY, DEMAND, FIRM, TERMS, LOAN, DISPOSAL, RECOVERY, MIXING, REGIME, ANCHOR, UNCERTAINTY, INVESTMENT = range(1, 13)  # purposes

WORD = 2**32
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)  # of Philox4x32, Salmon and others 2011
WEYL = (0x9E3779B9, 0xBB67AE85)


def philox(key, counter):
    """Philox4x32 with ten rounds."""
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for _ in range(10):
        p0, p1 = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 % WORD, (p0 >> 32) ^ c3 ^ k1, p0 % WORD
        k0, k1 = (k0 + WEYL[0]) % WORD, (k1 + WEYL[1]) % WORD
    return c0, c1, c2, c3


class ByAddress:
    """(1.1) The program's own numbers."""

    def __init__(self, seed):
        self.key = (seed % WORD, seed // WORD)

    def words(self, world, purpose, entity, step):
        return philox(self.key, (world, entity % WORD, entity // WORD, purpose * 2**24 + step))


class ByChance:
    """Any other numbers: the same distribution of worlds. What an address was told once it is told again."""

    def __init__(self, seed):
        self.seed = seed

    def words(self, *address):
        told = random.Random(f"{self.seed} {address}")
        return tuple(told.getrandbits(32) for _ in range(4))


def u32(word):
    """(1.2)"""
    return (word + 0.5) / WORD


def u52(high, low):
    """(1.2)"""
    return ((high * WORD + low) // 2**12 + 0.5) / 2**52


def happens(word, probability):
    """(1.3)"""
    return word < rnd(probability * WORD)


def normal_pair(word0, word1):
    """(1.4)"""
    r, angle = sqrt(-2 * log(u32(word0))), 2 * pi * (word1 / WORD)
    return r * cos(angle), r * sin(angle)


def exponential(words):
    """E of (3.5) and (4.6)."""
    return -log1p(-u52(words[0], words[1]))


def tape_entity(name):
    """(1.1) Of a loan of the tape, or of an anchor firm."""
    return hash_of(name) | 2**63


def issued_entity(vehicle_id, k):
    """(10.1) Of the k-th firm of a new issue."""
    return 2**62 + hash_of(vehicle_id) // 2**16 % 2**46 * 2**16 + k


def investment_entity(fund_id, k):
    """(10.9) Of the k-th investment of a fund."""
    return tape_entity(fund_id) // 2**16 * 2**16 + k


def hash_of(name):
    """FNV-1a of an id, finaliser of SplitMix64."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    h = (h ^ h >> 27) * 0x94D049BB133111EB % 2**64
    return h ^ h >> 31
