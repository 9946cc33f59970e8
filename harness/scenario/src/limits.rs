//! The bounds that keep an untrusted file from costing more than it should.

/// Bytes of one file.
pub const FILE_BYTES: usize = 256 * 1024;
/// Levels of nesting in one file.
pub const DEPTH: usize = 32;
/// YAML nodes of one file, aliases expanded.
pub const NODES: usize = 50_000;
/// Aliases in one file.
pub const ALIASES: usize = 500;
/// Steps of one cell after fragments are put in, each step of a `repeat` counted once.
pub const STEPS: usize = 2_000;
/// Fragments inside fragments.
pub const FRAGMENT_DEPTH: usize = 8;
/// `repeat`: times, and the product of the times of nested repeats.
pub const REPEAT: u32 = 10_000;
/// Blocks of one `mine`, `signal`, `reorg` or `spam` step.
pub const BLOCKS: u32 = 100_000;
/// `pay` and `submit`: times.
pub const TIMES: u32 = 1_000_000;
/// `htlc`: times; the changes of one `batch`; the numbers of one `expect: htlcs`.
pub const HTLCS: u32 = 1_000;
/// Names of secrets in one cell, a series counted once.
pub const SECRETS: usize = 2_000;
/// Changes of all batches and hops of all routes of one cell, each step of a `repeat` counted once.
pub const CHANGES: usize = 10_000;
/// The number that an HTLC can have.
pub const HTLC_NUMBER: u64 = 1_000_000;
/// Channels of one path of a `route`.
pub const HOPS: usize = 20;
/// Parts of a `route`.
pub const PARTS: u32 = 100;
/// Heights: above are times.
pub const HEIGHT: u32 = 499_999_999;
/// Which of an actor's next messages a fault waits for.
pub const MESSAGES: u32 = 1_000;
/// Cells that one scenario's matrix may give.
pub const CELLS: usize = 256;
/// Bytes of one value once parameters are put in.
pub const VALUE_BYTES: usize = 16 * 1024;
/// Problems that are kept; the rest is only counted.
pub const PROBLEMS: usize = 200;
