use bitcoin::consensus::encode::serialize;
use leyden_labels::Dialect;
use proptest::prelude::*;

use super::*;
use crate::testing::{Fixture, core_accepts, outpoint, outputs_total};
use crate::{
    SignatureError, build_blamed_commitment, build_shared_commitment, funding_output,
    parse_commitment_numbers, parse_unenforceable, sign_commitment, verify_commitment,
};

const DUST: u64 = 330;

/// Amounts on both sides of every limit, for either side, and all of them in one small channel.
fn edge_cases() -> Vec<(u64, u64)> {
    let mut cases = Vec::new();
    for capacity in [
        1,
        2,
        DUST - 1,
        DUST,
        DUST + 1,
        2 * DUST - 1,
        2 * DUST,
        2 * DUST + 1,
    ] {
        cases.extend((0..=capacity).map(|a| (capacity, a)));
    }
    for capacity in [100_000_000, Amount::MAX_MONEY.to_sat()] {
        for edge in [0, 1, DUST - 1, DUST, DUST + 1, 50_000_000] {
            cases.extend([(capacity, edge), (capacity, capacity - edge)]);
        }
    }
    cases
}

#[test]
fn what_goes_in_comes_out_and_only_dust_goes_to_the_anchor() {
    let mut fixture = Fixture::new(Dialect::Noinput, 0);
    let specs = Side::BOTH.map(|holder| fixture.spec(0, holder, 0));
    for (capacity, a) in edge_cases() {
        fixture.params.capacity = Amount::from_sat(capacity);
        for spec in &specs {
            let (holder, balances) = (spec.holder, fixture.balances(a));
            let spec = CommitmentSpec {
                balances,
                ..spec.clone()
            };
            let commitment = fixture.commitment(&spec);
            let what = format!("{a} of {capacity}, holder {holder}");
            assert_eq!(outputs_total(&commitment.tx).to_sat(), capacity, "{what}");
            let own = spec.balances.get(holder).to_sat();
            let other = spec.balances.get(holder.other()).to_sat();
            assert_eq!(
                commitment.rsmc.as_ref().map(|o| o.value.to_sat()),
                (own >= DUST).then_some(own),
                "{what}"
            );
            assert_eq!(
                commitment.delivery.map(|o| o.value.to_sat()),
                (other >= DUST).then_some(other),
                "{what}"
            );
            let dust: u64 = [own, other]
                .into_iter()
                .filter(|amount| *amount < DUST)
                .sum();
            let anchor = commitment.tx.output.last().unwrap();
            assert_eq!(anchor.value.to_sat(), dust, "{what}");
            assert_eq!(anchor.script_pubkey, script_anchor());
            assert_eq!(
                usize::try_from(commitment.anchor_vout).unwrap(),
                commitment.tx.output.len() - 1
            );
        }
    }
}

#[test]
fn figure_4() {
    let fixture = Fixture::new(Dialect::Noinput, 100_000_000);
    let spec = fixture.spec(1, Side::A, 50_000_000);
    let commitment = fixture.commitment(&spec);
    let amounts: Vec<u64> = commitment
        .tx
        .output
        .iter()
        .map(|o| o.value.to_sat())
        .collect();
    assert_eq!(commitment.label.to_string(), "C1a");
    assert_eq!(amounts, [50_000_000, 50_000_000, 0]);
    assert_eq!(commitment.rsmc.unwrap().vout, 0);
    assert_eq!(commitment.delivery.unwrap().vout, 1);
    assert_eq!(commitment.tx.version.0, 3);
    assert!(commitment.tx.is_lock_time_enabled());
    assert_eq!(
        commitment.tx.input[0].sequence.to_relative_lock_time(),
        None
    );
}

#[test]
fn balances_that_are_not_the_capacity_are_refused() {
    let fixture = Fixture::new(Dialect::Csv, 1_000);
    let build = |a, b| {
        let balances = PerSide {
            a: Amount::from_sat(a),
            b: Amount::from_sat(b),
        };
        let spec = CommitmentSpec {
            balances,
            ..fixture.spec(0, Side::A, 0)
        };
        build_commitment(&fixture.params, &spec, outpoint(1)).map(|_| ())
    };
    let error = |total| {
        let (capacity, total) = (fixture.params.capacity, Amount::from_sat(total));
        Err(BuildError::Balances { capacity, total })
    };
    assert_eq!(build(500, 500), Ok(()));
    assert_eq!(build(500, 501), error(1_001));
    assert_eq!(build(500, 499), error(999));
    assert_eq!(build(u64::MAX, 1_001), Err(BuildError::Overflow));
    assert_eq!(build(u64::MAX, 0), Err(BuildError::Overflow));
}

