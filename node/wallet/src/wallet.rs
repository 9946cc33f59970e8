//! The wallet itself: its coins, and which of them are kept for what.

use core::fmt;
use std::collections::BTreeMap;

use bitcoin::{Amount, OutPoint, ScriptBuf, TxOut};
use leyden_tx::Seed;

use crate::coin::{AddressKind, Coin, KeyId};
use crate::error::WalletError;
use crate::keyring::Keyring;
use crate::purpose::Purpose;
use crate::track::Journal;

/// The coins of one party. `Debug` shows no key.
///
/// ```
/// use bitcoin::{Amount, FeeRate, OutPoint, TxOut, hashes::Hash, Txid, Weight};
/// use leyden_tx::Seed;
/// use leyden_wallet::{AddressKind, CoinFilter, FundingRequest, KeyId, Wallet};
///
/// let mut wallet = Wallet::new(&Seed::labelled(b"scenario", "alice"))?;
/// let script_pubkey = wallet.script(KeyId { kind: AddressKind::Receive, index: 0 })?;
/// let value = Amount::from_sat(100_000);
/// wallet.add_coin(OutPoint::new(Txid::all_zeros(), 0), TxOut { value, script_pubkey })?;
/// let contribution = wallet.select_funding(&FundingRequest {
///     channel: 0,
///     amount: Amount::from_sat(60_000),
///     feerate: FeeRate::from_sat_per_vb_u32(1),
///     shared: Weight::ZERO,
///     filter: CoinFilter::Any,
/// })?;
/// assert_eq!(contribution.inputs.len(), 1);
/// # Ok::<(), leyden_wallet::WalletError>(())
/// ```
#[derive(Clone)]
pub struct Wallet {
    pub(crate) keyring: Keyring,
    pub(crate) coins: BTreeMap<OutPoint, Coin>,
    pub(crate) kept: BTreeMap<Purpose, Kept>,
    pub(crate) journal: Journal,
}

/// What is kept for one purpose, so that a rebuild uses it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// In the order in which they were chosen.
    pub(crate) coins: Vec<OutPoint>,
    /// Where the change goes.
    pub(crate) change: KeyId,
}

impl Wallet {
    /// A wallet without coins.
    ///
    /// # Errors
    /// [`WalletError::Key`] for one seed in 2^127.
    pub fn new(seed: &Seed) -> Result<Self, WalletError> {
        Ok(Self {
            keyring: Keyring::new(seed)?,
            coins: BTreeMap::new(),
            kept: BTreeMap::new(),
            journal: Journal::default(),
        })
    }

    /// The output script of a key: the same for ever.
    ///
    /// # Errors
    /// [`WalletError::Key`] if the index is 2^31 or more.
    pub fn script(&self, key: KeyId) -> Result<ScriptBuf, WalletError> {
        Ok(self.keyring.script(key)?)
    }

    /// Hands out the output script of the next index of a kind.
    ///
    /// # Errors
    /// [`WalletError::Key`] once 2^31 are handed out.
    pub fn next_script(&mut self, kind: AddressKind) -> Result<ScriptBuf, WalletError> {
        let key = self.keyring.next(kind);
        let script = self.keyring.script(key)?;
        self.keyring.mark_used(key)?;
        Ok(script)
    }

    /// Adds a confirmed coin, and says whether it is this wallet's.
    ///
    /// # Errors
    /// [`WalletError::Key`] once the indexes are used up.
    pub fn add_coin(&mut self, outpoint: OutPoint, output: TxOut) -> Result<bool, WalletError> {
        let Some(key) = self.keyring.find(&output.script_pubkey) else {
            return Ok(false);
        };
        self.keyring.mark_used(key)?;
        let coin = Coin {
            outpoint,
            value: output.value,
            script_pubkey: output.script_pubkey,
            key,
        };
        self.coins.insert(outpoint, coin);
        Ok(true)
    }

    /// Takes a coin out that is spent.
    pub fn remove_coin(&mut self, outpoint: &OutPoint) -> Option<Coin> {
        self.coins.remove(outpoint)
    }

    /// The confirmed coins, by outpoint.
    pub fn coins(&self) -> impl Iterator<Item = &Coin> {
        self.coins.values()
    }

    /// What all confirmed coins hold.
    #[must_use]
    pub fn balance(&self) -> Amount {
        sum(self.coins())
    }

    /// What the coins hold that are kept for nothing.
    #[must_use]
    pub fn available(&self) -> Amount {
        sum(self
            .coins()
            .filter(|coin| self.keeper(&coin.outpoint).is_none()))
    }

    /// The coins kept for a purpose, in the order in which they were chosen.
    #[must_use]
    pub fn reserved(&self, purpose: Purpose) -> Vec<OutPoint> {
        self.kept
            .get(&purpose)
            .map_or_else(Vec::new, |kept| kept.coins.clone())
    }

    /// Keeps nothing for this purpose any more.
    pub fn release(&mut self, purpose: Purpose) {
        self.kept.remove(&purpose);
    }

    /// The purpose that a coin is kept for.
    pub(crate) fn keeper(&self, outpoint: &OutPoint) -> Option<Purpose> {
        self.kept
            .iter()
            .find(|(_, kept)| kept.coins.contains(outpoint))
            .map(|(purpose, _)| *purpose)
    }
}

/// No sum of real coins is above 21 million bitcoin.
pub(crate) fn sum<'a>(coins: impl IntoIterator<Item = &'a Coin>) -> Amount {
    coins
        .into_iter()
        .try_fold(Amount::ZERO, |total, coin| total.checked_add(coin.value))
        .unwrap_or(Amount::MAX_MONEY)
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Wallet {{ coins: {}, balance: {}, .. }}",
            self.coins.len(),
            self.balance()
        )
    }
}
