//! Nothing outlives `leyden`: no process, no folder of a node.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::fixture::Folder;

const BOUND: Duration = Duration::from_secs(30);

/// Runs for minutes if nobody stops it.
const LONG: &str = "name: long
about: Many blocks, one at a time.
matrix: { dialect: csv, bitcoind: stock }
actors:
  alice: { coins: [1 BTC] }
steps:
  - repeat: { times: 1900, steps: [ { mine: { blocks: 1 } } ] }
  - mine: 100000
";

/// Processes that `leyden` started: process id and data directory.
fn nodes_of(leyden: u32) -> BTreeMap<u32, PathBuf> {
    let output = Command::new("ps")
        .args(["-eo", "pid=,ppid=,args="])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let pid = words.next()?.parse().ok()?;
            let parent: u32 = words.next()?.parse().ok()?;
            let dir = words.find_map(|word| word.strip_prefix("-datadir="))?;
            (parent == leyden).then(|| (pid, PathBuf::from(dir)))
        })
        .collect()
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < BOUND, "{what} did not come about");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

fn started(folder: &Folder) -> (Child, BTreeMap<u32, PathBuf>) {
    let mut command = folder.command(&["run", "--accept"]);
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut nodes = BTreeMap::new();
    eventually("a bitcoind", || {
        nodes = nodes_of(child.id());
        !nodes.is_empty()
    });
    (child, nodes)
}

fn all_gone(nodes: &BTreeMap<u32, PathBuf>) {
    for (pid, dir) in nodes {
        eventually("the end of a bitcoind and its folder", || {
            !Path::new(&format!("/proc/{pid}")).exists() && !dir.exists()
        });
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn an_interrupt_ends_everything_with_its_own_exit_status() {
    let folder = Folder::with("long.yaml", LONG);
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let (mut child, nodes) = started(&folder);
        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(code));
        all_gone(&nodes);
    }
}

#[test]
fn a_killed_run_leaves_nothing_either() {
    let folder = Folder::with("long.yaml", LONG);
    let (mut child, nodes) = started(&folder);
    signal(&child, "KILL");
    child.wait().unwrap();
    all_gone(&nodes);
}
