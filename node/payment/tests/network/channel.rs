//! A toy channel: both sides' views of its HTLCs, without transactions.

use std::collections::BTreeMap;

use leyden_channel::{FailReason, HtlcLimits, HtlcState, HtlcView, NewHtlc};
use leyden_tx::{PaymentHash, PaymentPreimage};

/// Where an HTLC stands, to one who sees both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Waiting,
    Pending,
    Live,
    /// The receiver has asked, the sender does not know.
    SettleAsked,
    FailAsked(FailReason),
    /// The sender has R.
    Settling,
    Failing(FailReason),
    Settled,
    Failed(FailReason),
    Refused,
    Executed(u32),
    TimedOut(u32),
    Missing(u32),
}

#[derive(Clone, Debug)]
pub(crate) struct Toy {
    pub(crate) number: u64,
    pub(crate) sender: usize,
    pub(crate) new: NewHtlc,
    pub(crate) stage: Stage,
    /// Whether the receiver has the money.
    pub(crate) taken: bool,
}

impl Toy {
    pub(crate) const fn receiver(&self) -> usize {
        1 - self.sender
    }

    pub(crate) fn expiry(&self) -> u32 {
        self.new.expiry.to_consensus_u32()
    }

    /// Whether it stands in some commitment.
    pub(crate) const fn is_carried(&self) -> bool {
        !matches!(
            self.stage,
            Stage::Waiting
                | Stage::Settled
                | Stage::Failed(_)
                | Stage::Refused
                | Stage::Executed(_)
                | Stage::TimedOut(_)
                | Stage::Missing(_)
        )
    }

