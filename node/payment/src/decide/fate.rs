//! What has become of an HTLC that this node sends.

use leyden_channel::{FailReason, HtlcState, HtlcView};

use crate::node::Node;

/// What has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The other side can take it with R, or has.
    Out,
    /// Taken back on chain, for good. R would be no use to the other side any more.
    Back,
    /// Given back off chain, for good.
    Failed(FailReason),
    /// The own channel never added it.
    Refused(FailReason),
}

impl Fate {
    pub(super) fn of(view: &HtlcView, node: &Node<'_>) -> Self {
        match view.state {
            HtlcState::Waiting
            | HtlcState::Pending
            | HtlcState::Live
            | HtlcState::Ending
            | HtlcState::Settled
            | HtlcState::Executed { .. } => Self::Out,
            HtlcState::Failed(reason) if view.number.is_none() => Self::Refused(reason),
            HtlcState::Failed(reason) => Self::Failed(reason),
            HtlcState::TimedOut { height } | HtlcState::Missing { height } => {
                if is_buried(node, height) {
                    Self::Back
                } else {
                    Self::Out
                }
            }
        }
    }

    /// Why it came back, if it did.
    pub(super) const fn reason(self) -> Option<FailReason> {
        match self {
            Self::Out => None,
            Self::Back => Some(FailReason::Cancelled),
            Self::Failed(reason) | Self::Refused(reason) => Some(reason),
        }
    }

    /// Whether R, if it is known, came with it or still could have.
    pub(super) const fn may_bring_r(self) -> bool {
        match self {
            Self::Out | Self::Back => true,
            Self::Failed(_) | Self::Refused(_) => false,
        }
    }
}

/// Whether no reorg is expected to undo what happened at this height.
pub(super) const fn is_buried(node: &Node<'_>, height: u32) -> bool {
    match node.tip.checked_sub(height) {
        Some(above) => above.saturating_add(1) >= node.policy.burial,
        None => false,
    }
}
