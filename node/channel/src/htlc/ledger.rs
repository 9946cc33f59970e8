//! Who owns what, and which HTLCs are in flight: what a commitment says, and what a batch makes of it.

use std::collections::BTreeMap;

use bitcoin::Amount;
use leyden_labels::{PerSide, Side};
use leyden_tx::{Balances, Htlc, HtlcPubkeys, PaymentPreimage};

use super::{FailReason, HtlcLimits, MAX_HOPS, Onward};
use crate::fault::Invalid;
use crate::message::{AddHtlc, Change};

/// Changes that one update may make; what is queued beyond them waits for the next.
pub(crate) const MAX_CHANGES: usize = 1_000;

/// The contents of a commitment number, the same for both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) balances: Balances,
    pub(crate) htlcs: BTreeMap<u64, Htlc>,
}

/// How an HTLC ends off chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Settled,
    Failed(FailReason),
}

/// An HTLC that a batch ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) number: u64,
    pub(crate) outcome: Outcome,
    pub(crate) preimage: Option<PaymentPreimage>,
}

/// A batch, applied; its HTLCs lack the keys of the side that receives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    ledger: Ledger,
    proposer: Side,
    first: u64,
    paid: Vec<Amount>,
    added: Vec<(u64, AddHtlc)>,
    ended: Vec<Ended>,
}

/// A batch, applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) ledger: Ledger,
    /// What the proposer pays outright.
    pub(crate) paid: Vec<Amount>,
    pub(crate) added: Vec<(u64, Onward)>,
    pub(crate) ended: Vec<Ended>,
}

impl Ledger {
    pub(crate) const fn new(balances: Balances) -> Self {
        Self {
            balances,
            htlcs: BTreeMap::new(),
        }
    }

    /// Applies `changes`, in order, which `proposer` makes. HTLCs are numbered from `first` on.
    pub(crate) fn draft(
        &self,
        limits: &PerSide<HtlcLimits>,
        proposer: Side,
        first: u64,
        changes: &[Change],
    ) -> Result<Draft, Invalid> {
        if changes.is_empty() {
            return Err(Invalid::EmptyBatch);
        }
        if changes.len() > MAX_CHANGES {
            return Err(Invalid::BatchTooLarge { most: MAX_CHANGES });
        }
        let mut draft = Draft::of(self.clone(), proposer, first);
        for change in changes {
            draft.apply(limits.get(proposer.other()), change)?;
        }
        Ok(draft)
    }
}