#[test]
fn a_number_has_48_bits() {
    let fixture = Fixture::new(Dialect::Csv, 1_000);
    let build = |number| {
        let spec = CommitmentSpec {
            number,
            ..fixture.spec(0, Side::A, 500)
        };
        build_commitment(&fixture.params, &spec, outpoint(1)).map(|_| ())
    };
    assert_eq!(build((1 << 48) - 1), Ok(()));
    assert_eq!(build(1 << 48), Err(BuildError::Number { number: 1 << 48 }));
}

proptest! {
    #[test]
    fn the_number_reads_back(number in 0_u64..1 << 48, signed: bool, b_holds: bool) {
        let fixture = Fixture::new(Dialect::Noinput, 1_000_000);
        let holder = if b_holds { Side::B } else { Side::A };
        let spec = CommitmentSpec { number, ..fixture.spec(0, holder, 400_000) };
        let commitment = fixture.commitment(&spec);
        let tx = if signed { fixture.complete(&commitment).tx } else { commitment.tx };
        prop_assert_eq!(parse_commitment_numbers(&fixture.params, &tx), [number].into());
        prop_assert!(tx.is_lock_time_enabled());
        prop_assert!(tx.lock_time.is_satisfied_by(bitcoin::absolute::Height::ZERO, bitcoin::absolute::Time::from_consensus(1_231_006_505).unwrap()));
        prop_assert_eq!(tx.input[0].sequence.to_relative_lock_time(), None);
    }

    #[test]
    fn any_balances_build(capacity in 1..=Amount::MAX_MONEY.to_sat(), part in 0.0..=1.0_f64) {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
        let a = ((capacity as f64 * part) as u64).min(capacity);
        let fixture = Fixture::new(Dialect::Csv, capacity);
        let commitment = fixture.commitment(&fixture.spec(0, Side::B, a));
        prop_assert_eq!(outputs_total(&commitment.tx).to_sat(), capacity);
    }
}

#[test]
fn bitcoin_core_accepts_a_complete_commitment() {
    for holder in Side::BOTH {
        let fixture = Fixture::new(Dialect::Csv, 100_000_000);
        let tx = fixture
            .complete(&fixture.commitment(&fixture.spec(2, holder, 40_000_000)))
            .tx;
        let spent = funding_output(&fixture.params);
        assert!(core_accepts(&tx, 0, &spent));
        let mut changed = tx;
        changed.output[0].value += Amount::ONE_SAT;
        assert!(!core_accepts(&changed, 0, &spent));
    }
}

#[test]
fn a_wrong_signature_is_an_error() {
    for dialect in Dialect::BOTH {
        let fixture = Fixture::new(dialect, 100_000_000);
        let commitment = fixture.commitment(&fixture.spec(2, Side::A, 40_000_000));
        let other = fixture.commitment(&fixture.spec(2, Side::A, 40_000_001));
        let (params, keys) = (&fixture.params, &fixture.keys);
        let good = sign_commitment(params, &commitment, keys.b.funding()).unwrap();
        let by_a = sign_commitment(params, &commitment, keys.a.funding()).unwrap();
        let verify = |c, side, s| verify_commitment(params, c, side, s).map(|_| ());
        assert_eq!(verify(&commitment, Side::B, &good), Ok(()));
        assert_eq!(verify(&other, Side::B, &good), Err(SignatureError::Invalid));
        assert_eq!(
            verify(&commitment, Side::B, &by_a),
            Err(SignatureError::Invalid)
        );
        assert_eq!(
            verify(&commitment, Side::A, &by_a),
            Err(SignatureError::WrongKey)
        );
        let countersigned = verify_commitment(params, &commitment, Side::B, &good).unwrap();
        let wrong = crate::complete_commitment(params, &countersigned, keys.b.funding());
        assert_eq!(wrong, Err(SignatureError::WrongKey));
        let stranger = crate::ChannelKeys::derive(&crate::Seed::new([9; 32]), 0).unwrap();
        let foreign = sign_commitment(params, &commitment, stranger.funding());
        assert_eq!(foreign, Err(SignatureError::WrongKey));
    }
}

