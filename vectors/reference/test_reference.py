#!/usr/bin/env python3
"""The reference against published known answers, and its parts against each other."""

import json
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True

import address
import bip32
import curve
import digest
import disclosure
import fees
import hashes
import script
import signature
import subjects
import sums
import transaction
import verify
from keys import ChannelKeys
from trace import Trace

HERE = pathlib.Path(__file__).resolve().parent
unhex = bytes.fromhex


class Hashes(unittest.TestCase):
    def test_ripemd160(self):
        """The designers' own test values."""
        for data, expected in {
            b"": "9c1185a5c5e9fc54612808977ee8f548b2258d31",
            b"abc": "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
            b"message digest": "5d0689ef49d2fae572b881b123a85ffa21595f36",
            b"1234567890" * 8: "9b752e45573d4b39f4dbd3323cab82bf63326bfb",
        }.items():
            self.assertEqual(hashes.ripemd160(data).hex(), expected)


class Curve(unittest.TestCase):
    def test_multiples_of_g(self):
        for k, x in {
            1: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            2: "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
            3: "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
            20: "4ce119c96e2fa357200b559b2f7dd5a5f02d5290aff74b03f3e471b273211c97",
            curve.N - 1: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        }.items():
            self.assertEqual(curve.public_key(k)[1:].hex(), x)
            self.assertEqual(curve.affine(curve.multiply(k, curve.G)), curve.parse_public_key(curve.public_key(k)))
        self.assertIsNone(curve.affine(curve.multiply_g(curve.N)))

    def test_rfc6979(self):
        """The values for secp256k1 that implementations share (message, key, nonce, r, s)."""
        for message, key, k, r, s in (
            (
                b"Satoshi Nakamoto", 1,
                0x8F8A276C19F4149656B280621E358CCE24F5F52542772691EE69063B74F15D15,
                0x934B1EA10A4B3C1757E2B0C017D0B6143CE3C9A7E6A4A49860D7A6AB210EE3D8,
                0x2442CE9D2B916064108014783E923EC36B49743E2FFA1C4496F01A512AAFD9E5,
            ),
            (
                b"All those moments will be lost in time, like tears in rain. Time to die...", 1,
                0x38AA22D72376B4DBC472E06C3BA403EE0A394DA63FC58D88686C611ABA98D6B3,
                0x8600DBD41E348FE5C9465AB92D23E3DB8B98B873BEECD930736488696438CB6B,
                0x547FE64427496DB33BF66019DACBF0039C04199ABB0122918601DB38A72CFC21,
            ),
            (
                b"Satoshi Nakamoto", curve.N - 1,
                0x33A19B60E25FB6F4435AF53A3D42D493644827367E6453928554F43E49AA6F90,
                0xFD567D121DB66E382991534ADA77A6BD3106F0A1098C231E47993447CD6AF2D0,
                0x6B39CD0EB1BC8603E159EF5C20A5C8AD685A45B06CE9BEBED3F153D10D93BED5,
            ),
            (
                b"Alan Turing", 0xF8B8AF8CE3C7CCA5E300D33939540C10D45CE001B8F252BFBC57BA0342904181,
                0x525A82B70E67874398067543FD84C83D30C175FDC45FDEEE082FE13B1D7CFDF1,
                0x7063AE83E7F62BBB171798131B4A0564B956930092B33B07B395615D9EC7E15C,
                0x58DFCC1E00A35E1572F366FFE34BA0FC47DB1E7189759B9FB233C5B05AB388EA,
            ),
        ):  # fmt: skip
            own = hashes.sha256(message)
            self.assertEqual(curve.nonce(own, key), k)
            self.assertEqual(curve.sign(own, key), (r, s))
            self.assertTrue(curve.verify(own, r, s, curve.public_key(key)))
            self.assertFalse(curve.verify(hashes.sha256(own), r, s, curve.public_key(key)))

    def test_der(self):
        for value in (1, 0x7F, 0x80, 0xFF, 0x100, curve.N - 1):
            self.assertEqual(signature.decode(signature.encode(value, 1)), (value, 1))
        for bad in ("", "3006020101020101ff", "300702020001020101", "3006020181020101", "3106020101020101"):
            with self.assertRaises(ValueError):
                signature.decode(unhex(bad))


