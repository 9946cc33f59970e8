"""Sorts the keys of a 2-of-2 (BIP 67) instead of putting a's first."""

import script


def _both(keys):
    return 2, *sorted((keys["a"], keys["b"])), 2, "OP_CHECKMULTISIG"


script._both = _both
