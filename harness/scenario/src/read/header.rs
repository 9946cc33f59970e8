//! A scenario file's own keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::matrix::{Cell, Matrix};
use super::reader::{Fields, Reader, short};
use crate::limits;
use crate::model::Scenario;
use crate::problem::Diagnostics;
use crate::shape::SCENARIO;
use crate::tree::{Node, Text};

/// A scenario file whose outermost level has been read.
pub(crate) struct Header {
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) text: Text,
    pub(crate) name_span: crate::tree::Span,
    pub(crate) matrix: Matrix,
    pub(crate) cells: Vec<Cell>,
    root: Node,
}

impl Header {
    /// The value under one of the file's keys.
    pub(crate) fn field(&self, key: &str) -> Option<&Node> {
        self.root.get(key)
    }
}

/// Reads the header; steps, actors and settings are read for each cell.
pub(crate) fn read_header(text: Text, root: Node, problems: &mut Diagnostics) -> Option<Header> {
    let mut reader = Reader {
        problems,
        text: text.clone(),
        params: BTreeMap::new(),
        via: Vec::new(),
    };
    let fields = reader.fields(&root, &SCENARIO)?;
    let name = fields.must(&mut reader, "name", slug);
    let about = fields.must(&mut reader, "about", sentence);
    let paper = fields.may(&mut reader, "paper", Reader::text);
    let tags = fields.or(&mut reader, "tags", Vec::new(), |reader, node| {
        reader.each(node, slug)
    });
    let matrix = read_matrix(&mut reader, &fields);
    let name_span = fields.get("name").map(|node| node.span).unwrap_or_default();
    let (name, about, paper, tags, (matrix, cells)) = (name?, about?, paper?, tags?, matrix?);
    let cells = cells.into_iter().map(|cell| cell.named(&name)).collect();
    let scenario = Scenario {
        name,
        about,
        paper,
        tags,
        path: text.path.clone(),
        text: Arc::clone(&text.text),
    };
    Some(Header {
        scenario: Arc::new(scenario),
        text,
        name_span,
        matrix,
        cells,
        root,
    })
}

fn read_matrix(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<(Matrix, Vec<Cell>)> {
    let lacks = fields.or(reader, "bitcoind_lacks_noinput", false, Reader::boolean)?;
    let matrix = Matrix::read(reader, fields.get("matrix"))?;
    let skips = matrix.read_skips(reader, fields.get("skip"))?;
    let cells = matrix.cells(&skips, lacks);
    let span = fields
        .get("matrix")
        .or(fields.get("name"))
        .map(|node| node.span)
        .unwrap_or_default();
    match cells {
        None => {
            let message = format!("the matrix gives more than {} cells", limits::CELLS);
            reader.report("too-many-cells", span, message, "too many combinations", "");
            None
        }
        Some(cells) if cells.is_empty() => {
            let help = "noinput needs the patched bitcoind, unless `bitcoind_lacks_noinput: true`";
            reader.report(
                "no-cells",
                span,
                "nothing is left of the matrix",
                "every combination is skipped",
                help,
            );
            None
        }
        Some(cells) => Some((matrix, cells)),
    }
}

/// Small letters, digits and hyphens.
fn slug(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let text = reader.text(node)?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=60).contains(&text.len()) && text.chars().all(fits) {
        return Some(text);
    }
    let message = format!("`{}` is no name", short(&text));
    reader.report(
        "not-a-name",
        node.span,
        message,
        "expected small letters, digits and hyphens",
        "",
    );
    None
}

fn sentence(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let text = reader.text(node)?;
    if text.trim().is_empty() {
        reader.report(
            "empty",
            node.span,
            "this says nothing",
            "a sentence is expected",
            "",
        );
        return None;
    }
    Some(text)
}