class Bip32(unittest.TestCase):
    def test_vector_1(self):
        node = bip32.master(bytes(range(16)))
        for index, secret, chain_code in (
            (None, "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35",
             "873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508"),
            (bip32.HARDENED, "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea",
             "47fdacbd0f1097043b78c63c20c34ef4ed9a111d980047ad16282c7ae6236141"),
            (1, "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368",
             "2a7857631386ba23dacac34180dd1983734e444fdbf774041578e9b6adb37c19"),
            (2 + bip32.HARDENED, "cbce0d719ecf7431d88e6a89fa1483e02e35092af60c042b1df2ff59fa424dca",
             "04466b9cc8e161e966409ca52986c584f07e9dc81f735db683c3ff6ec7b1503f"),
        ):  # fmt: skip
            node = node if index is None else bip32.child(node, index)
            self.assertEqual((node.secret.to_bytes(32, "big").hex(), node.chain_code.hex()), (secret, chain_code))


class Digests(unittest.TestCase):
    def test_bip143_p2wpkh(self):
        tx = transaction.parse(unhex(
            "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffffef51e1b804cc89"
            "d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378"
            "db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac110000"
            "00"
        ))  # fmt: skip
        secret = 0x619C335025C7F4012E556C2A58B2506E30B8511B53ADE95EA316FD8C3286FEB9
        public = curve.public_key(secret)
        self.assertEqual(public.hex(), "025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357")
        own = digest.digest("bip143", tx, 1, script.pay_to_key_code(public), 600_000_000, 0x01)
        self.assertEqual(own.hex(), "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670")
        self.assertEqual(
            signature.sign(own, secret, 1).hex(),
            "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f"
            "3358f51928d43c212a8caed02de67eebee01",
        )

    def test_bip143_every_type(self):
        """The 6-of-6 example: each signature has another hash type."""
        tx = transaction.parse(unhex(
            "010000000136641869ca081e70f394c6948e8af409e18b619df2ed74aa106c1ca29787b96e0100000000ffffffff0200e9a4350000"
            "00001976a914389ffce9cd9ae88dcc0631e88a821ffdbe9bfe2688acc0832f05000000001976a9147480a33f950689af511e6e84c1"
            "38dbbd3c3ee41588ac00000000"
        ))  # fmt: skip
        code = unhex(
            "56210307b8ae49ac90a048e9b53357a2354b3334e9c8bee813ecb98e99a7e07e8c3ba32103b28f0c28bfab54554ae8c658ac5c3e0c"
            "e6e79ad336331f78c428dd43eea8449b21034b8113d703413d57761b8b9781957b8c0ac1dfe69f492580ca4195f50376ba4a210334"
            "00f6afecb833092a9a21cfdf1ed1376e58c5d1f47de74683123987e967a8f42103a6d48b1131e94ba04d9737d61acdaa1322008af9"
            "602b3b14862c07a1789aac162102d8b661b0b3302ee2f162b09e07a55ad5dfbe673a9f01d9f0c19617681024306b56ae"
        )
        for hash_type, expected in {
            0x01: "185c0be5263dce5b4bb50a047973c1b6272bfbd0103a89444597dc40b248ee7c",
            0x02: "e9733bc60ea13c95c6527066bb975a2ff29a925e80aa14c213f686cbae5d2f36",
            0x03: "1e1f1c303dc025bd664acb72e583e933fae4cff9148bf78c157d1e8f78530aea",
            0x81: "2a67f03e63a6a422125878b40b82da593be8d4efaafe88ee528af6e5a9955c6e",
            0x82: "781ba15f3779d5542ce8ecb5c18716733a5ee42a6f51488ec96154934e2c890a",
            0x83: "511e8e52ed574121fc1b654970395502128263f62662e076dc6baf05c2e6a99b",
        }.items():
            own = digest.digest("bip143", tx, 0, code, 987_654_321, hash_type)
            self.assertEqual(own.hex(), expected)

    def test_other_program(self):
        """noinput_digest.py states the NOINPUT rule a second time and shares no code with digest.py."""
        data = json.loads((HERE.parent / "noinput-digest.json").read_text())
        tx = transaction.parse(unhex(data["transaction"]))
        for case in data["cases"]:
            code = unhex(data["script_codes"][case["script_code"]])
            own = digest.digest(case["rules"], tx, case["index"], code, data["amount_sat"], int(case["hash_type"], 16))
            self.assertEqual(own.hex(), case["digest"], case)
        for case in data["changed"]:
            other = transaction.parse(unhex(case["transaction"]))
            for hash_type, result in case["results"].items():
                own = digest.digest(
                    "noinput", other, case["index"], unhex(case["script_code"]), case["amount_sat"], int(hash_type, 16)
                )
                self.assertEqual(own.hex(), result["digest"], case["change"])


