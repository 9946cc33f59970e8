//! Following the chain, block by block, and back again.

use std::collections::BTreeMap;

use bitcoin::{OutPoint, Transaction};

use crate::coin::Coin;
use crate::error::WalletError;
use crate::wallet::Wallet;

/// What each block did to the coins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    tip: Option<u32>,
    blocks: BTreeMap<u32, Changes>,
}

#[derive(Clone, Debug, Default)]
struct Changes {
    added: Vec<OutPoint>,
    spent: Vec<Coin>,
}

impl Wallet {
    /// Takes in the next block. The first may have any height.
    ///
    /// # Errors
    /// [`WalletError::BlockOrder`] if it does not follow the last.
    pub fn handle_block(&mut self, height: u32, txs: &[Transaction]) -> Result<(), WalletError> {
        if let Some(tip) = self.journal.tip {
            let expected = tip.saturating_add(1);
            if height != expected {
                return Err(WalletError::BlockOrder {
                    expected,
                    got: height,
                });
            }
        }
        let mut changes = Changes::default();
        for tx in txs {
            self.handle_tx(tx, &mut changes)?;
        }
        self.journal.tip = Some(height);
        self.journal.blocks.insert(height, changes);
        Ok(())
    }

    /// Undoes the last block. What was kept for a label stays kept: its coins may be back.
    ///
    /// # Errors
    /// [`WalletError::BlockOrder`] if it is not the last, or was never taken in.
    pub fn handle_disconnect(&mut self, height: u32) -> Result<(), WalletError> {
        let expected = self.journal.tip.unwrap_or_default();
        let changes = if height == expected {
            self.journal.blocks.remove(&height)
        } else {
            None
        };
        let changes = changes.ok_or(WalletError::BlockOrder {
            expected,
            got: height,
        })?;
        // A coin that came and went in this block is in both lists, and must be gone.
        for coin in changes.spent {
            self.coins.insert(coin.outpoint, coin);
        }
        for outpoint in changes.added {
            self.coins.remove(&outpoint);
        }
        self.journal.tip = height.checked_sub(1);
        Ok(())
    }

    fn handle_tx(&mut self, tx: &Transaction, changes: &mut Changes) -> Result<(), WalletError> {
        let spent = tx
            .input
            .iter()
            .filter_map(|input| self.coins.remove(&input.previous_output));
        changes.spent.extend(spent);
        if tx.is_coinbase() {
            return Ok(());
        }
        let txid = tx.compute_txid();
        for (vout, output) in (0..).zip(&tx.output) {
            let outpoint = OutPoint::new(txid, vout);
            if self.add_coin(outpoint, output.clone())? {
                changes.added.push(outpoint);
            }
        }
        Ok(())
    }
}
