//! What a channel paid to whom, read from the chain alone.

use core::fmt::{self, Write as _};
use std::collections::{BTreeMap, BTreeSet};

use bitcoin::{Amount, OutPoint, ScriptBuf, Transaction, TxOut};
use leyden_labels::{Kind, Label, Side};
use leyden_scenario::{ActorName, ChannelName, OutputRef, Sat, TxName};
use leyden_tx::FUNDING_VOUT;

use super::expect::differs;
use super::failure::StepError;
use super::world::World;

/// `OP_1 <4e73>`.
const ANCHOR: [u8; 4] = [0x51, 0x02, 0x4e, 0x73];

/// Whom a kind of transaction pays for good.
enum Pays {
    /// The first output, to the holder of the commitment or to the other side; the rest are fees.
    First { holder: bool },
    /// Each output, to the side whose script it is.
    Directly,
    /// The same, until a delivery moves it on.
    UntilDelivered,
    /// Nobody yet: the first output waits for another transaction.
    Stage,
    /// Nobody.
    Nobody,
}

/// Where the money of a channel is that has been closed on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Account {
    /// What each side was paid for good, before the fees that it attached.
    paid: BTreeMap<ActorName, Amount>,
    /// What no transaction has taken yet: RSMC and HTLC outputs, and those of HT and HE.
    waiting: Amount,
    /// What was too little for an output and went to the anchor.
    anchors: Amount,
    /// What ES leaves to the miner.
    fee: Amount,
}

impl Account {
    fn sum(&self) -> Option<Amount> {
        let all = self
            .paid
            .values()
            .chain([&self.waiting, &self.anchors, &self.fee]);
        all.copied().try_fold(Amount::ZERO, Amount::checked_add)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, amount) in &self.paid {
            write!(f, "{amount} with {name}, ")?;
        }
        let Self {
            waiting,
            anchors,
            fee,
            ..
        } = self;
        write!(f, "{waiting} waiting, {anchors} in anchors, {fee} for ES")
    }
}

