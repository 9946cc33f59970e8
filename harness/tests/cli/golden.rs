//! A transaction that is not what the golden file says fails the step that made it.

use std::fs;

use serde_json::Value;

use crate::fixture::Folder;

const SECTION: &str = "3.3.4";
const NAME: &str = "figure-9-breach-remedy";
const CELL: &str = "figure-9-breach-remedy[csv,stock]";

fn change(folder: &Folder, change: impl FnOnce(&mut Value)) {
    let path = folder.path(&format!("{NAME}.csv.golden.json"));
    let mut golden: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut golden);
    fs::write(&path, serde_json::to_string_pretty(&golden).unwrap()).unwrap();
}

#[test]
fn the_golden_file_as_it_is_passes_twice_with_the_same_bytes() {
    let folder = Folder::with_copy_of(SECTION, NAME);
    assert_eq!(folder.run(&["run", CELL]).code, Some(0));
    let path = folder.path(&format!("{NAME}.csv.golden.json"));
    let before = fs::read(&path).unwrap();
    let ran = folder.run(&["run", "--accept", CELL]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(
        !ran.stdout.contains("golden file written"),
        "{}",
        ran.stdout
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn an_amount_that_differs_fails_the_step_that_built_it_and_is_named() {
    let folder = Folder::with_copy_of(SECTION, NAME);
    let fragment = "fragments/at-commitment-1.yaml";
    let text = fs::read_to_string(folder.path(fragment)).unwrap();
    let changed = text.replace(
        "alice: 0.6 BTC, bob: 0.4 BTC",
        "alice: 0.60000001 BTC, bob: 0.39999999 BTC",
    );
    assert_ne!(text, changed);
    folder.write(fragment, &changed);
    let ran = folder.run(&["run", CELL]);
    assert_eq!(ran.code, Some(1));
    for wanted in [
        "fragments/at-commitment-1.yaml:",
        "step    open:",
        "reason  golden",
        "C0b output 0 amount: expected 40000000 sat, found 39999999 sat",
    ] {
        assert!(ran.stdout.contains(wanted), "{wanted}\n{}", ran.stdout);
    }
}

#[test]
fn a_golden_file_edited_by_hand_is_refused() {
    let folder = Folder::with_copy_of(SECTION, NAME);
    change(&folder, |golden| {
        let txs = golden["transactions"].as_array_mut().unwrap();
        let c0b = txs.iter_mut().find(|tx| tx["id"] == "C0b").unwrap();
        let raw = c0b["raw"]
            .as_str()
            .unwrap()
            .replacen("03000000", "02000000", 1);
        c0b["raw"] = Value::from(raw);
    });
    let ran = folder.run(&["run", CELL]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.contains("C0b: its raw bytes are transaction"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_transaction_that_the_golden_file_does_not_know_fails_the_step() {
    let folder = Folder::with_copy_of(SECTION, NAME);
    change(&folder, |golden| {
        for list in ["transactions", "chain"] {
            let key = if list == "chain" { "tx" } else { "id" };
            let list = golden[list].as_array_mut().unwrap();
            list.retain(|entry| !entry[key].as_str().unwrap().starts_with("D1b"));
        }
    });
    let ran = folder.run(&["run", CELL]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.contains("reason  unexpected-transaction"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("D1b"), "{}", ran.stdout);
}

#[test]
fn a_scenario_without_a_golden_file_fails() {
    let folder = Folder::with_copy_of(SECTION, NAME);
    fs::remove_file(folder.path(&format!("{NAME}.csv.golden.json"))).unwrap();
    let ran = folder.run(&["run", CELL]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("reason  no-golden"), "{}", ran.stdout);
}
