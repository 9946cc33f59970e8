//! Coins and their addresses.

use bitcoin::{Amount, OutPoint, ScriptBuf};
use leyden_tx::InputShape;

/// The kinds of address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressKind {
    /// P2WPKH: the default.
    Receive,
    /// P2PKH: its scriptSig can be changed by others, and the txid with it (Appendix A).
    Legacy,
}

impl AddressKind {
    pub(crate) const ALL: [AddressKind; 2] = [AddressKind::Receive, AddressKind::Legacy];

    /// The step of the key's path.
    pub(crate) const fn branch(self) -> u32 {
        match self {
            Self::Receive => 0,
            Self::Legacy => 1,
        }
    }

    /// What signing a coin of this kind adds.
    pub(crate) const fn shape(self) -> InputShape {
        match self {
            Self::Receive => InputShape::P2WPKH,
            Self::Legacy => InputShape::P2PKH,
        }
    }
}

/// Which key an address is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId {
    /// The kind of address.
    pub kind: AddressKind,
    /// Its index, from 0.
    pub index: u32,
}

/// A confirmed coin of this wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coin {
    /// Where it is.
    pub outpoint: OutPoint,
    /// Its amount.
    pub value: Amount,
    /// Its output script.
    pub script_pubkey: ScriptBuf,
    /// The key that spends it.
    pub key: KeyId,
}

/// Which coins may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoinFilter {
    /// All.
    Any,
    /// Those whose spends have a fixed txid: dialect `csv` needs them.
    Segwit,
    /// Those whose spends have not.
    Legacy,
}

impl CoinFilter {
    pub(crate) fn admits(self, coin: &Coin) -> bool {
        match self {
            Self::Any => true,
            Self::Segwit => coin.key.kind == AddressKind::Receive,
            Self::Legacy => coin.key.kind == AddressKind::Legacy,
        }
    }
}
