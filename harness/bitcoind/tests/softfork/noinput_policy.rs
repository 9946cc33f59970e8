//! Scripts and what becomes of them in relay and in blocks; relay of P2NSH while it is active, and while it is not.

use bitcoin::{Amount, ScriptBuf};

use crate::fixture::{
    Bench, NOINPUT_NEVER, OK, UNKNOWN_PROGRAM, in_block, in_mempool, rate, relay,
};
use crate::noinput_consensus::EMPTY;
use crate::spending::{CHECKSIG, bytes, der, one_key, output, p2nsh, spend_signed, spend_with};

/// A witness script with what is on the stack below it, and the verdict on that in relay and in a block, in P2WSH and P2NSH.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) script: ScriptBuf,
    stack: Vec<Vec<u8>>,
    pub(crate) relay: String,
    pub(crate) block: String,
}

impl Case {
    pub(crate) fn witness(&self) -> Vec<Vec<u8>> {
        let mut witness = self.stack.clone();
        witness.push(self.script.to_bytes());
        witness
    }

    fn new(name: &'static str, script: &[u8], stack: Vec<Vec<u8>>) -> Self {
        Self {
            name,
            script: bytes(script),
            stack,
            relay: OK.to_owned(),
            block: OK.to_owned(),
        }
    }

    /// Refused with this error by policy and by consensus.
    fn invalid(self, error: &str) -> Self {
        Self {
            relay: in_mempool(error),
            block: in_block(error),
            ..self
        }
    }

    /// Refused with this error in relay only.
    fn policy(self, error: &str) -> Self {
        Self {
            relay: in_mempool(error),
            ..self
        }
    }

    /// Over the limits of a standard witness.
    fn large(self) -> Self {
        Self {
            relay: "bad-witness-nonstandard".to_owned(),
            ..self
        }
    }
}

/// A true script of just this many bytes.
fn padded(size: usize) -> Vec<u8> {
    let mut script = Vec::new();
    while size - 1 - script.len() > 4 {
        let length = (size - 1 - script.len() - 4).min(520);
        script.push(0x4d);
        script.extend(u16::try_from(length).unwrap().to_le_bytes());
        script.resize(script.len() + length, 0);
        script.push(0x75);
    }
    script.resize(size - 1, 0x61);
    script.push(0x51);
    script
}

/// Drops this many elements, then true.
fn dropping(count: usize) -> Vec<u8> {
    [&[0x75].repeat(count)[..], &[0x51]].concat()
}

pub(crate) fn cases() -> Vec<Case> {
    [sizes(), contents()].into_iter().flatten().collect()
}

fn sizes() -> Vec<Case> {
    let too_big = "Script is too big";
    let push = "Push value size limit exceeded";
    let mut over = Case::new("script of 10001 bytes", &padded(10_001), vec![]).large();
    over.block = in_block(too_big);
    let mut element = Case::new("element of 521 bytes", &dropping(1), vec![vec![1; 521]]).large();
    element.block = in_block(push);
    let ops = |count| [&[0x61].repeat(count)[..], &[0x51]].concat();
    vec![
        Case::new("script of 3600 bytes", &padded(3_600), vec![]),
        Case::new("script of 3601 bytes", &padded(3_601), vec![]).large(),
        Case::new("script of 10000 bytes", &padded(10_000), vec![]).large(),
        over,
        Case::new("element of 80 bytes", &dropping(1), vec![vec![1; 80]]),
        Case::new("element of 81 bytes", &dropping(1), vec![vec![1; 81]]).large(),
        Case::new("element of 520 bytes", &dropping(1), vec![vec![1; 520]]).large(),
        element,
        Case::new("100 elements", &dropping(100), vec![vec![1]; 100]),
        Case::new("101 elements", &dropping(101), vec![vec![1]; 101]).large(),
        Case::new("201 operations", &ops(201), vec![]),
        Case::new("202 operations", &ops(202), vec![]).invalid("Operation limit exceeded"),
    ]
}

