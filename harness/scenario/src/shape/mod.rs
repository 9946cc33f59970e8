//! The language as tables: which keys exist, which must be there, and what a value looks like.
//!
//! The reader takes its keys from here and the JSON Schema is made from here, so that neither can
//! know a key that the other does not.

mod channel;
mod expects;
mod fault;
mod harness;
mod header;
mod htlc;
mod verbs;

pub(crate) use channel::HTLC_LIMITS;
pub(crate) use expects::{EXPECTS, SENT};
pub(crate) use fault::WHEN;
pub(crate) use harness::SET;
pub(crate) use header::{ACTOR, BITCOIND, COIN, FRAGMENT, SCENARIO, USE};
pub(crate) use htlc::{BATCH_HTLC, CHANGE, HEIGHT};
pub(crate) use verbs::{MODIFIERS, VERBS, table};

const CHANNEL: Key = must("channel", Shape::Name, "The channel.");
const BY: Key = must("by", Shape::Name, "The actor.");
const AS: Key = must("as", Shape::Name, "The new transaction's name.");
const TX: Key = must("tx", Shape::Tx, "The transaction.");
const TXS: Shape = Shape::List(&Shape::Tx);
const FEERATE: Key = may(
    "feerate",
    Shape::FeeRate,
    "What it pays. Default: the actor's rate.",
);

/// What a value looks like. Any single value may also be, or contain, `${parameter}`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Any single value.
    Text,
    /// `[a-z][a-z0-9_-]*`.
    Name,
    /// `true` or `false`.
    Bool,
    /// A whole number in these bounds.
    Integer(u64, u64),
    /// A whole number, decimal or `0x…`, up to this.
    Number(u64),
    /// `0.1 BTC`.
    Amount,
    /// `2 sat/vB`.
    FeeRate,
    /// `3`, `3 blocks`, `3 days`.
    Blocks,
    /// `C1b`, `ab/C1b`, `gift`.
    Tx,
    /// `C1b:0`.
    Output,
    /// An even number of hex digits, or `empty`.
    Hex,
    /// Nothing at all.
    Null,
    /// One of these.
    Word(&'static [&'static str]),
    /// A list of at least one.
    Some(&'static Shape),
    /// A list.
    List(&'static Shape),
    /// A list, or one element without brackets.
    ListOrOne(&'static Shape),
    /// A map with names of the scenario's own as keys.
    Map(&'static Shape),
    /// A map with the table's keys.
    Object(&'static Table),
    /// One of several shapes.
    Any(&'static [Shape]),
    /// A list of steps.
    Steps,
    /// What `expect` takes.
    Expect,
}

/// The keys of a map.
#[derive(Debug)]
pub(crate) struct Table {
    /// For messages: "`open`", "an actor".
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [Key],
    /// What other keys name, and what stands under them.
    pub(crate) others: Option<(&'static str, Shape)>,
    /// Exactly one of these must be there; none: no such rule.
    pub(crate) one_of: &'static [&'static str],
}

/// One key of a map.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
    pub(crate) about: &'static str,
}

impl Table {
    pub(crate) const fn new(name: &'static str, keys: &'static [Key]) -> Self {
        Self {
            name,
            keys,
            others: None,
            one_of: &[],
        }
    }

    pub(crate) const fn others(mut self, what: &'static str, shape: Shape) -> Self {
        self.others = Some((what, shape));
        self
    }

    pub(crate) const fn one_of(mut self, keys: &'static [&'static str]) -> Self {
        self.one_of = keys;
        self
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known.name == key)
    }
}

/// A key that must be there.
pub(crate) const fn must(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        name,
        required: true,
        shape,
        about,
    }
}

/// A key that may be left out.
pub(crate) const fn may(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        name,
        required: false,
        shape,
        about,
    }
}

/// The verbs, in the order of the documentation.
#[must_use]
pub fn verb_names() -> Vec<&'static str> {
    VERBS.iter().map(|verb| verb.name).collect()
}
