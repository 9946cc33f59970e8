//! Updating the balance: three messages (§3.3.4, §3.3.5).
//!
//! ```text
//! p -> q  propose    the batch; what makes C{n+1}q valid
//! q -> p  answer     what makes C{n+1}p valid; q's key of n; q's keys for n+2
//! p -> q  complete   p's key of n; p's keys for n+2
//! ```
//!
//! Each side discloses its key of n only against a verified commitment n+1 in its hands, so at each
//! moment it has exactly one commitment that is valid and cannot be punished.
//!
//! # When a payment is final
//!
//! To the payer p: with `answer`, which revokes C{n}q. To the payee q: with `complete`. Until then p
//! can still broadcast C{n}p, and q's machine counts the amount as [unsettled](crate::Channel::unsettled).
//!
//! # Two proposals at once
//!
//! a's goes first. a drops b's proposal unread; b puts its payments back at the head of its queue,
//! answers a's, and proposes again from n+1. What b has signed cannot be taken back: a may hold, and
//! broadcast, b's version of C{n+1}a. That costs b nothing that it did not offer, for that version
//! differs from C{n}a only by what b pays in it. But it lacks what a pays in *its* proposal. Both versions of
//! C{n+1}a have the same keys, so revoking n+1 revokes both. Therefore what b receives by an update
//! that collided is final only when a has revoked n+1, not n: with the next update, which b starts
//! at once, having payments in its queue. And b's payments are not paid twice: the version that
//! carries them first and the commitment that carries them next cannot both be in the chain.
//! A cooperative close wins against a proposal in the same way: see [`closing`](crate::closing).

mod answered;
mod changes;
mod proposed;
mod quiet;

pub(crate) use answered::Answered;
pub(crate) use proposed::Proposed;
pub(crate) use quiet::Quiet;
