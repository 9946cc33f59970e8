//! What this side wants, until it is its turn.

use std::collections::VecDeque;

use bitcoin::{Amount, FeeRate};
use leyden_labels::Side;
use leyden_tx::{HtlcPubkeys, MAX_COMMITMENTS};

use crate::command::Request;
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Fault, Invalid, Misuse};
use crate::htlc::{Draft, FailReason, MAX_CHANGES, NewHtlc, Phase};
use crate::live::Live;
use crate::message::{AddHtlc, Change};

/// What this side wants to do, when it is its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// A change in the next update.
    Change(Request),
    /// Close cooperatively.
    Close(FeeRate),
}

/// What is taken from the queue for one update.
pub(crate) struct Taken {
    pub(crate) requests: Vec<Request>,
    pub(crate) changes: Vec<Change>,
    pub(crate) draft: Draft,
}

/// What a request takes out of the balance.
const fn amount_of(request: &Request) -> Amount {
    match request {
        Request::Pay { amount } => *amount,
        Request::Add(add) => add.amount,
        Request::Settle { .. } | Request::Fail { .. } => Amount::ZERO,
    }
}

fn sum<'a>(requests: impl Iterator<Item = &'a Request>) -> Amount {
    requests.map(amount_of).fold(Amount::ZERO, |sum, amount| {
        sum.checked_add(amount).unwrap_or(Amount::MAX)
    })
}

/// Whether a request would add an HTLC whose money could come back at once: it has waited too long.
fn is_expired(request: &Request, tip: Option<u32>) -> bool {
    match request {
        Request::Add(add) => add.expiry.to_consensus_u32() <= tip.unwrap_or(0),
        Request::Pay { .. } | Request::Settle { .. } | Request::Fail { .. } => false,
    }
}

/// Whether a request ends this HTLC.
pub(crate) const fn ends(request: &Request, wanted: u64) -> bool {
    match request {
        Request::Settle { number, .. } | Request::Fail { number, .. } => *number == wanted,
        Request::Pay { .. } | Request::Add(_) => false,
    }
}

impl Live {
    /// The changes in the queue.
    pub(crate) fn requests(&self) -> impl Iterator<Item = &Request> {
        self.queue.iter().filter_map(|intent| match intent {
            Intent::Change(request) => Some(request),
            Intent::Close(_) => None,
        })
    }

    /// What the queue takes out of the balance.
    pub(crate) fn queued(&self) -> Amount {
        sum(self.requests())
    }

    /// What this side can still promise: its balance, less what is under way and what waits.
    pub(crate) fn available(&self, local: Side, in_flight: &[Request]) -> Amount {
        (*self.balances().get(local))
            .checked_sub(sum(in_flight.iter()))
            .and_then(|left| left.checked_sub(self.queued()))
            .unwrap_or(Amount::ZERO)
    }

    /// Puts changes in the queue, all or none. `in_flight`: proposed already, not in the balances yet.
    pub(crate) fn enqueue(
        &mut self,
        cx: &mut Context<'_>,
        requests: &[Request],
        in_flight: &[Request],
    ) -> Result<(), Fault> {
        self.refuse_if_closing()?;
        if cx.view.funding().is_none() {
            return Err(Misuse::FundingUnconfirmed.into());
        }
        // Room for the update under way, the other side's, this one, and the keys announced ahead.
        if self.held.number().saturating_add(4) >= MAX_COMMITMENTS {
            return Err(Misuse::KeysExhausted.into());
        }
        for request in requests {
            self.check(cx, request, in_flight)?;
            if let Request::Settle { preimage, .. } = request {
                self.learn(cx, preimage);
            }
            self.queue.push_back(Intent::Change(request.clone()));
        }
        Ok(())
    }

