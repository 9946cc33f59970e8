//! What every state keeps from commitment 0 on: enough to enforce the channel at any time.

use std::collections::{BTreeMap, VecDeque};

use bitcoin::{Amount, FeeRate, OutPoint, Transaction};
use leyden_labels::{Dialect, Side};
use leyden_tx::{
    Balances, CommitmentSpec, Disclosed, Disclosure, FUNDING_VOUT, MAX_COMMITMENTS, funding_output,
};

use crate::chain::{FundingMatch, View};
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Fault, Misbehaved, Misuse, Order};
use crate::held::HeldCommitment;
use crate::message::{CommitmentKeys, Complete};
use crate::terms::Terms;

/// What this side wants to do, when it is its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Pay the other side.
    Pay(Amount),
    /// Close cooperatively.
    Close(FeeRate),
}

/// A payment to this side that the other could still undo by broadcasting an older commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incoming {
    pub(crate) number: u64,
    pub(crate) amount: Amount,
    /// Final once the other side has revoked this commitment.
    pub(crate) final_with: u64,
}

/// The channel's lasting state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) terms: Terms,
    /// Complete versions of F, oldest first. All conflict with one another.
    pub(crate) funding: Vec<Transaction>,
    /// F's output, as far as it can be known before it is in the chain.
    pub(crate) expected: OutPoint,
    pub(crate) held: HeldCommitment,
    /// Own revoked commitments: kept by a cheater only.
    pub(crate) archive: BTreeMap<u64, HeldCommitment>,
    /// The newest commitment signed for the other side.
    pub(crate) signed: u64,
    pub(crate) disclosed: Disclosed,
    pub(crate) incoming: Vec<Incoming>,
    pub(crate) queue: VecDeque<Intent>,
    /// The last third message sent, in case it is lost.
    pub(crate) last_complete: Option<Complete>,
}

impl Live {
    pub(crate) fn new(terms: Terms, held: HeldCommitment, expected: OutPoint) -> Self {
        Self {
            terms,
            funding: Vec::new(),
            expected,
            held,
            archive: BTreeMap::new(),
            signed: 0,
            disclosed: Disclosed::new(),
            incoming: Vec::new(),
            queue: VecDeque::new(),
            last_complete: None,
        }
    }

    /// Adds a complete version of F.
    pub(crate) fn fund(&mut self, tx: Transaction) {
        self.expected = OutPoint::new(tx.compute_txid(), FUNDING_VOUT);
        self.funding.push(tx);
    }

    pub(crate) fn matcher(&self) -> FundingMatch {
        let params = &self.terms.params;
        FundingMatch {
            output: funding_output(params),
            exact: match params.dialect {
                Dialect::Noinput => None,
                Dialect::Csv => Some(self.expected.txid),
            },
            coins: self
                .funding
                .iter()
                .flat_map(|tx| tx.input.iter().map(|input| input.previous_output))
                .collect(),
        }
    }

    /// F's output: the one in the chain, else the newest expected.
    pub(crate) fn funding_outpoint(&self, view: &View) -> OutPoint {
        view.funding()
            .map_or(self.expected, |(outpoint, _)| outpoint)
    }

    pub(crate) const fn balances(&self) -> Balances {
        self.held.balances()
    }

    pub(crate) fn next_number(&self) -> Result<u64, Fault> {
        let next = self.held.number().checked_add(1);
        next.filter(|next| *next < MAX_COMMITMENTS)
            .ok_or_else(|| Misuse::KeysExhausted.into())
    }

    /// Refuses a message that is not for the next commitment.
    pub(crate) fn expect_next(&self, got: u64) -> Result<u64, Fault> {
        let expected = self.next_number()?;
        if got == expected {
            Ok(expected)
        } else {
            Err(Order::Number { expected, got }.into())
        }
    }

    pub(crate) fn spec(
        &self,
        cx: &mut Context<'_>,
        holder: Side,
        number: u64,
        balances: Balances,
    ) -> Result<CommitmentSpec, Fault> {
        self.terms.spec(cx.keys, holder, number, balances)
    }

    /// Payments in the queue.
    pub(crate) fn queued(&self) -> Amount {
        self.queue
            .iter()
            .filter_map(|intent| match intent {
                Intent::Pay(amount) => Some(*amount),
                Intent::Close(_) => None,
            })
            .fold(Amount::ZERO, |sum, amount| {
                sum.checked_add(amount).unwrap_or(Amount::MAX)
            })
    }

    /// Puts a payment in the queue. `in_flight`: proposed already, not in the balances yet.
    pub(crate) fn enqueue_payment(
        &mut self,
        cx: &Context<'_>,
        amount: Amount,
        in_flight: Amount,
    ) -> Result<(), Fault> {
        self.refuse_if_closing()?;
        if cx.view.funding().is_none() {
            return Err(Misuse::FundingUnconfirmed.into());
        }
        if amount == Amount::ZERO {
            return Err(Misuse::ZeroPayment.into());
        }
        // Room for the update under way, the other side's, this one, and the keys announced ahead.
        if self.held.number().saturating_add(4) >= MAX_COMMITMENTS {
            return Err(Misuse::KeysExhausted.into());
        }
        let available = (*self.balances().get(cx.local()))
            .checked_sub(in_flight)
            .and_then(|left| left.checked_sub(self.queued()))
            .unwrap_or(Amount::ZERO);
        if amount > available {
            return Err(Misuse::Overdraft {
                available,
                asked: amount,
            }
            .into());
        }
        self.queue.push_back(Intent::Pay(amount));
        Ok(())
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
            Some(Intent::Pay(_)) | None => Ok(()),
        }
    }

    /// Gives up the queue.
    pub(crate) fn drop_queue(&mut self, cx: &mut Context<'_>) {
        for intent in core::mem::take(&mut self.queue) {
            match intent {
                Intent::Pay(amount) => cx.event(Event::PaymentDropped { amount }),
                Intent::Close(_) => {}
            }
        }
    }

    /// From now on `next` is this side's only valid commitment.
    pub(crate) fn adopt(&mut self, cx: &mut Context<'_>, next: HeldCommitment) {
        let revoked = core::mem::replace(&mut self.held, next);
        if cx.config.keep_revoked {
            self.archive.insert(revoked.number(), revoked);
        }
        cx.event(Event::Updated {
            number: self.held.number(),
            balances: self.held.balances(),
        });
    }

    /// Takes the other side's revocation of `number` and its keys for `number + 2`.
    pub(crate) fn revoke_theirs(
        &mut self,
        cx: &mut Context<'_>,
        number: u64,
        revocation: &Disclosure,
        next: CommitmentKeys,
    ) -> Result<(), Fault> {
        let expected = self.terms.their_keys(number)?.own;
        self.disclosed
            .accept(number, revocation, &expected)
            .map_err(Misbehaved::WrongDisclosure)?;
        let further = number.checked_add(2).ok_or(Misuse::KeysExhausted)?;
        self.terms.learn(further, next)?;
        self.terms.forget(number);
        let (done, open) = core::mem::take(&mut self.incoming)
            .into_iter()
            .partition(|incoming| incoming.final_with <= number);
        self.incoming = open;
        let done: Vec<Incoming> = done;
        for Incoming { number, amount, .. } in done {
            cx.event(Event::PaymentReceived { number, amount });
        }
        Ok(())
    }
}
