//! What surrounds the steps.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use leyden_labels::Dialect;

use crate::{ActorName, CoinKind, Deployment, FeeRate, Flavour, Reacts, Sat, Step};

/// What a scenario file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Unique among the scenarios.
    pub name: String,
    /// Its one claim, in a sentence.
    pub about: String,
    /// Where the paper says so.
    pub paper: Option<String>,
    /// For selection.
    pub tags: Vec<String>,
    /// The file.
    pub path: PathBuf,
    /// The file's text.
    pub text: Arc<str>,
}

/// One run of a scenario: one value of each dimension of its matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioCell {
    /// The file it comes from.
    pub scenario: Arc<Scenario>,
    /// `breach-remedy[csv,stock]`, `breach-remedy[csv,stock,delay=10]`.
    pub id: String,
    /// Each dimension's value: `dialect`, `bitcoind`, parameters.
    pub cell: BTreeMap<String, String>,
    /// The dialect of every channel.
    pub dialect: Dialect,
    /// The main node.
    pub flavour: Flavour,
    /// How the nodes are set up.
    pub bitcoind: BitcoindSettings,
    /// As the file orders them.
    pub actors: Vec<Actor>,
    /// What happens, with everything in it resolved.
    pub steps: Vec<Step>,
}

/// How the nodes are set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitcoindSettings {
    /// NOINPUT on the patched node; active unless said otherwise.
    pub noinput: Deployment,
    /// The timestop on the patched node; never active unless said otherwise.
    pub timestop: Deployment,
    /// The height at which BIP 68, 112 and 113 come into force.
    pub csv_height: Option<u32>,
    /// The most weight of a block that the harness mines.
    pub block_weight: Option<u32>,
    /// Whether a stock node follows the main one.
    pub follower: bool,
}

/// A party of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Its name.
    pub name: ActorName,
    /// Confirmed coins it starts with, in this order.
    pub coins: Vec<Coin>,
    /// What it reacts to.
    pub reacts: Reacts,
    /// Whether it keeps revoked commitments, as a cheat must. Unless said otherwise: if a step makes it cheat.
    pub keeps_revoked: bool,
    /// What it pays for its transactions.
    pub feerate: FeeRate,
    /// Whether it acts on what it sees in the chain.
    pub enforces: bool,
    /// Whether it forwards the HTLCs that it should.
    pub forwards: bool,
    /// How many blocks before an HTLC's expiry it goes on chain with R; nothing = its own choice.
    pub margin_blocks: Option<u32>,
}

/// A coin that an actor starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coin {
    /// Its value.
    pub amount: Sat,
    /// Its script type.
    pub kind: CoinKind,
}
