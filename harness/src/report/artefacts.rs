//! The folder of a failed scenario: what happened, what was said, what bitcoind logged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use leyden_bitcoind::Node;
use leyden_golden::GoldenFile;
use leyden_scenario::ScenarioCell;

/// Everything that is written down.
pub(crate) struct Record<'run> {
    pub(crate) cell: &'run ScenarioCell,
    pub(crate) nodes: Vec<(&'static str, &'run Node)>,
    pub(crate) log: &'run [String],
    pub(crate) messages: &'run [String],
    pub(crate) transcript: Option<GoldenFile>,
}

/// Writes the folder anew. A disk that is full must not hide why the scenario failed: then there is none.
pub(crate) fn folder(record: &Record<'_>, runs: &Path) -> Option<PathBuf> {
    let folder = runs.join(&record.cell.id);
    write(record, &folder).ok().map(|()| folder)
}

fn write(record: &Record<'_>, folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join("scenario.yaml"),
        record.cell.scenario.text.as_bytes(),
    )?;
    fs::write(folder.join("steps.log"), lines(record.log))?;
    fs::write(folder.join("messages.log"), lines(record.messages))?;
    if let Some(json) = record
        .transcript
        .as_ref()
        .and_then(|transcript| transcript.to_json().ok())
    {
        fs::write(folder.join("transactions.json"), json)?;
    }
    for (name, node) in &record.nodes {
        let here = folder.join(name);
        fs::create_dir_all(&here)?;
        node.copy_logs(&here)?;
        let command = format!(
            "{} {}\n",
            node.binary().path().display(),
            node.args().join(" ")
        );
        fs::write(here.join("command.txt"), command)?;
    }
    Ok(())
}

fn lines(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}
