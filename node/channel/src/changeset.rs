//! What is made durable: the accepted inputs themselves.
//!
//! The machine is a function of its configuration, its seed and its inputs. A change set is one
//! accepted input, appended before anything that depends on it leaves the machine.

use bitcoin::Transaction;

use crate::command::Command;
use crate::config::ChainTime;
use crate::message::Message;

/// A block, as far as it is known to the driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockFacts {
    /// Its height.
    pub height: u32,
    /// Its median time past, in seconds.
    pub median_time: u32,
    /// Its transactions, in order. Those of other people are ignored.
    pub txs: Vec<Transaction>,
}

/// One accepted input. Opaque to the driver: it stores them in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "made one at a time, to be written out"
)]
pub enum ChangeSet {
    /// From this side's user.
    Command {
        /// What was asked.
        command: Command,
        /// When.
        now: ChainTime,
    },
    /// From the other side, checked.
    Message {
        /// What was received.
        message: Message,
        /// When.
        now: ChainTime,
    },
    /// A block, with the channel's transactions only.
    Block(BlockFacts),
    /// The block at the tip is gone.
    Disconnect {
        /// Its height.
        height: u32,
    },
    /// A commitment in the mempool.
    Mempool(Transaction),
}
