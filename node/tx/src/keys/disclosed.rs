//! What one side knows of the *other* side's disclosed keys (§5): at most three nodes, whatever
//! the number of commitments.

use core::fmt;

use super::KeyError;
use super::extended::ExtendedSecret;
use super::own_chain::{Disclosure, LAST, Level, MAX_COMMITMENTS, Position, back, below, rsmc_key};
use super::roles::{RsmcPubkey, RsmcSecret};

/// A disclosure is refused. The state is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// The number has been disclosed before.
    #[error("the key of commitment {number} has been disclosed before")]
    Repeated {
        /// The commitment number.
        number: u64,
    },
    /// A number between was left out.
    #[error("the key of commitment {got} came where that of {expected} is due")]
    OutOfOrder {
        /// The number that is due.
        expected: u64,
        /// The number that came.
        got: u64,
    },
    /// There is no such commitment: a channel ends after 2^21.
    #[error("no commitment is left to disclose")]
    PastEnd,
    /// The node does not give the public key that was announced for this commitment.
    #[error("the key disclosed for commitment {number} is not the announced one")]
    WrongKey {
        /// The commitment number.
        number: u64,
    },
    /// The node gives the announced public key, but not the nodes that were disclosed before.
    #[error(
        "the key disclosed for commitment {number} is not of the same chain as the earlier ones"
    )]
    Inconsistent {
        /// The commitment number.
        number: u64,
    },
}

/// A node and where it stands; its index on its level is what `accept` and `secret` work from.
#[derive(Clone, PartialEq, Eq)]
struct Known {
    position: Position,
    node: ExtendedSecret,
}

/// The disclosures of one side, in order from number 0. `Debug` shows no key.
///
/// ```
/// use leyden_tx::{ChannelKeys, Disclosed, Seed};
/// let mut theirs = ChannelKeys::derive(&Seed::new([1; 32]), 0)?;
/// let mut disclosed = Disclosed::new();
/// for number in 0..300 {
///     let announced = theirs.own_rsmc(number)?.public();
///     disclosed.accept(number, &theirs.disclosure(number)?, &announced)?;
/// }
/// assert_eq!(disclosed.secret(17), Some(theirs.own_rsmc(17)?));
/// assert!(disclosed.nodes_kept() <= 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Disclosed {
    next: u64,
    high: Option<Known>,
    middle: Option<Known>,
    low: Option<Known>,
}

impl Disclosed {
    /// Nothing disclosed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number that is due next: 0 at first.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// How many nodes are kept: 3 at most.
    #[must_use]
    pub fn nodes_kept(&self) -> usize {
        [&self.high, &self.middle, &self.low]
            .into_iter()
            .flatten()
            .count()
    }

    /// The nodes kept and the numbers that they were disclosed with, highest level first: with
    /// [`next`](Self::next) all there is to store.
    #[must_use]
    pub fn kept(&self) -> Vec<(u64, Disclosure)> {
        [&self.high, &self.middle, &self.low]
            .into_iter()
            .flatten()
            .map(|known| (known.position.number(), Disclosure::of(known.node.clone())))
            .collect()
    }

    /// What was stored, as it was: nothing is checked but the numbers.
    ///
    /// # Errors
    /// [`KeyError::Exhausted`] for a number past the end, or one that is not disclosed yet.
    pub fn restore(next: u64, kept: &[(u64, Disclosure)]) -> Result<Self, KeyError> {
        let mut disclosed = Self {
            next,
            ..Self::default()
        };
        for (number, disclosure) in kept {
            let position = Position::of(*number)?;
            if *number >= next {
                return Err(KeyError::Exhausted { number: *number });
            }
            let known = Some(Known {
                position,
                node: disclosure.node().clone(),
            });
            match position.level() {
                Level::High => disclosed.high = known,
                Level::Middle => disclosed.middle = known,
                Level::Low => disclosed.low = known,
            }
        }
        Ok(disclosed)
    }

    /// Takes the disclosure of commitment `number`, whose public key had been announced as `expected`.
    ///
    /// # Errors
    /// Each [`DisclosureError`] says why; on an error nothing changes.
    pub fn accept(
        &mut self,
        number: u64,
        disclosure: &Disclosure,
        expected: &RsmcPubkey,
    ) -> Result<(), DisclosureError> {
        let position = self.due(number)?;
        let wrong = |_: KeyError| DisclosureError::WrongKey { number };
        let node = disclosure.node();
        let level = position.level();
        let low_node = descend(node, level, position, position).map_err(wrong)?;
        if rsmc_key(&low_node).map_err(wrong)?.public() != *expected {
            return Err(DisclosureError::WrongKey { number });
        }
        if !self
            .gives_the_earlier_nodes(node, level, position)
            .map_err(wrong)?
        {
            return Err(DisclosureError::Inconsistent { number });
        }
        self.keep(level, position, node.clone());
        self.next = number.saturating_add(1);
        Ok(())
    }

