//! Deliberately wrong implementations: the reference with one fault each. The vector made for the fault catches it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use leyden_vectors::{CheckOptions, Mode, Report, Subject, check};

/// The vectors of this repository.
fn vectors() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The fault, the vector that must catch it, and the first value in which it shows.
const FAULTS: [(&str, &str, &str); 16] = [
    (
        "noinput_without_sequence",
        "digest/noinput-c3-input-0",
        "preimage.sequence",
    ),
    (
        "noinput_null_outpoint",
        "digest/noinput-41-input-0",
        "preimage.outpoint",
    ),
    (
        "noinput_in_version_0",
        "digest/bip143-41-input-0",
        "preimage.hash_prevouts",
    ),
    (
        "amount_left_out",
        "digest/changed-amount",
        "preimage.amount",
    ),
    (
        "single_signs_all",
        "digest/noinput-c3-input-0",
        "preimage.hash_outputs",
    ),
    ("keys_sorted", "scripts/funding-noinput", "script"),
    (
        "holder_keys_swapped",
        "transactions/C3a-from-a-noinput",
        "script.htlc.1",
    ),
    ("delay_big_endian", "scripts/rsmc-1000-csv", "script"),
    ("chain_forwards", "keys/seed-a-channel-0", "own.0.digits"),
    (
        "sequence_without_bit_31",
        "commitment-number/revocable-a-1",
        "sequence",
    ),
    (
        "outputs_by_amount",
        "transactions/C7a-three-htlcs-csv",
        "commitment.output.0.role",
    ),
    (
        "expiry_left_out",
        "transactions/HT1a-from-a-csv",
        "unsigned",
    ),
    (
        "dust_to_fee",
        "transactions/C4a-329-for-a-noinput",
        "commitment.output.1.amount_sat",
    ),
    (
        "high_s_accepted",
        "invalid/presignature-high-s-noinput",
        "outcome",
    ),
    (
        "settlement_with_noinput",
        "settlement/ES-50000000-for-a-rate-250-noinput",
        "input.0.preimage.hash_prevouts",
    ),
    (
        "fee_rounded_down",
        "fees/FB2a-rate-253-noinput",
        "fee.asked_sat",
    ),
];

fn run(fault: &str, subject: Subject, mode: Mode) -> Report {
    let path = vectors().join("tests/wrong/run.py");
    let command: Vec<OsString> = vec!["python3".into(), "-B".into(), path.into(), fault.into()];
    let options = CheckOptions {
        mode,
        timeout: Duration::from_secs(60),
        subjects: [subject].into(),
        ..CheckOptions::new(command)
    };
    check(vectors(), &options).unwrap()
}

#[test]
fn each_is_caught_by_the_vector_made_for_it() {
    let mut missed = Vec::new();
    for (fault, vector, value) in FAULTS {
        let (subject, name) = vector.split_once('/').unwrap();
        let subject = subject.parse().unwrap();
        // A checker that lets any valid signature pass must see the same faults.
        for mode in [Mode::Exact, Mode::AnySignature] {
            let report = run(fault, subject, mode);
            let mut failures = report.failures.iter();
            let caught = failures.find(|failure| failure.vector == name);
            let first = caught.and_then(|failure| failure.reason.value());
            if first != Some(value) {
                let reason = caught.map(|failure| failure.reason.to_string());
                missed.push(format!("{fault}, {mode}: {vector}: {reason:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Without a fault the same program passes: what the test above sees are the faults.
#[test]
fn the_program_without_fault_passes() {
    for subject in Subject::ALL {
        let report = run("no_fault", subject, Mode::Exact);
        assert_eq!(report.exit_code(), 0, "{report}");
    }
}
