//! Steps and what they do.

use core::fmt;
use std::path::PathBuf;

use super::chain::{Mine, NodeStep, Reorg, Signal, Submit};
use super::channel::{Broadcast, Close, Feerate, Open, Pay, ReplaceFunding};
use super::fault::{Crash, Disconnect, DropMessage, Stop, Tamper};
use super::htlc::{AddHtlc, Batch, FailHtlc, Reveal, SettleHtlc};
use super::raw::{Alter, Capture, Malleate, Send, Spam, Spend};
use super::route::{Refuse, Release, Route};
use crate::{ActorName, Expect, TxName};

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
    /// One side adds HTLCs in a channel.
    Htlc(AddHtlc) = "htlc",
    /// The receiver of an HTLC settles it off chain.
    Settle(SettleHtlc) = "settle",
    /// The receiver of an HTLC gives it back off chain.
    Fail(FailHtlc) = "fail",
    /// An actor learns R.
    Reveal(Reveal) = "reveal",
    /// Several changes in one update.
    Batch(Batch) = "batch",
    /// A payment over several channels.
    Route(Route) = "route",
    /// The receiver of a payment settles what it holds.
    Release(Release) = "release",
    /// The receiver of a payment cancels it.
    Refuse(Refuse) = "refuse",
    /// An actor goes silent, now or instead of sending a message.
    Stop(Stop) = "stop",
    /// An actor wakes up and catches up.
    Start(ActorName) = "start",
    /// An actor's process is gone and comes back with what it made durable.
    Crash(Crash) = "crash",
    /// An actor lies in a message.
    Tamper(Tamper) = "tamper",
    /// A message is lost under way; neither side knows.
    Drop(DropMessage) = "drop",
    /// What is under way in a channel is lost; the two sides reconnect.
    Disconnect(Disconnect) = "disconnect",
    /// Mines blocks that signal.
    Signal(Signal) = "signal",
    /// Something happens to a node.
    Node(NodeStep) = "node",
}

/// `repeat`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// How often, at least 1.
    pub times: u32,
    /// What.
    pub steps: Vec<Step>,
}
