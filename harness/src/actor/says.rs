//! What an actor says of itself and of its channels. Nothing here changes anything.

use bitcoin::{FeeRate, ScriptBuf, Transaction};
use leyden_channel::{Event, StateName};
use leyden_labels::Label;
use leyden_scenario::{ChannelName, Reacts};
use leyden_tx::{Balances, LabelledTx, script_delivery};

use super::broadcast::Posted;
use super::embedded::Embedded;

impl Embedded {
    /// The first height at which one of its channels has something to do that no transaction announces.
    pub(crate) fn next_deadline(&self) -> Option<u32> {
        self.seats
            .values()
            .filter_map(|seat| seat.channel.next_deadline())
            .min()
    }

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
    pub(crate) fn holdings(&self) -> Vec<(ChannelName, LabelledTx)> {
        self.seats
            .iter()
            .flat_map(|(name, seat)| {
                let claimed = seat.channel.claims().into_iter().map(|claim| LabelledTx {
                    label: claim.label,
                    tx: claim.tx().clone(),
                });
                let held = seat.channel.holdings().into_iter().chain(claimed);
                held.map(|holding| (name.clone(), holding))
                    .collect::<Vec<_>>()
            })
            .collect()
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

    /// How it reacts, and whether it keeps what it revoked, for the configuration of a channel.
    pub(crate) fn habits(&self) -> (Reacts, bool) {
        (self.reacts, self.keeps_revoked)
    }

    /// Whether it is silent at the moment.
    pub(crate) fn is_asleep(&self) -> bool {
        self.asleep
    }
}
