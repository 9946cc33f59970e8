//! Events about the chain.

use bitcoin::Transaction;
use leyden_labels::Label;
use leyden_tx::{PaymentPreimage, preimage_in};

use super::label::label_of;
use super::recognise::{Spend, recognise};
use super::view::{Role, Seen};
use crate::channel::Channel;
use crate::event::{Event, Standing};
use crate::fault::Fault;
use crate::output::Output;

impl Channel {
    /// Whether `tx` is an unconfirmed spend of F's output not seen before.
    pub(crate) fn is_news(&self, tx: &Transaction) -> bool {
        let matcher = self.state.matcher();
        let role = matcher.and_then(|matcher| self.view.role(tx, &matcher));
        match role {
            Some(Role::Spend) => self.view.find(tx.compute_txid()).is_none(),
            Some(Role::Child | Role::Funding { .. } | Role::Stage | Role::Conflict) => {
                self.shown(tx).next().is_some()
            }
            None => false,
        }
    }

    /// Each R that a transaction shows and this side does not know.
    fn shown<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = PaymentPreimage> + 'a {
        let records = self.state.live().map(|live| live.records.values());
        let waiting = records
            .into_iter()
            .flatten()
            .filter(|record| record.preimage.is_none());
        waiting.filter_map(|record| {
            let hash = &record.htlc.hash;
            let mut inputs = tx.input.iter();
            inputs.find_map(|input| preimage_in(&input.witness, hash))
        })
    }

    /// "R seen on chain is known" (§4.2).
    pub(crate) fn learn_from(&mut self, tx: &Transaction) {
        let shown: Vec<PaymentPreimage> = self.shown(tx).collect();
        for preimage in &shown {
            self.note(preimage);
        }
    }

    pub(crate) fn tell_confirmed(
        &mut self,
        added: &[Seen],
        had_funding: bool,
    ) -> Result<(), Fault> {
        for seen in added {
            let txid = seen.tx.compute_txid();
            self.learn_from(&seen.tx);
            match seen.role {
                Role::Conflict => {
                    self.push(Output::Event(Event::FundingConflict { txid }));
                    continue;
                }
                Role::Spend => self.tell_commitment(&seen.tx, Some(seen.height))?,
                Role::Child | Role::Funding { .. } | Role::Stage => {}
            }
            if let Some(label) = self.name_of(seen)? {
                let height = seen.height;
                self.push(Output::Event(Event::Confirmed {
                    label,
                    txid,
                    height,
                }));
            }
        }
        if let (false, Some((outpoint, height))) = (had_funding, self.view.funding()) {
            self.push(Output::Event(Event::FundingConfirmed { outpoint, height }));
        }
        Ok(())
    }

    /// `before` still has the transactions that are gone, and so can name them.
    pub(crate) fn tell_unconfirmed(&mut self, before: &Self, gone: &[Seen]) {
        for seen in gone {
            if let Ok(Some(label)) = before.clone().name_of(seen) {
                self.push(Output::Event(Event::Unconfirmed {
                    label,
                    txid: seen.tx.compute_txid(),
                    height: seen.height,
                }));
            }
        }
    }

    pub(crate) fn tell_commitment(
        &mut self,
        tx: &Transaction,
        height: Option<u32>,
    ) -> Result<(), Fault> {
        let Some(live) = self.state.live() else {
            return Ok(());
        };
        let known = live.signed;
        let Spend::Commitment(found) = recognise(live, &mut self.keys, tx)? else {
            return Ok(());
        };
        let label = found.commitment.label;
        self.push(Output::Event(Event::CommitmentSeen {
            label,
            standing: found.standing,
            height,
        }));
        match found.standing {
            Standing::Future => self.push(Output::Event(Event::DataLoss {
                number: label.number(),
                known,
            })),
            Standing::Own | Standing::OwnRevoked | Standing::Current | Standing::Revoked => {}
        }
        Ok(())
    }

    fn name_of(&mut self, seen: &Seen) -> Result<Option<Label>, Fault> {
        match (seen.role, self.state.live()) {
            (Role::Funding { .. }, _) => Ok(Some(Label::FUNDING)),
            (Role::Conflict, _) | (Role::Spend | Role::Child | Role::Stage, None) => Ok(None),
            (Role::Spend | Role::Child | Role::Stage, Some(live)) => {
                label_of(live, &mut self.keys, &self.view, &seen.tx)
            }
        }
    }
}
