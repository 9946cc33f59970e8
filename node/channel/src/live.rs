//! What every state keeps from commitment 0 on: enough to enforce the channel at any time.

use std::collections::{BTreeMap, VecDeque};

use bitcoin::{Amount, OutPoint, Transaction};
use leyden_labels::Dialect;
use leyden_tx::{
    Balances, Disclosed, Disclosure, FUNDING_VOUT, HtlcKey, MAX_COMMITMENTS, PaymentPreimage,
    funding_output,
};

use crate::chain::{FundingMatch, View};
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Bug, Fault, Invalid, Misbehaved, Misuse, Order};
use crate::held::HeldCommitment;
use crate::htlc::{Batch, FailReason, Ledger, NewHtlc, Origin, Outcome, Phase, Presigned, Record};
use crate::message::{CommitmentKeys, Complete, EndedHtlc};
use crate::queue::Intent;
use crate::terms::Terms;

/// What the other side could still undo by broadcasting an older commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Awaited {
    pub(crate) what: Undoable,
    /// Final once the other side has revoked this commitment.
    pub(crate) final_with: u64,
}

/// A change that the other side proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undoable {
    /// A payment to this side.
    Paid { number: u64, amount: Amount },
    /// An HTLC to this side.
    Added(u64),
    /// The end of an HTLC from this side, and how much of it comes back.
    Ended(u64, Amount),
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
    pub(crate) ledger: Ledger,
    /// The number of the newest HTLC that both sides have made keys for. A number that one side has
    /// consented to is never used for another HTLC: its signatures on that one would fit this one.
    pub(crate) newest: u64,
    /// Every HTLC that a commitment ever carried.
    pub(crate) records: BTreeMap<u64, Record>,
    pub(crate) presigned: Presigned,
    /// HTLCs that were wanted and never added.
    pub(crate) refused: Vec<(NewHtlc, FailReason)>,
    pub(crate) awaited: Vec<Awaited>,
    pub(crate) queue: VecDeque<Intent>,
    /// The last own offer that was taken back after the other side had consented: its number and its
    /// first HTLC.
    pub(crate) withdrawn: Option<(u64, u64)>,
    /// The last third message sent, in case it is lost.
    pub(crate) last_complete: Option<Complete>,
}