impl Draft {
    pub(crate) const fn of(ledger: Ledger, proposer: Side, first: u64) -> Self {
        Self {
            ledger,
            proposer,
            first,
            paid: Vec::new(),
            added: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// Applies one more change, or leaves everything as it was; `limits` are those of the side that does not propose.
    pub(crate) fn apply(&mut self, limits: &HtlcLimits, change: &Change) -> Result<(), Invalid> {
        match change {
            Change::Pay { amount } => {
                self.take(self.proposer, *amount)?;
                self.give(self.proposer.other(), *amount)?;
                self.paid.push(*amount);
                Ok(())
            }
            Change::Add(add) => self.add(limits, add),
            Change::Settle { number, preimage } => self.settle(*number, preimage),
            Change::Fail { number, reason } => self.fail(*number, *reason),
        }
    }

    /// The number of the next HTLC that it adds.
    pub(crate) fn next(&self) -> u64 {
        let added = u64::try_from(self.added.len()).unwrap_or(u64::MAX);
        self.first.saturating_add(added)
    }

    /// How many HTLCs it adds.
    pub(crate) const fn adds(&self) -> usize {
        self.added.len()
    }

    /// Whether a commitment with it carries an HTLC.
    pub(crate) fn carries_htlcs(&self) -> bool {
        !self.added.is_empty() || !self.ledger.htlcs.is_empty()
    }

    /// With the keys of the side that receives the added HTLCs, in order.
    pub(crate) fn complete(self, receiver: &[HtlcPubkeys]) -> Result<Batch, Invalid> {
        if receiver.len() != self.added.len() {
            return Err(Invalid::HtlcKeys {
                expected: self.added.len(),
                got: receiver.len(),
            });
        }
        let mut ledger = self.ledger;
        let mut added = Vec::with_capacity(self.added.len());
        for ((number, add), keys) in self.added.into_iter().zip(receiver) {
            check_distinct(&add.keys, keys)?;
            let htlc = Htlc {
                number,
                sender: self.proposer,
                amount: add.amount,
                hash: add.hash,
                expiry: add.expiry,
                keys: PerSide::from_holder(self.proposer, add.keys, *keys),
            };
            ledger.htlcs.insert(number, htlc);
            added.push((number, add.onward));
        }
        Ok(Batch {
            ledger,
            paid: self.paid,
            added,
            ended: self.ended,
        })
    }

    fn add(&mut self, limits: &HtlcLimits, add: &AddHtlc) -> Result<(), Invalid> {
        if add.onward.hops.len() > MAX_HOPS {
            return Err(Invalid::PathTooLong { most: MAX_HOPS });
        }
        if add.amount < limits.least {
            return Err(Invalid::HtlcTooSmall {
                least: limits.least,
                asked: add.amount,
            });
        }
        let sent = self.sent();
        if sent.clone().count() >= limits.most {
            return Err(Invalid::TooManyHtlcs { most: limits.most });
        }
        let in_flight = sent.fold(add.amount, |sum, amount| {
            sum.checked_add(amount).unwrap_or(Amount::MAX)
        });
        if in_flight > limits.in_flight {
            return Err(Invalid::TooMuchInFlight {
                most: limits.in_flight,
                asked: in_flight,
            });
        }
        self.take(self.proposer, add.amount)?;
        let number = self.next();
        self.added.push((number, add.clone()));
        Ok(())
    }

    /// The amounts of the proposer's HTLCs.
    fn sent(&self) -> impl Iterator<Item = Amount> + Clone + '_ {
        let carried = self.ledger.htlcs.values();
        let carried = carried.filter(|htlc| htlc.sender == self.proposer);
        let carried = carried.map(|htlc| htlc.amount);
        carried.chain(self.added.iter().map(|(_, add)| add.amount))
    }

    fn settle(&mut self, number: u64, preimage: &PaymentPreimage) -> Result<(), Invalid> {
        let known = self.ledger.htlcs.get(&number);
        let right = known.is_none_or(|htlc| preimage.hash() == htlc.hash);
        if !right || !preimage.is_relayed() {
            return Err(Invalid::WrongPreimage { number });
        }
        let htlc = self.end(number)?;
        self.give(self.proposer, htlc.amount)?;
        self.ended.push(Ended {
            number,
            outcome: Outcome::Settled,
            preimage: Some(preimage.clone()),
        });
        Ok(())
    }

    fn fail(&mut self, number: u64, reason: FailReason) -> Result<(), Invalid> {
        let htlc = self.end(number)?;
        self.give(htlc.sender, htlc.amount)?;
        self.ended.push(Ended {
            number,
            outcome: Outcome::Failed(reason),
            preimage: None,
        });
        Ok(())
    }

    /// Only the receiver ends an HTLC, and only one that a commitment carries.
    fn end(&mut self, number: u64) -> Result<Htlc, Invalid> {
        let htlc = self.ledger.htlcs.get(&number);
        let htlc = htlc.ok_or(Invalid::NoSuchHtlc { number })?.clone();
        if htlc.receiver() != self.proposer {
            return Err(Invalid::NotReceiver { number });
        }
        self.ledger.htlcs.remove(&number);
        Ok(htlc)
    }

    fn take(&mut self, side: Side, amount: Amount) -> Result<(), Invalid> {
        if amount == Amount::ZERO {
            return Err(Invalid::ZeroPayment);
        }
        let balance = self.ledger.balances.get_mut(side);
        let overdraft = Invalid::Overdraft {
            balance: *balance,
            asked: amount,
        };
        *balance = balance.checked_sub(amount).ok_or(overdraft)?;
        Ok(())
    }

    fn give(&mut self, side: Side, amount: Amount) -> Result<(), Invalid> {
        let balance = self.ledger.balances.get_mut(side);
        let overdraft = Invalid::Overdraft {
            balance: *balance,
            asked: amount,
        };
        *balance = balance.checked_add(amount).ok_or(overdraft)?;
        Ok(())
    }
}

/// No key of an HTLC may stand twice in it: a key that is disclosed would open another branch.
fn check_distinct(sender: &HtlcPubkeys, receiver: &HtlcPubkeys) -> Result<(), Invalid> {
    let mut keys: Vec<_> = sender.all().iter().chain(receiver.all()).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.len() == 16 {
        Ok(())
    } else {
        Err(Invalid::KeyReused)
    }
}
