//! What a signature in a P2NSH input signs, field by field and hash type by hash type.

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{Amount, ScriptBuf, Sequence, Transaction, Witness};

use crate::fixture::{Bench, Coin, OK, UNKNOWN_PROGRAM, in_block, in_mempool, proposed, relay};
use crate::spending::{anyone, input, noinput, one_key, output, p2nsh, signature, sink, spend};

pub(crate) const STANDARD: [u8; 12] = [
    0x01, 0x02, 0x03, 0x41, 0x42, 0x43, 0x81, 0x82, 0x83, 0xc1, 0xc2, 0xc3,
];
pub(crate) const FALSE: &str =
    "Script evaluated without error but finished with a false/empty top stack element";
const UNDEFINED: &str = "Signature hash type missing or not understood";
const KEY: u8 = 7;
/// The input that is signed in the transactions here.
const OWN: usize = 1;

/// The coins that a signed transaction and its changed copies spend.
struct Scene {
    bench: Bench,
    anyone: Vec<Coin>,
    own: Coin,
    /// Same script and amount as `own`.
    twin: Coin,
    /// Same script, 1 sat less.
    poorer: Coin,
    /// Same key and amount, another script.
    foreign: Coin,
}

fn foreign_script() -> ScriptBuf {
    ScriptBuf::from_bytes([&[0x61][..], one_key(KEY).as_bytes()].concat())
}

impl Scene {
    fn new(mut bench: Bench) -> Self {
        let own = output(p2nsh(&one_key(KEY)));
        let mut poorer = own.clone();
        poorer.value -= Amount::from_sat(1);
        let foreign = output(p2nsh(&foreign_script()));
        let mut outputs = vec![own.clone(), own, poorer, foreign];
        outputs.extend((0..4).map(|_| output(anyone())));
        let mut coins = bench.confirm(outputs);
        let anyone = coins.split_off(4);
        let [own, twin, poorer, foreign] = coins.try_into().unwrap();
        Self {
            bench,
            anyone,
            own,
            twin,
            poorer,
            foreign,
        }
    }

    /// Three inputs, three outputs; the second input is to be signed.
    fn unsigned(&self) -> Transaction {
        let mut tx = spend(&[&self.anyone[0], &self.own, &self.anyone[1]]);
        tx.lock_time = LockTime::from_consensus(50);
        tx.output = (1..=3)
            .map(|n| sink(n, Amount::from_sat(20_000 + u64::from(n))))
            .collect();
        tx
    }

    fn signed(&self, hash_type: u8) -> Attempt {
        let tx = self.unsigned();
        let script = one_key(KEY);
        let spent = noinput(&tx, OWN, &script, self.own.output.value);
        Attempt {
            signature: signature(&spent, hash_type, KEY),
            index: OWN,
            script,
            tx,
        }
    }
}

/// A signed transaction, perhaps changed after it was signed.
struct Attempt {
    tx: Transaction,
    index: usize,
    script: ScriptBuf,
    signature: Vec<u8>,
}

impl Attempt {
    fn complete(mut self) -> Transaction {
        let stack = [self.signature, self.script.into_bytes()];
        self.tx.input[self.index].witness = Witness::from_slice(&stack);
        self.tx
    }

    fn spend_instead(&mut self, coin: &Coin) {
        self.tx.input[self.index].previous_output = coin.outpoint;
    }

    fn flip(&mut self, bit: u8) {
        *self.signature.last_mut().unwrap() ^= bit;
    }
}

/// What a change touches.
#[derive(Clone, Copy)]
enum Part {
    Nothing,
    Always,
    OwnOutpoint,
    OtherInputs,
    OtherSequences,
    OwnOutput,
    OtherOutputs,
    /// The order of inputs, and with them that of outputs.
    Order,
}

/// The rules of softfork.md, not those of the digest.
fn is_signed(part: Part, hash_type: u8) -> bool {
    let base = hash_type & 0x1f;
    let (all, none) = (base != 2 && base != 3, base == 2);
    let noinput = hash_type & 0x40 != 0;
    let inputs = !noinput && hash_type & 0x80 == 0;
    match part {
        Part::Nothing => false,
        Part::Always => true,
        Part::OwnOutpoint => !noinput,
        Part::OtherInputs => inputs,
        Part::OtherSequences => inputs && all,
        Part::OwnOutput => !none,
        Part::OtherOutputs => all,
        Part::Order => inputs || all,
    }
}

