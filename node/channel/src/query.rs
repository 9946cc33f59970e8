//! Looking at a channel.

use bitcoin::{Amount, OutPoint, Transaction};
use leyden_labels::{Kind, Label};
use leyden_tx::{Balances, ChannelKeys, ChannelParams, Child, Commitment, LabelledTx};

use crate::chain::{Spend, complete_own, label_of, own_held, recognise};
use crate::channel::Channel;
use crate::config::Config;
use crate::fault::{Fault, Misuse};
use crate::held::HeldCommitment;
use crate::htlc::{contract, htlc_child};
use crate::live::{Live, Undoable};
use crate::output::Claim;
use crate::state::StateName;

impl Channel {
    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The parameters that both sides agreed on, once commitment 0 is held.
    #[must_use]
    pub fn params(&self) -> Option<&ChannelParams> {
        self.state.live().map(|live| &live.terms.params)
    }

    /// Where the channel stands.
    #[must_use]
    pub fn state(&self) -> StateName {
        if self.is_closed() {
            StateName::Closed
        } else {
            self.state.name()
        }
    }

    /// The number of the own current commitment; 0 before there is one.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.state.live().map_or(0, |live| live.held.number())
    }

    /// The balances of the own current commitment; the contributions before there is one.
    #[must_use]
    pub fn balances(&self) -> Balances {
        self.state
            .live()
            .map_or(self.config.contribution, Live::balances)
    }

    /// The part of the own balance that is not final yet: the payer has not revoked.
    #[must_use]
    pub fn unsettled(&self) -> Amount {
        let awaited = self.state.live().map_or(&[][..], |live| &live.awaited);
        awaited.iter().fold(Amount::ZERO, |sum, awaited| {
            let amount = match awaited.what {
                Undoable::Paid { amount, .. } | Undoable::Ended(_, amount) => amount,
                Undoable::Added(_) => Amount::ZERO,
            };
            sum.checked_add(amount).unwrap_or(Amount::MAX)
        })
    }

    /// Own payments and HTLCs that wait for their update.
    #[must_use]
    pub fn queued(&self) -> Amount {
        self.state.live().map_or(Amount::ZERO, Live::queued)
    }

    /// What a new payment or HTLC may take: the own balance, less what is under way and what waits. More is
    /// refused as [`Misuse::Overdraft`].
    #[must_use]
    pub fn available(&self) -> Amount {
        let (side, under_way) = (self.config.side, self.state.under_way());
        let live = self.state.live();
        live.map_or(Amount::ZERO, |live| live.available(side, under_way))
    }

    /// F's output: the one in the chain, else the one expected.
    #[must_use]
    pub fn funding_outpoint(&self) -> Option<OutPoint> {
        let confirmed = self.view.funding().map(|(outpoint, _)| outpoint);
        confirmed.or_else(|| self.state.live().map(|live| live.expected))
    }

    /// The height of the last block handled.
    #[must_use]
    pub const fn tip(&self) -> Option<u32> {
        self.view.tip
    }

    /// The height of the first block that can have the next delayed claim; `None` if none waits.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u32> {
        let next = self.view.next_height();
        self.due
            .iter()
            .map(|due| due.from)
            .filter(|from| *from > next)
            .min()
    }

    /// What this side would put on chain now, given what it has seen of it.
    #[must_use]
    pub fn claims(&self) -> Vec<Claim> {
        let next = self.view.next_height();
        let valid = self.due.iter().filter(|due| due.from <= next);
        valid.map(|due| due.claim.clone()).collect()
    }

    /// The paper's name of a transaction, if it is one of this channel's.
    #[must_use]
    pub fn label_of(&self, tx: &Transaction) -> Option<Label> {
        let live = self.state.live()?;
        let mut keys = self.keys.clone();
        label_of(live, &mut keys, &self.view, tx).ok().flatten()
    }

    /// The paper's name of the transaction that `outpoint` is an output of, if it was seen or is held.
    #[must_use]
    pub fn label_of_outpoint(&self, outpoint: &OutPoint) -> Option<Label> {
        if let Some(seen) = self.view.find(outpoint.txid) {
            return self.label_of(seen);
        }
        let held = self.holdings();
        let held = held
            .iter()
            .find(|held| held.tx.compute_txid() == outpoint.txid);
        held.map(|held| held.label)
    }

    /// Every transaction that this side alone could broadcast, now or once its lock is over: F once
    /// signed, its commitments, their `RD`, `HT` and (with R) `HE`, `ES` once complete. Complete, without
    /// fees. What spends the *other* side's commitment is not among them: it is there once that is.
    #[must_use]
    pub fn holdings(&self) -> Vec<LabelledTx> {
        let mut keys = self.keys.clone();
        self.state
            .live()
            .and_then(|live| self.held_by(live, &mut keys).ok())
            .unwrap_or_default()
    }

    fn held_by(&self, live: &Live, keys: &mut ChannelKeys) -> Result<Vec<LabelledTx>, Fault> {
        let mut holdings = Vec::new();
        if let Some(tx) = live.funding.last() {
            holdings.push(LabelledTx {
                label: Label::FUNDING,
                tx: tx.clone(),
            });
        }
        for held in live.archive.values().chain([&live.held]) {
            holdings.push(self.complete(live, keys, held)?);
            if let Some(child) = self.revocable_delivery(live, keys, held)? {
                holdings.push(child.labelled());
            }
            self.held_htlcs(live, keys, held, &mut holdings)?;
        }
        if let Some(tx) = self.state.closing().settlement {
            holdings.push(LabelledTx {
                label: Label::SETTLEMENT,
                tx,
            });
        }
        Ok(holdings)
    }

    /// `HT` of each HTLC that this side sends, `HE` of each whose R it knows.
    fn held_htlcs(
        &self,
        live: &Live,
        keys: &ChannelKeys,
        held: &HeldCommitment,
        holdings: &mut Vec<LabelledTx>,
    ) -> Result<(), Fault> {
        let params = &live.terms.params;
        let commitment = self.as_on_chain(live, &mut keys.clone(), held)?;
        for htlc in &held.spec().htlcs {
            let record = live.records.get(&htlc.number);
            let known = record.is_some_and(|record| record.preimage.is_some());
            if htlc.sender != self.config.side && !known {
                continue;
            }
            let label = contract(htlc, self.config.side);
            let child = htlc_child(params, &commitment, htlc, label)?;
            let child = complete_own(live, keys, held.number(), htlc, label, child)?;
            holdings.extend(child.map(|child| child.labelled()));
        }
        Ok(())
    }

    fn complete(
        &self,
        live: &Live,
        keys: &ChannelKeys,
        held: &HeldCommitment,
    ) -> Result<LabelledTx, Fault> {
        held.complete(&live.terms.params, keys, live.funding_outpoint(&self.view))
    }

    fn revocable_delivery(
        &self,
        live: &Live,
        keys: &mut ChannelKeys,
        held: &HeldCommitment,
    ) -> Result<Option<Child>, Fault> {
        let commitment = self.as_on_chain(live, keys, held)?;
        held.revocable_delivery(&live.terms.params, keys, &commitment)
    }

    /// The commitment as it is on chain, else as it would be.
    fn as_on_chain(
        &self,
        live: &Live,
        keys: &mut ChannelKeys,
        held: &HeldCommitment,
    ) -> Result<Commitment, Fault> {
        for seen in self.view.spends() {
            if let Spend::Commitment(found) = recognise(live, keys, &seen.tx)?
                && found.commitment.label == held.label()
            {
                return Ok(found.commitment);
            }
        }
        held.commitment(&live.terms.params, live.funding_outpoint(&self.view))
    }

    /// Own commitment `number`, fully signed.
    ///
    /// # Errors
    /// [`Misuse::NotHeld`] if it is neither current nor kept.
    pub fn commitment(&self, number: u64) -> Result<LabelledTx, Fault> {
        let label = Label::new(Kind::Commitment, number, self.config.side);
        let held = |live| own_held(live, number).map(|held| (live, held));
        let (live, held) = self
            .state
            .live()
            .and_then(held)
            .ok_or(Misuse::NotHeld { label })?;
        self.complete(live, &self.keys, held)
    }
}
