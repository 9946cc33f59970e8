"""Disclosing a million keys one by one, and keeping three (§5).

The paper: the master key of day 1 is a child of that of day 2, so that one key replaces all that came
before. Here in three levels H, M, L of 128 keys each; commitment number n is (h, m, l) in base 128:

    K[127] = the level's top            K[i-1] = K[i]/0'
    level H: top = branch/0'            level M of h: top = H[h]/1'
    level L of (h, m): top = M[h][m]/1' RSMC key of n = L[h][m][l]/2'

Steps lead from later to earlier keys. So a node disclosed with number n gives every key up to n, none after.
"""

from functools import lru_cache
from typing import NamedTuple

import bip32
import curve

SIZE = 128
LIMIT = SIZE**3
DOWN, SIDE, LEAF = 0, 1, 2  # the hardened index of a step within a level, to the next level, to the key


def digits(number):
    if not 0 <= number < LIMIT:
        raise ValueError("the chain has 2,097,152 keys")
    return number // SIZE**2, number // SIZE % SIZE, number % SIZE


@lru_cache(maxsize=4096)
def walk(node, steps):
    return bip32.hardened(node, *[DOWN] * steps)


def nodes(branch, number):
    """The nodes H[h], M[h][m], L[h][m][l] of the side that owns the branch."""
    h, m, l = digits(number)
    node_h = walk(bip32.hardened(branch, DOWN), SIZE - 1 - h)
    node_m = walk(bip32.hardened(node_h, SIDE), SIZE - 1 - m)
    node_l = walk(bip32.hardened(node_m, SIDE), SIZE - 1 - l)
    return {"H": node_h, "M": node_m, "L": node_l}


def rsmc_node(branch, number):
    return bip32.hardened(nodes(branch, number)["L"], LEAF)


def path(number):
    """`(0')^j` is 0' j times."""
    h, m, l = (f"/(0')^{SIZE - 1 - digit}" for digit in digits(number))
    return f"/0'{h}/1'{m}/1'{l}/2'"


def level(number):
    """The highest level that is completed with this number."""
    _, m, l = digits(number)
    if l < SIZE - 1:
        return "L"
    return "M" if m < SIZE - 1 else "H"


def disclosed_node(branch, number):
    return nodes(branch, number)[level(number)]


def descend(holder, node, target, target_level="key"):
    """From the node disclosed with number `holder` to a node of an earlier number, or to its RSMC key.

    Both are of one chain only if the digits above the holder's level are equal; the caller sees to that."""
    h, m, l = digits(holder)
    h2, m2, l2 = digits(target)
    at = level(holder)
    if at == "H":
        node = walk(node, h - h2)
        if target_level == "H":
            return node
        node, m = bip32.hardened(node, SIDE), SIZE - 1
    if at in "HM":
        node = walk(node, m - m2)
        if target_level == "M":
            return node
        node, l = bip32.hardened(node, SIDE), SIZE - 1
    node = walk(node, l - l2)
    return node if target_level == "L" else bip32.hardened(node, LEAF)


class Kept(NamedTuple):
    number: int  # with which it was disclosed
    node: bip32.Node


class Refused(Exception):
    """The reason is one of: past-end, repeated, out-of-order, wrong-key, inconsistent."""


class Disclosed:
    """What a side keeps of the other's disclosures: the newest node of each level, at most three."""

    def __init__(self, kept=(), following=0):
        self.kept = {level(k.number): k for k in kept}
        self.next = following

    def accept(self, number, node, announced):
        """Checks everything before anything changes."""
        if number >= LIMIT:
            raise Refused("past-end")
        if number != self.next:
            raise Refused("repeated" if number < self.next else "out-of-order")
        if curve.public_key(descend(number, node, number).secret) != announced:
            raise Refused("wrong-key")
        # Each kept node that the new one covers must come out of it: the rest of a day's chain must be
        # the chain that the single keys of that day came from.
        covered = "HML"["HML".index(level(number)) :]
        for name in covered:
            old = self.kept.get(name)
            if old and descend(number, node, old.number, name) != old.node:
                raise Refused("inconsistent")
        for name in covered:
            self.kept.pop(name, None)
        self.kept[level(number)] = Kept(number, node)
        self.next = number + 1

    def secret(self, number):
        """The secret of a revoked commitment, None if it is not disclosed."""
        if number >= self.next:
            return None
        # The oldest node that still covers the number: nodes of lower levels are newer.
        holder = next(self.kept[name] for name in "HML" if name in self.kept and self.kept[name].number >= number)
        return descend(holder.number, holder.node, number).secret
