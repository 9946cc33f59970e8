//! What the harness does with the chain and its nodes.

use crate::{NodeName, SignalBit, TxName, Via};

/// `submit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// In this order, at least one.
    pub txs: Vec<TxName>,
    /// Whether they go as one package.
    pub package: bool,
    /// To the mempool, or in a block of exactly these.
    pub via: Via,
    /// To this node.
    pub to: NodeName,
    /// How often, at least 1.
    pub times: u32,
}

/// `mine`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mine {
    /// How many, at least 1.
    pub blocks: u32,
    /// Transactions that the miner leaves out.
    pub without: Vec<TxName>,
    /// Only these are put in.
    pub only: Option<Vec<TxName>>,
    /// Whether the blocks count as congested for the timestop.
    pub congested: bool,
}

/// `reorg`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reorg {
    /// How many blocks go, at least 1.
    pub depth: u32,
    /// How many come, more than `depth`.
    pub blocks: u32,
    /// Transactions that the new blocks leave out.
    pub without: Vec<TxName>,
    /// Only these are put in.
    pub only: Option<Vec<TxName>>,
}

/// `signal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// For this soft fork.
    pub bit: SignalBit,
    /// How many blocks, at least 1.
    pub blocks: u32,
}

/// `node`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeStep {
    /// Stops and starts it.
    Restart(NodeName),
    /// Starts it again with a rebuilt index.
    Reindex(NodeName),
}
