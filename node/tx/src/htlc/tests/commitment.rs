//! Commitments that carry HTLCs.

use bitcoin::{Amount, Transaction, Weight};
use leyden_labels::PerSide;
use proptest::prelude::*;

use super::*;
use crate::testing::{core_accepts, outpoint, outputs_total};
use crate::{BuildError, DUST_LIMIT, build_commitment, funding_output, most_htlcs, script_anchor};

fn amounts(tx: &Transaction) -> Vec<u64> {
    tx.output.iter().map(|o| o.value.to_sat()).collect()
}

/// HTLCs 1 to `count`, in turn from a and b.
fn in_turn(fixture: &Fixture, count: usize) -> Vec<Htlc> {
    let sides = Side::BOTH.into_iter().cycle();
    let numbered = (1..).zip(sides).take(count);
    numbered
        .map(|(number, sender)| fixture.htlc(number, sender, 1_000 + number))
        .collect()
}

/// §4.2: Alice's 0.5 falls to 0.4, Bob keeps 0.5, output 2 is the 0.1 under way.
#[test]
fn the_papers_first_htlc() {
    for holder in Side::BOTH {
        let fixture = Fixture::new(Dialect::Noinput, 100_000_000);
        let htlc = fixture.htlc(1, Side::A, 10_000_000);
        let spec = fixture.spec_with(2, holder, 50_000_000, vec![htlc]);
        let commitment = fixture.commitment(&spec);
        let expected = match holder {
            Side::A => [40_000_000, 50_000_000, 10_000_000, 0],
            Side::B => [50_000_000, 40_000_000, 10_000_000, 0],
        };
        assert_eq!(amounts(&commitment.tx), expected);
    }
}

/// Outputs 0 and 1 are the balances, then the HTLCs in order, last the anchor.
#[test]
fn outputs_stand_in_the_order_of_the_numbers() {
    for (count, dialect) in [0, 1, 2, 5, most_htlcs()]
        .into_iter()
        .flat_map(|count| Dialect::BOTH.map(|dialect| (count, dialect)))
    {
        for holder in Side::BOTH {
            let fixture = Fixture::new(dialect, 100_000_000);
            let htlcs = in_turn(&fixture, count);
            let spec = fixture.spec_with(3, holder, 60_000_000, htlcs.clone());
            let commitment = fixture.commitment(&spec);
            let locked: u64 = htlcs.iter().map(|htlc| htlc.amount.to_sat()).sum();
            let balances = PerSide {
                a: 60_000_000 - locked,
                b: 40_000_000,
            };
            let mut expected = vec![*balances.get(holder), *balances.get(holder.other())];
            expected.extend((1_001..).take(count));
            expected.push(0);
            assert_eq!(amounts(&commitment.tx), expected);
            assert_eq!(outputs_total(&commitment.tx), fixture.params.capacity);
            assert_eq!(commitment.htlcs.len(), count);
            let case = Case::new(dialect, Side::A, holder);
            for ((output, htlc), vout) in commitment.htlcs.iter().zip(&htlcs).zip(2_u32..) {
                assert_eq!((output.number, output.vout), (htlc.number, vout));
                assert_eq!(output.witness_script, script_htlc(htlc, holder));
                let coin = commitment.output(vout).unwrap();
                let script = case.program(output.witness_script.as_bytes());
                assert_eq!(coin.script_pubkey, script);
            }
            let anchor = commitment.tx.output.last().unwrap();
            assert_eq!(anchor.script_pubkey, script_anchor());
            assert_eq!(usize::try_from(commitment.anchor_vout), Ok(count + 2));
        }
    }
}

#[test]
fn bitcoin_core_accepts_the_fullest_commitment() {
    let fixture = Fixture::new(Dialect::Csv, 100_000_000);
    for holder in Side::BOTH {
        let htlcs = in_turn(&fixture, most_htlcs());
        let spec = fixture.spec_with(3, holder, 60_000_000, htlcs);
        let complete = fixture.complete(&fixture.commitment(&spec)).tx;
        assert!(core_accepts(&complete, 0, &funding_output(&fixture.params)));
    }
}

