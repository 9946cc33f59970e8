//! The nine transactions as the paper has them (§4.2, §4.3), column by column.

use bitcoin::absolute::LockTime;
use bitcoin::{Amount, Sequence, TxOut};

use super::*;
use crate::sighash::DigestRules;
use crate::testing::{EXPIRY, with_fee};
use crate::{HashType, SpentInput, verify_input};

/// What its one output pays.
enum Pays {
    /// The delivery key of a side.
    Out(Side),
    /// `HT:0` or `HE:0`.
    Stage,
}

/// A row of the table.
struct Row {
    lock_time: u32,
    sequence: u32,
    pays: Pays,
    /// The keys that sign; in `csv` the holder alone signs where it is `None`.
    key: Option<HtlcKey>,
    /// The witness between the signatures and the script.
    middle: Vec<Vec<u8>>,
}

const FREE: u32 = 0xffff_fffd;

fn row(case: &Case, name: &str) -> Row {
    use HtlcKey::{Eight, Five, Four, One, Seven, Six, Three, Two};
    use Pays::{Out, Stage};
    let (s, r) = (case.htlc.sender, case.htlc.receiver());
    let preimage = preimage_of(K).as_bytes().to_vec();
    let with_r = vec![preimage, vec![1]];
    let (yes, no) = (vec![vec![1]], vec![vec![]]);
    let noinput = case.dialect() == Dialect::Noinput;
    // HTRD and HERD take the branch that HTBR and HEBR leave.
    let (delayed, remedy) = if noinput {
        (yes, no.clone())
    } else {
        (no.clone(), yes)
    };
    let (lock_time, sequence, pays, key, middle) = match name {
        "HED" => (0, FREE, Out(r), Some(Two), with_r),
        "HT" => (EXPIRY, FREE, Stage, Some(One), no),
        "HTRD" => (0, 1000, Out(s), noinput.then_some(Three), delayed),
        "HTBR" => (0, FREE, Out(r), Some(Four), remedy),
        "HTD" => (EXPIRY, FREE, Out(s), Some(Five), no),
        "HE" => (0, FREE, Stage, Some(Six), with_r),
        "HERD" => (0, 1000, Out(r), noinput.then_some(Seven), delayed),
        "HEBR" => (0, FREE, Out(s), Some(Eight), remedy),
        "HBR" => {
            let key = case.pick(One, Five);
            (0, FREE, Out(case.holder.other()), Some(key), no)
        }
        _ => panic!("{name} is no transaction of an HTLC"),
    };
    Row {
        lock_time,
        sequence,
        pays,
        key,
        middle,
    }
}

fn is_of_commitment(name: &str) -> bool {
    ["HED", "HT", "HTD", "HE", "HBR"].contains(&name)
}

#[test]
fn every_transaction_is_what_the_paper_says() {
    for case in Case::all() {
        let stage = script_htlc_stage(&case.fixture.params, &case.htlc, case.holder);
        for (name, child) in case.five() {
            let row = row(&case, name);
            assert_eq!(child.label.to_string(), format!("{name}7{}", case.holder));
            let tx = &child.tx;
            assert_eq!(tx.version.0, 3, "{}", child.label);
            assert_eq!(tx.lock_time, LockTime::from_consensus(row.lock_time));
            assert_eq!(tx.input.len(), 1);
            assert_eq!(tx.input[0].sequence, Sequence(row.sequence));
            assert!(tx.input[0].script_sig.is_empty());
            let script_pubkey = match row.pays {
                Pays::Out(side) => crate::script_delivery(case.fixture.params.delivery.get(side)),
                Pays::Stage => case.program(stage.as_bytes()),
            };
            let value = Amount::from_sat(AMOUNT);
            let paid = TxOut {
                value,
                script_pubkey,
            };
            assert_eq!(tx.output, [paid], "{}", child.label);
            assert_eq!(child.spent.value, value);
        }
    }
}

/// Commitment, `HT` or `HE`, and what comes after: each spends the output that the one before pays.
#[test]
fn every_transaction_spends_what_its_parent_pays() {
    for case in Case::all() {
        let parent = case.complete(case.pick("HT", "HE")).tx;
        for (name, child) in case.five() {
            let (parent, vout) = if is_of_commitment(name) {
                (&case.commitment.tx, 3)
            } else {
                (&parent, 0)
            };
            let vout_index = usize::try_from(vout).unwrap();
            assert_eq!(child.parent(), OutPoint::new(parent.compute_txid(), vout));
            assert_eq!(child.spent, parent.output[vout_index], "{}", child.label);
        }
    }
}

/// Element by element; signatures stand in the order a, b and hold under the keys that the paper
/// names, also with a fee attached.
#[test]
fn witnesses_hold_the_named_keys_signatures() {
    for case in Case::all() {
        let (hash_type, rules) = match case.dialect() {
            Dialect::Noinput => (HashType(0xc3), DigestRules::Noinput),
            Dialect::Csv => (HashType(0x83), DigestRules::Bip143),
        };
        for (name, child) in case.five() {
            let row = row(&case, name);
            let tx = with_fee(&child.tx);
            let witness = tx.input[0].witness.to_vec();
            let (script, before) = witness.split_last().unwrap();
            let (middle, signers) = if let Some(key) = row.key {
                assert!(before[0].is_empty());
                let of = |side| *case.secret(side, key).public().key();
                let signers = vec![(&before[1], of(Side::A)), (&before[2], of(Side::B))];
                (&before[3..], signers)
            } else {
                let delivery = case.fixture.params.delivery.get(case.holder);
                (&before[1..], vec![(&before[0], *delivery.key())])
            };
            assert_eq!(middle, row.middle, "{}", child.label);
            assert_eq!(child.spent.script_pubkey, case.program(script));
            let spent = SpentInput {
                rules,
                tx: &tx,
                index: 0,
                script_code: &ScriptBuf::from_bytes(script.clone()),
                amount: Amount::from_sat(AMOUNT),
            };
            for (bytes, signer) in signers {
                let signature = InputSignature::parse(bytes).unwrap();
                let verified = verify_input(&spent, hash_type, &signer, &signature);
                assert!(verified.is_ok(), "{}", child.label);
            }
        }
    }
}

/// Fees come from the weight of the longest signatures: exactly what it would be with them.
#[test]
fn worst_weights_are_those_of_the_longest_signatures() {
    for case in Case::all() {
        for (name, child) in case.five() {
            let signatures = if row(&case, name).key.is_some() {
                vec![1, 2]
            } else {
                vec![0]
            };
            assert!(child.worst_weight() >= child.tx.weight(), "{}", child.label);
            let mut witness = child.tx.input[0].witness.to_vec();
            for index in signatures {
                assert!((70..=72).contains(&witness[index].len()));
                witness[index] = vec![0; 73];
            }
            let mut longest = child.tx.clone();
            longest.input[0].witness = witness.into();
            assert_eq!(child.worst_weight(), longest.weight(), "{}", child.label);
            // The unsigned child says the same.
            if case.children().contains(&name) {
                assert_eq!(case.build(name).child().shape, child.shape);
            }
        }
    }
}
