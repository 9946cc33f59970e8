"""Derives the RSMC keys from the first to the last: disclosing one would disclose all later ones."""

import disclosure


def digits(number):
    if not 0 <= number < disclosure.LIMIT:
        raise ValueError("the chain has 2,097,152 keys")
    h, m, l = number // disclosure.SIZE**2, number // disclosure.SIZE % disclosure.SIZE, number % disclosure.SIZE
    return 127 - h, 127 - m, 127 - l


right = disclosure.digits
disclosure.digits = digits
