//! The on-chain wallet of one party: coins to fund a channel with, and coins to pay fees with.
//!
//! Pre-signed transactions carry no fee, so whoever broadcasts one brings a confirmed coin for it.
//! Everything is deterministic: keys by index from one seed, the largest coin first (of equal ones segwit before
//! legacy, ties by outpoint), change to the next index. A coin once chosen for a transaction of a
//! channel is kept for it, so that a rebuild at a higher fee replaces (BIP 125) what was built before.
//!
//! The wallet knows only confirmed coins. It does not know the mempool, and takes no coinbase
//! outputs, which cannot be spent for 100 blocks.

mod coin;
mod error;
mod fee;
mod funding;
mod keyring;
mod purpose;
mod select;
mod sign;
mod track;
mod wallet;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests;

pub use coin::{AddressKind, Coin, CoinFilter, KeyId};
pub use error::WalletError;
pub use funding::FundingRequest;
pub use purpose::Purpose;
pub use wallet::Wallet;
