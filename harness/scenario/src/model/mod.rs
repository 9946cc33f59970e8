//! A scenario after checking: what the runner executes.

mod chain;
mod channel;
mod expect;
mod fault;
mod htlc;
mod raw;
mod route;
mod settings;
mod step;

pub use chain::{Mine, NodeStep, Reorg, Signal, Submit};
pub use channel::{Broadcast, Close, Feerate, HtlcLimits, Open, Party, Pay, ReplaceFunding};
pub use expect::{Expect, TxPlace};
pub use fault::{Crash, Disconnect, DropMessage, Stop, Tamper, When};
pub use htlc::{AddHtlc, Batch, BatchChange, Expiry, FailHtlc, Reveal, SettleHtlc};
pub use raw::{Alter, Capture, Captured, Change, Malleate, Recipient, Send, Spam, SpamSize, Spend};
pub use route::{Hop, Refuse, Release, Route};
pub use settings::{Actor, BitcoindSettings, Coin, Scenario, ScenarioCell};
pub use step::{Action, Origin, Place, Repeat, Step};
