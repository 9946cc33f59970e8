"""What spends a commitment: D, RD, BR (§3.3.2 to §3.3.4) and the transactions of HTLCs (§4.2).

All have version 3, one input, one output of the same amount. They are signed SINGLE|ANYONECANPAY, so that the
broadcaster can append a fee input and change behind. x is the holder of the commitment, y the other side.
"""

from dataclasses import dataclass

import script
from channel import SIDES, other, publics, show_script
from spend import Signer, Spend
from spend import p2wpkh as spend_p2wpkh
from transaction import Input, OutPoint, Output, Transaction

FINAL = 0xFFFFFFFD
PARENT = {"HTRD": "HT", "HTBR": "HT", "HERD": "HE", "HEBR": "HE"}
SECOND = {"HT", "HTRD", "HTBR", "HE", "HERD", "HEBR"}
ON_SENDERS = {"HED", "HT", "HTRD", "HTBR"}  # the others live on the receiver's commitment; HBR on both


@dataclass
class Child:
    label: str
    tx: Transaction
    spend: Spend
    parent: Transaction = None  # HT or HE, where that is spent
    second: bytes = b""  # witness script of the output of HT or HE


def parse_label(label):
    """("HED", 0, "a") of "HED0a"; a commitment without a holder has no side."""
    kind = label.rstrip("ab").rstrip("0123456789")
    rest = label[len(kind) :]
    side = rest[-1] if rest[-1:] in SIDES else None
    digits = rest.rstrip("ab")
    return kind, int(digits) if digits else None, side


