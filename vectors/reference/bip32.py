"""BIP 32, private derivation only. A node is a secret and a chain code; depth and fingerprint, which
only serialised keys have, play no part."""

from typing import NamedTuple

import curve
from hashes import hmac_sha512

HARDENED = 0x80000000


class Node(NamedTuple):
    secret: int
    chain_code: bytes

    def to_bytes(self):
        """64 bytes: secret, then chain code. This is what a disclosure is (§5)."""
        return self.secret.to_bytes(32, "big") + self.chain_code

    @staticmethod
    def from_bytes(data):
        if len(data) != 64:
            raise ValueError("a node is 64 bytes")
        return Node(curve.parse_secret(data[:32]), data[32:])

    def public(self):
        return curve.public_key(self.secret)


def master(seed):
    data = hmac_sha512(b"Bitcoin seed", seed)
    return Node(curve.parse_secret(data[:32]), data[32:])


def child(node, index):
    """CKDpriv. `index` includes HARDENED where it is hardened."""
    if index >= HARDENED:
        data = b"\x00" + node.secret.to_bytes(32, "big")
    else:
        data = node.public()
    digest = hmac_sha512(node.chain_code, data + index.to_bytes(4, "big"))
    secret = (curve.parse_secret(digest[:32]) + node.secret) % curve.N
    return Node(secret, digest[32:])


def hardened(node, *indexes):
    for index in indexes:
        node = child(node, index + HARDENED)
    return node
