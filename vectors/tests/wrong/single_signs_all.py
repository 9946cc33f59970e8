"""Takes SINGLE for ALL: a fee could not be attached to a child."""

import digest

right = digest.pieces


def pieces(rules, tx, index, script_code, amount, hash_type):
    parts = right(rules, tx, index, script_code, amount, hash_type)
    if hash_type & 0x1F == 3:
        parts["hash_outputs"] = right(rules, tx, index, script_code, amount, hash_type & 0xE0 | 1)["hash_outputs"]
    return parts


digest.pieces = pieces
