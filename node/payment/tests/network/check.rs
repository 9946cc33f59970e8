//! What must hold in the end.

use bitcoin::Amount;
use leyden_payment::Outcome;

use crate::actor::{ASKED, hash};
use crate::channel::{Stage, Toy};
use crate::network::Network;

/// What happened, over all networks.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) forwards_taken: usize,
    pub(crate) forwards_back: usize,
    pub(crate) negative_fees: usize,
    pub(crate) received: usize,
    pub(crate) received_in_parts: usize,
    pub(crate) paid: usize,
    pub(crate) payments_back: usize,
    pub(crate) executed: usize,
    pub(crate) timed_out: usize,
    pub(crate) missing: usize,
    pub(crate) refused: usize,
    pub(crate) ways_back: usize,
}

impl Seen {
    pub(crate) fn assert_all(&self) {
        let all = [
            self.forwards_taken,
            self.forwards_back,
            self.negative_fees,
            self.received,
            self.received_in_parts,
            self.paid,
            self.payments_back,
            self.executed,
            self.timed_out,
            self.missing,
            self.refused,
            self.ways_back,
        ];
        assert!(all.iter().all(|count| *count > 5), "{self:?}");
    }
}

impl Network {
    pub(crate) fn check(&self, seen: &mut Seen) {
        for node in 0..self.actors.len() {
            if self.actors[node].honest {
                self.check_forwards(node, seen);
                self.check_invoice(node, seen);
                self.check_payments(node, seen);
                assert_eq!(self.decisions(node), [], "node {node} is not done");
            }
        }
    }

    /// What `node` sends or receives.
    fn of(&self, node: usize, sent: bool) -> impl Iterator<Item = (usize, &Toy)> {
        self.channels
            .iter()
            .enumerate()
            .flat_map(move |(at, channel)| {
                let side = channel.side(node);
                let htlcs = channel.htlcs.iter();
                htlcs
                    .filter(move |htlc| {
                        side == Some(if sent { htlc.sender } else { htlc.receiver() })
                    })
                    .map(move |htlc| (at, htlc))
            })
    }

    fn check_forwards(&self, node: usize, seen: &mut Seen) {
        let mut taken = std::collections::BTreeSet::new();
        for (_, out) in self.of(node, true) {
            seen.executed += usize::from(matches!(out.stage, Stage::Executed(_)));
            seen.timed_out += usize::from(matches!(out.stage, Stage::TimedOut(_)));
            seen.missing += usize::from(matches!(out.stage, Stage::Missing(_)));
            seen.refused += usize::from(out.stage == Stage::Refused);
            let Some(origin) = out.new.origin else {
                continue;
            };
            let from = self.of(node, false).find(|(at, htlc)| {
                u32::try_from(*at) == Ok(origin.channel) && htlc.number == origin.number
            });
            let (_, came) = from.expect("what is passed on came in");
            if !out.taken {
                seen.forwards_back += 1;
                continue;
            }
            assert!(taken.insert(origin), "node {node} passed on {came:?} twice");
            assert!(came.taken, "node {node} lost {out:?}, of {came:?}");
            let stays = came.new.amount.to_signed().unwrap() - out.new.amount.to_signed().unwrap();
            assert!(
                stays >= self.actors[node].policy.fee,
                "node {node} kept {stays}"
            );
            seen.forwards_taken += 1;
            seen.negative_fees += usize::from(stays.is_negative());
        }
    }

    /// R is worth the whole payment.
    fn check_invoice(&self, node: usize, seen: &mut Seen) {
        let is_out = self.channels.iter().any(|channel| {
            channel
                .known
                .iter()
                .any(|known| known.contains_key(&hash(node)))
        });
        let parts: Vec<&Toy> = self
            .of(node, false)
            .map(|(_, htlc)| htlc)
            .filter(|htlc| {
                htlc.taken && htlc.new.hash == hash(node) && htlc.new.onward.hops.is_empty()
            })
            .collect();
        let sum: Amount = parts.iter().map(|htlc| htlc.new.amount).sum();
        let book = &self.actors[node].book;
        if is_out {
            assert!(sum >= ASKED, "node {node} gave R away for {sum}");
            let received = book.received(hash(node)).expect("an end");
            assert!((ASKED..=sum).contains(&received), "node {node}: {received}");
            seen.received += 1;
            seen.received_in_parts += usize::from(parts.len() > 1);
        } else {
            assert_eq!((sum, book.received(hash(node))), (Amount::ZERO, None));
        }
    }

    /// What was paid has its receipt.
    fn check_payments(&self, node: usize, seen: &mut Seen) {
        for (hash, payment) in self.actors[node].book.payments() {
            let own = self
                .of(node, true)
                .filter(|(_, htlc)| htlc.new.hash == hash && htlc.new.origin.is_none());
            let taken = own.filter(|(_, htlc)| htlc.taken).count();
            match payment.outcome() {
                Some(Outcome::Settled(preimage)) => {
                    assert_eq!(preimage.hash(), hash);
                    seen.paid += 1;
                }
                Some(Outcome::Failed(_)) => {
                    assert_eq!(taken, 0, "node {node} paid without a receipt");
                    seen.payments_back += 1;
                }
                None => panic!("node {node}: a payment without an end"),
            }
            let back = self.of(node, false);
            seen.ways_back += back
                .filter(|(_, htlc)| htlc.new.hash == hash && htlc.new.onward.hops.is_empty())
                .count();
        }
    }

    /// How many HTLCs a node holds on the hash of an own payment.
    pub(crate) fn held_way_back(&self, node: usize) -> usize {
        let book = &self.actors[node].book;
        self.of(node, false)
            .filter(|(_, htlc)| {
                htlc.stage == Stage::Live
                    && htlc.new.onward.hops.is_empty()
                    && book.payment(htlc.new.hash).is_some()
            })
            .count()
    }
}
