//! Expectations of HTLCs, payments, secrets and messages.

use std::collections::BTreeSet;

use leyden_scenario::{
    ActorName, ChannelName, FailReason, HtlcState, MessageName, PaymentState, SecretName,
};

use super::expect::differs;
use super::failure::StepError;
use super::secrets::hash_of;
use super::world::World;

impl World<'_> {
    pub(super) fn expect_htlcs(
        &self,
        channel: &ChannelName,
        wanted: &BTreeSet<u64>,
        by: &ActorName,
    ) -> Result<(), StepError> {
        let found = self.actor(by)?.carried_htlcs(channel);
        if found.as_ref() == Some(wanted) {
            return Ok(());
        }
        let found = found.map_or_else(|| "no channel".to_owned(), |found| listed(&found));
        let wanted = listed(wanted);
        Err(differs(
            format!("{by}'s commitment to carry {wanted}"),
            found,
        ))
    }

    pub(super) fn expect_htlc(
        &self,
        channel: &ChannelName,
        number: u64,
        by: &ActorName,
        (wanted, because): (HtlcState, Option<FailReason>),
    ) -> Result<(), StepError> {
        let found = self.actor(by)?.htlc(channel, number);
        let why = found.and_then(|view| fail_reason(view.state));
        let found = found.map_or("unknown", |view| state_name(view.state));
        if found == wanted.name() && (because.is_none() || because == why) {
            return Ok(());
        }
        let wanted = with_reason(wanted.name(), because);
        Err(differs(
            format!("{by} to call HTLC {number} of {channel} {wanted}"),
            with_reason(found, why),
        ))
    }

    pub(super) fn expect_payment(
        &self,
        secret: &SecretName,
        by: &ActorName,
        (wanted, because): (PaymentState, Option<FailReason>),
    ) -> Result<(), StepError> {
        let (actor, hash) = (self.actor(by)?, hash_of(secret));
        let found = actor.payment(hash);
        let why = actor.failure_of(hash).map(reason_word);
        if found == Some(wanted) && (because.is_none() || because == why) {
            return Ok(());
        }
        let wanted = with_reason(wanted.name(), because);
        Err(differs(
            format!("{by} to call the payment {secret} {wanted}"),
            with_reason(found.map_or("none", PaymentState::name), why),
        ))
    }

    pub(super) fn expect_knows(
        &self,
        secret: &SecretName,
        by: &ActorName,
        wanted: bool,
    ) -> Result<(), StepError> {
        let said = |knows: bool| if knows { "to know" } else { "not to know" };
        let found = self.actor(by)?.knows(hash_of(secret));
        (found == wanted)
            .then_some(())
            .ok_or_else(|| differs(format!("{by} {} R of {secret}", said(wanted)), said(found)))
    }

    pub(super) fn expect_sent(
        &self,
        message: MessageName,
        wanted: u32,
        channel: &ChannelName,
        by: &ActorName,
    ) -> Result<(), StepError> {
        let found = self.mail.sent(by, channel, message);
        (found == wanted).then_some(()).ok_or_else(|| {
            differs(
                format!("{by} to have sent {wanted} of {message} in {channel}"),
                found,
            )
        })
    }

    pub(super) fn expect_signatures(
        &self,
        wanted: u32,
        channel: &ChannelName,
        by: &ActorName,
    ) -> Result<(), StepError> {
        let found = self.mail.signatures(by, channel);
        (found == wanted).then_some(()).ok_or_else(|| {
            let wanted =
                format!("{wanted} signatures in what {by} sent in {channel} in the last step");
            differs(wanted, found)
        })
    }
}

/// As scenarios call it. An HTLC that is being ended is still in a commitment that could be broadcast.
const fn state_name(state: leyden_channel::HtlcState) -> &'static str {
    use leyden_channel::HtlcState as Said;
    match state {
        Said::Waiting | Said::Pending => HtlcState::Pending.name(),
        Said::Live | Said::Ending => HtlcState::Live.name(),
        Said::Settled => HtlcState::Settled.name(),
        Said::Failed(_) => HtlcState::Failed.name(),
        Said::Executed { .. } => HtlcState::Executed.name(),
        Said::TimedOut { .. } => HtlcState::TimedOut.name(),
        Said::Missing { .. } => "missing",
    }
}

const fn fail_reason(state: leyden_channel::HtlcState) -> Option<FailReason> {
    use leyden_channel::HtlcState as Said;
    match state {
        Said::Failed(reason) => Some(reason_word(reason)),
        Said::Waiting
        | Said::Pending
        | Said::Live
        | Said::Ending
        | Said::Settled
        | Said::Executed { .. }
        | Said::TimedOut { .. }
        | Said::Missing { .. } => None,
    }
}

/// As scenarios call it.
const fn reason_word(reason: leyden_channel::FailReason) -> FailReason {
    use leyden_channel::FailReason as Said;
    match reason {
        Said::UnknownHash => FailReason::UnknownHash,
        Said::WrongAmount => FailReason::WrongAmount,
        Said::ExpiryTooSoon => FailReason::ExpiryTooSoon,
        Said::ExpiryTooFar => FailReason::ExpiryTooFar,
        Said::UnknownNextHop => FailReason::UnknownNextHop,
        Said::HashReused => FailReason::HashReused,
        Said::NoCapacity => FailReason::NoCapacity,
        Said::Cancelled => FailReason::Cancelled,
    }
}

/// `failed (no-capacity)`.
fn with_reason(state: &str, reason: Option<FailReason>) -> String {
    reason.map_or_else(|| state.to_owned(), |reason| format!("{state} ({reason})"))
}

fn listed(numbers: &BTreeSet<u64>) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("[{}]", numbers.join(", "))
}
