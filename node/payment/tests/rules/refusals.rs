//! What is not passed on, and why.

use bitcoin::SignedAmount;
use leyden_channel::{FailReason, HtlcState, HtlcView, NewHtlc, Onward};
use leyden_payment::Release;

use crate::common::{
    CAROL, NOBODY, World, above, add, fail, hash, hop, origin, own, passed_on, sat, secret,
    to_carol,
};

/// What a test changes of a good HTLC.
type Change = fn(&mut World, &mut HtlcView);

/// Its name, the change, and why it goes back; `None`: it is passed on.
type Case = (&'static str, Change, Option<FailReason>);

const CASES: &[Case] = &[
    ("good", |_, _| {}, None),
    (
        "no channel",
        |_, v| v.onward.hops[0] = hop(NOBODY, 1_000, 144),
        Some(FailReason::UnknownNextHop),
    ),
    (
        "more goes out",
        |_, v| v.onward.hops[0] = hop(CAROL, 1_001, 144),
        Some(FailReason::WrongAmount),
    ),
    (
        "a negative fee",
        |w, v| {
            w.policy.fee = SignedAmount::from_sat(-1);
            v.onward.hops[0] = hop(CAROL, 1_001, 144);
        },
        None,
    ),
    (
        "too negative a fee",
        |w, v| {
            w.policy.fee = SignedAmount::from_sat(-1);
            v.onward.hops[0] = hop(CAROL, 1_002, 144);
        },
        Some(FailReason::WrongAmount),
    ),
    (
        "no fee",
        |w, _| w.policy.fee = SignedAmount::from_sat(1),
        Some(FailReason::WrongAmount),
    ),
    (
        "the fee",
        |w, v| {
            w.policy.fee = SignedAmount::from_sat(1);
            v.amount = sat(1_001);
        },
        None,
    ),
    (
        "delta",
        |_, v| v.onward.hops[0] = hop(CAROL, 1_000, 252),
        None,
    ),
    (
        "less than delta",
        |_, v| v.onward.hops[0] = hop(CAROL, 1_000, 253),
        Some(FailReason::ExpiryTooSoon),
    ),
    (
        "expires later",
        |_, v| v.onward.hops[0] = hop(CAROL, 1_000, 289),
        Some(FailReason::ExpiryTooSoon),
    ),
    (
        "least",
        |_, v| v.onward.hops[0] = hop(CAROL, 1_000, 18),
        None,
    ),
    (
        "less than least",
        |_, v| v.onward.hops[0] = hop(CAROL, 1_000, 17),
        Some(FailReason::ExpiryTooSoon),
    ),
    (
        "expired",
        |w, v| {
            w.policy.least_blocks = 0;
            v.onward.hops[0] = hop(CAROL, 1_000, 0);
        },
        Some(FailReason::ExpiryTooSoon),
    ),
    ("most", |_, v| v.expiry = above(3_024), None),
    (
        "more than most",
        |_, v| v.expiry = above(3_025),
        Some(FailReason::ExpiryTooFar),
    ),
    (
        "R is known",
        |w, v| {
            let known = HtlcView {
                preimage: Some(secret()),
                ..own(HtlcState::Settled)
            };
            w.channel(3).htlcs.push(known);
            v.number = Some(1);
        },
        Some(FailReason::HashReused),
    ),
    (
        "own invoice",
        |w, _| {
            *w = World::new().asking(Release::AtOnce);
        },
        Some(FailReason::HashReused),
    ),
    (
        "in flight already",
        |w, _| w.channel(3).htlcs.push(own(HtlcState::Live)),
        None,
    ),
    (
        "too much",
        |_, v| {
            v.amount = sat(10_001);
            v.onward.hops[0] = hop(CAROL, 10_001, 144);
        },
        Some(FailReason::NoCapacity),
    ),
    (
        "too little",
        |w, _| {
            w.channel(1).limits.least = sat(1_001);
            w.channel(2).limits.least = sat(1_001);
        },
        Some(FailReason::NoCapacity),
    ),
    (
        "too many",
        |w, _| {
            w.channel(1).limits.most = 0;
            w.channel(2).limits.most = 0;
        },
        Some(FailReason::NoCapacity),
    ),
    (
        "closing",
        |w, _| {
            w.channel(1).open = false;
            w.channel(2).open = false;
        },
        Some(FailReason::NoCapacity),
    ),
    (
        "refused by all",
        |w, _| {
            for channel in [1, 2] {
                let mut refused = passed_on(HtlcState::Failed(FailReason::NoCapacity));
                refused.number = None;
                w.channel(channel).htlcs.push(refused);
            }
        },
        Some(FailReason::NoCapacity),
    ),
];

#[test]
fn what_is_not_passed_on_goes_back_with_the_reason() {
    for (name, change, reason) in CASES {
        let (mut world, mut view) = (World::new(), to_carol());
        change(&mut world, &mut view);
        let htlc = NewHtlc {
            amount: view.onward.hops[0].amount,
            expiry: view.onward.hops[0].expiry,
            onward: Onward {
                hops: Vec::new(),
                total: sat(1_000),
            },
            hash: hash(),
            origin: Some(origin()),
        };
        let expected = reason.map_or_else(|| add(1, htlc), |reason| fail(0, 1, reason));
        assert_eq!(world.with(0, view).decide(), [expected], "{name}");
    }
}
