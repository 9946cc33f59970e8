"""What bitcoind says of a transaction: the part of the script machine that these scripts use, and the
checks around it, on a stock build and on one with the NOINPUT soft fork.

A verdict is "accepted" or bitcoind's reject string. "relay" is the mempool's policy, "block" is consensus.
"""

import digest
import script
import signature
from curve import parse_public_key
from fees import dust
from hashes import double_sha256, hash160, sha256
from signature import ANYONECANPAY, NOINPUT, NONE

ACCEPTED = "accepted"
DUST_FEERATE = 3000  # satoshi per 1000 virtual bytes, Core's default
EVAL_FALSE = "Script evaluated without error but finished with a false/empty top stack element"


class ScriptError(Exception):
    """The text is Core's."""


def truth(element):
    """Any bit but the sign of zero."""
    return any(element[:-1]) or (element[-1:] not in (b"", b"\x00", b"\x80"))


class Machine:
    """Runs one script. `version` is that of the witness program, None for a legacy input."""

    def __init__(self, tx, index, amount, version, policy, patched):
        self.tx, self.index, self.amount = tx, index, amount
        self.version, self.policy, self.patched = version, policy, patched

    def run(self, code, stack):
        branches = []
        for opcode, data in script.parse(code):
            name = script.NAMES.get(opcode)
            if name in ("OP_IF", "OP_ELSE", "OP_ENDIF"):
                self.branch(name, stack, branches)
            elif not all(branches):
                continue
            elif data is not None:
                stack.append(data)
            elif 0x51 <= opcode <= 0x60:
                stack.append(bytes([opcode - 0x50]))
            else:
                getattr(self, name.lower())(stack, code)
        if branches:
            raise ScriptError("Invalid OP_IF construction")

    def branch(self, name, stack, branches):
        if name == "OP_IF":
            value = False
            if all(branches):
                top = self.pop(stack, "Invalid OP_IF construction")
                if self.policy and self.version is not None and top not in (b"", b"\x01"):
                    raise ScriptError("OP_IF/NOTIF argument must be minimal")
                value = truth(top)
            branches.append(value)
        elif not branches:
            raise ScriptError("Invalid OP_IF construction")
        elif name == "OP_ELSE":
            branches[-1] = not branches[-1]
        else:
            branches.pop()

    @staticmethod
    def pop(stack, error="Operation not valid with the current stack size"):
        if not stack:
            raise ScriptError(error)
        return stack.pop()

    def op_drop(self, stack, _):
        self.pop(stack)

    def op_dup(self, stack, _):
        stack.append(self.pop(stack))
        stack.append(stack[-1])

    def op_hash160(self, stack, _):
        stack.append(hash160(self.pop(stack)))

    def op_equalverify(self, stack, _):
        if self.pop(stack) != self.pop(stack):
            raise ScriptError("Script failed an OP_EQUALVERIFY operation")

    def op_checksequenceverify(self, stack, _):
        """BIP 112: the input's nSequence must be a lock at least as long."""
        wanted = int.from_bytes(stack[-1], "little")
        sequence = self.tx.inputs[self.index].sequence
        units = 0x00400000
        if self.tx.version < 2 or sequence >> 31 or (wanted ^ sequence) & units:
            raise ScriptError("Locktime requirement not satisfied")
        if wanted & 0xFFFF > sequence & 0xFFFF:
            raise ScriptError("Locktime requirement not satisfied")

    def op_checksig(self, stack, code):
        public, sig = self.pop(stack), self.pop(stack)
        valid = self.check(sig, public, code)
        if not valid and self.policy and sig:
            raise ScriptError("Signature must be zero for failed CHECK(MULTI)SIG operation")
        stack.append(b"\x01" if valid else b"")

    def op_checkmultisig(self, stack, code):
        """The last signature with the last key first; both lists are gone through once."""
        keys = [self.pop(stack) for _ in range(self.pop(stack)[0])]
        sigs = [self.pop(stack) for _ in range(self.pop(stack)[0])]
        dummy = self.pop(stack)
        left, valid = list(sigs), True
        for i, key in enumerate(keys):
            if not left:
                break
            if self.check(left[0], key, code):
                left.pop(0)
            if len(left) > len(keys) - i - 1:
                break
        valid = not left
        if not valid and self.policy and any(sigs):
            raise ScriptError("Signature must be zero for failed CHECK(MULTI)SIG operation")
        if dummy:
            raise ScriptError("Dummy CHECKMULTISIG argument must be zero")
        stack.append(b"\x01" if valid else b"")

    def check(self, sig, public, code):
        """Encoding first (BIP 66; policy: low S, known hash types), then ECDSA."""
        if not sig:
            return False
        try:
            signature.decode(sig[:-1])
        except ValueError:
            raise ScriptError("Non-canonical DER signature") from None
        blind = self.version == 16 and self.patched
        if self.policy:
            if not signature.is_low(sig):
                raise ScriptError("Non-canonical signature: S value is unnecessarily high")
            known = sig[-1] & ~(ANYONECANPAY | (NOINPUT if blind else 0))
            if known not in (1, NONE, 3):
                raise ScriptError("Signature hash type missing or not understood")
        try:
            parse_public_key(public)
        except ValueError:
            return False
        if self.version is None:
            own = double_sha256(digest.legacy_preimage(self.tx, self.index, code, sig[-1]))
        else:
            rules = "noinput" if blind else "bip143"
            own = digest.digest(rules, self.tx, self.index, code, self.amount, sig[-1])
        return signature.is_valid(sig, own, public)


