//! The chain of keys that one side discloses, commitment after commitment (§5).
//!
//! "The day-1 key is a descendant of the day-2 key": keys are made from the last to the first, so
//! that one later key gives all earlier ones. Here there are three levels of 128, which makes
//! 2^21 commitments. Commitment number n, written in base 128, has the digits (high, middle, low).
//!
//! ```text
//! level top            chain: K[127] = top, K[i - 1] = K[i]/0'
//! high    branch/0'    H[high]
//! middle  H[high]/1'   M[high, middle]
//! low     M[..]/1'     L[high, middle, low]
//! RSMC private key of n = L[high, middle, low]/2'
//! ```
//!
//! Revoking n discloses the highest node that n completes: L in the middle of 128 commitments,
//! M at the end of 128, H at the end of 16,384. Whatever a disclosed node gives is already revoked:
//! its descendants are only earlier nodes of its own chain and what hangs below those.

use core::fmt;

use bitcoin::secp256k1::SecretKey;

use super::KeyError;
use super::extended::ExtendedSecret;
use super::roles::{RsmcPubkey, RsmcSecret};

/// How many commitments the chain has: 128³.
pub const MAX_COMMITMENTS: u64 = 1 << 21;

/// The last index of a level.
pub(super) const LAST: u8 = 127;
/// Child number of the previous node of the same chain.
const PREVIOUS: u32 = 0;
/// Child number of the top of the level below.
const BELOW: u32 = 1;
/// Child number of the RSMC key of a low node.
const KEY: u32 = 2;

/// A commitment number below 2^21, as its three base-128 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) high: u8,
    pub(super) middle: u8,
    pub(super) low: u8,
}

impl Position {
    pub(super) fn of(number: u64) -> Result<Self, KeyError> {
        let digit = |shift: u32| u8::try_from((number >> shift) & u64::from(LAST));
        if number >= MAX_COMMITMENTS {
            return Err(KeyError::Exhausted { number });
        }
        match (digit(14), digit(7), digit(0)) {
            (Ok(high), Ok(middle), Ok(low)) => Ok(Self { high, middle, low }),
            _ => Err(KeyError::Exhausted { number }),
        }
    }

    pub(super) fn number(self) -> u64 {
        let digit = |digit: u8, shift: u32| u64::from(digit) << shift;
        digit(self.high, 14) | digit(self.middle, 7) | u64::from(self.low)
    }

    /// The level of the node that revoking this number discloses.
    pub(super) const fn level(self) -> Level {
        match (self.middle, self.low) {
            (LAST, LAST) => Level::High,
            (_, LAST) => Level::Middle,
            _ => Level::Low,
        }
    }
}

/// The level a node is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    High,
    Middle,
    Low,
}

/// Goes back along a chain from index `from` to index `to`.
pub(super) fn back(node: &ExtendedSecret, from: u8, to: u8) -> Result<ExtendedSecret, KeyError> {
    (to..from).try_fold(node.clone(), |node, _| node.hardened(PREVIOUS))
}

/// The top of the level below, index 127.
pub(super) fn below(node: &ExtendedSecret) -> Result<ExtendedSecret, KeyError> {
    node.hardened(BELOW)
}

/// The RSMC key of a low node.
pub(super) fn rsmc_key(node: &ExtendedSecret) -> Result<RsmcSecret, KeyError> {
    Ok(RsmcSecret::new(*node.hardened(KEY)?.secret()))
}

/// One node of the chain, as it is sent. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure(ExtendedSecret);

impl Disclosure {
    /// Reads private key ‖ chain code.
    ///
    /// # Errors
    /// [`KeyError::BadSecret`] if the first 32 bytes are no private key.
    pub fn from_bytes(bytes: &[u8; 64]) -> Result<Self, KeyError> {
        let (secret, chain) = bytes.split_at(32);
        let secret = SecretKey::from_slice(secret).map_err(|_| KeyError::BadSecret)?;
        let mut chain_code = [0; 32];
        chain_code.copy_from_slice(chain);
        Ok(Self(ExtendedSecret::from_parts(secret, chain_code)))
    }

