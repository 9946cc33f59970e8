//! The side that was offered a batch, and has signed what the proposer needs of its HTLCs.

use leyden_tx::HtlcPubkeys;

use super::next::Next;
use super::{Answered, Quiet};
use crate::closing::{Closed, Settling, broadcast_own};
use crate::command::{Command, Request};
use crate::context::Context;
use crate::fault::{Fault, Order};
use crate::htlc::{self, Leg};
use crate::live::Live;
use crate::message::{Batch, Consent, Message, Offer, Propose};
use crate::state::{State, StateName, unexpected, wrong_state};

/// Example: a: `offer`, b: `consent`. No commitment is signed yet: the channel is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Consenting {
    pub(crate) live: Live,
    offer: Offer,
    consent: Consent,
    batch: htlc::Batch,
}

impl Consenting {
    pub(crate) const NAME: StateName = StateName::Consenting;

    pub(super) fn enter(
        cx: &mut Context<'_>,
        mut live: Live,
        offer: &Offer,
    ) -> Result<State, Fault> {
        let Offer {
            number,
            first,
            changes,
        } = offer;
        let number = live.expect_next(*number)?;
        let first = live.expect_first(*first)?;
        live.presigned.check_room()?;
        let limits = &live.terms.limits;
        let draft = live.ledger.draft(limits, cx.remote(), first, changes)?;
        let keys = own_keys(cx, first, draft.adds())?;
        live.newest = draft.next().saturating_sub(1);
        let batch = draft.complete(&keys)?;
        let next = Next::build(cx, &live, number, &batch)?;
        let htlcs = next.pair(&live).sign(Leg::Consent, cx.local(), cx.keys)?;
        let consent = Consent {
            number,
            first,
            keys,
            htlcs,
        };
        cx.send(Message::Consent(consent.clone()));
        Ok(State::Consenting(Box::new(Self {
            live,
            offer: offer.clone(),
            consent,
            batch,
        })))
    }

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Pay { amount } => {
                let pay = [Request::Pay { amount: *amount }];
                self.live.enqueue(cx, &pay, &[])?;
                Ok(State::Consenting(Box::new(self)))
            }
            Command::Update(requests) => {
                self.live.enqueue(cx, requests, &[])?;
                Ok(State::Consenting(Box::new(self)))
            }
            Command::Close { feerate } => {
                Settling::check(cx, &self.live, *feerate)?;
                self.live.enqueue_close(*feerate)?;
                Ok(State::Consenting(Box::new(self)))
            }
            Command::Broadcast(label) => broadcast_own(cx, self.live, *label, None),
            Command::Open
            | Command::Fund(_)
            | Command::FundingSigned(_)
            | Command::ReplaceFunding(_)
            | Command::Learn(_)
            | Command::ClaimAll
            | Command::Reconnect => Err(wrong_state(command, Self::NAME)),
        }
    }

    pub(crate) fn on_message(
        self,
        cx: &mut Context<'_>,
        message: &Message,
    ) -> Result<State, Fault> {
        match message {
            Message::Propose(propose) => self.take_proposal(cx, propose),
            Message::Offer(offer) => self.take_offer(cx, offer),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Consent(_)
            | Message::Answer(_)
            | Message::Complete(_)
            | Message::Settle(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(mut self, cx: &mut Context<'_>) -> State {
        if let Some(closing) = Closed::must_close(cx, &self.live, None) {
            return Closed::with(cx, self.live, closing);
        }
        self.live.drop_expired(cx);
        State::Consenting(Box::new(self))
    }

    /// The proposer takes its offer back, or, after a reconnect, repeats it. A late copy of an older one
    /// is none of both.
    fn take_offer(self, cx: &mut Context<'_>, offer: &Offer) -> Result<State, Fault> {
        let same = offer.number == self.offer.number && offer.first == self.offer.first;
        if *offer == self.offer {
            cx.send(Message::Consent(self.consent.clone()));
            Ok(State::Consenting(Box::new(self)))
        } else if same && offer.changes.is_empty() {
            Quiet { live: self.live }.proceed(cx)
        } else {
            Err(Order::Collision.into())
        }
    }

    fn take_proposal(self, cx: &mut Context<'_>, propose: &Propose) -> Result<State, Fault> {
        self.live.expect_next(propose.number)?;
        if propose.batch != Batch::AsOffered {
            // The offer was taken back, and the message that says so is lost or late.
            return Err(Order::Collision.into());
        }
        Answered::enter(cx, self.live, propose, self.batch)
    }
}

/// This side's keys of the next HTLCs.
fn own_keys(cx: &Context<'_>, first: u64, count: usize) -> Result<Vec<HtlcPubkeys>, Fault> {
    let keys = (first..).take(count);
    keys.map(|number| Ok(cx.keys.htlc(number)?.public()?))
        .collect()
}
