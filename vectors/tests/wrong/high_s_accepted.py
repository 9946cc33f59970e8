"""Takes signatures with a high S from its peer: what it signs with them is not relayed."""

import invalid
import signature


def is_low(data):
    signature.decode(data[:-1])
    return True


invalid.signature.is_low = is_low
