//! The toy chain's rules: coins are there and unspent, and locks are over. And who has got what.

use bitcoin::absolute::LockTime;
use bitcoin::{OutPoint, Transaction};
use leyden_channel::{Claim, Command, Event};
use leyden_labels::{Kind, Label, PerSide, Side};
use leyden_tx::{script_anchor, script_delivery};

use super::{Duo, label, sat};

/// Where the channel's money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purse {
    /// In outputs that pay a side outright.
    pub paid: PerSide<u64>,
    pub anchor: u64,
    /// In outputs that somebody has yet to take.
    pub open: u64,
}

impl Duo {
    /// The height of a confirmed transaction.
    fn found(&self, outpoint: &OutPoint) -> Option<u32> {
        self.blocks.iter().find_map(|block| {
            let mut txs = block.txs.iter();
            txs.any(|tx| tx.compute_txid() == outpoint.txid)
                .then_some(block.height)
        })
    }

    fn is_spent(&self, outpoint: &OutPoint, pending: &[Transaction]) -> bool {
        let confirmed = self.blocks.iter().flat_map(|block| &block.txs);
        let mut inputs = confirmed.chain(pending).flat_map(|tx| &tx.input);
        inputs.any(|input| input.previous_output == *outpoint)
    }

    /// Whether the next block can hold `tx` behind `pending`.
    pub fn is_valid(&self, tx: &Transaction, pending: &[Transaction]) -> bool {
        let next = self.height() + 1;
        let locked = match tx.lock_time {
            LockTime::Blocks(height) => next <= height.to_consensus_u32(),
            // The number of a commitment: a time long past.
            LockTime::Seconds(_) => false,
        };
        !locked
            && tx.input.iter().all(|input| {
                let outpoint = input.previous_output;
                let Some(height) = self.found(&outpoint) else {
                    return false;
                };
                let delay = match input.sequence.0 {
                    sequence if sequence & 0x8000_0000 == 0 => sequence & 0xffff,
                    _ => 0,
                };
                !self.is_spent(&outpoint, pending) && next >= height + delay
            })
    }

    pub fn claim(&self, side: Side, name: &str) -> Claim {
        let mut claims = self.channel(side).claims().into_iter();
        claims
            .find(|claim| claim.label == label(name))
            .unwrap_or_else(|| panic!("{side} does not claim {name}"))
    }

    /// What a side claims is exactly what it may have now; and it says when it may have more.
    pub fn check_claims(&self) {
        for side in Side::BOTH {
            let claims = self.channel(side).claims();
            for claim in &claims {
                assert!(
                    self.is_valid(claim.tx(), &[]),
                    "{side} claims {} too early",
                    claim.label
                );
            }
            if let Some(deadline) = self.channel(side).next_deadline() {
                assert!(deadline > self.height() + 1);
            }
        }
    }

    /// Broadcasts and mines an own commitment.
    pub fn publish(&mut self, side: Side, name: &str) -> Transaction {
        self.command(side, Command::Broadcast(label(name))).unwrap();
        let tx = self.party(side).broadcast(name);
        self.mine(vec![tx.clone()]);
        tx
    }

    /// Mines a block with what both sides claim, `first`'s before the other's; the names of all.
    pub fn mine_claims(&mut self, first: Side) -> Vec<Label> {
        let mut txs: Vec<Transaction> = Vec::new();
        let mut labels = Vec::new();
        for side in [first, first.other()] {
            for claim in self.channel(side).claims() {
                if self.is_valid(claim.tx(), &txs) {
                    txs.push(claim.tx().clone());
                    labels.push(claim.label);
                }
            }
        }
        self.mine(txs.clone());
        for (tx, label) in txs.iter().zip(&labels) {
            let (txid, height) = (tx.compute_txid(), self.height());
            let label = *label;
            let confirmed = Event::Confirmed {
                label,
                txid,
                height,
            };
            for side in Side::BOTH {
                assert_ne!(self.told(side, &confirmed), 0, "{side}: {label}");
            }
        }
        labels
    }

    /// Mines until nobody has anything left to take; the names of all, in order.
    pub fn resolve(&mut self, first: Side) -> Vec<Label> {
        let mut all = Vec::new();
        for _ in 0..400 {
            let waits = |side| self.channel(side).next_deadline().is_some();
            let claims = |side| !self.channel(side).claims().is_empty();
            if !Side::BOTH
                .into_iter()
                .any(|side| waits(side) || claims(side))
            {
                return all;
            }
            self.check_claims();
            all.extend(self.mine_claims(first));
        }
        panic!("it does not end: {all:?}");
    }

    /// Follows the money from F.
    pub fn purse(&self) -> Purse {
        let params = self.channel(Side::A).params().unwrap();
        let scripts = params.delivery.map(|key| script_delivery(&key));
        let anchor = script_anchor();
        let funding = self.channel(Side::A).funding_outpoint().unwrap();
        let mut purse = Purse {
            paid: PerSide::default(),
            anchor: 0,
            open: 0,
        };
        let mut reached = vec![funding.txid];
        for tx in self.blocks.iter().flat_map(|block| &block.txs) {
            let mut inputs = tx.input.iter();
            let txid = tx.compute_txid();
            let follows = inputs.any(|input| reached.contains(&input.previous_output.txid));
            if !follows && txid != funding.txid {
                continue;
            }
            reached.push(txid);
            for (vout, output) in (0u32..).zip(&tx.output) {
                if self.is_spent(&OutPoint::new(txid, vout), &[]) {
                    continue;
                }
                let value = output.value.to_sat();
                let owner = Side::BOTH
                    .into_iter()
                    .find(|side| output.script_pubkey == *scripts.get(*side));
                match owner {
                    Some(side) => *purse.paid.get_mut(side) += value,
                    None if output.script_pubkey == anchor => purse.anchor += value,
                    None => purse.open += value,
                }
            }
        }
        let total = purse.paid.a + purse.paid.b + purse.anchor + purse.open;
        assert_eq!(
            sat(total),
            params.capacity,
            "money is neither made nor lost"
        );
        purse
    }
}

/// `HT1a` and the like.
pub fn name(kind: Kind, number: u64, side: Side) -> String {
    Label::new(kind, number, side).to_string()
}
