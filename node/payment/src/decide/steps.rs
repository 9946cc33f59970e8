//! The steps decided on, channel by channel, and what they leave of each channel.

use std::collections::BTreeMap;

use bitcoin::Amount;
use leyden_channel::{FailReason, HtlcLimits, HtlcState, HtlcView, NewHtlc, Origin, Request};
use leyden_tx::{IdentityPubkey, PaymentHash, PaymentPreimage};

use crate::decision::Decision;
use crate::node::{Node, Peer};

#[derive(Default)]
struct Batch {
    learn: BTreeMap<PaymentHash, PaymentPreimage>,
    ends: Vec<Request>,
    adds: Vec<Request>,
}

/// What a channel can still send.
#[derive(Clone, Copy)]
struct Room {
    available: Amount,
    htlcs: usize,
    in_flight: Amount,
    limits: HtlcLimits,
}

impl Room {
    fn of(peer: &Peer) -> Self {
        let sent = peer.htlcs.iter().filter(|view| counts(view));
        Self {
            available: peer.available,
            htlcs: sent.clone().count(),
            in_flight: sent.fold(Amount::ZERO, |sum, view| {
                sum.checked_add(view.amount).unwrap_or(Amount::MAX)
            }),
            limits: peer.limits,
        }
    }

    /// What is left after an HTLC, if there is room for it.
    fn after(self, amount: Amount) -> Option<Self> {
        let htlcs = self.htlcs.checked_add(1)?;
        let in_flight = self.in_flight.checked_add(amount)?;
        let within = amount >= self.limits.least
            && htlcs <= self.limits.most
            && in_flight <= self.limits.in_flight;
        let available = self.available.checked_sub(amount)?;
        within.then_some(Self {
            available,
            htlcs,
            in_flight,
            limits: self.limits,
        })
    }
}

/// Whether the HTLC counts against the other side's limits.
const fn counts(view: &HtlcView) -> bool {
    view.outgoing
        && match view.state {
            HtlcState::Waiting | HtlcState::Pending | HtlcState::Live | HtlcState::Ending => true,
            HtlcState::Settled
            | HtlcState::Failed(_)
            | HtlcState::Executed { .. }
            | HtlcState::TimedOut { .. }
            | HtlcState::Missing { .. } => false,
        }
}

/// What has been decided so far.
pub(super) struct Steps<'a> {
    node: &'a Node<'a>,
    batches: BTreeMap<u32, Batch>,
    rooms: BTreeMap<u32, Room>,
    events: Vec<Decision>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(node: &'a Node<'a>) -> Self {
        let open = node.channels.iter().filter(|(_, peer)| peer.open);
        Self {
            node,
            batches: BTreeMap::new(),
            rooms: open.map(|(index, peer)| (*index, Room::of(peer))).collect(),
            events: Vec::new(),
        }
    }

    /// Whether a channel can send all these HTLCs, besides those already decided on.
    pub(super) fn has_room(&self, channel: u32, amounts: impl IntoIterator<Item = Amount>) -> bool {
        let Some(room) = self.rooms.get(&channel) else {
            return false;
        };
        let left = amounts.into_iter().try_fold(*room, Room::after);
        left.is_some()
    }

    pub(super) fn add(&mut self, channel: u32, htlc: NewHtlc) {
        if let Some(room) = self.rooms.get_mut(&channel) {
            *room = room.after(htlc.amount).unwrap_or(*room);
        }
        self.batch(channel).adds.push(Request::Add(htlc));
    }

    pub(super) fn learn(&mut self, channel: u32, preimage: &PaymentPreimage) {
        let learn = &mut self.batch(channel).learn;
        learn.insert(preimage.hash(), preimage.clone());
    }

    pub(super) fn settle(&mut self, htlc: Origin, preimage: PaymentPreimage) {
        let number = htlc.number;
        let request = Request::Settle { number, preimage };
        self.batch(htlc.channel).ends.push(request);
    }

    pub(super) fn fail(&mut self, htlc: Origin, reason: FailReason) {
        let number = htlc.number;
        let request = Request::Fail { number, reason };
        self.batch(htlc.channel).ends.push(request);
    }

    pub(super) fn event(&mut self, event: Decision) {
        self.events.push(event);
    }

    pub(super) fn into_decisions(self) -> Vec<Decision> {
        let mut decisions = Vec::new();
        let mut ends = Vec::new();
        let mut adds = Vec::new();
        for (channel, batch) in self.batches {
            let learn = batch.learn.into_values();
            decisions.extend(learn.map(|preimage| Decision::Learn { channel, preimage }));
            ends.extend(update(channel, batch.ends));
            adds.extend(update(channel, batch.adds));
        }
        decisions.extend(ends);
        decisions.extend(adds);
        decisions.extend(self.events);
        decisions
    }

    /// The channels with a node, in order.
    pub(super) fn channels_with(
        &self,
        peer: &IdentityPubkey,
    ) -> impl Iterator<Item = u32> + use<'a, '_> {
        let peer = *peer;
        let channels = self.node.channels.iter();
        channels
            .filter(move |(_, channel)| channel.peer == peer)
            .map(|(index, _)| *index)
    }

    fn batch(&mut self, channel: u32) -> &mut Batch {
        self.batches.entry(channel).or_default()
    }
}

fn update(channel: u32, requests: Vec<Request>) -> Option<Decision> {
    (!requests.is_empty()).then_some(Decision::Update { channel, requests })
}
