//! One running bitcoind.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use bitcoin::{Transaction, Txid};
use tempfile::TempDir;
use thiserror::Error;

use crate::binary::Binary;
use crate::chain::Chain;
use crate::options::{NodeOptions, Place, arguments};
use crate::ports::free_address;
use crate::process::{Process, SpawnError};
use crate::reject::SubmitError;
use crate::rpc::{NodeStats, Rpc, RpcError};
use crate::wait::{Look, wait_until};

/// Longest that a start may take: on a loaded machine. Normal are 120 to 150 ms.
const READY_BOUND: Duration = Duration::from_secs(60);
/// Longest that `stop` may take.
const STOP_BOUND: Duration = Duration::from_secs(30);
/// Starts with other ports before giving up.
const PORT_ATTEMPTS: usize = 5;
/// How many log lines an error shows.
const LOG_LINES: usize = 20;
/// Memory that must be free for data to go there.
const ROOM_IN_MEMORY_BYTES: u64 = 512 * 1024 * 1024;

/// Why a node did not start. The texts end with the last lines of its logs.
#[derive(Debug, Error)]
pub enum StartError {
    /// A directory or file could not be made or read.
    #[error("cannot prepare {}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// bitcoind ended before it was ready.
    #[error("bitcoind ended before it was ready ({}); its last lines:\n{log}", status_text(*status))]
    Exited {
        /// How, if known.
        status: Option<ExitStatus>,
        /// Its last lines.
        log: String,
    },
    /// bitcoind was not ready in time.
    #[error("bitcoind was not ready after {bound:?}; its last lines:\n{log}")]
    NotReady {
        /// How long it had.
        bound: Duration,
        /// Its last lines.
        log: String,
    },
    /// No free port, or every one was taken before bitcoind came to bind it.
    #[error("no port for bitcoind after {PORT_ATTEMPTS} attempts; its last lines:\n{log}")]
    NoPort {
        /// Its last lines.
        log: String,
    },
    /// [`crate::shutdown_all`] was called.
    #[error("the run is being shut down")]
    ShuttingDown,
    /// The new node did not answer.
    #[error("the new node did not answer: {0}")]
    Rpc(#[from] RpcError),
    /// The new node did not take the prepared chain.
    #[error("the new node did not take the prepared chain: {0}")]
    Prepare(#[source] SubmitError),
}

fn status_text(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "status unknown".to_owned(), |status| status.to_string())
}

/// The directory of a node's data and logs.
#[derive(Debug)]
enum WorkDir {
    Temporary(TempDir),
    Kept(PathBuf),
}

impl WorkDir {
    fn new(wanted: Option<&PathBuf>) -> Result<Self, StartError> {
        if let Some(path) = wanted {
            fs::create_dir_all(path).map_err(|source| StartError::Io {
                path: path.clone(),
                source,
            })?;
            return Ok(Self::Kept(path.clone()));
        }
        let base = temporary_base();
        tempfile::Builder::new()
            .prefix("leyden-bitcoind-")
            .tempdir_in(&base)
            .map(Self::Temporary)
            .map_err(|source| StartError::Io { path: base, source })
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(dir) => dir.path(),
            Self::Kept(path) => path,
        }
    }
}

/// `/dev/shm` if there is room, else the usual place.
fn temporary_base() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory)
        .ok()
        .and_then(|stat| stat.f_bavail.checked_mul(stat.f_frsize))
        .is_some_and(|free| free >= ROOM_IN_MEMORY_BYTES);
    if room {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// One bitcoind on regtest. On drop it is killed with its process group, waited for, and its temporary directory removed.
///
/// ```no_run
/// # use leyden_bitcoind::{Binary, Chain, Choice, Flavour, Node, NodeOptions};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let stock = Binary::find(&Choice::Flavour(Flavour::Stock))?;
/// let node = Node::start_prepared(&stock, &NodeOptions::default())?;
/// let mut chain = Chain::prepared();
/// chain.mine_empty(&node, 6)?;
/// assert_eq!(node.tip()?.height, 116);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Node {
    // Dropped in this order: the process before its directory.
    process: Process,
    rpc: Rpc,
    binary: Binary,
    options: NodeOptions,
    args: Vec<String>,
    rpc_address: SocketAddr,
    p2p_address: Option<SocketAddr>,
    /// 0: the system's clock.
    mock_time: AtomicU32,
    /// Mempool transactions seen, so that each is fetched once.
    pub(crate) transactions: Mutex<BTreeMap<Txid, Arc<Transaction>>>,
    started_in: Duration,
    dir: WorkDir,
}

