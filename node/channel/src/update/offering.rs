//! The proposer of a batch that needs signatures on HTLCs, waiting for the other side's.

use leyden_tx::HtlcPubkeys;

use super::next::Next;
use super::{Proposed, Quiet, first};
use crate::closing::{Closed, Settled, Settling, broadcast_own};
use crate::command::{Command, Request};
use crate::context::Context;
use crate::fault::{Fault, Order};
use crate::htlc::{Draft, Leg};
use crate::live::Live;
use crate::message::{Batch, Consent, Message, Offer, Reconnect, Settle};
use crate::queue::Taken;
use crate::state::{State, StateName, unexpected, wrong_state};

/// Example: a: `offer`. Nothing is signed, so nothing binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offering {
    pub(crate) live: Live,
    offer: Offer,
    draft: Draft,
    requests: Vec<Request>,
}

impl Offering {
    pub(crate) const NAME: StateName = StateName::Offering;

    pub(super) fn enter(cx: &mut Context<'_>, live: Live, number: u64, taken: Taken) -> State {
        let Taken {
            requests,
            changes,
            draft,
        } = taken;
        let offer = Offer {
            number,
            first: live.next_htlc(),
            changes,
        };
        cx.send(Message::Offer(offer.clone()));
        State::Offering(Box::new(Self {
            live,
            offer,
            draft,
            requests,
        }))
    }

    /// What this side has offered.
    pub(crate) fn requests(&self) -> &[Request] {
        &self.requests
    }

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Pay { amount } => {
                let pay = [Request::Pay { amount: *amount }];
                self.live.enqueue(cx, &pay, &self.requests)?;
                Ok(State::Offering(Box::new(self)))
            }
            Command::Update(requests) => {
                self.live.enqueue(cx, requests, &self.requests)?;
                Ok(State::Offering(Box::new(self)))
            }
            Command::Close { feerate } => {
                Settling::check(cx, &self.live, *feerate)?;
                self.live.enqueue_close(*feerate)?;
                Ok(State::Offering(Box::new(self)))
            }
            Command::Broadcast(label) => {
                self.live.give_up_all(cx, self.requests);
                broadcast_own(cx, self.live, *label, None)
            }
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
            Message::Consent(consent) => self.take_consent(cx, consent),
            Message::Offer(Offer { number, .. }) => self.give_way(cx, *number, message),
            Message::Propose(propose) if propose.batch != Batch::AsOffered => {
                self.give_way(cx, propose.number, message)
            }
            Message::Settle(settle) => self.close(cx, settle),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Propose(_)
            | Message::Answer(_)
            | Message::Complete(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(mut self, cx: &mut Context<'_>) -> State {
        if let Some(closing) = Closed::must_close(cx, &self.live, None) {
            self.live.give_up_all(cx, self.requests);
            return Closed::with(cx, self.live, closing);
        }
        // What is given up here is taken back once the consent is there.
        let requests = core::mem::take(&mut self.requests);
        self.requests = self.live.without_expired(cx, requests);
        self.live.drop_expired(cx);
        State::Offering(Box::new(self))
    }

    pub(crate) fn resend(&self, cx: &mut Context<'_>, theirs: &Reconnect) {
        if theirs.number < self.offer.number {
            cx.send(Message::Offer(self.offer.clone()));
        }
    }

    /// The other side's keys and signatures: now its commitment can be signed.
    fn take_consent(self, cx: &mut Context<'_>, consent: &Consent) -> Result<State, Fault> {
        let Self {
            mut live,
            offer,
            draft,
            requests,
        } = self;
        let Consent {
            number,
            first,
            keys,
            htlcs,
        } = consent;
        if *number != offer.number {
            return Err(Order::Number {
                expected: offer.number,
                got: *number,
            }
            .into());
        }
        // A late consent to an offer that was taken back is none to this one.
        live.expect_first(*first)?;
        live.newest = draft.next().saturating_sub(1);
        let adds = requests.iter().filter(|request| match request {
            Request::Add(_) => true,
            Request::Pay { .. } | Request::Settle { .. } | Request::Fail { .. } => false,
        });
        if adds.count() != draft.adds() {
            return withdraw(cx, live, (*number, *first), requests);
        }
        let keys: &[HtlcPubkeys] = keys;
        let batch = draft.complete(keys)?;
        let next = Next::build(cx, &live, *number, &batch)?;
        let mut presigned = core::mem::take(&mut live.presigned);
        next.pair(&live)
            .verify(Leg::Consent, cx.remote(), htlcs, &mut presigned)?;
        live.presigned = presigned;
        Proposed::enter(cx, live, &next, Batch::AsOffered, requests, &batch)
    }

    /// Both sides have begun an update: one goes first. Nothing of this side's is signed.
    fn give_way(
        self,
        cx: &mut Context<'_>,
        number: u64,
        message: &Message,
    ) -> Result<State, Fault> {
        self.live.expect_next(number)?;
        if first(number) == cx.local() {
            return Err(Order::Collision.into());
        }
        let mut live = self.live;
        live.requeue(cx, self.requests);
        super::begin(cx, live, message)
    }

    /// The other side closes: nothing more is changed in the channel.
    fn close(self, cx: &mut Context<'_>, settle: &Settle) -> Result<State, Fault> {
        let mut live = self.live;
        live.requeue(cx, self.requests);
        Settled::agree(cx, live, settle)
    }
}

/// The consent came too late: an HTLC of the offer has expired. Nothing binds yet, so this side begins
/// again with what is left.
fn withdraw(
    cx: &mut Context<'_>,
    mut live: Live,
    offer: (u64, u64),
    requests: Vec<Request>,
) -> Result<State, Fault> {
    live.requeue(cx, requests);
    live.withdrawn = Some(offer);
    send_withdrawal(cx, offer);
    Quiet { live }.proceed(cx)
}

/// An offer of nothing takes back the offer before it.
pub(crate) fn send_withdrawal(cx: &mut Context<'_>, (number, first): (u64, u64)) {
    cx.send(Message::Offer(Offer {
        number,
        first,
        changes: Vec::new(),
    }));
}
