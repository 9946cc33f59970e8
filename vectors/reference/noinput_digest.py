#!/usr/bin/env python3
"""Known answers for the signature hash of P2NSH inputs (witness version 16, SIGHASH_NOINPUT).

Written from the text of the rule and from BIP 143 alone, with nothing but the standard library, and
shares no code with the node: two programs that agree are worth more than one.

    python3 vectors/reference/noinput_digest.py           writes vectors/noinput-digest.json
    python3 vectors/reference/noinput_digest.py --check   fails if the file differs

The rule. The digest is BIP 143's (base = hash type & 0x1f: 2 NONE, 3 SINGLE, else ALL; 0x80
ANYONECANPAY; the whole hash-type byte is hashed as 4 bytes, little endian). In a P2NSH input with bit
0x40, hashPrevouts and hashSequence are zero and the outpoint is 36 zero bytes. In a version-0 input
bit 0x40 means nothing.
"""

import copy
import hashlib
import json
import pathlib
import struct
import sys

TARGET = pathlib.Path(__file__).resolve().parent.parent / "noinput-digest.json"

NOINPUT, ANYONECANPAY = 0x40, 0x80
NONE, SINGLE = 2, 3

# Every type that is relayed, then odd ones, which are valid in blocks all the same.
RELAYED = [0x01, 0x02, 0x03, 0x41, 0x42, 0x43, 0x81, 0x82, 0x83, 0xC1, 0xC2, 0xC3]
ODD = [0x00, 0x04, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x40, 0x5F, 0x62, 0x63, 0x80, 0x9F, 0xC0, 0xE2, 0xE3, 0xFF]