    fn view(&self, side: usize, known: &BTreeMap<PaymentHash, (u32, PaymentPreimage)>) -> HtlcView {
        let receives = side == self.receiver();
        let state = match self.stage {
            Stage::Waiting => HtlcState::Waiting,
            Stage::Pending => HtlcState::Pending,
            Stage::SettleAsked | Stage::FailAsked(_) if receives => HtlcState::Ending,
            Stage::Live | Stage::SettleAsked | Stage::FailAsked(_) => HtlcState::Live,
            Stage::Settling | Stage::Failing(_) => HtlcState::Ending,
            Stage::Settled => HtlcState::Settled,
            Stage::Failed(reason) => HtlcState::Failed(reason),
            Stage::Refused => HtlcState::Failed(FailReason::NoCapacity),
            Stage::Executed(height) => HtlcState::Executed { height },
            Stage::TimedOut(height) => HtlcState::TimedOut { height },
            Stage::Missing(height) => HtlcState::Missing { height },
        };
        let numbered = !matches!(self.stage, Stage::Waiting | Stage::Refused);
        HtlcView {
            number: numbered.then_some(self.number),
            outgoing: !receives,
            amount: self.new.amount,
            hash: self.new.hash,
            expiry: self.new.expiry,
            onward: self.new.onward.clone(),
            origin: self.new.origin.filter(|_| !receives),
            preimage: known
                .get(&self.new.hash)
                .map(|(_, preimage)| preimage.clone()),
            state,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ToyChannel {
    pub(crate) ends: [usize; 2],
    pub(crate) balance: [u64; 2],
    pub(crate) htlcs: Vec<Toy>,
    pub(crate) closed: Option<u32>,
    pub(crate) stalled: u32,
    /// Whether its cheats wait for the last moment.
    pub(crate) ambush: bool,
    /// What each side knows, and since when.
    pub(crate) known: [BTreeMap<PaymentHash, (u32, PaymentPreimage)>; 2],
}

impl ToyChannel {
    pub(crate) fn new(ends: [usize; 2], each: u64) -> Self {
        Self {
            ends,
            balance: [each; 2],
            htlcs: Vec::new(),
            closed: None,
            stalled: 0,
            ambush: false,
            known: [BTreeMap::new(), BTreeMap::new()],
        }
    }

    pub(crate) const fn limits() -> HtlcLimits {
        HtlcLimits {
            most: 6,
            least: bitcoin::Amount::from_sat(300),
            in_flight: bitcoin::Amount::from_sat(4_000),
        }
    }

    pub(crate) fn side(&self, node: usize) -> Option<usize> {
        self.ends.iter().position(|end| *end == node)
    }

    pub(crate) fn views(&self, side: usize) -> Vec<HtlcView> {
        let visible = self.htlcs.iter().filter(|htlc| {
            htlc.sender == side || !matches!(htlc.stage, Stage::Waiting | Stage::Refused)
        });
        visible
            .map(|htlc| htlc.view(side, &self.known[side]))
            .collect()
    }

    /// Whether some HTLC has not ended.
    pub(crate) fn is_under_way(&self) -> bool {
        let mut htlcs = self.htlcs.iter();
        htlcs.any(|htlc| htlc.is_carried() || htlc.stage == Stage::Waiting)
    }

    pub(crate) fn learn(&mut self, side: usize, preimage: &PaymentPreimage, tip: u32) {
        let entry = (tip, preimage.clone());
        self.known[side].entry(preimage.hash()).or_insert(entry);
    }

    /// What a real channel checks when it is asked.
    pub(crate) fn takes(&self, side: usize, new: &NewHtlc, tip: u32) -> bool {
        let limits = Self::limits();
        let mine = self.htlcs.iter().filter(|htlc| htlc.sender == side);
        let carried = mine.filter(|htlc| htlc.is_carried() || htlc.stage == Stage::Waiting);
        let (count, sum) = carried.fold((1, new.amount), |(count, sum), htlc| {
            (count + 1, sum + htlc.new.amount)
        });
        self.closed.is_none()
            && new.expiry.to_consensus_u32() > tip
            && new.amount.to_sat() <= self.balance[side]
            && new.amount >= limits.least
            && count <= limits.most
            && sum <= limits.in_flight
    }

    pub(crate) fn add(&mut self, side: usize, new: NewHtlc) {
        self.balance[side] -= new.amount.to_sat();
        let number = u64::try_from(self.htlcs.len()).unwrap() + 1;
        self.htlcs.push(Toy {
            number,
            sender: side,
            new,
            stage: Stage::Waiting,
            taken: false,
        });
    }

    /// One round of messages.
    pub(crate) fn exchange(&mut self, tip: u32) {
        if self.closed.is_some() || self.stalled > tip {
            return;
        }
        for index in 0..self.htlcs.len() {
            let htlc = &self.htlcs[index];
            let (sender, hash) = (htlc.sender, htlc.new.hash);
            let next = match htlc.stage {
                Stage::Waiting if htlc.expiry() <= tip => Stage::Refused,
                Stage::Waiting => Stage::Pending,
                Stage::Pending => Stage::Live,
                Stage::SettleAsked => {
                    let preimage = self.known[1 - sender][&hash].1.clone();
                    self.learn(sender, &preimage, tip);
                    Stage::Settling
                }
                Stage::FailAsked(reason) => Stage::Failing(reason),
                Stage::Settling => Stage::Settled,
                Stage::Failing(reason) => Stage::Failed(reason),
                same => same,
            };
            self.go(index, next);
        }
    }

    /// The commitment in the chain is an old or a new one.
    pub(crate) fn close(&mut self, tip: u32, newer: bool) {
        if self.closed.is_some() {
            return;
        }
        self.closed = Some(tip);
        for index in 0..self.htlcs.len() {
            let next = match self.htlcs[index].stage {
                Stage::Waiting => Stage::Refused,
                Stage::Pending if newer => Stage::Live,
                Stage::Pending => Stage::Missing(tip),
                // The newer commitment has paid it out, or back.
                Stage::Settling if newer => Stage::Settled,
                Stage::Failing(_) if newer => Stage::Missing(tip),
                Stage::SettleAsked | Stage::FailAsked(_) | Stage::Settling | Stage::Failing(_) => {
                    Stage::Live
                }
                same => same,
            };
            self.go(index, next);
        }
    }

    pub(crate) fn execute(&mut self, index: usize, tip: u32) {
        let sender = self.htlcs[index].sender;
        let preimage = self.known[1 - sender][&self.htlcs[index].new.hash]
            .1
            .clone();
        self.learn(sender, &preimage, tip);
        self.go(index, Stage::Executed(tip));
    }

    pub(crate) fn go(&mut self, index: usize, next: Stage) {
        let htlc = &mut self.htlcs[index];
        if htlc.stage == next {
            return;
        }
        htlc.stage = next;
        let amount = htlc.new.amount.to_sat();
        match next {
            Stage::Settled => {
                htlc.taken = true;
                self.balance[1 - htlc.sender] += amount;
            }
            Stage::Executed(_) => htlc.taken = true,
            Stage::Failed(_) | Stage::Refused => self.balance[htlc.sender] += amount,
            _ => {}
        }
    }
}