class Addresses(unittest.TestCase):
    def test_published(self):
        """BIP 173 and BIP 350; the anchor as bitcoind shows it."""
        pay_to_g = script.p2wpkh(curve.public_key(1))
        for output, network, expected in (
            (pay_to_g, "mainnet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
            (unhex("6002751e"), "mainnet", "bc1sw50qgdz25j"),
            (script.ANCHOR, "regtest", "bcrt1pfeesnyr2tx"),
        ):
            self.assertEqual(address.encode(output, network), expected)


class Scripts(unittest.TestCase):
    def test_numbers(self):
        for n, expected in {0: "00", 1: "51", 16: "60", 17: "0111", 127: "017f", 128: "028000", 1000: "02e803",
                            32767: "02ff7f", 32768: "03008000", 65535: "03ffff00"}.items():  # fmt: skip
            self.assertEqual(script.number(n).hex(), expected)

    def test_lengths(self):
        keys = {"a": curve.public_key(1), "b": curve.public_key(2)}
        self.assertEqual(len(script.two_of_two(keys)), 71)
        self.assertEqual(len(script.htlc(bytes(20), keys, keys)), 168)
        self.assertEqual(len(script.second(script.NOINPUT, keys, keys, None, None)), 145)
        self.assertEqual(len(script.delayed(keys, 1000, keys["a"])), 114)
        self.assertEqual(
            script.asm(script.delayed(keys, 1000, keys["a"])),
            f"OP_IF 2 <{keys['a'].hex()}> <{keys['b'].hex()}> 2 OP_CHECKMULTISIG OP_ELSE <e803> "
            f"OP_CHECKSEQUENCEVERIFY OP_DROP <{keys['a'].hex()}> OP_CHECKSIG OP_ENDIF",
        )

    def test_dust(self):
        """Core's thresholds at its default of 3 sat/vB."""
        self.assertEqual(fees.dust(script.p2wpkh(curve.public_key(1)), 3000)[2], 294)
        self.assertEqual(fees.dust(script.p2nsh(b""), 3000)[2], 330)
        self.assertEqual(fees.dust(script.p2pkh(curve.public_key(1)), 3000)[2], 546)
        self.assertEqual(fees.dust(script.ANCHOR, 3000)[2], 240)


class Disclosure(unittest.TestCase):
    def setUp(self):
        self.branch = ChannelKeys(hashes.sha256(b"test"), 0).own_branch.node

    def step(self, state, number, branch=None, announced=None):
        branch = branch or self.branch
        announced = announced or disclosure.rsmc_node(branch, number).public()
        state.accept(number, disclosure.disclosed_node(branch, number), announced)

    def at(self, number):
        """The state after the disclosures before `number`, without making them all."""
        kept = {}
        h, m, l = disclosure.digits(number)
        for level, old in (("H", (h << 14) - 1), ("M", (h << 14) + (m << 7) - 1), ("L", number - 1)):
            if old >= 0 and disclosure.level(old) == level:
                kept[level] = disclosure.Kept(old, disclosure.disclosed_node(self.branch, old))
        return disclosure.Disclosed(kept.values(), number)

    def test_across_the_levels(self):
        for start in (0, 120, 128 * 127 + 120, 128**2 * 3 - 4):
            state = self.at(start)
            for number in range(start, start + 12):
                self.step(state, number)
                self.assertLessEqual(len(state.kept), 3)
            self.assertEqual(state.kept, self.at(start + 12).kept)
            for old in {0, start // 2, start, start + 5, start + 11}:
                self.assertEqual(state.secret(old), disclosure.rsmc_node(self.branch, old).secret)
            self.assertIsNone(state.secret(start + 12))

    def test_refusals(self):
        other = ChannelKeys(hashes.sha256(b"other"), 0).own_branch.node
        for number, at, branch, announced, reason in (
            (5, 6, None, None, "repeated"),
            (7, 6, None, None, "out-of-order"),
            (6, 6, None, curve.public_key(1), "wrong-key"),
            (6, 6, other, None, "inconsistent"),
            (127, 127, other, None, "inconsistent"),
            (16383, 16383, other, None, "inconsistent"),
        ):
            state = self.at(at)
            with self.assertRaises(disclosure.Refused) as caught:
                self.step(state, number, branch, announced)
            self.assertEqual(str(caught.exception), reason)
            self.assertEqual((state.next, state.kept), (at, self.at(at).kept))

    def test_the_end(self):
        state = self.at(disclosure.LIMIT - 1)
        self.step(state, disclosure.LIMIT - 1)
        self.assertEqual(list(state.kept), ["H"])
        with self.assertRaises(disclosure.Refused):
            state.accept(disclosure.LIMIT, self.branch, b"")


class Weights(unittest.TestCase):
    def test_sums_are_the_papers(self):
        def result(**inputs):
            trace = Trace()
            sums.show(trace, inputs)
            return {v["name"]: int(v["value"]) for v in trace.result()}

        visa = result(sum="visa-on-chain", tps=47_000, transaction_bytes=300)
        self.assertEqual(visa["block_bytes"], 8_460_000_000)
        self.assertGreater(visa["year_bytes"], 400 * 10**12)
        users = result(sum="users-of-a-block", block_bytes=10**6, transaction_bytes=500, transactions_per_user_year=3)
        self.assertEqual(users["users"], 35_040_000)
        chain = result(sum="everybody-on-chain", people=7 * 10**9, transactions_per_day=2, transaction_bytes=250)
        self.assertEqual(chain["block_bytes"] // 10**9, 24)
        channels = result(
            sum="everybody-in-channels", people=7 * 10**9, channels_per_year=2, transaction_bytes=500, storage_bytes=2 * 10**12
        )
        self.assertEqual(channels["block_bytes"] // 10**6, 133)


class Verdicts(unittest.TestCase):
    def test_hash_types_of_version_0(self):
        """Bit 0x40 means nothing in version 0: valid in a block, not relayed."""
        secret = 7
        spent = transaction.Output(10_000, script.p2wpkh(curve.public_key(secret)))
        for hash_type, relayed in ((0x01, True), (0x83, True), (0x41, False), (0xC3, False)):
            own_input = transaction.Input(transaction.OutPoint(bytes(32), 0))
            tx = transaction.Transaction(2, [own_input], [transaction.Output(9_000, script.ANCHOR)])
            own = digest.digest("bip143", tx, 0, script.pay_to_key_code(curve.public_key(secret)), 10_000, hash_type)
            tx.inputs[0].witness = [signature.sign(own, secret, hash_type), curve.public_key(secret)]
            for build in ("stock", "patched"):
                chain = {"tip_height": 100, "coin_heights": [50]}
                self.assertEqual(verify.verdict(tx, [spent], chain, build, "block"), "accepted")
                self.assertEqual(verify.verdict(tx, [spent], chain, build, "relay") == "accepted", relayed)


def channel(dialect):
    seeds = {side: hashes.sha256(side.encode()).hex() for side in "ab"}
    return {
        "dialect": dialect, "delay_blocks": 1000, "dust_limit_sat": 330, "capacity_sat": 100_000_000,
        "seeds": seeds, "indexes": {"a": 0, "b": 3},
    }  # fmt: skip


FUNDING = {"txid": "11" * 32, "vout": 0}
PREIMAGE = bytes(range(20))


def commitment(number, holder, sender):
    htlc = {
        "id": 0, "sender": sender, "amount_sat": 10_000_000,
        "payment_hash": hashes.hash160(PREIMAGE).hex(), "expiry_height": 400,
    }  # fmt: skip
    balances = {"a": 40_000_000, "b": 50_000_000}
    return {"construction": "revocable", "number": number, "holder": holder, "balances_sat": balances, "htlcs": [htlc]}


class Transactions(unittest.TestCase):
    def test_every_kind_is_valid(self):
        """Each kind in both dialects, by both holders, in both directions, on the script machine."""
        count = 0
        for dialect in ("noinput", "csv"):
            for holder in "ab":
                for sender in "ab":
                    own = ["HED", "HT", "HTRD", "HTBR"] if holder == sender else ["HTD", "HE", "HERD", "HEBR"]
                    for kind in ["C2", "D2", "RD2", "BR2", "HBR0"] + [f"{k}0" for k in own]:
                        inputs = {
                            "label": kind + holder, "channel": channel(dialect), "funding": FUNDING,
                            "commitment": commitment(2, holder, sender),
                        }  # fmt: skip
                        if kind in ("HED0", "HE0"):
                            inputs["preimage"] = PREIMAGE.hex()
                        if kind == "D2":
                            inputs["destination"] = "0014" + "00" * 20
                        values = subjects.compute("transactions", inputs).values
                        tx = transaction.parse(unhex(values["transaction"]["value"]))
                        spent = transaction.Output(
                            int(values["spent.0.amount_sat"]["value"]), unhex(values["spent.0.script"]["value"])
                        )
                        verify.run_input(tx, 0, spent, policy=True, patched=True)
                        self.assertLessEqual(tx.weight(), int(values["worst_weight"]["value"]))
                        tx.outputs[0] = transaction.Output(tx.outputs[0].amount - 1, tx.outputs[0].script)
                        with self.assertRaises(verify.ScriptError):
                            verify.run_input(tx, 0, spent, policy=False, patched=True)
                        count += 1
        self.assertEqual(count, 2 * 2 * 2 * 9)

    def test_htlc_signatures_last(self):
        """§4.2: in noinput one signature serves every commitment that carries the HTLC; in csv none does."""
        for dialect, expected in (("noinput", {1}), ("csv", {2})):
            states = [commitment(n, "a", "a") for n in (1, 2)]
            inputs = {
                "channel": channel(dialect), "funding": FUNDING, "htlc": 0, "preimage": PREIMAGE.hex(),
                "commitments": [{k: s[k] for k in ("number", "balances_sat", "htlcs")} for s in states],
            }  # fmt: skip
            result = subjects.compute("htlc-life", inputs).result()
            self.assertEqual({int(v["value"]) for v in result}, expected)

    def test_number_comes_back(self):
        for number in (0, 1, 0xFFFFFF, 0x1000000, 2**48 - 1):
            inputs = {
                "delivery": {"a": "02" * 33, "b": "03" * 33}, "number": number, "construction": "revocable", "holder": "a",
            }  # fmt: skip
            values = subjects.compute("commitment-number", inputs).values
            self.assertEqual(int(values["parsed"]["value"]), number)
            self.assertTrue(int(values["sequence"]["value"]) >> 31)


if __name__ == "__main__":
    unittest.main()