/// Version 3 limits a transaction to 10,000 vB (BIP 431). With the longest signatures.
#[test]
fn the_most_htlcs_fit_and_not_one_more() {
    for dialect in Dialect::BOTH {
        let fixture = Fixture::new(dialect, 100_000_000);
        let weight = |count| {
            let htlcs = in_turn(&fixture, count);
            let commitment = fixture.commitment(&fixture.spec_with(3, Side::A, 60_000_000, htlcs));
            let mut tx = fixture.complete(&commitment).tx;
            let real = tx.weight();
            let mut witness = tx.input[0].witness.to_vec();
            witness[1] = vec![0; 73];
            witness[2] = vec![0; 73];
            tx.input[0].witness = witness.into();
            let parent = commitment.unconfirmed_parent().unwrap();
            assert_eq!(parent.weight, tx.weight());
            assert!(real <= tx.weight());
            tx.weight()
        };
        let limit = Weight::from_wu(40_000);
        assert!(weight(most_htlcs()) <= limit);
        assert!(weight(most_htlcs() + 1) > limit);
    }
    assert_eq!(most_htlcs(), 228);
}

#[test]
fn without_balances_the_htlcs_come_first() {
    for (a_sat, b_sat, expected) in [(0, 0, [0, 1]), (329, 1, [0, 1]), (330, 0, [1, 2])] {
        let locked = 5_000 + 330;
        let fixture = Fixture::new(Dialect::Noinput, a_sat + b_sat + locked);
        let htlcs = vec![
            fixture.htlc(4, Side::A, 5_000),
            fixture.htlc(6, Side::B, 330),
        ];
        let spec = fixture.spec_with(3, Side::A, a_sat + locked, htlcs);
        assert_eq!(spec.balances.b.to_sat(), b_sat);
        let commitment = fixture.commitment(&spec);
        let vouts: Vec<u32> = commitment.htlcs.iter().map(|output| output.vout).collect();
        assert_eq!(vouts, expected);
        assert_eq!(outputs_total(&commitment.tx), fixture.params.capacity);
    }
}

fn refusal(fixture: &Fixture, htlcs: Vec<Htlc>) -> Option<BuildError> {
    let spec = fixture.spec_with(3, Side::B, 60_000_000, htlcs);
    build_commitment(&fixture.params, &spec, outpoint(1)).err()
}

#[test]
fn dust_is_refused() {
    let fixture = Fixture::new(Dialect::Csv, 100_000_000);
    for (amount, ok) in [(0, false), (1, false), (329, false), (330, true)] {
        let htlcs = [(1, 1_000), (2, amount), (3, 1_000)];
        let htlcs = htlcs.map(|(number, sat)| fixture.htlc(number, Side::A, sat));
        let dust = BuildError::Dust {
            value: Amount::from_sat(amount),
            limit: DUST_LIMIT,
        };
        let expected = (!ok).then_some(dust);
        assert_eq!(refusal(&fixture, htlcs.to_vec()), expected);
    }
}

#[test]
fn numbers_ascend() {
    let fixture = Fixture::new(Dialect::Csv, 100_000_000);
    let refused = |numbers: &[u64]| {
        let htlcs = numbers.iter().map(|n| fixture.htlc(*n, Side::A, 1_000));
        refusal(&fixture, htlcs.collect())
    };
    let order = |number| Some(BuildError::HtlcOrder { number });
    assert_eq!(refused(&[1, 2, 9]), None);
    assert_eq!(refused(&[2, 1]), order(1));
    assert_eq!(refused(&[1, 1]), order(1));
    assert_eq!(refused(&[1, 5, 3]), order(3));
    assert_eq!(refused(&[3, 4, 3]), order(3));
}

