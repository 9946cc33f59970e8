//! Real bitcoind instances for tests: find, start, drive, mine.
//!
//! - [`Binary`] finds a bitcoind and asks it what it can do; [`Node`] is one running regtest process of it, [`Pool`] starts nodes ahead of need.
//! - [`Chain`] is the harness's own miner. It builds every block itself, so that block hashes and txids are the same on each version of bitcoind.
//!
//! Invariants: no process and no temporary directory outlives the harness, however it ends; a node handed out was never used; every wait
//! is bounded and its error names the last value seen. Everything is synchronous. Nothing here knows about channels.

mod assembly;
mod binary;
mod chain;
mod identity;
mod mempool;
mod miner;
mod node;
mod node_blocks;
mod node_transactions;
mod options;
mod pool;
mod ports;
mod process;
mod reject;
mod rpc;
mod selection;
mod wait;

pub use assembly::{BLOCK_INTERVAL, BlockContents, FIRST_TIME};
pub use binary::{Binary, Choice, FindError, Flavour};
pub use chain::{Chain, ChainError, PREPARED_BLOCKS, Reorg};
pub use identity::{IdentifyError, Identity, Lack, LackError};
pub use mempool::MempoolEntry;
pub use miner::{Miner, MinerCoin, MinerError};
pub use node::{Node, StartError};
pub use node_blocks::{Deployment, Tip};
pub use node_transactions::{Accepted, PackageAccepted};
pub use options::NodeOptions;
pub use pool::{Demand, Pool, PoolStats};
pub use process::{running, shutdown_all};
pub use reject::{Reject, SubmitError};
pub use rpc::{NodeStats, Rpc, RpcError};
pub use selection::{Selection, select};
pub use wait::WaitError;
