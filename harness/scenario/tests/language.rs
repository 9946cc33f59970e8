//! What the files mean.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod common;

use common::{EVERY_VERB, check, sources, with_steps};
use leyden_scenario::{
    Action, Expect, Flavour, Plan, Problem, Selection, Sources, Step, Vocabulary, limits,
    parse_amount, verb_names,
};

fn plan(text: &str) -> Plan {
    check(text).unwrap_or_else(|problems| panic!("{}", problems.render_plain(120)))
}

fn code(text: &str) -> String {
    let problems = check(text).expect_err("a mistake");
    problems.problems()[0].code().to_owned()
}

fn flat(steps: &[Step]) -> Vec<&Step> {
    steps
        .iter()
        .flat_map(|step| match &step.action {
            Action::Repeat(repeat) => [vec![step], flat(&repeat.steps)].concat(),
            _ => vec![step],
        })
        .collect()
}

#[test]
fn the_example_uses_every_verb_and_its_cells_are_in_order() {
    let plan = plan(EVERY_VERB);
    let ids: Vec<&str> = plan.cells().iter().map(|cell| cell.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "every-verb[noinput,patched,delay=10]",
            "every-verb[csv,patched,delay=10]",
            "every-verb[csv,patched,delay=1000]",
            "every-verb[csv,stock,delay=10]",
            "every-verb[csv,stock,delay=1000]",
        ]
    );
    let used: Vec<&str> = flat(&plan.cells()[1].steps)
        .iter()
        .map(|step| step.verb())
        .collect();
    for verb in verb_names().into_iter().filter(|verb| *verb != "use") {
        assert!(used.contains(&verb), "{verb}");
    }
}

#[test]
fn cells_differ_where_the_file_says_so() {
    let plan = plan(EVERY_VERB);
    let delays: Vec<u16> = plan
        .cells()
        .iter()
        .filter_map(|cell| {
            cell.steps.iter().find_map(|step| {
                if let Action::Open(open) = &step.action {
                    Some(open.delay_blocks)
                } else {
                    None
                }
            })
        })
        .collect();
    assert_eq!(delays, [10, 10, 1000, 10, 1000]);
    let submit = |index: usize| {
        plan.cells()[index]
            .steps
            .iter()
            .find(|step| step.origin.text.starts_with("submit: { tx:"))
    };
    assert!(submit(0).is_none(), "only csv");
    assert_eq!(submit(1).unwrap().fails, None, "patched succeeds");
    assert_eq!(plan.cells()[3].flavour, Flavour::Stock);
    assert_eq!(submit(3).unwrap().fails.as_deref(), Some("bad-version"));
    assert_eq!(submit(3).unwrap().allow[0].to_string(), "ab/RD1b");
}

#[test]
fn values_are_what_is_written() {
    let plan = plan(EVERY_VERB);
    let cell = &plan.cells()[0];
    assert!(!cell.actors[0].keeps_revoked, "told so");
    assert!(cell.actors[1].keeps_revoked, "bob cheats");
    let witness = cell.steps.iter().find_map(|step| {
        if let Action::Spend(spend) = &step.action {
            Some(&spend.witness)
        } else {
            None
        }
    });
    assert_eq!(witness.unwrap()[..2], [vec![], vec![0x51]]);
    assert_eq!(
        witness.unwrap()[3..],
        [vec![0x1e, 0x99], vec![0x00]],
        "numbers keep their spelling"
    );
}

#[test]
fn a_step_knows_where_it_is_written() {
    let plan = plan(EVERY_VERB);
    let first = &plan.cells()[0].steps[0].origin;
    assert_eq!(
        first.to_string(),
        "scenarios/fragments/open-half-half.yaml:4"
    );
    assert_eq!(first.via[0].to_string(), "scenarios/test.yaml:14");
    let own = &plan.cells()[0].steps[1].origin;
    assert_eq!((own.line, own.column), (16, 5));
    assert!(own.text.starts_with("open: { channel: ab"), "{}", own.text);
}

