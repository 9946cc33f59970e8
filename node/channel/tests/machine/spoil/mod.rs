//! One message, spoilt in every field, with the fault that each gives.
//!
//! The messages are taken apart without `..`, so that a new field does not compile until it is
//! tested here. A key that is announced can be any key: only its reuse can be told.

mod change;
mod htlc;
mod opening;
mod parts;
mod update;

use leyden_channel::{Message, Ready};
use leyden_labels::Side;

use crate::common::Duo;
use parts::Spoilt;

pub fn spoil(duo: &Duo, receiver: Side, message: &Message) -> Vec<Spoilt> {
    let dialect = duo.party(receiver).config.dialect;
    let coin = &duo.party(receiver).coins[0].input;
    let params = duo.channel(receiver).params();
    let used = || *params.unwrap().funding.get(receiver).key();
    match message {
        Message::Open(message) => opening::open(message),
        Message::Accept(message) => opening::accept(message),
        Message::FirstCommitment(message) => opening::first_commitment(message),
        Message::FundingInputs(message) => opening::funding_inputs(message, coin),
        Message::FundingSignatures(message) => opening::funding_signatures(message),
        Message::Ready(Ready {}) => vec![],
        Message::Offer(message) => htlc::offer(duo, receiver, message),
        Message::Consent(message) => htlc::consent(message, dialect),
        Message::Propose(message) => update::propose(duo, receiver, message),
        Message::Answer(message) => update::answer(message, used()),
        Message::Complete(message) => update::complete(message, used()),
        Message::Settle(message) => update::settle(message),
        Message::SettleAnswer(message) => update::settle_answer(message),
        Message::Reconnect(message) => update::reconnect(message),
    }
}
