use leyden_labels::Dialect;
use proptest::prelude::*;

use super::*;
use crate::funding_output;
use crate::testing::{Fixture, core_accepts, outpoint, outputs_total};

fn sat(fixture: &Fixture, a: u64, sat_per_kwu: u64) -> Result<(u64, u64, u64), BuildError> {
    let rate = FeeRate::from_sat_per_kwu(sat_per_kwu);
    build_settlement(&fixture.params, &fixture.balances(a), outpoint(1), rate)
        .map(|es| (es.paid.a.to_sat(), es.paid.b.to_sat(), es.fee.to_sat()))
}

/// 1 sat/vB: 169 vB with both outputs and the longest signatures.
#[test]
fn the_fee_is_shared() {
    let fixture = Fixture::new(Dialect::Noinput, 100_000);
    assert_eq!(sat(&fixture, 60_000, 250), Ok((59_915, 39_916, 169)));
    // 2 sat/vB is even.
    assert_eq!(sat(&fixture, 60_000, 500), Ok((59_831, 39_831, 338)));
    // A side that cannot bear its half bears what it has.
    assert_eq!(sat(&fixture, 0, 250), Ok((0, 99_831, 169)));
    assert_eq!(sat(&fixture, 80, 250), Ok((0, 99_831, 169)));
    assert_eq!(sat(&fixture, 100_000 - 50, 250), Ok((99_831, 0, 169)));
    // What is left below dust goes to the fee.
    assert_eq!(sat(&fixture, 85 + 329, 250), Ok((0, 99_502, 169 + 329)));
    assert_eq!(sat(&fixture, 85 + 330, 250), Ok((330, 99_501, 169)));
    let (fee, available) = (Amount::from_sat(169_000), Amount::from_sat(100_000));
    let too_high = BuildError::FeeTooHigh { fee, available };
    assert_eq!(sat(&fixture, 50_000, 250_000), Err(too_high));
}

proptest! {
    #[test]
    fn nothing_is_lost(capacity in 330_u64..200_000, a in 0_u64..200_000, rate in 0_u64..60_000) {
        let fixture = Fixture::new(Dialect::Csv, capacity);
        let balances = fixture.balances(a.min(capacity));
        let rate = FeeRate::from_sat_per_kwu(rate);
        if let Ok(es) = build_settlement(&fixture.params, &balances, outpoint(1), rate) {
            prop_assert_eq!(outputs_total(&es.tx) + es.fee, fixture.params.capacity);
            prop_assert_eq!(es.paid.a + es.paid.b, outputs_total(&es.tx));
            prop_assert!(es.paid.a <= balances.a && es.paid.b <= balances.b);
            prop_assert!(es.tx.output.iter().all(|output| output.value.to_sat() >= 330));
            prop_assert!(!es.tx.output.is_empty());
        }
    }
}

#[test]
fn both_dialects_sign_the_same_way() {
    for dialect in Dialect::BOTH {
        let fixture = Fixture::new(dialect, 100_000);
        let (params, keys) = (&fixture.params, &fixture.keys);
        let rate = FeeRate::from_sat_per_vb(1).unwrap();
        let es = build_settlement(params, &fixture.balances(60_000), outpoint(1), rate).unwrap();
        assert_eq!(es.tx.version.0, 2);
        let signature = sign_settlement(params, &es, keys.a.funding()).unwrap();
        assert_eq!(signature.hash_type(), HashType::ALL);
        let wrong = verify_settlement(params, &es, Side::B, &signature);
        assert_eq!(wrong, Err(SignatureError::Invalid));
        let countersigned = verify_settlement(params, &es, Side::A, &signature).unwrap();
        let own_key = complete_settlement(params, &countersigned, keys.a.funding());
        assert_eq!(own_key, Err(SignatureError::WrongKey));
        let complete = complete_settlement(params, &countersigned, keys.b.funding()).unwrap();
        assert_eq!(complete.label.to_string(), "ES");
        if dialect == Dialect::Csv {
            assert!(core_accepts(&complete.tx, 0, &funding_output(params)));
        }
        let shape = InputShape::multisig(FUNDING_SCRIPT_LEN);
        let worst = transaction_weight(&[shape], &complete.tx.output).to_wu();
        let spare = worst.checked_sub(complete.tx.weight().to_wu()).unwrap();
        assert!(spare <= 4, "{spare}");
        // Unlike a commitment it is for this F only.
        let replaced =
            build_settlement(params, &fixture.balances(60_000), outpoint(2), rate).unwrap();
        let signature = verify_settlement(params, &replaced, Side::A, &signature);
        assert_eq!(signature, Err(SignatureError::Invalid));
    }
}
