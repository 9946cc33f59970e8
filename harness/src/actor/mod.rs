//! The actors of a scenario: nodes that this process embeds, each with its own wallet and channels.
//!
//! The harness judges actors by the chain, by the golden files, and by what they say here. It never
//! calls the builders of `leyden-tx` to check them: a builder that checks itself proves nothing.

mod broadcast;
mod embedded;
mod event;
mod failure;
mod figures;
mod mail;
mod opening;
mod resign;
mod says;

pub(crate) use embedded::{Embedded, News, Terms};
pub(crate) use event::{EVENTS, STATES, event_name};
pub(crate) use failure::ActorFailure;
pub(crate) use figures::Figures;
pub(crate) use mail::{Hold, Mail};