type Change = (&'static str, Part, fn(&Scene, &mut Attempt));

const INPUT_CHANGES: [Change; 16] = [
    ("nothing", Part::Nothing, |_, _| {}),
    ("version", Part::Always, |_, a| a.tx.version = Version::ONE),
    ("lock time", Part::Always, |_, a| {
        a.tx.lock_time = LockTime::from_consensus(51);
    }),
    ("sequence", Part::Always, |_, a| {
        a.tx.input[OWN].sequence = Sequence(0xffff_fffc);
    }),
    ("amount", Part::Always, |s, a| a.spend_instead(&s.poorer)),
    ("script code", Part::Always, |s, a| {
        a.spend_instead(&s.foreign);
        a.script = foreign_script();
    }),
    ("hash type 0x20", Part::Always, |_, a| a.flip(0x20)),
    ("hash type 0x40", Part::Always, |_, a| a.flip(0x40)),
    ("hash type 0x80", Part::Always, |_, a| a.flip(0x80)),
    ("outpoint", Part::OwnOutpoint, |s, a| {
        a.spend_instead(&s.twin);
    }),
    ("input before", Part::OtherInputs, |s, a| {
        a.tx.input[0].previous_output = s.anyone[2].outpoint;
    }),
    ("input after", Part::OtherInputs, |s, a| {
        a.tx.input[2].previous_output = s.anyone[2].outpoint;
    }),
    ("input added", Part::OtherInputs, |s, a| {
        a.tx.input.push(input(&s.anyone[3]));
    }),
    ("input removed", Part::OtherInputs, |_, a| {
        a.tx.input.pop();
    }),
    ("other sequence", Part::OtherSequences, |_, a| {
        a.tx.input[2].sequence = Sequence(0xffff_fffc);
    }),
    ("order", Part::Order, |_, a| {
        a.tx.input.swap(0, OWN);
        a.tx.output.swap(0, OWN);
        a.index = 0;
    }),
];

const OUTPUT_CHANGES: [Change; 6] = [
    ("own output's value", Part::OwnOutput, |_, a| {
        a.tx.output[OWN].value -= Amount::from_sat(1);
    }),
    ("own output's script", Part::OwnOutput, |_, a| {
        a.tx.output[OWN].script_pubkey = sink(9, Amount::ZERO).script_pubkey;
    }),
    ("output before", Part::OtherOutputs, |_, a| {
        a.tx.output[0].value -= Amount::from_sat(1);
    }),
    ("output after", Part::OtherOutputs, |_, a| {
        a.tx.output[2].script_pubkey = sink(9, Amount::ZERO).script_pubkey;
    }),
    ("output added", Part::OtherOutputs, |_, a| {
        a.tx.output.push(sink(9, Amount::from_sat(1_000)));
    }),
    ("output removed", Part::OtherOutputs, |_, a| {
        a.tx.output.pop();
    }),
];

#[test]
fn every_hash_type_byte_is_digested_as_written_down() {
    let scene = Scene::new(Bench::both(&[]));
    let bench = &scene.bench;
    let txs: Vec<_> = (0..=255)
        .map(|byte| scene.signed(byte).complete())
        .collect();
    let blocks = bench.in_blocks(&txs);
    let relayed = relay(&bench.node, &txs);
    for (byte, (block, relayed)) in (0..=255_u8).zip(blocks.iter().zip(&relayed)) {
        assert_eq!(block, OK, "hash type {byte:#04x} in a block");
        let expected = if STANDARD.contains(&byte) {
            OK.to_owned()
        } else {
            in_mempool(UNDEFINED)
        };
        assert_eq!(*relayed, expected, "hash type {byte:#04x} in relay");
    }
    // Stock sees an unknown program.
    let stock = bench.stock();
    let alone = |tx: &Transaction| leyden_bitcoind::BlockContents::of(vec![tx.clone()]);
    let blocks = proposed(stock, &bench.chain, txs.iter().map(alone).collect());
    assert!(blocks.iter().all(|verdict| verdict == OK), "{blocks:?}");
    let relayed = relay(stock, &txs);
    assert!(
        relayed.iter().all(|verdict| verdict == UNKNOWN_PROGRAM),
        "{relayed:?}"
    );
}

#[test]
fn a_signature_signs_what_is_written_down_and_no_more() {
    let scene = Scene::new(Bench::patched(&[]));
    let changes: Vec<Change> = [&INPUT_CHANGES[..], &OUTPUT_CHANGES[..]].concat();
    let mut cases = Vec::new();
    for hash_type in STANDARD {
        for (name, part, change) in &changes {
            let mut attempt = scene.signed(hash_type);
            change(&scene, &mut attempt);
            cases.push((
                hash_type,
                name,
                is_signed(*part, hash_type),
                attempt.complete(),
            ));
        }
    }
    let txs: Vec<_> = cases.iter().map(|case| case.3.clone()).collect();
    let verdicts = scene.bench.in_blocks(&txs);
    for ((hash_type, name, signed, _), verdict) in cases.iter().zip(&verdicts) {
        let expected = if *signed {
            in_block(FALSE)
        } else {
            OK.to_owned()
        };
        assert_eq!(
            *verdict, expected,
            "hash type {hash_type:#04x}, changed: {name}"
        );
    }
}
