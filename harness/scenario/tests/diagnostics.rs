//! Mistakes as people see them.

#![allow(clippy::expect_used, reason = "a test may fail")]

mod common;

use common::{check, with_steps};

fn shown(text: &str) -> String {
    check(text).expect_err("a mistake").render_plain(100)
}

#[test]
fn mistakes_are_shown_with_their_place_and_the_right_word() {
    for (name, steps) in [
        ("unknown_verb", "  - brodcast: { tx: C0b, by: bob }"),
        (
            "unknown_key",
            "  - pay: { channel: ab, from: alice, to: bob, amuont: 1 sat }",
        ),
        ("unknown_actor", "  - close: { channel: ab, by: alcie }"),
        ("unknown_channel", "  - close: { channel: abc, by: alice }"),
        ("unknown_label", "  - expect: { tx: c1b, in: mempool }"),
        (
            "unknown_capture",
            "  - send: { to: bob, amount: 1 BTC, as: gift }\n  - submit: { tx: gfit, via: relay }",
        ),
        (
            "unknown_unit",
            "  - pay: { channel: ab, from: alice, to: bob, amount: 0.1 btc }",
        ),
        (
            "too_many_decimals",
            "  - pay: { channel: ab, from: alice, to: bob, amount: 0.123456789 BTC }",
        ),
        ("unknown_fragment", "  - use: open-halfhalf"),
        (
            "unknown_parameter",
            "  - use: { fragment: open-half-half, with: { dealy: 1 } }",
        ),
        (
            "mistake_in_a_fragment",
            "  - use: { fragment: open-half-half, with: { delay: 70000, channel: cd } }",
        ),
        (
            "more_than_there_is",
            "  - pay: { channel: ab, from: alice, to: bob, amount: 0.4 BTC }\n  - pay: { channel: ab, from: alice, to: bob, amount: 0.2 BTC }",
        ),
        (
            "unknown_word",
            "  - malleate: { tx: F, as: é, how: sgnature }",
        ),
        ("duplicate_key", "  - mine: 1\n    mine: 2"),
        (
            "unknown_secret",
            "  - htlc: { channel: ab, from: alice, to: bob, amount: 1000 sat, expiry: 3 days, secret: receipt, times: 3 }\n  - reveal: { secret: receit-1, to: bob }",
        ),
        (
            "unknown_message",
            "  - stop: { actor: bob, when: { sends: anwser, of: ab } }\n  - tamper: { of: ab, by: bob, message: complete, field: recovation }",
        ),
        (
            "channel_that_nobody_opens",
            "  - stop: { actor: bob, when: { sends: accept, of: bc } }",
        ),
        (
            "not_one_for_each_hop",
            "  - route: { from: alice, to: bob, via: [ab], amount: 1000 sat, secret: r, expiries: [2 days, 1 day] }",
        ),
    ] {
        insta::assert_snapshot!(name, shown(&with_steps(steps)));
    }
}

#[test]
fn a_file_without_its_keys() {
    insta::assert_snapshot!("missing_keys", shown("name: Breach\ntag: [x]\nsteps: []\n"));
}

#[test]
fn a_path_that_does_not_join_up() {
    let text = with_steps(
        "  - open: { channel: bc, bob: 0.1 BTC, carol: 0 BTC }
  - open: { channel: cd, carol: 0 BTC, dave: 0 BTC }
  - route: { from: alice, to: dave, via: [ab, cd], amount: 1000 sat, secret: r }
  - route: { from: alice, to: dave, via: [ab, bc], amount: 1000 sat, secret: s }",
    );
    let text = text.replace("alice: {", "carol: , dave: , alice: {");
    insta::assert_snapshot!("path_that_does_not_join_up", shown(&text));
}
