//! The vocabulary of the Lightning paper that every other crate shares: who holds what, in which
//! dialect, and what each transaction is called.
//!
//! Nothing here computes anything. A name that two crates use stands here, once.

mod dialect;
mod kind;
mod label;
mod side;

pub use dialect::{Dialect, ParseDialectError};
pub use kind::Kind;
pub use label::{Label, ParseLabelError};
pub use side::{PerSide, Side};
