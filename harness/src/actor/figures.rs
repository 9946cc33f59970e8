//! The channels of figures 1 to 3 and 11, which the paper shows to fail: no balance can be revoked, and
//! in figures 1 and 2 nobody can be blamed.
//!
//! No node offers these. Both parties' keys sit in one place here, because what the figures show is
//! what the chain then allows, not how the parties talk.

use std::collections::BTreeMap;

use bitcoin::{OutPoint, ScriptBuf, Transaction, Weight};
use leyden_channel::{Claim, ClaimTransaction, FeeNeed, NewHtlc};
use leyden_labels::{Dialect, Label, PerSide, Side};
use leyden_scenario::{ActorName, Construction, Open};
use leyden_tx::{
    Balances, ChannelKeys, ChannelParams, Commitment, DUST_LIMIT, Delay, FUNDING_VOUT,
    FundingContribution, Htlc, PaymentPreimage, UnconfirmedParent, build_blamed_commitment,
    build_funding, build_shared_commitment, complete_commitment, funding_shared_weight,
    script_delivery, sign_commitment, verify_commitment,
};
use leyden_wallet::{CoinFilter, FundingRequest};
use thiserror::Error;

use super::embedded::{Embedded, wallet_failure};
use super::failure::ActorFailure;
use super::figure_htlcs::FigureHtlcs;

/// A channel of figure 1, 2 (one commitment for both) or 3 (one each, but no penalty).
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) parties: PerSide<ActorName>,
    construction: Construction,
    params: ChannelParams,
    keys: PerSide<ChannelKeys>,
    funding: Transaction,
    balances: Balances,
    number: u64,
    htlcs: FigureHtlcs,
    /// Every balance ever agreed on: each stays as valid as the newest.
    signed: BTreeMap<Label, (PerSide<bool>, Transaction, UnconfirmedParent)>,
}

/// What cannot be paid or signed.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct FiguresError(String);

fn failed(actor: &ActorName, error: impl std::fmt::Display) -> ActorFailure {
    ActorFailure::Refused {
        actor: actor.to_string(),
        reason: "construction",
        text: error.to_string(),
    }
}

impl Figures {
    /// Both fund, both sign C0, both sign F.
    pub(crate) fn open(
        open: &Open,
        dialect: Dialect,
        indexes: PerSide<u32>,
        actors: &mut PerSide<&mut Embedded>,
    ) -> Result<Self, ActorFailure> {
        let parties = PerSide {
            a: open.parties.a.actor.clone(),
            b: open.parties.b.actor.clone(),
        };
        let balances = PerSide {
            a: bitcoin::Amount::from_sat(open.parties.a.amount.sat()),
            b: bitcoin::Amount::from_sat(open.parties.b.amount.sat()),
        };
        let a = parties.a.clone();
        let keys = PerSide {
            a: ChannelKeys::derive(&actors.a.seed, indexes.a).map_err(|error| failed(&a, error))?,
            b: ChannelKeys::derive(&actors.b.seed, indexes.b).map_err(|error| failed(&a, error))?,
        };
        let capacity = balances
            .a
            .checked_add(balances.b)
            .ok_or_else(|| failed(&a, "the amounts overflow"))?;
        let params = ChannelParams {
            dialect,
            delay: Delay::new(open.delay_blocks).map_err(|error| failed(&a, error))?,
            dust_limit: DUST_LIMIT,
            capacity,
            funding: PerSide::from_fn(|side| keys.get(side).funding().public()),
            delivery: PerSide::from_fn(|side| keys.get(side).delivery().public()),
        };
        actors.a.indexes.insert(open.channel.clone(), indexes.a);
        actors.b.indexes.insert(open.channel.clone(), indexes.b);
        let contributions = PerSide {
            a: contribute(actors.a, indexes.a, balances.a, funding_shared_weight())?,
            b: contribute(actors.b, indexes.b, balances.b, Weight::ZERO)?,
        };
        let mut funding =
            build_funding(&params, &contributions).map_err(|error| failed(&a, error))?;
        let unsigned = funding.clone();
        for side in Side::BOTH {
            sign_inputs(
                &mut funding,
                &unsigned,
                actors.get_mut(side),
                contributions.get(side),
            )?;
        }
        let mut figures = Self {
            parties,
            construction: open.construction,
            params,
            keys,
            funding,
            balances,
            number: 0,
            htlcs: FigureHtlcs::default(),
            signed: BTreeMap::new(),
        };
        figures.sign_current().map_err(|error| failed(&a, error))?;
        Ok(figures)
    }

