//! Payments over several channels.

use super::htlc::Expiry;
use crate::{ActorName, ChannelName, PaymentEnd, Sat, SecretName};

/// `route`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The sender.
    pub from: ActorName,
    /// The receiver, who makes R.
    pub to: ActorName,
    /// One for all parts, or one for each part; at least one.
    pub paths: Vec<Vec<Hop>>,
    /// In how many parts, at least 1. With several paths, as many as there are.
    pub parts: u32,
    /// Names R.
    pub secret: SecretName,
    /// Whether the receiver keeps R until `release`.
    pub hold: bool,
    /// What the receiver asked for.
    pub invoice: Sat,
    /// The step ends when the sender says so; nothing = when nobody has anything to say.
    pub until: Option<PaymentEnd>,
}

/// One hop of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Over this channel. `None`: over whichever `from` has with `to`, if there is one; never of the first hop.
    pub channel: Option<ChannelName>,
    /// Who adds the HTLC.
    pub from: ActorName,
    /// Who receives it.
    pub to: ActorName,
    /// What all parts together carry here.
    pub amount: Sat,
    /// When the HTLCs expire.
    pub expiry: Expiry,
}

impl Route {
    /// The hops of each part, each with that part's amount: an equal share, the first part with the
    /// remainder.
    #[must_use]
    pub fn each_part(&self) -> Vec<Vec<Hop>> {
        let parts = u64::from(self.parts.max(1));
        let mut paths = self.paths.iter().cycle();
        (0..parts)
            .filter_map(|part| {
                let share = |mut hop: Hop| {
                    hop.amount = share(hop.amount, part, parts);
                    hop
                };
                Some(paths.next()?.iter().cloned().map(share).collect())
            })
            .collect()
    }
}

/// Part number `part` of `amount`, counted from 0.
fn share(amount: Sat, part: u64, parts: u64) -> Sat {
    let sat = amount.sat();
    let equal = sat.checked_div(parts).unwrap_or(sat);
    let rest = sat.checked_rem(parts).unwrap_or(0);
    let own = if part == 0 {
        equal.saturating_add(rest)
    } else {
        equal
    };
    Sat::new(own).unwrap_or(amount)
}

/// `release`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Which R.
    pub secret: SecretName,
    /// The receiver.
    pub by: ActorName,
}

/// `refuse`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refuse {
    /// Of which R.
    pub secret: SecretName,
    /// The receiver.
    pub by: ActorName,
}
