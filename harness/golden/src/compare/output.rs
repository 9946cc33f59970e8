//! Outputs: amounts and scripts.

use bitcoin::{Amount, Script, Transaction, TxOut};

use super::pair::Pair;
use super::view::View;
use crate::difference::{Difference, Place};
use crate::explain::{asm, asm_tokens, output_kind};

pub(super) fn compare_outputs(
    pair: &Pair<'_>,
    wanted: &Transaction,
    found: &Transaction,
    out: &mut Vec<Difference>,
) {
    for (index, (wanted_output, found_output)) in
        wanted.output.iter().zip(&found.output).enumerate()
    {
        if wanted_output.value != found_output.value {
            let follows = amount_follows(pair, wanted, found, index);
            let (expected, found) = (sat(wanted_output.value), sat(found_output.value));
            pair.difference(Place::Amount(index), expected, found, follows, out);
        }
        if wanted_output.script_pubkey != found_output.script_pubkey {
            compare_script(
                pair,
                index,
                &wanted_output.script_pubkey,
                &found_output.script_pubkey,
                out,
            );
        }
    }
    for (index, output) in wanted.output.iter().enumerate().skip(found.output.len()) {
        pair.root(
            Place::Output(index),
            output_words(output),
            "none".to_owned(),
            out,
        );
    }
    for (index, output) in found.output.iter().enumerate().skip(wanted.output.len()) {
        pair.root(
            Place::Output(index),
            "none".to_owned(),
            output_words(output),
            out,
        );
    }
}

fn compare_script(
    pair: &Pair<'_>,
    index: usize,
    wanted: &Script,
    found: &Script,
    out: &mut Vec<Difference>,
) {
    let (wanted_kind, found_kind) = (output_kind(wanted), output_kind(found));
    let hidden = (
        pair.expected_view.hidden_script(wanted),
        pair.actual_view.hidden_script(found),
    );
    if let (true, (Some(wanted), Some(found))) = (wanted_kind == found_kind, hidden) {
        for difference in script_differences(wanted, found) {
            let place = Place::HashedScript(index, difference.opcode);
            pair.root(place, difference.expected, difference.found, out);
        }
        return;
    }
    let words = |script: &Script| format!("{} `{}`", output_kind(script), asm(script));
    pair.root(Place::Script(index), words(wanted), words(found), out);
}

/// Whether an output's amount is what the spent outputs dictate.
///
/// Either it takes over a spent amount that changed in the same way (a child's only or paired
/// output), or it is the one output that takes up the change of the sum at the same fee.
fn amount_follows(
    pair: &Pair<'_>,
    wanted: &Transaction,
    found: &Transaction,
    index: usize,
) -> bool {
    let value = |tx: &Transaction| tx.output.get(index).map(|output| output.value);
    let changed = (value(wanted), value(found));
    let spent = |view: &View<'_>, tx: &Transaction| -> Vec<Option<Amount>> {
        tx.input
            .iter()
            .map(|input| view.spent(input).map(|output| output.value))
            .collect()
    };
    let (wanted_in, found_in) = (
        spent(pair.expected_view, wanted),
        spent(pair.actual_view, found),
    );
    if wanted_in
        .iter()
        .copied()
        .zip(found_in.iter().copied())
        .any(|spent| spent == changed)
    {
        return true;
    }
    let other_outputs_equal = wanted
        .output
        .iter()
        .zip(&found.output)
        .enumerate()
        .all(|(other, (wanted, found))| other == index || wanted.value == found.value);
    let fees = (pair.expected.golden.fee_sat, pair.actual.golden.fee_sat);
    wanted_in != found_in && other_outputs_equal && fees.0.is_some() && fees.0 == fees.1
}

/// One element of a script that differs.
#[derive(Debug)]
pub(super) struct ScriptDifference {
    /// The element's index, pushes counted.
    pub(super) opcode: usize,
    pub(super) expected: String,
    pub(super) found: String,
}

/// Element by element if there are equally many; else the stretch between the equal ends.
pub(super) fn script_differences(wanted: &Script, found: &Script) -> Vec<ScriptDifference> {
    let (wanted, found) = (asm_tokens(wanted), asm_tokens(found));
    if wanted.len() == found.len() {
        let both = wanted.into_iter().zip(found).enumerate();
        return both
            .filter(|(_, (wanted, found))| wanted != found)
            .map(|(opcode, (expected, found))| ScriptDifference {
                opcode,
                expected,
                found,
            })
            .collect();
    }
    let start = wanted
        .iter()
        .zip(&found)
        .take_while(|(wanted, found)| wanted == found)
        .count();
    let longest_end = wanted.len().min(found.len()).saturating_sub(start);
    let ends = wanted.iter().rev().zip(found.iter().rev());
    let end = ends
        .take(longest_end)
        .take_while(|(wanted, found)| wanted == found)
        .count();
    let middle = |tokens: &[String]| {
        let stretch = tokens
            .get(start..tokens.len().saturating_sub(end))
            .unwrap_or_default();
        if stretch.is_empty() {
            "nothing".to_owned()
        } else {
            format!("`{}`", stretch.join(" "))
        }
    };
    vec![ScriptDifference {
        opcode: start,
        expected: middle(&wanted),
        found: middle(&found),
    }]
}

fn sat(amount: Amount) -> String {
    format!("{} sat", amount.to_sat())
}

fn output_words(output: &TxOut) -> String {
    format!(
        "{} to {} `{}`",
        sat(output.value),
        output_kind(&output.script_pubkey),
        asm(&output.script_pubkey)
    )
}
