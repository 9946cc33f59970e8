//! This side's part of `F` (§3.1).

use bitcoin::{Amount, FeeRate, ScriptBuf, Transaction, Weight, Witness};
use leyden_labels::Label;
use leyden_tx::{FundingContribution, FundingInput};

use crate::coin::CoinFilter;
use crate::error::WalletError;
use crate::purpose::Purpose;
use crate::select::{ChangeRule, ChooseError, Want};
use crate::wallet::Wallet;

/// What this side has to put into `F`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingRequest {
    /// The channel's index among those of this wallet's owner.
    pub channel: u32,
    /// Its part of the capacity.
    pub amount: Amount,
    /// The fee rate.
    pub feerate: FeeRate,
    /// The part of `F` that nobody's coins make: [`funding_shared_weight`] for the side that pays
    /// for it, zero for the other.
    ///
    /// [`funding_shared_weight`]: leyden_tx::funding_shared_weight
    pub shared: Weight,
    /// Which coins may be chosen.
    pub filter: CoinFilter,
}

impl Wallet {
    /// Chooses coins for `F`; each side pays for its own inputs and change.
    ///
    /// They are kept for the channel's [`Label::FUNDING`]: asked again, at a higher rate, it uses them first, so
    /// that the new `F` replaces the old one. A request for nothing is answered with nothing.
    ///
    /// # Errors
    /// [`WalletError::NotEnough`].
    pub fn select_funding(
        &mut self,
        request: &FundingRequest,
    ) -> Result<FundingContribution, WalletError> {
        if request.amount == Amount::ZERO && request.shared == Weight::ZERO {
            return Ok(FundingContribution::default());
        }
        let want = Want {
            purpose: Purpose {
                channel: request.channel,
                label: Label::FUNDING,
            },
            filter: request.filter,
            feerate: request.feerate,
            amount: request.amount,
            brought: Amount::ZERO,
            fixed: request.shared,
            parent: None,
            change: ChangeRule::Optional,
        };
        let chosen = self.choose(&want).map_err(|error| match error {
            ChooseError::Short { needed, available } => {
                WalletError::NotEnough { needed, available }
            }
            ChooseError::Other(error) => error,
        })?;
        let inputs = chosen.coins.into_iter().map(|coin| FundingInput {
            outpoint: coin.outpoint,
            value: coin.value,
            script_pubkey: coin.script_pubkey,
        });
        Ok(FundingContribution {
            inputs: inputs.collect(),
            change: chosen.change,
        })
    }

    /// Signs this side's inputs of `F` with ALL: the index, scriptSig and witness of each.
    ///
    /// # Errors
    /// [`WalletError::UnknownCoin`] if a coin is not this wallet's, is spent, or not in `tx`.
    pub fn sign_funding(
        &self,
        tx: &Transaction,
        contribution: &FundingContribution,
    ) -> Result<Vec<(usize, ScriptBuf, Witness)>, WalletError> {
        contribution
            .inputs
            .iter()
            .map(|input| {
                let outpoint = input.outpoint;
                let coin = self.coins.get(&outpoint);
                self.sign_coin(tx, coin.ok_or(WalletError::UnknownCoin { outpoint })?)
            })
            .collect()
    }
}
