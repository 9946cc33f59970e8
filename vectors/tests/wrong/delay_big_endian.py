"""Pushes the delay of csv big endian."""

import script

right = script.number


def number(n):
    if n <= 16:
        return right(n)
    return script.push(n.to_bytes(n.bit_length() // 8 + 1, "big"))


script.number = number
