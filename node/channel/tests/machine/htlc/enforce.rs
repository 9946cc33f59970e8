//! On chain: each transaction of an HTLC is claimed when it is valid, and not before.

use leyden_channel::{Event, HtlcState, StateName};
use leyden_labels::{Dialect, Kind, Side};

use crate::common::{BALANCE, DELAY, Duo, add, name, preimage};

pub const AMOUNT: u64 = 1_000_000;

/// An HTLC of `sender`, number 1, that expires in 20 blocks.
pub fn opened(dialect: Dialect, sender: Side) -> (Duo, u32) {
    let mut duo = Duo::opened(dialect);
    let expiry = duo.height() + 20;
    duo.make(sender, &[add(AMOUNT, 1, expiry)]);
    (duo, expiry)
}

pub fn every_way(mut test: impl FnMut(Dialect, Side)) {
    for dialect in Dialect::BOTH {
        for sender in Side::BOTH {
            test(dialect, sender);
        }
    }
}

/// Empty blocks until `height` is next, with `name` claimed only then.
fn wait_for(duo: &mut Duo, side: Side, name: &str, height: u32) {
    while duo.height() + 1 < height {
        let claims = duo.party(side).claims();
        assert!(!claims.contains(&name.to_owned()), "{name} too early");
        assert_eq!(duo.channel(side).next_deadline(), Some(height));
        duo.check_claims();
        duo.mine(vec![]);
    }
    duo.check_claims();
    assert!(duo.party(side).claims().contains(&name.to_owned()));
    let emitted = duo.party(side).broadcast(name);
    assert_eq!(emitted, *duo.claim(side, name).tx());
}

pub fn mine_claim(duo: &mut Duo, side: Side, name: &str) {
    let tx = duo.claim(side, name).tx().clone();
    duo.mine(vec![tx]);
}

/// Everybody has what the last commitment said, plus `got` for the receiver of the HTLC.
fn settled(duo: &mut Duo, sender: Side, paid: bool) {
    duo.resolve(Side::A);
    let purse = duo.purse();
    let (lost, got) = if paid { (AMOUNT, AMOUNT) } else { (0, 0) };
    assert_eq!(*purse.paid.get(sender), BALANCE - lost);
    assert_eq!(*purse.paid.get(sender.other()), BALANCE + got);
    for side in Side::BOTH {
        assert_eq!(duo.channel(side).state(), StateName::Closed);
    }
}

/// Figure 12: on the sender's commitment the receiver takes it at once with R.
#[test]
fn execution_delivery() {
    every_way(|dialect, sender| {
        let (mut duo, expiry) = opened(dialect, sender);
        let receiver = sender.other();
        let delivery = name(Kind::HtlcExecutionDelivery, 1, sender);
        duo.publish(sender, &name(Kind::Commitment, 1, sender));
        assert_eq!(duo.htlc_states(1), [HtlcState::Live; 2]);
        assert_eq!(
            duo.party(receiver).claims(),
            [name(Kind::Delivery, 1, sender)]
        );
        duo.learn(receiver, 1);
        assert_eq!(duo.claim(receiver, &delivery).deadline, Some(expiry));
        assert_eq!(duo.party(receiver).broadcast(&delivery).output.len(), 1);
        duo.check_claims();
        assert_eq!(duo.htlc(sender, 1).preimage, None);
        mine_claim(&mut duo, receiver, &delivery);
        let height = duo.height();
        assert_eq!(duo.htlc_states(1), [HtlcState::Executed { height }; 2]);
        let hash = preimage(1).hash();
        assert_eq!(duo.told(sender, &Event::PreimageLearned { hash }), 1);
        assert_eq!(duo.htlc(sender, 1).preimage, Some(preimage(1)));
        settled(&mut duo, sender, true);
    });
}

