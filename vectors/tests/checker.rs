//! The checker against programs that behave badly: each is reported as what it is, and none holds it up.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use leyden_vectors::{CheckError, CheckOptions, Mode, Reason, Report, Subject, check};

/// The vectors of this repository.
fn vectors() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const DUST: usize = 10;

fn options(program: &str) -> CheckOptions {
    let path = vectors().join(format!("tests/programs/{program}.py"));
    let command: Vec<OsString> = vec!["python3".into(), "-B".into(), path.into()];
    CheckOptions {
        timeout: Duration::from_secs(20),
        ..CheckOptions::new(command)
    }
}

fn run(program: &str) -> Report {
    check(vectors(), &options(program)).unwrap()
}

/// Reasons of the failures, by vector.
fn reasons(report: &Report) -> BTreeMap<&str, &Reason> {
    let failures = report.failures.iter();
    failures
        .map(|failure| (failure.vector.as_str(), &failure.reason))
        .collect()
}

fn only_reason(report: &Report) -> &Reason {
    let [failure] = report.failures.as_slice() else {
        panic!("one failure expected: {report}");
    };
    &failure.reason
}

fn counts(report: &Report) -> (usize, usize, usize) {
    let of = report.subjects[&Subject::Dust];
    (of.passed, of.failed, of.skipped)
}

#[test]
fn a_program_that_is_right_passes() {
    let report = run("well");
    assert_eq!(report.exit_code(), 0, "{report}");
    assert_eq!(counts(&report), (DUST, 0, 0));
    assert!(report.subjects[&Subject::Route].claimed);
    assert!(!report.subjects[&Subject::Keys].claimed);
    assert!(report.warnings.is_empty());
    assert_eq!(report.program, "for tests");
}

#[test]
fn only_the_subjects_wanted_are_asked() {
    let mut options = options("well");
    options.subjects.insert(Subject::Route);
    let report = check(vectors(), &options).unwrap();
    assert_eq!(report.exit_code(), 0);
    assert!(!report.subjects.contains_key(&Subject::Dust));
}