    /// Private key ‖ chain code.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        let (secret, chain_code) = bytes.split_at_mut(32);
        secret.copy_from_slice(&self.0.secret().secret_bytes());
        chain_code.copy_from_slice(self.0.chain_code());
        bytes
    }

    pub(super) const fn of(node: ExtendedSecret) -> Self {
        Self(node)
    }

    pub(super) const fn node(&self) -> &ExtendedSecret {
        &self.0
    }
}

impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disclosure(..)")
    }
}

/// The low chain of one (high, middle), and the two nodes above it.
#[derive(Clone, PartialEq, Eq)]
struct Day {
    high: u8,
    middle: u8,
    high_node: ExtendedSecret,
    middle_node: ExtendedSecret,
    /// Index 0 to 127.
    low_nodes: Vec<ExtendedSecret>,
}

/// The discloser's side of the chain. `Debug` does not show it.
///
/// Keeps the 128 nodes of the current day: a number of the same day costs one step, one of another
/// day some 400 (under a millisecond).
#[derive(Clone)]
pub struct OwnChain {
    top: ExtendedSecret,
    day: Option<Day>,
}

impl OwnChain {
    /// The chain below a branch of the key tree.
    ///
    /// # Errors
    /// [`KeyError::BadSecret`] for one branch in 2^127.
    pub fn new(branch: &ExtendedSecret) -> Result<Self, KeyError> {
        Ok(Self {
            top: branch.hardened(PREVIOUS)?,
            day: None,
        })
    }

    /// The public key for commitment `number`.
    ///
    /// # Errors
    /// [`KeyError::Exhausted`] from 2^21 on.
    pub fn public(&mut self, number: u64) -> Result<RsmcPubkey, KeyError> {
        Ok(self.secret(number)?.public())
    }

    /// The private key for commitment `number`.
    ///
    /// # Errors
    /// [`KeyError::Exhausted`] from 2^21 on.
    pub fn secret(&mut self, number: u64) -> Result<RsmcSecret, KeyError> {
        let position = Position::of(number)?;
        let day = self.day(position)?;
        day.low_nodes
            .get(usize::from(position.low))
            .ok_or(KeyError::Exhausted { number })
            .and_then(rsmc_key)
    }

    /// The node that revokes commitment `number` and, with what was disclosed before, all older ones.
    ///
    /// # Errors
    /// [`KeyError::Exhausted`] from 2^21 on.
    pub fn disclosure(&mut self, number: u64) -> Result<Disclosure, KeyError> {
        let position = Position::of(number)?;
        let day = self.day(position)?;
        let node = match position.level() {
            Level::High => Some(&day.high_node),
            Level::Middle => Some(&day.middle_node),
            Level::Low => day.low_nodes.get(usize::from(position.low)),
        };
        node.cloned()
            .map(Disclosure)
            .ok_or(KeyError::Exhausted { number })
    }

    fn day(&mut self, position: Position) -> Result<&Day, KeyError> {
        let day = match self.day.take() {
            Some(day) if day.high == position.high && day.middle == position.middle => day,
            _ => Day::derive(&self.top, position)?,
        };
        Ok(self.day.insert(day))
    }
}

/// What is cached does not count.
impl PartialEq for OwnChain {
    fn eq(&self, other: &Self) -> bool {
        self.top == other.top
    }
}

impl Eq for OwnChain {}

impl fmt::Debug for OwnChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnChain(..)")
    }
}

impl Day {
    fn derive(top: &ExtendedSecret, position: Position) -> Result<Self, KeyError> {
        let high_node = back(top, LAST, position.high)?;
        let middle_node = back(&below(&high_node)?, LAST, position.middle)?;
        let mut low_nodes = vec![below(&middle_node)?];
        for _ in 0..LAST {
            let previous = low_nodes.last().map(|node| node.hardened(PREVIOUS));
            low_nodes.extend(previous.transpose()?);
        }
        low_nodes.reverse();
        Ok(Self {
            high: position.high,
            middle: position.middle,
            high_node,
            middle_node,
            low_nodes,
        })
    }
}
