//! Faults that a scenario arms, and what becomes of the actors.

use crate::fixture::Folder;

fn scenario(steps: &str) -> Folder {
    let text = format!(
        "name: faults
about: A fault.
matrix: {{ dialect: csv, bitcoind: stock }}
actors:
  alice: {{ coins: [1 BTC, 0.1 BTC] }}
  bob: {{ coins: [1 BTC, 0.1 BTC] }}
steps:
{steps}"
    );
    Folder::with("faults.yaml", &text)
}

const OPEN: &str = "  - open: { channel: ab, alice: 0.5 BTC, bob: 0.5 BTC, delay: 10 }\n";

fn run(steps: &str) -> (Option<i32>, String) {
    let folder = scenario(&format!("{OPEN}{steps}"));
    let ran = folder.run(&["run", "--accept"]);
    (ran.code, ran.stdout)
}

#[test]
fn a_fault_that_never_fires_is_a_failure() {
    let (code, stdout) = run("  - stop: { actor: bob, when: { sends: consent, of: ab } }
  - pay: { channel: ab, from: alice, to: bob, amount: 0.1 BTC }
");
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("reason  fault-never-fired"), "{stdout}");
    assert!(stdout.contains("stop bob at consent in ab"), "{stdout}");
}

#[test]
fn a_field_that_the_message_lacks_is_named() {
    let (code, stdout) = run(
        "  - tamper: { of: ab, by: bob, message: answer, field: preimage }
  - pay: { channel: ab, from: alice, to: bob, amount: 0.1 BTC }
",
    );
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("reason  no-such-field"), "{stdout}");
}

#[test]
fn a_lie_is_named_and_answered_with_the_own_commitment() {
    let (code, stdout) = run(
        "  - tamper: { of: ab, by: alice, message: complete, field: revocation }
  - pay: { channel: ab, from: alice, to: bob, amount: 0.1 BTC }
    fails: wrong-key
  - expect: { mempool: [C1b, FB1b] }
",
    );
    assert_eq!(code, Some(0), "{stdout}");
}

#[test]
fn a_crash_at_every_message_of_an_update_loses_nothing() {
    for (actor, message) in [
        ("alice", "offer"),
        ("bob", "consent"),
        ("alice", "propose"),
        ("bob", "answer"),
        ("alice", "complete"),
    ] {
        let (code, stdout) = run(&format!(
            "  - crash: {{ actor: {actor}, when: {{ sends: {message}, of: ab }} }}
  - htlc: {{ channel: ab, from: alice, to: bob, amount: 0.1 BTC, expiry: 3 days, secret: r }}
  - expect: {{ htlc: 1, of: ab, by: bob, is: live }}
  - crash: bob
  - settle: {{ channel: ab, htlc: 1, by: bob }}
  - expect: {{ balance: {{ alice: 0.4 BTC, bob: 0.6 BTC }}, of: ab, on: channel }}
"
        ));
        assert_eq!(code, Some(0), "{actor} {message}\n{stdout}");
    }
}
