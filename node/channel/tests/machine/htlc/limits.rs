//! What one side takes at once: at each bound, and one past it.

use leyden_channel::{
    Change, Command, Event, FailReason, Hop, HtlcLimits, HtlcState, MAX_HOPS, Message, Request,
};
use leyden_labels::{Dialect, Side};
use leyden_tx::{DUST_LIMIT, Seed, identity_secret, most_htlcs};

use crate::common::{BALANCE, Duo, EXPIRY, add, fail, pay, preimage, sat, settle};

/// b takes these; a takes anything.
fn opened(dialect: Dialect, limits: HtlcLimits) -> Duo {
    let mut duo = Duo::with(dialect, false, |config| {
        if config.side == Side::B {
            config.limits = limits;
        }
    });
    duo.open();
    duo
}

fn tight() -> HtlcLimits {
    HtlcLimits {
        most: 3,
        least: sat(1_000),
        in_flight: sat(10_000),
    }
}

fn hops(mut request: Request, count: usize) -> Request {
    let Request::Add(add) = &mut request else {
        panic!("not an HTLC");
    };
    let hop = Hop {
        to: identity_secret(&Seed::labelled(b"hop", ""))
            .unwrap()
            .public(),
        amount: sat(1),
        expiry: add.expiry,
    };
    add.onward.hops = vec![hop; count];
    request
}

/// Each batch can just be made, and not with what is beside it.
fn bounds() -> Vec<(Vec<Request>, Request, &'static str)> {
    let one = |amount| add(amount, 1, EXPIRY);
    vec![
        (vec![one(1_000)], one(999), "htlc-too-small"),
        (vec![one(1_000); 3], one(1_000), "too-many-htlcs"),
        (
            vec![one(4_000), one(6_000)],
            one(1_000),
            "too-much-in-flight",
        ),
        (vec![one(10_000)], one(1_000), "too-much-in-flight"),
        (vec![], one(10_001), "too-much-in-flight"),
        (
            vec![hops(one(1_000), MAX_HOPS)],
            hops(one(1_000), MAX_HOPS + 1),
            "path-too-long",
        ),
    ]
}

/// The sender's machine does not ask for what the receiver would refuse: not at once, not while
/// an update is under way, not if all that waits were done.
#[test]
fn of_the_own_requests() {
    for (fits, beyond, fault) in bounds() {
        let mut duo = opened(Dialect::Noinput, tight());
        let both: Vec<Request> = fits.iter().chain([&beyond]).cloned().collect();
        assert_eq!(duo.refused(Side::A, &both), fault);
        duo.update(Side::A, &fits);
        loop {
            let mut late = duo.clone();
            assert_eq!(late.refused(Side::A, core::slice::from_ref(&beyond)), fault);
            if let Some(result) = duo.deliver(Side::B).or_else(|| duo.deliver(Side::A)) {
                result.unwrap();
            } else {
                break;
            }
        }
        duo.check_agreement();
        assert_eq!(duo.channel(Side::A).carried_htlcs().len(), fits.len());
        // a's own limits are others.
        duo.make(Side::B, &[add(20_000, 5, EXPIRY), add(330, 6, EXPIRY)]);
    }
}

/// a's offer, made by a machine that was told of other limits.
fn offer(loose: &Duo, batch: &[Request]) -> Message {
    let mut loose = loose.clone();
    let mut batch = batch.to_vec();
    // No machine asks for a path that is too long.
    let mut hop = None;
    for request in &mut batch {
        if let Request::Add(add) = request
            && add.onward.hops.len() > MAX_HOPS
        {
            hop = add.onward.hops.pop();
        }
    }
    loose.update(Side::A, &batch);
    let mut message = loose.link.b.pop_front().unwrap();
    if let Message::Offer(offer) = &mut message
        && let Some(Change::Add(add)) = offer.changes.last_mut()
    {
        add.onward.hops.extend(hop);
    }
    message
}

/// A peer that does not keep to them is refused by name, and nothing changes: in one batch, and with HTLCs
/// in flight already.
#[test]
fn of_the_other_sides_offers() {
    for dialect in Dialect::BOTH {
        for (fits, beyond, fault) in bounds() {
            let mut duo = opened(dialect, tight());
            let mut loose = Duo::opened(dialect);
            let both: Vec<Request> = fits.iter().chain([&beyond]).cloned().collect();
            let refused = duo.message(Side::B, offer(&loose, &both)).unwrap_err();
            assert_eq!(refused.name(), fault, "{dialect}");
            if fits.is_empty() {
                continue;
            }
            duo.make(Side::A, &fits);
            loose.make(Side::A, &fits);
            let refused = duo.message(Side::B, offer(&loose, &[beyond])).unwrap_err();
            assert_eq!(refused.name(), fault, "{dialect}");
        }
    }
}

/// What ends makes room, in the same batch only for the other direction.
#[test]
fn what_ends_makes_room() {
    let mut duo = opened(Dialect::Csv, tight());
    duo.make(Side::A, &[add(5_000, 1, EXPIRY), add(5_000, 2, EXPIRY)]);
    assert_eq!(
        duo.refused(Side::A, &[add(1_000, 3, EXPIRY)]),
        "too-much-in-flight"
    );
    duo.make(Side::B, &[fail(1), settle(2, 2)]);
    duo.make(Side::A, &[add(9_000, 3, EXPIRY), add(1_000, 4, EXPIRY)]);
}

