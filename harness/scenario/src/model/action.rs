//! Steps and what they do.

use core::fmt;
use std::collections::BTreeMap;
use std::path::PathBuf;

use leyden_labels::PerSide;

use crate::{
    ActorName, CaptureName, ChannelName, Construction, Expect, FeeRate, Malleation, NodeName,
    OutputRef, ReplacementCoins, Sat, SignalBit, TxName, Until, Via,
};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// The reason it must fail with; nothing = it must succeed.
    pub fails: Option<String>,
    /// A remark for reports.
    pub note: Option<String>,
    /// Transactions that may appear without being expected.
    pub allow: Vec<TxName>,
    /// Where it is written.
    pub origin: Origin,
}

impl Step {
    /// The verb as files write it.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        self.action.verb()
    }
}

/// Where a step is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, which may be a fragment.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// The step's first line as written.
    pub text: String,
    /// The `use`s that led here, the scenario's own first.
    pub via: Vec<Place>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

macro_rules! actions {
    ($($(#[$meta:meta])* $variant:ident($payload:ty) = $verb:literal,)+) => {
        /// What a step does.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Action { $($(#[$meta])* $variant($payload),)+ }

        impl Action {
            /// The verb as files write it.
            #[must_use]
            pub const fn verb(&self) -> &'static str {
                match self { $(Self::$variant(_) => $verb),+ }
            }
        }
    };
}

actions! {
    /// Two actors open a channel.
    Open(Open) = "open",
    /// One side pays the other in a channel.
    Pay(Pay) = "pay",
    /// Cooperative close.
    Close(Close) = "close",
    /// An actor broadcasts a transaction of its own.
    Broadcast(Broadcast) = "broadcast",
    /// The harness hands raw transactions to a node.
    Submit(Submit) = "submit",
    /// The harness mines.
    Mine(Mine) = "mine",
    /// The harness replaces blocks.
    Reorg(Reorg) = "reorg",
    /// A fact must hold.
    Expect(Expect) = "expect",
    /// `F` is replaced before it confirms.
    ReplaceFunding(ReplaceFunding) = "replace_funding",
    /// A third party changes a txid without touching what is signed.
    Malleate(Malleate) = "malleate",
    /// A copy of a transaction with exactly one field changed.
    Alter(Alter) = "alter",
    /// The harness makes a transaction that spends an output.
    Spend(Spend) = "spend",
    /// The harness pays from its own coins.
    Send(Send) = "send",
    /// The harness fills the mempool.
    Spam(Spam) = "spam",
    /// What actors pay from now on.
    Feerate(Feerate) = "feerate",
    /// Names a transaction.
    Capture(Capture) = "capture",
    /// Steps several times.
    Repeat(Repeat) = "repeat",
    /// An actor goes silent.
    Stop(ActorName) = "stop",
    /// An actor wakes up and catches up.
    Start(ActorName) = "start",
    /// Mines blocks that signal.
    Signal(Signal) = "signal",
    /// Something happens to a node.
    Node(NodeStep) = "node",
}

/// `open`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The new channel's name.
    pub channel: ChannelName,
    /// The first named actor is side a.
    pub parties: PerSide<Party>,
    /// In blocks, at least 1; the paper's 1000 unless said otherwise.
    pub delay_blocks: u16,
    /// Outputs below this are left out.
    pub dust: Option<Sat>,
    /// Which figure's commitments.
    pub construction: Construction,
    /// How far it goes.
    pub until: Until,
    /// Lets the dialect csv fund from legacy coins.
    pub malleable_funding: bool,
    /// What `F` pays.
    pub feerate: Option<FeeRate>,
}

/// One side of an `open`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub actor: ActorName,
    /// What it puts in.
    pub amount: Sat,
}

/// `pay`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pay {
    /// In this channel.
    pub channel: ChannelName,
    /// The payer.
    pub from: ActorName,
    /// The payee.
    pub to: ActorName,
    /// Each time.
    pub amount: Sat,
    /// How often, at least 1.
    pub times: u32,
}

/// `close`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// This channel.
    pub channel: ChannelName,
    /// Who proposes it.
    pub by: ActorName,
    /// What `ES` pays.
    pub feerate: Option<FeeRate>,
}

/// `broadcast`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broadcast {
    /// Which one.
    pub tx: TxName,
    /// Who.
    pub by: ActorName,
    /// Whether it is a revoked commitment.
    pub cheat: bool,
    /// What it pays.
    pub feerate: Option<FeeRate>,
}

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

/// `replace_funding`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplaceFunding {
    /// This channel's `F`.
    pub channel: ChannelName,
    /// Who asks for it.
    pub by: ActorName,
    /// What the new one pays.
    pub feerate: Option<FeeRate>,
    /// What it spends.
    pub coins: ReplacementCoins,
}

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

/// `feerate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feerate {
    /// Every actor's.
    All(FeeRate),
    /// These actors'.
    Each(BTreeMap<ActorName, FeeRate>),
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

/// `repeat`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// How often, at least 1.
    pub times: u32,
    /// What.
    pub steps: Vec<Step>,
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
