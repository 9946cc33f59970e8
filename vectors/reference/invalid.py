"""Things that must be refused, and by whom: consensus, policy, the peer, a parser.

A transaction is built as it should be, changed, perhaps signed again by those who could do so, and then
asked for on a stock and a patched bitcoind, for relay and in a block.
"""

import children
import curve
import disclosure
import script
import signature
import spend
import transaction
import verify
from channel import Channel, parse_outpoint
from commitment import Commitment
from trace import Trace
from transaction import Output


def show(trace, inputs):
    tasks = {
        "transaction": show_transaction,
        "presignature": show_presignature,
        "terms": show_terms,
        "parse": show_parse,
    }
    tasks[inputs["task"]](trace, inputs)


# --- transactions -----------------------------------------------------------------------------------


def show_transaction(trace, inputs):
    base = inputs["base"]
    channel = Channel(base["channel"], base["funding"])
    commitment = Commitment(channel, base["commitment"])
    tx, own = of_label(commitment, base)
    spend.sign_transaction(Trace(), tx, [own])
    trace.txid("base.txid", tx.txid())
    trace.hex("base.digest", spend.input_digest(tx, 0, own))
    trace.hex("base.transaction", tx.to_bytes(), loose=True)
    for change in inputs["changes"]:
        apply(tx, own, change)
    signed = spend.Spend(own.spent, "signed", witness=own.witness)
    spends = [signed]
    if "fee" in inputs:
        tx, spends = with_fee(tx, signed, inputs["fee"])
    trace.txid("txid", tx.txid(), result=True)
    trace.hex("transaction", tx.to_bytes(), result=True, loose=True)
    all_verdicts = verify.verdicts(tx, [s.spent for s in spends], inputs["chain"])
    for build, places in all_verdicts.items():
        for place, text in places.items():
            trace.text(f"verdict.{build}.{place}", text)
    relay, block = all_verdicts["patched"]["relay"], all_verdicts["patched"]["block"]
    refuser = "consensus" if block != verify.ACCEPTED else "policy" if relay != verify.ACCEPTED else "nobody"
    trace.text("refused_by", refuser, result=True)


def of_label(commitment, base):
    if base["label"].startswith("C"):
        return commitment.transaction(), commitment.spend()
    child = children.Builder(commitment).build(base["label"], *children.extras(base))
    return child.tx, child.spend


def with_fee(tx, signed, fee):
    """A fee input and its change behind, for a fixed fee; the broadcaster signs what there is."""
    own = spend.coin(fee["coin"], "a")
    tx.inputs.append(transaction.Input(parse_outpoint(fee["coin"])))
    tx.outputs.append(Output(fee["coin"]["amount_sat"] - fee["fee_sat"], bytes.fromhex(fee["change_script"])))
    spend.sign_input(Trace(), tx, len(tx.inputs) - 1, own)
    return tx, [signed, own]


def apply(tx, own, change):
    """One change of the child, before a fee is attached."""
    what, value = change["set"], change.get("value")
    first = tx.inputs[0]
    if what == "sequence":
        first.sequence = value
    elif what in ("lock_time", "version"):
        setattr(tx, what, value)
    elif what == "outpoint":
        first.outpoint = parse_outpoint(value)
    elif what == "output_amount_sat":
        tx.outputs[change["index"]] = Output(value, tx.outputs[change["index"]].script)
    elif what == "output_script":
        tx.outputs[change["index"]] = Output(tx.outputs[change["index"]].amount, bytes.fromhex(value))
    elif what == "spent_amount_sat":
        own.spent = Output(value, own.spent.script)  # another output with the same script
    elif what == "spent_script":
        own.spent = Output(own.spent.amount, bytes.fromhex(value))
    elif what == "witness":
        first.witness[change["index"]] = bytes.fromhex(value)
    elif what == "whole_witness":
        first.witness = [bytes.fromhex(w) for w in value]
    elif what == "swap":
        i, j = value
        first.witness[i], first.witness[j] = first.witness[j], first.witness[i]
    elif what == "high_s":
        at = own.witness.index(value)
        r, s = signature.decode(first.witness[at][:-1])
        first.witness[at] = signature.encode(r, curve.N - s) + first.witness[at][-1:]
    elif what == "signature":
        sign_again(tx, own, change)
    else:
        raise ValueError(f"no such change: {what}")


def sign_again(tx, own, change):
    """A side signs the transaction as it stands now; perhaps by other rules, with another type or key."""
    side = change["side"]
    how = spend.Spend(
        own.spent, change.get("rules", own.rules), own.script_code, change.get("hash_type", own.hash_type)
    )
    secret = next(s.secret for s in own.signers if s.side == side)
    if "secret" in change:
        secret = curve.parse_secret(bytes.fromhex(change["secret"]))
    made = signature.sign(spend.input_digest(tx, 0, how), secret, how.hash_type)
    tx.inputs[0].witness[own.witness.index(side)] = made


# --- what a peer refuses ------------------------------------------------------------------------------


def show_presignature(trace, inputs):
    """A pre-signature as it comes in a message: is it one of this side on this transaction?"""
    base = inputs["base"]
    commitment = Commitment(Channel(base["channel"], base["funding"]), base["commitment"])
    tx, own = of_label(commitment, base)
    signer = next(s for s in own.signers if s.side == inputs["signer"])
    own_digest, given = spend.input_digest(tx, 0, own), bytes.fromhex(inputs["signature"])
    trace.hex("public", curve.public_key(signer.secret))
    trace.hex("digest", own_digest)
    trace.int("hash_type", own.hash_type)
    outcome = peer_outcome(given, own_digest, own.hash_type, curve.public_key(signer.secret))
    trace.text("outcome", outcome, result=True)


def peer_outcome(given, own_digest, hash_type, public):
    try:
        low = signature.is_low(given)
    except ValueError:
        return "encoding"
    if not low:
        return "encoding"
    if given[-1] != hash_type:
        return "hash-type"
    return "accepted" if signature.is_valid(given, own_digest, public) else "invalid"


def show_terms(trace, inputs):
    """A commitment whose terms make no sense is refused before anything is signed."""
    try:
        Commitment(Channel(inputs["channel"], inputs["funding"]), inputs["commitment"])
        outcome = "accepted"
    except ValueError:
        outcome = "refused"
    trace.text("outcome", outcome, result=True)


# --- what a parser refuses ----------------------------------------------------------------------------


def parse_preimage(data):
    """R is 20 bytes as the paper has it (§4), but its script does not check that: whatever hashes to H is R.
    Nodes relay no witness element above 80 bytes, and who forwards needs an R that it can use."""
    if len(data) > 80:
        raise ValueError("an R that no node relays")


def parse_signature(data):
    if not signature.is_low(data):
        raise ValueError("high S")


PARSERS = {
    "transaction": transaction.parse,
    "public-key": curve.parse_public_key,
    "secret": curve.parse_secret,
    "signature": parse_signature,
    "disclosure": disclosure.bip32.Node.from_bytes,
    "preimage": parse_preimage,
    "script": lambda data: list(script.parse(data)),
}


def show_parse(trace, inputs):
    try:
        PARSERS[inputs["what"]](bytes.fromhex(inputs["data"]))
        outcome = "accepted"
    except ValueError:
        outcome = "refused"
    trace.text("outcome", outcome, result=True)