#[test]
fn of_balance_and_time() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        assert_eq!(
            duo.refused(Side::A, &[add(BALANCE + 1, 1, EXPIRY)]),
            "overdraft"
        );
        assert_eq!(
            duo.refused(Side::A, &[pay(1), add(BALANCE, 1, EXPIRY)]),
            "overdraft"
        );
        assert_eq!(
            duo.refused(Side::A, &[add(329, 1, EXPIRY)]),
            "htlc-too-small"
        );
        let height = duo.height();
        assert_eq!(duo.refused(Side::A, &[add(330, 1, height)]), "expired");
        duo.make(Side::A, &[add(330, 1, height + 1)]);
        // Without a margin nobody acts at the expiry.
        duo.make(Side::B, &[fail(1)]);
        duo.make(Side::A, &[pay(1), add(BALANCE - 1, 1, EXPIRY)]);
        assert_eq!(duo.channel(Side::B).balances().a, sat(0));
        duo.make(Side::B, &[settle(2, 1)]);
        assert_eq!(duo.channel(Side::B).balances().b, sat(2 * BALANCE));
    }
}

/// Only the receiver ends an HTLC, once, when it is live, and with R.
#[test]
fn of_ending() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        assert_eq!(duo.refused(Side::B, &[fail(1)]), "no-such-htlc");
        duo.update(Side::A, &[add(1_000, 1, EXPIRY)]);
        for _ in 0..2 {
            duo.deliver(Side::B).unwrap().unwrap();
            if duo.channel(Side::B).carried_htlcs().is_empty() {
                duo.deliver(Side::A).unwrap().unwrap();
            }
        }
        assert_eq!(duo.channel(Side::B).carried_htlcs(), [1]);
        assert_eq!(duo.refused(Side::B, &[settle(1, 1)]), "htlc-not-live");
        duo.pump();
        for request in [settle(1, 1), fail(1)] {
            assert_eq!(duo.refused(Side::A, &[request]), "not-receiver");
        }
        assert_eq!(duo.refused(Side::B, &[settle(1, 2)]), "wrong-preimage");
        assert_eq!(duo.refused(Side::B, &[settle(2, 1)]), "no-such-htlc");
        assert_eq!(
            duo.refused(Side::B, &[settle(1, 1), fail(1)]),
            "htlc-not-live"
        );
        duo.update(Side::B, &[settle(1, 1)]);
        loop {
            assert_eq!(duo.refused(Side::B, &[fail(1)]), "htlc-not-live");
            let Some(result) = duo.deliver(Side::A).or_else(|| duo.deliver(Side::B)) else {
                break;
            };
            result.unwrap();
        }
        duo.check_agreement();
    }
}

/// Limits that a commitment cannot keep, or that are below dust, are refused before anything is said;
/// two that do not go together when the channel opens.
#[test]
fn of_the_limits() {
    let new = |limits| {
        let mut config = crate::common::config(Side::A, Dialect::Noinput);
        config.limits = limits;
        let seed = Seed::labelled(b"limits", "");
        leyden_channel::Channel::new(config, &seed).map(|_| ())
    };
    let limits = |most, least| HtlcLimits {
        most,
        least,
        in_flight: sat(1),
    };
    new(limits(most_htlcs(), DUST_LIMIT)).unwrap();
    new(limits(0, DUST_LIMIT)).unwrap();
    for wrong in [
        limits(most_htlcs() + 1, DUST_LIMIT),
        limits(1, DUST_LIMIT - sat(1)),
    ] {
        assert_eq!(new(wrong).unwrap_err().name(), "htlc-limits");
    }
    for (most, fits) in [(most_htlcs() - 100, true), (most_htlcs() - 99, false)] {
        let mut duo = Duo::with(Dialect::Noinput, false, |config| {
            if config.side == Side::B {
                config.limits.most = most;
            }
        });
        duo.start();
        assert_eq!(duo.deliver(Side::B).unwrap().is_ok(), fits);
    }
}

/// An offer that a's own update has made impossible meanwhile is given up, and nothing else.
#[test]
fn what_has_become_impossible_is_given_up() {
    let mut duo = opened(Dialect::Noinput, tight());
    // n+1 = 1: a goes first. Then b's turn, and b's pays are still there.
    duo.make(Side::A, &[pay(1)]);
    duo.update(Side::A, &[add(5_000, 1, EXPIRY), add(5_000, 2, EXPIRY)]);
    duo.mine_empty(EXPIRY - duo.height());
    // Nothing is signed, and both have expired: a withdraws.
    duo.pump();
    duo.check_agreement();
    assert_eq!(duo.channel(Side::A).number(), 1);
    let reason = FailReason::ExpiryTooSoon;
    for tag in [1, 2] {
        let hash = preimage(tag).hash();
        assert_eq!(duo.told(Side::A, &Event::HtlcDropped { hash, reason }), 1);
    }
    let states: Vec<HtlcState> = duo
        .channel(Side::A)
        .htlcs()
        .iter()
        .map(|h| h.state)
        .collect();
    assert_eq!(states, [HtlcState::Failed(reason); 2]);
    assert!(duo.channel(Side::B).htlcs().is_empty());
    for side in Side::BOTH {
        duo.crash(side);
        duo.command(side, Command::Reconnect).unwrap();
        duo.pump();
    }
    duo.make(Side::A, &[add(5_000, 3, EXPIRY + 9)]);
    duo.make(Side::B, &[pay(1)]);
}
