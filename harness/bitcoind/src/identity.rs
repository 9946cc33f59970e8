//! What a bitcoind is and what it cannot do, asked of a running node rather than looked up by version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness};
use serde::Deserialize;
use thiserror::Error;

use crate::binary::{Binary, Flavour};
use crate::chain::Chain;
use crate::miner::{Miner, MinerCoin, MinerError, spend};
use crate::node::{Node, StartError};
use crate::node_blocks::Deployment;
use crate::options::NodeOptions;
use crate::rpc::RpcError;

/// What a scenario may need and a bitcoind may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lack {
    /// TRUC: transactions of version 3 are relayed (BIP431).
    Version3Relay,
    /// A transaction without fee may have an output of 0 satoshi that its child spends.
    EphemeralDust,
    /// Spending a pay-to-anchor output is standard (BIP433).
    PayToAnchor,
    /// `submitpackage`: a parent without fee is paid for by its child.
    SubmitPackage,
    /// The NOINPUT soft fork.
    Noinput,
    /// The timestop soft fork.
    Timestop,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Version3Relay => "it does not relay transactions of version 3 (TRUC, Core 28)",
            Self::EphemeralDust => {
                "it does not relay an output of 0 satoshi with the child that spends it (ephemeral dust, Core 29)"
            }
            Self::PayToAnchor => "it does not relay spends of pay-to-anchor outputs (Core 28)",
            Self::SubmitPackage => {
                "it has no submitpackage: commitments without fee cannot be relayed (Core 26)"
            }
            Self::Noinput => "it has no NOINPUT soft fork (`ci/bitcoind/build patched` builds one)",
            Self::Timestop => {
                "it has no timestop soft fork (`ci/bitcoind/build patched` builds one)"
            }
        })
    }
}

/// A bitcoind lacks something that is needed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{binary} cannot be used: {}", missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct LackError {
    /// Its version line.
    pub binary: String,
    /// All that it lacks of what was asked for.
    pub missing: BTreeSet<Lack>,
}

