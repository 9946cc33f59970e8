//! HTLCs: asking for them, and looking at them.

use bitcoin::absolute::Height;
use leyden_channel::{
    Answer, Command, CommitmentSignatures, Consent, Event, FailReason, HtlcState, HtlcView,
    Message, NewHtlc, Onward, Propose, Request,
};
use leyden_labels::Side;
use leyden_tx::PaymentPreimage;

use super::{Duo, sat};

/// Far enough for everything that does not wait for it.
pub const EXPIRY: u32 = 1_000;

/// R number `tag`.
pub fn preimage(tag: u64) -> PaymentPreimage {
    let mut bytes = [0x52; 20];
    bytes[..8].copy_from_slice(&tag.to_be_bytes());
    PaymentPreimage::new(bytes)
}

pub fn add(amount: u64, tag: u64, expiry: u32) -> Request {
    Request::Add(NewHtlc {
        amount: sat(amount),
        hash: preimage(tag).hash(),
        expiry: Height::from_consensus(expiry).unwrap(),
        onward: Onward {
            hops: vec![],
            total: sat(amount),
        },
        origin: None,
    })
}

pub fn settle(number: u64, tag: u64) -> Request {
    Request::Settle {
        number,
        preimage: preimage(tag),
    }
}

pub fn fail(number: u64) -> Request {
    Request::Fail {
        number,
        reason: FailReason::Cancelled,
    }
}

pub fn pay(amount: u64) -> Request {
    Request::Pay {
        amount: sat(amount),
    }
}

/// The signatures that a message carries: those on HTLCs, and those on a commitment and its `RD`.
pub fn count(message: &Message) -> (usize, usize) {
    let given = |signatures: &CommitmentSignatures| {
        1 + usize::from(signatures.revocable_delivery.is_some())
    };
    match message {
        Message::Consent(Consent { htlcs, .. }) => (htlcs.len(), 0),
        Message::Propose(Propose {
            htlcs, signatures, ..
        })
        | Message::Answer(Answer {
            htlcs, signatures, ..
        }) => (htlcs.len(), given(signatures)),
        _ => (0, 0),
    }
}

impl Duo {
    pub fn update(&mut self, side: Side, requests: &[Request]) {
        self.command(side, Command::Update(requests.to_vec()))
            .unwrap();
    }

    /// As [`Duo::update`], and everything that follows.
    pub fn make(&mut self, side: Side, requests: &[Request]) {
        self.update(side, requests);
        self.pump();
        self.check_agreement();
    }

    /// The fault's name.
    pub fn refused(&mut self, side: Side, requests: &[Request]) -> &'static str {
        let before = self.channel(side).clone();
        let fault = self.command(side, Command::Update(requests.to_vec()));
        assert_eq!(before, *self.channel(side), "a fault changed the state");
        fault.unwrap_err().name()
    }

    pub fn learn(&mut self, side: Side, tag: u64) {
        self.command(side, Command::Learn(preimage(tag))).unwrap();
    }

    pub fn htlc(&self, side: Side, number: u64) -> HtlcView {
        let mut htlcs = self.channel(side).htlcs().into_iter();
        htlcs
            .find(|htlc| htlc.number == Some(number))
            .unwrap_or_else(|| panic!("{side} knows no HTLC {number}"))
    }

    pub fn htlc_state(&self, side: Side, number: u64) -> HtlcState {
        self.htlc(side, number).state
    }

    /// Both sides'.
    pub fn htlc_states(&self, number: u64) -> [HtlcState; 2] {
        Side::BOTH.map(|side| self.htlc_state(side, number))
    }

    pub fn told(&self, side: Side, wanted: &Event) -> usize {
        let events = self.party(side).events.iter();
        events.filter(|event| *event == wanted).count()
    }

    /// Delivers everything; who sent what, in order.
    pub fn exchange(&mut self) -> Vec<(Side, Message)> {
        let mut seen = Vec::new();
        while !self.link.a.is_empty() || !self.link.b.is_empty() {
            for side in Side::BOTH {
                let Some(message) = self.link.get(side).front().cloned() else {
                    continue;
                };
                self.deliver(side).unwrap().unwrap();
                seen.push((side.other(), message));
            }
        }
        seen
    }
}
