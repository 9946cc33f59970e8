//! Paths and parts.

use bitcoin::absolute::Height;
use leyden_channel::{NewHtlc, Onward};
use leyden_payment::{Expiries, Path, PathError, Policy, SplitError, Stop, split};

use crate::common::{ALICE, CAROL, DAVE, TIP, above, hash, hop, identity, sat};

fn stop(to: u8) -> Stop {
    Stop {
        to: identity(to),
        amount: sat(1_000),
        expiry: None,
    }
}

fn path(stops: Vec<Stop>) -> Path {
    Path {
        hash: hash(),
        total: sat(1_000),
        stops,
        expiries: Expiries::Decreasing,
    }
}

fn build(path: &Path) -> Result<NewHtlc, PathError> {
    path.build(TIP, &Policy::default())
}

/// Figure 15: three days, two days, one day.
#[test]
fn the_expiries_are_a_day_apart() {
    let htlc = build(&path(vec![stop(ALICE), stop(CAROL), stop(DAVE)]));
    let expected = NewHtlc {
        amount: sat(1_000),
        hash: hash(),
        expiry: above(432),
        onward: Onward {
            hops: vec![hop(CAROL, 1_000, 288), hop(DAVE, 1_000, 144)],
            total: sat(1_000),
        },
        origin: None,
    };
    assert_eq!(htlc, Ok(expected));
    assert_eq!(build(&path(vec![stop(DAVE)])).unwrap().expiry, above(144));
}

fn at(blocks: u32) -> Stop {
    Stop {
        expiry: Some(above(blocks)),
        ..stop(CAROL)
    }
}

#[test]
fn a_bad_path_is_refused_by_name() {
    let most = leyden_channel::MAX_HOPS + 1;
    let (amount, total) = (sat(1_001), sat(1_000));
    let not_decreasing = |expiry, before| PathError::NotDecreasing {
        stop: 1,
        expiry: TIP + expiry,
        before: TIP + before,
        delta: 36,
    };
    let cases = [
        (vec![], Err(PathError::NoStops)),
        (vec![stop(CAROL); most], Ok(())),
        (
            vec![stop(CAROL); most + 1],
            Err(PathError::TooManyStops {
                stops: most + 1,
                most,
            }),
        ),
        (
            vec![
                stop(ALICE),
                Stop {
                    amount: sat(0),
                    ..stop(CAROL)
                },
            ],
            Err(PathError::ZeroAmount { stop: 1 }),
        ),
        (
            vec![Stop {
                amount,
                ..stop(CAROL)
            }],
            Err(PathError::AboveTotal { amount, total }),
        ),
        (
            vec![
                Stop {
                    amount,
                    ..stop(ALICE)
                },
                stop(CAROL),
            ],
            Ok(()),
        ),
        (vec![at(86), at(50)], Ok(())),
        (vec![at(85), at(50)], Err(not_decreasing(50, 85))),
        (vec![at(50), at(60)], Err(not_decreasing(60, 50))),
        (
            vec![at(0)],
            Err(PathError::Passed {
                expiry: TIP,
                tip: TIP,
            }),
        ),
        (vec![at(1)], Ok(())),
    ];
    for (stops, expected) in cases {
        let path = path(stops);
        assert_eq!(build(&path).map(drop), expected, "{path:?}");
    }
    let unchecked = Path {
        expiries: Expiries::Unchecked,
        ..path(vec![at(50), at(60)])
    };
    assert_eq!(build(&unchecked).unwrap().expiry, above(50));
    let late = path(vec![stop(CAROL)]);
    let end = Height::MAX.to_consensus_u32();
    assert_eq!(
        late.build(end, &Policy::default()),
        Err(PathError::NoHeight { stop: 0 })
    );
    assert_eq!(
        late.build(u32::MAX, &Policy::default()),
        Err(PathError::NoHeight { stop: 0 })
    );
}

#[test]
fn parts_are_equal_and_the_first_has_the_rest() {
    assert_eq!(split(sat(10), 3), Ok(vec![sat(4), sat(3), sat(3)]));
    assert_eq!(split(sat(3), 3), Ok(vec![sat(1); 3]));
    assert_eq!(split(sat(10), 1), Ok(vec![sat(10)]));
    assert_eq!(split(sat(10), 0), Err(SplitError::NoParts));
    assert_eq!(
        split(sat(2), 3),
        Err(SplitError::TooMany {
            amount: sat(2),
            parts: 3
        })
    );
}