impl Node {
    /// Starts a node that knows the genesis block only.
    ///
    /// # Errors
    /// [`StartError`], with the node's last log lines.
    pub fn start(binary: &Binary, options: &NodeOptions) -> Result<Self, StartError> {
        let dir = WorkDir::new(options.directory.as_ref())?;
        Self::launch(binary.clone(), options.clone(), dir, 0)
    }

    /// Starts a node and gives it the blocks of [`Chain::prepared`].
    ///
    /// # Errors
    /// [`StartError`], with the node's last log lines.
    pub fn start_prepared(binary: &Binary, options: &NodeOptions) -> Result<Self, StartError> {
        let mut node = Self::start(binary, options)?;
        let start = Instant::now();
        Chain::prepared()
            .submit_all(&node)
            .map_err(StartError::Prepare)?;
        node.started_in = node.started_in.saturating_add(start.elapsed());
        Ok(node)
    }

    fn launch(
        binary: Binary,
        options: NodeOptions,
        dir: WorkDir,
        mock_time: u32,
    ) -> Result<Self, StartError> {
        let start = Instant::now();
        for _ in 0..PORT_ATTEMPTS {
            let Some((rpc, p2p)) = addresses(options.p2p) else {
                break;
            };
            let place = Place {
                dir: dir.path(),
                rpc,
                p2p,
                mock_time: (mock_time != 0).then_some(mock_time),
            };
            let args = arguments(&binary, &options, &place);
            let Some(process) = launch_once(&binary, &args, &dir)? else {
                continue;
            };
            return Ok(Self {
                process,
                rpc: client(dir.path(), rpc)?,
                binary,
                options,
                args,
                rpc_address: rpc,
                p2p_address: p2p,
                mock_time: AtomicU32::new(mock_time),
                transactions: Mutex::new(BTreeMap::new()),
                started_in: start.elapsed(),
                dir,
            });
        }
        Err(StartError::NoPort {
            log: last_lines(dir.path(), LOG_LINES),
        })
    }

    /// Stops the node in order and starts it again on the same data. Its mempool is lost, its clock is kept.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn restart(mut self) -> Result<Self, StartError> {
        self.restart_in_place(&[])?;
        Ok(self)
    }

    /// As [`Self::restart`], with further arguments for this start only, such as `-reindex`.
    ///
    /// # Errors
    /// As [`Self::start`]; the node is then gone.
    pub fn restart_in_place(&mut self, once: &[&str]) -> Result<(), StartError> {
        let mock_time = self.mock_time.load(Ordering::Relaxed);
        self.ask_to_stop();
        self.process.end();
        let usual = self.options.clone();
        let mut options = usual.clone();
        options
            .args
            .extend(once.iter().map(|arg| (*arg).to_owned()));
        let dir = std::mem::replace(&mut self.dir, WorkDir::Kept(PathBuf::new()));
        *self = Self::launch(self.binary.clone(), options, dir, mock_time)?;
        self.options = usual;
        Ok(())
    }

    /// Stops the node in order, so that its data is complete on disk, and waits. Dropping it is quicker, but is `kill -9`.
    pub fn stop(self) {
        self.ask_to_stop();
    }

    fn ask_to_stop(&self) {
        if self.rpc.call::<serde_json::Value>("stop", &[]).is_err() {
            return;
        }
        // Not stopped in time: dropping it kills it.
        let _ = wait_until("bitcoind to stop", STOP_BOUND, |_| {
            Ok(if self.process.is_running() {
                Look::NotYet {
                    seen: "still running".to_owned(),
                    paused: false,
                }
            } else {
                Look::There(())
            })
        });
    }

    /// Kills the node and waits. The same as dropping it.
    pub fn kill(self) {
        drop(self);
    }

    /// The binary it runs.
    #[must_use]
    pub fn binary(&self) -> &Binary {
        &self.binary
    }

    /// What it was started with.
    #[must_use]
    pub fn options(&self) -> &NodeOptions {
        &self.options
    }

    /// Its whole command line, for the record.
    #[must_use]
    pub fn args(&self) -> &[String] {
        &self.args
    }

    /// The directory of its data and logs.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Its process id, which is its process group's too.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Where it listens for peers, if it does.
    #[must_use]
    pub fn p2p_address(&self) -> Option<SocketAddr> {
        self.p2p_address
    }

    /// Where it answers JSON-RPC.
    #[must_use]
    pub fn rpc_address(&self) -> SocketAddr {
        self.rpc_address
    }

    /// Its JSON-RPC client.
    #[must_use]
    pub fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// Whether the process is alive.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.process.is_running()
    }

    /// What the calls to it cost so far.
    #[must_use]
    pub fn stats(&self) -> NodeStats {
        self.rpc.stats()
    }

    /// How long its start took, prepared chain included.
    #[must_use]
    pub fn started_in(&self) -> Duration {
        self.started_in
    }

    /// The last `count` lines of each of its logs.
    #[must_use]
    pub fn last_log_lines(&self, count: usize) -> String {
        last_lines(self.dir(), count)
    }

    /// Copies `debug.log`, `stdout.log` and `stderr.log` into the directory `to`.
    ///
    /// # Errors
    /// If a file cannot be copied.
    pub fn copy_logs(&self, to: &Path) -> io::Result<()> {
        fs::create_dir_all(to)?;
        for file in LOGS {
            let from = self.dir().join(file);
            if let (true, Some(name)) = (from.exists(), from.file_name()) {
                fs::copy(&from, to.join(name))?;
            }
        }
        Ok(())
    }

    /// Sets the node's clock (Unix time, seconds); 0 gives it back the system's.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn set_mock_time(&self, time: u32) -> Result<(), RpcError> {
        if self.mock_time.load(Ordering::Relaxed) == time {
            return Ok(());
        }
        self.rpc.call::<()>("setmocktime", &[time.into()])?;
        self.mock_time.store(time, Ordering::Relaxed);
        Ok(())
    }
}