def double_sha256(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def compact_size(n):
    if n < 0xFD:
        return struct.pack("<B", n)
    if n <= 0xFFFF:
        return b"\xfd" + struct.pack("<H", n)
    return b"\xfe" + struct.pack("<I", n)


def ser_outpoint(txin):
    return txin["txid"] + struct.pack("<I", txin["vout"])


def ser_output(txout):
    return struct.pack("<q", txout["value"]) + compact_size(len(txout["script"])) + txout["script"]


def ser_tx(tx):
    """Without witness; scriptSigs are empty."""
    out = struct.pack("<i", tx["version"]) + compact_size(len(tx["inputs"]))
    for txin in tx["inputs"]:
        out += ser_outpoint(txin) + b"\x00" + struct.pack("<I", txin["sequence"])
    out += compact_size(len(tx["outputs"])) + b"".join(map(ser_output, tx["outputs"]))
    return out + struct.pack("<I", tx["lock_time"])


def pieces(rules, tx, index, script_code, amount, hash_type):
    base = hash_type & 0x1F
    zero = bytes(32)
    blank = rules == "noinput" and hash_type & NOINPUT != 0
    acp = hash_type & ANYONECANPAY != 0
    me = tx["inputs"][index]

    hash_prevouts = zero
    if not acp and not blank:
        hash_prevouts = double_sha256(b"".join(map(ser_outpoint, tx["inputs"])))
    hash_sequence = zero
    if not acp and not blank and base not in (NONE, SINGLE):
        hash_sequence = double_sha256(b"".join(struct.pack("<I", i["sequence"]) for i in tx["inputs"]))
    hash_outputs = zero
    if base not in (NONE, SINGLE):
        hash_outputs = double_sha256(b"".join(map(ser_output, tx["outputs"])))
    elif base == SINGLE and index < len(tx["outputs"]):
        hash_outputs = double_sha256(ser_output(tx["outputs"][index]))

    return {
        "version": struct.pack("<i", tx["version"]),
        "hash_prevouts": hash_prevouts,
        "hash_sequence": hash_sequence,
        "outpoint": bytes(36) if blank else ser_outpoint(me),
        "script_code": compact_size(len(script_code)) + script_code,
        "amount": struct.pack("<q", amount),
        "sequence": struct.pack("<I", me["sequence"]),
        "hash_outputs": hash_outputs,
        "lock_time": struct.pack("<I", tx["lock_time"]),
        "hash_type": struct.pack("<I", hash_type),
    }


def digest(*args):
    return double_sha256(b"".join(pieces(*args).values()))


def fill(tag, length=32):
    """Bytes that look like something and depend on the tag only."""
    out = b""
    while len(out) < length:
        out += hashlib.sha256(f"noinput-digest {tag} {len(out)}".encode()).digest()
    return out[:length]


# Stand-ins for public keys: a digest does not care whether they are points.
SCRIPT = b"\x52" + b"".join(b"\x21\x02" + fill(f"key {n}") for n in "ab") + b"\x52\xae"
LONG_SCRIPT = fill("long script", 300)
AMOUNT = 1_000_000_000


def base_tx():
    """Three inputs, two outputs: SINGLE on input 2 has no output at its index."""
    return {
        "version": 3,
        "inputs": [
            {"txid": fill("txid 0"), "vout": 0, "sequence": 144},
            {"txid": fill("txid 1"), "vout": 7, "sequence": 0xFFFFFFFD},
            {"txid": fill("txid 2"), "vout": 0xFFFFFFFF, "sequence": 0x80ABCDEF},
        ],
        "outputs": [
            {"value": 999_000_000, "script": b"\x60\x20" + fill("output 0")},
            {"value": 1, "script": b"\x00\x14" + fill("output 1", 20)},
        ],
        "lock_time": 0x20123456,
    }


# --- one thing changed: is it signed? ------------------------------------------------------------

AT = 1  # the input that is signed in the changed transactions


def changes():
    """(name, transaction, index, script code, amount), each with exactly one thing changed."""

    def edit(name, mutate):
        tx = base_tx()
        mutate(tx)
        return name, tx, AT, SCRIPT, AMOUNT

    def set_in(i, **kw):
        return lambda tx: tx["inputs"][i].update(kw)

    def set_out(i, **kw):
        return lambda tx: tx["outputs"][i].update(kw)

    def move(tx):
        tx["inputs"][0], tx["inputs"][1] = tx["inputs"][1], tx["inputs"][0]

    yield edit("own txid", set_in(AT, txid=fill("another txid")))
    yield edit("own vout", set_in(AT, vout=8))
    yield edit("own sequence", set_in(AT, sequence=0xFFFFFFFE))
    yield edit("another input's outpoint", set_in(0, txid=fill("another txid")))
    yield edit("another input's sequence", set_in(0, sequence=145))
    yield edit("input added behind", lambda tx: tx["inputs"].append({"txid": fill("txid 3"), "vout": 0, "sequence": 0}))
    yield edit("version", lambda tx: tx.update(version=2))
    yield edit("lock time", lambda tx: tx.update(lock_time=0x20123457))
    yield edit("own output's amount", set_out(AT, value=2))
    yield edit("own output's script", set_out(AT, script=b"\x00\x14" + fill("another output", 20)))
    yield edit("another output's amount", set_out(0, value=999_000_001))
    yield edit("another output's script", set_out(0, script=b"\x60\x20" + fill("another output")))
    yield edit("output added behind", lambda tx: tx["outputs"].append({"value": 0, "script": b"\x51\x02\x4e\x73"}))
    _, moved, _, _, _ = edit("", move)
    yield "moved to index 0", moved, 0, SCRIPT, AMOUNT
    yield "script code", base_tx(), AT, SCRIPT[:-1] + b"\xaf", AMOUNT
    yield "amount", base_tx(), AT, SCRIPT, AMOUNT + 1


def is_signed(change, hash_type):
    """Stated by hand, from the rule's words, so that the digests above have something to answer to."""
    noinput, acp = bool(hash_type & NOINPUT), bool(hash_type & ANYONECANPAY)
    base = hash_type & 0x1F
    every_input = not noinput and not acp
    always = {"own sequence", "version", "lock time", "script code", "amount"}
    if change in always:
        return True
    if change in {"own txid", "own vout"}:
        return not noinput
    if change in {"another input's outpoint", "input added behind"}:
        return every_input
    if change == "another input's sequence":
        return every_input and base == 1
    if change in {"own output's amount", "own output's script"}:
        return base != NONE
    if change in {"another output's amount", "another output's script", "output added behind"}:
        return base == 1
    if change == "moved to index 0":
        # The index is not signed, but SINGLE then pairs with another output.
        return every_input or base == SINGLE
    raise KeyError(change)


# --- the file -------------------------------------------------------------------------------------


def build():
    tx = base_tx()
    cases = [
        {
            "rules": rules,
            "index": index,
            "script_code": name,
            "hash_type": f"{hash_type:02x}",
            "digest": digest(rules, tx, index, script, AMOUNT, hash_type).hex(),
        }
        for rules in ("noinput", "bip143")
        for hash_type in RELAYED + ODD
        for index in range(3)
        for name, script in (("multisig", SCRIPT),)
    ]
    cases += [
        {
            "rules": "noinput",
            "index": 0,
            "script_code": "long",
            "hash_type": f"{hash_type:02x}",
            "digest": digest("noinput", tx, 0, LONG_SCRIPT, AMOUNT, hash_type).hex(),
        }
        for hash_type in (0x01, 0x41, 0xC3)
    ]
    preimages = [
        {
            "rules": "noinput",
            "index": 0,
            "hash_type": f"{hash_type:02x}",
            "pieces": {k: v.hex() for k, v in pieces("noinput", tx, 0, SCRIPT, AMOUNT, hash_type).items()},
            "digest": digest("noinput", tx, 0, SCRIPT, AMOUNT, hash_type).hex(),
        }
        for hash_type in (0x01, 0x41, 0x83, 0xC3)
    ]
    changed = []
    for name, other, index, script, amount in changes():
        results = {}
        for hash_type in RELAYED:
            before = digest("noinput", tx, AT, SCRIPT, AMOUNT, hash_type)
            after = digest("noinput", other, index, script, amount, hash_type)
            signed = is_signed(name, hash_type)
            assert (before != after) == signed, (name, hex(hash_type))
            results[f"{hash_type:02x}"] = {"signed": signed, "digest": after.hex()}
        changed.append(
            {
                "change": name,
                "transaction": ser_tx(other).hex(),
                "index": index,
                "script_code": script.hex(),
                "amount_sat": amount,
                "results": results,
            }
        )
    return {
        "about": "Signature hash of P2NSH inputs: witness version 16, BIP 143 with SIGHASH_NOINPUT = 0x40. Not BIP 118.",
        "generator": "vectors/reference/noinput_digest.py",
        "encoding": "Hexadecimal. Transactions without witness. Digests in the order in which they are hashed. Amounts in satoshi.",
        "transaction": ser_tx(copy.deepcopy(tx)).hex(),
        "amount_sat": AMOUNT,
        "script_codes": {"multisig": SCRIPT.hex(), "long": LONG_SCRIPT.hex()},
        "cases": cases,
        "preimages": preimages,
        "changed_index": AT,
        "changed": changed,
    }


def render(data):
    """One case a line."""
    lines = []
    for key, value in data.items():
        if isinstance(value, list):
            rows = ",\n".join("    " + json.dumps(row) for row in value)
            lines.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    text = render(build())
    if sys.argv[1:] == ["--check"]:
        if TARGET.read_text() != text:
            sys.exit(f"{TARGET} is not what this program makes; run it without --check")
        return
    TARGET.write_text(text)


if __name__ == "__main__":
    main()
