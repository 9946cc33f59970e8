"""Takes NOINPUT for BIP 118's: the input's own nSequence is not hashed. The RSMC's delay could be changed."""

import digest

right = digest.pieces


def pieces(rules, tx, index, script_code, amount, hash_type):
    parts = right(rules, tx, index, script_code, amount, hash_type)
    if rules == "noinput" and hash_type & 0x40:
        parts["sequence"] = bytes(4)
    return parts


digest.pieces = pieces