const LOGS: [&str; 3] = ["regtest/debug.log", "stdout.log", "stderr.log"];

fn last_lines(dir: &Path, count: usize) -> String {
    let mut text = String::new();
    for file in LOGS {
        let content = fs::read(dir.join(file)).unwrap_or_default();
        let content = String::from_utf8_lossy(&content);
        let lines: Vec<&str> = content.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(count)) {
            text.push_str("  ");
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn addresses(p2p: bool) -> Option<(SocketAddr, Option<SocketAddr>)> {
    let rpc = free_address()?;
    let p2p = if p2p { Some(free_address()?) } else { None };
    Some((rpc, p2p))
}

/// `None`: a port was taken in the meantime.
fn launch_once(
    binary: &Binary,
    args: &[String],
    dir: &WorkDir,
) -> Result<Option<Process>, StartError> {
    let remove = matches!(dir, WorkDir::Temporary(_));
    let (process, ready) =
        Process::spawn(binary.path(), args, dir.path(), remove).map_err(|error| match error {
            SpawnError::ShuttingDown => StartError::ShuttingDown,
            SpawnError::Io(source) => StartError::Io {
                path: binary.path().to_owned(),
                source,
            },
        })?;
    match wait_ready(ready) {
        Readiness::Ready => Ok(Some(process)),
        Readiness::Late => Err(StartError::NotReady {
            bound: READY_BOUND,
            log: last_lines(dir.path(), LOG_LINES),
        }),
        Readiness::Ended => {
            let status = process.end();
            let log = last_lines(dir.path(), LOG_LINES);
            if log.contains("Unable to bind") {
                Ok(None)
            } else {
                Err(StartError::Exited { status, log })
            }
        }
    }
}

enum Readiness {
    Ready,
    Ended,
    Late,
}

/// Waits for the line that `-startupnotify` sends, or for the end of the process.
fn wait_ready(pipe: Option<ChildStdout>) -> Readiness {
    let Some(pipe) = pipe else {
        return Readiness::Ended;
    };
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(pipe).read_line(&mut line);
        // The receiver may have stopped waiting.
        let _ = sender.send(matches!(read, Ok(count) if count > 0));
    });
    match receiver.recv_timeout(READY_BOUND) {
        Ok(true) => Readiness::Ready,
        Ok(false) | Err(mpsc::RecvTimeoutError::Disconnected) => Readiness::Ended,
        Err(mpsc::RecvTimeoutError::Timeout) => Readiness::Late,
    }
}

/// A client with the cookie that bitcoind wrote.
fn client(dir: &Path, address: SocketAddr) -> Result<Rpc, StartError> {
    let path = dir.join("regtest/.cookie");
    let cookie = fs::read_to_string(&path).map_err(|source| StartError::Io { path, source })?;
    let (user, password) = cookie.split_once(':').unwrap_or_default();
    Ok(Rpc::new(
        format!("http://{address}"),
        user.to_owned(),
        password.to_owned(),
    ))
}
