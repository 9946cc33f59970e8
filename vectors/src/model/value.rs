//! One value of a vector.

use serde::{Deserialize, Serialize};

/// How a value is written. Always as a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    /// Bytes in the order of serialisation.
    Hex,
    /// A transaction hash, reversed as bitcoind shows it.
    Txid,
    /// Decimal.
    Int,
    /// A script.
    Asm,
    /// Words.
    Text,
    /// `true` or `false`.
    Bool,
    /// BIP 32.
    Path,
}

impl Encoding {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Txid => "txid",
            Self::Int => "int",
            Self::Asm => "asm",
            Self::Text => "text",
            Self::Bool => "bool",
            Self::Path => "path",
        }
    }

    pub(crate) const fn is_bytes(self) -> bool {
        matches!(self, Self::Hex | Self::Txid)
    }
}

/// A signature is over the value `digest`, by the key `public`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureOf {
    pub(crate) digest: String,
    pub(crate) public: String,
}

#[expect(clippy::struct_field_names, reason = "the names are those of the file")]
/// A named value. The marks say how it depends on signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Value {
    pub(crate) name: String,
    pub(crate) encoding: Encoding,
    pub(crate) value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<SignatureOf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) signed: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) loose: bool,
}

impl Value {
    pub(crate) fn new(name: String, encoding: Encoding, value: String) -> Self {
        Self {
            name,
            encoding,
            value,
            signature: None,
            signed: Vec::new(),
            loose: false,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(value: &bool) -> bool {
    !*value
}
