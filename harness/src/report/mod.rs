//! What a run shows and leaves.

mod artefacts;
mod json;
mod lines;

pub(crate) use artefacts::{Record, folder};
pub(crate) use json::json;
pub(crate) use lines::{Summary, line};
