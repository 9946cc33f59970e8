"""The keys of one side of a channel (§3.3.5, §5), all from one seed.

    m/1015'/channel'/0'       funding
    m/1015'/channel'/1'       delivery
    m/1015'/channel'/2'       RSMC keys of the own commitments; disclosed, see disclosure.py
    m/1015'/channel'/3'/n'    RSMC key in the other side's commitment n; never disclosed
    m/1015'/channel'/4'/k'/i' key i (1 … 8) of HTLC k

Everything is hardened. A private child that is not, with the parent's public key and chain code, gives the
parent's private key away, and here private children are given away on purpose.
"""

import bip32
import disclosure

PURPOSE = 1015
FUNDING, DELIVERY, OWN_RSMC, COUNTER_RSMC, HTLC = range(5)


class Key:
    """One key with the path that leads to it."""

    def __init__(self, path, node):
        self.path, self.node = path, node
        self.secret = node.secret

    @property
    def public(self):
        return self.node.public()


class ChannelKeys:
    def __init__(self, seed, channel_index):
        self.master = bip32.master(seed)
        self.path = f"m/{PURPOSE}'/{channel_index}'"
        self.node = bip32.hardened(self.master, PURPOSE, channel_index)
        self.funding = self._key(FUNDING)
        self.delivery = self._key(DELIVERY)
        self.own_branch = self._key(OWN_RSMC)
        self.counter_branch = self._key(COUNTER_RSMC)

    def _key(self, *indexes):
        path = self.path + "".join(f"/{i}'" for i in indexes)
        return Key(path, bip32.hardened(self.node, *indexes))

    def own_rsmc(self, number):
        """The key that this side uses in its own commitment, and discloses when it is revoked."""
        node = disclosure.rsmc_node(self.own_branch.node, number)
        return Key(self.own_branch.path + disclosure.path(number), node)

    def counter_rsmc(self, number):
        return self._key(COUNTER_RSMC, number)

    def htlc(self, htlc_id, index):
        return self._key(HTLC, htlc_id, index)