    /// The next pair of commitments; the old ones stay valid, which is what the figures show.
    pub(crate) fn pay(&mut self, from: Side, amount: bitcoin::Amount) -> Result<(), FiguresError> {
        let paid = self.balances.get(from).checked_sub(amount);
        let received = self.balances.get(from.other()).checked_add(amount);
        let (Some(paid), Some(received)) = (paid, received) else {
            return Err(FiguresError(format!(
                "{} cannot pay {amount}",
                self.parties.get(from)
            )));
        };
        self.balances = PerSide::from_holder(from, paid, received);
        self.number = self.number.saturating_add(1);
        self.sign_current()
    }

    /// An HTLC (figure 11), in the next pair of commitments.
    pub(crate) fn add_htlc(&mut self, sender: Side, add: &NewHtlc) -> Result<(), FiguresError> {
        let number = self.htlcs.next();
        let left = self.balances.get(sender).checked_sub(add.amount);
        *self.balances.get_mut(sender) = left.ok_or_else(|| {
            let payer = self.parties.get(sender);
            FiguresError(format!("{payer} cannot pay {}", add.amount))
        })?;
        let public = |side| self.keys.get(side).htlc(number)?.public();
        let keys = public(Side::A).and_then(|a| {
            Ok(PerSide {
                a,
                b: public(Side::B)?,
            })
        });
        self.htlcs.add(Htlc {
            number,
            sender,
            amount: add.amount,
            hash: add.hash,
            expiry: add.expiry,
            keys: keys.map_err(|error| FiguresError(error.to_string()))?,
        });
        self.number = self.number.saturating_add(1);
        self.sign_current()
    }

    /// An HTLC ends off chain: to its receiver with R, else back to its sender. Nothing is revoked.
    pub(crate) fn end_htlc(
        &mut self,
        number: u64,
        preimage: Option<PaymentPreimage>,
    ) -> Result<(), FiguresError> {
        let htlc = self.htlcs.end(number);
        let htlc = htlc.ok_or_else(|| FiguresError(format!("there is no HTLC {number}")))?;
        let paid = match &preimage {
            Some(preimage) if preimage.hash() != htlc.hash => {
                return Err(FiguresError(format!("that is not R of HTLC {number}")));
            }
            Some(_) => htlc.receiver(),
            None => htlc.sender,
        };
        if let Some(preimage) = preimage {
            self.htlcs.show(preimage);
        }
        let balance = self.balances.get_mut(paid);
        let sum = balance.checked_add(htlc.amount);
        *balance = sum.ok_or_else(|| FiguresError("more than all bitcoin".to_owned()))?;
        self.number = self.number.saturating_add(1);
        self.sign_current()
    }

    /// The balances that both agreed on last, and their number.
    pub(crate) fn says(&self) -> (u64, Balances) {
        (self.number, self.balances)
    }

    /// What `side` can broadcast: every commitment ever signed.
    pub(crate) fn holdings(&self, side: Side) -> Vec<(Label, Transaction)> {
        let funding = (Label::FUNDING, self.funding.clone());
        let commitments = self
            .signed
            .iter()
            .filter(|(_, (holders, _, _))| *holders.get(side));
        std::iter::once(funding)
            .chain(commitments.map(|(label, (_, tx, _))| (*label, tx.clone())))
            .collect()
    }

