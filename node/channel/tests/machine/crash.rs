//! The process dies at every point, and the log alone brings it back.

use bitcoin::FeeRate;
use leyden_channel::{Channel, Command, Fault, Misbehaved, Reaction, StateName};
use leyden_labels::{Dialect, Side};

use crate::common::{BALANCE, Duo, sat};

/// Opens, pays both ways at once, and closes; after step `point` of it, `victim` dies, and with it
/// what was on the way (`lost`) or not. Returns whether there was such a step.
fn run(dialect: Dialect, victim: Side, point: usize, lost: bool) -> bool {
    let mut duo = Duo::new(dialect);
    let mut step = 0;
    let mut died = false;
    duo.start();
    go(&mut duo, victim, point, lost, &mut step, &mut died);
    let funding = duo.party(Side::A).broadcast("F");
    duo.mine(vec![funding]);
    go(&mut duo, victim, point, lost, &mut step, &mut died);
    for (payer, amount) in [(Side::A, 1_000), (Side::B, 5_000), (Side::A, 300)] {
        duo.pay(payer, amount);
    }
    go(&mut duo, victim, point, lost, &mut step, &mut died);
    duo.check_agreement();
    assert_eq!(duo.channel(Side::A).balances().a, sat(BALANCE + 3_700));
    let feerate = FeeRate::from_sat_per_vb(5).unwrap();
    duo.command(Side::B, Command::Close { feerate }).unwrap();
    go(&mut duo, victim, point, lost, &mut step, &mut died);
    for side in Side::BOTH {
        assert_eq!(
            duo.channel(side).state(),
            StateName::Settled,
            "{dialect} {victim} {point}"
        );
    }
    died
}

fn go(duo: &mut Duo, victim: Side, point: usize, lost: bool, step: &mut usize, died: &mut bool) {
    loop {
        if *step == point {
            *died = true;
            if lost {
                duo.link = leyden_labels::PerSide::default();
            }
            duo.crash(victim);
        }
        *step += 1;
        let side = match (duo.link.a.is_empty(), duo.link.b.is_empty()) {
            (false, _) => Side::A,
            (true, false) => Side::B,
            (true, true) => return,
        };
        if let Some(Err(fault)) = duo.deliver(side) {
            assert_eq!(fault.reaction(), Reaction::Ignore, "{side}: {fault}");
        }
    }
}

#[test]
fn at_every_point() {
    for dialect in Dialect::BOTH {
        for victim in Side::BOTH {
            for lost in [true, false] {
                let mut point = 0;
                while run(dialect, victim, point, lost) {
                    point += 1;
                }
                assert!(point > 15, "only {point} points");
            }
        }
    }
}

/// An old backup: the other side's numbers show it, and this side must not broadcast.
#[test]
fn lost_data_is_noticed_at_reconnect() {
    let mut duo = Duo::opened(Dialect::Noinput);
    let old = duo.party(Side::A).log.clone();
    for _ in 0..3 {
        duo.pay(Side::A, 1_000);
        duo.pump();
    }
    let party = duo.parties.get_mut(Side::A);
    party.channel = Channel::replay(party.config.clone(), &party.seed, &old).unwrap();
    duo.drain(Side::A);
    let ours = duo.deliver(Side::B).unwrap().unwrap_err();
    assert!(matches!(
        ours,
        Fault::Misbehaved(Misbehaved::BehindUs { .. })
    ));
    duo.command(Side::B, Command::Reconnect).unwrap();
    let theirs = duo.deliver(Side::A).unwrap().unwrap_err();
    assert!(matches!(
        theirs,
        Fault::Misbehaved(Misbehaved::AheadOfUs { .. })
    ));
    assert_eq!(theirs.reaction(), Reaction::Halt);
}
