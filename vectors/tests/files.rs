//! The files in this directory are what the seeds make, reach what they should, and pass the reference.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use leyden_vectors::{
    Changes, CheckOptions, GenerateError, Mode, ShowError, Subject, check, counts, coverage,
    coverage_floor, generate, show, stale,
};

/// The vectors of this repository.
fn vectors() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn files_are_what_generate_makes() {
    assert_eq!(stale(vectors()).unwrap(), Vec::<String>::new());
}

#[test]
fn coverage_has_not_dropped() {
    let coverage = coverage(vectors()).unwrap();
    assert!(coverage.is_whole(), "{coverage}");
    let floor = coverage_floor(vectors()).unwrap();
    assert_eq!(floor.dropped(&coverage), Vec::<String>::new());
}

#[test]
fn a_vector_never_changes_silently() {
    let dir = tempfile::tempdir().unwrap();
    for subject in Subject::ALL {
        let name = format!("{subject}.json");
        fs::copy(vectors().join(&name), dir.path().join(&name)).unwrap();
    }
    let path = dir.path().join("dust.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"330\"", "\"331\"")).unwrap();
    let error = generate(dir.path(), None, Changes::Refuse).unwrap_err();
    let GenerateError::Changed { vectors: changed } = error else {
        panic!("{error}");
    };
    assert_eq!(changed, ["dust/p2nsh-3000", "dust/p2wsh-3000"]);
    let generated = generate(dir.path(), None, Changes::Accept).unwrap();
    assert_eq!(generated.written, [path]);
    assert!(stale(dir.path()).unwrap().is_empty());

    // A whole vector less is a change of coverage.
    let digest = dir.path().join("transactions.json");
    let text = fs::read_to_string(&digest).unwrap();
    fs::write(
        &digest,
        text.replace("\"label\": \"HEBR1", "\"label\": \"HE1"),
    )
    .unwrap();
    let floor = coverage_floor(vectors()).unwrap();
    let dropped = floor.dropped(&coverage(dir.path()).unwrap());
    assert!(
        dropped.iter().any(|item| item.contains("HEBR on a's")),
        "{dropped:?}"
    );
}

#[test]
fn the_reference_passes_all_in_both_modes() {
    let reference = vectors().join("reference/check");
    for mode in [Mode::Exact, Mode::AnySignature] {
        let options = CheckOptions {
            mode,
            timeout: Duration::from_secs(60),
            ..CheckOptions::new(vec![
                "python3".into(),
                "-B".into(),
                reference.clone().into(),
            ])
        };
        let report = check(vectors(), &options).unwrap();
        assert_eq!(report.exit_code(), 0, "{report}");
        assert!(report.subjects.values().all(|subject| subject.claimed));
    }
}

#[test]
fn there_are_as_many_as_promised() {
    let total = counts(vectors()).unwrap().total();
    assert!(total.valid >= 500, "{total:?}");
    assert!(total.invalid >= 120, "{total:?}");
}

#[test]
fn each_vector_says_why_in_a_sentence() {
    for subject in Subject::ALL {
        let text = fs::read_to_string(vectors().join(format!("{subject}.json"))).unwrap();
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut names = BTreeSet::new();
        for vector in file["vectors"].as_array().unwrap() {
            let (name, why) = (
                vector["name"].as_str().unwrap(),
                vector["why"].as_str().unwrap(),
            );
            assert!(names.insert(name), "{subject}/{name} twice");
            let begins =
                why.starts_with(|first: char| !first.is_lowercase() || "abn".contains(first));
            assert!(
                begins && why.ends_with('.') && why.len() > 34 && why.contains(' '),
                "{subject}/{name}: {why}"
            );
        }
    }
}

#[test]
fn show_explains_one_vector() {
    let text = show(vectors(), "transactions/RD2a-csv").unwrap();
    for part in [
        "OP_CHECKSEQUENCEVERIFY",
        "nSequence 0x000003e8",
        "What bitcoind says",
        "§3.3.2",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let error = show(vectors(), "RD2").unwrap_err();
    assert!(
        error.to_string().contains("transactions/RD2a-csv"),
        "{error}"
    );
    assert!(matches!(
        show(vectors(), "nothing like it"),
        Err(ShowError::None { .. })
    ));
}
