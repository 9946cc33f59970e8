//! One node, channel by channel. Channel 0 is with Alice, 1 and 2 are with Carol, 3 is with Dave.

use std::collections::BTreeMap;

use bitcoin::Amount;
use bitcoin::absolute::Height;
use leyden_channel::{
    FailReason, Hop, HtlcLimits, HtlcState, HtlcView, NewHtlc, Onward, Origin, Request,
};
use leyden_payment::{Book, Decision, Invoice, Node, Part, Peer, Policy, Release, decide};
use leyden_tx::{IdentityPubkey, IdentitySecret, PaymentHash, PaymentPreimage};

pub(crate) const TIP: u32 = 1_000;
pub(crate) const ALICE: u8 = 1;
pub(crate) const CAROL: u8 = 3;
pub(crate) const DAVE: u8 = 4;
pub(crate) const NOBODY: u8 = 9;

pub(crate) fn identity(node: u8) -> IdentityPubkey {
    IdentitySecret::parse(&[node; 32]).unwrap().public()
}

pub(crate) fn secret() -> PaymentPreimage {
    PaymentPreimage::new([7; 20])
}

pub(crate) fn hash() -> PaymentHash {
    secret().hash()
}

pub(crate) fn sat(amount: u64) -> Amount {
    Amount::from_sat(amount)
}

/// So many blocks above [`TIP`].
pub(crate) fn above(blocks: u32) -> Height {
    Height::from_consensus(TIP + blocks).unwrap()
}

pub(crate) fn hop(to: u8, amount: u64, blocks: u32) -> Hop {
    Hop {
        to: identity(to),
        amount: sat(amount),
        expiry: above(blocks),
    }
}

/// Number 1, Live, to this node: 1000 sat for 288 blocks, the last hop.
pub(crate) fn incoming() -> HtlcView {
    HtlcView {
        number: Some(1),
        outgoing: false,
        amount: sat(1_000),
        hash: hash(),
        expiry: above(288),
        onward: Onward {
            hops: Vec::new(),
            total: sat(1_000),
        },
        origin: None,
        preimage: None,
        state: HtlcState::Live,
    }
}

/// The same, to be passed on to Carol: 1000 sat for 144 blocks.
pub(crate) fn to_carol() -> HtlcView {
    let mut view = incoming();
    view.onward.hops = vec![hop(CAROL, 1_000, 144)];
    view
}

/// What passes on number 1 of channel 0.
pub(crate) fn passed_on(state: HtlcState) -> HtlcView {
    HtlcView {
        outgoing: true,
        expiry: above(144),
        origin: Some(origin()),
        state,
        ..incoming()
    }
}

pub(crate) const fn origin() -> Origin {
    Origin {
        channel: 0,
        number: 1,
    }
}

/// An own HTLC.
pub(crate) fn own(state: HtlcState) -> HtlcView {
    HtlcView {
        outgoing: true,
        state,
        ..incoming()
    }
}

pub(crate) struct World {
    pub(crate) tip: u32,
    pub(crate) policy: Policy,
    pub(crate) channels: BTreeMap<u32, Peer>,
    pub(crate) book: Book,
}

impl World {
    pub(crate) fn new() -> Self {
        let channels = [(0, ALICE), (1, CAROL), (2, CAROL), (3, DAVE)];
        let channels = channels.map(|(index, peer)| {
            let peer = Peer {
                peer: identity(peer),
                open: true,
                available: sat(10_000),
                limits: HtlcLimits::default(),
                htlcs: Vec::new(),
            };
            (index, peer)
        });
        Self {
            tip: TIP,
            policy: Policy::default(),
            channels: channels.into(),
            book: Book::default(),
        }
    }

    pub(crate) fn with(mut self, channel: u32, view: HtlcView) -> Self {
        self.channel(channel).htlcs.push(view);
        self
    }

    pub(crate) fn channel(&mut self, channel: u32) -> &mut Peer {
        self.channels.get_mut(&channel).unwrap()
    }

    /// With an invoice for 1000 sat.
    pub(crate) fn asking(mut self, release: Release) -> Self {
        let invoice = Invoice {
            preimage: secret(),
            amount: sat(1_000),
            release,
        };
        self.book.ask(invoice).unwrap();
        self
    }

    /// With an own payment of these amounts, through these channels.
    pub(crate) fn paying(mut self, parts: &[(u32, u64)]) -> Self {
        let parts = parts
            .iter()
            .map(|(channel, amount)| part(*channel, *amount));
        self.book.pay(parts.collect()).unwrap();
        self
    }

    pub(crate) fn decide(&self) -> Vec<Decision> {
        decide(&Node {
            tip: self.tip,
            policy: &self.policy,
            channels: &self.channels,
            book: &self.book,
        })
    }
}

pub(crate) fn part(channel: u32, amount: u64) -> Part {
    let htlc = NewHtlc {
        amount: sat(amount),
        hash: hash(),
        expiry: incoming().expiry,
        onward: incoming().onward,
        origin: None,
    };
    Part { channel, htlc }
}

pub(crate) fn learn(channel: u32) -> Decision {
    let preimage = secret();
    Decision::Learn { channel, preimage }
}

pub(crate) fn settle(channel: u32, number: u64) -> Decision {
    let preimage = secret();
    update(channel, Request::Settle { number, preimage })
}

pub(crate) fn fail(channel: u32, number: u64, reason: FailReason) -> Decision {
    update(channel, Request::Fail { number, reason })
}

pub(crate) fn add(channel: u32, htlc: NewHtlc) -> Decision {
    update(channel, Request::Add(htlc))
}

fn update(channel: u32, request: Request) -> Decision {
    let requests = vec![request];
    Decision::Update { channel, requests }
}
