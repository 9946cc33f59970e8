//! The names by which scenarios call what an actor reports.

use leyden_channel::Event;

/// Every name that `event_name` gives.
pub(crate) const EVENTS: [&str; 24] = [
    "funding-needed",
    "funding-signed",
    "funding-confirmed",
    "funding-conflict",
    "opened",
    "updated",
    "payment-sent",
    "payment-received",
    "htlc-live",
    "htlc-settled",
    "htlc-failed",
    "htlc-dropped",
    "preimage-learned",
    "deadline",
    "payment-requeued",
    "payment-dropped",
    "close-dropped",
    "commitment-seen",
    "breach",
    "data-loss",
    "confirmed",
    "unconfirmed",
    "settled",
    "closed",
];

/// Every state of a channel, as its own node names it.
pub(crate) const STATES: [&str; 15] = [
    "idle",
    "offered",
    "exchanging-inputs",
    "exchanging-commitments",
    "signing-funding",
    "awaiting-funding",
    "open",
    "offering",
    "consenting",
    "proposed",
    "answered",
    "settling",
    "settled",
    "closing",
    "closed",
];

/// The name of an event in scenario files. A revoked commitment of the other side is a `breach`.
pub(crate) fn event_name(event: &Event) -> &'static str {
    match event {
        Event::FundingNeeded => "funding-needed",
        Event::FundingSigned { .. } => "funding-signed",
        Event::FundingConfirmed { .. } => "funding-confirmed",
        Event::FundingConflict { .. } => "funding-conflict",
        Event::Opened => "opened",
        Event::Updated { .. } => "updated",
        Event::PaymentSent { .. } => "payment-sent",
        Event::PaymentReceived { .. } => "payment-received",
        Event::HtlcLive { .. } => "htlc-live",
        Event::HtlcSettled { .. } => "htlc-settled",
        Event::HtlcFailed { .. } => "htlc-failed",
        Event::HtlcDropped { .. } => "htlc-dropped",
        Event::PreimageLearned { .. } => "preimage-learned",
        Event::Deadline { .. } => "deadline",
        Event::PaymentRequeued { .. } => "payment-requeued",
        Event::PaymentDropped { .. } => "payment-dropped",
        Event::CommitmentSeen {
            standing: leyden_channel::Standing::Revoked,
            ..
        } => "breach",
        Event::CommitmentSeen { .. } => "commitment-seen",
        Event::DataLoss { .. } => "data-loss",
        Event::CloseDropped { .. } => "close-dropped",
        Event::Confirmed { .. } => "confirmed",
        Event::Unconfirmed { .. } => "unconfirmed",
        Event::Settled { .. } => "settled",
        Event::Closed => "closed",
    }
}