    fn check(
        &self,
        cx: &Context<'_>,
        request: &Request,
        in_flight: &[Request],
    ) -> Result<(), Fault> {
        match request {
            Request::Pay { amount } => {
                if *amount == Amount::ZERO {
                    return Err(Misuse::ZeroPayment.into());
                }
                self.check_funds(cx, *amount, in_flight)
            }
            Request::Add(add) => self.check_add(cx, add, in_flight),
            Request::Settle { number, preimage } => {
                let htlc = self.check_end(cx, *number, in_flight)?;
                if preimage.hash() == htlc && preimage.is_relayed() {
                    Ok(())
                } else {
                    let number = *number;
                    Err(Misuse::Change(Invalid::WrongPreimage { number }).into())
                }
            }
            Request::Fail { number, .. } => self.check_end(cx, *number, in_flight).map(drop),
        }
    }

    fn check_funds(
        &self,
        cx: &Context<'_>,
        asked: Amount,
        in_flight: &[Request],
    ) -> Result<(), Fault> {
        let available = self.available(cx.local(), in_flight);
        if asked > available {
            return Err(Misuse::Overdraft { available, asked }.into());
        }
        Ok(())
    }

    fn check_add(
        &self,
        cx: &Context<'_>,
        add: &NewHtlc,
        in_flight: &[Request],
    ) -> Result<(), Fault> {
        self.check_funds(cx, add.amount, in_flight)?;
        let (expiry, height) = (add.expiry.to_consensus_u32(), cx.view.tip.unwrap_or(0));
        if expiry <= height {
            return Err(Misuse::Expired { expiry, height }.into());
        }
        // As if everything that waits had been done.
        let placeholder = cx.keys.htlc(0)?.public()?;
        let limits = self.terms.limits.get(cx.remote());
        let mut draft = Draft::of(self.ledger.clone(), cx.local(), self.next_htlc());
        let waiting = in_flight.iter().chain(self.requests());
        let mut adds = waiting.filter_map(|request| match request {
            Request::Add(add) => Some(add),
            Request::Pay { .. } | Request::Settle { .. } | Request::Fail { .. } => None,
        });
        let before = adds.try_for_each(|add| draft.apply(limits, &added(add, &placeholder)));
        before
            .and_then(|()| draft.apply(limits, &added(add, &placeholder)))
            .map_err(|invalid| Misuse::Change(invalid).into())
    }

    /// The payment hash of an HTLC that this side may end, once.
    fn check_end(
        &self,
        cx: &Context<'_>,
        number: u64,
        in_flight: &[Request],
    ) -> Result<leyden_tx::PaymentHash, Fault> {
        let record = self.records.get(&number);
        let record = record.ok_or(Misuse::Change(Invalid::NoSuchHtlc { number }))?;
        if record.is_outgoing(cx.local()) {
            return Err(Misuse::Change(Invalid::NotReceiver { number }).into());
        }
        let asked = self
            .requests()
            .chain(in_flight)
            .any(|request| ends(request, number));
        match record.phase {
            Phase::Live if !asked => Ok(record.htlc.hash),
            Phase::Live | Phase::Pending | Phase::Ending(_) | Phase::Ended(_) => {
                Err(Misuse::HtlcNotLive { number }.into())
            }
        }
    }

    /// Puts the cooperative close in the queue.
    pub(crate) fn enqueue_close(&mut self, feerate: FeeRate) -> Result<(), Fault> {
        self.refuse_if_closing()?;
        self.queue.push_back(Intent::Close(feerate));
        Ok(())
    }

    fn refuse_if_closing(&self) -> Result<(), Fault> {
        match self.queue.back() {
            Some(Intent::Close(_)) => Err(Misuse::Closing.into()),
            Some(Intent::Change(_)) | None => Ok(()),
        }
    }

