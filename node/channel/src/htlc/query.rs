//! Looking at the HTLCs of a channel.

use super::{HtlcState, HtlcView, NewHtlc, Outcome, Phase, Record};
use crate::chain::OnChain;
use crate::channel::Channel;
use crate::command::Request;
use crate::live::Live;
use crate::queue::ends;

impl Channel {
    /// Every HTLC that this channel has, had, or is to have: those added by number, then those that
    /// wait, then those that were refused.
    #[must_use]
    pub fn htlcs(&self) -> Vec<HtlcView> {
        let Some(live) = self.state.live() else {
            return Vec::new();
        };
        let mut keys = self.keys.clone();
        let on_chain = OnChain::find(live, &mut keys, &self.view).ok().flatten();
        let added = live.records.values();
        let added = added.map(|record| self.htlc_view(live, on_chain.as_ref(), record));
        let waiting = self.waiting(live).filter_map(|request| match request {
            Request::Add(add) => Some(unnumbered(add, HtlcState::Waiting)),
            Request::Pay { .. } | Request::Settle { .. } | Request::Fail { .. } => None,
        });
        let refused = live.refused.iter();
        let refused = refused.map(|(add, reason)| unnumbered(add, HtlcState::Failed(*reason)));
        added.chain(waiting).chain(refused).collect()
    }

    /// The numbers of the HTLCs that the own current commitment carries.
    #[must_use]
    pub fn carried_htlcs(&self) -> Vec<u64> {
        let live = self.state.live();
        live.map_or_else(Vec::new, |live| live.ledger.htlcs.keys().copied().collect())
    }

    /// Requests that no commitment of both sides has yet. What a proposal adds has a number already.
    fn waiting<'a>(&'a self, live: &'a Live) -> impl Iterator<Item = &'a Request> {
        let under_way = self.state.under_way().iter();
        let unsigned = under_way.filter(|_| live.signed == live.held.number());
        unsigned.chain(live.requests())
    }

    fn htlc_view(&self, live: &Live, on_chain: Option<&OnChain<'_>>, record: &Record) -> HtlcView {
        let htlc = &record.htlc;
        HtlcView {
            number: Some(htlc.number),
            outgoing: record.is_outgoing(self.config.side),
            amount: htlc.amount,
            hash: htlc.hash,
            expiry: htlc.expiry,
            onward: record.onward.clone(),
            origin: record.origin,
            preimage: record.preimage.clone(),
            state: self.htlc_state(live, on_chain, record),
        }
    }

    fn htlc_state(
        &self,
        live: &Live,
        on_chain: Option<&OnChain<'_>>,
        record: &Record,
    ) -> HtlcState {
        if let Some(state) = on_chain.and_then(|on_chain| on_chain.state(record)) {
            return state;
        }
        let number = record.htlc.number;
        let under_way = self.state.under_way().iter();
        let ending = under_way
            .chain(live.requests())
            .any(|request| ends(request, number));
        match record.phase {
            Phase::Pending => HtlcState::Pending,
            Phase::Live if ending => HtlcState::Ending,
            Phase::Live => HtlcState::Live,
            Phase::Ending(_) => HtlcState::Ending,
            Phase::Ended(Outcome::Settled) => HtlcState::Settled,
            Phase::Ended(Outcome::Failed(reason)) => HtlcState::Failed(reason),
        }
    }
}

fn unnumbered(add: &NewHtlc, state: HtlcState) -> HtlcView {
    HtlcView {
        number: None,
        outgoing: true,
        amount: add.amount,
        hash: add.hash,
        expiry: add.expiry,
        onward: add.onward.clone(),
        origin: add.origin,
        preimage: None,
        state,
    }
}