/// Why a bitcoind could not be asked.
#[derive(Debug, Error)]
pub enum IdentifyError {
    /// It did not start.
    #[error("cannot ask it what it is: {0}")]
    Start(#[from] StartError),
    /// It did not answer.
    #[error("cannot ask it what it is: {0}")]
    Rpc(#[from] RpcError),
    /// The transactions to ask with could not be made.
    #[error("cannot ask it what it is: {0}")]
    Probe(#[from] MinerError),
}

/// What a bitcoind says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// As Core numbers them: 31.99.0 is 319900.
    pub version: u32,
    /// The first line of `bitcoind -version`.
    pub version_line: String,
    /// What it calls itself to its peers.
    pub subversion: String,
    /// Patched if it has one of the two soft forks.
    pub flavour: Flavour,
    /// The soft forks it knows, with its default parameters, at the prepared chain's tip.
    pub deployments: BTreeMap<String, Deployment>,
    /// What it cannot do.
    pub lacks: BTreeSet<Lack>,
}

impl Identity {
    /// Whether it lacks this.
    #[must_use]
    pub fn lacks(&self, lack: Lack) -> bool {
        self.lacks.contains(&lack)
    }

    /// Checks that nothing of this is lacking.
    ///
    /// # Errors
    /// Names all that is.
    pub fn require(&self, needed: &[Lack]) -> Result<(), LackError> {
        let missing: BTreeSet<_> = needed
            .iter()
            .copied()
            .filter(|lack| self.lacks(*lack))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(LackError {
            binary: self.version_line.clone(),
            missing,
        })
    }
}

#[derive(Deserialize)]
struct RawNetwork {
    version: u32,
    subversion: String,
}

/// Starts a node and asks it.
pub(crate) fn ask(binary: &Binary) -> Result<Identity, IdentifyError> {
    let node = Node::start_prepared(binary, &NodeOptions::default())?;
    let network: RawNetwork = node.rpc().call("getnetworkinfo", &[])?;
    let deployments = node.deployments()?;
    let mut lacks = lacking_relay(&node)?;
    if !deployments.contains_key("noinput") {
        lacks.insert(Lack::Noinput);
    }
    // The deployment is listed only where it may become active; the call is always there.
    if !has_call(&node, "settimestop")? {
        lacks.insert(Lack::Timestop);
    }
    let forks = [Lack::Noinput, Lack::Timestop];
    let flavour = if forks.iter().all(|fork| lacks.contains(fork)) {
        Flavour::Stock
    } else {
        Flavour::Patched
    };
    Ok(Identity {
        version: network.version,
        version_line: binary.version_line().to_owned(),
        subversion: network.subversion,
        flavour,
        deployments,
        lacks,
    })
}

fn has_call(node: &Node, method: &str) -> Result<bool, RpcError> {
    let help: String = node.rpc().call("help", &[method.into()])?;
    Ok(!help.starts_with("help: unknown command"))
}

/// Offers it transactions of each kind. They leave its mempool dirty.
fn lacking_relay(node: &Node) -> Result<BTreeSet<Lack>, IdentifyError> {
    let chain = Chain::prepared();
    let coins: Vec<MinerCoin> = chain
        .miner()
        .coins(chain.height().saturating_add(1))
        .copied()
        .collect();
    let [first, second, third, fourth, ..] = coins.as_slice() else {
        return Err(MinerError::NotEnough {
            needed: Amount::from_sat(4),
            available: Amount::ZERO,
        }
        .into());
    };
    let mut lacks = BTreeSet::new();

    let truc = spend(
        Version(3),
        &[*first],
        Vec::new(),
        vec![pay_back(first, FEE)],
    )?;
    if !all_accepted(node, &[truc])? {
        lacks.insert(Lack::Version3Relay);
    }

    let anchor_value = Amount::from_sat(10_000);
    let parent = with_anchor(Version::TWO, second, anchor_value, FEE)?;
    let child = Transaction {
        input: vec![anchor_input(&parent)],
        output: vec![TxOut {
            value: Amount::from_sat(5_000),
            script_pubkey: Miner::script(),
        }],
        ..parent.clone()
    };
    if !all_accepted(node, &[parent, child])? {
        lacks.insert(Lack::PayToAnchor);
    }

    if !has_call(node, "submitpackage")? {
        lacks.extend([Lack::SubmitPackage, Lack::EphemeralDust]);
        return Ok(lacks);
    }
    let parent = with_anchor(Version(3), third, Amount::ZERO, Amount::ZERO)?;
    let child = spend(
        Version(3),
        &[*fourth],
        vec![anchor_input(&parent)],
        vec![pay_back(fourth, FEE)],
    )?;
    if node.submit_package(&[parent, child]).is_err() {
        lacks.insert(Lack::EphemeralDust);
    }
    Ok(lacks)
}

/// Enough for any transaction here.
const FEE: Amount = Amount::from_sat(5_000);

/// Version and program of BIP433's pay-to-anchor: `OP_1`, 0x4e73.
const ANCHOR_SCRIPT: [u8; 4] = [0x51, 0x02, 0x4e, 0x73];

fn pay_back(coin: &MinerCoin, fee: Amount) -> TxOut {
    TxOut {
        value: coin.value.checked_sub(fee).unwrap_or(Amount::ZERO),
        script_pubkey: Miner::script(),
    }
}

/// Output 0 is the anchor.
fn with_anchor(
    version: Version,
    coin: &MinerCoin,
    value: Amount,
    fee: Amount,
) -> Result<Transaction, MinerError> {
    let anchor = TxOut {
        value,
        script_pubkey: ScriptBuf::from_bytes(ANCHOR_SCRIPT.to_vec()),
    };
    let taken = value.checked_add(fee).ok_or(MinerError::Overflow)?;
    spend(
        version,
        &[*coin],
        Vec::new(),
        vec![anchor, pay_back(coin, taken)],
    )
}

fn anchor_input(parent: &Transaction) -> TxIn {
    TxIn {
        previous_output: OutPoint::new(parent.compute_txid(), 0),
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    }
}

fn all_accepted(node: &Node, transactions: &[Transaction]) -> Result<bool, RpcError> {
    Ok(node.test_accept(transactions)?.iter().all(Result::is_ok))
}
