//! What a channel paid to whom, read from the chain alone.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::{Amount, OutPoint, ScriptBuf, Transaction};
use leyden_labels::{Kind, Label, Side};
use leyden_scenario::{ActorName, ChannelName};

use super::failure::StepError;
use super::world::World;

/// Whom a kind of transaction pays for good.
enum Pays {
    /// The first output, to the holder of the commitment or to the other side; the rest are fees.
    First { holder: bool },
    /// Each output, to the side whose script it is.
    Directly,
    /// The same, until a delivery moves it on.
    UntilDelivered,
    /// Nobody yet.
    Nobody,
}

fn pays(kind: Kind) -> Pays {
    match kind {
        Kind::RevocableDelivery
        | Kind::HtlcTimeoutRevocableDelivery
        | Kind::HtlcExecutionRevocableDelivery => Pays::First { holder: true },
        Kind::BreachRemedy
        | Kind::Delivery
        | Kind::HtlcExecutionDelivery
        | Kind::HtlcTimeoutDelivery
        | Kind::HtlcTimeoutBreachRemedy
        | Kind::HtlcExecutionBreachRemedy
        | Kind::HtlcBreachRemedy => Pays::First { holder: false },
        // The Timeout of figure 11 pays its sender; any other pays an output that waits.
        Kind::ExerciseSettlement | Kind::HtlcTimeout => Pays::Directly,
        Kind::Commitment | Kind::SharedCommitment => Pays::UntilDelivered,
        Kind::Funding | Kind::FeeBump | Kind::HtlcExecution => Pays::Nobody,
    }
}

impl World<'_> {
    /// What the confirmed final outputs of a channel pay, before the fees that were attached to them:
    /// the first output of RD, BR and D, and of HED, HTD, HTRD, HERD, HTBR, HEBR and HBR; every output of
    /// ES; outputs of a commitment that pay a side directly and that no D has moved yet. What an HTLC, HT
    /// or HE still holds is nobody's.
    pub(crate) fn balances_on_chain(
        &self,
        channel: &ChannelName,
    ) -> Result<BTreeMap<ActorName, Amount>, StepError> {
        let parties = self.parties(channel)?.clone();
        let confirmed = self.confirmed();
        let spent: BTreeSet<OutPoint> = confirmed
            .iter()
            .flat_map(|tx| tx.input.iter().map(|input| input.previous_output))
            .collect();
        let mut balances: BTreeMap<ActorName, Amount> = Side::BOTH
            .into_iter()
            .map(|side| (parties.get(side).clone(), Amount::ZERO))
            .collect();
        for tx in &confirmed {
            let Some(label) = self.label_in(channel, tx) else {
                continue;
            };
            for (vout, output) in (0..).zip(&tx.output) {
                let unspent = !spent.contains(&OutPoint::new(tx.compute_txid(), vout));
                let receiver = match pays(label.kind()) {
                    Pays::First { holder } if vout == 0 => {
                        let side = label.side();
                        if holder { side } else { side.map(Side::other) }
                    }
                    Pays::Directly => self.paid_directly(channel, &output.script_pubkey)?,
                    Pays::UntilDelivered if unspent => {
                        self.paid_directly(channel, &output.script_pubkey)?
                    }
                    Pays::First { .. } | Pays::UntilDelivered | Pays::Nobody => None,
                };
                if let Some(balance) = receiver.and_then(|side| balances.get_mut(parties.get(side)))
                {
                    *balance = balance.checked_add(output.value).ok_or_else(too_much)?;
                }
            }
        }
        Ok(balances)
    }

    /// What an actor has in all of its channels: its balance where F is not spent, else what the chain paid it.
    pub(super) fn funds(&self, actor: &ActorName) -> Result<Amount, StepError> {
        let mut funds = Amount::ZERO;
        for (channel, parties) in &self.channels {
            let Some(side) = parties.side_of(actor) else {
                continue;
            };
            let balance = if self.is_closed_on_chain(channel) {
                self.balances_on_chain(channel)?.get(actor).copied()
            } else if let Some(figures) = self.figures.get(channel) {
                Some(*figures.says().1.get(side))
            } else {
                let says = self.actor(actor)?.says(channel);
                says.map(|(_, _, balances)| *balances.get(side))
            };
            funds = funds
                .checked_add(balance.unwrap_or(Amount::ZERO))
                .ok_or_else(too_much)?;
        }
        Ok(funds)
    }

    fn is_closed_on_chain(&self, channel: &ChannelName) -> bool {
        let confirmed = self.confirmed();
        let mut labels = confirmed.iter().filter_map(|tx| self.label_in(channel, tx));
        labels.any(|label| match pays(label.kind()) {
            Pays::Directly | Pays::UntilDelivered => true,
            Pays::First { .. } | Pays::Nobody => false,
        })
    }

    fn confirmed(&self) -> Vec<Transaction> {
        (0..=self.chain.height())
            .filter_map(|height| self.chain.block(height))
            .flat_map(|block| block.txdata.iter().skip(1).cloned())
            .collect()
    }

    fn label_in(&self, channel: &ChannelName, tx: &Transaction) -> Option<Label> {
        let by_actor = self.actors.values().find_map(|actor| actor.label_of(tx));
        match by_actor {
            Some((found, label)) => (found == *channel).then_some(label),
            None => self.figures.get(channel)?.label_of(tx),
        }
    }

    /// The side that a channel pays at this script, by what that side said when it opened.
    fn paid_directly(
        &self,
        channel: &ChannelName,
        script: &ScriptBuf,
    ) -> Result<Option<Side>, StepError> {
        let parties = self.parties(channel)?;
        for side in Side::BOTH {
            let said = match self.figures.get(channel) {
                Some(figures) => Some(figures.delivery_script(side)),
                None => self.actor(parties.get(side))?.delivery_script(channel),
            };
            if said.as_ref() == Some(script) {
                return Ok(Some(side));
            }
        }
        Ok(None)
    }
}

fn too_much() -> StepError {
    StepError::new("overflow", "the balances add up to more than there is")
}
