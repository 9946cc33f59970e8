//! No bytes, however wrong, do more than give problems.

#![allow(clippy::arithmetic_side_effects, reason = "a test may fail")]

mod common;

use common::{EVERY_VERB, check, with_steps};
use proptest::prelude::{ProptestConfig, any, prop, proptest};

const SCRAPS: &[&str] = &[
    "${",
    "}",
    "{",
    "[",
    "*a",
    "&a ",
    "- ",
    ": ",
    "\n",
    "\t",
    "é",
    "\u{feff}",
    "0x",
    "1e999",
    ".nan",
    "~",
    "!!binary ",
    "<<: ",
    "|\n",
    "'",
    "\"",
    "99999999999999999999",
    "-1",
    "C1b",
    ":",
    "/",
    "\0",
    "...",
    "---",
];

fn survive(bytes: Vec<u8>) {
    if let Err(problems) = check(bytes) {
        assert!(!problems.problems().is_empty());
        assert!(!problems.render_plain(80).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survive(bytes);
    }

    #[test]
    fn random_yaml(scraps in prop::collection::vec(prop::sample::select(SCRAPS), 0..40)) {
        survive(scraps.concat().into_bytes());
        survive(with_steps(&format!("  - {}", scraps.concat())).into_bytes());
    }

    #[test]
    fn changed_files(at in any::<prop::sample::Index>(), cut in 0_usize..12, scrap in prop::sample::select(SCRAPS)) {
        let mut bytes = EVERY_VERB.as_bytes().to_vec();
        let at = at.index(bytes.len());
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, scrap.bytes());
        survive(bytes);
    }
}
