//! How an actor puts a transaction on the chain: fees attached, packages formed, paid again when the
//! rate rises or bitcoind lost it.

use bitcoin::{FeeRate, Transaction, Txid};
use leyden_bitcoind::{Node, SubmitError};
use leyden_channel::{Claim, ClaimTransaction, FeeNeed};
use leyden_labels::{Label, Side};
use leyden_scenario::ChannelName;
use leyden_wallet::Purpose;

use super::embedded::{Embedded, wallet_failure};
use super::failure::ActorFailure;

/// A replacement must beat what it replaces (BIP 125); each try doubles the rate, at most this often.
const MAX_RAISES: u32 = 8;

/// What became of a claim.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// What was claimed, before fees.
    bare: Txid,
    feerate: FeeRate,
    /// Every transaction made for it, the newest last.
    versions: Vec<Transaction>,
    /// bitcoind's reject string for the newest.
    refused: Option<String>,
}

impl Posted {
    pub(super) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    pub(super) fn refusal(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    pub(super) fn made(&self, txid: Txid) -> bool {
        self.versions.iter().any(|tx| tx.compute_txid() == txid)
    }

    pub(super) fn last(&self) -> Option<&Transaction> {
        self.versions.last()
    }
}

impl Embedded {
    /// Hands a claim over; a refusal stays in the books and is tried again with the next block.
    pub(super) fn post_if_accepted(
        &mut self,
        channel: &ChannelName,
        claim: &Claim,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        match self.post(channel, claim, node) {
            Err(ActorFailure::Submit { error, .. }) if error.reject().is_some() => Ok(()),
            // Without coins nothing can be paid now; the next block may bring some.
            Err(ActorFailure::Wallet { .. }) | Ok(()) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Hands a claim over, with its fee.
    pub(crate) fn post(
        &mut self,
        channel: &ChannelName,
        claim: &Claim,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        let (mut feerate, most) = (self.feerate_of(claim), self.most_for(claim));
        if self.is_in_hand(channel, claim, feerate, node)? {
            return Ok(());
        }
        for _ in 0..MAX_RAISES {
            match self.post_at(channel, claim, feerate, node) {
                Err(ActorFailure::Submit { error, .. })
                    if must_pay_more(&error) && feerate < most =>
                {
                    feerate = FeeRate::from_sat_per_kwu(feerate.to_sat_per_kwu().saturating_mul(2));
                }
                ended => return ended,
            }
        }
        self.post_at(channel, claim, feerate, node)
    }

    /// Whether bitcoind has this claim already, at this rate or a higher one.
    fn is_in_hand(
        &self,
        channel: &ChannelName,
        claim: &Claim,
        feerate: FeeRate,
        node: &Node,
    ) -> Result<bool, ActorFailure> {
        let Some(posted) = self.posted.get(&(channel.clone(), claim.label)) else {
            return Ok(false);
        };
        let pays_enough = matches!(claim.fee, FeeNeed::Paid) || posted.feerate >= feerate;
        let Some(last) = posted.versions.last() else {
            return Ok(false);
        };
        if posted.bare != claim.tx().compute_txid() || !pays_enough || posted.is_refused() {
            return Ok(false);
        }
        let mempool = node
            .mempool_txids()
            .map_err(|error| self.rpc(claim.label, error))?;
        Ok(mempool.contains(&last.compute_txid()))
    }

    fn post_at(
        &mut self,
        channel: &ChannelName,
        claim: &Claim,
        feerate: FeeRate,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        let index = self.indexes.get(channel).copied().unwrap_or_default();
        let bare = claim.tx().compute_txid();
        if self
            .posted
            .get(&(channel.clone(), claim.label))
            .is_some_and(|posted| posted.bare != bare)
        {
            // Another parent, so another child: the coin it was paid with is free again.
            for label in [claim.label, bump_label(claim.label)] {
                self.wallet.release(Purpose {
                    channel: index,
                    label,
                });
            }
        }
        let package = self.pay_for(index, claim, feerate)?;
        let sent = match package.as_slice() {
            [single] => node.send_raw(single).map(drop),
            several => node.submit_package(several).map(drop),
        };
        let sent = sent.or_else(|error| is_known(&error).then_some(()).ok_or(error));
        self.book(channel, claim, feerate, &package, sent.as_ref().err());
        sent.map_err(|error| ActorFailure::Submit {
            actor: self.name.to_string(),
            label: claim.label.to_string(),
            error: Box::new(error),
        })
    }

    /// The claim as bitcoind will take it: alone, or with the child that pays for it.
    fn pay_for(
        &mut self,
        index: u32,
        claim: &Claim,
        feerate: FeeRate,
    ) -> Result<Vec<Transaction>, ActorFailure> {
        let paid = match (&claim.transaction, &claim.fee) {
            (ClaimTransaction::Whole(tx), FeeNeed::Bump { parent }) => {
                let bump = self.wallet.bump_commitment(index, parent, feerate);
                bump.map(|bump| vec![tx.clone(), bump.tx])
            }
            (ClaimTransaction::Child(child), FeeNeed::Attach { parent }) => {
                let paid = self
                    .wallet
                    .attach_fee(index, child, parent.as_ref(), feerate);
                paid.map(|paid| vec![paid.tx])
            }
            (ClaimTransaction::Whole(tx), FeeNeed::Paid | FeeNeed::Attach { .. }) => {
                Ok(vec![tx.clone()])
            }
            (ClaimTransaction::Child(child), FeeNeed::Paid | FeeNeed::Bump { .. }) => {
                Ok(vec![child.tx.clone()])
            }
        };
        paid.map_err(|error| wallet_failure(&self.name, error))
    }

    fn book(
        &mut self,
        channel: &ChannelName,
        claim: &Claim,
        feerate: FeeRate,
        package: &[Transaction],
        error: Option<&SubmitError>,
    ) {
        let refused = error
            .and_then(|error| error.reject())
            .map(|reject| reject.reason.clone());
        let labels = [claim.label, bump_label(claim.label)];
        let bare = claim.tx().compute_txid();
        for (tx, label) in package.iter().zip(labels) {
            let posted = self
                .posted
                .entry((channel.clone(), label))
                .or_insert_with(|| Posted {
                    bare,
                    feerate,
                    versions: Vec::new(),
                    refused: None,
                });
            posted.bare = bare;
            posted.feerate = feerate;
            posted.refused.clone_from(&refused);
            if posted.versions.last() != Some(tx) {
                posted.versions.push(tx.clone());
            }
        }
    }

    pub(super) fn rpc(&self, label: Label, error: leyden_bitcoind::RpcError) -> ActorFailure {
        ActorFailure::Submit {
            actor: self.name.to_string(),
            label: label.to_string(),
            error: Box::new(SubmitError::Rpc(error)),
        }
    }
}

/// The child that pays for a commitment.
fn bump_label(parent: Label) -> Label {
    Label::new(
        leyden_labels::Kind::FeeBump,
        parent.number(),
        parent.side().unwrap_or(Side::A),
    )
}

/// Whether bitcoind has it in its chain already: after a reorganisation whose branch carried it.
fn is_known(error: &SubmitError) -> bool {
    let reject = error.reject();
    reject.is_some_and(|reject| reject.reason == "txn-already-known")
}

fn must_pay_more(error: &SubmitError) -> bool {
    error.reject().is_some_and(|reject| {
        reject.reason.starts_with("insufficient fee")
            || reject.reason.starts_with("replacement-failed")
            || reject.reason.contains("too many potential replacements")
    })
}
