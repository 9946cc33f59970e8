"""Signatures as they stand in a witness: DER (BIP 66), then one byte for the hash type."""

import curve

ALL, NONE, SINGLE = 0x01, 0x02, 0x03
NOINPUT, ANYONECANPAY = 0x40, 0x80


def _integer(value):
    """A DER integer: shortest form, with a zero in front if the first bit is set."""
    data = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(data)]) + data


def encode(r, s):
    body = _integer(r) + _integer(s)
    return b"\x30" + bytes([len(body)]) + body


def decode(der):
    """(r, s) of strict DER; ValueError for anything else."""

    def integer(data):
        if len(data) < 3 or data[0] != 2 or not 0 < data[1] <= len(data) - 2:
            raise ValueError("not a DER integer")
        value, rest = data[2 : 2 + data[1]], data[2 + data[1] :]
        if value[0] & 0x80 or (len(value) > 1 and value[0] == 0 and not value[1] & 0x80):
            raise ValueError("a negative or a padded integer")
        return int.from_bytes(value, "big"), rest

    if len(der) < 8 or der[0] != 0x30 or der[1] != len(der) - 2:
        raise ValueError("not a DER sequence")
    r, rest = integer(der[2:])
    s, rest = integer(rest)
    if rest:
        raise ValueError("bytes after the signature")
    return r, s


def sign(digest, secret, hash_type):
    """The first signature is the one: no grinding for a low R."""
    return encode(*curve.sign(digest, secret)) + bytes([hash_type])


def is_valid(signature, digest, public):
    """Whether a DER signature with its hash-type byte is one of this key on this digest."""
    try:
        r, s = decode(signature[:-1])
    except ValueError:
        return False
    return curve.verify(digest, r, s, public)


def is_low(signature):
    return decode(signature[:-1])[1] <= curve.N // 2
