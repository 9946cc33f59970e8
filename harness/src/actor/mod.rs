//! The actors of a scenario: nodes that this process embeds, each with its own wallet and channels.
//!
//! The harness judges actors by the chain, by the golden files, and by what they say here. It never
//! calls the builders of `leyden-tx` to check them: a builder that checks itself proves nothing.

mod armed;
mod broadcast;
mod decisions;
mod embedded;
mod event;
mod failure;
mod figure_htlcs;
mod figures;
mod mail;
mod opening;
mod payments;
mod resign;
mod restart;
mod says;
mod tamper;
mod urgency;
mod work;

pub(crate) use armed::{Armed, Effect};
pub(crate) use embedded::{Embedded, News, Terms, identity_of};
pub(crate) use event::{EVENTS, STATES, event_name};
pub(crate) use failure::ActorFailure;
pub(crate) use figures::Figures;
pub(crate) use mail::{Hold, Mail};
pub(crate) use payments::Planned;
