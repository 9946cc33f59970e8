//! bitcoind processes, and that none of them outlives the harness.
//!
//! Each bitcoind leads a process group of its own, together with a small watcher in `sh` that holds the read end of a pipe. The harness
//! holds the write end and never writes. When the harness ends, by any means, the pipe closes, and the watcher kills bitcoind and removes its directory.
//! The kernel's parent-death signal would need unsafe code, and is tied to the thread that started the process.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};

/// Becomes bitcoind. Arguments: the directory, `yes` if the watcher is to remove it, bitcoind, its arguments.
///
/// Descriptors: 3 is the pipe that closes when the harness is gone, for the watcher only; 4 is the pipe back, on which `-startupnotify` says
/// that bitcoind is ready, and which closes when bitcoind ends.
const LAUNCH: &str = r#"
dir=$1 remove=$2
shift 2
exec 3<&0 4>&1 </dev/null >>"$dir/stdout.log" 2>>"$dir/stderr.log"
(
    exec 4>&-
    trap '' INT TERM HUP QUIT
    read -r _ <&3
    kill -KILL $$
    [ "$remove" = yes ] && for _ in 1 2 3 4 5; do rm -rf "$dir" && break; done
) &
exec 3<&-
exec "$@"
"#;

/// What a bitcoind is told to run when it is ready (`-startupnotify`).
pub(crate) const READY_COMMAND: &str = "echo ready >&4";

struct Running {
    child: Child,
    /// Never written to: its closing is the message.
    _alive: Option<ChildStdin>,
    remove: Option<PathBuf>,
}

impl Running {
    fn end(mut self) -> Option<ExitStatus> {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // Fails only if the whole group is gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
        self.child.wait().ok()
    }
}

struct Registry {
    closed: bool,
    next: u64,
    running: BTreeMap<u64, Running>,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    closed: false,
    next: 0,
    running: BTreeMap::new(),
});

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills every bitcoind of this process, waits for them and removes their temporary directories. No new one starts afterwards.
///
/// For the thread that handles SIGINT and SIGTERM; takes milliseconds.
pub fn shutdown_all() {
    let all = {
        let mut registry = registry();
        registry.closed = true;
        std::mem::take(&mut registry.running)
    };
    for (_, mut running) in all {
        let remove = running.remove.take();
        running.end();
        if let Some(dir) = remove {
            let _ = fs::remove_dir_all(dir);
        }
    }
}

/// How many bitcoind processes this process has now. At the end of a run: none.
#[must_use]
pub fn running() -> usize {
    registry().running.len()
}

/// One bitcoind process, killed with its group and waited for on drop.
#[derive(Debug)]
pub(crate) struct Process {
    id: u64,
    pid: u32,
}

/// Why a process was not started.
#[derive(Debug)]
pub(crate) enum SpawnError {
    ShuttingDown,
    Io(io::Error),
}

impl Process {
    /// Starts `program`; the pipe gives a line when it is ready and closes when it ends.
    pub(crate) fn spawn(
        program: &Path,
        args: &[String],
        dir: &Path,
        remove: bool,
    ) -> Result<(Self, Option<ChildStdout>), SpawnError> {
        let mut registry = registry();
        if registry.closed {
            return Err(SpawnError::ShuttingDown);
        }
        let mut child = Command::new("/bin/sh")
            .args([OsStr::new("-c"), OsStr::new(LAUNCH), OsStr::new("leyden")])
            .arg(dir)
            .arg(if remove { "yes" } else { "no" })
            .arg(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(SpawnError::Io)?;
        let (alive, ready) = (child.stdin.take(), child.stdout.take());
        let process = Self {
            id: registry.next,
            pid: child.id(),
        };
        registry.next = registry.next.wrapping_add(1);
        registry.running.insert(
            process.id,
            Running {
                child,
                _alive: alive,
                remove: remove.then(|| dir.to_owned()),
            },
        );
        Ok((process, ready))
    }

    /// bitcoind's process id, which is also its group's.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&self) -> bool {
        registry()
            .running
            .get_mut(&self.id)
            .is_some_and(|running| matches!(running.child.try_wait(), Ok(None)))
    }

    /// Kills it unless it has ended, and waits for it.
    pub(crate) fn end(&self) -> Option<ExitStatus> {
        let running = registry().running.remove(&self.id);
        running.and_then(Running::end)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
