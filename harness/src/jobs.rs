//! Many cells at once, each on a thread, results in the order of the plan.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Runs `work` on every item with `jobs` threads and hands each result to `report` as it comes.
/// Items that were not begun when `stop` says so have no result.
pub(crate) fn in_parallel<Item: Sync, Result: Send>(
    items: &[Item],
    jobs: NonZeroUsize,
    work: impl Fn(&Item) -> Result + Sync,
    mut report: impl FnMut(usize, &Result) -> Stop,
) -> Vec<Option<Result>> {
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let mut results: Vec<Option<Result>> = items.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..jobs.get().min(items.len()) {
            let (sender, next, stopped, work) = (sender.clone(), &next, &stopped, &work);
            scope.spawn(move || {
                while !stopped.load(Ordering::SeqCst) {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    let Some(item) = items.get(index) else { return };
                    if sender.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (index, result) in receiver {
            if report(index, &result) == Stop::Now {
                stopped.store(true, Ordering::SeqCst);
            }
            if let Some(slot) = results.get_mut(index) {
                *slot = Some(result);
            }
        }
    });
    results
}

/// Whether to begin further items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// No further items are begun; those running end.
    Now,
    /// Go on.
    No,
}

/// Two for each processor: half of a cell's time is bitcoind's.
pub(crate) fn default_jobs() -> NonZeroUsize {
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    NonZeroUsize::new(processors.saturating_mul(2)).unwrap_or(NonZeroUsize::MIN)
}
