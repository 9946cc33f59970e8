//! Transactions in words: what a flag, a lock, a script and a witness item mean.

mod describe;
mod hash_type;
mod lock;
mod script;
mod witness;

pub use describe::{Described, GoldenInput, GoldenOutput, GoldenWitness, Lock, describe};
pub use hash_type::hash_type_name;
pub use lock::{lock_time_meaning, obscured_commitment_number, sequence_meaning};
pub use script::{OutputKind, asm, asm_tokens, output_kind};
pub use witness::{Role, witness_roles};

pub(crate) use describe::hex;
pub(crate) use hash_type::{ANYONECANPAY, BASE_MASK, NOINPUT, NONE, SINGLE};
pub(crate) use lock::{input_sequence_meaning, tx_lock_time_meaning};
pub(crate) use witness::{roles_of_items, signature_hash_type};
