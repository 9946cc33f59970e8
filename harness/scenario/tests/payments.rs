//! What the files mean that speak of HTLCs, payments and faults.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod common;

use common::check;
use leyden_scenario::{Action, AddHtlc, Expiry, Hop, Problem, Route, Step, parse_amount};

/// Four actors in a row, with the channels `ab`, `bc`, `cd` and a shortcut `ad`.
fn row(steps: &str) -> String {
    let actor = |name: &str| format!("{name}: {{ coins: [2 BTC] }}");
    let actors = ["alice", "bob", "carol", "dave"].map(actor).join(", ");
    let open = |channel: &str, from: &str, to: &str| {
        format!("  - open: {{ channel: {channel}, {from}: 0.5 BTC, {to}: 0.5 BTC }}\n")
    };
    let opens = [
        open("ab", "alice", "bob"),
        open("bc", "bob", "carol"),
        open("cd", "dave", "carol"),
        open("ad", "alice", "dave"),
    ]
    .concat();
    format!(
        "name: test\nabout: A test.\nmatrix: {{ dialect: csv, bitcoind: stock }}\nactors: {{ {actors} }}\nsteps:\n{opens}{steps}\n"
    )
}

fn codes(steps: &str) -> Vec<String> {
    match check(row(steps)) {
        Ok(_) => Vec::new(),
        Err(found) => found
            .problems()
            .iter()
            .map(|p| p.code().to_owned())
            .collect(),
    }
}

fn last(steps: &str) -> Step {
    let plan = check(row(steps)).unwrap_or_else(|found| panic!("{}", found.render_plain(120)));
    plan.cells()[0].steps.last().unwrap().clone()
}

fn route(body: &str) -> Route {
    match last(&format!("  - route: {{ {body} }}")).action {
        Action::Route(route) => route,
        other => panic!("{other:?}"),
    }
}

fn shown(path: &[Hop]) -> Vec<String> {
    path.iter()
        .map(|hop| {
            let Expiry::After(blocks) = hop.expiry else {
                panic!()
            };
            let (from, to, sat) = (&hop.from, &hop.to, hop.amount.sat());
            let channel = hop.channel.as_ref().map_or("any", |name| name.as_str());
            format!("{channel}: {from} {to} {sat} {blocks}")
        })
        .collect()
}

const HTLC: &str =
    "  - htlc: { channel: ab, from: alice, to: bob, amount: 0.1 BTC, expiry: 3 days, secret: r";

#[test]
fn a_route_finds_its_way_whoever_opened_the_channels() {
    let route = route("from: alice, to: dave, via: [ab, bc, cd], amount: 0.001 BTC, secret: r");
    assert_eq!((route.parts, route.hold, route.until), (1, false, None));
    assert_eq!(route.invoice, parse_amount("0.001 BTC").unwrap());
    assert_eq!(
        shown(&route.paths[0]),
        [
            "ab: alice bob 100000 432",
            "bc: bob carol 100000 288",
            "cd: carol dave 100000 144"
        ]
    );
}

#[test]
fn an_actor_stands_for_any_channel_with_it() {
    let route = route("from: alice, to: dave, via: [ab, carol, dave], amount: 1 sat, secret: r");
    assert_eq!(
        shown(&route.paths[0]),
        [
            "ab: alice bob 1 432",
            "any: bob carol 1 288",
            "any: carol dave 1 144"
        ]
    );
    let after = "  - route: { from: alice, to: carol, via: [ab, carol], amount: 1 sat, secret: r }";
    for (channel, may_have) in [("bc", true), ("cd", false)] {
        let steps = format!("{after}\n  - expect: {{ htlcs: [1], of: {channel}, by: carol }}");
        assert_eq!(codes(&steps).is_empty(), may_have, "{channel}");
    }
}

#[test]
fn parts_share_a_path_and_the_first_takes_the_rest() {
    let route = route(
        "from: dave, to: bob, via: [ad, ab], amount: 100 sat, amounts: [101 sat, 100 sat], expiries: [10, 20], parts: 3, secret: r",
    );
    let parts = route.each_part();
    assert_eq!(parts.len(), 3);
    assert_eq!(
        shown(&parts[0]),
        ["ad: dave alice 35 10", "ab: alice bob 34 20"]
    );
    assert_eq!(
        shown(&parts[2]),
        ["ad: dave alice 33 10", "ab: alice bob 33 20"]
    );
    let sum: u64 = parts.iter().map(|part| part[0].amount.sat()).sum();
    assert_eq!(sum, 101);
}

