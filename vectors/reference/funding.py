"""F: one output, the 2-of-2, paid for by both sides (§3.1.1). Inputs of a, then of b; then their change."""

import script
import spend
from channel import SIDES, parse_outpoint, show_script
from transaction import Input, Output, Transaction


def build(channel, contributions):
    inputs, outputs, spends = [], [Output(channel.capacity, channel.output(channel.funding_script()))], []
    for side in SIDES:
        for coin in contributions[side]["inputs"]:
            inputs.append(Input(parse_outpoint(coin)))
            spends.append(spend.coin(coin, side))
    for side in SIDES:
        change = contributions[side]["change"]
        if change:
            outputs.append(Output(change["amount_sat"], bytes.fromhex(change["script"])))
    return Transaction(2, inputs, outputs), spends


def show(trace, channel, contributions):
    channel.show_lasting_keys(trace)
    show_script(trace, "script.funding", channel, channel.funding_script())
    tx, spends = build(channel, contributions)
    if channel.dialect == script.CSV and any(s.rules == "legacy" for s in spends):
        raise ValueError("in csv F's txid must be fixed before it is signed: segwit inputs only")
    return spend.sign_transaction(trace, tx, spends)
