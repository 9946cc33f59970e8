"""What a signature signs.

BIP 143, and in P2NSH inputs (witness version 16) the same but for one flag of the hash type:
SIGHASH_NOINPUT = 0x40 (§3.1.2, Appendix A). With it hashPrevouts and hashSequence are zero and the outpoint
is 36 zero bytes. Still signed: version, scriptCode, amount, this input's nSequence (the RSMC's delay),
hashOutputs, nLockTime (the HTLC's timeout), the whole hash-type byte. So the signature holds for any output
with this script and this amount.

This is not BIP 118: that one is Schnorr over a tagged hash, for a key type in tapscript, with flags 0x41 and
0xc1 of other meaning. Here: ECDSA, double SHA-256, a witness version of its own, one more bit.
"""

from hashes import double_sha256
from signature import ANYONECANPAY, NOINPUT, NONE, SINGLE
from transaction import compact_size, le4, le8, sized

ZERO = bytes(32)


def pieces(rules, tx, index, script_code, amount, hash_type):
    """The ten parts of the preimage, in order. `rules`: "bip143" or "noinput"."""
    base = hash_type & 0x1F  # anything but NONE and SINGLE is ALL
    blind = rules == "noinput" and hash_type & NOINPUT != 0
    alone = blind or hash_type & ANYONECANPAY != 0
    own = tx.inputs[index]

    prevouts, sequences, outputs = ZERO, ZERO, ZERO
    if not alone:
        prevouts = double_sha256(b"".join(i.outpoint.to_bytes() for i in tx.inputs))
    if not alone and base not in (NONE, SINGLE):
        sequences = double_sha256(b"".join(le4(i.sequence) for i in tx.inputs))
    if base not in (NONE, SINGLE):
        outputs = double_sha256(b"".join(o.to_bytes() for o in tx.outputs))
    elif base == SINGLE and index < len(tx.outputs):
        outputs = double_sha256(tx.outputs[index].to_bytes())

    return {
        "version": le4(tx.version),
        "hash_prevouts": prevouts,
        "hash_sequence": sequences,
        "outpoint": bytes(36) if blind else own.outpoint.to_bytes(),
        "script_code": sized(script_code),
        "amount": le8(amount),
        "sequence": le4(own.sequence),
        "hash_outputs": outputs,
        "lock_time": le4(tx.lock_time),
        "hash_type": le4(hash_type),
    }


def digest(*arguments):
    return double_sha256(b"".join(pieces(*arguments).values()))


def legacy_preimage(tx, index, script_code, hash_type):
    """The rule from before segwit, for ALL only: the script stands in its input, the others are empty."""
    if hash_type != 0x01:
        raise ValueError("only ALL")
    out = le4(tx.version) + compact_size(len(tx.inputs))
    for i, txin in enumerate(tx.inputs):
        out += txin.outpoint.to_bytes() + sized(script_code if i == index else b"") + le4(txin.sequence)
    out += compact_size(len(tx.outputs)) + b"".join(o.to_bytes() for o in tx.outputs)
    return out + le4(tx.lock_time) + le4(hash_type)