#[test]
fn balances_and_htlcs_are_the_capacity() {
    let fixture = Fixture::new(Dialect::Csv, 100_000_000);
    let build = |extra: i64| {
        let htlcs = in_turn(&fixture, 3);
        let mut spec = fixture.spec_with(3, Side::B, 60_000_000, htlcs);
        let amount = &mut spec.htlcs[1].amount;
        *amount = Amount::from_sat(amount.to_sat().checked_add_signed(extra).unwrap());
        build_commitment(&fixture.params, &spec, outpoint(1)).err()
    };
    let error = |total_sat| BuildError::Balances {
        capacity: fixture.params.capacity,
        total: Amount::from_sat(total_sat),
    };
    assert_eq!(build(0), None);
    assert_eq!(build(1), Some(error(100_000_001)));
    assert_eq!(build(-1), Some(error(99_999_999)));
    assert_eq!(build(i64::MAX), Some(BuildError::Overflow));
}

/// The complete commitments of this fixture, as they were before commitments could carry HTLCs.
#[test]
fn commitments_without_htlcs_are_what_they_were() {
    let expected = [
        "fa9c229a0804abcbfd801222564c2253fb90513642c299e9661d65956c9bc69f",
        "e6091371345282e93b8d2fc891f970915b4df12085ab68e39bcc1809940f4f0f",
        "7891e42209d7664f4b83f501ba7598f73ec8b03b3cd5c802253efde386b2f55b",
        "85966420492a3b89bacc7f33ca865fa1c7d304243de0010bf793d33edb2b3d13",
    ];
    let all = Dialect::BOTH.map(|dialect| Side::BOTH.map(|holder| (dialect, holder)));
    for ((dialect, holder), expected) in all.into_iter().flatten().zip(expected) {
        let fixture = Fixture::new(dialect, 100_000_000);
        let commitment = fixture.commitment(&fixture.spec(7, holder, 40_000_000));
        let complete = fixture.complete(&commitment).tx;
        assert_eq!(complete.compute_wtxid().to_string(), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Everything is in an output of the commitment; an HTLC's whole amount is in each transaction
    /// that spends it.
    #[test]
    fn nothing_is_created_or_lost(
        noinput: bool,
        balances in (0_u64..2_000, 0_u64..2_000),
        sets in prop::collection::btree_map(1_u64..256, (any::<bool>(), 330_u64..5_000), 0..12),
    ) {
        let dialect = if noinput { Dialect::Noinput } else { Dialect::Csv };
        let locked: u64 = sets.values().map(|(_, sat)| sat).sum();
        let fixture = Fixture::new(dialect, balances.0 + balances.1 + locked);
        let side = |from_b| if from_b { Side::B } else { Side::A };
        let htlcs: Vec<Htlc> = sets
            .iter()
            .map(|(number, (from_b, sat))| fixture.htlc(*number, side(*from_b), *sat))
            .collect();
        for holder in Side::BOTH {
            let spec = fixture.spec_with(3, holder, balances.0 + locked, htlcs.clone());
            let commitment = fixture.commitment(&spec);
            prop_assert_eq!(outputs_total(&commitment.tx), fixture.params.capacity);
            let dust: u64 = [balances.0, balances.1].into_iter().filter(|sat| *sat < 330).sum();
            prop_assert_eq!(*amounts(&commitment.tx).last().unwrap(), dust);
            for htlc in &htlcs {
                let case = Case {
                    fixture: Fixture::new(dialect, fixture.params.capacity.to_sat()),
                    htlc: htlc.clone(),
                    holder,
                    commitment: commitment.clone(),
                };
                let children = case.children().map(|name| case.build(name).child().clone());
                let remedies = case.remedies().map(|name| case.build_remedy(name).child().clone());
                for child in children.into_iter().chain(remedies) {
                    prop_assert_eq!(child.spent.value, htlc.amount);
                    prop_assert_eq!(outputs_total(&child.tx), htlc.amount);
                }
            }
        }
    }
}