#[test]
fn skipping_is_not_passing() {
    let report = run("skipping");
    assert_eq!(counts(&report), (0, 0, DUST));
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn claiming_nothing_is_not_passing() {
    assert_eq!(run("claims_nothing").exit_code(), 1);
}

#[test]
fn an_error_fails_the_vector_with_its_text() {
    let report = run("erring");
    assert_eq!(counts(&report), (0, DUST, 0));
    let error = Reason::Error {
        text: "cannot".to_owned(),
    };
    assert!(reasons(&report).values().all(|reason| **reason == error));
}

#[test]
fn steps_may_be_left_out_and_results_may_not() {
    let report = run("partial");
    let missing = Reason::Missing {
        name: "dust_sat".to_owned(),
    };
    assert_eq!(only_reason(&report), &missing);
    assert_eq!(report.subjects[&Subject::Dust].compared, DUST - 1);
}

#[test]
fn names_that_no_vector_has_are_counted() {
    let report = run("unknown_names");
    assert_eq!(report.exit_code(), 0);
    assert_eq!(report.unknown_values, DUST);
    assert_eq!(report.first_unknown.as_deref(), Some("mine"));
}

#[test]
fn a_slow_program_is_killed_and_started_again() {
    let mut options = options("slow");
    options.timeout = Duration::from_secs(8);
    let report = check(vectors(), &options).unwrap();
    assert_eq!(counts(&report).1, 1, "{report}");
    assert_eq!(only_reason(&report), &Reason::Timeout);
}

#[test]
fn a_silent_program_ended_early_and_is_given_up_after_three_restarts() {
    let report = run("silent");
    let reasons: Vec<&Reason> = report.failures.iter().map(|f| &f.reason).collect();
    assert_eq!(reasons.len(), DUST);
    assert!(
        reasons[..4]
            .iter()
            .all(|reason| **reason == Reason::EndedEarly)
    );
    assert!(
        reasons[4..]
            .iter()
            .all(|reason| **reason == Reason::NotReached)
    );
}

#[test]
fn a_program_without_hello_is_not_asked() {
    let mut options = options("mute");
    options.timeout = Duration::from_millis(500);
    let error = check(vectors(), &options).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains("no hello within"), "{error}");
    for (program, says) in [
        ("no_hello", "its first line is no hello"),
        ("lying_subject", "there is no subject `taproot`"),
        ("lying_protocol", "it speaks protocol 2"),
    ] {
        let error = check(vectors(), &self::options(program)).unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn what_cannot_be_started_is_said() {
    let error = check(
        vectors(),
        &CheckOptions::new(vec!["/no/such/program".into()]),
    )
    .unwrap_err();
    assert!(matches!(error, CheckError::Start { .. }), "{error}");
    assert_eq!(error.exit_code(), 3);
    let error = check(vectors(), &CheckOptions::new(Vec::new())).unwrap_err();
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn a_crash_is_shown_with_its_status_and_stderr() {
    let report = run("crashing");
    let [first, ..] = report.failures.as_slice() else {
        panic!("{report}");
    };
    let Reason::Crashed { status, stderr } = &first.reason else {
        panic!("{report}");
    };
    assert!(status.contains('7'), "{status}");
    assert_eq!(stderr, "it went wrong here");
    // The ids go on after a restart: only the fourth question crashes it.
    assert_eq!(counts(&report), (DUST - 1, 1, 0));
}

#[test]
fn a_signal_is_a_crash() {
    let report = run("killed");
    let Reason::Crashed { status, .. } = only_reason(&report) else {
        panic!("{report}");
    };
    assert!(status.contains("SIGSEGV"), "{status}");
}

fn assert_protocol(program: &str, problem: &str, line_begins: &str) {
    let report = run(program);
    let Reason::Protocol {
        problem: said,
        line,
    } = only_reason(&report)
    else {
        panic!("{report}");
    };
    assert!(said.contains(problem), "{said}");
    assert!(line.starts_with(line_begins), "{line}");
    assert!(line.chars().count() <= 200);
}

#[test]
fn talkative_programs_break_the_protocol() {
    assert_protocol("garbage", "expected value", "debugging: here I am");
    assert_protocol("twice", "nobody asked for", "{\"id\": 10");
    assert_protocol("other_id", "an answer to 4 where 5 was asked", "{\"id\": 4");
    assert_protocol("same_name", "the name `dust_sat` twice", "{\"id\":1");
}

#[test]
fn a_line_without_end_is_cut_off() {
    let report = run("endless");
    let [first, ..] = report.failures.as_slice() else {
        panic!("{report}");
    };
    let Reason::Protocol { problem, line } = &first.reason else {
        panic!("{report}");
    };
    assert!(problem.contains("16 MiB"));
    assert_eq!(line.len(), 200);
}

#[test]
fn noise_on_stderr_does_no_harm() {
    assert_eq!(run("noisy").exit_code(), 0);
}

#[test]
fn who_stays_is_killed_with_its_children() {
    let report = run("stays");
    assert_eq!(report.exit_code(), 0, "{report}");
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("still there"))
    );
    // A process that is killed takes a moment to go.
    let there = || {
        let found = Command::new("pgrep").args(["-f", "^sleep 29871$"]).output();
        found.is_ok_and(|found| !found.stdout.is_empty())
    };
    let begun = Instant::now();
    while there() {
        assert!(begun.elapsed() < Duration::from_secs(10), "a child is left");
    }
}

#[test]
fn other_valid_signatures_pass_in_the_second_mode_only() {
    let mut options = options("other_nonces");
    let exact = check(vectors(), &options).unwrap();
    assert_eq!(exact.exit_code(), 1);
    options.mode = Mode::AnySignature;
    let any = check(vectors(), &options).unwrap();
    assert_eq!(any.exit_code(), 0, "{any}");
    let compared: usize = any.subjects.values().map(|subject| subject.compared).sum();
    assert!(compared > 15_000, "{compared}");
}