/// A receiver without R has nothing to take yet. It is not done: R may come as long as nobody has it.
#[test]
fn a_receiver_waits_for_r() {
    every_way(|dialect, sender| {
        for holder in Side::BOTH {
            let (mut duo, expiry) = opened(dialect, sender);
            let receiver = sender.other();
            duo.publish(holder, &name(Kind::Commitment, 1, holder));
            for _ in 0..=DELAY {
                duo.mine_claims(holder);
            }
            assert!(duo.party(receiver).claims().is_empty());
            assert_eq!(duo.channel(receiver).state(), StateName::Closing);
            assert_eq!(duo.told(receiver, &Event::Closed), 0);
            let mut late = duo.clone();
            late.learn(receiver, 1);
            settled(&mut late, sender, true);
            duo.mine_empty(expiry - duo.height());
            assert_eq!(duo.channel(receiver).state(), StateName::Closing);
            duo.mine_claims(sender);
            assert_eq!(duo.channel(receiver).state(), StateName::Closed);
            settled(&mut duo, sender, false);
            assert_eq!(duo.told(receiver, &Event::Closed), 1);
        }
    });
}

/// Figure 12: after the expiry the sender takes it back, and waits.
#[test]
fn timeout_and_its_revocable_delivery() {
    every_way(|dialect, sender| {
        let (mut duo, expiry) = opened(dialect, sender);
        duo.publish(sender, &name(Kind::Commitment, 1, sender));
        duo.mine_empty(u32::from(DELAY) - 1);
        mine_claim(&mut duo, sender, &name(Kind::RevocableDelivery, 1, sender));
        let timeout = name(Kind::HtlcTimeout, 1, sender);
        wait_for(&mut duo, sender, &timeout, expiry + 1);
        // R works until somebody else's transaction is in the chain.
        let mut late = duo.clone();
        late.learn(sender.other(), 1);
        let delivery = name(Kind::HtlcExecutionDelivery, 1, sender);
        late.check_claims();
        mine_claim(&mut late, sender.other(), &delivery);
        settled(&mut late, sender, true);

        mine_claim(&mut duo, sender, &timeout);
        let height = duo.height();
        assert_eq!(duo.htlc_states(1), [HtlcState::TimedOut { height }; 2]);
        duo.learn(sender.other(), 1);
        let claims = duo.party(sender.other()).claims();
        assert_eq!(claims, [name(Kind::Delivery, 1, sender)]);
        let delayed = name(Kind::HtlcTimeoutRevocableDelivery, 1, sender);
        wait_for(&mut duo, sender, &delayed, height + u32::from(DELAY));
        settled(&mut duo, sender, false);
    });
}

/// Figure 13: on the receiver's commitment the sender has it back at once after the expiry.
#[test]
fn timeout_delivery() {
    every_way(|dialect, sender| {
        let (mut duo, expiry) = opened(dialect, sender);
        let receiver = sender.other();
        duo.publish(receiver, &name(Kind::Commitment, 1, receiver));
        mine_claim(&mut duo, sender, &name(Kind::Delivery, 1, receiver));
        let delivery = name(Kind::HtlcTimeoutDelivery, 1, receiver);
        wait_for(&mut duo, sender, &delivery, expiry + 1);
        mine_claim(&mut duo, sender, &delivery);
        let height = duo.height();
        assert_eq!(duo.htlc_states(1), [HtlcState::TimedOut { height }; 2]);
        assert_eq!(duo.channel(sender).state(), StateName::Closed);
        settled(&mut duo, sender, false);
    });
}

