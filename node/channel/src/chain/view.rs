//! The channel's transactions in the chain.

use std::collections::BTreeSet;

use bitcoin::{OutPoint, Transaction, TxOut, Txid};
use leyden_tx::FUNDING_VOUT;

use crate::changeset::BlockFacts;

/// How F is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FundingMatch {
    /// F's output: in `noinput` its script and amount are enough, whatever the txid.
    pub(crate) output: TxOut,
    /// `csv`: the only txid whose output the commitments can spend.
    pub(crate) exact: Option<Txid>,
    /// The coins that F spends.
    pub(crate) coins: BTreeSet<OutPoint>,
}

impl FundingMatch {
    fn output_of(&self, tx: &Transaction) -> Option<u32> {
        match self.exact {
            Some(txid) => (tx.compute_txid() == txid).then_some(FUNDING_VOUT),
            None => (0u32..)
                .zip(&tx.output)
                .find(|(_, output)| **output == self.output)
                .map(|(vout, _)| vout),
        }
    }
}

/// Why a transaction belongs to the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It has F's output.
    Funding { vout: u32 },
    /// It spends F's output.
    Spend,
    /// It spends an output of a transaction that spends F's output.
    Child,
    /// It spends an output of a child that waits for the delay: `HT:0`, `HE:0`.
    Stage,
    /// It spends a coin of F and is not F.
    Conflict,
}

/// A confirmed transaction of the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) height: u32,
    pub(crate) role: Role,
    pub(crate) tx: Transaction,
}

/// The channel's part of the chain and of the mempool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) tip: Option<u32>,
    pub(crate) confirmed: Vec<Seen>,
    /// Unconfirmed spends of F's output.
    pub(crate) mempool: Vec<Transaction>,
}

impl View {
    /// F's output in the chain, and the height of its block. The first, should anybody pay the same
    /// amount to the same script again.
    pub(crate) fn funding(&self) -> Option<(OutPoint, u32)> {
        self.fundings().next()
    }

