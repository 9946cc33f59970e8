//! What a user reads who got something wrong.

use leyden_bitcoind::{Binary, Choice, Flavour};

use crate::fixture::Folder;

const ACTORS: &str =
    "actors:\n  alice: { coins: [1 BTC, 0.1 BTC] }\n  bob: { coins: [1 BTC, 0.1 BTC] }\n";

fn scenario(steps: &str) -> String {
    format!(
        "name: mine\nabout: A scenario of a test.\nmatrix: {{ dialect: csv, bitcoind: stock }}\n{ACTORS}steps:\n{steps}"
    )
}

#[test]
fn a_mistake_in_a_file_is_shown_in_its_place_and_nothing_starts() {
    let folder = Folder::with(
        "mine.yaml",
        &scenario("  - opne: { channel: ab, alice: 0.5 BTC, bob: 0.5 BTC }\n"),
    );
    let ran = folder.run(&["run"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    assert!(ran.stderr.contains("mine.yaml:8:5"), "{}", ran.stderr);
    assert!(ran.stderr.contains("open"), "{}", ran.stderr);
}

#[test]
fn a_selection_of_nothing_is_a_mistake() {
    let folder = Folder::with("mine.yaml", &scenario("  - mine: 1\n"));
    let ran = folder.run(&["run", "min"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("mine"), "{}", ran.stderr);
}

#[test]
fn a_bitcoind_that_is_missing_or_cannot_do_it_is_named() {
    let folder = Folder::with("mine.yaml", &scenario("  - mine: 1\n"));
    let missing = folder.run(&["run", "--stock", "/no/such/bitcoind"]);
    assert_eq!(missing.code, Some(3));
    assert!(
        missing.stderr.contains("/no/such/bitcoind"),
        "{}",
        missing.stderr
    );
    let patched = Binary::find(&Choice::Flavour(Flavour::Patched)).unwrap();
    let patched = folder.run(&["run", "--stock", patched.path().to_str().unwrap()]);
    assert_eq!(patched.code, Some(3));
    assert!(
        patched.stderr.contains("an unmodified bitcoind is wanted"),
        "{}",
        patched.stderr
    );
    let other = folder.run(&["run", "--stock", "/bin/true"]);
    assert_eq!(other.code, Some(3));
    assert!(other.stderr.contains("/bin/true"), "{}", other.stderr);
}

#[test]
fn a_failing_step_says_where_why_and_how_to_see_it_again() {
    let steps = "  - open: { channel: ab, alice: 0.5 BTC, bob: 0.5 BTC, delay: 10 }\n  \
                 - expect: { balance: { alice: 0.4 BTC }, of: ab }\n";
    let folder = Folder::with("mine.yaml", &scenario(steps));
    let ran = folder.run(&["run", "--accept"]);
    assert_eq!(ran.code, Some(1));
    for wanted in [
        "FAIL  mine[csv,stock]",
        "scenarios/mine.yaml:9",
        "expected alice to have 0.40000000 BTC on the channel; found 0.50000000 BTC",
        "again   leyden run --scenarios scenarios 'mine[csv,stock]'",
        "folder  leyden-runs/mine[csv,stock]",
    ] {
        assert!(ran.stdout.contains(wanted), "{wanted}\n{}", ran.stdout);
    }
    for file in [
        "scenario.yaml",
        "steps.log",
        "messages.log",
        "transactions.json",
        "main/debug.log",
    ] {
        let path = folder
            .dir
            .path()
            .join("leyden-runs/mine[csv,stock]")
            .join(file);
        assert!(path.exists(), "{}", path.display());
    }
    assert!(
        !folder.path("mine.csv.golden.json").exists(),
        "nothing is accepted of a failed run"
    );
}

#[test]
fn a_revoked_commitment_takes_a_cheat() {
    let actors = "actors:\n  alice: { coins: [1 BTC, 0.1 BTC] }\n  bob: { coins: [1 BTC, 0.1 BTC], keeps_revoked: true }\n";
    let steps = "  - open: { channel: ab, alice: 0.5 BTC, bob: 0.5 BTC, delay: 10 }\n  \
                 - pay: { channel: ab, from: alice, to: bob, amount: 0.1 BTC }\n  \
                 - broadcast: { tx: C0b, by: bob }\n    fails: needs-cheat\n";
    let folder = Folder::with("mine.yaml", &scenario(steps).replace(ACTORS, actors));
    let ran = folder.run(&["run", "--accept"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
}

/// While a delay runs, the money waits; a step that wants another sum to wait says where all of it is.
#[test]
fn money_that_is_not_where_it_should_be_is_shown() {
    let steps = "  - open: { channel: ab, alice: 0.6 BTC, bob: 0.4 BTC, delay: 10 }\n  \
                 - broadcast: { tx: C0a, by: alice }\n  - mine: 2\n  \
                 - expect: { conserved: ab, waiting: 0.6 BTC }\n  \
                 - expect: { conserved: ab, waiting: 0 sat }\n";
    let folder = Folder::with("mine.yaml", &scenario(steps));
    let ran = folder.run(&["run", "--accept"]);
    assert_eq!(ran.code, Some(1));
    for wanted in [
        "scenarios/mine.yaml:12",
        "expected 1 BTC of ab to be somewhere, and 0 BTC to wait",
        "0 BTC with alice, 0.40000000 BTC with bob, 0.60000000 BTC waiting, 0 BTC in anchors",
    ] {
        assert!(ran.stdout.contains(wanted), "{wanted}\n{}", ran.stdout);
    }
}

#[test]
fn a_reorg_stops_before_the_blocks_of_every_scenario() {
    let steps = "  - open: { channel: ab, alice: 0.5 BTC, bob: 0.5 BTC, delay: 10 }\n  \
                 - reorg: { depth: 2 }\n  - reorg: { depth: 4, blocks: 5 }\n    fails: too-deep\n";
    let folder = Folder::with("mine.yaml", &scenario(steps));
    let ran = folder.run(&["run", "--accept"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn no_secret_reaches_the_logs() {
    let steps = "  - open: { channel: ab, alice: 0.5 BTC, bob: 0.5 BTC, delay: 10 }\n  \
                 - pay: { channel: ab, from: alice, to: bob, amount: 0.1 BTC }\n";
    let folder = Folder::with("mine.yaml", &scenario(steps));
    assert_eq!(folder.run(&["run", "--accept", "--keep"]).code, Some(0));
    let log = folder
        .dir
        .path()
        .join("leyden-runs/mine[csv,stock]/messages.log");
    let log = std::fs::read_to_string(log).unwrap();
    let revocations: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("revocation: "))
        .collect();
    assert_eq!(revocations.len(), 2, "{log}");
    for line in revocations {
        let shown = line.split("revocation: ").nth(1).unwrap();
        let word: String = shown
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        assert_eq!(word, "Disclosure", "{line}");
        assert!(
            !shown.starts_with("Disclosure([") && !shown.starts_with("Disclosure { secret"),
            "{line}"
        );
    }
}

#[test]
fn a_selection_may_be_a_path_from_either_place() {
    let folder = Folder::with("mine.yaml", &scenario("  - mine: 1\n"));
    for path in [
        "mine.yaml",
        "scenarios/mine.yaml",
        "scenarios",
        "../scenarios/mine.yaml",
        "mine",
        "mine[csv,stock]",
    ] {
        let ran = folder.run(&["check", path]);
        assert_eq!(ran.code, Some(0), "{path}: {}", ran.stderr);
        assert!(
            ran.stdout.contains("1 cells selected"),
            "{path}: {}",
            ran.stdout
        );
    }
}
