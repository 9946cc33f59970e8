//! R in the witness, also of another length than the paper's.

use bitcoin::Witness;
use bitcoin::hashes::hash160;

use super::*;
use crate::testing::{core_accepts, with_fee};

/// R of any length, as it is learnt: from a witness.
fn seen(bytes: &[u8]) -> PaymentPreimage {
    let hash = PaymentHash::new(hash160::Hash::hash(bytes).to_byte_array());
    let witness = Witness::from_slice(&[&[][..], b"sigA", b"sigB", bytes, &[1], b"script"]);
    preimage_in(&witness, &hash).unwrap()
}

#[test]
fn r_is_found_where_it_is_shown_and_nowhere_else() {
    for case in Case::all() {
        for (name, child) in case.five() {
            let tx = with_fee(&child.tx);
            let found = preimage_in(&tx.input[0].witness, &case.htlc.hash);
            let expected = ["HED", "HE"].contains(&name).then(|| preimage_of(K));
            assert_eq!(found, expected, "{name}");
            let other = preimage_in(&tx.input[0].witness, &preimage_of(8).hash());
            assert_eq!(other, None, "{name}");
        }
        let commitment = case.fixture.complete(&case.commitment).tx;
        let found = preimage_in(&commitment.input[0].witness, &case.htlc.hash);
        assert_eq!(found, None);
    }
}

/// No witness is too short to be looked at, and R counts only before the branch and the script.
#[test]
fn r_has_its_place() {
    let r = preimage_of(K);
    let find = |elements: &[&[u8]]| preimage_in(&Witness::from_slice(elements), &r.hash());
    assert_eq!(find(&[]), None);
    assert_eq!(find(&[r.as_bytes()]), None);
    assert_eq!(find(&[r.as_bytes(), &[1]]), None);
    assert_eq!(find(&[r.as_bytes(), &[1], b"s"]), Some(r.clone()));
    assert_eq!(find(&[r.as_bytes(), b"sig", &[1], b"s"]), None);
    assert_eq!(find(&[&r.hash().as_bytes()[..], &[1], b"s"]), None);
    assert_eq!(find(&[&r.as_bytes()[1..], &[1], b"s"]), None);
}

/// The script has no size check: what hashes to the payment hash is R. It is paid, read back, of use
/// upstream as it is, and its weight is counted. (Consensus allows 520 bytes; Bitcoin Core relays 80.)
#[test]
fn r_of_another_length_is_good_on_the_chain() {
    for length in [0, 1, 19, 21, 32, 80, 252, 253, 520] {
        let r = seen(&vec![0x52; length]);
        assert!(!r.is_usual());
        for dialect in Dialect::BOTH {
            for (sender, holder) in [(Side::A, Side::A), (Side::A, Side::B)] {
                let fixture = Fixture::new(dialect, 100_000_000);
                let htlc = Htlc {
                    hash: r.hash(),
                    ..fixture.htlc(K, sender, AMOUNT)
                };
                let case = Case::of(fixture, htlc, holder);
                let child = case.complete_with(case.pick("HED", "HE"), &r);
                let witness = &child.tx.input[0].witness;
                assert_eq!(preimage_in(witness, &r.hash()), Some(r.clone()));
                if dialect == Dialect::Csv {
                    assert!(core_accepts(&child.tx, 0, &child.spent), "{length}");
                }
                let mut longest = witness.to_vec();
                longest[1] = vec![0; 73];
                longest[2] = vec![0; 73];
                let mut tx = child.tx.clone();
                tx.input[0].witness = longest.into();
                assert_eq!(child.worst_weight(), tx.weight(), "{length}");
                assert!(child.worst_weight() >= child.tx.weight());
            }
        }
    }
    assert!(preimage_of(K).is_usual());
    assert_eq!(seen(preimage_of(K).as_bytes()), preimage_of(K));
}

#[test]
fn debug_shows_the_hash_and_no_secret() {
    let preimage = PaymentPreimage::new([0xab; 20]);
    assert_eq!(format!("{preimage:?}"), "PaymentPreimage(..)");
    let hash = PaymentHash::new([0xab; 20]);
    assert_eq!(
        format!("{hash:?}"),
        format!("PaymentHash({})", "ab".repeat(20))
    );
    let case = Case::new(Dialect::Csv, Side::A, Side::A);
    let secrets = case.secrets(Side::A);
    let secret = case.secret(Side::A, HtlcKey::One);
    assert_eq!(
        format!("{secrets:?} {secret:?}"),
        "HtlcSecrets(..) HtlcSecret(..)"
    );
}
