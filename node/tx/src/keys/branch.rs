//! What is derived where, from one seed.

use core::fmt;

use bitcoin::hashes::{Hash, HashEngine, sha256};

use super::KeyError;
use super::extended::ExtendedSecret;
use super::htlc::HtlcSecrets;
use super::own_chain::{Disclosure, MAX_COMMITMENTS, OwnChain};
use super::roles::{DeliverySecret, FundingSecret, IdentitySecret, RsmcSecret, WalletSecret};

/// First step of every path: BIP 43 purpose of this project (no BIP has this number).
const PURPOSE: u32 = 1015;
/// Second step of the identity key.
const IDENTITY: u32 = 0x7fff_ffff;
/// Second step of the wallet's keys.
const WALLET: u32 = 0x7fff_fffe;
/// The highest channel index; the two steps above it are the wallet's and the identity's.
pub const MAX_CHANNEL_INDEX: u32 = 0x7fff_fffd;

const FUNDING: u32 = 0;
const DELIVERY: u32 = 1;
const OWN_RSMC: u32 = 2;
const COUNTER_RSMC: u32 = 3;
const HTLC: u32 = 4;

/// The 32 bytes that every key of one party comes from. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Takes the bytes as they are.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// SHA256(seed ‖ label): a seed for each purpose that does not depend on any other.
    #[must_use]
    pub fn labelled(seed: &[u8], label: &str) -> Self {
        let mut engine = sha256::Hash::engine();
        engine.input(seed);
        engine.input(label.as_bytes());
        Self(sha256::Hash::from_engine(engine).to_byte_array())
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// The wallet's key `m/1015'/2147483646'/branch'/index'`.
///
/// # Errors
/// [`KeyError::Index`] if `branch` or `index` is 2^31 or more.
pub fn wallet_secret(seed: &Seed, branch: u32, index: u32) -> Result<WalletSecret, KeyError> {
    let node =
        ExtendedSecret::master(seed.as_bytes())?.descend(&[PURPOSE, WALLET, branch, index])?;
    Ok(WalletSecret::new(*node.secret()))
}

/// The node's identity key `m/1015'/2147483647'`.
///
/// # Errors
/// [`KeyError::BadSecret`] for one seed in 2^127.
pub fn identity_secret(seed: &Seed) -> Result<IdentitySecret, KeyError> {
    let node = ExtendedSecret::master(seed.as_bytes())?.descend(&[PURPOSE, IDENTITY])?;
    Ok(IdentitySecret::new(*node.secret()))
}

/// One side's keys for one channel, `m/1015'/channel'/…`. `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelKeys {
    funding: FundingSecret,
    delivery: DeliverySecret,
    own: OwnChain,
    counter: ExtendedSecret,
    htlc: ExtendedSecret,
}

impl ChannelKeys {
    /// Derives the branches of channel `channel_index`.
    ///
    /// # Errors
    /// [`KeyError::Index`] above [`MAX_CHANNEL_INDEX`].
    pub fn derive(seed: &Seed, channel_index: u32) -> Result<Self, KeyError> {
        if channel_index > MAX_CHANNEL_INDEX {
            return Err(KeyError::Index {
                index: channel_index,
            });
        }
        let channel =
            ExtendedSecret::master(seed.as_bytes())?.descend(&[PURPOSE, channel_index])?;
        Ok(Self {
            funding: FundingSecret::new(*channel.hardened(FUNDING)?.secret()),
            delivery: DeliverySecret::new(*channel.hardened(DELIVERY)?.secret()),
            own: OwnChain::new(&channel.hardened(OWN_RSMC)?)?,
            counter: channel.hardened(COUNTER_RSMC)?,
            htlc: channel.hardened(HTLC)?,
        })
    }

    /// `K_xF`.
    #[must_use]
    pub const fn funding(&self) -> &FundingSecret {
        &self.funding
    }

    /// `K_xD`.
    #[must_use]
    pub const fn delivery(&self) -> &DeliverySecret {
        &self.delivery
    }

    /// This side's RSMC key in its *own* commitment `number`: disclosed once that is revoked.
    ///
    /// # Errors
    /// [`KeyError::Exhausted`] from 2^21 on.
    pub fn own_rsmc(&mut self, number: u64) -> Result<RsmcSecret, KeyError> {
        self.own.secret(number)
    }