/// With NOINPUT another `F` and more inputs are fine, and children follow the new txid.
#[test]
fn a_commitment_is_recognised_on_the_chain() {
    for dialect in Dialect::BOTH {
        let fixture = Fixture::new(dialect, 100_000_000);
        let spec = fixture.spec(7, Side::B, 40_000_000);
        let commitment = fixture.commitment(&spec);
        let complete = fixture.complete(&commitment).tx;
        let seen = commitment.on_chain(&fixture.params, &complete).unwrap();
        assert_eq!(seen.tx, complete);

        let mut joined = complete.clone();
        joined.input.insert(
            0,
            TxIn {
                previous_output: outpoint(8),
                sequence: Sequence(0x8000_0000),
                ..TxIn::default()
            },
        );
        joined.input[1].previous_output = outpoint(9);
        let seen = commitment.on_chain(&fixture.params, &joined).unwrap();
        assert_eq!(seen.outpoint(0).txid, joined.compute_txid());
        assert_eq!(
            parse_commitment_numbers(&fixture.params, &joined),
            [7].into()
        );

        let older = fixture.commitment(&fixture.spec(6, Side::B, 40_000_000));
        let held_by_a = fixture.commitment(&fixture.spec(7, Side::A, 40_000_000));
        for other in [older, held_by_a] {
            assert_eq!(other.on_chain(&fixture.params, &complete), None);
        }
    }
}

/// A NOINPUT countersignature is good for every `F` of the same script and amount.
#[test]
fn a_countersignature_survives_another_funding_transaction() {
    for (dialect, survives) in [(Dialect::Noinput, true), (Dialect::Csv, false)] {
        let fixture = Fixture::new(dialect, 100_000_000);
        let spec = fixture.spec(0, Side::A, 40_000_000);
        let first = fixture.commitment(&spec);
        let signature = sign_commitment(&fixture.params, &first, fixture.keys.b.funding()).unwrap();
        let second = build_commitment(&fixture.params, &spec, outpoint(2)).unwrap();
        let verified = verify_commitment(&fixture.params, &second, Side::B, &signature);
        assert_eq!(verified.is_ok(), survives, "{dialect}");
    }
}

#[test]
fn figures_1_to_3_are_not_mistaken_for_revocable_commitments() {
    let fixture = Fixture::new(Dialect::Csv, 100_000_000);
    let (params, balances) = (&fixture.params, fixture.balances(50_000_000));
    let shared = build_shared_commitment(params, 1, &balances, outpoint(1)).unwrap();
    let blamed = Side::BOTH
        .map(|side| build_blamed_commitment(params, 1, side, &balances, &[], outpoint(1)).unwrap());
    let real = fixture.commitment(&fixture.spec(1, Side::A, 50_000_000));
    assert_eq!(parse_unenforceable(params, &real.tx), None);
    assert_eq!(shared.label.to_string(), "C1");
    let mut seen = vec![serialize(&real.tx)];
    for commitment in [&shared, &blamed[0], &blamed[1]] {
        let tx = fixture.complete(commitment).tx;
        assert_eq!(parse_unenforceable(params, &tx), Some(commitment.label));
        assert!(parse_commitment_numbers(params, &tx).is_empty());
        assert!(core_accepts(&tx, 0, &funding_output(params)));
        assert_eq!(outputs_total(&tx), params.capacity);
        assert!(!seen.contains(&serialize(&commitment.tx)));
        seen.push(serialize(&commitment.tx));
    }
    // Figures 1 and 2: either side can put the last signature to it.
    let signature = sign_commitment(params, &shared, fixture.keys.a.funding()).unwrap();
    let by_a = verify_commitment(params, &shared, Side::A, &signature).unwrap();
    assert!(crate::complete_commitment(params, &by_a, fixture.keys.b.funding()).is_ok());
}

#[test]
fn the_parent_weight_is_that_of_the_longest_signatures() {
    for (a, outputs) in [(50_000_000, 3), (0, 2)] {
        let fixture = Fixture::new(Dialect::Noinput, 100_000_000);
        let commitment = fixture.commitment(&fixture.spec(0, Side::A, a));
        let parent = commitment.unconfirmed_parent().unwrap();
        let real = fixture.complete(&commitment).tx;
        assert_eq!(real.output.len(), outputs);
        let spare = parent.weight.to_wu() - real.weight().to_wu();
        assert!((2..=4).contains(&spare), "{spare}");
        assert_eq!(parent.label.to_string(), "FB0a");
        assert_eq!(parent.anchor.vout, commitment.anchor_vout);
    }
}
