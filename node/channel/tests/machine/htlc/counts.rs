//! "The six HTLC signatures are made once": what an update costs, however many HTLCs are in flight.

use leyden_channel::Request;
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::most_htlcs;

use crate::common::{Duo, EXPIRY, add, count, fail, pay, settle};

/// Signatures that each side makes in the updates that `requests` start.
fn cost(duo: &mut Duo, proposer: Side, requests: &[Request]) -> PerSide<usize> {
    duo.update(proposer, requests);
    let mut made = PerSide::default();
    for (sender, message) in duo.exchange() {
        let (htlcs, own) = count(&message);
        *made.get_mut(sender) += htlcs + own;
    }
    duo.check_agreement();
    made
}

fn opened(dialect: Dialect) -> Duo {
    let mut duo = Duo::with(dialect, false, |config| {
        config.limits.most = most_htlcs() / 2;
    });
    duo.open();
    duo
}

fn both(count: usize) -> PerSide<usize> {
    PerSide { a: count, b: count }
}

/// A commitment as full as it can be, in both directions.
fn filled(dialect: Dialect) -> (Duo, usize) {
    let mut duo = opened(dialect);
    let half = u64::try_from(most_htlcs() / 2).unwrap();
    for (proposer, first) in [(Side::A, 1), (Side::B, half + 1)] {
        let many: Vec<Request> = (first..first + half)
            .map(|tag| add(1_000 + tag, tag, EXPIRY))
            .collect();
        duo.make(proposer, &many);
    }
    let carried = duo.channel(Side::A).carried_htlcs().len();
    assert_eq!(carried, most_htlcs());
    (duo, carried)
}

#[test]
fn noinput_signs_two_a_side_with_any_number_of_htlcs() {
    let mut empty = opened(Dialect::Noinput);
    assert_eq!(cost(&mut empty, Side::A, &[pay(1_000)]), both(2));

    let (mut duo, carried) = filled(Dialect::Noinput);
    let half = u64::try_from(carried / 2).unwrap();
    for proposer in Side::BOTH {
        assert_eq!(cost(&mut duo, proposer, &[pay(1_000)]), both(2));
    }
    assert_eq!(cost(&mut duo, Side::B, &[settle(1, 1)]), both(2));
    assert_eq!(cost(&mut duo, Side::A, &[fail(half + 1)]), both(2));
    let several = [settle(2, 2), pay(1), fail(3), fail(half)];
    assert_eq!(cost(&mut duo, Side::B, &several), both(2));
    // What is added costs three more a side, for each HTLC, once.
    let two = [add(1_000, 900, EXPIRY), add(2_000, 901, EXPIRY)];
    assert_eq!(cost(&mut duo, Side::A, &two), both(2 + 2 * 3));
    assert_eq!(cost(&mut duo, Side::A, &[pay(1_000)]), both(2));
}

#[test]
fn csv_signs_every_htlc_again() {
    let mut empty = opened(Dialect::Csv);
    assert_eq!(cost(&mut empty, Side::A, &[pay(1_000)]), both(1));

    let (mut duo, carried) = filled(Dialect::Csv);
    assert_eq!(
        cost(&mut duo, Side::A, &[pay(1_000)]),
        both(1 + 2 * carried)
    );
    let left = both(1 + 2 * (carried - 1));
    assert_eq!(cost(&mut duo, Side::B, &[settle(1, 1)]), left);
    assert_eq!(cost(&mut duo, Side::B, &[pay(1_000)]), left);
}

/// Without a balance of its own the holder has no `RD`: one signature less.
#[test]
fn a_balance_of_dust_saves_one() {
    let mut duo = opened(Dialect::Noinput);
    let all = [add(crate::common::BALANCE - 100, 1, EXPIRY)];
    let expected = PerSide { a: 3 + 2, b: 3 + 1 };
    assert_eq!(cost(&mut duo, Side::A, &all), expected);
}
