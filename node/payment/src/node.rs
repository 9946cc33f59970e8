//! What is known when something is decided.

use std::collections::BTreeMap;

use bitcoin::Amount;
use leyden_channel::{HtlcLimits, HtlcView};
use leyden_tx::IdentityPubkey;

use crate::book::Book;
use crate::policy::Policy;

/// One node, as it stands.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// The height of the chain.
    pub tip: u32,
    /// What the node accepts.
    pub policy: &'a Policy,
    /// Its channels, by index.
    pub channels: &'a BTreeMap<u32, Peer>,
    /// Its invoices and own payments.
    pub book: &'a Book,
}

/// One channel of the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The node on the other side.
    pub peer: IdentityPubkey,
    /// Whether it takes updates.
    pub open: bool,
    /// What this side can still spend: its balance, less what is under way and what waits in its queue.
    pub available: Amount,
    /// What the other side takes of this side's HTLCs.
    pub limits: HtlcLimits,
    /// All HTLCs, ended or not.
    pub htlcs: Vec<HtlcView>,
}
