"""Scripts of the paper (§3.3, §4.2), their assembly, and the outputs that commit to them.

In every 2-of-2 the key of side a comes first, whoever holds the commitment.
"""

from hashes import hash160, sha256

OPCODES = {
    "OP_IF": 0x63, "OP_ELSE": 0x67, "OP_ENDIF": 0x68, "OP_DROP": 0x75, "OP_DUP": 0x76,
    "OP_EQUAL": 0x87, "OP_EQUALVERIFY": 0x88, "OP_HASH160": 0xA9, "OP_CHECKSIG": 0xAC,
    "OP_CHECKMULTISIG": 0xAE, "OP_CHECKSEQUENCEVERIFY": 0xB2,
}  # fmt: skip
NAMES = {code: name for name, code in OPCODES.items()}

NOINPUT, CSV = "noinput", "csv"
ANCHOR = bytes.fromhex("51024e73")  # pay to anchor: OP_1 and two bytes, no key


def number(n):
    """The shortest push of a number of 0 … 2^31-1: OP_n, or little endian with room for the sign bit."""
    if n == 0:
        return b"\x00"
    if n <= 16:
        return bytes([0x50 + n])
    return push(n.to_bytes(n.bit_length() // 8 + 1, "little"))


def push(data):
    if len(data) < 0x4C:
        return bytes([len(data)]) + data
    if len(data) <= 0xFF:
        return b"\x4c" + bytes([len(data)]) + data
    return b"\x4d" + len(data).to_bytes(2, "little") + data


def build(*elements):
    """Opcodes by name, numbers, and bytes to push."""
    out = b""
    for element in elements:
        if isinstance(element, str):
            out += bytes([OPCODES[element]])
        else:
            out += number(element) if isinstance(element, int) else push(element)
    return out


def parse(script):
    """Pairs (opcode, pushed bytes or None). ValueError if a push runs over the end."""
    at = 0
    while at < len(script):
        code, at = script[at], at + 1
        length = code if code < 0x4C else 0
        if 0x4C <= code <= 0x4E:
            width = 1 << (code - 0x4C)
            length, at = int.from_bytes(script[at : at + width], "little"), at + width
        if code > 0x4E:
            yield code, None
            continue
        if at + length > len(script):
            raise ValueError("a push runs over the end of the script")
        yield code, script[at : at + length]
        at += length


def asm(script):
    """Pushes as <hex>, 0 … 16 as numbers, opcodes by name."""
    words = []
    for code, data in parse(script):
        if code == 0:
            words.append("0")
        elif data is not None:
            words.append(f"<{data.hex()}>")
        elif 0x51 <= code <= 0x60:
            words.append(str(code - 0x50))
        else:
            words.append(NAMES.get(code, f"OP_UNKNOWN_{code:02x}"))
    return " ".join(words)


# --- witness scripts ----------------------------------------------------------------------------


def _both(keys):
    return 2, keys["a"], keys["b"], 2, "OP_CHECKMULTISIG"


def two_of_two(keys):
    """F (§3.1), and the RSMC of dialect noinput (§3.3.2): the lock is in the child, not here."""
    return build(*_both(keys))


funding = two_of_two


def delayed(keys, delay, delivery):
    """Dialect csv: 2-of-2 at once, or the holder alone after the delay."""
    alone = (delay, "OP_CHECKSEQUENCEVERIFY", "OP_DROP", delivery, "OP_CHECKSIG")
    return build("OP_IF", *_both(keys), "OP_ELSE", *alone, "OP_ENDIF")


def rsmc(dialect, keys, holder_delivery, delay):
    return two_of_two(keys) if dialect == NOINPUT else delayed(keys, delay, holder_delivery)


def htlc(payment_hash, execute, timeout):
    """§4: with R by one pair of keys, without by the other. Both dialects."""
    with_r = ("OP_HASH160", payment_hash, "OP_EQUALVERIFY", *_both(execute))
    return build("OP_IF", *with_r, "OP_ELSE", *_both(timeout), "OP_ENDIF")


def second(dialect, delayed_keys, remedy_keys, holder_delivery, delay):
    """The output of HT and HE (§4.2.1, §4.2.2): an RSMC of its own."""
    if dialect == CSV:
        return delayed(remedy_keys, delay, holder_delivery)
    return build("OP_IF", *_both(delayed_keys), "OP_ELSE", *_both(remedy_keys), "OP_ENDIF")


# --- output scripts -----------------------------------------------------------------------------


def p2wsh(script):
    return b"\x00\x20" + sha256(script)


def p2nsh(script):
    """Pay to NOINPUT script hash: witness version 16."""
    return b"\x60\x20" + sha256(script)


def output(dialect, script):
    return p2nsh(script) if dialect == NOINPUT else p2wsh(script)


def p2wpkh(public):
    return b"\x00\x14" + hash160(public)


def p2pkh(public):
    return build("OP_DUP", "OP_HASH160", hash160(public), "OP_EQUALVERIFY", "OP_CHECKSIG")


def pay_to_key_code(public):
    """What a P2WPKH input signs as its script (BIP 143)."""
    return p2pkh(public)


def witness_program(output_script):
    """(version, program) of a segwit output, or None."""
    if not 4 <= len(output_script) <= 42 or output_script[1] != len(output_script) - 2:
        return None
    code = output_script[0]
    if code != 0 and not 0x51 <= code <= 0x60:
        return None
    return (code - 0x50 if code else 0), output_script[2:]