class Builder:
    def __init__(self, commitment):
        self.commitment = commitment
        self.channel = commitment.channel
        self.holder, self.other = commitment.holder, other(commitment.holder)
        self.parent_tx = commitment.transaction()

    def build(self, label, preimage=None, destination=None):
        kind, number, side = parse_label(label)
        if side != self.holder:
            raise ValueError(f"{label} belongs to a commitment of side {side}")
        if kind in ("D", "RD", "BR"):
            if number != self.commitment.number:
                raise ValueError(f"{label} is no child of {self.commitment.label}")
            if kind == "D":
                return self.delivery(destination)
            return self.revocable_delivery() if kind == "RD" else self.breach_remedy()
        if kind in ("HED", "HE") and preimage is None:
            raise ValueError(f"{label} needs R")
        htlc = self.commitment.htlc(number)
        if kind != "HBR" and (kind in ON_SENDERS) != (self.holder == htlc.sender):
            raise ValueError(f"{label} is on the other side's commitment")
        if kind in ("HT", "HE"):
            return self.second_stage(kind, htlc, preimage)
        if kind in PARENT:
            return self.of_second_stage(kind, htlc)
        return self.direct(kind, htlc, preimage)

    # --- the balances ----------------------------------------------------------------------------

    def _from_commitment(self, role):
        vout = self.commitment.vout(role)
        place = self.commitment.places[vout]
        return OutPoint(self.parent_tx.txid(), vout), place.output, place.witness_script

    def delivery(self, destination):
        """D: y takes its balance at once."""
        outpoint, spent, _ = self._from_commitment(f"delivery {self.other}")
        y = self.other
        secret = self.channel.keys[y].delivery.secret
        spend = spend_p2wpkh(spent.amount, secret, y, 0x83, f"key.{y}.delivery.public")
        return Child(f"D{self._n}", one_to_one(outpoint, FINAL, Output(spent.amount, destination)), spend)

    def revocable_delivery(self):
        """RD: x takes its balance, once the commitment is `delay` blocks deep."""
        outpoint, spent, code = self._from_commitment(f"rsmc {self.holder}")
        output = Output(spent.amount, self.channel.delivery_script(self.holder))
        tx = one_to_one(outpoint, self.channel.delay, output)
        if self.channel.dialect == script.CSV:
            return Child(f"RD{self._n}", tx, self._alone(spent, code))
        return Child(f"RD{self._n}", tx, self._both(spent, code, self._rsmc_signers(), []))

    def breach_remedy(self):
        """BR: y takes x's balance too, with the key that x disclosed. y makes both signatures."""
        outpoint, spent, code = self._from_commitment(f"rsmc {self.holder}")
        tx = one_to_one(outpoint, FINAL, Output(spent.amount, self.channel.delivery_script(self.other)))
        branch = [b"\x01"] if self.channel.dialect == script.CSV else []
        return Child(f"BR{self._n}", tx, self._both(spent, code, self._rsmc_signers(), branch))

    @property
    def _n(self):
        return f"{self.commitment.number}{self.holder}"

    # --- HTLCs -----------------------------------------------------------------------------------

    def direct(self, kind, htlc, preimage):
        """HED, HTD, HBR: from the HTLC's output straight to one side.

        HED: the receiver with R. HTD: the sender after the timeout. HBR: y, from a revoked commitment whose
        HTLC is ended, with x's disclosed key 1 or 5 (§4.3 describes it without a name)."""
        outpoint, spent, code = self._from_commitment(f"htlc {htlc.id}")
        payee = {"HED": htlc.receiver, "HTD": htlc.sender, "HBR": self.other}[kind]
        index, branch = self._branch(htlc, preimage if kind == "HED" else None)
        tx = one_to_one(outpoint, FINAL, Output(spent.amount, self.channel.delivery_script(payee)))
        tx.lock_time = htlc.expiry if kind == "HTD" else 0
        spend = self._both(spent, code, self._htlc_signers(htlc, index), branch)
        return Child(f"{kind}{htlc.id}{self.holder}", tx, spend)

    def second_stage(self, kind, htlc, preimage):
        """HT (the sender after the timeout) and HE (the receiver with R): to x, but revocably."""
        outpoint, spent, code = self._from_commitment(f"htlc {htlc.id}")
        index, branch = self._branch(htlc, preimage if kind == "HE" else None)
        second = self.second_script(htlc)
        tx = one_to_one(outpoint, FINAL, Output(spent.amount, self.channel.output(second)))
        tx.lock_time = htlc.expiry if kind == "HT" else 0
        spend = self._both(spent, code, self._htlc_signers(htlc, index), branch)
        return Child(f"{kind}{htlc.id}{self.holder}", tx, spend, second=second)

    def second_script(self, htlc):
        third, fourth = htlc.own_keys(self.holder)[2:]
        delayed, remedy = (publics(self.channel.htlc_keys(htlc.id, i)) for i in (third, fourth))
        holder_delivery = self.channel.keys[self.holder].delivery.public
        return script.second(self.channel.dialect, delayed, remedy, holder_delivery, self.channel.delay)

    def of_second_stage(self, kind, htlc):
        """HTRD, HERD: x after `delay`. HTBR, HEBR: y at once, with x's disclosed key 4 or 8."""
        parent = self.second_stage(PARENT[kind], htlc, None)  # its txid does not depend on R
        spent, code = parent.tx.outputs[0], parent.second
        csv, remedy = self.channel.dialect == script.CSV, kind.endswith("BR")
        payee = self.other if remedy else self.holder
        tx = one_to_one(
            OutPoint(parent.tx.txid(), 0),
            FINAL if remedy else self.channel.delay,
            Output(spent.amount, self.channel.delivery_script(payee)),
        )
        if csv and not remedy:
            spend = self._alone(spent, code)
        else:
            index = htlc.own_keys(self.holder)[3 if remedy else 2]
            # In noinput IF is the delayed branch, in csv the remedy's.
            branch = [b"\x01"] if csv == remedy else [b""]
            spend = self._both(spent, code, self._htlc_signers(htlc, index), branch)
        return Child(f"{kind}{htlc.id}{self.holder}", tx, spend, parent.tx, code)

    def _branch(self, htlc, preimage):
        """The key index and the witness between signatures and script: R and IF, or ELSE."""
        first, second = htlc.own_keys(self.holder)[:2]
        return (first, [b""]) if preimage is None else (second, [preimage, b"\x01"])

    # --- signers ---------------------------------------------------------------------------------

    def _rsmc_signers(self):
        keys = self.commitment.rsmc_keys()
        return [Signer(s, keys[s].secret, f"key.{s}.rsmc.public") for s in SIDES]

    def _htlc_signers(self, htlc, index):
        keys = self.channel.htlc_keys(htlc.id, index)
        return [Signer(s, keys[s].secret, f"key.{s}.htlc.{htlc.id}.{index}.public") for s in SIDES]

    def _both(self, spent, code, signers, branch):
        # CHECKMULTISIG takes one element too many; BIP 147 wants it empty.
        witness = [b"", "a", "b", *branch, code]
        return Spend(spent, self.channel.rules, code, self.channel.child_hash_type, signers, witness)

    def _alone(self, spent, code):
        """csv: the ELSE branch of a delayed script, by the holder's delivery key."""
        x = self.holder
        signer = Signer(x, self.channel.keys[x].delivery.secret, f"key.{x}.delivery.public")
        return Spend(spent, self.channel.rules, code, self.channel.child_hash_type, [signer], [x, b"", code])


def one_to_one(outpoint, sequence, output):
    return Transaction(3, [Input(outpoint, sequence)], [output])


def extras(data):
    """R and D's destination, where the inputs of a vector have them."""
    return (bytes.fromhex(data[name]) if name in data else None for name in ("preimage", "destination"))


def show_parents(trace, commitment, child):
    """Keys, scripts and transactions that the child stands on."""
    commitment.show_keys(trace)
    commitment.show_scripts(trace)
    if child.second:
        show_script(trace, "script.second", commitment.channel, child.second)
    commitment.show(trace)
    if child.parent:
        kind, number, side = parse_label(child.label)
        trace.text("parent.label", f"{PARENT[kind]}{number}{side}")
        trace.hex("parent.transaction", child.parent.to_bytes())
        trace.txid("parent.txid", child.parent.txid())
