//! A type for each role of a key, so that one cannot stand where another is meant.

use core::fmt;

use bitcoin::secp256k1::{PublicKey, SecretKey};

use super::{KeyError, secp};

macro_rules! role {
    ($pubkey:ident, $secret:ident, $what:literal) => {
        #[doc = concat!("The public key ", $what, ".")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $pubkey(PublicKey);

        impl $pubkey {
            /// Gives the key this role.
            #[must_use]
            pub const fn new(key: PublicKey) -> Self {
                Self(key)
            }

            /// Reads the 33 bytes of the compressed form.
            ///
            /// # Errors
            /// [`KeyError::BadPubkey`] for anything else.
            pub fn parse(bytes: &[u8]) -> Result<Self, KeyError> {
                if bytes.len() != 33 {
                    return Err(KeyError::BadPubkey);
                }
                PublicKey::from_slice(bytes)
                    .map(Self)
                    .map_err(|_| KeyError::BadPubkey)
            }

            /// The compressed form.
            #[must_use]
            pub fn serialize(&self) -> [u8; 33] {
                self.0.serialize()
            }

            /// The point.
            #[must_use]
            pub const fn key(&self) -> &PublicKey {
                &self.0
            }
        }

        #[doc = concat!("The private key ", $what, ". `Debug` does not show it.")]
        #[derive(Clone, PartialEq, Eq)]
        pub struct $secret(SecretKey);

        impl $secret {
            /// Gives the key this role.
            #[must_use]
            pub const fn new(key: SecretKey) -> Self {
                Self(key)
            }

            /// Reads 32 bytes.
            ///
            /// # Errors
            /// [`KeyError::BadSecret`] if they are zero or not below the order of the curve.
            pub fn parse(bytes: &[u8; 32]) -> Result<Self, KeyError> {
                SecretKey::from_slice(bytes)
                    .map(Self)
                    .map_err(|_| KeyError::BadSecret)
            }

            /// The public key.
            #[must_use]
            pub fn public(&self) -> $pubkey {
                $pubkey(self.0.public_key(secp()))
            }

            /// The private key itself.
            #[must_use]
            pub const fn expose(&self) -> &SecretKey {
                &self.0
            }
        }

        impl fmt::Debug for $secret {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($secret), "(..)"))
            }
        }
    };
}

role!(
    FundingPubkey,
    FundingSecret,
    "of one side in the funding output, `P_xF` (§3.1)"
);
role!(
    DeliveryPubkey,
    DeliverySecret,
    "that one side is paid out to, `P_xD` (§3.3.2)"
);
role!(
    RsmcPubkey,
    RsmcSecret,
    "of one side in the revocable output of one commitment, `P_xR` (§3.3.2)"
);
role!(
    HtlcPubkey,
    HtlcSecret,
    "of one side in one branch of one HTLC, `P_x1` to `P_x8` (§4.2)"
);
role!(
    WalletPubkey,
    WalletSecret,
    "of one coin of the on-chain wallet"
);
role!(
    IdentityPubkey,
    IdentitySecret,
    "that names a node to other nodes"
);
