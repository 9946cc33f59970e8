//! The eight keys that each side has in an HTLC (§4.2): 1 to 4 on the sender's commitment, 5 to 8
//! on the receiver's.
//!
//! | key | output | branch | spent by |
//! |---|---|---|---|
//! | 1 | HTLC, sender's commitment | ELSE | `HT`, and `HBR` once disclosed |
//! | 2 | HTLC, sender's commitment | IF, with R | `HED` |
//! | 3 | `HT:0` | IF (`noinput` only) | `HTRD` |
//! | 4 | `HT:0` | ELSE (`csv`: IF) | `HTBR` |
//! | 5 | HTLC, receiver's commitment | ELSE | `HTD`, and `HBR` once disclosed |
//! | 6 | HTLC, receiver's commitment | IF, with R | `HE` |
//! | 7 | `HE:0` | IF (`noinput` only) | `HERD` |
//! | 8 | `HE:0` | ELSE (`csv`: IF) | `HEBR` |
//!
//! Ending an HTLC discloses the sender's 1 and 4 and the receiver's 5 and 8 (§4.4; errata, 3). Keys 2,
//! 3, 6 and 7 never leave, so no two keys of an HTLC may come from one another: each is hardened.

use core::fmt;

use leyden_labels::Side;

use super::KeyError;
use super::extended::ExtendedSecret;
use super::roles::{HtlcPubkey, HtlcSecret};

/// Which of the eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table above says what each is for")]
pub enum HtlcKey {
    One,
    Two,
    Three,
    Four,
    Five,
    Six,
    Seven,
    Eight,
}

impl HtlcKey {
    /// All eight, in order.
    pub const ALL: [Self; 8] = [
        Self::One,
        Self::Two,
        Self::Three,
        Self::Four,
        Self::Five,
        Self::Six,
        Self::Seven,
        Self::Eight,
    ];

    /// The number that the paper gives it.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
            Self::Five => 5,
            Self::Six => 6,
            Self::Seven => 7,
            Self::Eight => 8,
        }
    }

    /// What ending the HTLC discloses: of `side`, if `sender` sent it.
    #[must_use]
    pub fn disclosed_by(side: Side, sender: Side) -> [Self; 2] {
        if side == sender {
            [Self::One, Self::Four]
        } else {
            [Self::Five, Self::Eight]
        }
    }
}

/// One side's eight private keys of one HTLC. `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct HtlcSecrets(ExtendedSecret);

impl HtlcSecrets {
    pub(super) const fn new(node: ExtendedSecret) -> Self {
        Self(node)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`KeyError::BadSecret`] for one in 2^127.
    pub fn key(&self, key: HtlcKey) -> Result<HtlcSecret, KeyError> {
        let node = self.0.hardened(key.number())?;
        Ok(HtlcSecret::new(*node.secret()))
    }

    /// The public keys of all.
    ///
    /// # Errors
    /// As [`HtlcSecrets::key`].
    pub fn public(&self) -> Result<HtlcPubkeys, KeyError> {
        let [one, two, three, four, five, six, seven, eight] =
            HtlcKey::ALL.map(|key| self.key(key).map(|secret| secret.public()));
        Ok(HtlcPubkeys([
            one?, two?, three?, four?, five?, six?, seven?, eight?,
        ]))
    }
}

impl fmt::Debug for HtlcSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HtlcSecrets(..)")
    }
}

/// One side's eight public keys of one HTLC, `P_x1` to `P_x8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HtlcPubkeys([HtlcPubkey; 8]);

impl HtlcPubkeys {
    /// Puts them together, key 1 first.
    #[must_use]
    pub const fn new(keys: [HtlcPubkey; 8]) -> Self {
        Self(keys)
    }

    /// All, key 1 first.
    #[must_use]
    pub const fn all(&self) -> &[HtlcPubkey; 8] {
        &self.0
    }

    /// One of them.
    #[must_use]
    pub const fn get(&self, key: HtlcKey) -> &HtlcPubkey {
        let [one, two, three, four, five, six, seven, eight] = &self.0;
        match key {
            HtlcKey::One => one,
            HtlcKey::Two => two,
            HtlcKey::Three => three,
            HtlcKey::Four => four,
            HtlcKey::Five => five,
            HtlcKey::Six => six,
            HtlcKey::Seven => seven,
            HtlcKey::Eight => eight,
        }
    }
}
