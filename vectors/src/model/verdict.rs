//! What bitcoinds say of a transaction: stock and patched, in relay and in a block.

use serde::{Deserialize, Serialize};

/// What a bitcoind says when it has nothing against a transaction.
pub(crate) const ACCEPTED: &str = "accepted";

/// Which bitcoind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Build {
    /// As released.
    Stock,
    /// With the soft forks.
    Patched,
}

impl Build {
    pub(crate) const ALL: [Self; 2] = [Self::Stock, Self::Patched];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Patched => "patched",
        }
    }
}

/// Relay is policy, a block is consensus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The mempool.
    Relay,
    /// A block.
    Block,
}

impl Place {
    pub(crate) const ALL: [Self; 2] = [Self::Relay, Self::Block];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Block => "block",
        }
    }
}

/// One bitcoind's two answers: `accepted`, or its reject string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    pub(crate) relay: String,
    pub(crate) block: String,
}

/// The 2 × 2 of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdict {
    pub(crate) stock: Answers,
    pub(crate) patched: Answers,
}

impl Verdict {
    pub(crate) fn get(&self, build: Build, place: Place) -> &str {
        let answers = match build {
            Build::Stock => &self.stock,
            Build::Patched => &self.patched,
        };
        match place {
            Place::Relay => &answers.relay,
            Place::Block => &answers.block,
        }
    }

    pub(crate) fn set(&mut self, build: Build, place: Place, answer: String) {
        let answers = match build {
            Build::Stock => &mut self.stock,
            Build::Patched => &mut self.patched,
        };
        match place {
            Place::Relay => answers.relay = answer,
            Place::Block => answers.block = answer,
        }
    }

    /// The patched build's reason: a rule of the chain, one of relay only, or none.
    pub(crate) fn refused_by(&self) -> &'static str {
        if self.patched.block != ACCEPTED {
            "consensus"
        } else if self.patched.relay != ACCEPTED {
            "policy"
        } else {
            "nobody"
        }
    }
}

/// A reject string without what follows its first comma: some calls add details there.
pub(crate) fn short(reason: &str) -> String {
    reason.split(", ").next().unwrap_or(reason).to_owned()
}
