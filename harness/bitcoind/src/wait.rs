//! Bounded waits on facts.

use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::rpc::RpcError;

/// Pause between two looks at a fact that bitcoind cannot announce.
const PAUSE: Duration = Duration::from_millis(2);

/// A fact that did not come about in time.
#[derive(Debug, Error)]
pub enum WaitError {
    /// The bound passed.
    #[error("waited {bound:?} for {what}; last seen: {last}")]
    TimedOut {
        /// What was waited for.
        what: String,
        /// How long.
        bound: Duration,
        /// The last value seen instead.
        last: String,
    },
    /// A node could not be asked.
    #[error("waiting for {what}: {source}")]
    Rpc {
        /// What was waited for.
        what: String,
        /// The failed call.
        source: RpcError,
    },
    /// It cannot come about: a node without P2P was asked to connect.
    #[error("waiting for {what}: the node was started without p2p")]
    NoP2p {
        /// What was waited for.
        what: String,
    },
}

/// One look at a fact.
pub(crate) enum Look<T> {
    /// It is there.
    There(T),
    /// Not yet; this is seen instead. `paused` if the look itself has waited.
    NotYet {
        /// The value seen.
        seen: String,
        /// Whether the look itself waited, so that no pause is needed before the next.
        paused: bool,
    },
}

/// Looks until the fact is there or `bound` has passed. `look` gets the time that is left.
pub(crate) fn wait_until<T>(
    what: &str,
    bound: Duration,
    mut look: impl FnMut(Duration) -> Result<Look<T>, RpcError>,
) -> Result<T, WaitError> {
    let start = Instant::now();
    loop {
        let left = bound.saturating_sub(start.elapsed());
        let seen = look(left).map_err(|source| WaitError::Rpc {
            what: what.to_owned(),
            source,
        })?;
        match seen {
            Look::There(value) => return Ok(value),
            Look::NotYet { seen: last, .. } if start.elapsed() >= bound => {
                return Err(WaitError::TimedOut {
                    what: what.to_owned(),
                    bound,
                    last,
                });
            }
            Look::NotYet { paused: true, .. } => {}
            Look::NotYet { paused: false, .. } => thread::park_timeout(PAUSE),
        }
    }
}
