"""Addresses: bech32 for witness version 0 (BIP 173), bech32m for all others (BIP 350)."""

from script import witness_program

CHARS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
PREFIX = {"regtest": "bcrt", "testnet": "tb", "mainnet": "bc"}
CONSTANT = {"bech32": 1, "bech32m": 0x2BC830A3}


def _polymod(values):
    generator = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i in range(5):
            check ^= generator[i] if top >> i & 1 else 0
    return check


def _groups_of_five(data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]


def encode(output_script, network):
    version, program = witness_program(output_script)
    prefix = PREFIX[network]
    data = [version] + _groups_of_five(program)
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    constant = CONSTANT["bech32" if version == 0 else "bech32m"]
    check = _polymod(expanded + data + [0] * 6) ^ constant
    data += [check >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(CHARS[d] for d in data)
