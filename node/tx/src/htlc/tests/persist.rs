//! "An HTLC persists across commitments" (§4.2): what a presignature is good for.

use bitcoin::TxIn;

use super::*;
use crate::testing::outpoint;
use crate::{SignatureError, build_commitment};

/// A later commitment with HTLC 7 alone, the holder's balance gone, and `F` replaced: another txid, output 1.
fn later(case: &Case) -> Case {
    let fixture = Fixture::new(case.dialect(), 100_000_000);
    let a_sat = match case.holder {
        Side::A => AMOUNT,
        Side::B => 100_000_000,
    };
    let spec = fixture.spec_with(40, case.holder, a_sat, vec![case.htlc.clone()]);
    let commitment = build_commitment(&fixture.params, &spec, outpoint(5)).unwrap();
    assert_eq!(commitment.htlcs[0].vout, 1);
    assert_eq!(case.commitment.htlcs[1].vout, 3);
    Case {
        fixture,
        htlc: case.htlc.clone(),
        holder: case.holder,
        commitment,
    }
}

#[test]
fn a_presignature_is_good_for_every_later_commitment_in_noinput_only() {
    for case in Case::all() {
        let (params, later) = (&case.fixture.params, later(&case));
        for name in case.children() {
            let presignature = case.presign(name);
            let child = later.build(name);
            let verified = verify_htlc_child(params, child.clone(), presignature.as_ref());
            if case.dialect() == Dialect::Csv && presignature.is_some() {
                assert_eq!(verified, Err(SignatureError::Invalid), "{name}");
                continue;
            }
            let claimant = case.claimant(name);
            let completed = complete_htlc_child(
                params,
                &verified.unwrap(),
                &case.secrets(claimant),
                case.delivery(claimant),
                Some(&preimage_of(K)),
            );
            let completed = completed.unwrap();
            assert_eq!(completed, later.complete(name), "{name}");
            assert_ne!(completed.parent(), case.complete(name).parent(), "{name}");
            assert_eq!(child.child().tx.output, case.build(name).child().tx.output);
        }
    }
}

/// In `noinput` anyone may add inputs to a commitment, and to `HT` or `HE`, also before the signed one.
#[test]
fn presignatures_follow_what_is_seen_on_the_chain() {
    for case in Case::of_dialect(Dialect::Noinput) {
        let params = &case.fixture.params;
        let presignatures = case.children().map(|name| case.presign(name));
        let mut seen = case.fixture.complete(&case.commitment).tx;
        seen.input.push(TxIn {
            previous_output: outpoint(4),
            ..TxIn::default()
        });
        let commitment = case.commitment.on_chain(params, &seen).unwrap();
        let moved = Case {
            commitment,
            ..Case::new(Dialect::Noinput, case.htlc.sender, case.holder)
        };
        for (name, presignature) in case.children().into_iter().zip(presignatures) {
            let verified = verify_htlc_child(params, moved.build(name), presignature.as_ref());
            assert!(verified.is_ok(), "{name}");
        }
        let parent = OutPoint {
            vout: 4,
            ..outpoint(6)
        };
        let stage = HtlcStage::new(params, &case.htlc, case.holder, parent);
        let [_, _, name] = case.children();
        let child = stage.revocable_delivery(params, &case.htlc);
        assert_eq!(child.child().tx.input[0].previous_output, parent);
        let presignature = case.presign(name);
        assert!(verify_htlc_child(params, child, presignature.as_ref()).is_ok());
        let remedy = stage.breach_remedy(params, &case.htlc);
        assert_eq!(remedy.child().tx.input[0].previous_output, parent);
    }
}
