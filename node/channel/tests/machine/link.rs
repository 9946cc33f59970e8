//! A link that loses, repeats and delays; processes that die; payments at random.

use std::collections::VecDeque;

use bitcoin::Amount;
use leyden_channel::{Command, Event, Message, Reaction, StateName};
use leyden_labels::{Dialect, PerSide, Side};

use crate::common::{BALANCE, Dice, Duo, sat};

fn side(dice: &mut Dice) -> Side {
    if dice.roll(2) == 0 { Side::A } else { Side::B }
}

/// One thing goes right or wrong.
fn act(duo: &mut Duo, dice: &mut Dice, paid: &mut PerSide<u64>) {
    let side = side(dice);
    match dice.roll(20) {
        0..=9 => {
            if let Some(Err(fault)) = duo.deliver(side) {
                // A `reconnect` that comes late shows an old number.
                assert!(
                    fault.reaction() == Reaction::Ignore || fault.name() == "behind-us",
                    "{fault}"
                );
            }
        }
        10..=13 => {
            let amount = 1 + dice.roll(3_000_000);
            if duo
                .command(
                    side,
                    Command::Pay {
                        amount: sat(amount),
                    },
                )
                .is_ok()
            {
                *paid.get_mut(side) += amount;
            }
        }
        14 => drop(duo.link.get_mut(side).pop_front()),
        15 => {
            let again: Option<Message> = duo.link.get(side).front().cloned();
            duo.link.get_mut(side).extend(again);
        }
        16 => {
            let link: &mut VecDeque<Message> = duo.link.get_mut(side);
            let late = link.pop_front();
            link.extend(late);
        }
        17 => duo.crash(side),
        _ => duo.command(side, Command::Reconnect).unwrap(),
    }
}

fn finals(duo: &Duo, side: Side) -> (u64, u64) {
    let mut sent = 0;
    let mut received = 0;
    for event in &duo.party(side).events {
        match event {
            Event::PaymentSent { amount, .. } => sent += amount.to_sat(),
            Event::PaymentReceived { amount, .. } => received += amount.to_sat(),
            _ => {}
        }
    }
    (sent, received)
}

/// Balances agree, nothing is lost or paid twice, and every payment that was accepted is made.
#[test]
fn payments_over_a_bad_link() {
    for seed in 0..30 {
        let dialect = Dialect::BOTH[usize::from(seed % 2 == 0)];
        let mut dice = Dice::new(seed);
        let mut duo = Duo::new(dialect);
        let mut paid = PerSide::default();
        duo.start();
        for _ in 0..30 {
            act(&mut duo, &mut dice, &mut paid);
        }
        duo.lose_and_reconnect(side(&mut dice));
        let funding = duo.party(Side::A).broadcast("F");
        duo.mine(vec![funding]);
        for _ in 0..200 {
            act(&mut duo, &mut dice, &mut paid);
        }
        duo.lose_and_reconnect(side(&mut dice));
        duo.check_agreement();
        let balances = duo.channel(Side::A).balances();
        assert_eq!(balances.a, sat(BALANCE + paid.b - paid.a), "seed {seed}");
        for side in Side::BOTH {
            assert_eq!(duo.channel(side).state(), StateName::Open, "seed {seed}");
            assert_eq!(duo.channel(side).unsettled(), Amount::ZERO, "seed {seed}");
            let (sent, received) = finals(&duo, side);
            assert_eq!(sent, *paid.get(side), "seed {seed}");
            assert_eq!(received, *paid.get(side.other()), "seed {seed}");
        }
    }
}

/// In the middle of everything `closer` gives up: on chain each side gets at least what is final.
#[test]
fn closing_at_any_moment_costs_nothing() {
    for seed in 100..140 {
        let dialect = Dialect::BOTH[usize::from(seed % 2 == 0)];
        let mut dice = Dice::new(seed);
        let mut duo = Duo::opened(dialect);
        let mut paid = PerSide::default();
        for _ in 0..60 {
            act(&mut duo, &mut dice, &mut paid);
        }
        let closer = side(&mut dice);
        let own = *duo.channel(closer).balances().get(closer);
        let other = closer.other();
        let (sent, _) = finals(&duo, other);
        let (_, received) = finals(&duo, other);
        // What may be under way counts as gone; what is not final does not count.
        let least = BALANCE + received - paid.get(other).max(&sent);
        let name = format!("C{}{closer}", duo.channel(closer).number());
        duo.command(closer, Command::Broadcast(name.parse().unwrap()))
            .unwrap();
        let commitment = duo.party(closer).broadcast(&name);
        duo.mine(vec![commitment]);
        let [taken] = claimed(&duo, other)[..] else {
            panic!("seed {seed}: one delivery");
        };
        assert!(taken >= least, "seed {seed}: {taken} < {least}");
        duo.mine_empty(u32::from(crate::common::DELAY) - 1);
        assert_eq!(claimed(&duo, closer), [own.to_sat()], "seed {seed}");
        assert_eq!(taken + own.to_sat(), 2 * BALANCE);
    }
}

fn claimed(duo: &Duo, side: Side) -> Vec<u64> {
    let claims = duo.channel(side).claims();
    claims
        .iter()
        .map(|claim| claim.tx().output[0].value.to_sat())
        .collect()
}
