"""A channel as the vectors describe it: two seeds, the terms, and what a commitment divides."""

from dataclasses import dataclass

import script
from keys import ChannelKeys
from transaction import OutPoint

SIDES = ("a", "b")


def other(side):
    return "b" if side == "a" else "a"


def parse_outpoint(data):
    return OutPoint(bytes.fromhex(data["txid"])[::-1], data["vout"])


@dataclass(frozen=True)
class Htlc:
    id: int
    sender: str
    amount: int
    payment_hash: bytes
    expiry: int  # a height

    @property
    def receiver(self):
        return other(self.sender)

    def own_keys(self, holder):
        """Keys 1 … 4 live on the sender's commitment, 5 … 8 on the receiver's (§4.2)."""
        return range(1, 5) if holder == self.sender else range(5, 9)


class Channel:
    def __init__(self, data, funding=None):
        self.dialect = data["dialect"]
        self.delay = data["delay_blocks"]
        self.dust_limit = data["dust_limit_sat"]
        self.capacity = data["capacity_sat"]
        seeds, indexes = data["seeds"], data["indexes"]
        self.keys = {s: ChannelKeys(bytes.fromhex(seeds[s]), indexes[s]) for s in SIDES}
        self.funding = parse_outpoint(funding) if funding else None
        if not 1 <= self.delay <= 65535:
            raise ValueError("the delay is 1 to 65535 blocks")

    @property
    def rules(self):
        return "noinput" if self.dialect == script.NOINPUT else "bip143"

    @property
    def parent_hash_type(self):
        """F is spent with ALL, in noinput with NOINPUT."""
        return 0x41 if self.dialect == script.NOINPUT else 0x01

    @property
    def child_hash_type(self):
        """SINGLE|ANYONECANPAY: whoever broadcasts a child may add an input and an output for the fee."""
        return 0xC3 if self.dialect == script.NOINPUT else 0x83

    def delivery_script(self, side):
        return script.p2wpkh(self.keys[side].delivery.public)

    def funding_script(self):
        return script.funding({s: self.keys[s].funding.public for s in SIDES})

    def output(self, witness_script):
        return script.output(self.dialect, witness_script)

    def rsmc_keys(self, number, holder):
        """The holder's key is the one it will disclose; the other's never is."""
        y = other(holder)
        return {holder: self.keys[holder].own_rsmc(number), y: self.keys[y].counter_rsmc(number)}

    def htlc_keys(self, htlc_id, index):
        return {s: self.keys[s].htlc(htlc_id, index) for s in SIDES}

    # --- showing ---------------------------------------------------------------------------------

    def show_lasting_keys(self, trace):
        for role in ("funding", "delivery"):
            for side in SIDES:
                show_key(trace, f"key.{side}.{role}", getattr(self.keys[side], role))

    def show_rsmc_keys(self, trace, number, holder):
        keys = self.rsmc_keys(number, holder)
        for side in SIDES:
            show_key(trace, f"key.{side}.rsmc", keys[side])

    def show_htlc_keys(self, trace, htlc_id, indexes):
        for side in SIDES:
            for i in indexes:
                show_key(trace, f"key.{side}.htlc.{htlc_id}.{i}", self.keys[side].htlc(htlc_id, i))


def show_key(trace, name, key):
    trace.path(f"{name}.path", key.path)
    trace.hex(f"{name}.secret", key.secret.to_bytes(32, "big"))
    trace.hex(f"{name}.public", key.public)


def show_script(trace, name, channel, witness_script):
    trace.hex(name, witness_script)
    trace.asm(f"{name}.asm", script.asm(witness_script))
    trace.hex(f"{name}.output", channel.output(witness_script))


def publics(keys):
    return {side: key.public for side, key in keys.items()}
