//! The facts of all channels, by what they are looked up by.

use std::collections::BTreeMap;

use bitcoin::Amount;
use bitcoin::absolute::Height;
use leyden_channel::{FailReason, HtlcState, HtlcView, Origin};
use leyden_tx::{PaymentHash, PaymentPreimage};

use super::fate::Fate;
use crate::node::{Node, Peer};

/// An HTLC to this node.
#[derive(Clone, Copy)]
pub(super) struct Incoming<'a> {
    pub(super) origin: Origin,
    pub(super) peer: &'a Peer,
    pub(super) view: &'a HtlcView,
}

impl Incoming<'_> {
    pub(super) fn is_live(&self) -> bool {
        self.view.state == HtlcState::Live
    }

    /// Whether it can be ended off chain, now.
    pub(super) fn can_end(&self) -> bool {
        self.peer.open && self.is_live()
    }
}

/// An HTLC that this node sends.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) channel: u32,
    pub(super) view: &'a HtlcView,
    pub(super) fate: Fate,
}

/// What there is, indexed.
pub(super) struct Facts<'a> {
    pub(super) node: &'a Node<'a>,
    incoming: Vec<Incoming<'a>>,
    passed_on: BTreeMap<Origin, Vec<Sent<'a>>>,
    own: BTreeMap<PaymentHash, Vec<Sent<'a>>>,
    known: BTreeMap<PaymentHash, &'a PaymentPreimage>,
    live: BTreeMap<PaymentHash, Amount>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(node: &'a Node<'a>) -> Self {
        let mut facts = Self {
            node,
            incoming: Vec::new(),
            passed_on: BTreeMap::new(),
            own: BTreeMap::new(),
            known: BTreeMap::new(),
            live: BTreeMap::new(),
        };
        for (channel, peer) in node.channels {
            for view in &peer.htlcs {
                facts.index(*channel, peer, view);
            }
        }
        facts.sum_payments();
        facts
    }

    fn index(&mut self, channel: u32, peer: &'a Peer, view: &'a HtlcView) {
        if let Some(preimage) = &view.preimage {
            self.known.entry(view.hash).or_insert(preimage);
        }
        if view.outgoing {
            let fate = Fate::of(view, self.node);
            let sent = Sent {
                channel,
                view,
                fate,
            };
            match view.origin {
                Some(origin) => self.passed_on.entry(origin).or_default().push(sent),
                None => self.own.entry(view.hash).or_default().push(sent),
            }
        } else if let Some(number) = view.number {
            let origin = Origin { channel, number };
            self.incoming.push(Incoming { origin, peer, view });
        }
    }

    /// What is held of each payment to this node and could be claimed on chain in time.
    fn sum_payments(&mut self) {
        let mut live = BTreeMap::new();
        for incoming in &self.incoming {
            let view = incoming.view;
            let payment = self.node.book.invoice(view.hash);
            let counts = incoming.is_live()
                && view.onward.hops.is_empty()
                && payment.is_some_and(|invoice| invoice.amount == view.onward.total)
                && self.check_final_expiry(view.expiry).is_ok();
            if counts {
                let sum: &mut Amount = live.entry(view.hash).or_default();
                *sum = sum.checked_add(view.amount).unwrap_or(Amount::MAX);
            }
        }
        self.live = live;
    }

    /// The HTLCs to this node, in the order of channels and numbers.
    pub(super) fn incoming(&self) -> impl Iterator<Item = Incoming<'a>> + '_ {
        self.incoming.iter().copied()
    }

    /// The HTLCs that pass on this one: at most one that is more than a refusal.
    pub(super) fn passed_on(&self, origin: Origin) -> &[Sent<'a>] {
        self.passed_on.get(&origin).map_or(&[], Vec::as_slice)
    }

    /// The own HTLCs with this hash.
    pub(super) fn own(&self, hash: PaymentHash) -> &[Sent<'a>] {
        self.own.get(&hash).map_or(&[], Vec::as_slice)
    }

    /// R, if any channel knows it. R of an invoice is not known before it is released.
    pub(super) fn known(&self, hash: PaymentHash) -> Option<&'a PaymentPreimage> {
        self.known.get(&hash).copied()
    }

    /// What is held of a payment to this node.
    pub(super) fn live(&self, hash: PaymentHash) -> Amount {
        self.live.get(&hash).copied().unwrap_or(Amount::ZERO)
    }

    /// How many blocks are left from the tip to an expiry.
    pub(super) fn left(&self, expiry: Height) -> u32 {
        expiry.to_consensus_u32().saturating_sub(self.node.tip)
    }

    /// Whether an HTLC that ends here leaves the time to claim it, and does not lock it for too long.
    pub(super) fn check_final_expiry(&self, expiry: Height) -> Result<(), FailReason> {
        let left = self.left(expiry);
        if left > self.node.policy.most_blocks {
            Err(FailReason::ExpiryTooFar)
        } else if left < self.node.policy.least_final {
            Err(FailReason::ExpiryTooSoon)
        } else {
            Ok(())
        }
    }
}
