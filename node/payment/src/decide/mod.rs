//! What a node does next.

mod facts;
mod fate;
mod forward;
mod payee;
mod sender;
mod steps;

use leyden_channel::{FailReason, HtlcState, HtlcView};
use leyden_tx::PaymentPreimage;

use crate::decision::Decision;
use crate::node::Node;
use facts::{Facts, Incoming};
use forward::Onwards;
use steps::Steps;

/// What is to become of an HTLC that came in.
enum Verdict {
    /// Nothing yet.
    Wait,
    /// R takes it.
    Take(PaymentPreimage),
    /// It goes back.
    Fail(FailReason),
}

/// All that there is to do, given the facts. Once it is done and shows, there is nothing more.
///
/// What waits for R comes first, then what ends HTLCs, then what adds some.
#[must_use]
pub fn decide(node: &Node<'_>) -> Vec<Decision> {
    let facts = Facts::new(node);
    let mut steps = Steps::new(node);
    for incoming in facts.incoming() {
        let verdict = match incoming.view.onward.hops.first() {
            Some(hop) => match forward::judge(&facts, &steps, &incoming, hop) {
                Onwards::Add { channel, htlc } => {
                    steps.add(channel, htlc);
                    Verdict::Wait
                }
                Onwards::End(verdict) => verdict,
            },
            None => payee::judge(&facts, &incoming),
        };
        match verdict {
            Verdict::Wait => {}
            Verdict::Take(preimage) => take(&mut steps, &incoming, preimage),
            Verdict::Fail(reason) => {
                if incoming.can_end() {
                    steps.fail(incoming.origin, reason);
                }
            }
        }
    }
    sender::decide(&facts, &mut steps);
    payee::report(&facts, &mut steps);
    steps.into_decisions()
}

fn take(steps: &mut Steps<'_>, incoming: &Incoming<'_>, preimage: PaymentPreimage) {
    if incoming.view.preimage.is_none() && may_need(incoming.view) {
        steps.learn(incoming.origin.channel, &preimage);
    }
    // One that no node would relay is for the chain alone.
    if incoming.can_end() && preimage.is_relayed() {
        steps.settle(incoming.origin, preimage);
    }
}

/// Whether the channel could take the HTLC with R, now or after a reorg.
const fn may_need(view: &HtlcView) -> bool {
    match view.state {
        HtlcState::Live | HtlcState::TimedOut { .. } | HtlcState::Missing { .. } => true,
        HtlcState::Waiting
        | HtlcState::Pending
        | HtlcState::Ending
        | HtlcState::Settled
        | HtlcState::Failed(_)
        | HtlcState::Executed { .. } => false,
    }
}
