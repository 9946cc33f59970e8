//! Every kind of transaction reaches a chain in some scenario, in each dialect.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use leyden_labels::{Dialect, Kind, Label};
use serde_json::Value;

use crate::fixture::scenarios;

#[test]
fn every_kind_of_transaction_is_on_a_chain_in_both_dialects() {
    for dialect in Dialect::BOTH {
        let mut found = BTreeSet::new();
        collect(&scenarios(), &format!(".{dialect}."), &mut found);
        for kind in Kind::ALL {
            assert!(
                found.contains(&kind),
                "no scenario confirms a {kind:?} in dialect {dialect}"
            );
        }
    }
}

fn collect(folder: &Path, cell: &str, found: &mut BTreeSet<Kind>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_str().unwrap();
        if path.is_dir() {
            collect(&path, cell, found);
        } else if name.ends_with(".golden.json") && name.contains(cell) {
            let golden: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            found.extend(confirmed(&golden));
        }
    }
}

fn confirmed(golden: &Value) -> Vec<Kind> {
    let events = golden["chain"].as_array().unwrap().iter();
    let ids: BTreeSet<&str> = events.map(|event| event["tx"].as_str().unwrap()).collect();
    let txs = golden["transactions"].as_array().unwrap().iter();
    txs.filter(|tx| ids.contains(tx["id"].as_str().unwrap()))
        .filter_map(|tx| tx["name"].as_str().unwrap().parse::<Label>().ok())
        .map(Label::kind)
        .collect()
}
