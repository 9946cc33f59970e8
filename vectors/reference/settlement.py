"""ES, the cooperative close (§3.4): what the newest commitment pays, at once, less a fee."""

import fees
import spend
from channel import SIDES, show_script
from spend import Signer, Spend
from transaction import Input, Output, Transaction


def share_fee(fee, balances):
    """Half each, the odd satoshi to a. A side that cannot pay its half pays what it has, the other the rest."""
    half = {"a": fee - fee // 2, "b": fee // 2}
    for side, y in (("a", "b"), ("b", "a")):
        if balances[side] < half[side]:
            half = {side: balances[side], y: fee - balances[side]}
    if any(balances[s] < half[s] for s in SIDES):
        raise ValueError("the balances do not pay the fee")
    return half


def show(trace, channel, balances, feerate):
    if sum(balances.values()) != channel.capacity:
        raise ValueError("the balances do not make the capacity")
    channel.show_lasting_keys(trace)
    code = channel.funding_script()
    show_script(trace, "script.funding", channel, code)
    # ALL without NOINPUT in both dialects: F is confirmed, and this is the last word about it.
    signers = [Signer(s, channel.keys[s].funding.secret, f"key.{s}.funding.public") for s in SIDES]
    spent = Output(channel.capacity, channel.output(code))
    funding = Spend(spent, channel.rules, code, 0x01, signers, [b"", "a", "b", code])

    outputs = [Output(balances[s], channel.delivery_script(s)) for s in SIDES]
    tx = Transaction(2, [Input(channel.funding)], outputs)
    # The fee is that of both outputs, also if one is left out: it is agreed before.
    weight = spend.worst_weight(tx, [funding])
    fee = fees.fee_for([weight], feerate)
    shares = share_fee(fee, balances)
    paid = {s: balances[s] - shares[s] for s in SIDES}
    kept = {s: paid[s] if paid[s] >= channel.dust_limit else 0 for s in SIDES}
    trace.int("settlement.weight", weight)
    trace.int("settlement.fee_sat", fee)
    for side in SIDES:
        trace.int(f"settlement.share.{side}_sat", shares[side])
    for side in SIDES:
        trace.int(f"settlement.paid.{side}_sat", kept[side])
    trace.int("settlement.dropped_sat", sum(paid.values()) - sum(kept.values()))
    tx.outputs = [Output(kept[s], channel.delivery_script(s)) for s in SIDES if kept[s]]
    if not tx.outputs:
        raise ValueError("nothing is left to pay")
    return spend.sign_transaction(trace, tx, [funding])