    /// A commitment as its holder hands it over: with a child on the anchor that pays.
    pub(crate) fn claim(&self, label: Label, side: Side) -> Option<Claim> {
        if label == Label::FUNDING {
            return Some(Claim {
                label,
                transaction: ClaimTransaction::Whole(self.funding.clone()),
                fee: FeeNeed::Paid,
                deadline: None,
            });
        }
        let Some((holders, tx, parent)) = self.signed.get(&label) else {
            return self.htlcs.claim(&self.params, &self.keys, label, side);
        };
        holders.get(side).then(|| Claim {
            label,
            transaction: ClaimTransaction::Whole(tx.clone()),
            fee: FeeNeed::Bump { parent: *parent },
            deadline: None,
        })
    }

    /// Its label, if it is one of this channel.
    pub(crate) fn label_of(&self, tx: &Transaction) -> Option<Label> {
        let txid = tx.compute_txid();
        if txid == self.funding.compute_txid() {
            return Some(Label::FUNDING);
        }
        self.signed
            .iter()
            .find(|(_, (_, signed, _))| signed.compute_txid() == txid)
            .map(|(label, _)| *label)
            .or_else(|| self.htlcs.label_of(tx))
    }

    /// Where the channel pays `side`.
    pub(crate) fn delivery_script(&self, side: Side) -> ScriptBuf {
        script_delivery(self.params.delivery.get(side))
    }

    fn sign_current(&mut self) -> Result<(), FiguresError> {
        let outpoint = OutPoint::new(self.funding.compute_txid(), FUNDING_VOUT);
        match self.construction {
            Construction::Blamed => Side::BOTH.into_iter().try_for_each(|holder| {
                let built = build_blamed_commitment(
                    &self.params,
                    self.number,
                    holder,
                    &self.balances,
                    &self.htlcs.live(),
                    outpoint,
                );
                self.keep(built, holder, PerSide::from_holder(holder, true, false))
            }),
            Construction::Shared | Construction::Revocable => {
                let built =
                    build_shared_commitment(&self.params, self.number, &self.balances, outpoint);
                self.keep(built, Side::A, PerSide { a: true, b: true })
            }
        }
    }

    fn keep(
        &mut self,
        built: Result<Commitment, leyden_tx::BuildError>,
        last: Side,
        holders: PerSide<bool>,
    ) -> Result<(), FiguresError> {
        let text = |error: &dyn std::fmt::Display| FiguresError(error.to_string());
        let commitment = built.map_err(|error| text(&error))?;
        let signer = last.other();
        let signature = sign_commitment(&self.params, &commitment, self.keys.get(signer).funding());
        let signature = signature.map_err(|error| text(&error))?;
        let countersigned = verify_commitment(&self.params, &commitment, signer, &signature);
        let countersigned = countersigned.map_err(|error| text(&error))?;
        let complete =
            complete_commitment(&self.params, &countersigned, self.keys.get(last).funding());
        let complete = complete.map_err(|error| text(&error))?;
        let parent = commitment.unconfirmed_parent();
        let parent = parent.map_err(|error| text(&error))?;
        let paths = self.htlcs.sign(&self.params, &self.keys, &commitment);
        paths.map_err(|error| text(&error))?;
        self.signed
            .insert(complete.label, (holders, complete.tx, parent));
        Ok(())
    }
}

fn contribute(
    actor: &mut Embedded,
    channel: u32,
    amount: bitcoin::Amount,
    shared: Weight,
) -> Result<FundingContribution, ActorFailure> {
    let request = FundingRequest {
        channel,
        amount,
        feerate: actor.feerate,
        shared,
        filter: CoinFilter::Any,
    };
    let selected = actor.wallet.select_funding(&request);
    selected.map_err(|error| wallet_failure(&actor.name, error))
}

fn sign_inputs(
    funding: &mut Transaction,
    unsigned: &Transaction,
    actor: &Embedded,
    contribution: &FundingContribution,
) -> Result<(), ActorFailure> {
    let signed = actor.wallet.sign_funding(unsigned, contribution);
    for (index, script_sig, witness) in
        signed.map_err(|error| wallet_failure(&actor.name, error))?
    {
        if let Some(input) = funding.input.get_mut(index) {
            input.script_sig = script_sig;
            input.witness = witness;
        }
    }
    Ok(())
}
