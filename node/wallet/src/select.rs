//! Which coins pay: those kept for the purpose first, then the largest.

use core::cmp::Reverse;

use bitcoin::{Amount, FeeRate, TxOut, Weight};
use leyden_tx::{BuildError, DUST_LIMIT, fee_for_package};

use crate::coin::{AddressKind, Coin, CoinFilter, KeyId};
use crate::error::WalletError;
use crate::purpose::Purpose;
use crate::wallet::{Kept, Wallet, sum};

/// What coins are wanted for.
pub(crate) struct Want {
    pub(crate) purpose: Purpose,
    pub(crate) filter: CoinFilter,
    pub(crate) feerate: FeeRate,
    /// What the coins pay for besides the fee.
    pub(crate) amount: Amount,
    /// What other inputs bring.
    pub(crate) brought: Amount,
    /// The weight of everything that is not a chosen coin or the change.
    pub(crate) fixed: Weight,
    /// A transaction without fee that is paid for too.
    pub(crate) parent: Option<Weight>,
    pub(crate) change: ChangeRule,
}

/// Whether there must be change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeRule {
    /// Change below dust goes to the fee.
    Optional,
    /// Change is the only output.
    Required,
}

/// The coins that were chosen.
pub(crate) struct Chosen {
    pub(crate) coins: Vec<Coin>,
    pub(crate) change: Option<TxOut>,
}

/// What a set of coins is short of, or the change that it leaves.
enum Balance {
    Short { needed: Amount },
    Enough { change: Option<Amount> },
}

impl Wallet {
    /// Chooses coins, and keeps them for the purpose.
    pub(crate) fn choose(&mut self, want: &Want) -> Result<Chosen, ChooseError> {
        let change_key = match self.kept.get(&want.purpose) {
            Some(kept) => kept.change,
            None => self.keyring.next(AddressKind::Receive),
        };
        let change_script = self.keyring.script(change_key).map_err(WalletError::from)?;
        let change = |value| TxOut {
            value,
            script_pubkey: change_script.clone(),
        };
        let change_weight = change(Amount::ZERO).weight();
        let mut coins: Vec<Coin> = Vec::new();
        let mut needed = Amount::ZERO;
        for coin in self.candidates(want) {
            coins.push(coin);
            match want
                .balance(&coins, change_weight)
                .map_err(WalletError::from)?
            {
                Balance::Short { needed: short } => needed = short,
                Balance::Enough { change: left } => {
                    self.keep(want.purpose, &coins, change_key)?;
                    let change = left.map(change);
                    return Ok(Chosen { coins, change });
                }
            }
        }
        if coins.is_empty() {
            needed = want.needed(&[], change_weight).map_err(WalletError::from)?;
        }
        let available = sum(&coins);
        Err(ChooseError::Short { needed, available })
    }

    fn candidates(&self, want: &Want) -> Vec<Coin> {
        let kept = self.reserved(want.purpose);
        let kept = kept.iter().filter_map(|outpoint| self.coins.get(outpoint));
        let mut free: Vec<&Coin> = self
            .coins()
            .filter(|coin| self.keeper(&coin.outpoint).is_none())
            .collect();
        free.sort_by_key(|coin| (Reverse(coin.value), coin.key.kind, coin.outpoint));
        kept.chain(free)
            .filter(|coin| want.filter.admits(coin))
            .cloned()
            .collect()
    }

    /// Coins that an earlier build used stay kept, even if this one does without them.
    fn keep(&mut self, purpose: Purpose, coins: &[Coin], change: KeyId) -> Result<(), WalletError> {
        self.keyring.mark_used(change)?;
        let kept = self.kept.entry(purpose).or_insert_with(|| Kept {
            coins: Vec::new(),
            change,
        });
        for coin in coins {
            if !kept.coins.contains(&coin.outpoint) {
                kept.coins.push(coin.outpoint);
            }
        }
        Ok(())
    }
}

/// Why no coins were chosen.
#[derive(Clone, Copy)]
pub(crate) enum ChooseError {
    Short { needed: Amount, available: Amount },
    Other(WalletError),
}

impl From<WalletError> for ChooseError {
    fn from(error: WalletError) -> Self {
        Self::Other(error)
    }
}

impl Want {
    /// What the coins would have to hold, without change.
    fn needed(&self, coins: &[Coin], change: Weight) -> Result<Amount, BuildError> {
        let change = match self.change {
            ChangeRule::Optional => None,
            ChangeRule::Required => Some(change),
        };
        let fee = self.fee(coins, change)?;
        let least = if change.is_some() {
            DUST_LIMIT
        } else {
            Amount::ZERO
        };
        let gross = self
            .amount
            .checked_add(fee)
            .and_then(|sum| sum.checked_add(least));
        let gross = gross.ok_or(BuildError::Overflow)?;
        Ok(gross.checked_sub(self.brought).unwrap_or_default())
    }

    fn balance(&self, coins: &[Coin], change: Weight) -> Result<Balance, BuildError> {
        let held = sum(coins)
            .checked_add(self.brought)
            .ok_or(BuildError::Overflow)?;
        let left = held.checked_sub(self.amount);
        let with_change = left
            .zip(Some(self.fee(coins, Some(change))?))
            .and_then(|(left, fee)| left.checked_sub(fee))
            .filter(|change| *change >= DUST_LIMIT);
        if with_change.is_some() {
            return Ok(Balance::Enough {
                change: with_change,
            });
        }
        let without = left >= Some(self.fee(coins, None)?);
        Ok(if without && self.change == ChangeRule::Optional {
            Balance::Enough { change: None }
        } else {
            Balance::Short {
                needed: self.needed(coins, change)?,
            }
        })
    }

    fn fee(&self, coins: &[Coin], change: Option<Weight>) -> Result<Amount, BuildError> {
        let coins = coins.iter().map(|coin| coin.key.kind.shape().weight());
        let own = coins
            .chain(change)
            .try_fold(self.fixed, Weight::checked_add)
            .ok_or(BuildError::Overflow)?;
        match self.parent {
            None => fee_for_package(&[own], self.feerate),
            Some(parent) => fee_for_package(&[own, parent], self.feerate),
        }
    }
}