/// Figure 13: with R the receiver takes it, and waits.
#[test]
fn execution_and_its_revocable_delivery() {
    every_way(|dialect, sender| {
        let (mut duo, expiry) = opened(dialect, sender);
        let receiver = sender.other();
        duo.learn(receiver, 1);
        let commitment = name(Kind::Commitment, 1, receiver);
        let execution = name(Kind::HtlcExecution, 1, receiver);
        // `HE` is held already; without R it is not.
        let held = duo.channel(receiver).holdings();
        assert!(held.iter().any(|held| held.label.to_string() == execution));
        duo.publish(receiver, &commitment);
        let deadline = duo.party(receiver).broadcasts.iter().rev();
        let mut deadline = deadline.filter(|claim| claim.label.to_string() == commitment);
        assert_eq!(deadline.next().unwrap().deadline, Some(expiry - 1));
        assert_eq!(duo.claim(receiver, &execution).deadline, Some(expiry));
        duo.check_claims();
        mine_claim(&mut duo, receiver, &execution);
        let height = duo.height();
        assert_eq!(duo.htlc_states(1), [HtlcState::Executed { height }; 2]);
        assert_eq!(duo.htlc(sender, 1).preimage, Some(preimage(1)));
        duo.mine_empty(1);
        let delayed = name(Kind::HtlcExecutionRevocableDelivery, 1, receiver);
        // RD comes first.
        let ready = height + u32::from(DELAY);
        while duo.height() + 1 < ready {
            assert!(!duo.party(receiver).claims().contains(&delayed));
            duo.check_claims();
            duo.mine_claims(receiver);
        }
        wait_for(&mut duo, receiver, &delayed, ready);
        settled(&mut duo, sender, true);
    });
}

/// R is used as soon as the mempool shows it, here and in the node before.
#[test]
fn an_r_in_the_mempool_is_known() {
    every_way(|dialect, sender| {
        let (mut duo, _) = opened(dialect, sender);
        let receiver = sender.other();
        // A second HTLC back, with the same R: a node on the way has both.
        let expiry = duo.height() + 10;
        duo.make(receiver, &[add(AMOUNT, 1, expiry)]);
        duo.publish(receiver, &name(Kind::Commitment, 2, receiver));
        duo.learn(receiver, 1);
        let execution = duo
            .claim(receiver, &name(Kind::HtlcExecution, 1, receiver))
            .tx()
            .clone();
        let back = name(Kind::HtlcExecutionDelivery, 2, receiver);
        assert!(!duo.party(sender).claims().contains(&back));
        duo.mempool(sender, &execution);
        assert_eq!(duo.htlc(sender, 1).preimage, Some(preimage(1)));
        assert_eq!(duo.htlc_state(sender, 1), HtlcState::Live);
        duo.check_claims();
        assert!(duo.party(sender).claims().contains(&back));
        let broadcast = duo.party(sender).broadcast(&back);
        assert_eq!(broadcast, *duo.claim(sender, &back).tx());
        // No news a second time, and durable.
        let logged = duo.party(sender).log.len();
        duo.mempool(sender, &execution);
        assert_eq!(duo.party(sender).log.len(), logged);
        duo.crash(sender);
        duo.resolve(Side::B);
        assert_eq!(
            duo.purse().paid,
            leyden_labels::PerSide {
                a: BALANCE,
                b: BALANCE
            }
        );
    });
}

/// Both balances are below dust, and together above: everything is in HTLCs and in the anchor.
#[test]
fn balances_of_dust() {
    every_way(|dialect, holder| {
        for left in [0, 100, 164, 165, 166, 329, 330] {
            let mut duo = Duo::opened(dialect);
            let expiry = duo.height() + 5;
            for side in Side::BOTH {
                duo.make(side, &[add(BALANCE - left, side as u64, expiry)]);
            }
            duo.learn(Side::A, Side::B as u64);
            duo.publish(holder, &name(Kind::Commitment, 2, holder));
            duo.resolve(holder);
            let purse = duo.purse();
            let dust = if left < 330 { 2 * left } else { 0 };
            assert_eq!((purse.anchor, purse.open), (dust, 0), "{dialect} {left}");
            // a has its own back, and b's with R.
            let left_to_b = if dust == 0 { left } else { 0 };
            assert_eq!(purse.paid.b, left_to_b);
            assert_eq!(purse.paid.a, 2 * BALANCE - left_to_b - dust);
        }
    });
}
