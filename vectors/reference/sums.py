"""The paper's sums (§1, §10, §12), with its own sizes and with those of our transactions.

All in integers; a quotient is rounded down, so "over 35 million" and "nearly 8 gigabytes" can be read off.
Bytes are decimal: 1 MB = 1,000,000 bytes.
"""

import fees
import script
import spend
from transaction import Input, OutPoint, Output, Transaction

BLOCKS_A_DAY = 144
BLOCKS_A_YEAR = 52_560
SECONDS_A_BLOCK = 600


def visa_on_chain(trace, tps, transaction_bytes):
    """§1: 47,000 a second at 300 bytes: nearly 8 GB a block (it is 8.46), over 400 TB a year."""
    count = tps * SECONDS_A_BLOCK
    trace.int("transactions_per_block", count)
    trace.int("block_bytes", count * transaction_bytes, result=True)
    trace.int("year_bytes", count * transaction_bytes * BLOCKS_A_YEAR, result=True)


def bitcoin_today(trace, block_bytes, transaction_bytes):
    """§1: less than 7 a second with 1 MB. In thousandths of a transaction."""
    count = block_bytes // transaction_bytes
    trace.int("transactions_per_block", count)
    trace.int("transactions_per_1000_seconds", count * 1000 // SECONDS_A_BLOCK, result=True)


def users_of_a_block(trace, block_bytes, transaction_bytes, transactions_per_user_year):
    """§10: 1 MB blocks, 3 transactions a user and year at 500 bytes: over 35 million users."""
    count = block_bytes // transaction_bytes
    trace.int("transactions_per_block", count)
    trace.int("transactions_per_year", count * BLOCKS_A_YEAR)
    trace.int("users", count * BLOCKS_A_YEAR // transactions_per_user_year, result=True)


def everybody_on_chain(trace, people, transactions_per_day, transaction_bytes):
    """§12: seven billion people, two a day at 250 bytes: 24 GB a block."""
    count = people * transactions_per_day // BLOCKS_A_DAY
    trace.int("transactions_per_block", count)
    trace.int("block_bytes", people * transactions_per_day * transaction_bytes // BLOCKS_A_DAY, result=True)


def everybody_in_channels(trace, people, channels_per_year, transaction_bytes, storage_bytes):
    """§12: seven billion people, two channels a year at 500 bytes: 133 MB a block.

    The 2 TB of storage hold a hundred days of that: the English text speaks of pruned blocks."""
    year = people * channels_per_year * transaction_bytes
    block = year // BLOCKS_A_YEAR
    trace.int("year_bytes", year)
    trace.int("block_bytes", block, result=True)
    trace.int("storage_holds_blocks", storage_bytes // block, result=True)
    trace.int("storage_holds_days", storage_bytes // block // BLOCKS_A_DAY, result=True)


SUMS = {
    "visa-on-chain": (visa_on_chain, ("tps", "transaction_bytes")),
    "bitcoin-today": (bitcoin_today, ("block_bytes", "transaction_bytes")),
    "users-of-a-block": (users_of_a_block, ("block_bytes", "transaction_bytes", "transactions_per_user_year")),
    "everybody-on-chain": (everybody_on_chain, ("people", "transactions_per_day", "transaction_bytes")),
    "everybody-in-channels": (
        everybody_in_channels, ("people", "channels_per_year", "transaction_bytes", "storage_bytes"),
    ),
}  # fmt: skip


# --- how large our transactions are ---------------------------------------------------------------

_KEY, _SECRET = bytes(33), 1
_OUTPOINT = OutPoint(bytes(32), 0)


def sizes():
    """(weight at 73 bytes a signature) of F with one P2WPKH input and change a side, and of ES."""
    key = spend.p2wpkh(0, _SECRET, "a")
    pays_key, pays_script = key.spent.script, script.p2nsh(b"")
    funding = Transaction(2, [Input(_OUTPOINT)] * 2, [Output(0, pays_script)] + [Output(0, pays_key)] * 2)
    code = script.two_of_two({"a": _KEY, "b": _KEY})
    multisig = spend.Spend(Output(0, pays_script), "noinput", witness=[b"", "a", "b", code])
    settlement = Transaction(2, [Input(_OUTPOINT)], [Output(0, pays_key)] * 2)
    return {
        "F": spend.worst_weight(funding, [key, key]),
        "ES": spend.worst_weight(settlement, [multisig]),
    }


def show(trace, inputs):
    """`transaction_bytes` is a number, or a list of labels ("F", "ES") whose virtual bytes are added up."""
    numbers = {name: value for name, value in inputs.items() if name != "sum"}
    if isinstance(numbers["transaction_bytes"], list):
        total = 0
        for label in numbers["transaction_bytes"]:
            weight = sizes()[label]
            trace.int(f"{label}.worst_weight", weight)
            total += fees.vbytes(weight)
        trace.int("transaction_vbytes", total)
        numbers["transaction_bytes"] = total
    function, names = SUMS[inputs["sum"]]
    function(trace, *(numbers[name] for name in names))
