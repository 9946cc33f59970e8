"""Signing the inputs of a transaction, with every step shown."""

from dataclasses import dataclass, field

import curve
import digest
import script
import signature
from hashes import double_sha256
from transaction import Output

# A signature with its hash type is 71 or 72 bytes, rarely fewer. Fees count 73, which is more than low S
# allows: no fee depends on the luck of a signature.
WORST_SIGNATURE = bytes(73)


@dataclass
class Signer:
    side: str
    secret: int
    public_name: str = ""  # of the value that shows the public key; empty: shown beside the signature


@dataclass
class Spend:
    """One input's half of the story: the output that it spends, who signs it how, what its witness is.

    The witness is a list of bytes and of sides, which stand for that side's signature."""

    spent: Output
    rules: str = "none"  # none: needs no signature (anchor) · signed: a finished child's input
    script_code: bytes = b""
    hash_type: int = 0
    signers: list = field(default_factory=list)
    witness: list = field(default_factory=list)
    names: dict = field(default_factory=dict)  # side -> name of its signature value

    def worst_witness(self):
        return [WORST_SIGNATURE if isinstance(w, str) else w for w in self.witness]


def worst_weight(tx, spends):
    """The weight with all signatures at 73 bytes."""
    weight = 4 * len(tx.to_bytes(witness=False))
    segwit = any(s.rules not in ("legacy", "none") for s in spends)
    weight += 2 + len(spends) if segwit else 0  # marker, flag, and each input's count of elements
    for txin, spend in zip(tx.inputs, spends):
        if spend.rules == "legacy":
            # The signature and the key are in the script, behind a push each.
            weight += 4 * (1 + 73 + 1 + 33 - len(txin.script_sig))
        else:
            witness = spend.worst_witness()
            weight += sum(1 + (2 if len(w) >= 0xFD else 0) + len(w) for w in witness)
    return weight


def p2wpkh(amount, key_secret, side, hash_type=0x01, public_name=""):
    public = curve.public_key(key_secret)
    return Spend(
        Output(amount, script.p2wpkh(public)), "bip143", script.pay_to_key_code(public), hash_type,
        [Signer(side, key_secret, public_name)], [side, public],
    )  # fmt: skip


def p2pkh(amount, key_secret, side):
    public = curve.public_key(key_secret)
    code = script.p2pkh(public)
    return Spend(Output(amount, code), "legacy", code, 0x01, [Signer(side, key_secret)], [side, public])


def coin(data, side):
    """A coin of a side's wallet."""
    make = {"p2wpkh": p2wpkh, "p2pkh": p2pkh}[data["kind"]]
    return make(data["amount_sat"], curve.parse_secret(bytes.fromhex(data["secret"])), side)


def input_digest(tx, index, spend):
    if spend.rules == "legacy":
        return double_sha256(digest.legacy_preimage(tx, index, spend.script_code, spend.hash_type))
    return digest.digest(spend.rules, tx, index, spend.script_code, spend.spent.amount, spend.hash_type)


def show_preimage(trace, tx, index, spend):
    if spend.rules == "legacy":
        preimage = digest.legacy_preimage(tx, index, spend.script_code, spend.hash_type)
    else:
        parts = digest.pieces(
            spend.rules, tx, index, spend.script_code, spend.spent.amount, spend.hash_type
        )
        for name, part in parts.items():
            trace.hex(f"input.{index}.preimage.{name}", part)
        preimage = b"".join(parts.values())
    trace.hex(f"input.{index}.preimage", preimage)


def sign_input(trace, tx, index, spend):
    """Fills the input's witness."""
    name, own = f"input.{index}", input_digest(tx, index, spend)
    show_preimage(trace, tx, index, spend)
    trace.hex(f"{name}.digest", own)
    signatures = {}
    for signer in spend.signers:
        public_name = signer.public_name
        if not public_name:
            public_name = f"{name}.{signer.side}.public"
            trace.hex(public_name, curve.public_key(signer.secret))
        k = curve.nonce(own, signer.secret)
        trace.hex(f"{name}.{signer.side}.nonce", k.to_bytes(32, "big"), loose=True)
        signatures[signer.side] = signature.sign(own, signer.secret, spend.hash_type)
        spend.names[signer.side] = trace.prefix + f"{name}.{signer.side}.signature"
        signature_name, made = f"{name}.{signer.side}.signature", signatures[signer.side]
        trace.signature(signature_name, made, f"{name}.digest", public_name)
    fill(trace, tx.inputs[index], name, spend, signatures)


def fill(trace, txin, name, spend, signatures):
    stack = [signatures[w] if isinstance(w, str) else w for w in spend.witness]
    if spend.rules == "legacy":
        txin.script_sig = script.build(*stack)
        trace.hex(f"{name}.script_sig", txin.script_sig, loose=True)
        return
    txin.witness = stack
    for j, element in enumerate(stack):
        side = spend.witness[j]
        marks = {"signed": [spend.names[side]]} if isinstance(side, str) else {}
        trace.hex(f"{name}.witness.{j}", element, **marks)


def sign_transaction(trace, tx, spends):
    """Shows the transaction without witness, each input, and the result."""
    trace.hex("unsigned", tx.to_bytes(witness=False))
    for i, spend in enumerate(spends):
        if spend.rules == "signed":
            continue
        trace.int(f"spent.{i}.amount_sat", spend.spent.amount)
        trace.hex(f"spent.{i}.script", spend.spent.script)
        trace.text(f"input.{i}.rules", spend.rules)
        if spend.rules != "none":
            sign_input(trace, tx, i, spend)
    show_result(trace, tx, spends)
    return tx


def show_result(trace, tx, spends):
    legacy = any(s.rules == "legacy" for s in spends)
    names = [name for s in spends for name in s.names.values()]
    loose = {"loose": True} if legacy else {}
    signed = loose or ({"signed": names} if names else {})
    trace.txid("txid", tx.txid(), result=True, **loose)
    trace.txid("wtxid", tx.wtxid(), result=True, loose=True)
    trace.int("weight", tx.weight(), result=True, loose=True)
    trace.int("worst_weight", worst_weight(tx, spends), result=True)
    trace.hex("transaction", tx.to_bytes(), result=True, **signed)
