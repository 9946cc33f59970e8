//! A presignature holds for what both sides agreed on, and for nothing else.

use bitcoin::Amount;
use bitcoin::absolute::Height;

use super::*;
use crate::{Delay, DigestRules, HashType, SignatureError, sign_input};

fn check(
    case: &Case,
    name: &str,
    presignature: Option<&InputSignature>,
) -> Result<(), SignatureError> {
    verify_htlc_child(&case.fixture.params, case.build(name), presignature).map(|_| ())
}

#[test]
fn presignatures_are_asked_for_exactly_where_the_dialect_has_them() {
    for case in Case::all() {
        for name in case.children() {
            let presignature = case.presign(name);
            let alone = case.dialect() == Dialect::Csv && ["HTRD", "HERD"].contains(&name);
            assert_eq!(presignature.is_none(), alone, "{name}");
            assert_eq!(check(&case, name, presignature.as_ref()), Ok(()));
            let surplus = case.presign(case.pick("HT", "HE"));
            let (other_way, error) = if alone {
                (surplus.as_ref(), SignatureError::Unexpected)
            } else {
                (None, SignatureError::Missing)
            };
            assert_eq!(check(&case, name, other_way), Err(error), "{name}");
        }
    }
}

/// The claimant's own key, any other of the eight, and each other transaction's presignature.
#[test]
fn a_presignature_of_another_key_or_transaction_is_refused() {
    for case in Case::all() {
        let rules = DigestRules::of(case.dialect());
        let hash_type = HashType::for_child(case.dialect());
        for name in case.children() {
            let Some(good) = case.presign(name) else {
                continue;
            };
            let child = case.build(name);
            let spent = child.child().spent_input(rules);
            for side in Side::BOTH {
                for key in HtlcKey::ALL {
                    let secret = case.secret(side, key);
                    let signature = sign_input(&spent, hash_type, secret.expose()).unwrap();
                    let expected = if signature == good {
                        Ok(())
                    } else {
                        Err(SignatureError::Invalid)
                    };
                    assert_eq!(check(&case, name, Some(&signature)), expected, "{name}");
                }
            }
            for other in case.children().into_iter().filter(|other| *other != name) {
                if let Some(signature) = case.presign(other) {
                    let refused = check(&case, name, Some(&signature));
                    assert_eq!(refused, Err(SignatureError::Invalid), "{other}");
                }
            }
            let got = HashType::ALL;
            let signer = case.claimant(name).other();
            for key in HtlcKey::ALL {
                let secret = case.secret(signer, key);
                let signature = sign_input(&spent, got, secret.expose()).unwrap();
                let expected = hash_type;
                let refused = Err(SignatureError::HashType { expected, got });
                assert_eq!(check(&case, name, Some(&signature)), refused);
            }
        }
    }
}

/// Keys are of one HTLC only, so a change of amount or number breaks all. The hash stands in the output's
/// script; the expiry only in `HT` and `HTD`; the delay in what follows `HT` and `HE`, and in `csv` in
/// the script that they pay.
#[test]
fn a_presignature_of_other_terms_is_refused() {
    type Change = fn(&mut Case);
    let changes: [(&str, Change); 5] = [
        ("amount", |case| case.htlc.amount += Amount::ONE_SAT),
        ("number", |case| {
            case.htlc = case.fixture.htlc(K + 1, case.htlc.sender, AMOUNT);
            case.htlc.hash = preimage_of(K).hash();
        }),
        ("hash", |case| case.htlc.hash = preimage_of(K + 1).hash()),
        ("expiry", |case| {
            case.htlc.expiry = Height::from_consensus(431).unwrap();
        }),
        ("delay", |case| {
            case.fixture.params.delay = Delay::new(999).unwrap();
        }),
    ];
    for case in Case::all() {
        for (what, change) in changes {
            let mut other = Case::new(case.dialect(), case.htlc.sender, case.holder);
            change(&mut other);
            let other = Case::of(other.fixture, other.htlc, case.holder);
            for name in case.children() {
                let csv = case.dialect() == Dialect::Csv;
                let holds = match what {
                    "hash" => !csv && ["HTRD", "HERD"].contains(&name),
                    "expiry" => !["HT", "HTD"].contains(&name),
                    // In `csv` the commitment's txid changes with its revocable output.
                    "delay" => !csv && !["HTRD", "HERD"].contains(&name),
                    _ => false,
                };
                let Some(presignature) = case.presign(name) else {
                    continue;
                };
                let checked = check(&other, name, Some(&presignature));
                assert_eq!(checked.is_ok(), holds, "{what} {name} {}", case.dialect());
            }
        }
    }
}

/// What is agreed for one side's commitment is good for nothing on the other's.
#[test]
fn a_presignature_for_the_other_commitment_is_refused() {
    for case in Case::all() {
        let other = Case::new(case.dialect(), case.htlc.sender, case.holder.other());
        for name in case.children() {
            for there in other.children() {
                if let (Some(presignature), true) =
                    (case.presign(name), other.presign(there).is_some())
                {
                    let refused = check(&other, there, Some(&presignature));
                    assert_eq!(refused, Err(SignatureError::Invalid), "{name}, {there}");
                }
            }
        }
    }
}
