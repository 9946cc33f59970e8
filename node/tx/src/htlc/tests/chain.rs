//! Dialect `csv` before Bitcoin Core's script interpreter. It runs no P2NSH: dialect `noinput` is judged
//! by the digest.

use bitcoin::absolute::LockTime;
use bitcoin::{Amount, Sequence, Transaction, Witness};

use super::*;
use crate::scripts::delivery_to;
use crate::testing::{core_accepts, with_fee};
use crate::{HashType, SpentInput, sign_input};

fn accepts(child: &Child, change: impl FnOnce(&mut Transaction)) -> bool {
    let mut tx = child.tx.clone();
    change(&mut tx);
    core_accepts(&tx, 0, &child.spent)
}

/// The witness with `middle` between signatures and script.
fn with_middle(witness: &Witness, signatures: usize, middle: &[&[u8]]) -> Witness {
    let old = witness.to_vec();
    let mut new = old[..signatures].to_vec();
    new.extend(middle.iter().map(|element| element.to_vec()));
    new.extend(old.last().cloned());
    new.into()
}

#[test]
fn bitcoin_core_accepts_every_transaction_with_and_without_a_fee() {
    for case in Case::of_dialect(Dialect::Csv) {
        for (name, child) in case.five() {
            assert!(accepts(&child, |_| ()), "{name} {}", child.label);
            assert!(accepts(&child, |tx| *tx = with_fee(tx)), "{}", child.label);
        }
    }
}

#[test]
fn bitcoin_core_refuses_every_change() {
    for case in Case::of_dialect(Dialect::Csv) {
        for (_, child) in case.five() {
            let label = child.label;
            let refused = |change: &dyn Fn(&mut Transaction)| {
                assert!(!accepts(&child, change), "{label}");
            };
            refused(&|tx| tx.output[0].value -= Amount::ONE_SAT);
            refused(&|tx| tx.output[0].value += Amount::ONE_SAT);
            for side in Side::BOTH {
                let script = delivery_to(&case.fixture.params, side);
                if child.tx.output[0].script_pubkey != script {
                    refused(&|tx| tx.output[0].script_pubkey = script.clone());
                }
            }
            let lock_time = child.tx.lock_time.to_consensus_u32();
            let earlier = lock_time.checked_sub(1).unwrap_or(1);
            refused(&|tx| tx.lock_time = LockTime::from_consensus(earlier));
            refused(&|tx| tx.input[0].sequence = Sequence(child.tx.input[0].sequence.0 - 1));
            refused(&|tx| tx.input[0].sequence = Sequence::MAX);
            refused(&|tx| tx.input[0].previous_output.vout += 1);
            refused(&|tx| tx.version.0 = 2);
        }
    }
}

/// Every other branch with the same signatures, also with R at hand.
#[test]
fn bitcoin_core_refuses_the_other_branch() {
    let preimage = preimage_of(K);
    let r = preimage.as_bytes();
    let middles: [&[&[u8]]; 4] = [&[&[]], &[&[1]], &[r, &[1]], &[r, &[]]];
    for case in Case::of_dialect(Dialect::Csv) {
        for (name, child) in case.five() {
            let signatures = if ["HTRD", "HERD"].contains(&name) {
                1
            } else {
                3
            };
            let accepted = middles.map(|middle| {
                accepts(&child, |tx| {
                    let witness = &mut tx.input[0].witness;
                    *witness = with_middle(witness, signatures, middle);
                })
            });
            let expected = match name {
                "HED" | "HE" => [false, false, true, false],
                "HTBR" | "HEBR" => [false, true, false, false],
                _ => [true, false, false, false],
            };
            assert_eq!(accepted, expected, "{}", child.label);
        }
    }
}

#[test]
fn bitcoin_core_refuses_a_wrong_r() {
    for case in Case::of_dialect(Dialect::Csv) {
        let name = case.pick("HED", "HE");
        let child = case.complete(name);
        for wrong in [
            preimage_of(K + 1).as_bytes(),
            &[],
            &preimage_of(K).as_bytes()[1..],
        ] {
            let refused = !accepts(&child, |tx| {
                let witness = &mut tx.input[0].witness;
                *witness = with_middle(witness, 3, &[wrong, &[1]]);
            });
            assert!(refused, "{}", child.label);
        }
    }
}

/// The holder signs `HTRD` and `HERD` alone: it is the script that makes it wait.
#[test]
fn the_holder_cannot_shorten_the_delay() {
    for case in Case::of_dialect(Dialect::Csv) {
        let [_, _, name] = case.children();
        let child = case.complete(name);
        let script = case.build(name).child().script_code.clone();
        let resigned = |sequence: Sequence| {
            let mut tx = child.tx.clone();
            tx.input[0].sequence = sequence;
            let spent = SpentInput {
                rules: crate::DigestRules::Bip143,
                tx: &tx,
                index: 0,
                script_code: &script,
                amount: child.spent.value,
            };
            let secret = case.delivery(case.holder).expose();
            let signature = sign_input(&spent, HashType::ALL, secret).unwrap();
            let witness = [signature.to_bytes(), vec![], script.to_bytes()];
            tx.input[0].witness = Witness::from_slice(&witness);
            core_accepts(&tx, 0, &child.spent)
        };
        assert!(resigned(Sequence(1000)));
        assert!(resigned(Sequence(1001)));
        for early in [
            Sequence(999),
            Sequence(0),
            Sequence::MAX,
            Sequence(0xffff_fffd),
        ] {
            assert!(!resigned(early), "{}, {early}", child.label);
        }
    }
}
