//! What a coin is kept for.

use core::fmt;

use leyden_labels::Label;

/// One transaction of one channel: labels alone repeat from channel to channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purpose {
    /// The channel's index among those of this wallet's owner.
    pub channel: u32,
    /// The transaction that the coin pays for.
    pub label: Label,
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of channel {}", self.label, self.channel)
    }
}
