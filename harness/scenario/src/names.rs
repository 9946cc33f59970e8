//! Names that scenarios give: actors, channels, captured transactions, secrets, outputs.

use core::borrow::Borrow;
use core::fmt;

use leyden_labels::Label;

/// The longest name of an actor, a channel, a capture or a secret.
pub(crate) const NAME_CHARS: usize = 40;

macro_rules! name {
    ($($(#[$meta:meta])* $name:ident)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub(crate) fn new(text: &str) -> Self {
                Self(text.to_owned())
            }

            /// As the file writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

name! {
    /// An actor of the scenario: `alice`.
    ActorName
    /// A channel of the scenario: `ab`.
    ChannelName
    /// A transaction that a step named with `as:`.
    CaptureName
    /// R of an HTLC or a payment, derived from this name: `r`.
    SecretName
}

impl SecretName {
    /// A secret that no HTLC has: what `settle` sends when it is to send a wrong one.
    pub const WRONG: &'static str = "wrong";

    /// Number `number` of a series: `r-1`.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        Self(format!("{}-{number}", self.0))
    }
}

/// Whether `text` can name an actor, a channel, a capture, a secret, a parameter or a fragment.
pub(crate) fn is_name(text: &str) -> bool {
    let tail = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    text.len() <= NAME_CHARS
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(tail)
}

/// A transaction as steps name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TxName {
    /// By the paper's label.
    Label {
        /// The channel it belongs to.
        channel: ChannelName,
        /// Its label there.
        label: Label,
    },
    /// By the name that an earlier step gave it.
    Captured(CaptureName),
}

impl fmt::Display for TxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label { channel, label } => write!(f, "{channel}/{label}"),
            Self::Captured(name) => write!(f, "{name}"),
        }
    }
}

/// An output of a named transaction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputRef {
    /// The transaction.
    pub tx: TxName,
    /// The output's index.
    pub vout: u32,
}

impl fmt::Display for OutputRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.tx, self.vout)
    }
}