/// Where an output counts.
enum Whose {
    Side(Side),
    Waiting,
    Anchor,
    /// Change, or counted where it was spent.
    Elsewhere,
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
        Kind::HtlcExecution => Pays::Stage,
        Kind::Funding | Kind::FeeBump => Pays::Nobody,
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
        Ok(self.account(channel)?.paid)
    }

    /// Where a channel's money is, as far as the chain tells.
    fn account(&self, channel: &ChannelName) -> Result<Account, StepError> {
        let parties = self.parties(channel)?.clone();
        let confirmed = self.confirmed();
        let spent: BTreeSet<OutPoint> = confirmed
            .iter()
            .flat_map(|tx| tx.input.iter().map(|input| input.previous_output))
            .collect();
        let mut account = Account {
            paid: Side::BOTH
                .into_iter()
                .map(|side| (parties.get(side).clone(), Amount::ZERO))
                .collect(),
            waiting: Amount::ZERO,
            anchors: Amount::ZERO,
            fee: Amount::ZERO,
        };
        for tx in &confirmed {
            let Some(label) = self.label_in(channel, tx) else {
                continue;
            };
            if label == Label::SETTLEMENT {
                let paid = tx.output.iter().map(|output| output.value);
                let paid = paid.fold(Amount::ZERO, |sum, value| {
                    sum.checked_add(value).unwrap_or(Amount::MAX)
                });
                let fee = self.capacity(channel)?.checked_sub(paid);
                account.fee = fee.ok_or_else(too_much)?;
            }
            for (vout, output) in (0..).zip(&tx.output) {
                let unspent = !spent.contains(&OutPoint::new(tx.compute_txid(), vout));
                let sum = match self.whose(channel, label, vout, output, unspent)? {
                    Whose::Side(side) => account.paid.get_mut(parties.get(side)),
                    Whose::Waiting => Some(&mut account.waiting),
                    Whose::Anchor => Some(&mut account.anchors),
                    Whose::Elsewhere => None,
                };
                if let Some(sum) = sum {
                    *sum = sum.checked_add(output.value).ok_or_else(too_much)?;
                }
            }
        }
        Ok(account)
    }

    fn whose(
        &self,
        channel: &ChannelName,
        label: Label,
        vout: u32,
        output: &TxOut,
        unspent: bool,
    ) -> Result<Whose, StepError> {
        let directly = || self.paid_directly(channel, &output.script_pubkey);
        let waiting = if unspent {
            Whose::Waiting
        } else {
            Whose::Elsewhere
        };
        Ok(match pays(label.kind()) {
            Pays::First { holder } if vout == 0 => {
                let side = label.side();
                let side = if holder { side } else { side.map(Side::other) };
                side.map_or(Whose::Elsewhere, Whose::Side)
            }
            Pays::Directly => match directly()? {
                Some(side) => Whose::Side(side),
                None if vout == 0 => waiting,
                None => Whose::Elsewhere,
            },
            Pays::UntilDelivered if is_anchor(output) => Whose::Anchor,
            Pays::UntilDelivered if unspent => directly()?.map_or(Whose::Waiting, Whose::Side),
            Pays::Stage if vout == 0 => waiting,
            Pays::First { .. } | Pays::UntilDelivered | Pays::Stage | Pays::Nobody => {
                Whose::Elsewhere
            }
        })
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

    /// Whether what F held is where it must be.
    pub(super) fn expect_conserved(
        &self,
        channel: &ChannelName,
        waiting: Option<Sat>,
    ) -> Result<(), StepError> {
        let held = self.capacity(channel)?;
        if !self.is_closed_on_chain(channel) {
            return self.expect_agreement(channel, held);
        }
        let account = self.account(channel)?;
        let found = account.sum().ok_or_else(too_much)?;
        let waits = account.waiting;
        if found == held && waiting.is_none_or(|wanted| wanted.sat() == waits.to_sat()) {
            return Ok(());
        }
        let mut wanted = format!("{held} of {channel} to be somewhere");
        if let Some(waiting) = waiting {
            let _ = write!(wanted, ", and {waiting} to wait");
        }
        Err(differs(wanted, account))
    }

    /// Both sides say the same of an open channel: the number, the balances, and what HTLCs hold.
    fn expect_agreement(&self, channel: &ChannelName, held: Amount) -> Result<(), StepError> {
        let parties = self.parties(channel)?;
        let mut said = Vec::new();
        for side in Side::BOTH {
            let actor = self.actor(parties.get(side))?;
            let carried = actor.carried_htlcs(channel).unwrap_or_default();
            let views = actor.htlcs(channel).into_iter();
            let locked = views
                .filter(|view| view.number.is_some_and(|number| carried.contains(&number)))
                .try_fold(Amount::ZERO, |sum, view| sum.checked_add(view.amount));
            let locked = locked.ok_or_else(too_much)?;
            let says = actor.says(channel);
            said.extend(says.map(|(_, number, balances)| (number, balances, locked)));
        }
        let fine = match said.as_slice() {
            [a, b] => {
                let (_, balances, locked) = a;
                let all = [balances.a, balances.b, *locked];
                let sum = all.into_iter().try_fold(Amount::ZERO, Amount::checked_add);
                a == b && sum == Some(held)
            }
            _ => false,
        };
        if fine {
            return Ok(());
        }
        let said = said.iter().map(|(number, balances, locked)| {
            let (a, b) = (balances.a, balances.b);
            format!("{a}, {b} and {locked} in HTLCs as of number {number}")
        });
        let said: Vec<String> = said.collect();
        Err(differs(
            format!("the two sides of {channel} to agree on who has its {held}"),
            said.join("; "),
        ))
    }

    /// What the confirmed F pays.
    fn capacity(&self, channel: &ChannelName) -> Result<Amount, StepError> {
        let funding = OutputRef {
            tx: TxName::Label {
                channel: channel.clone(),
                label: Label::FUNDING,
            },
            vout: FUNDING_VOUT,
        };
        Ok(self.outpoint(&funding)?.1.value)
    }

    pub(super) fn is_closed_on_chain(&self, channel: &ChannelName) -> bool {
        let confirmed = self.confirmed();
        let mut labels = confirmed.iter().filter_map(|tx| self.label_in(channel, tx));
        labels.any(|label| match pays(label.kind()) {
            Pays::Directly | Pays::UntilDelivered => true,
            Pays::First { .. } | Pays::Stage | Pays::Nobody => false,
        })
    }

    /// The commitment that is in the chain.
    pub(super) fn commitment_on_chain(&self, channel: &ChannelName) -> Option<Label> {
        let confirmed = self.confirmed();
        let mut labels = confirmed.iter().filter_map(|tx| self.label_in(channel, tx));
        labels.find(|label| label.kind() == Kind::Commitment)
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

/// The keyless output of a commitment (BIP 433).
fn is_anchor(output: &TxOut) -> bool {
    output.script_pubkey.as_bytes() == ANCHOR
}

fn too_much() -> StepError {
    StepError::new("overflow", "the balances add up to more than there is")
}
