"""Transactions and their serialisation (BIP 144), txid, wtxid and weight (BIP 141)."""

from dataclasses import dataclass, field

from hashes import double_sha256


def compact_size(n):
    if n < 0xFD:
        return n.to_bytes(1, "little")
    if n <= 0xFFFF:
        return b"\xfd" + n.to_bytes(2, "little")
    return b"\xfe" + n.to_bytes(4, "little")


def sized(data):
    return compact_size(len(data)) + data


def le4(n):
    return n.to_bytes(4, "little")


def le8(n):
    return n.to_bytes(8, "little")


@dataclass(frozen=True)
class OutPoint:
    txid: bytes  # in the order in which it is hashed; shown reversed
    vout: int

    def to_bytes(self):
        return self.txid + le4(self.vout)


@dataclass
class Input:
    outpoint: OutPoint
    sequence: int = 0xFFFFFFFD  # no relative lock, nLockTime counts, replaceable
    script_sig: bytes = b""
    witness: list = field(default_factory=list)


@dataclass(frozen=True)
class Output:
    amount: int  # satoshi
    script: bytes

    def to_bytes(self):
        return le8(self.amount) + sized(self.script)


@dataclass
class Transaction:
    version: int
    inputs: list
    outputs: list
    lock_time: int = 0

    def to_bytes(self, witness=True):
        witness = witness and any(i.witness for i in self.inputs)
        out = le4(self.version) + (b"\x00\x01" if witness else b"") + compact_size(len(self.inputs))
        for txin in self.inputs:
            out += txin.outpoint.to_bytes() + sized(txin.script_sig) + le4(txin.sequence)
        out += compact_size(len(self.outputs)) + b"".join(o.to_bytes() for o in self.outputs)
        if witness:
            for txin in self.inputs:
                out += compact_size(len(txin.witness)) + b"".join(map(sized, txin.witness))
        return out + le4(self.lock_time)

    def txid(self):
        return double_sha256(self.to_bytes(witness=False))

    def wtxid(self):
        return double_sha256(self.to_bytes())

    def weight(self):
        """Bytes without witness count four times, those of the witness once."""
        return 3 * len(self.to_bytes(witness=False)) + len(self.to_bytes())


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise ValueError("the transaction ends early")
        self.at += n
        return self.data[self.at - n : self.at]

    def le(self, width):
        return int.from_bytes(self.take(width), "little")

    def size(self):
        first = self.le(1)
        return first if first < 0xFD else self.le({0xFD: 2, 0xFE: 4, 0xFF: 8}[first])

    def sized(self):
        return self.take(self.size())


def parse(data):
    reader = Reader(data)
    version = reader.le(4)
    count = reader.size()
    has_witness = count == 0
    if has_witness:
        if reader.le(1) != 1:
            raise ValueError("no inputs, and not the mark of a witness")
        count = reader.size()
    inputs = []
    for _ in range(count):
        outpoint = OutPoint(reader.take(32), reader.le(4))
        script_sig = reader.sized()
        inputs.append(Input(outpoint, reader.le(4), script_sig))
    outputs = [Output(reader.le(8), reader.sized()) for _ in range(reader.size())]
    if has_witness:
        for txin in inputs:
            txin.witness = [reader.sized() for _ in range(reader.size())]
    tx = Transaction(version, inputs, outputs, reader.le(4))
    if reader.at != len(data):
        raise ValueError("bytes after the transaction")
    return tx
