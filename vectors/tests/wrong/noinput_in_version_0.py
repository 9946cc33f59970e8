"""Lets flag 0x40 blank the outpoint in version 0 as well."""

import digest

right = digest.pieces


def pieces(rules, tx, index, script_code, amount, hash_type):
    return right("noinput", tx, index, script_code, amount, hash_type)


digest.pieces = pieces
