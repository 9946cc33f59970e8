//! Channels that exist on a scene's chain.

use bitcoin::{Amount, OutPoint, ScriptBuf, Transaction, TxOut, Txid};
use leyden_labels::{Dialect, Label, PerSide, Side};
use leyden_tx::wallet_secret;

use super::plan::{Entry, PlanError, bytes, channel, seed, transactions_of};
use super::scene::Scene;
use crate::compute::coin_script;
use crate::model::inputs::{
    Channel, Coin, CoinKind, Commitment, Contribution, Contributions, Funding, Inputs, Outpoint,
    Output, Spending,
};
use crate::model::{Hex, HexBytes};

/// What each side puts in, and what it gets back: it pays 10,000 sat of fee.
const COIN: u64 = 60_000_000;
const CHANGE: u64 = 9_990_000;
/// Outputs of `F`.
const CHANGE_VOUT: PerSide<u32> = PerSide { a: 1, b: 2 };

/// A channel whose `F` is in the chain.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) channel: Channel,
    pub(crate) contributions: Contributions,
    pub(crate) funding: Outpoint,
    /// `F`, signed.
    pub(crate) tx: Transaction,
    /// The changes of `F`: coins for fees.
    pub(crate) coins: PerSide<Coin>,
    /// Where the change of those goes.
    pub(crate) change: PerSide<HexBytes>,
}

/// The script of a side's wallet key.
fn wallet_script(side: Side, index: u32) -> Result<ScriptBuf, PlanError> {
    let secret = wallet_secret(&seed(side), 0, index)?;
    Ok(coin_script(CoinKind::P2wpkh, secret.expose()))
}

fn wallet_coin(side: Side, index: u32, at: Outpoint, amount_sat: u64) -> Result<Coin, PlanError> {
    let secret = wallet_secret(&seed(side), 0, index)?;
    Ok(Coin {
        txid: at.txid,
        vout: at.vout,
        amount_sat,
        kind: CoinKind::P2wpkh,
        secret: Hex(secret.expose().secret_bytes()),
    })
}

/// The wallet's index of the coin that a side puts into channel `index`; its change has the next one.
pub(crate) const fn coin_index(index: u32) -> u32 {
    index.saturating_mul(2)
}

impl Site {
    /// Pays coins for channels `first` to `first + count - 1`, and builds their `F`: not mined yet.
    pub(crate) fn plan(
        scene: &mut Scene,
        dialect: Dialect,
        first: u32,
        count: u32,
        delay_blocks: u16,
    ) -> Result<Vec<Self>, PlanError> {
        let indexes: Vec<u32> = (first..first.saturating_add(count)).collect();
        let mut outputs = Vec::new();
        for index in &indexes {
            for side in Side::BOTH {
                outputs.push(TxOut {
                    value: Amount::from_sat(COIN),
                    script_pubkey: wallet_script(side, coin_index(*index))?,
                });
            }
        }
        let paid = scene.pay(outputs)?;
        let mut sites = Vec::new();
        let mut vouts = 0_u32..;
        for index in indexes {
            let mut contribution = |side| {
                let vout = vouts.next().unwrap_or_default();
                let at = Outpoint { txid: paid, vout };
                contribute(side, index, at)
            };
            let contributions = PerSide {
                a: contribution(Side::A)?,
                b: contribution(Side::B)?,
            };
            let channel = Channel {
                delay_blocks,
                ..channel(dialect, index)
            };
            sites.push(Self::of(channel, contributions)?);
        }
        Ok(sites)
    }

    /// A channel with these contributions.
    pub(crate) fn of(channel: Channel, contributions: Contributions) -> Result<Self, PlanError> {
        let index = channel.indexes.a;
        let entry = Entry::new(
            "F",
            "",
            "",
            Inputs::Funding(Funding {
                label: Label::FUNDING,
                channel: channel.clone(),
                contributions: contributions.clone(),
            }),
        );
        let tx = transactions_of(&entry)?.pop().ok_or(PlanError::Twice {
            vector: "F".to_owned(),
        })?;
        let txid = tx.compute_txid();
        let coin = |side: Side| {
            let vout = *CHANGE_VOUT.get(side);
            let key = coin_index(index).saturating_add(1);
            wallet_coin(side, key, Outpoint { txid, vout }, CHANGE)
        };
        let change = |side: Side| {
            let script = wallet_script(side, coin_index(index).saturating_add(2))?;
            Ok::<_, PlanError>(HexBytes(script.into_bytes()))
        };
        Ok(Self {
            coins: PerSide {
                a: coin(Side::A)?,
                b: coin(Side::B)?,
            },
            change: PerSide {
                a: change(Side::A)?,
                b: change(Side::B)?,
            },
            funding: Outpoint { txid, vout: 0 },
            channel,
            contributions,
            tx,
        })
    }

    /// Inputs of a commitment or a child on this channel.
    pub(crate) fn spending(&self, label: Label, commitment: &Commitment) -> Spending {
        Spending {
            label,
            channel: self.channel.clone(),
            funding: self.funding,
            commitment: commitment.clone(),
            preimage: None,
            destination: None,
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.channel.dialect
    }

    /// Inputs of `F`.
    pub(crate) fn funding_inputs(&self) -> Inputs {
        Inputs::Funding(Funding {
            label: Label::FUNDING,
            channel: self.channel.clone(),
            contributions: self.contributions.clone(),
        })
    }

    /// A coin of another kind or amount, paid by the miner, with the key of a text.
    pub(crate) fn extra_coin(
        scene: &mut Scene,
        text: &str,
        amount_sat: u64,
        kind: CoinKind,
    ) -> Result<Coin, PlanError> {
        let secret = super::plan::secret(text)?;
        let txid = scene.pay(vec![TxOut {
            value: Amount::from_sat(amount_sat),
            script_pubkey: coin_script(kind, &secret),
        }])?;
        Ok(Coin {
            txid,
            vout: 0,
            amount_sat,
            kind,
            secret: Hex(bytes(text)),
        })
    }
}

fn contribute(side: Side, index: u32, at: Outpoint) -> Result<Contribution, PlanError> {
    let script = wallet_script(side, coin_index(index).saturating_add(1))?;
    Ok(Contribution {
        inputs: vec![wallet_coin(side, coin_index(index), at, COIN)?],
        change: Some(Output {
            amount_sat: CHANGE,
            script: HexBytes(script.into_bytes()),
        }),
    })
}

/// The first output of a transaction.
pub(crate) const fn first_of(txid: Txid) -> OutPoint {
    OutPoint { txid, vout: 0 }
}
