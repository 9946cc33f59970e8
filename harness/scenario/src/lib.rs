//! The scenario language: YAML files, checked before anything starts.
//!
//! [`Sources::read`] loads the files, [`Plan::check`] reads, expands and checks them, and the
//! result is a list of [`ScenarioCell`]s: concrete steps in which every name has been resolved.
//! Whatever is wrong in a file is a [`Problem`] with its line and column, and all of them are
//! reported at once. Scenario files are untrusted: every size is bounded by [`limits`].
//!
//! Nothing here runs a scenario, and only [`Sources::read`] touches the file system.

pub mod limits;

mod model;
mod names;
mod plan;
mod problem;
mod read;
mod schema;
mod shape;
mod source;
mod suggest;
mod tree;
mod units;
mod words;

pub use model::{
    Action, Actor, AddHtlc, Alter, Batch, BatchChange, BitcoindSettings, Broadcast, Capture,
    Captured, Change, Close, Coin, Crash, Disconnect, DropMessage, Expect, Expiry, FailHtlc,
    Feerate, Hop, HtlcLimits, Malleate, Mine, NodeStep, Open, Origin, Party, Pay, Place, Recipient,
    Refuse, Release, Reorg, Repeat, ReplaceFunding, Reveal, Route, Scenario, ScenarioCell, Send,
    SettleHtlc, Signal, Spam, SpamSize, Spend, Step, Stop, Submit, Tamper, TxPlace, When,
};
pub use names::{ActorName, CaptureName, ChannelName, OutputRef, SecretName, TxName};
pub use plan::{ListedScenario, Listing, Plan, SelectError, Selection};
pub use problem::{Diagnostics, Problem};
pub use read::Vocabulary;
pub use schema::schema_json;
pub use shape::verb_names;
pub use source::{LoadError, SourceFile, Sources};
pub use units::{FeeRate, Sat, UnitError, parse_amount, parse_blocks, parse_feerate};
pub use words::{
    BalanceOn, CoinKind, Construction, Deployment, FailReason, Flavour, HtlcState, Malleation,
    MessageField, MessageName, NodeName, PaymentEnd, PaymentState, Reacts, ReplacementCoins,
    SignalBit, Until, Via,
};
