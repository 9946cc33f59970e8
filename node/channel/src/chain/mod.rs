//! The chain as this side sees it: what is confirmed, what it is, and what to claim of it.
//!
//! Claims are computed anew from confirmed facts after each block and each disconnected block;
//! nothing here remembers having acted. So a reorganisation needs no rule of its own.

mod claims;
mod htlcs;
mod label;
mod outcome;
mod place;
mod recognise;
mod tell;
mod view;

pub(crate) use claims::{Closing, Due, due_claims, resolved};
pub(crate) use htlcs::complete_own;
pub(crate) use label::label_of;
pub(crate) use outcome::OnChain;
pub(crate) use recognise::{Spend, own_held, recognise};
pub(crate) use view::{FundingMatch, Role, View};
