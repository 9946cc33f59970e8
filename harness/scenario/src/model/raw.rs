//! Transactions that the harness makes, changes or names.

use crate::{ActorName, CaptureName, FeeRate, Malleation, OutputRef, Sat, TxName};

/// `malleate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malleate {
    /// Of this transaction.
    pub tx: TxName,
    /// The changed one's name.
    pub name: CaptureName,
    /// What is changed.
    pub how: Malleation,
}

/// `alter`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alter {
    /// Of this transaction.
    pub tx: TxName,
    /// The changed one's name.
    pub name: CaptureName,
    /// What is changed.
    pub change: Change,
    /// Who signs its part again.
    pub resign: Option<ActorName>,
}

/// The one field that `alter` changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What an input spends.
    Outpoint {
        /// Index.
        input: u32,
        /// The new one.
        outpoint: OutputRef,
    },
    /// An input's nSequence.
    Sequence {
        /// Index.
        input: u32,
        /// The new one.
        sequence: u32,
    },
    /// nLockTime.
    LockTime(u32),
    /// nVersion.
    Version(i32),
    /// An output's amount.
    Amount {
        /// Index.
        output: u32,
        /// The new one.
        amount: Sat,
    },
    /// The last byte of an input's signatures.
    HashType {
        /// Index.
        input: u32,
        /// The new one.
        hash_type: u8,
    },
    /// An input's whole witness.
    Witness {
        /// Index.
        input: u32,
        /// The new one, first item first.
        items: Vec<Vec<u8>>,
    },
}

/// `spend`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spend {
    /// Of this output.
    pub output: OutputRef,
    /// The new transaction's name.
    pub name: CaptureName,
    /// First item first.
    pub witness: Vec<Vec<u8>>,
    /// Who gets it.
    pub to: Recipient,
    /// The input's nSequence.
    pub sequence: Option<u32>,
    /// What stays for the miner.
    pub fee: Option<Sat>,
}

/// Who gets an output that the harness makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// The harness itself.
    Miner,
    /// An actor's wallet.
    Actor(ActorName),
    /// The same script as this output.
    ScriptOf(OutputRef),
}

/// `send`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// Who gets it.
    pub to: Recipient,
    /// How much.
    pub amount: Sat,
    /// The new transaction's name.
    pub name: CaptureName,
    /// Outputs of the harness's own to spend; none = it chooses.
    pub inputs: Vec<OutputRef>,
}

/// `spam`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spam {
    /// What each transaction pays.
    pub feerate: FeeRate,
    /// How much of it.
    pub size: SpamSize,
    /// The name of the first one.
    pub name: Option<CaptureName>,
}

/// How much spam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpamSize {
    /// In weight units.
    Weight(u64),
    /// In full blocks.
    Blocks(u32),
}

/// `capture`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The new name.
    pub name: CaptureName,
    /// Of what.
    pub what: Captured,
}

/// What `capture` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Captured {
    /// The transaction that has this name now.
    Tx(TxName),
    /// The transaction with this txid, in the order that txids are printed.
    Txid([u8; 32]),
    /// Whatever spends this output.
    SpenderOf(OutputRef),
}