    fn fundings(&self) -> impl Iterator<Item = (OutPoint, u32)> + '_ {
        self.confirmed.iter().filter_map(|seen| match seen.role {
            Role::Funding { vout } => {
                Some((OutPoint::new(seen.tx.compute_txid(), vout), seen.height))
            }
            Role::Spend | Role::Child | Role::Stage | Role::Conflict => None,
        })
    }

    /// Confirmed spends of F's output.
    pub(crate) fn spends(&self) -> impl Iterator<Item = &Seen> {
        self.confirmed
            .iter()
            .filter(|seen| seen.role == Role::Spend)
    }

    /// Whether [`funding`](Self::funding) itself is spent: in `noinput` a spend can be of another output
    /// with the same script and amount, which somebody paid beside it.
    pub(crate) fn is_first_funding_spent(&self) -> bool {
        self.funding()
            .is_some_and(|(first, _)| self.spends().any(|seen| spends(&seen.tx, &first)))
    }

    /// Unconfirmed spends of an output of F that is in the chain: after a reorganisation F can have
    /// another txid, and what spent the old one is of no use.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &Transaction> {
        self.mempool
            .iter()
            .filter(|tx| self.fundings().any(|(outpoint, _)| spends(tx, &outpoint)))
    }

    /// Whether a spend of F's output is in the chain.
    pub(crate) fn is_funding_spent(&self) -> bool {
        self.spends().next().is_some()
    }

    /// Whether an output of a spend of F, or of its child, is spent in its turn.
    pub(crate) fn is_spent(&self, outpoint: OutPoint) -> bool {
        self.spender(outpoint).is_some()
    }

    /// What spends an output of the channel, and with which of its inputs. Whatever else it does: anyone
    /// can put inputs and outputs behind those that are signed.
    pub(crate) fn spender(&self, outpoint: OutPoint) -> Option<(&Seen, usize)> {
        self.confirmed.iter().find_map(|seen| {
            let mut inputs = seen.tx.input.iter();
            let index = inputs.position(|input| input.previous_output == outpoint)?;
            Some((seen, index))
        })
    }

    /// A transaction of the channel, by its txid.
    pub(crate) fn find(&self, txid: Txid) -> Option<&Transaction> {
        let confirmed = self.confirmed.iter().map(|seen| &seen.tx);
        confirmed
            .chain(&self.mempool)
            .find(|tx| tx.compute_txid() == txid)
    }

    /// A confirmed transaction that spends an output of a spend of F, by its txid.
    pub(crate) fn child(&self, txid: Txid) -> Option<&Transaction> {
        let spent = self.spent_txids();
        let children = self.confirmed.iter().map(|seen| &seen.tx);
        children
            .filter(|tx| tx.compute_txid() == txid)
            .find(|tx| spends_one_of(tx, &spent))
    }

    fn spent_txids(&self) -> BTreeSet<Txid> {
        self.spends().map(|seen| seen.tx.compute_txid()).collect()
    }

    /// What a transaction is to the channel. In `noinput` anybody can add F's output, by its script and
    /// amount, to a transaction that is signed to be completed: so what it spends comes first.
    pub(crate) fn role(&self, tx: &Transaction, matcher: &FundingMatch) -> Option<Role> {
        if self.fundings().any(|(outpoint, _)| spends(tx, &outpoint)) {
            return Some(Role::Spend);
        }
        if spends_one_of(tx, &self.spent_txids()) {
            return Some(Role::Child);
        }
        let mut inputs = tx.input.iter().map(|input| input.previous_output);
        if inputs.clone().any(|outpoint| self.is_stage(&outpoint)) {
            return Some(Role::Stage);
        }
        if let Some(vout) = matcher.output_of(tx) {
            return Some(Role::Funding { vout });
        }
        inputs
            .any(|outpoint| matcher.coins.contains(&outpoint))
            .then_some(Role::Conflict)
    }

    /// Whether it is an output of a child that can be that of an HTLC's second transaction: the program
    /// of a script. What pays a key, a wallet's change among it, is none.
    fn is_stage(&self, outpoint: &OutPoint) -> bool {
        let vout = usize::try_from(outpoint.vout).ok();
        let parent = self.child(outpoint.txid).zip(vout);
        let output = parent.and_then(|(parent, vout)| parent.output.get(vout));
        output.is_some_and(|output| output.script_pubkey.len() == 34)
    }

    /// Adds a block; returns what of it is the channel's.
    pub(crate) fn connect(
        &mut self,
        block: &BlockFacts,
        matcher: Option<&FundingMatch>,
    ) -> Vec<Seen> {
        self.tip = Some(block.height);
        let Some(matcher) = matcher else {
            return Vec::new();
        };
        let mut added = Vec::new();
        for tx in &block.txs {
            if let Some(role) = self.role(tx, matcher) {
                let seen = Seen {
                    height: block.height,
                    role,
                    tx: tx.clone(),
                };
                self.confirmed.push(seen.clone());
                self.mempool.retain(|waiting| !conflicts(waiting, tx));
                added.push(seen);
            }
        }
        added
    }

    /// Takes the tip away; returns what of it was the channel's. Spends of F's output are then
    /// unconfirmed: nodes put the transactions of a disconnected block back into their mempool.
    pub(crate) fn disconnect(&mut self, height: u32) -> Vec<Seen> {
        self.tip = height.checked_sub(1);
        let (gone, kept): (Vec<Seen>, Vec<Seen>) = core::mem::take(&mut self.confirmed)
            .into_iter()
            .partition(|seen| seen.height >= height);
        self.confirmed = kept;
        for seen in gone.iter().filter(|seen| seen.role == Role::Spend) {
            self.add_unconfirmed(&seen.tx);
        }
        gone
    }

    /// Adds an unconfirmed spend of F's output, in place of those that it conflicts with.
    pub(crate) fn add_unconfirmed(&mut self, tx: &Transaction) {
        self.mempool.retain(|waiting| !conflicts(waiting, tx));
        self.mempool.push(tx.clone());
    }

    /// The height of the next block.
    pub(crate) fn next_height(&self) -> u32 {
        self.tip.map_or(0, |tip| tip.saturating_add(1))
    }
}

fn spends_one_of(tx: &Transaction, parents: &BTreeSet<Txid>) -> bool {
    tx.input
        .iter()
        .any(|input| parents.contains(&input.previous_output.txid))
}

fn spends(tx: &Transaction, outpoint: &OutPoint) -> bool {
    tx.input
        .iter()
        .any(|input| input.previous_output == *outpoint)
}

/// Whether the two are the same, or cannot both be in the chain.
fn conflicts(one: &Transaction, other: &Transaction) -> bool {
    one.input
        .iter()
        .any(|input| spends(other, &input.previous_output))
}
