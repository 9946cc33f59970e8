//! What an actor says of itself and of its channels. Nothing here changes anything.

use std::collections::BTreeSet;

use bitcoin::{FeeRate, ScriptBuf, Transaction};
use leyden_channel::{Event, FailReason, HtlcState, HtlcView, Origin, StateName};
use leyden_labels::Label;
use leyden_payment::{Invoice, Outcome, OwnPayment, Release};
use leyden_scenario::{ChannelName, PaymentState};
use leyden_tx::{Balances, LabelledTx, PaymentHash, script_delivery};

use super::broadcast::Posted;
use super::embedded::{Embedded, Habits, Seat};
use super::payments::Payments;

impl Embedded {
    /// Whether bitcoind refused something that it will try again with the next block.
    pub(crate) fn is_retrying(&self) -> bool {
        self.posted.values().any(Posted::is_refused)
    }

    /// What bitcoind refused of it and did not take since.
    pub(crate) fn refused(&self) -> Vec<(Label, String)> {
        self.posted
            .iter()
            .filter_map(|((_, label), posted)| Some((*label, posted.refusal()?.to_owned())))
            .collect()
    }

    /// What it says it could put on chain by itself, channel by channel.
    pub(crate) fn holdings(&self) -> impl Iterator<Item = (&ChannelName, &LabelledTx)> {
        self.seats
            .iter()
            .flat_map(|(name, seat)| seat.holdings().iter().map(move |held| (name, held)))
    }

    /// What it calls a transaction, if it is one of a channel of its own.
    pub(crate) fn label_of(&self, tx: &Transaction) -> Option<(ChannelName, Label)> {
        let txid = tx.compute_txid();
        let posted = self
            .posted
            .iter()
            .find(|(_, posted)| posted.made(txid))
            .map(|(key, _)| key.clone());
        posted.or_else(|| {
            self.seats
                .iter()
                .find_map(|(name, seat)| Some((name.clone(), seat.channel.label_of(tx)?)))
        })
    }

    /// The version it last handed to bitcoind.
    pub(crate) fn posted(&self, channel: &ChannelName, label: Label) -> Option<Transaction> {
        self.posted.get(&(channel.clone(), label))?.last().cloned()
    }

    /// What it says of a channel: state, number, balances.
    pub(crate) fn says(&self, channel: &ChannelName) -> Option<(StateName, u64, Balances)> {
        let channel = &self.seats.get(channel)?.channel;
        Some((channel.state(), channel.number(), channel.balances()))
    }

    /// Whether an HTLC of its own passes this one on, or has done so with success.
    pub(crate) fn has_passed_on(&self, channel: &ChannelName, number: u64) -> bool {
        let Some(index) = self.indexes.get(channel) else {
            return false;
        };
        let origin = Origin {
            channel: *index,
            number,
        };
        let mut views = self.seats.values().flat_map(Seat::htlcs);
        views.any(|view| view.origin == Some(origin) && !matches!(view.state, HtlcState::Failed(_)))
    }

    /// What it reported about a channel so far.
    pub(crate) fn events(&self, channel: &ChannelName) -> &[Event] {
        self.seats.get(channel).map_or(&[], |seat| &seat.events)
    }

    /// The script that a channel pays it at.
    pub(crate) fn delivery_script(&self, channel: &ChannelName) -> Option<ScriptBuf> {
        let channel = &self.seats.get(channel)?.channel;
        let side = channel.config().side;
        channel
            .params()
            .map(|params| script_delivery(params.delivery.get(side)))
    }

    /// What it pays at the moment.
    pub(crate) fn feerate(&self) -> FeeRate {
        self.feerate
    }

    /// Its ways, for the configuration of a channel.
    pub(crate) fn habits(&self) -> Habits {
        Habits {
            reacts: self.reacts,
            keeps_revoked: self.keeps_revoked,
            margin: self.enforces.then_some(self.margin),
        }
    }

    /// The HTLCs that its own current commitment carries.
    pub(crate) fn carried_htlcs(&self, channel: &ChannelName) -> Option<BTreeSet<u64>> {
        let channel = &self.seats.get(channel)?.channel;
        Some(channel.carried_htlcs().into_iter().collect())
    }

    /// What it says of all HTLCs of a channel.
    pub(crate) fn htlcs(&self, channel: &ChannelName) -> Vec<HtlcView> {
        let seat = self.seats.get(channel);
        seat.map_or_else(Vec::new, |seat| seat.htlcs().to_vec())
    }

    /// What it says of an HTLC.
    pub(crate) fn htlc(&self, channel: &ChannelName, number: u64) -> Option<&HtlcView> {
        let mut views = self.seats.get(channel)?.htlcs().iter();
        views.find(|view| view.number == Some(number))
    }

    /// Whether it knows R: as payee, told, or shown by a message or a transaction.
    pub(crate) fn knows(&self, hash: PaymentHash) -> bool {
        let shown = |view: &HtlcView| view.hash == hash && view.preimage.is_some();
        let Payments { book, told, .. } = &self.payments;
        let paid = book.payment(hash).and_then(OwnPayment::outcome);
        told.contains_key(&hash)
            || book.invoice(hash).is_some()
            || matches!(paid, Some(Outcome::Settled(_)))
            || self
                .seats
                .values()
                .any(|seat| seat.htlcs().iter().any(shown))
    }

    /// What it says of a payment, as its sender, else as its receiver.
    pub(crate) fn payment(&self, hash: PaymentHash) -> Option<PaymentState> {
        let book = &self.payments.book;
        if let Some(payment) = book.payment(hash) {
            return Some(match payment.outcome() {
                None => PaymentState::Pending,
                Some(Outcome::Settled(_)) => PaymentState::Settled,
                Some(Outcome::Failed(_)) => PaymentState::Failed,
            });
        }
        let invoice = book.invoice(hash)?;
        Some(match (book.received(hash), invoice.release) {
            (Some(_), _) => PaymentState::Settled,
            (None, Release::Refused) => PaymentState::Failed,
            (None, Release::AtOnce | Release::Held) => PaymentState::Pending,
        })
    }

    /// Why a payment of its own has come back.
    pub(crate) fn failure_of(&self, hash: PaymentHash) -> Option<FailReason> {
        match self.payments.book.payment(hash)?.outcome()? {
            Outcome::Failed(reason) => Some(*reason),
            Outcome::Settled(_) => None,
        }
    }

    /// What it asked for with the invoice of a hash.
    pub(crate) fn invoice(&self, hash: PaymentHash) -> Option<&Invoice> {
        self.payments.book.invoice(hash)
    }
}