#[test]
fn matrix_defaults_and_noinput_on_stock() {
    let text =
        |extra: &str| format!("name: t\nabout: x\n{extra}\nactors: {{ alice: }}\nsteps: [mine: 1]");
    let ids = |extra: &str| {
        plan(&text(extra))
            .cells()
            .iter()
            .map(|cell| cell.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(""),
        ["t[noinput,patched]", "t[csv,patched]", "t[csv,stock]"]
    );
    assert_eq!(ids("bitcoind_lacks_noinput: true").len(), 4);
    assert_eq!(ids("matrix: { bitcoind: stock }"), ["t[csv,stock]"]);
    assert_eq!(
        code(&text("matrix: { dialect: noinput, bitcoind: stock }")),
        "no-cells"
    );
}

#[test]
fn bare_labels_belong_to_the_only_channel() {
    let plan = plan(&with_steps("  - expect: { tx: C0a, in: nowhere }"));
    let Action::Expect(Expect::Tx { tx, .. }) = &plan.cells()[0].steps[1].action else {
        panic!()
    };
    assert_eq!(tx.to_string(), "ab/C0a");
}

#[test]
fn selection_is_by_path_tag_name_and_id() {
    let plan = plan(EVERY_VERB);
    let count = |pattern: &str| {
        plan.select(&Selection {
            patterns: vec![pattern.into()],
        })
        .map(|cells| cells.len())
    };
    for pattern in [
        "scenarios",
        "scenarios/test.yaml",
        "test.yaml",
        "language",
        "every-verb",
    ] {
        assert_eq!(count(pattern), Ok(5), "{pattern}");
    }
    assert_eq!(count("every-verb[csv,stock,delay=10]"), Ok(1));
    assert_eq!(
        count("every-verbs").unwrap_err().to_string(),
        "nothing is called `every-verbs`; did you mean `every-verb`?"
    );
    assert!(count("").is_err());
    assert_eq!(plan.select(&Selection::default()).unwrap().len(), 5);
    let json = serde_json::to_value(plan.listing()).unwrap();
    assert_eq!(json["scenarios"][0]["cells"].as_array().unwrap().len(), 5);
}

#[test]
fn every_mistake_has_a_stable_name() {
    for (steps, expected) in [
        (
            "  - pay: { channel: ab, from: alice, to: bob, amount: 0.6 BTC }",
            "too-much",
        ),
        (
            "  - pay: { channel: ab, from: alice, to: alice, amount: 1 sat }",
            "not-two-actors",
        ),
        (
            "  - pay: { channel: ab, from: alice, to: bob, amount: 1 }",
            "missing-unit",
        ),
        (
            "  - pay: { channel: ab, from: alice, to: bob, amount: 1 sat, times: 0 }",
            "out-of-bounds",
        ),
        (
            "  - pay: { channel: cd, from: alice, to: bob, amount: 1 sat }",
            "no-such-channel",
        ),
        (
            "  - open: { channel: cd, alice: 0.6 BTC, bob: 0.1 BTC }",
            "too-much",
        ),
        (
            "  - open: { channel: ab, alice: 0.1 BTC, bob: 0.1 BTC }",
            "name-twice",
        ),
        (
            "  - open: { channel: cd, alice: 0.1 BTC }",
            "not-two-actors",
        ),
        ("  - broadcast: { tx: C1b, by: alice }", "wrong-broadcaster"),
        ("  - broadcast: { tx: gift, by: alice }", "no-such-tx"),
        ("  - broadcast: { tx: C1, by: alice }", "wrong-construction"),
        ("  - broadcast: { tx: C1c, by: alice }", "not-a-label"),
        (
            "  - submit: { tx: F, via: relay, to: patched }",
            "no-such-node",
        ),
        ("  - submit: { via: relay }", "exactly-one"),
        ("  - submit: { package: [], via: relay }", "empty"),
        ("  - mine: 100001", "out-of-bounds"),
        ("  - reorg: { depth: 2, blocks: 2 }", "out-of-bounds"),
        ("  - expect: { tip: same }", "no-such-node"),
        ("  - expect: { unspent: F }", "not-an-output"),
        ("  - expect: { tx: F, in: held }", "missing-key"),
        (
            "  - expect: { balance: { alice: 2 BTC }, of: ab }",
            "too-much",
        ),
        ("  - expect: { fee: { tx: F } }", "missing-key"),
        (
            "  - alter: { tx: F, as: f2, set: { lock_time: 1, version: 2 } }",
            "exactly-one",
        ),
        (
            "  - alter: { tx: F, as: f2, output: 1, set: { lock_time: 1 } }",
            "unknown-key",
        ),
        (
            "  - alter: { tx: F, as: f2, set: { hash_type: 0x100 } }",
            "out-of-bounds",
        ),
        ("  - capture: { as: x, txid: 00 }", "not-a-txid"),
        ("  - spend: { output: F:0, as: x, witness: [0] }", "not-hex"),
        ("  - repeat: { times: 10001, steps: [] }", "out-of-bounds"),
        (
            "  - repeat: { times: 200, steps: [{ repeat: { times: 200, steps: [] } }] }",
            "repeat-too-often",
        ),
        (
            "  - repeat: { times: 2, steps: [] }\n    fails: x",
            "unknown-key",
        ),
        ("  - { mine: 1, pay: 2 }", "two-verbs"),
        ("  - note: x", "no-verb"),
        (
            "  - mine: 1\n    only: { flavour: stock }",
            "unknown-dimension",
        ),
        ("  - mine: 1\n    fails: { stocks: x }", "unknown-value"),
        ("  - mine: ${blocks}", "unknown-parameter"),
        ("  - use: open-half-half", "missing-parameter"),
        (
            "  - use: { fragment: open-half-half, with: { delays: 1 } }",
            "unknown-parameter",
        ),
        ("  - mine: 1\n    mine: 2", "duplicate-key"),
        ("  - mine: [", "not-yaml"),
        ("  - expect: { tx: HT0a, in: nowhere }", "not-a-label"),
        (
            "  - broadcast: { tx: HED1a, by: alice }",
            "wrong-broadcaster",
        ),
    ] {
        assert_eq!(code(&with_steps(steps)), expected, "{steps}");
    }
}

#[test]
fn a_step_that_must_fail_may_be_impossible() {
    plan(&with_steps(
        "  - pay: { channel: ab, from: alice, to: bob, amount: 0.6 BTC }\n    fails: insufficient-balance\n  - broadcast: { tx: C0b, by: alice }\n    fails: not-held",
    ));
}

#[test]
fn one_mistake_does_not_bring_others() {
    let problems = check(with_steps(
        "  - open: { channel: cd, alice: 0.1 BTC, bob: 1 }\n  - send: { to: carol, amount: 1 BTC, as: gift }\n  - pay: { channel: cd, from: alice, to: bob, amount: 1 sat }\n  - submit: { tx: gift, via: relay }",
    ))
    .expect_err("two mistakes");
    let codes: Vec<&str> = problems.problems().iter().map(Problem::code).collect();
    assert_eq!(codes, ["missing-unit", "no-such-actor"]);
}

#[test]
fn the_vocabulary_is_checked_where_it_is_known() {
    let vocabulary = Vocabulary {
        states: ["open".to_owned()].into(),
        events: ["breach".to_owned()].into(),
        reasons: ["not-held".to_owned()].into(),
    };
    let code = |steps: &str| {
        Plan::check(&sources(with_steps(steps)), &vocabulary)
            .map_err(|found| found.problems()[0].code())
    };
    assert_eq!(
        code("  - expect: { state: opne, of: ab }").unwrap_err(),
        "unknown-word"
    );
    assert_eq!(
        code("  - expect: { event: beach, by: bob }").unwrap_err(),
        "unknown-word"
    );
    assert_eq!(
        code("  - mine: 1\n    fails: not-helt").unwrap_err(),
        "unknown-reason"
    );
    assert!(code("  - mine: 1\n    fails: bad-txns-inputs-missingorspent").is_ok());
}

#[test]
fn limits_have_names() {
    assert_eq!(code(&"#".repeat(limits::FILE_BYTES + 1)), "file-too-large");
    assert_eq!(
        code(&format!("name: {}{}", "[".repeat(60), "]".repeat(60))),
        "too-much-yaml"
    );
    let bomb = (1..12).fold("k0: &a0 [x]\n".to_owned(), |text, n| {
        let aliases = vec![format!("*a{}", n - 1); 9].join(",");
        text + &format!("k{n}: &a{n} [{aliases}]\n")
    });
    assert_eq!(code(&bomb), "too-much-yaml");
    assert_eq!(
        code(&with_steps(&"  - mine: 1\n".repeat(limits::STEPS))),
        "too-many-steps"
    );
    let problems = check(vec![b'a', 0xFF]).expect_err("not UTF-8");
    assert_eq!(problems.problems()[0].code(), "not-utf8");
    let wide = (0..9)
        .map(|n| format!("p{n}: [1, 2]"))
        .collect::<Vec<_>>()
        .join(", ");
    assert_eq!(
        code(&format!(
            "name: t\nabout: x\nmatrix: {{ {wide} }}\nactors: {{ alice: }}\nsteps: []"
        )),
        "too-many-cells"
    );
}

#[test]
fn fragments_that_use_themselves_end() {
    let mut sources = sources(with_steps("  - use: loop"));
    let mut file = sources.scenarios[0].clone();
    file.bytes = b"about: x\nsteps: [{ use: loop }, { use: loop }]".to_vec();
    sources.fragments.insert("loop".into(), file);
    let problems = Plan::check(&sources, &Vocabulary::default()).expect_err("endless");
    assert_eq!(problems.problems()[0].code(), "fragments-too-deep");
}

#[test]
fn two_scenarios_cannot_share_a_name() {
    let mut sources = sources(EVERY_VERB);
    let mut other = sources.scenarios[0].clone();
    other.path = "scenarios/zz.yaml".into();
    sources.scenarios.push(other);
    let problems = Plan::check(&sources, &Vocabulary::default()).expect_err("a name twice");
    assert_eq!(
        problems.problems()[0].file(),
        std::path::Path::new("scenarios/zz.yaml")
    );
}

#[test]
fn files_are_found_with_their_fragments() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for path in [folder.clone(), folder.join("every-verb.yaml")] {
        let sources = Sources::read(&[path]).unwrap();
        assert_eq!(sources.scenarios.len(), 1);
        Plan::check(&sources, &Vocabulary::default()).unwrap();
    }
    assert!(Sources::read(&[folder.join("none.yaml")]).is_err());
    assert_eq!(parse_amount("0.5 BTC").unwrap().sat(), 50_000_000);
}
