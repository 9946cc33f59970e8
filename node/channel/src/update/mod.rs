//! Updating the balances and the HTLCs: three messages (§3.3.4, §3.3.5), or five.
//!
//! ```text
//! p -> q  offer      the batch; p's keys of the HTLCs it adds
//! q -> p  consent    q's keys of them; q's signatures on HTLCs
//! p -> q  propose    the batch; p's signatures on HTLCs; what makes C{n+1}q valid
//! q -> p  answer     q's signatures on HTLCs; what makes C{n+1}p valid; q's key of n; q's keys for n+2
//! p -> q  complete   p's key of n; p's keys for n+2
//! ```
//!
//! Each side discloses its key of n only against a verified commitment n+1 in its hands, so at each
//! moment it has exactly one commitment that is valid and cannot be punished. With it go its keys of
//! the HTLCs that the batch ends (§4.4).
//!
//! # Why five
//!
//! "HTLC signatures are exchanged before the signatures of the new commitments" (§4.4). From `propose`
//! on q can broadcast C{n+1}q. Had p by then no signature on the `HTD` of an HTLC that it adds, q could
//! do so, answer nothing, and hold p's money for ransom: without R nobody could take it. So wherever p
//! needs a signature on a child of C{n+1}q that it does not have, `offer` and `consent` come first: in
//! `noinput` if the batch adds an HTLC, in `csv` if n+1 carries one. They bind nobody: a proposer takes
//! its offer back, with one of nothing, if an HTLC of it has expired before the consent came. But the
//! signatures of a consent stay: they fit any HTLC with the same keys, amount and hash, whatever its
//! expiry. So the number of an HTLC that was consented to, and with it its keys, is never used again.
//!
//! # When a change is final
//!
//! To the proposer p: with `answer`, which revokes C{n}q. To q: with `complete`. Until then p can still
//! broadcast C{n}p, and q's machine counts the amount as [unsettled](crate::Channel::unsettled), and
//! passes no HTLC on.
//!
//! # Two proposals at once
//!
//! a goes first where n+1 is odd, b where it is even, so that neither starves. The first drops the
//! other's message unread; the other puts its changes back at the head of its queue, answers, and
//! begins again from n+1. What it has signed cannot be taken back: the first may hold, and broadcast,
//! that version of its C{n+1}. That costs the other nothing that it did not offer, for that version
//! differs from C{n} only by what it changes there. But it lacks what the first changes in *its*
//! proposal. Both versions have the same keys, so revoking n+1 revokes both. Therefore what the other
//! receives by an update that collided is final only when n+1 is revoked, not n: with the next update,
//! which it starts at once, having changes in its queue. And nothing is paid twice: the version that
//! carries a change first and the commitment that carries it next cannot both be in the chain. What
//! is only offered is not signed, so it never comes to this: no HTLC is in a version that lost.
//! A cooperative close wins against a proposal in the same way: see [`closing`](crate::closing).

mod answered;
mod consenting;
mod next;
mod offering;
mod proposed;
mod quiet;

pub(crate) use answered::Answered;
pub(crate) use consenting::Consenting;
pub(crate) use offering::{Offering, send_withdrawal};
pub(crate) use proposed::Proposed;
pub(crate) use quiet::Quiet;

use leyden_labels::{Dialect, Side};

use crate::context::Context;
use crate::fault::{Fault, Invalid};
use crate::htlc::Draft;
use crate::live::Live;
use crate::message::{Batch, Message};
use crate::state::{State, unexpected};

/// Whose proposal of commitment `number` goes first.
const fn first(number: u64) -> Side {
    if number % 2 == 1 { Side::A } else { Side::B }
}

/// Whether signatures on HTLCs have to come first.
fn needs_offer(live: &Live, draft: &Draft) -> bool {
    match live.terms.params.dialect {
        Dialect::Noinput => draft.adds() > 0,
        Dialect::Csv => draft.carries_htlcs(),
    }
}

/// The other side begins an update.
fn begin(cx: &mut Context<'_>, live: Live, message: &Message) -> Result<State, Fault> {
    match message {
        // It takes back an offer that this side has not got, or knows to be taken back.
        Message::Offer(offer) if offer.changes.is_empty() => Err(unexpected(message, Quiet::NAME)),
        Message::Offer(offer) => Consenting::enter(cx, live, offer),
        Message::Propose(propose) => {
            live.expect_next(propose.number)?;
            let Batch::Changes(changes) = &propose.batch else {
                return Err(Invalid::NotOffered.into());
            };
            let (limits, first) = (&live.terms.limits, live.next_htlc());
            let draft = live.ledger.draft(limits, cx.remote(), first, changes)?;
            if needs_offer(&live, &draft) {
                return Err(Invalid::NotOffered.into());
            }
            let batch = draft.complete(&[])?;
            Answered::enter(cx, live, propose, batch)
        }
        Message::Open(_)
        | Message::Accept(_)
        | Message::FirstCommitment(_)
        | Message::FundingInputs(_)
        | Message::FundingSignatures(_)
        | Message::Ready(_)
        | Message::Consent(_)
        | Message::Answer(_)
        | Message::Complete(_)
        | Message::Settle(_)
        | Message::SettleAnswer(_)
        | Message::Reconnect(_) => Err(unexpected(message, Quiet::NAME)),
    }
}