def run_input(tx, index, spent, policy, patched):
    """Raises ScriptError, or returns."""
    txin, program = tx.inputs[index], script.witness_program(spent.script)
    if program is None:
        return legacy(tx, index, spent, policy, patched)
    version, data = program
    machine = Machine(tx, index, spent.amount, version, policy, patched)
    if version == 0 and len(data) == 20:
        if len(txin.witness) != 2:
            raise ScriptError("Witness program hash mismatch")
        return finish(machine, b"\x76\xa9\x14" + data + b"\x88\xac", list(txin.witness))
    if len(data) == 32 and (version == 0 or (version == 16 and patched)):
        if not txin.witness:
            raise ScriptError("Witness program was passed an empty witness")
        if sha256(txin.witness[-1]) != data:
            raise ScriptError("Witness program hash mismatch")
        return finish(machine, txin.witness[-1], list(txin.witness[:-1]))
    return None  # pay to anchor, and witness versions that mean nothing yet: anyone can spend


def legacy(tx, index, spent, policy, patched):
    if tx.inputs[index].witness:
        raise ScriptError("Witness provided for non-witness script")
    machine = Machine(tx, index, spent.amount, None, policy, patched)
    stack = []
    machine.run(tx.inputs[index].script_sig, stack)
    return finish(machine, spent.script, stack)


def finish(machine, code, stack):
    machine.run(code, stack)
    if len(stack) != 1:
        raise ScriptError("Stack size must be exactly one after execution" if stack else EVAL_FALSE)
    if not truth(stack[0]):
        raise ScriptError(EVAL_FALSE)


# --- around the scripts ---------------------------------------------------------------------------


def is_final(tx, height):
    """nLockTime counts if some input's nSequence is not the maximum. Times of vectors are long past."""
    if tx.lock_time == 0 or tx.lock_time >= 500_000_000 or tx.lock_time < height:
        return True
    return all(i.sequence == 0xFFFFFFFF for i in tx.inputs)


def is_mature(tx, coin_heights, height):
    """BIP 68, in blocks: a coin of height c with lock n may be spent from height c + n on."""
    if tx.version < 2:
        return True
    for txin, coin_height in zip(tx.inputs, coin_heights):
        if not txin.sequence >> 31 and not txin.sequence & 0x00400000:
            if height < coin_height + (txin.sequence & 0xFFFF):
                return False
    return True


def verdict(tx, spent, chain, build, where):
    """`spent`: an output for each input. `chain`: tip_height and coin_heights (null: in the mempool).

    The transaction is asked for alone, in the block after the tip. In that block a coin from the mempool
    has the block's own height."""
    policy, patched, height = where == "relay", build == "patched", chain["tip_height"] + 1
    heights = [height if h is None else h for h in chain["coin_heights"]]
    fee = sum(o.amount for o in spent) - sum(o.amount for o in tx.outputs)
    if not is_final(tx, height):
        return "non-final" if policy else "bad-txns-nonfinal"
    if not policy and fee < 0:
        return "bad-txns-in-belowout"
    if not is_mature(tx, heights, height):
        return "non-BIP68-final" if policy else "bad-txns-nonfinal"
    if fee < 0:
        return "bad-txns-in-belowout"
    if policy:
        for output in spent:
            program = script.witness_program(output.script)
            if program and program[0] == 16 and not patched:
                return "bad-txns-nonstandard-inputs"
        if fee and any(o.amount < dust(o.script, DUST_FEERATE)[2] for o in tx.outputs):
            return "dust"  # such an output is relayed only if the transaction pays no fee
        if fee * 4000 < 100 * tx.weight():
            return "min relay fee not met"
    for i, output in enumerate(spent):
        try:
            run_input(tx, i, output, policy, patched)
        except ScriptError as error:
            return f"{'mempool' if policy else 'block'}-script-verify-flag-failed ({error})"
    return ACCEPTED


def verdicts(tx, spent, chain):
    return {
        build: {where: verdict(tx, spent, chain, build, where) for where in ("relay", "block")}
        for build in ("stock", "patched")
    }
