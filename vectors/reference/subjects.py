"""From the inputs of a vector to its values, one function per subject."""

import address
import bip32
import children
import commitment
import curve
import digest
import disclosure
import fees
import funding
import invalid
import life
import route
import script
import settlement
import signature
import spend
import sums
import transaction
from channel import Channel
from hashes import double_sha256, hash160, sha256
from keys import ChannelKeys
from trace import Trace


def unhex(data):
    """Bytes of a string, or of each string in a mapping."""
    return {k: unhex(v) for k, v in data.items()} if isinstance(data, dict) else bytes.fromhex(data)


def secret_bytes(secret):
    return secret.to_bytes(32, "big")


def keys(trace, inputs):
    own = ChannelKeys(unhex(inputs["seed"]), inputs["channel_index"])

    def show(name, key, chain_code=False):
        trace.path(f"{name}.path", key.path)
        trace.hex(f"{name}.secret", secret_bytes(key.secret))
        if chain_code:
            trace.hex(f"{name}.chain_code", key.node.chain_code)
        return name, key

    trace.hex("master.secret", secret_bytes(own.master.secret))
    trace.hex("master.chain_code", own.master.chain_code)
    trace.path("channel.path", own.path)
    trace.hex("channel.secret", secret_bytes(own.node.secret))
    trace.hex("channel.chain_code", own.node.chain_code)
    shown = [show("funding", own.funding), show("delivery", own.delivery)]
    show("own", own.own_branch, True)
    show("counter", own.counter_branch, True)
    for n in inputs["numbers"]:
        trace.text(f"own.{n}.digits", ".".join(map(str, disclosure.digits(n))))
        shown.append(show(f"own.{n}", own.own_rsmc(n)))
        shown.append(show(f"counter.{n}", own.counter_rsmc(n)))
    for k in inputs["htlcs"]:
        shown += [show(f"htlc.{k}.{i}", own.htlc(k, i)) for i in range(1, 9)]
    for name, key in shown:
        trace.hex(f"{name}.public", key.public, result=True)


def disclosures(trace, inputs):
    {"disclose": disclose, "receive": receive}[inputs["task"]](trace, inputs)


def disclose(trace, inputs):
    branch = ChannelKeys(unhex(inputs["seed"]), inputs["channel_index"]).own_branch.node
    number = inputs["number"]
    node = disclosure.disclosed_node(branch, number)
    key = disclosure.rsmc_node(branch, number)
    trace.text("digits", ".".join(map(str, disclosure.digits(number))))
    trace.text("level", disclosure.level(number))
    trace.hex("node.secret", secret_bytes(node.secret))
    trace.hex("node.chain_code", node.chain_code)
    trace.hex("rsmc.secret", secret_bytes(key.secret))
    trace.hex("disclosure", node.to_bytes(), result=True)
    trace.hex("rsmc.public", key.public(), result=True)


def receive(trace, inputs):
    node_of = bip32.Node.from_bytes
    kept = [disclosure.Kept(k["number"], node_of(unhex(k["disclosure"]))) for k in inputs["kept"]]
    state = disclosure.Disclosed(kept, inputs["next"])
    number, node = inputs["number"], node_of(unhex(inputs["disclosure"]))
    if number == state.next < disclosure.LIMIT:
        secret = disclosure.descend(number, node, number).secret
        trace.hex("derived.secret", secret_bytes(secret))
        trace.hex("derived.public", curve.public_key(secret))
    try:
        state.accept(number, node, unhex(inputs["announced_public"]))
        outcome = "accepted"
    except disclosure.Refused as reason:
        outcome = str(reason)
    trace.text("outcome", outcome, result=True)
    trace.int("next", state.next, result=True)
    trace.int("kept.count", len(state.kept), result=True)
    for level in "HML":
        if level in state.kept:
            trace.int(f"kept.{level}.number", state.kept[level].number, result=True)
            trace.hex(f"kept.{level}.disclosure", state.kept[level].node.to_bytes(), result=True)
    for query in inputs["queries"]:
        secret = state.secret(query)
        if secret is None:
            trace.text(f"query.{query}", "not disclosed", result=True)
        else:
            trace.hex(f"query.{query}", secret_bytes(secret), result=True)


def scripts(trace, inputs):
    kind, data = inputs["script"], {k: unhex(inputs[k]) for k in SCRIPT_KEYS if k in inputs}
    dialect, delay = inputs["dialect"], inputs.get("delay_blocks")
    code = None
    if kind == "funding":
        code = script.funding(data["publics"])
    elif kind == "rsmc":
        code = script.rsmc(dialect, data["publics"], data["holder_delivery"], delay)
    elif kind == "htlc":
        code = script.htlc(data["payment_hash"], data["execute"], data["timeout"])
    elif kind == "second":
        code = script.second(dialect, data.get("delayed"), data["remedy"], data["holder_delivery"], delay)
    if code is not None:
        output, program = script.output(dialect, code), sha256(code)
        trace.hex("script", code)
        trace.asm("script.asm", script.asm(code))
        trace.int("script.length", len(code))
        trace.hex("program", program)
    elif kind == "delivery":
        output = script.p2wpkh(data["public"])
        trace.hex("program", hash160(data["public"]))
    else:
        output = script.ANCHOR
    trace.hex("output", output, result=True)
    trace.asm("output.asm", script.asm(output), result=True)
    trace.text("address", address.encode(output, inputs["network"]), result=True)


