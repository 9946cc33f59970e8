//! The paper's payment channel (§3) as a sans-IO state machine, in both dialects.
//!
//! One [`Channel`] is one side of one channel. Inputs are `handle_*`; everything that it wants done
//! comes out of [`Channel::poll_output`], in order. It has no clock, no randomness and no IO: it is
//! a function of its [`Config`], its seed and its inputs, and [`Channel::replay`] rebuilds it from
//! the accepted inputs.
//!
//! Invariants:
//! - A fault changes nothing.
//! - The key that revokes commitment n leaves only against the verified commitment n+1.
//! - F is signed only when commitment 0 is held (except where the configuration asks for the
//!   construction that Appendix A warns of).
//! - What is claimed on chain follows from what is confirmed, and is computed anew after each block
//!   and each disconnected block.

mod apply;
mod chain;
mod changeset;
mod channel;
mod closing;
mod command;
mod config;
mod context;
mod event;
mod fault;
mod held;
mod htlc;
mod live;
mod message;
mod opening;
mod output;
mod query;
mod queue;
mod reconnect;
mod state;
mod terms;
mod update;

pub use changeset::{BlockFacts, ChangeSet};
pub use channel::Channel;
pub use command::{Command, Request, SignedInput};
pub use config::{ChainTime, Config, Reacts};
pub use event::{Event, Standing};
pub use fault::{
    Bug, ConfigError, ContributionError, Fault, Incompatible, Invalid, Misbehaved, Misuse, Order,
    Reaction,
};
pub use htlc::{
    FailReason, Hop, HtlcLimits, HtlcState, HtlcView, MAX_HOPS, NewHtlc, Onward, Origin,
};
pub use message::{
    Accept, AddHtlc, Answer, Batch, Change, ChannelKeysAnnounced, CommitmentKeys,
    CommitmentSignatures, Complete, Consent, EndedHtlc, FirstCommitment, FundingInputs,
    FundingSignatures, HtlcSignature, Message, Offer, Open, Propose, Ready, Reconnect, Settle,
    SettleAnswer,
};
pub use output::{Claim, ClaimTransaction, FeeNeed, Output};
pub use state::StateName;
