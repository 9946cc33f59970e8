//! What the tests share.

use leyden_scenario::{Diagnostics, Plan, SourceFile, Sources, Vocabulary};

/// A scenario that uses every key.
#[allow(dead_code, reason = "not every test uses it")]
pub(crate) const EVERY_VERB: &str = include_str!("../data/every-verb.yaml");
/// The fragment that it uses.
#[allow(dead_code, reason = "not every test uses it")]
pub(crate) const FRAGMENT: &str = include_str!("../data/fragments/open-half-half.yaml");

/// One scenario file and the shared fragment.
pub(crate) fn sources(bytes: impl Into<Vec<u8>>) -> Sources {
    let file = |path: &str, bytes: Vec<u8>| SourceFile {
        path: path.into(),
        bytes,
    };
    let mut sources = Sources {
        scenarios: vec![file("scenarios/test.yaml", bytes.into())],
        ..Sources::default()
    };
    let fragment = file("scenarios/fragments/open-half-half.yaml", FRAGMENT.into());
    sources.fragments.insert("open-half-half".into(), fragment);
    sources
}

/// Checks one file.
pub(crate) fn check(bytes: impl Into<Vec<u8>>) -> Result<Plan, Diagnostics> {
    Plan::check(&sources(bytes), &Vocabulary::default())
}

/// A file with two actors, a channel `ab` and these steps.
#[allow(dead_code, reason = "not every test uses it")]
pub(crate) fn with_steps(steps: &str) -> String {
    format!(
        "name: test\nabout: A test.\nmatrix: {{ dialect: csv, bitcoind: stock }}\nactors: {{ alice: {{ coins: [1 BTC] }}, bob: {{ coins: [1 BTC] }} }}\nsteps:\n  - open: {{ channel: ab, alice: 0.5 BTC, bob: 0.5 BTC }}\n{steps}\n"
    )
}
