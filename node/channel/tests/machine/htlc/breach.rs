//! Revoked commitments with HTLCs (§4.3): ended ones are lost at once, living ones go where they belong.

use leyden_channel::{HtlcState, Reacts};
use leyden_labels::{Dialect, Kind, Side};

use super::enforce::{AMOUNT, every_way, mine_claim};
use crate::common::{BALANCE, DELAY, Duo, add, fail, name, settle};

/// An HTLC of `sender`, number 1, that expires in 20 blocks; `cheater` keeps its old commitments.
fn opened(dialect: Dialect, sender: Side, cheater: Side) -> (Duo, u32) {
    let mut duo = Duo::with(dialect, false, |config| {
        config.keep_revoked = config.side == cheater;
    });
    duo.open();
    let expiry = duo.height() + 20;
    duo.make(sender, &[add(AMOUNT, 1, expiry)]);
    (duo, expiry)
}

/// §4.3: a revoked commitment whose HTLC is ended gives it to the other side at once.
#[test]
fn breach_remedies() {
    every_way(|dialect, sender| {
        for holder in Side::BOTH {
            for end in [settle(1, 1), fail(1)] {
                let (mut duo, expiry) = opened(dialect, sender, holder);
                duo.make(sender.other(), std::slice::from_ref(&end));
                let victim = holder.other();
                duo.mine_empty(expiry - duo.height());
                duo.publish(holder, &name(Kind::Commitment, 1, holder));
                let remedy = name(Kind::HtlcBreachRemedy, 1, holder);
                assert_eq!(
                    duo.party(victim).claims(),
                    [
                        name(Kind::BreachRemedy, 1, holder),
                        name(Kind::Delivery, 1, holder),
                        remedy.clone()
                    ]
                );
                assert_eq!(duo.claim(victim, &remedy).deadline, Some(expiry));
                assert_eq!(duo.htlc_state(victim, 1), HtlcState::Ending);

                // The cheater comes first: what it takes waits, and is taken from it.
                let (stage, penalty) = if holder == sender {
                    (Kind::HtlcTimeout, Kind::HtlcTimeoutBreachRemedy)
                } else {
                    (Kind::HtlcExecution, Kind::HtlcExecutionBreachRemedy)
                };
                let stage = name(stage, 1, holder);
                let mut quick = duo.clone();
                if duo.party(holder).claims().contains(&stage) {
                    mine_claim(&mut quick, holder, &stage);
                    let penalty = name(penalty, 1, holder);
                    quick.check_claims();
                    let rival = quick.height() + u32::from(DELAY);
                    let claim = quick.claim(victim, &penalty);
                    assert_eq!(claim.deadline, Some(rival - 1));
                    mine_claim(&mut quick, victim, &penalty);
                } else {
                    assert!(holder != sender && end == fail(1), "a cheat without R");
                }
                duo.mine_claims(victim);
                for mut duo in [duo, quick] {
                    duo.resolve(victim);
                    assert_eq!(*duo.purse().paid.get(holder), 0, "{dialect} {holder}");
                    assert_eq!(*duo.purse().paid.get(victim), 2 * BALANCE);
                }
            }
        }
    });
}

/// A revoked commitment with a living HTLC: the balance is lost, the HTLC goes where its terms say.
#[test]
fn a_living_htlc_of_a_revoked_commitment() {
    every_way(|dialect, sender| {
        for holder in Side::BOTH {
            for known in [false, true] {
                let (mut duo, _) = opened(dialect, sender, holder);
                duo.make(holder, &[crate::common::pay(10)]);
                duo.make(holder, &[crate::common::pay(10)]);
                let receiver = sender.other();
                if known {
                    duo.learn(receiver, 1);
                }
                duo.publish(holder, &name(Kind::Commitment, 1, holder));
                duo.resolve(holder);
                let to = if known { receiver } else { sender };
                let mut least = leyden_labels::PerSide::default();
                *least.get_mut(holder.other()) = 2 * BALANCE - AMOUNT;
                *least.get_mut(to) += AMOUNT;
                assert_eq!(duo.purse().paid, least, "{dialect} {sender} {holder}");
            }
        }
    });
}

/// The commitment is still unconfirmed: the one child that may go with it is `BR`, then HTLCs follow.
#[test]
fn remedies_from_the_mempool() {
    let mut duo = Duo::with(Dialect::Noinput, false, |config| {
        config.keep_revoked = config.side == Side::A;
        config.reacts = Reacts::Mempool;
    });
    duo.open();
    duo.make(Side::A, &[add(AMOUNT, 1, 900)]);
    duo.make(Side::B, &[settle(1, 1)]);
    let revoked = duo.channel(Side::A).commitment(1).unwrap().tx;
    duo.mempool(Side::B, &revoked);
    assert_eq!(duo.party(Side::B).claims(), ["BR1a"]);
    let remedy = duo.claim(Side::B, "BR1a").tx().clone();
    duo.mine(vec![revoked, remedy]);
    assert_eq!(duo.party(Side::B).claims(), ["D1a", "HBR1a"]);
    duo.resolve(Side::B);
    assert_eq!(duo.purse().paid.b, 2 * BALANCE);
}
