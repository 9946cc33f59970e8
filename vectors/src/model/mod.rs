//! What the files hold. `README.md` beside them says what it means.

mod encode;
mod file;
mod hex;
pub(crate) mod inputs;
mod subject;
mod value;
mod verdict;

pub(crate) use encode::one_line;
pub use file::LoadError;
pub(crate) use file::{
    BitcoindOf, GeneratorOf, PatchOf, Provenance, SeedsOf, SignaturesOf, Vector, VectorFile,
    read_bounded,
};
pub(crate) use hex::{Hex, HexBytes};
pub(crate) use subject::about;
pub use subject::{ParseSubjectError, Subject};
pub(crate) use value::{Encoding, SignatureOf, Value};
pub(crate) use verdict::{ACCEPTED, Build, Place, Verdict, short};
