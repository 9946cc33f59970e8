//! What a node remembers besides its channels: what it asked for, and what it pays.

mod entries;
mod error;
mod ledger;

pub use entries::{Invoice, Outcome, OwnPayment, Part, Release};
pub use error::BookError;
pub use ledger::Book;
