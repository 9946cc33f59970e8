//! One vector, for a person.

use core::fmt::Write as _;
use std::path::Path;

use bitcoin::consensus::encode::deserialize_hex;
use bitcoin::{Amount, Transaction};

use crate::asm::asm;
use crate::model::{Build, LoadError, Place, Subject, Value, Vector, VectorFile, one_line};

/// How much of a value is shown on its line.
const WIDTH: usize = 96;

/// Why a vector is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// The files cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// There is none of this name.
    #[error("there is no vector `{name}`{}", nearest(near))]
    None {
        /// What was asked for.
        name: String,
        /// Names that contain it, or begin alike.
        near: Vec<String>,
    },
    /// There are several.
    #[error("several vectors have this name: {}", names.join(", "))]
    Several {
        /// Their whole names.
        names: Vec<String>,
    },
}

fn nearest(near: &[String]) -> String {
    if near.is_empty() {
        return "; `SUBJECT/NAME` or NAME is expected".to_owned();
    }
    format!("; there are {}", near.join(", "))
}

/// Explains the vector `name`, or `subject/name`.
///
/// # Errors
/// [`ShowError`] if there is not exactly one of that name.
pub fn show(dir: &Path, name: &str) -> Result<String, ShowError> {
    let files = VectorFile::load_all(dir)?;
    let all: Vec<(Subject, &Vector)> = files
        .iter()
        .flat_map(|file| file.vectors.iter().map(|vector| (file.subject, vector)))
        .collect();
    let whole = |(subject, vector): &(Subject, &Vector)| format!("{subject}/{}", vector.name);
    let found: Vec<_> = all
        .iter()
        .filter(|one| one.1.name == name || whole(one) == name)
        .collect();
    match found.as_slice() {
        [(subject, vector)] => Ok(explain(*subject, vector)),
        [] => Err(ShowError::None {
            name: name.chars().take(80).collect(),
            near: near(&all.iter().map(whole).collect::<Vec<_>>(), name),
        }),
        several => Err(ShowError::Several {
            names: several.iter().map(|one| whole(one)).collect(),
        }),
    }
}

/// At most eight names that contain it, else that begin alike.
fn near(names: &[String], wanted: &str) -> Vec<String> {
    let take = |test: &dyn Fn(&String) -> bool| -> Vec<String> {
        let found = names.iter().filter(|name| test(name));
        found.take(8).cloned().collect()
    };
    let containing = take(&|name| name.contains(wanted));
    if !containing.is_empty() {
        return containing;
    }
    let start: String = wanted.chars().take(3).collect();
    take(&|name| !start.is_empty() && name.contains(&format!("/{start}")))
}

fn explain(subject: Subject, vector: &Vector) -> String {
    let mut text = String::new();
    let Vector {
        name, paper, why, ..
    } = vector;
    // Writing to a string does not fail.
    let _ = writeln!(text, "{subject}/{name}   {paper}\n\n{why}\n");
    let _ = writeln!(text, "Inputs");
    for line in inputs(vector) {
        let _ = writeln!(text, "  {line}");
    }
    for (heading, values) in [("Steps", &vector.steps), ("Result", &vector.result)] {
        let _ = writeln!(text, "\n{heading}");
        let width = values.iter().map(|value| value.name.len()).max();
        for value in values {
            let _ = writeln!(text, "  {}", line(value, width.unwrap_or(0)));
        }
    }
    for value in vector.result.iter().filter(|value| is_transaction(value)) {
        if let Ok(tx) = deserialize_hex::<Transaction>(&value.value) {
            let _ = writeln!(text, "\n{} in words", value.name);
            describe(&mut text, &tx);
        }
    }
    if let Some(verdict) = &vector.verdict {
        let _ = writeln!(text, "\nWhat bitcoind says");
        for build in Build::ALL {
            for place in Place::ALL {
                let says = verdict.get(build, place);
                let _ = writeln!(text, "  {:8} {:6} {says}", build.name(), place.name());
            }
        }
    }
    text
}

/// One member a line.
fn inputs(vector: &Vector) -> Vec<String> {
    let text = one_line(&vector.inputs).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let Some(members) = value.as_object() else {
        return vec![text];
    };
    let member = |(name, value): (&String, &serde_json::Value)| {
        let value = one_line(value).unwrap_or_default();
        format!("{name}: {value}")
    };
    members.iter().map(member).collect()
}

fn line(value: &Value, width: usize) -> String {
    let Value {
        name,
        encoding,
        value: text,
        ..
    } = value;
    let shown: String = text.chars().take(WIDTH).collect();
    let rest = if shown.len() < text.len() {
        if encoding.is_bytes() {
            format!("… ({} bytes)", text.len() >> 1)
        } else {
            "…".to_owned()
        }
    } else {
        String::new()
    };
    let mark = match (&value.signature, value.signed.is_empty(), value.loose) {
        (Some(of), _, _) => format!("   [signs {} with {}]", of.digest, of.public),
        (None, false, _) => format!("   [contains {}]", value.signed.join(", ")),
        (None, true, true) => "   [depends on signatures]".to_owned(),
        (None, true, false) => String::new(),
    };
    format!("{name:width$}  {:5} {shown}{rest}{mark}", encoding.name())
}

fn is_transaction(value: &Value) -> bool {
    value.name == "transaction" || value.name.ends_with(".transaction")
}

fn describe(text: &mut String, tx: &Transaction) {
    let lock = tx.lock_time.to_consensus_u32();
    let _ = writeln!(text, "  version {}, nLockTime {lock}", tx.version.0);
    for (index, input) in tx.input.iter().enumerate() {
        let from = input.previous_output;
        let sequence = input.sequence.0;
        let _ = writeln!(text, "  input {index}: {from}, nSequence {sequence:#010x}");
        let elements = input.witness.len();
        if let Some(last) = input.witness.last().filter(|last| last.len() > 33) {
            let script = asm(bitcoin::Script::from_bytes(last));
            let _ = writeln!(
                text,
                "    {elements} elements of witness, the last is {script}"
            );
        }
    }
    for (index, output) in tx.output.iter().enumerate() {
        let amount = Amount::to_sat(output.value);
        let script = asm(&output.script_pubkey);
        let _ = writeln!(text, "  output {index}: {amount} sat to {script}");
    }
}
