//! Payments over several channels (§8): what a node forwards, settles and gives back.
//!
//! [`decide`] is a pure function of facts: the HTLCs of all channels of a node, its [`Book`], its [`Policy`]
//! and the height of the chain. It remembers nothing. What it asked for shows in the channels, and
//! is not asked for again; so a crash between any two steps, a replay or a reorg needs no rule of its own.
//!
//! Invariants:
//! - An HTLC is passed on once, and for no less than the policy's fee and time.
//! - It is given back only when the HTLC that passes it on can no longer be taken with R.
//! - R, once known from any channel, is used in every channel where an HTLC depends on it.
//! - A payee releases R only when it holds the whole payment, each part with the time to claim it on chain.
//!
//! What it does not do: find a path (§8.4: the sender names it), hide one, or touch the chain. A channel
//! closes by itself when an HTLC in it runs out of time.
//!
//! What it relies on: a channel keeps an HTLC visible, ended or refused, for as long as the one that it passes on, or the
//! payment that it is part of, is not over; [`Command::Learn`](leyden_channel::Command::Learn) and
//! [`Request::Settle`](leyden_channel::Request::Settle) show at once as `preimage` of all HTLCs with that hash in
//! that channel.

mod book;
mod decide;
mod decision;
mod node;
mod path;
mod policy;
mod split;

pub use book::{Book, BookError, Invoice, Outcome, OwnPayment, Part, Release};
pub use decide::decide;
pub use decision::Decision;
pub use node::{Node, Peer};
pub use path::{Expiries, Path, PathError, Stop};
pub use policy::Policy;
pub use split::{SplitError, split};
