"""Longer stories: one HTLC through several commitments (§4.2), and a channel from its seeds to the chain."""

import children
import disclosure
import funding
import settlement
import spend
from channel import Channel, show_script
from commitment import REVOCABLE, Commitment
from transaction import OutPoint

# Who signs ahead: the side that does not complete the transaction.
PRESIGNED = {
    True: {"HED": "sender", "HT": "receiver", "HTRD": "receiver"},  # on the sender's commitment
    False: {"HTD": "receiver", "HE": "sender", "HERD": "sender"},  # on the receiver's
}


def presigned(channel, htlc, holder):
    """(kind, signer) of the pre-signed children of one HTLC on one side's commitment."""
    for kind, role in PRESIGNED[holder == htlc.sender].items():
        if channel.dialect == "csv" and kind in ("HTRD", "HERD"):
            continue  # the lock is in the script: nobody signs ahead
        yield kind, htlc.sender if role == "sender" else htlc.receiver


def one_signature(trace, tx, child_spend, side):
    """A pre-signature: digest, who, signature."""
    digest = spend.input_digest(tx, 0, child_spend)
    signer = next(s for s in child_spend.signers if s.side == side)
    trace.hex("digest", digest)
    trace.text("signer", side)
    signature = spend.signature.sign(digest, signer.secret, child_spend.hash_type)
    trace.signature("signature", signature, "digest", signer.public_name)
    return digest


def spec(data, number, holder, construction=REVOCABLE):
    return {"construction": construction, "number": number, "holder": holder} | data


def show_htlc_life(trace, inputs):
    channel = Channel(inputs["channel"], inputs["funding"])
    htlc_id, preimage = inputs["htlc"], bytes.fromhex(inputs["preimage"])
    channel.show_lasting_keys(trace)
    channel.show_htlc_keys(trace, htlc_id, range(1, 9))
    digests = {}
    for state in inputs["commitments"]:
        terms = {name: state[name] for name in ("balances_sat", "htlcs")}
        for holder in "ab":
            commitment = Commitment(channel, spec(terms, state["number"], holder))
            here = trace.inside(f"{commitment.label}.")
            here.txid("txid", commitment.transaction().txid())
            here.int("htlc_vout", commitment.vout(f"htlc {htlc_id}"))
            builder = children.Builder(commitment)
            for kind, signer in presigned(channel, commitment.htlc(htlc_id), holder):
                label = f"{kind}{htlc_id}{holder}"
                child = builder.build(label, preimage)
                digests.setdefault(label, set()).add(
                    one_signature(here.inside(f"{label}."), child.tx, child.spend, signer)
                )
    for label, seen in digests.items():
        trace.int(f"distinct.{label}", len(seen), result=True)


# --- from the seeds to the chain -----------------------------------------------------------------


def apply(balances, htlcs, change, opened):
    """One change of an update (§4.3, §4.4)."""
    kind = change["change"]
    if kind == "pay":
        balances[change["from"]] -= change["amount_sat"]
        balances["b" if change["from"] == "a" else "a"] += change["amount_sat"]
    elif kind == "add":
        htlc = {name: change[name] for name in ("id", "sender", "amount_sat", "payment_hash", "expiry_height")}
        balances[htlc["sender"]] -= htlc["amount_sat"]
        htlcs.append(htlc)
        if htlc["id"] <= opened:
            raise ValueError("HTLCs are numbered from 1, in the order in which they are added")
        opened = htlc["id"]
    else:
        htlc = next(h for h in htlcs if h["id"] == change["id"])
        htlcs.remove(htlc)
        receiver = "b" if htlc["sender"] == "a" else "a"
        balances[receiver if kind == "settle" else htlc["sender"]] += htlc["amount_sat"]
    if min(balances.values()) < 0:
        raise ValueError("more than the balance")
    return opened


def states(inputs):
    """What commitment n divides, for each n."""
    balances, htlcs, opened = dict(inputs["contribution_sat"]), [], 0
    yield {"balances_sat": dict(balances), "htlcs": list(htlcs)}
    for update in inputs["updates"]:
        for change in update:
            opened = apply(balances, htlcs, change, opened)
        yield {"balances_sat": dict(balances), "htlcs": list(htlcs)}


def show_channel_life(trace, inputs):
    channel = Channel(inputs["channel"])
    # F is built first. Its signatures are exchanged last, when both sides hold their way out (§3.1.2).
    tx = funding.show(trace.inside("F."), channel, inputs["contributions"])
    channel.funding = OutPoint(tx.txid(), 0)
    channel.show_lasting_keys(trace)

    every = list(states(inputs))
    for number, state in enumerate(every):
        for holder in "ab":
            show_commitment(trace, channel, spec(state, number, holder), number + 1 < len(every))

    end = inputs["end"]
    if end["kind"] == "settle":
        settlement.show(trace.inside("end.ES."), channel, every[-1]["balances_sat"], end["feerate_sat_per_kwu"])
        return
    label = end["commitment"]
    _, number, holder = children.parse_label(label)
    commitment = Commitment(channel, spec(every[number], number, holder))
    complete(trace.inside(f"end.{label}."), label, commitment, commitment.transaction(), commitment.spend())
    builder = children.Builder(commitment)
    for step in end["children"]:
        child = builder.build(step["label"], *children.extras(step))
        here = trace.inside(f"end.{step['label']}.")
        complete(here, step["label"], commitment, child.tx, child.spend, child.second)


def show_commitment(trace, channel, data, revoked):
    """One side's commitment: what the other signs before it may be held, and the key that revokes it."""
    commitment = Commitment(channel, data)
    holder, y = data["holder"], "b" if data["holder"] == "a" else "a"
    here = trace.inside(f"{commitment.label}.")
    tx = commitment.transaction()
    channel.show_rsmc_keys(here, commitment.number, holder)
    for htlc in commitment.htlcs:
        channel.show_htlc_keys(here, htlc.id, htlc.own_keys(holder))
    here.hex("unsigned", tx.to_bytes())
    here.txid("txid", tx.txid())
    builder = children.Builder(commitment)
    for htlc in commitment.htlcs:
        for kind, signer in presigned(channel, htlc, holder):
            child = builder.build(f"{kind}{htlc.id}{holder}", b"")
            one_signature(here.inside(f"{child.label}."), child.tx, child.spend, signer)
    if channel.dialect == "noinput" and any(p.role.startswith("rsmc") for p in commitment.places):
        child = builder.build(f"RD{commitment.number}{holder}")
        one_signature(here.inside(f"{child.label}."), child.tx, child.spend, y)
    one_signature(here, tx, commitment.spend(), y)
    if revoked:
        branch = channel.keys[holder].own_branch.node
        here.hex("disclosure", disclosure.disclosed_node(branch, commitment.number).to_bytes())


def complete(trace, label, commitment, tx, its_spend, second=b""):
    """A transaction of the end, in full, with its keys before it."""
    if commitment.construction == REVOCABLE:
        commitment.channel.show_rsmc_keys(trace, commitment.number, commitment.holder)
    kind, number, _ = children.parse_label(label)
    if kind.startswith("H"):
        commitment.channel.show_htlc_keys(trace, number, commitment.htlc(number).own_keys(commitment.holder))
    if second:
        show_script(trace, "script.second", commitment.channel, second)
    spend.sign_transaction(trace, tx, [its_spend])
