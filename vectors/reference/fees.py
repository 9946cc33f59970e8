"""Fees are attached when something is broadcast (§6 leaves them open): no pre-signed amount contains one."""

import script
import spend
from channel import parse_outpoint
from transaction import Input, OutPoint, Output, Transaction


def vbytes(weight):
    return -(-weight // 4)


def fee_for(weights, feerate):
    """Satoshi for transactions of these weights at `feerate` satoshi per 1000 weight units.

    Each weight is rounded up to whole virtual bytes first, as bitcoind does; then the fee is rounded up."""
    return -(-sum(map(vbytes, weights)) * 4 * feerate // 1000)


def bump(trace, commitment, weight, inputs):
    """FB: the child that pays for a commitment, by its anchor and a coin of the broadcaster's."""
    spends = [anchor_spend(commitment), spend.coin(inputs["coin"], inputs["by"])]
    tx = Transaction(3, [anchor_input(commitment), Input(parse_outpoint(inputs["coin"]))], [])
    return _finish(trace, tx, spends, [weight], inputs, commitment.channel.dust_limit)


def attach(trace, commitment, child, parent_weight, inputs):
    """A child with its fee input behind, and in between the anchor of a commitment that is not confirmed.

    Version 3 allows an unconfirmed parent one child, which must spend the anchor and pay for both."""
    signed = spend.Spend(child.spend.spent, "signed", witness=child.spend.witness, names=child.spend.names)
    tx = Transaction(3, list(child.tx.inputs), list(child.tx.outputs), child.tx.lock_time)
    spends = [signed]
    if parent_weight:
        tx.inputs.append(anchor_input(commitment))
        spends.append(anchor_spend(commitment))
    tx.inputs.append(Input(parse_outpoint(inputs["coin"])))
    spends.append(spend.coin(inputs["coin"], inputs["by"]))
    weights = [parent_weight] if parent_weight else []
    return _finish(trace, tx, spends, weights, inputs, commitment.channel.dust_limit)


def anchor_input(commitment):
    return Input(OutPoint(commitment.transaction().txid(), commitment.vout("anchor")))


def anchor_spend(commitment):
    return spend.Spend(commitment.places[commitment.vout("anchor")].output)


def _finish(trace, tx, spends, parent_weights, inputs, dust_limit):
    """Adds the change, which is what is left; below the dust limit it goes to the fee."""
    surplus = sum(s.spent.amount for s in spends) - sum(o.amount for o in tx.outputs)
    change = Output(0, bytes.fromhex(inputs["change_script"]))
    tx.outputs.append(change)
    weight = spend.worst_weight(tx, spends)
    fee = fee_for([*parent_weights, weight], inputs["feerate_sat_per_kwu"])
    trace.int("fee.parent_weight", sum(parent_weights))
    trace.int("fee.weight", weight)
    trace.int("fee.asked_sat", fee)
    left = surplus - fee
    tx.outputs.pop()
    if left >= dust_limit:
        tx.outputs.append(Output(left, change.script))
    else:
        weight = spend.worst_weight(tx, spends)
        if not tx.outputs or surplus < fee_for([*parent_weights, weight], inputs["feerate_sat_per_kwu"]):
            raise ValueError("the coin does not pay the fee")
        fee, left = surplus, 0
    trace.int("fee.paid_sat", fee)
    trace.int("fee.change_sat", left)
    return spend.sign_transaction(trace, tx, spends)


# --- dust ---------------------------------------------------------------------------------------


def dust(output_script, feerate):
    """What an output must be worth for relay: no less than it costs to make and to spend it.

    (sizes, satoshi): Core's GetDustThreshold, at `feerate` satoshi per 1000 virtual bytes."""
    size = len(Output(0, output_script).to_bytes())
    witness = script.witness_program(output_script) is not None
    # A spend: outpoint, script length, sequence, and 107 bytes for signature and key, a quarter in a witness.
    spend_size = 32 + 4 + 1 + (107 // 4 if witness else 107) + 4
    return size, spend_size, -(-(size + spend_size) * feerate // 1000)
