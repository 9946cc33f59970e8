//! Golden files: every transaction of a scenario, compared field by field.
//!
//! A [`Recorder`] collects what the actors say they hold and what mempools and blocks show, and
//! makes a [`GoldenFile`] of it. [`compare`] says how two of them differ, in words: which
//! transaction, which field, what was expected. What merely follows from an earlier difference (a
//! txid, an outpoint, a signature) is set apart. [`Acceptance`] writes a recording as the new
//! golden file, unless a bitcoind refused one of its transactions.
//!
//! Everything is decoded here from the raw bytes, with nothing of the node's builders: a builder
//! that checks itself proves nothing. This crate does not verify signatures or scripts; that is
//! what the bitcoinds are for.

mod accept;
mod compare;
mod difference;
mod explain;
mod model;
mod name;
mod recorder;
mod store;
#[cfg(test)]
mod tests;

pub use accept::{AcceptError, Acceptance, Refusal};
pub use compare::compare;
pub use difference::{Difference, Place, render};
pub use explain::{
    Described, GoldenInput, GoldenOutput, GoldenWitness, Lock, OutputKind, Role, asm, asm_tokens,
    describe, hash_type_name, lock_time_meaning, obscured_commitment_number, output_kind,
    sequence_meaning, witness_roles,
};
pub use model::{ChainChange, ChainEvent, FORMAT, GoldenFile, GoldenTx, RawError, Stage};
pub use name::{NameError, TxName};
pub use recorder::{RecordError, Recorder, Sighting};
pub use store::{LoadError, MAX_FILE_BYTES, SaveError, Saved, golden_path};