SCRIPT_KEYS = ("publics", "holder_delivery", "payment_hash", "execute", "timeout", "delayed", "remedy", "public")


def signatures(trace, inputs):
    secret, own = curve.parse_secret(unhex(inputs["secret"])), unhex(inputs["digest"])
    k = curve.nonce(own, secret)
    r, s = curve.sign_raw(own, secret, k)
    trace.hex("public", curve.public_key(secret))
    trace.hex("digest", own)
    for name, value in (("nonce", k), ("r", r), ("s.raw", s), ("s", curve.low(s))):
        trace.hex(name, secret_bytes(value), loose=True)
    trace.signature("signature", signature.sign(own, secret, inputs["hash_type"]), "digest", "public", result=True)


def digests(trace, inputs):
    tx = transaction.parse(unhex(inputs["transaction"]))
    arguments = (tx, inputs["index"], unhex(inputs["script_code"]), inputs["amount_sat"], inputs["hash_type"])
    parts = digest.pieces(inputs["rules"], *arguments)
    for name, part in parts.items():
        trace.hex(f"preimage.{name}", part)
    preimage = b"".join(parts.values())
    trace.hex("preimage", preimage)
    trace.hex("digest", double_sha256(preimage), result=True)


def commitment_numbers(trace, inputs):
    delivery, number = unhex(inputs["delivery"]), inputs["number"]
    if not 0 <= number < commitment.NUMBERS:
        raise ValueError("a commitment number has 48 bits")
    factor = commitment.factor(delivery["a"], delivery["b"])
    obscured = number ^ factor
    trace.hex("hash", sha256(delivery["a"] + delivery["b"]))
    trace.hex("factor", factor.to_bytes(6, "big"))
    trace.hex("obscured", obscured.to_bytes(6, "big"))
    top = commitment.TOP_BYTE[inputs["construction"], inputs["holder"]]
    lock_time, sequence = commitment.lock_time(obscured, top), commitment.sequence(obscured)
    trace.int("lock_time", lock_time, result=True)
    trace.int("sequence", sequence, result=True)
    seen = transaction.Transaction(3, [transaction.Input(None, sequence)], [], lock_time)
    trace.int("parsed", commitment.parse_number(seen, factor), result=True)


def transactions(trace, inputs):
    """Any transaction of the protocol by its label. Returns commitment and child, for fees."""
    channel = Channel(inputs["channel"], inputs.get("funding"))
    if inputs["label"] == "F":
        return funding.show(trace, channel, inputs["contributions"])
    if inputs["label"] == "ES":
        return settlement.show(trace, channel, inputs["balances_sat"], inputs["feerate_sat_per_kwu"])
    own = commitment.Commitment(channel, inputs["commitment"])
    if inputs["label"].startswith("C"):
        if inputs["label"] != own.label:
            raise ValueError(f"{inputs['label']} is not {own.label}")
        own.show_keys(trace)
        own.show_scripts(trace)
        own.show(trace)
        spend.sign_transaction(trace, own.transaction(), [own.spend()])
        return own, None
    child = children.Builder(own).build(inputs["label"], *children.extras(inputs))
    children.show_parents(trace, own, child)
    spend.sign_transaction(trace, child.tx, [child.spend])
    return own, child


def fee_attachment(trace, inputs):
    if inputs["task"] == "bump":
        own, _ = transactions(trace.inside("parent."), inputs["commitment"])
        forget_results(trace)
        fees.bump(trace, own, own.worst_weight(), inputs)
        return
    own, child = transactions(trace.inside("child."), inputs["child"])
    forget_results(trace)
    weight = own.worst_weight() if inputs["parent_unconfirmed"] else 0
    fees.attach(trace, own, child, weight, inputs)


def forget_results(trace):
    """What was a result is an intermediate value here."""
    trace.results.clear()


def dust(trace, inputs):
    size, spend_size, least = fees.dust(unhex(inputs["script"]), inputs["dust_feerate_sat_per_kvb"])
    trace.int("output_size", size)
    trace.int("spend_size", spend_size)
    trace.int("dust_sat", least, result=True)


SUBJECTS = {
    "keys": keys,
    "disclosure": disclosures,
    "scripts": scripts,
    "signatures": signatures,
    "digest": digests,
    "commitment-number": commitment_numbers,
    "transactions": transactions,
    "settlement": transactions,
    "htlc-life": life.show_htlc_life,
    "fees": fee_attachment,
    "dust": dust,
    "route": route.show,
    "channel-life": life.show_channel_life,
    "sums": sums.show,
    "invalid": invalid.show,
}


def compute(subject, inputs):
    """A trace with every value of one vector. ValueError or KeyError: the inputs make no sense."""
    trace = Trace()
    SUBJECTS[subject](trace, inputs)
    return trace
