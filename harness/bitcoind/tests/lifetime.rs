//! Nothing is left behind, however a node or the harness ends.

#![allow(clippy::unwrap_used, reason = "test helpers")]

mod common;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{eventually, prepared, process_with, stock};
use leyden_bitcoind::{Chain, Node, NodeOptions, StartError, shutdown_all};

/// Makes this test binary play a harness that is killed: it starts nodes, names their directories and waits.
const VICTIM: &str = "LEYDEN_TEST_VICTIM";

#[test]
fn a_dropped_node_leaves_nothing() {
    let node = prepared();
    let (dir, pid) = (node.dir().to_owned(), node.pid());
    assert!(node.is_running());
    assert!(dir.join("regtest").is_dir());
    drop(node);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert!(!dir.exists());
    eventually("the watcher's end", || {
        process_with(&dir.to_string_lossy()).is_none()
    });
}

#[test]
fn a_panic_leaves_nothing() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let node = prepared();
        sender.send(node.dir().to_owned()).unwrap();
        panic!("a scenario failed");
    });
    let dir: PathBuf = receiver.recv().unwrap();
    assert!(thread.join().is_err());
    assert!(!dir.exists());
    eventually("the end of its processes", || {
        process_with(&dir.to_string_lossy()).is_none()
    });
}

#[test]
fn a_killed_harness_leaves_nothing() {
    let mut victim = victim("wait");
    let dirs = named_dirs(victim.stdout.take().unwrap());
    assert_eq!(dirs.len(), 2);
    for dir in &dirs {
        assert!(dir.exists());
        assert!(process_with(&dir.to_string_lossy()).is_some());
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    for dir in &dirs {
        eventually("the end of the nodes", || {
            process_with(&dir.to_string_lossy()).is_none() && !dir.exists()
        });
    }
}

#[test]
fn a_shutdown_ends_all_nodes_and_starts_no_more() {
    // It checks what it can itself.
    let output = victim("shutdown").wait_with_output().unwrap();
    assert!(output.status.success());
    let dirs = named_dirs(&output.stdout[..]);
    assert_eq!(dirs.len(), 2);
    for dir in &dirs {
        assert!(!dir.exists());
        eventually("the end of the nodes", || {
            process_with(&dir.to_string_lossy()).is_none()
        });
    }
}

fn victim(role: &str) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim_harness", "--nocapture"])
        .env(VICTIM, role)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn named_dirs(output: impl Read) -> Vec<PathBuf> {
    BufReader::new(output)
        .lines()
        .map(Result::unwrap)
        .take_while(|line| !line.contains("ready"))
        .filter_map(|line| line.split_once("dir=").map(|(_, dir)| dir.into()))
        .collect()
}

/// Not a test of its own: what the two above run.
#[test]
#[allow(clippy::print_stdout, reason = "talks to the test that started it")]
fn victim_harness() {
    let Ok(role) = std::env::var(VICTIM) else {
        return;
    };
    let nodes = [prepared(), prepared()];
    for node in &nodes {
        println!("\ndir={}", node.dir().display());
    }
    println!("ready");
    if role == "shutdown" {
        shutdown_all();
        assert_eq!(leyden_bitcoind::running(), 0);
        let refused = Node::start(&stock(), &NodeOptions::default());
        assert!(matches!(refused, Err(StartError::ShuttingDown)));
    } else {
        loop {
            std::thread::park();
        }
    }
}

#[test]
fn a_failed_start_shows_the_last_lines() {
    let options = NodeOptions {
        args: vec!["-maxmempool=1".to_owned()],
        ..NodeOptions::default()
    };
    let error = Node::start(&stock(), &options).unwrap_err();
    assert!(matches!(error, StartError::Exited { .. }), "{error}");
    assert!(error.to_string().contains("maxmempool"), "{error}");
}

#[test]
fn a_restart_keeps_chain_clock_and_directory() {
    let dir = tempfile::tempdir().unwrap();
    let options = NodeOptions {
        directory: Some(dir.path().join("node")),
        ..NodeOptions::default()
    };
    let node = Node::start_prepared(&stock(), &options).unwrap();
    let mut chain = Chain::prepared();
    chain.mine_empty(&node, 3).unwrap();
    let node = node.restart().unwrap();
    assert_eq!(node.tip().unwrap().hash, chain.tip());
    assert!(
        node.args()
            .contains(&format!("-mocktime={}", chain.tip_time()))
    );
    chain.mine_empty(&node, 1).unwrap();
    node.stop();
    assert!(dir.path().join("node/regtest/debug.log").exists());
}
