"""Hashes Core's null outpoint, whose index is 0xffffffff, instead of 36 zeros."""

import digest

right = digest.pieces


def pieces(rules, tx, index, script_code, amount, hash_type):
    parts = right(rules, tx, index, script_code, amount, hash_type)
    if rules == "noinput" and hash_type & 0x40:
        parts["outpoint"] = bytes(32) + b"\xff" * 4
    return parts


digest.pieces = pieces