#[test]
fn several_paths_carry_one_part_each() {
    let route =
        route("from: alice, to: carol, paths: [[ab, bc], [ad, cd]], amount: 11 sat, secret: r");
    assert_eq!(route.parts, 2);
    let parts = route.each_part();
    assert_eq!(
        shown(&parts[0]),
        ["ab: alice bob 6 288", "bc: bob carol 6 144"]
    );
    assert_eq!(
        shown(&parts[1]),
        ["ad: alice dave 5 288", "cd: dave carol 5 144"]
    );
}

#[test]
fn several_htlcs_have_numbered_secrets() {
    let secrets = |extra: &str| {
        let Action::Htlc(htlc) = last(&format!("{HTLC}{extra} }}")).action else {
            panic!()
        };
        let names = AddHtlc::secrets(&htlc).map(|name| name.to_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(secrets(""), ["r"]);
    assert_eq!(secrets(", times: 3"), ["r-1", "r-2", "r-3"]);
    let series = format!("{HTLC}, times: 3 }}");
    for (name, known) in [
        ("r-1", true),
        ("r-3", true),
        ("r-4", false),
        ("r-0", false),
        ("r-01", false),
        ("r", false),
    ] {
        let steps = format!("{series}\n  - reveal: {{ secret: {name}, to: bob }}");
        assert_eq!(codes(&steps).is_empty(), known, "{name}");
    }
}

#[test]
fn expiries_may_rise_and_lie_in_the_past() {
    let route = route(
        "from: alice, to: carol, via: [ab, bc], amount: 1 sat, secret: r, expiries: [1, { height: 0 }]",
    );
    let expiries: Vec<Expiry> = route.paths[0].iter().map(|hop| hop.expiry).collect();
    assert_eq!(expiries, [Expiry::After(1), Expiry::At(0)]);
}

#[test]
fn what_cannot_be_is_refused_before_anything_starts() {
    let routed = |body: &str| format!("  - route: {{ amount: 10 sat, secret: r, {body} }}");
    for (steps, expected) in [
        (routed("from: alice, to: dave, via: [ab, cd]"), "not-joined"),
        (routed("from: alice, to: dave, via: [ab, bc]"), "not-joined"),
        (routed("from: alice, to: dave, via: [bc, cd]"), "not-joined"),
        (
            routed("from: alice, to: alice, via: [ab, ab]"),
            "not-two-actors",
        ),
        (
            routed("from: alice, to: bob, via: [bob]"),
            "no-such-channel",
        ),
        (routed("from: alice, to: bob, via: [ab, bob]"), "not-joined"),
        (
            routed("from: alice, to: dave, via: [ab, carol]"),
            "not-joined",
        ),
        (
            routed("from: alice, to: dave, via: [ab, erin]"),
            "no-such-channel",
        ),
        (routed("from: alice, to: dave, via: []"), "empty"),
        (
            routed("from: alice, to: dave, via: [xy]"),
            "no-such-channel",
        ),
        (routed("from: alice, to: dave"), "exactly-one"),
        (
            routed("from: alice, to: dave, via: [ad], paths: [[ad]]"),
            "exactly-one",
        ),
        (
            routed("from: alice, to: dave, paths: [[ad]], parts: 1"),
            "unknown-key",
        ),
        (
            routed("from: alice, to: dave, via: [ad], expiries: [3, 2]"),
            "wrong-count",
        ),
        (
            routed("from: alice, to: dave, via: [ad], expiries: [0]"),
            "out-of-bounds",
        ),
        (
            routed("from: alice, to: dave, paths: [[ad], [ab, bc, cd]], amounts: [9 sat]"),
            "wrong-count",
        ),
        (
            routed("from: alice, to: dave, via: [ad], parts: 0"),
            "out-of-bounds",
        ),
        (
            routed("from: alice, to: dave, via: [ad], parts: 101"),
            "out-of-bounds",
        ),
        (
            routed("from: alice, to: dave, via: [ad], parts: 11"),
            "out-of-bounds",
        ),
        (
            routed(&format!(
                "from: alice, to: dave, via: [{}ad]",
                "ab, ".repeat(20)
            )),
            "out-of-bounds",
        ),
        (
            routed("from: alice, to: dave, via: [ad], hold: true, until: settled"),
            "never",
        ),
        (
            routed("from: alice, to: dave, via: [ad], until: pending"),
            "unknown-word",
        ),
        (format!("{HTLC}, times: 1001 }}"), "out-of-bounds"),
        (format!("{HTLC}, times: 6 }}"), "too-much"),
        (
            HTLC.replace("to: bob", "to: carol") + " }",
            "not-in-channel",
        ),
        (
            HTLC.replace("to: bob", "to: alice") + " }",
            "not-two-actors",
        ),
        (
            HTLC.replace("secret: r", "secret: wrong") + " }",
            "name-taken",
        ),
        (
            HTLC.replace("3 days", "{ height: 500000000 }") + " }",
            "out-of-bounds",
        ),
    ] {
        assert_eq!(codes(&steps), [expected], "{steps}");
    }
}

#[test]
fn what_no_step_has_begun_cannot_end() {
    let after = |step: &str| format!("{HTLC} }}\n  - {step}");
    let routed = "  - route: { from: alice, to: carol, via: [ab, bc], amount: 1 sat, secret: r }";
    for (steps, expected) in [
        (
            after("pay: { channel: ab, from: alice, to: bob, amount: 0.45 BTC }"),
            "too-much",
        ),
        (after("settle: { channel: bc, htlc: 1, by: bob }"), "no-such-htlc"),
        (after("settle: { channel: ab, htlc: 0, by: bob }"), "out-of-bounds"),
        (after("settle: { channel: ab, htlc: 1, by: carol }"), "not-in-channel"),
        (
            after("settle: { channel: ab, htlc: 1, by: bob, secret: rr }"),
            "no-such-secret",
        ),
        (
            after("settle: { channel: ab, htlc: 1, by: bob, secret: wrnog }"),
            "no-such-secret",
        ),
        (after("fail: { channel: bc, htlc: 1, by: bob }"), "no-such-htlc"),
        (after("reveal: { secret: s, to: bob }"), "no-such-secret"),
        (after("release: { secret: r, by: alice }"), "not-the-receiver"),
        (after("refuse: { secret: r, by: carol }"), "not-the-receiver"),
        (after("batch: { channel: ab, by: bob, changes: [] }"), "empty"),
        (
            after("batch: { channel: ab, by: bob, changes: [{ settle: 1, fail: 1 }] }"),
            "exactly-one",
        ),
        (
            after("batch: { channel: ab, by: bob, changes: [{ pay: 0.6 BTC }] }"),
            "too-much",
        ),
        (after("expect: { htlcs: [1, 1], of: ab, by: bob }"), "value-twice"),
        (after("expect: { htlcs: [1], of: bc, by: bob }"), "no-such-htlc"),
        (after("expect: { htlc: 1, of: ab, by: bob, is: dead }"), "unknown-word"),
        (
            after("expect: { htlc: 1, of: ab, by: bob, is: live, reason: cancelled }"),
            "unknown-key",
        ),
        (
            after("expect: { htlc: 1, of: ab, by: bob, is: failed, reason: none }"),
            "unknown-word",
        ),
        (after("expect: { payment: r, by: bob, is: settled }"), "no-such-payment"),
        (
            format!("{routed}\n  - expect: {{ payment: r, by: bob, is: settled }}"),
            "not-in-payment",
        ),
        (after("expect: { knows: q, by: bob }"), "no-such-secret"),
        (
            after("expect: { sent: { message: ofer, count: 1 }, of: ab, by: bob }"),
            "unknown-word",
        ),
        (
            "  - stop: { actor: carol, when: { sends: answer, of: ab } }".to_owned(),
            "not-in-channel",
        ),
        (
            "  - stop: { actor: bob, when: { sends: answer, of: ab, count: 0 } }".to_owned(),
            "out-of-bounds",
        ),
        (
            "  - tamper: { of: ab, by: bob, message: answer, field: revocations }".to_owned(),
            "unknown-word",
        ),
        ("  - crash: { actor: bob, when: { of: ab } }".to_owned(), "missing-key"),
        ("  - disconnect: { of: abc }".to_owned(), "no-such-channel"),
        (
            "  - open: { channel: bd, bob: 0.1 BTC, dave: 0.1 BTC, construction: shared }\n  - htlc: { channel: bd, from: bob, to: dave, amount: 1 sat, expiry: 1, secret: r }"
                .to_owned(),
            "wrong-construction",
        ),
        (
            "  - open: { channel: bd, bob: 0.1 BTC, dave: 0.1 BTC, htlcs: { most: 1001 } }".to_owned(),
            "out-of-bounds",
        ),
    ] {
        assert_eq!(codes(&steps), [expected], "{steps}");
    }
}

#[test]
fn what_a_small_file_can_ask_for_is_bounded() {
    let route = "  - route: { from: alice, to: bob, via: [ab], amount: 1 sat, secret: r";
    let change = |number| format!("{{ htlc: {{ amount: 1 sat, expiry: 1, secret: r-{number} }} }}");
    let batch = |numbers: std::ops::Range<u32>| {
        let changes: Vec<String> = numbers.map(change).collect();
        let changes = changes.join(", ");
        format!("  - batch: {{ channel: ab, by: bob, changes: [{changes}] }}\n")
    };
    let many = [batch(0..1000), batch(1000..2000), batch(1999..2001)].concat();
    assert_eq!(codes(&many), ["too-many-secrets"]);
    let paths = vec!["[ab]"; 100].join(", ");
    let step = format!(
        "{} }}\n",
        route
            .replace("via: [ab]", &format!("paths: [{paths}]"))
            .replace("1 sat", "100 sat")
    );
    assert_eq!(codes(&step.repeat(100)), Vec::<String>::new());
    assert_eq!(codes(&step.repeat(102)), ["too-many-changes"]);
}

#[test]
fn a_fault_may_wait_for_a_channel_that_opens_later() {
    let open = "\n  - open: { channel: bd, bob: 0.1 BTC, dave: 0.1 BTC }";
    let stop = "  - stop: { actor: bob, when: { sends: first-commitment, of: bd } }";
    assert!(codes(&format!("{stop}{open}")).is_empty());
    assert_eq!(codes(stop), ["no-such-channel"]);
    let carol = stop.replace("bob", "carol");
    assert_eq!(codes(&format!("{carol}{open}")), ["not-in-channel"]);
}

#[test]
fn steps_that_must_fail_may_be_impossible() {
    let steps = "  - settle: { channel: ab, htlc: 1, by: bob }\n    fails: no-such-htlc\n  - htlc: { channel: ab, from: alice, to: bob, amount: 0.6 BTC, expiry: 1, secret: r }\n    fails: overdraft\n  - release: { secret: r, by: alice }\n    fails: nothing-held";
    assert_eq!(codes(steps), Vec::<String>::new());
}

#[test]
fn an_ended_htlc_makes_balances_unknown() {
    let pay = "pay: { channel: ab, from: alice, to: bob, amount: 0.45 BTC }";
    for ending in [
        "fail: { channel: ab, htlc: 1, by: bob }",
        "batch: { channel: ab, by: bob, changes: [{ fail: 1 }] }",
        "refuse: { secret: r, by: bob }",
        "disconnect: { of: ab }",
    ] {
        let steps = format!("{HTLC} }}\n  - {ending}\n  - {pay}");
        assert_eq!(codes(&steps), Vec::<String>::new(), "{ending}");
    }
}

#[test]
fn one_mistake_in_a_payment_does_not_bring_others() {
    let steps = "  - route: { from: alice, to: carol, via: [ab, bd], amount: 1 sat, secret: r }\n  - release: { secret: r, by: carol }\n  - expect: { payment: r, by: carol, is: settled }\n  - settle: { channel: bc, htlc: 1, by: carol }\n  - batch: { channel: ab, by: bob, changes: [{ htlc: { amount: 1, expiry: 1, secret: q } }] }\n  - expect: { knows: q, by: bob }";
    let found = check(row(steps)).expect_err("two mistakes");
    let codes: Vec<&str> = found.problems().iter().map(Problem::code).collect();
    assert_eq!(codes, ["no-such-channel", "missing-unit"]);
}

#[test]
fn actors_have_several_channels_with_different_others() {
    let steps = "  - open: { channel: ab2, bob: 0.1 BTC, alice: 0.1 BTC }\n  - pay: { channel: ab2, from: alice, to: bob, amount: 0.1 BTC }\n  - pay: { channel: ad, from: dave, to: alice, amount: 0.5 BTC }\n  - expect: { tx: ab2/C1a, in: held, by: bob }\n  - broadcast: { tx: bc/C0a, by: bob }\n  - close: { channel: ab, by: alice }";
    assert_eq!(codes(steps), Vec::<String>::new());
}
