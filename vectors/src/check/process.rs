//! A program that is checked: lines in, lines out, each with a bound in time and length.
//!
//! It leads a process group of its own, and all of that is killed. Threads read its stdout and stderr and
//! write its stdin, so that nothing it does or leaves undone can hold up the checker.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// The longest line, in bytes.
const MAX_LINE: u64 = 16 * 1024 * 1024;
/// How much of stderr is kept, in bytes.
const MAX_STDERR: usize = 4_000;
/// How long it may take to end after its stdin or its stdout was closed.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// What came from the program.
#[derive(Debug)]
enum Event {
    Line(Vec<u8>),
    /// A line that goes on beyond [`MAX_LINE`]: its beginning.
    TooLong(Vec<u8>),
    /// It closed its stdout.
    Closed,
}

/// What a wait for a line ended with.
#[derive(Debug)]
pub(super) enum Received {
    Line(Vec<u8>),
    TooLong(Vec<u8>),
    Closed,
    TimedOut,
}

/// A program that runs.
pub(super) struct Process {
    child: Child,
    group: Option<Pid>,
    /// Dropped to close its stdin.
    requests: Option<Sender<Vec<u8>>>,
    lines: Receiver<Event>,
    ended: Receiver<()>,
    stderr: Arc<Mutex<Vec<u8>>>,
    /// Its stderr was read to the end.
    stderr_closed: Receiver<()>,
}

impl Process {
    pub(super) fn start(command: &[OsString]) -> io::Result<Self> {
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let (stdin, stdout, errors) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let requests = stdin.map(write_requests);
        // One line waits at most: a program that talks on and on is not read further.
        let (to_lines, lines) = sync_channel(1);
        if let Some(stdout) = stdout {
            thread::spawn(move || read_lines(stdout, &to_lines));
        }
        let (closed, stderr_closed) = channel();
        if let Some(errors) = errors {
            let kept = Arc::clone(&stderr);
            thread::spawn(move || {
                keep_end(errors, &kept);
                let _ = closed.send(());
            });
        }
        Ok(Self {
            child,
            group,
            requests,
            lines,
            ended: watch(group),
            stderr,
            stderr_closed,
        })
    }

    /// Sends a line.
    pub(super) fn send(&self, mut line: Vec<u8>) {
        line.push(b'\n');
        if let Some(requests) = &self.requests {
            // If the program is gone, waiting for its answer says so.
            let _ = requests.send(line);
        }
    }

    /// Waits for a line.
    pub(super) fn receive(&self, bound: Duration) -> Received {
        match self.lines.recv_timeout(bound) {
            Ok(Event::Line(line)) => Received::Line(line),
            Ok(Event::TooLong(line)) => Received::TooLong(line),
            Ok(Event::Closed) | Err(RecvTimeoutError::Disconnected) => Received::Closed,
            Err(RecvTimeoutError::Timeout) => Received::TimedOut,
        }
    }

    /// Whether there is a line that nobody asked for.
    pub(super) fn unasked(&self) -> Option<Vec<u8>> {
        match self.lines.try_recv() {
            Ok(Event::Line(line) | Event::TooLong(line)) => Some(line),
            Ok(Event::Closed) | Err(_) => None,
        }
    }

    /// Closes its stdin.
    pub(super) fn close(&mut self) {
        self.requests = None;
    }

    /// Waits until it has ended by itself.
    pub(super) fn wait(&mut self, bound: Duration) -> Option<ExitStatus> {
        self.ended.recv_timeout(bound).ok()?;
        // The watcher leaves it unreaped: the group's number is still its own.
        self.kill_group();
        self.child.wait().ok()
    }

    /// The end of what it wrote to stderr.
    pub(super) fn stderr(&self) -> String {
        // Once it is dead, the pipe closes; a stray child of it is not waited for.
        let _ = self.stderr_closed.recv_timeout(Duration::from_millis(200));
        let kept = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).trim().to_owned()
    }

    pub(super) fn kill(&mut self) {
        self.kill_group();
        // It is dead or dying; its status does not matter.
        let _ = self.child.wait();
    }

    fn kill_group(&self) {
        if let Some(group) = self.group {
            // Fails only if the whole group is gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}

/// Says when the process has ended, and leaves it to be waited for.
fn watch(group: Option<Pid>) -> Receiver<()> {
    let (ended, told) = channel();
    if let Some(pid) = group {
        thread::spawn(move || {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let begun = Instant::now();
            while matches!(
                waitid(WaitId::Pid(pid), options),
                Err(rustix::io::Errno::INTR)
            ) {
                debug_assert!(begun.elapsed() < Duration::from_secs(86_400));
            }
            let _ = ended.send(());
        });
    }
    told
}

fn write_requests(mut stdin: ChildStdin) -> Sender<Vec<u8>> {
    let (sender, requests) = channel::<Vec<u8>>();
    thread::spawn(move || {
        while let Ok(request) = requests.recv() {
            if stdin
                .write_all(&request)
                .and_then(|()| stdin.flush())
                .is_err()
            {
                return;
            }
        }
    });
    sender
}

fn read_lines(stdout: ChildStdout, events: &SyncSender<Event>) {
    let mut reader = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let mut bounded = reader.by_ref().take(MAX_LINE);
        let event = match bounded.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => Event::Closed,
            Ok(_) if line.last() == Some(&b'\n') => {
                line.pop();
                Event::Line(line)
            }
            Ok(count) if u64::try_from(count).is_ok_and(|count| count >= MAX_LINE) => {
                line.truncate(1_000);
                Event::TooLong(line)
            }
            // It ended in the middle of a line: that is no message.
            Ok(_) => Event::Closed,
        };
        let last = !matches!(event, Event::Line(_));
        if events.send(event).is_err() || last {
            return;
        }
    }
}

/// Reads stderr to its end, however much it is, and keeps the last of it.
fn keep_end(mut stderr: ChildStderr, kept: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4_096];
    while let Ok(count) = stderr.read(&mut buffer) {
        let Some(new) = buffer.get(..count).filter(|new| !new.is_empty()) else {
            return;
        };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(new);
        let over = kept.len().saturating_sub(MAX_STDERR);
        kept.drain(..over);
    }
}
