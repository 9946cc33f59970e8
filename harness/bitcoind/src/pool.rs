//! Nodes started ahead of need. What is handed out was never used.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::binary::Binary;
use crate::node::{Node, StartError};
use crate::options::NodeOptions;

/// Most starts made at the same time. Of each, 100 ms by the clock go into bitcoind's gathering of randomness, however many share a core.
const STARTERS: usize = 8;

/// A kind of node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// Which bitcoind.
    pub binary: Binary,
    /// How it is started.
    pub options: NodeOptions,
}

/// What the pool did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Nodes handed out.
    pub taken: u64,
    /// Of these, how many stood ready.
    pub taken_ready: u64,
    /// Time that takers waited.
    pub waited: Duration,
}

#[derive(Default)]
struct State {
    plan: VecDeque<Demand>,
    starting: BTreeMap<Demand, usize>,
    started: BTreeMap<Demand, VecDeque<Result<Node, StartError>>>,
    closed: bool,
    stats: PoolStats,
}

impl State {
    /// Started and not taken, or being started.
    fn outstanding(&self) -> usize {
        let started = self.started.values().map(VecDeque::len).sum::<usize>();
        started.saturating_add(self.starting.values().sum())
    }

    fn is_starting(&self, demand: &Demand) -> bool {
        self.starting.get(demand).is_some_and(|count| *count > 0)
    }

    fn take_started(&mut self, demand: &Demand) -> Option<Result<Node, StartError>> {
        self.started.get_mut(demand)?.pop_front()
    }

    /// Whoever starts a node on the spot takes its place in the plan.
    fn unplan(&mut self, demand: &Demand) {
        if let Some(place) = self.plan.iter().position(|planned| planned == demand) {
            self.plan.remove(place);
        }
    }
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    ahead: usize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A starter's work: starts what comes next in the plan, as long as not too many stand ready.
    fn start_ahead(&self) {
        while let Some(demand) = self.next_in_plan() {
            let result = Node::start_prepared(&demand.binary, &demand.options);
            let mut state = self.lock();
            if let Some(count) = state.starting.get_mut(&demand) {
                *count = count.saturating_sub(1);
            }
            state.started.entry(demand).or_default().push_back(result);
            self.changed.notify_all();
        }
    }

    fn next_in_plan(&self) -> Option<Demand> {
        let mut state = self.lock();
        while !state.closed {
            if state.outstanding() < self.ahead {
                let demand = state.plan.pop_front()?;
                let count = state.starting.entry(demand.clone()).or_default();
                *count = count.saturating_add(1);
                return Some(demand);
            }
            state = self.wait(state);
        }
        None
    }
}

/// Starts nodes on background threads, in the order of a plan, and hands each out once.
///
/// Dropping it stops the threads and kills what was not taken.
pub struct Pool {
    shared: Arc<Shared>,
    starters: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Begins to start the nodes of `plan`, which is in order of need; at most `ahead` are started and not taken.
    #[must_use]
    pub fn new(plan: Vec<Demand>, ahead: usize) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                plan: plan.into(),
                ..State::default()
            }),
            changed: Condvar::new(),
            ahead,
        });
        let starters = (0..STARTERS.min(ahead))
            .map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.start_ahead())
            })
            .collect();
        Self { shared, starters }
    }

    /// A node of this kind with the prepared chain in it. One that is not in the plan, or whose turn has not come, is started on the spot.
    ///
    /// # Errors
    /// Why it did not start.
    pub fn take(&self, demand: &Demand) -> Result<Node, StartError> {
        let start = Instant::now();
        let mut state = self.shared.lock();
        let mut ready = true;
        loop {
            if let Some(result) = state.take_started(demand) {
                state.count(ready, start.elapsed());
                self.shared.changed.notify_all();
                return result;
            }
            ready = false;
            if !state.is_starting(demand) {
                break;
            }
            state = self.shared.wait(state);
        }
        state.unplan(demand);
        drop(state);
        let result = Node::start_prepared(&demand.binary, &demand.options);
        self.shared.lock().count(false, start.elapsed());
        result
    }

    /// What it did so far.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.shared.lock().stats
    }
}

impl State {
    fn count(&mut self, ready: bool, waited: Duration) {
        let stats = &mut self.stats;
        stats.taken = stats.taken.saturating_add(1);
        stats.taken_ready = stats.taken_ready.saturating_add(u64::from(ready));
        stats.waited = stats.waited.saturating_add(waited);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        for starter in self.starters.drain(..) {
            // A starter that panicked has nothing left to do.
            let _ = starter.join();
        }
    }
}