    /// Takes the changes at the head of the queue that one update can make. What has become
    /// impossible since it was asked for is given up.
    pub(crate) fn take_changes(&mut self, cx: &mut Context<'_>) -> Result<Taken, Fault> {
        self.drop_expired(cx);
        let limits = *self.terms.limits.get(cx.remote());
        let mut taken = Taken {
            requests: Vec::new(),
            changes: Vec::new(),
            draft: Draft::of(self.ledger.clone(), cx.local(), self.next_htlc()),
        };
        while taken.changes.len() < MAX_CHANGES
            && let Some(Intent::Change(request)) = self.queue.front()
        {
            let request = request.clone();
            self.queue.pop_front();
            let change = change(cx, &taken, &request)?;
            if taken.draft.apply(&limits, &change).is_err() {
                self.give_up(cx, request, FailReason::NoCapacity);
                continue;
            }
            taken.changes.push(change);
            taken.requests.push(request);
        }
        Ok(taken)
    }

    /// Puts changes back at the head of the queue: another proposal came first.
    pub(crate) fn requeue(&mut self, cx: &mut Context<'_>, requests: Vec<Request>) {
        for request in &requests {
            if let Request::Pay { amount } = request {
                cx.event(Event::PaymentRequeued { amount: *amount });
            }
        }
        for request in requests.into_iter().rev() {
            self.queue.push_front(Intent::Change(request));
        }
    }

    /// Gives up HTLCs that have waited past their expiry.
    pub(crate) fn drop_expired(&mut self, cx: &mut Context<'_>) {
        let queue: VecDeque<Intent> = core::mem::take(&mut self.queue);
        for intent in queue {
            match intent {
                Intent::Change(request) if is_expired(&request, cx.view.tip) => {
                    self.give_up(cx, request, FailReason::ExpiryTooSoon);
                }
                Intent::Change(_) | Intent::Close(_) => self.queue.push_back(intent),
            }
        }
    }

    /// Those of `requests` that have not waited past their expiry; the others are given up.
    pub(crate) fn without_expired(
        &mut self,
        cx: &mut Context<'_>,
        requests: Vec<Request>,
    ) -> Vec<Request> {
        let (expired, kept): (Vec<Request>, Vec<Request>) = requests
            .into_iter()
            .partition(|request| is_expired(request, cx.view.tip));
        for request in expired {
            self.give_up(cx, request, FailReason::ExpiryTooSoon);
        }
        kept
    }

    /// Gives up the queue: no update comes any more.
    pub(crate) fn drop_queue(&mut self, cx: &mut Context<'_>) {
        let queue: VecDeque<Intent> = core::mem::take(&mut self.queue);
        for intent in queue {
            match intent {
                Intent::Change(request) => self.give_up(cx, request, FailReason::NoCapacity),
                Intent::Close(_) => {}
            }
        }
    }

    /// Gives up changes that were offered or proposed, and that no commitment has.
    pub(crate) fn give_up_all(&mut self, cx: &mut Context<'_>, requests: Vec<Request>) {
        for request in requests {
            self.give_up(cx, request, FailReason::NoCapacity);
        }
    }

    fn give_up(&mut self, cx: &mut Context<'_>, request: Request, reason: FailReason) {
        match request {
            Request::Pay { amount } => cx.event(Event::PaymentDropped { amount }),
            Request::Add(add) => {
                cx.event(Event::HtlcDropped {
                    hash: add.hash,
                    reason,
                });
                self.refused.push((add, reason));
            }
            // The HTLC stays; on chain R still takes it.
            Request::Settle { .. } | Request::Fail { .. } => {}
        }
    }
}

fn added(add: &NewHtlc, keys: &HtlcPubkeys) -> Change {
    Change::Add(Box::new(AddHtlc {
        amount: add.amount,
        hash: add.hash,
        expiry: add.expiry,
        onward: add.onward.clone(),
        keys: *keys,
    }))
}

fn change(cx: &Context<'_>, taken: &Taken, request: &Request) -> Result<Change, Fault> {
    Ok(match request {
        Request::Pay { amount } => Change::Pay { amount: *amount },
        Request::Add(add) => {
            let keys = cx.keys.htlc(taken.draft.next())?.public()?;
            added(add, &keys)
        }
        Request::Settle { number, preimage } => Change::Settle {
            number: *number,
            preimage: preimage.clone(),
        },
        Request::Fail { number, reason } => Change::Fail {
            number: *number,
            reason: *reason,
        },
    })
}
