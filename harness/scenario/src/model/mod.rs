//! A scenario after checking: what the runner executes.

mod action;
mod expect;
mod settings;

pub use action::{
    Action, Alter, Broadcast, Capture, Captured, Change, Close, Feerate, Malleate, Mine, NodeStep,
    Open, Origin, Party, Pay, Place, Recipient, Reorg, Repeat, ReplaceFunding, Send, Signal, Spam,
    SpamSize, Spend, Step, Submit,
};
pub use expect::{Expect, TxPlace};
pub use settings::{Actor, BitcoindSettings, Coin, Scenario, ScenarioCell};