    /// This side's RSMC key in the *other* side's commitment `number`: never disclosed.
    ///
    /// # Errors
    /// [`KeyError::Exhausted`] from 2^21 on.
    pub fn counter_rsmc(&self, number: u64) -> Result<RsmcSecret, KeyError> {
        let index = u32::try_from(number)
            .ok()
            .filter(|_| number < MAX_COMMITMENTS)
            .ok_or(KeyError::Exhausted { number })?;
        Ok(RsmcSecret::new(*self.counter.hardened(index)?.secret()))
    }

    /// This side's eight keys of HTLC `number`.
    ///
    /// # Errors
    /// [`KeyError::HtlcNumber`] from 2^31 on.
    pub fn htlc(&self, number: u64) -> Result<HtlcSecrets, KeyError> {
        let index = u32::try_from(number).map_err(|_| KeyError::HtlcNumber { number })?;
        let node = self.htlc.hardened(index);
        node.map(HtlcSecrets::new)
            .map_err(|_| KeyError::HtlcNumber { number })
    }

    /// What is sent to revoke the own commitment `number` (§5).
    ///
    /// # Errors
    /// [`KeyError::Exhausted`] from 2^21 on.
    pub fn disclosure(&mut self, number: u64) -> Result<Disclosure, KeyError> {
        self.own.disclosure(number)
    }
}

impl fmt::Debug for ChannelKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelKeys(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::HtlcKey;

    #[test]
    fn no_two_keys_of_a_seed_are_the_same() {
        let seed = Seed::labelled(b"seed", "alice");
        let mut keys_met = BTreeSet::new();
        for channel in [0, 1, MAX_CHANNEL_INDEX] {
            let mut keys = ChannelKeys::derive(&seed, channel).unwrap();
            assert!(keys_met.insert(keys.funding().expose().secret_bytes()));
            assert!(keys_met.insert(keys.delivery().expose().secret_bytes()));
            for number in [0, 1, 2, 127, 128, 16_383, 16_384] {
                for key in HtlcKey::ALL {
                    let htlc = keys.htlc(number).unwrap();
                    assert!(keys_met.insert(htlc.key(key).unwrap().expose().secret_bytes()));
                }
                assert!(keys_met.insert(keys.own_rsmc(number).unwrap().expose().secret_bytes()));
                assert!(
                    keys_met.insert(keys.counter_rsmc(number).unwrap().expose().secret_bytes())
                );
            }
        }
        for branch in 0..4 {
            assert!(
                keys_met.insert(
                    wallet_secret(&seed, branch, 0)
                        .unwrap()
                        .expose()
                        .secret_bytes()
                )
            );
        }
        assert!(keys_met.insert(identity_secret(&seed).unwrap().expose().secret_bytes()));
    }

    #[test]
    fn reserved_indexes_and_numbers_past_the_end_are_refused() {
        let seed = Seed::new([7; 32]);
        assert_eq!(
            ChannelKeys::derive(&seed, WALLET),
            Err(KeyError::Index { index: WALLET })
        );
        let mut keys = ChannelKeys::derive(&seed, 0).unwrap();
        let past = Err(KeyError::Exhausted {
            number: MAX_COMMITMENTS,
        });
        assert_eq!(keys.counter_rsmc(MAX_COMMITMENTS), past);
        assert_eq!(keys.own_rsmc(MAX_COMMITMENTS), past);
        let past = Err(KeyError::HtlcNumber { number: 1 << 31 });
        assert_eq!(keys.htlc(1 << 31).map(|_| ()), past);
        assert!(keys.own_rsmc(MAX_COMMITMENTS - 1).is_ok());
        assert!(keys.counter_rsmc(MAX_COMMITMENTS - 1).is_ok());
    }

    #[test]
    fn debug_shows_no_secret() {
        let seed = Seed::new([0xab; 32]);
        let mut keys = ChannelKeys::derive(&seed, 0).unwrap();
        let text = format!(
            "{seed:?} {keys:?} {:?} {:?} {:?}",
            keys.funding().clone(),
            keys.own_rsmc(0),
            keys.disclosure(0)
        );
        assert_eq!(
            text,
            "Seed(..) ChannelKeys(..) FundingSecret(..) Ok(RsmcSecret(..)) Ok(Disclosure(..))"
        );
    }
}