impl Live {
    pub(crate) fn new(terms: Terms, held: HeldCommitment, expected: OutPoint) -> Self {
        Self {
            terms,
            funding: Vec::new(),
            expected,
            ledger: Ledger::new(held.balances()),
            held,
            archive: BTreeMap::new(),
            signed: 0,
            disclosed: Disclosed::new(),
            newest: 0,
            records: BTreeMap::new(),
            presigned: Presigned::default(),
            refused: Vec::new(),
            awaited: Vec::new(),
            queue: VecDeque::new(),
            withdrawn: None,
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

    /// The number of the next HTLC.
    pub(crate) const fn next_htlc(&self) -> u64 {
        self.newest.saturating_add(1)
    }

    /// Refuses an offer that is not for the next HTLCs: a late one.
    pub(crate) fn expect_first(&self, got: u64) -> Result<u64, Fault> {
        let expected = self.next_htlc();
        if got == expected {
            Ok(expected)
        } else {
            Err(Order::Htlc { expected, got }.into())
        }
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

    /// Whether a commitment that could be broadcast carries an HTLC.
    pub(crate) fn carries_htlcs(&self) -> bool {
        !self.ledger.htlcs.is_empty()
            || self.records.values().any(|record| match record.phase {
                Phase::Pending | Phase::Live => true,
                // Of what the other side has disclosed it can take nothing with an old commitment.
                Phase::Ending(_) => record.disclosed.is_none(),
                Phase::Ended(_) => false,
            })
    }

    /// Takes note of what a batch adds and ends, before either commitment is signed.
    pub(crate) fn record(
        &mut self,
        batch: &Batch,
        origins: &[Option<Origin>],
    ) -> Result<(), Fault> {
        let origins = origins.iter().copied().chain(core::iter::repeat(None));
        for ((number, onward), origin) in batch.added.iter().zip(origins) {
            if self.records.contains_key(number) {
                return Err(Bug::HtlcReused { number: *number }.into());
            }
            let Some(htlc) = batch.ledger.htlcs.get(number) else {
                continue;
            };
            let known = self
                .records
                .values()
                .find(|known| known.htlc.hash == htlc.hash && known.preimage.is_some());
            let record = Record {
                htlc: htlc.clone(),
                onward: onward.clone(),
                origin,
                phase: Phase::Pending,
                preimage: known.and_then(|known| known.preimage.clone()),
                disclosed: None,
            };
            self.records.insert(*number, record);
        }
        for ended in &batch.ended {
            if let Some(record) = self.records.get_mut(&ended.number) {
                record.phase = Phase::Ending(ended.outcome);
            }
        }
        Ok(())
    }

    /// The proposal did not come about: what it was to end lives on.
    pub(crate) fn unrecord(&mut self, batch: &Batch) {
        for ended in &batch.ended {
            if let Some(record) = self.records.get_mut(&ended.number) {
                record.phase = Phase::Live;
            }
        }
    }

    /// R has become known, and takes every HTLC with its hash.
    pub(crate) fn learn(&mut self, cx: &mut Context<'_>, preimage: &PaymentPreimage) {
        if self.note(preimage) {
            let hash = preimage.hash();
            cx.event(Event::PreimageLearned { hash });
        }
    }

    /// [`Live::learn`] without the event: whether it was news.
    pub(crate) fn note(&mut self, preimage: &PaymentPreimage) -> bool {
        let hash = preimage.hash();
        let waiting = self.records.values_mut();
        let mut news = false;
        for record in waiting.filter(|record| record.htlc.hash == hash) {
            if record.preimage.is_none() {
                record.preimage = Some(preimage.clone());
                news = true;
            }
        }
        news
    }

    /// From now on `next` is this side's only valid commitment.
    pub(crate) fn adopt(&mut self, cx: &mut Context<'_>, next: HeldCommitment, batch: &Batch) {
        let revoked = core::mem::replace(&mut self.held, next);
        if cx.config.keep_revoked {
            self.archive.insert(revoked.number(), revoked);
        } else {
            let dialect = self.terms.params.dialect;
            let number = self.held.number();
            self.presigned.forget_before(dialect, cx.local(), number);
        }
        self.ledger = batch.ledger.clone();
        cx.event(Event::Updated {
            number: self.held.number(),
            balances: self.held.balances(),
        });
        for ended in &batch.ended {
            if let Some(preimage) = &ended.preimage {
                self.learn(cx, preimage);
            }
        }
    }

    /// Takes the other side's revocation of `number`, its keys for `number + 2`, and those of the HTLCs
    /// that the batch ended.
    pub(crate) fn revoke_theirs(
        &mut self,
        cx: &mut Context<'_>,
        number: u64,
        revocation: &Revocation<'_>,
        batch: &Batch,
    ) -> Result<(), Fault> {
        let Revocation {
            disclosure,
            ended,
            next,
        } = revocation;
        let expected = self.terms.their_keys(number)?.own;
        self.disclosed
            .accept(number, disclosure, &expected)
            .map_err(Misbehaved::WrongDisclosure)?;
        let further = number.checked_add(2).ok_or(Misuse::KeysExhausted)?;
        self.terms.learn(further, *next)?;
        self.terms.forget(number);
        self.take_ended(cx, ended, batch)?;
        let (done, open) = core::mem::take(&mut self.awaited)
            .into_iter()
            .partition(|awaited| awaited.final_with <= number);
        self.awaited = open;
        let done: Vec<Awaited> = done;
        for awaited in done {
            self.finish(cx, awaited.what);
        }
        Ok(())
    }

    /// The other side's keys of exactly the HTLCs that the batch ends.
    fn take_ended(
        &mut self,
        cx: &Context<'_>,
        given: &[EndedHtlc],
        batch: &Batch,
    ) -> Result<(), Fault> {
        let same = given.len() == batch.ended.len()
            && given
                .iter()
                .zip(&batch.ended)
                .all(|(given, ended)| given.number == ended.number);
        if !same {
            return Err(Invalid::EndedHtlcs {
                expected: batch.ended.len(),
                got: given.len(),
            }
            .into());
        }
        for ended in given {
            let number = ended.number;
            let record = self.records.get_mut(&number);
            let record = record.ok_or(Bug::NoRecord { number })?;
            record.disclose(cx.remote(), ended)?;
            if !cx.config.keep_revoked {
                self.presigned.forget_htlc(number);
            }
        }
        Ok(())
    }

    /// What can no longer be undone.
    pub(crate) fn finish(&mut self, cx: &mut Context<'_>, what: Undoable) {
        match what {
            Undoable::Paid { number, amount } => {
                cx.event(Event::PaymentReceived { number, amount });
            }
            Undoable::Added(number) => {
                if let Some(record) = self.records.get_mut(&number)
                    && record.phase == Phase::Pending
                {
                    record.phase = Phase::Live;
                    cx.event(Event::HtlcLive { number });
                }
            }
            Undoable::Ended(number, _) => {
                if let Some(record) = self.records.get_mut(&number)
                    && let Phase::Ending(outcome) = record.phase
                {
                    record.phase = Phase::Ended(outcome);
                    cx.event(match outcome {
                        Outcome::Settled => Event::HtlcSettled { number },
                        Outcome::Failed(reason) => Event::HtlcFailed { number, reason },
                    });
                }
            }
        }
    }

    /// What this side gives away of the HTLCs that a batch ends.
    pub(crate) fn give_away(
        &self,
        cx: &Context<'_>,
        batch: &Batch,
    ) -> Result<Vec<EndedHtlc>, Fault> {
        let numbers = batch.ended.iter().map(|ended| ended.number);
        let keys = numbers.map(|number| {
            let record = self.records.get(&number);
            let record = record.ok_or(Bug::NoRecord { number })?;
            let [first, second] = HtlcKey::disclosed_by(cx.local(), record.htlc.sender);
            let secrets = cx.keys.htlc(number)?;
            let keys = [secrets.key(first)?, secrets.key(second)?];
            Ok(EndedHtlc { number, keys })
        });
        keys.collect()
    }
}

/// What comes with a revocation.
pub(crate) struct Revocation<'a> {
    pub(crate) disclosure: &'a Disclosure,
    pub(crate) ended: &'a [EndedHtlc],
    pub(crate) next: CommitmentKeys,
}
