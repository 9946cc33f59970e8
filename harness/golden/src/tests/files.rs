use std::fs;
use std::path::Path;

use super::fixture::{PAPER, record};
use crate::{AcceptError, Acceptance, GoldenFile, LoadError, Refusal, Saved, golden_path};

#[test]
fn a_file_is_read_as_it_was_written_and_touched_only_if_it_changes() {
    let dir = tempfile::tempdir().unwrap();
    let path = golden_path(&dir.path().join("breach-remedy.yaml"), "noinput").unwrap();
    assert!(path.ends_with("breach-remedy.noinput.golden.json"));
    let mut file = record(PAPER);
    assert_eq!(file.save(&path).unwrap(), Saved::Written);
    assert_eq!(GoldenFile::load(&path).unwrap(), file);
    assert_eq!(file.save(&path).unwrap(), Saved::Unchanged);
    file.scenario = "other".to_owned();
    assert_eq!(file.save(&path).unwrap(), Saved::Written);
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        1,
        "no temporary file is left"
    );
}

#[test]
fn what_cannot_be_read_says_which_file_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.noinput.golden.json");
    assert!(matches!(
        GoldenFile::load(&path),
        Err(LoadError::Missing { .. })
    ));
    let good = record(PAPER).to_json().unwrap();
    let cases = [
        good.replacen("\"cell\"", "\"extra\": 1, \"cell\"", 1),
        good.replacen("\"format\": 1", "\"format\": 2", 1),
        good.replacen("\"raw\": \"0", "\"raw\": \"1", 1),
        good[..good.len() / 2].to_owned(),
    ];
    for text in cases {
        fs::write(&path, &text).unwrap();
        let error = GoldenFile::load(&path).unwrap_err().to_string();
        assert!(
            error.contains("x.noinput.golden.json") && error.contains("leyden run --accept"),
            "{error}"
        );
    }
}

#[test]
fn a_cell_cannot_name_another_directory() {
    for cell in ["../x", "a/b", "", "..", "A"] {
        assert!(golden_path(Path::new("a/b.yaml"), cell).is_err(), "{cell}");
    }
}

fn refusal(expected: bool) -> Refusal {
    Refusal {
        step: 4,
        bitcoind: "patched".to_owned(),
        tx: "RD1b".to_owned(),
        reason: "non-BIP68-final".to_owned(),
        expected,
    }
}

#[test]
fn what_a_bitcoind_refused_unexpectedly_is_not_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.json");
    let mut acceptance = Acceptance::new();
    acceptance.refused(refusal(true));
    acceptance.refused(refusal(false));
    let refused = acceptance.accept(&record(PAPER), &path);
    assert!(matches!(&refused, Err(AcceptError::Refused(all)) if all.len() == 1));
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .ends_with("step 4: RD1b by patched: non-BIP68-final")
    );
    assert!(!path.exists());
}

#[test]
fn a_failed_run_is_not_accepted_and_an_expected_refusal_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.json");
    let mut failed = Acceptance::new();
    failed.failed(3, "no BR1b in the mempool");
    assert!(matches!(
        failed.accept(&record(PAPER), &path),
        Err(AcceptError::Failed { step: 3, .. })
    ));
    let mut fine = Acceptance::new();
    fine.refused(refusal(true));
    assert_eq!(fine.accept(&record(PAPER), &path).unwrap(), Saved::Written);
}
