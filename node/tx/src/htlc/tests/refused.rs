//! What cannot be built or completed.

use super::*;
use crate::{BuildError, ChildError, SignatureError};

const WRONG_KEY: ChildError = ChildError::Signature(SignatureError::WrongKey);

#[test]
fn a_transaction_belongs_to_one_sides_commitment() {
    for case in Case::all() {
        let (params, commitment, htlc) = (&case.fixture.params, &case.commitment, &case.htlc);
        let none = Some(BuildError::NoHtlc { number: K });
        let (of_sender, of_receiver) = case.pick((None, none), (none, None));
        let hed = build_htlc_execution_delivery(params, commitment, htlc);
        let ht = build_htlc_timeout(params, commitment, htlc);
        let htd = build_htlc_timeout_delivery(params, commitment, htlc);
        let he = build_htlc_execution(params, commitment, htlc);
        assert_eq!([hed, ht].map(Result::err), [of_sender; 2]);
        assert_eq!([htd, he].map(Result::err), [of_receiver; 2]);
        let hbr = build_htlc_breach_remedy(params, commitment, htlc);
        assert!(hbr.is_ok());
    }
}

#[test]
fn an_htlc_that_the_commitment_does_not_carry_has_no_transactions() {
    for case in Case::all() {
        let (params, commitment) = (&case.fixture.params, &case.commitment);
        let htlc = case.fixture.htlc(8, case.htlc.sender, AMOUNT);
        let children = [
            build_htlc_execution_delivery(params, commitment, &htlc),
            build_htlc_timeout(params, commitment, &htlc),
            build_htlc_timeout_delivery(params, commitment, &htlc),
            build_htlc_execution(params, commitment, &htlc),
        ];
        let none = BuildError::NoHtlc { number: 8 };
        for child in children {
            assert_eq!(child.err(), Some(none));
        }
        let remedy = build_htlc_breach_remedy(params, commitment, &htlc);
        assert_eq!(remedy.err(), Some(none));
    }
}

/// Neither the claimant nor another HTLC's keys.
#[test]
fn the_wrong_side_cannot_presign() {
    for case in Case::all() {
        for name in case.children() {
            let params = &case.fixture.params;
            let child = case.build(name);
            let alone = case.presign(name).is_none();
            let expected = if alone { Ok(None) } else { Err(WRONG_KEY) };
            let claimant = case.claimant(name);
            let own = presign_htlc_child(params, &child, &case.secrets(claimant));
            assert_eq!(own, expected, "{name}");
            let other_htlc = case.fixture.keys.get(claimant.other()).htlc(8).unwrap();
            let foreign = presign_htlc_child(params, &child, &other_htlc);
            assert_eq!(foreign, expected, "{name}");
        }
    }
}

#[test]
fn r_is_needed_exactly_where_the_script_asks_for_it() {
    for case in Case::all() {
        for name in case.children() {
            let (claimant, presigned) = (case.claimant(name), case.presigned(name));
            let complete = |preimage: Option<&PaymentPreimage>| {
                complete_htlc_child(
                    &case.fixture.params,
                    &presigned,
                    &case.secrets(claimant),
                    case.delivery(claimant),
                    preimage,
                )
            };
            let good = complete(Some(&preimage_of(K)));
            let others = [complete(None), complete(Some(&preimage_of(8)))];
            let expected = if ["HED", "HE"].contains(&name) {
                Err(ChildError::Preimage)
            } else {
                good.clone()
            };
            assert!(good.is_ok());
            assert_eq!(others, [expected.clone(), expected], "{name}");
        }
    }
}

#[test]
fn only_the_claimants_keys_complete() {
    for case in Case::all() {
        for name in case.children() {
            let (claimant, presigned) = (case.claimant(name), case.presigned(name));
            let alone = case.presign(name).is_none();
            let complete = |secrets: &HtlcSecrets, delivery| {
                let r = preimage_of(K);
                let params = &case.fixture.params;
                complete_htlc_child(params, &presigned, secrets, delivery, Some(&r))
                    .map(|child| child.tx)
            };
            let good = Ok(case.complete(name).tx);
            let wrong = Err(WRONG_KEY);
            let (secrets, delivery) = (case.secrets(claimant), case.delivery(claimant));
            let other = claimant.other();
            // The one is asked for where the other is not.
            let (by_secrets, by_delivery) = if alone {
                (&good, &wrong)
            } else {
                (&wrong, &good)
            };
            let foreign = case.fixture.keys.get(claimant).htlc(8).unwrap();
            assert_eq!(complete(&case.secrets(other), delivery), *by_secrets);
            assert_eq!(complete(&foreign, delivery), *by_secrets);
            assert_eq!(complete(&secrets, case.delivery(other)), *by_delivery);
        }
    }
}

/// The key that is disclosed when the HTLC ends, and none but it.
#[test]
fn a_remedy_takes_the_one_disclosed_key() {
    for case in Case::all() {
        let disclosed = HtlcKey::disclosed_by(case.holder, case.htlc.sender);
        let expected = case.pick(
            [HtlcKey::One, HtlcKey::Four],
            [HtlcKey::Five, HtlcKey::Eight],
        );
        assert_eq!(disclosed, expected);
        for (name, key) in case.remedies().into_iter().zip(expected) {
            let remedy = case.build_remedy(name);
            assert_eq!(remedy.disclosed_key(), key, "{name}");
            let other = case.holder.other();
            let complete = |secrets: &HtlcSecrets, disclosed: &HtlcSecret| {
                let params = &case.fixture.params;
                complete_htlc_remedy(params, &remedy, secrets, disclosed).map(|child| child.tx)
            };
            let (secrets, good) = (case.secrets(other), case.secret(case.holder, key));
            assert_eq!(complete(&secrets, &good), Ok(case.remedy(name).tx));
            for side in Side::BOTH {
                for wrong in HtlcKey::ALL {
                    if (side, wrong) != (case.holder, key) {
                        let wrong = case.secret(side, wrong);
                        assert_eq!(complete(&secrets, &wrong), Err(WRONG_KEY), "{name}");
                    }
                }
            }
            let of_other_htlc = |side| case.fixture.keys.get(side).htlc(8).unwrap();
            let foreign = of_other_htlc(case.holder).key(key).unwrap();
            assert_eq!(complete(&secrets, &foreign), Err(WRONG_KEY));
            assert_eq!(complete(&of_other_htlc(other), &good), Err(WRONG_KEY));
            assert_eq!(complete(&case.secrets(case.holder), &good), Err(WRONG_KEY));
        }
    }
}