fn contents() -> Vec<Case> {
    let not_opcode = "Opcode missing or not understood";
    let lock = "Locktime requirement not satisfied";
    let false_top =
        "Script evaluated without error but finished with a false/empty top stack element";
    let uncompressed = [&[0x41, 0x04][..], &[1; 64], &[CHECKSIG, 0x91]].concat();
    let not_signed = [one_key(3).as_bytes(), &[0x91]].concat();
    let foreign = der([1; 32], 0x01, 3);
    vec![
        Case::new("true", &[0x51], vec![]),
        Case::new("false", &[0x00], vec![]).invalid(false_top),
        Case::new("two results", &[0x51, 0x51], vec![])
            .invalid("Stack size must be exactly one after execution"),
        Case::new("OP_RETURN", &[0x6a], vec![]).invalid("OP_RETURN was encountered"),
        Case::new("OP_CAT", &[0x7e], vec![]).invalid("Attempted to use a disabled opcode"),
        Case::new("OP_CHECKSIGADD", &[0xba], vec![]).invalid(not_opcode),
        Case::new("a tapscript's OP_SUCCESS", &[0x50], vec![]).invalid(not_opcode),
        Case::new("CHECKMULTISIG's dummy", &[0x00, 0x00, 0xae], vec![vec![1]])
            .invalid("Dummy CHECKMULTISIG argument must be zero"),
        Case::new("CHECKSEQUENCEVERIFY", &[0x53, 0xb2], vec![]).invalid(lock),
        Case::new("CHECKLOCKTIMEVERIFY", &[0x02, 0xe8, 0x03, 0xb1], vec![]).invalid(lock),
        Case::new("IF of 2", &[0x63, 0x51, 0x67, 0x00, 0x68], vec![vec![2]])
            .policy("OP_IF/NOTIF argument must be minimal"),
        Case::new("NOP1", &[0xb0, 0x51], vec![]).policy("NOPx reserved for soft-fork upgrades"),
        Case::new("uncompressed key", &uncompressed, vec![vec![]])
            .policy("Using non-compressed keys in segwit"),
        Case::new("failed signature", &not_signed, vec![foreign])
            .policy("Signature must be zero for failed CHECK(MULTI)SIG operation"),
    ]
}

/// Outputs are standard everywhere, with the dust limit of any witness program.
#[test]
fn paying_is_standard_active_or_not() {
    let mut bench = Bench::both(&[]);
    let inactive = Bench::patched(&[NOINPUT_NEVER]).node;
    let script = p2nsh(&one_key(1));
    for (sat, verdict) in [(330, OK), (329, "dust")] {
        let mut paid = output(script.clone());
        paid.value = Amount::from_sat(sat);
        let tx = [bench.chain.pay(vec![paid], rate()).unwrap()];
        for node in [bench.stock(), &bench.node, &inactive] {
            assert_eq!(relay(node, &tx), [verdict], "{sat} sat, {:?}", node.args());
        }
    }
}

/// Catches: the flag left in the policy checks while the fork is not active, which makes P2NSH spends standard, or names another reason than stock does.
#[test]
fn not_active_it_is_exactly_stock() {
    for nonstandard in ["-acceptnonstdtxn=0", "-acceptnonstdtxn=1"] {
        let mut bench = Bench::patched(&[NOINPUT_NEVER, nonstandard]);
        bench.stock = Some(crate::fixture::start(
            leyden_bitcoind::Flavour::Stock,
            &[nonstandard],
        ));
        assert!(!bench.node.deployments().unwrap().contains_key("noinput"));
        let true_script = bytes(&[0x51]);
        let outputs = vec![output(p2nsh(&one_key(1))), output(p2nsh(&true_script))];
        let coins = bench.confirm(outputs);
        let relay = if nonstandard.ends_with('1') {
            in_mempool("Witness version reserved for soft-fork upgrades")
        } else {
            UNKNOWN_PROGRAM.to_owned()
        };
        let large = vec![vec![1; 600]; 2];
        for tx in [
            spend_signed(&coins[0], 1, 0x41),
            spend_signed(&coins[0], 1, 0x01),
            spend_with(&coins[0], &[]),
            spend_with(&coins[0], &[vec![1]]),
            spend_with(&coins[1], &[vec![0x51]]),
            spend_with(&coins[1], &large),
        ] {
            let row = [relay.as_str(), OK];
            assert_eq!(bench.table(&tx), [row, row], "{nonstandard}");
        }
    }
}

/// With `-acceptnonstdtxn` the rules themselves still hold in relay.
#[test]
fn active_the_mempool_enforces_it_without_standardness_too() {
    let mut bench = Bench::patched(&["-acceptnonstdtxn=1"]);
    let coin = bench.confirm(vec![output(p2nsh(&one_key(1)))]).remove(0);
    assert_eq!(bench.relay(&spend_signed(&coin, 1, 0x41)), OK);
    assert_eq!(bench.relay(&spend_with(&coin, &[])), in_mempool(EMPTY));
}

/// A chain of unconfirmed P2NSH spends: the mempool's own coins are judged as confirmed ones are.
#[test]
fn unconfirmed_coins_are_spent_alike() {
    let mut bench = Bench::patched(&[]);
    let coin = bench.confirm(vec![output(p2nsh(&one_key(1)))]).remove(0);
    let mut parent = spend_signed(&coin, 1, 0xc2);
    parent.output[0].script_pubkey = p2nsh(&one_key(2));
    let txid = bench.node.send_raw(&parent).unwrap();
    let made = crate::fixture::coins_of(&parent).remove(0);
    let child = spend_signed(&made, 2, 0x41);
    assert_eq!(bench.relay(&spend_with(&made, &[])), in_mempool(EMPTY));
    assert_eq!(bench.relay(&child), OK);
    bench.node.send_raw(&child).unwrap();
    let mined =
        bench
            .chain
            .mine_mempool(&bench.node, &leyden_bitcoind::Selection::default(), false);
    assert_eq!(mined.unwrap().txdata[1].compute_txid(), txid);
    assert!(bench.node.mempool_txids().unwrap().is_empty());
}