    /// The private key of the other side's commitment `number`; `None` if not disclosed yet.
    #[must_use]
    pub fn secret(&self, number: u64) -> Option<RsmcSecret> {
        if number >= self.next {
            return None;
        }
        let wanted = Position::of(number).ok()?;
        let covers = |level: Level, known: &Known| match level {
            Level::High => wanted.high <= known.position.high,
            Level::Middle => {
                wanted.high == known.position.high && wanted.middle <= known.position.middle
            }
            Level::Low => true,
        };
        let levels = [
            (Level::High, &self.high),
            (Level::Middle, &self.middle),
            (Level::Low, &self.low),
        ];
        levels
            .into_iter()
            .filter_map(|(level, known)| known.as_ref().map(|known| (level, known)))
            .find(|(level, known)| covers(*level, known))
            .and_then(|(level, known)| descend(&known.node, level, known.position, wanted).ok())
            .and_then(|node| rsmc_key(&node).ok())
    }

    fn due(&self, number: u64) -> Result<Position, DisclosureError> {
        if number < self.next {
            return Err(DisclosureError::Repeated { number });
        }
        if number >= MAX_COMMITMENTS {
            return Err(DisclosureError::PastEnd);
        }
        if number > self.next {
            return Err(DisclosureError::OutOfOrder {
                expected: self.next,
                got: number,
            });
        }
        Position::of(number).map_err(|_| DisclosureError::PastEnd)
    }

    /// Whether `node`, new at `position`, gives every kept node that it covers or continues.
    ///
    /// The kept nodes of higher levels belong to earlier chains of the same top, which only their
    /// common ancestor can check: they are, when that ancestor is disclosed.
    fn gives_the_earlier_nodes(
        &self,
        node: &ExtendedSecret,
        level: Level,
        position: Position,
    ) -> Result<bool, KeyError> {
        let gives = |below: Level, known: &Option<Known>| match known {
            None => Ok(true),
            Some(known) => Ok(node_at(node, level, position, below, known.position)? == known.node),
        };
        Ok(match level {
            Level::Low => gives(Level::Low, &self.low)?,
            Level::Middle => gives(Level::Low, &self.low)? && gives(Level::Middle, &self.middle)?,
            Level::High => {
                gives(Level::Low, &self.low)?
                    && gives(Level::Middle, &self.middle)?
                    && gives(Level::High, &self.high)?
            }
        })
    }

    /// Replaces what the new node gives.
    fn keep(&mut self, level: Level, position: Position, node: ExtendedSecret) {
        let known = Some(Known { position, node });
        match level {
            Level::High => (self.high, self.middle, self.low) = (known, None, None),
            Level::Middle => (self.middle, self.low) = (known, None),
            Level::Low => self.low = known,
        }
    }
}

impl fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disclosed {{ next: {}, .. }}", self.next)
    }
}

/// The low node of `to`, from a node that stands on `level` at `from`.
fn descend(
    node: &ExtendedSecret,
    level: Level,
    from: Position,
    to: Position,
) -> Result<ExtendedSecret, KeyError> {
    node_at(node, level, from, Level::Low, to)
}

/// The node on level `target` at `to`, from a node that stands on `level` at `from`.
fn node_at(
    node: &ExtendedSecret,
    level: Level,
    from: Position,
    target: Level,
    to: Position,
) -> Result<ExtendedSecret, KeyError> {
    match (level, target) {
        (Level::High, Level::High) => back(node, from.high, to.high),
        (Level::High, _) => {
            let top = below(&back(node, from.high, to.high)?)?;
            let start = Position { middle: LAST, ..to };
            node_at(&top, Level::Middle, start, target, to)
        }
        (Level::Middle, Level::Low) => {
            let top = below(&back(node, from.middle, to.middle)?)?;
            back(&top, LAST, to.low)
        }
        (Level::Middle, _) => back(node, from.middle, to.middle),
        (Level::Low, _) => back(node, from.low, to.low),
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
#[path = "disclosed_tests.rs"]
mod tests;
