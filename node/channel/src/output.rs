//! What the machine asks of its driver, in order.

use bitcoin::{OutPoint, Transaction};
use leyden_labels::Label;
use leyden_tx::{Child, UnconfirmedParent};

use crate::changeset::ChangeSet;
use crate::event::Event;
use crate::message::Message;

/// One thing for the driver to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Output {
    /// Make durable before polling further.
    Persist(ChangeSet),
    /// Send, best effort: a reconnect repeats it.
    Send(Message),
    /// Have the wallet sign these inputs of F, and answer with
    /// [`Command::FundingSigned`](crate::Command::FundingSigned).
    SignFunding {
        /// F, unsigned.
        tx: Transaction,
        /// The indexes of this side's inputs.
        inputs: Vec<usize>,
    },
    /// Attach the fee and broadcast. Repeated after each block while it is of use; a refusal is no fault.
    Broadcast(Claim),
    /// Spends of this outpoint matter.
    Watch(OutPoint),
    /// Something happened.
    Event(Event),
}

/// A transaction to be put on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its name.
    pub label: Label,
    /// The transaction.
    pub transaction: ClaimTransaction,
    /// What it needs before a node relays it.
    pub fee: FeeNeed,
    /// The last height at which a block has it for sure before another transaction can: the nearer, the
    /// more it should pay. `None`: nothing else can take the money, or only a cheat.
    pub deadline: Option<u32>,
}

impl Claim {
    /// The transaction, without what the fee adds.
    #[must_use]
    pub const fn tx(&self) -> &Transaction {
        match &self.transaction {
            ClaimTransaction::Whole(tx) => tx,
            ClaimTransaction::Child(child) => &child.tx,
        }
    }
}

/// A whole transaction, or one that takes further inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimTransaction {
    /// `F`, `ES`, `C{n}x`: complete as it is.
    Whole(Transaction),
    /// `RD`, `BR`, `D`: input 0 is signed, fee inputs are appended.
    Child(Child),
}

/// Who pays the miner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeeNeed {
    /// The transaction itself.
    Paid,
    /// A child that spends the anchor, in one package.
    Bump {
        /// The commitment.
        parent: UnconfirmedParent,
    },
    /// A fee input appended to the child.
    Attach {
        /// The commitment, if it is unconfirmed: the child then spends its anchor too.
        parent: Option<UnconfirmedParent>,
    },
}
