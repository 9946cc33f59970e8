"""Hides the number in nSequence below 0x00 instead of 0x80: BIP 68 reads a lock."""

import commitment


def sequence(obscured):
    return obscured >> 24


commitment.sequence = sequence
