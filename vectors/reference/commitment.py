"""Commitment transactions (§3.1.3, §3.1.4, §3.3.2, §4.2) and the number hidden in them (§5).

A commitment has version 3, one input (F:0), no fee, and its outputs in this order: the RSMC of its holder,
the delivery to the other side, one output per HTLC in ascending order, and last a keyless anchor with the
sum of the balances below the dust limit, normally 0. Whoever broadcasts it pays the fee with a child that
spends the anchor.
"""

from dataclasses import dataclass

import script
from channel import SIDES, Htlc, other, publics, show_script
from hashes import sha256
from spend import Signer, Spend, worst_weight
from transaction import Input, Output, Transaction

# The top byte of nLockTime tells the constructions apart: figures 4 and later, 1 and 2, 3 held by a, by b.
REVOCABLE, SHARED, BLAMED = "revocable", "shared", "blamed"
TOP_BYTE = {
    (REVOCABLE, "a"): 0x20,
    (REVOCABLE, "b"): 0x20,
    (SHARED, None): 0x21,
    (BLAMED, "a"): 0x22,
    (BLAMED, "b"): 0x23,
}
NUMBERS = 1 << 48


@dataclass
class Place:
    """An output: what it is, whose, and the script that spends it."""

    role: str  # "rsmc a", "delivery b", "plain a", "htlc 0", "anchor"
    output: Output
    witness_script: bytes = b""


class Commitment:
    def __init__(self, channel, data):
        self.channel = channel
        self.construction = data["construction"]
        self.number = data["number"]
        self.holder = data["holder"]
        self.balances = data["balances_sat"]
        self.htlcs = [
            Htlc(h["id"], h["sender"], h["amount_sat"], bytes.fromhex(h["payment_hash"]), h["expiry_height"])
            for h in data["htlcs"]
        ]
        self.check()
        self.places = self._places()

    def check(self):
        total = sum(self.balances.values()) + sum(h.amount for h in self.htlcs)
        if total != self.channel.capacity:
            raise ValueError("balances and HTLCs do not make the capacity")
        if any(h.amount < self.channel.dust_limit for h in self.htlcs):
            raise ValueError("an HTLC below the dust limit is refused when it is added")
        if [h.id for h in self.htlcs] != sorted({h.id for h in self.htlcs}):
            raise ValueError("HTLCs stand in ascending order")

    @property
    def label(self):
        return f"C{self.number}{self.holder or ''}"

    def rsmc_keys(self):
        return self.channel.rsmc_keys(self.number, self.holder)

    def rsmc_script(self):
        channel = self.channel
        delivery = channel.keys[self.holder].delivery.public
        return script.rsmc(channel.dialect, publics(self.rsmc_keys()), delivery, channel.delay)

    def htlc_script(self, htlc):
        """Keys 2 and 1 on the sender's commitment, 6 and 5 on the receiver's."""
        first = htlc.own_keys(self.holder)[0]
        timeout, execute = (publics(self.channel.htlc_keys(htlc.id, i)) for i in (first, first + 1))
        return script.htlc(htlc.payment_hash, execute, timeout)

    def htlc(self, htlc_id):
        return next(h for h in self.htlcs if h.id == htlc_id)

    def _places(self):
        channel, places = self.channel, []

        def own(side):
            """The holder's balance is revocable, the other's is paid at once (§3.3.2)."""
            amount = self.balances[side]
            if self.construction == REVOCABLE and side == self.holder:
                code = self.rsmc_script()
                return Place(f"rsmc {side}", Output(amount, channel.output(code)), code)
            role = "delivery" if self.construction == REVOCABLE else "plain"
            return Place(f"{role} {side}", Output(amount, channel.delivery_script(side)))

        order = (self.holder, other(self.holder)) if self.holder else SIDES
        paid = [side for side in order if self.balances[side] >= channel.dust_limit]
        places = [own(side) for side in paid]
        for htlc in self.htlcs:
            code = self.htlc_script(htlc)
            places.append(Place(f"htlc {htlc.id}", Output(htlc.amount, channel.output(code)), code))
        dust = sum(self.balances[side] for side in SIDES if side not in paid)
        return places + [Place("anchor", Output(dust, script.ANCHOR))]

    def vout(self, role):
        for i, place in enumerate(self.places):
            if place.role == role:
                return i
        raise ValueError(f"{self.label} has no output {role}")

    # --- the transaction -------------------------------------------------------------------------

    def factor(self):
        return factor(*(self.channel.keys[s].delivery.public for s in SIDES))

    def transaction(self):
        obscured = self.number ^ self.factor()
        return Transaction(
            3,
            [Input(self.channel.funding, sequence(obscured))],
            [place.output for place in self.places],
            lock_time(obscured, TOP_BYTE[self.construction, self.holder]),
        )

    def spend(self):
        """The holder's signature is the last one: that is how blame is ascribed (§3.1.4)."""
        channel = self.channel
        code = channel.funding_script()
        signers = [Signer(s, channel.keys[s].funding.secret, f"key.{s}.funding.public") for s in SIDES]
        return Spend(
            Output(channel.capacity, channel.output(code)), channel.rules, code, channel.parent_hash_type,
            signers, [b"", "a", "b", code],
        )  # fmt: skip

    def worst_weight(self):
        return worst_weight(self.transaction(), [self.spend()])

    # --- showing ---------------------------------------------------------------------------------

    def show_keys(self, trace):
        self.channel.show_lasting_keys(trace)
        if self.construction == REVOCABLE:
            self.channel.show_rsmc_keys(trace, self.number, self.holder)
        for htlc in self.htlcs:
            self.channel.show_htlc_keys(trace, htlc.id, htlc.own_keys(self.holder))

    def show_scripts(self, trace):
        show_script(trace, "script.funding", self.channel, self.channel.funding_script())
        for place in self.places:
            if place.witness_script:
                name = place.role.split()
                name = "rsmc" if name[0] == "rsmc" else f"htlc.{name[1]}"
                show_script(trace, f"script.{name}", self.channel, place.witness_script)

    def show(self, trace):
        tx = self.transaction()
        trace.hex("commitment.factor", self.factor().to_bytes(6, "big"))
        trace.hex("commitment.obscured", (self.number ^ self.factor()).to_bytes(6, "big"))
        trace.int("commitment.lock_time", tx.lock_time)
        trace.int("commitment.sequence", tx.inputs[0].sequence)
        for i, place in enumerate(self.places):
            trace.text(f"commitment.output.{i}.role", place.role)
            trace.int(f"commitment.output.{i}.amount_sat", place.output.amount)
            trace.hex(f"commitment.output.{i}.script", place.output.script)
        trace.hex("commitment.transaction", tx.to_bytes())
        trace.txid("commitment.txid", tx.txid())


# --- the number, hidden as BOLT 3 hides it: who knows both delivery keys can tell ------------------


def factor(delivery_a, delivery_b):
    return int.from_bytes(sha256(delivery_a + delivery_b)[-6:], "big")


def lock_time(obscured, top_byte):
    """The low half. The top byte makes it a time long past, as a lock time no lock at all."""
    return top_byte << 24 | obscured & 0xFFFFFF


def sequence(obscured):
    """The high half. With bit 31 set BIP 68 does not read it as a lock."""
    return 0x80 << 24 | obscured >> 24


def parse_number(tx, number_factor):
    """The number that a transaction may be a commitment of."""
    return ((tx.inputs[0].sequence & 0xFFFFFF) << 24 | tx.lock_time & 0xFFFFFF) ^ number_factor
