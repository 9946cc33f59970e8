//! Dimensions, and the cells that their values give.

use std::collections::BTreeMap;

use leyden_labels::Dialect;

use super::reader::{Reader, short};
use crate::names::is_name;
use crate::shape::{SCENARIO, Shape, Table};
use crate::tree::{Node, Value};
use crate::{Flavour, limits, suggest};

/// What a scenario runs in.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    dialects: Vec<Dialect>,
    flavours: Vec<Flavour>,
    params: Vec<(String, Vec<String>)>,
}

/// One combination of values.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) id: String,
    pub(crate) dialect: Dialect,
    pub(crate) flavour: Flavour,
    pub(crate) values: BTreeMap<String, String>,
    params: Vec<(String, String)>,
}

/// A combination to leave out: dimension and values.
type Skip = BTreeMap<String, Vec<String>>;

impl Cell {
    /// The same cell with its name.
    pub(crate) fn named(mut self, scenario: &str) -> Self {
        let mut parts = vec![self.dialect.to_string(), self.flavour.to_string()];
        parts.extend(
            self.params
                .iter()
                .map(|(name, value)| format!("{name}={value}")),
        );
        self.id = format!("{scenario}[{}]", parts.join(","));
        self
    }

    /// The values that steps can name with `${…}`.
    pub(crate) fn params(&self) -> BTreeMap<String, String> {
        self.params.iter().cloned().collect()
    }
}

impl Matrix {
    /// Reads `matrix`, or takes the default.
    pub(crate) fn read(reader: &mut Reader<'_>, node: Option<&Node>) -> Option<Self> {
        let mut matrix = Self {
            dialects: Dialect::BOTH.to_vec(),
            flavours: Flavour::ALL.to_vec(),
            params: Vec::new(),
        };
        let Some(node) = node else {
            return Some(matrix);
        };
        let fields = reader.fields(node, matrix_table()?)?;
        if let Some(node) = fields.get("dialect") {
            let read = values(reader, node, |reader, node| {
                reader.word(node, &["noinput", "csv"], |word| {
                    word.parse::<Dialect>().ok()
                })
            })?;
            matrix.dialects.retain(|dialect| read.contains(dialect));
        }
        if let Some(node) = fields.get("bitcoind") {
            let read = values(reader, node, |reader, node| {
                reader.word(node, Flavour::NAMES, Flavour::from_name)
            })?;
            matrix.flavours.retain(|flavour| read.contains(flavour));
        }
        for (key, node) in fields.others() {
            let name = reader.name(key)?;
            let near = suggest::nearest(&name, ["dialect", "bitcoind"]);
            if let Some(near) = near {
                let help = format!("did you mean `{near}`?");
                reader.report(
                    "unknown-key",
                    key.span,
                    format!("`{name}` is too close to a dimension's name"),
                    "",
                    &help,
                );
                return None;
            }
            matrix.params.push((name, values(reader, node, parameter)?));
        }
        Some(matrix)
    }

    /// Reads `skip`.
    pub(crate) fn read_skips(
        &self,
        reader: &mut Reader<'_>,
        node: Option<&Node>,
    ) -> Option<Vec<Skip>> {
        let Some(node) = node else {
            return Some(Vec::new());
        };
        reader.each(node, |reader, item| self.selection(reader, item, true))
    }

    /// Reads `{ dialect: csv, delay: [10, 20] }`; parameters only where the scenario's own are visible.
    pub(crate) fn selection(
        &self,
        reader: &mut Reader<'_>,
        node: &Node,
        own: bool,
    ) -> Option<Skip> {
        let mut selection = Skip::new();
        for (key, value) in reader.entries(node, "a choice of cells")? {
            let name = key.scalar().unwrap_or("");
            let Some(known) = self.values_of(name, own) else {
                let help = suggest::help(name, "a dimension", self.dimensions(own));
                reader.report(
                    "unknown-dimension",
                    key.span,
                    format!("there is no dimension `{}`", short(name)),
                    "unknown",
                    &help,
                );
                return None;
            };
            let mut chosen = Vec::new();
            for item in Reader::items_or_one(value) {
                let text = reader.text(item)?;
                if !known.contains(&text) {
                    let help =
                        suggest::help(&text, "one of these", known.iter().map(String::as_str));
                    let message = format!("`{name}` has no value `{}`", short(&text));
                    reader.report("unknown-value", item.span, message, "unknown value", &help);
                    return None;
                }
                chosen.push(text);
            }
            selection.insert(name.to_owned(), chosen);
        }
        Some(selection)
    }

    /// The values that a dimension can have; all words for the two fixed ones.
    pub(crate) fn values_of(&self, dimension: &str, own: bool) -> Option<Vec<String>> {
        match dimension {
            "dialect" => Some(Dialect::BOTH.iter().map(ToString::to_string).collect()),
            "bitcoind" => Some(Flavour::NAMES.iter().map(ToString::to_string).collect()),
            name if own => self
                .params
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, values)| values.clone()),
            _ => None,
        }
    }

    /// The names of all dimensions.
    pub(crate) fn dimensions(&self, own: bool) -> Vec<&str> {
        let params = self
            .params
            .iter()
            .filter(|_| own)
            .map(|(name, _)| name.as_str());
        ["dialect", "bitcoind"].into_iter().chain(params).collect()
    }

    /// Every cell that is not skipped, in order, without names; nothing if there are too many.
    pub(crate) fn cells(&self, skips: &[Skip], lacks_noinput: bool) -> Option<Vec<Cell>> {
        let mut rows: Vec<Vec<(String, String)>> = vec![Vec::new()];
        for (name, values) in &self.params {
            if rows.len().checked_mul(values.len())? > limits::CELLS {
                return None;
            }
            rows = rows
                .iter()
                .flat_map(|row| {
                    values.iter().map(move |value| {
                        [row.as_slice(), &[(name.clone(), value.clone())]].concat()
                    })
                })
                .collect();
        }
        let mut cells = Vec::new();
        for dialect in &self.dialects {
            for flavour in &self.flavours {
                let lacking =
                    *dialect == Dialect::Noinput && *flavour == Flavour::Stock && !lacks_noinput;
                if !lacking {
                    cells.extend(rows.iter().map(|row| cell(*dialect, *flavour, row)));
                }
            }
        }
        cells.retain(|cell| !skips.iter().any(|skip| cell_is_in(&cell.values, skip)));
        (cells.len() <= limits::CELLS).then_some(cells)
    }
}

/// Whether a cell has one of the chosen values in each chosen dimension.
pub(crate) fn cell_is_in(
    values: &BTreeMap<String, String>,
    selection: &BTreeMap<String, Vec<String>>,
) -> bool {
    selection.iter().all(|(dimension, chosen)| {
        values
            .get(dimension)
            .is_some_and(|value| chosen.contains(value))
    })
}

fn cell(dialect: Dialect, flavour: Flavour, params: &[(String, String)]) -> Cell {
    let mut values: BTreeMap<String, String> = params.iter().cloned().collect();
    values.insert("dialect".to_owned(), dialect.to_string());
    values.insert("bitcoind".to_owned(), flavour.to_string());
    Cell {
        id: String::new(),
        dialect,
        flavour,
        values,
        params: params.to_vec(),
    }
}

fn matrix_table() -> Option<&'static Table> {
    let shape = SCENARIO
        .keys
        .iter()
        .find(|key| key.name == "matrix")
        .map(|key| key.shape);
    if let Some(Shape::Object(table)) = shape {
        Some(table)
    } else {
        None
    }
}

/// Reads the values of one dimension: at least one, none twice.
fn values<T: PartialEq>(
    reader: &mut Reader<'_>,
    node: &Node,
    read: impl Fn(&mut Reader<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let mut values = Vec::new();
    for item in Reader::items_or_one(node) {
        let value = read(reader, item)?;
        if values.contains(&value) {
            reader.report(
                "value-twice",
                item.span,
                "this value is given twice",
                "again",
                "",
            );
            return None;
        }
        values.push(value);
    }
    if values.is_empty() || matches!(node.value, Value::Null) {
        reader.report(
            "empty",
            node.span,
            "a dimension needs a value",
            "none is given",
            "",
        );
        return None;
    }
    Some(values)
}

/// A parameter's value: it becomes part of the cell's name.
fn parameter(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let text = reader.text(node)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || " ._/-".contains(c);
    if (1..=40).contains(&text.len()) && text.chars().all(fits) && !text.starts_with(' ') {
        return Some(text);
    }
    let message = format!("`{}` cannot be a parameter's value", short(&text));
    let label = "expected 1 to 40 letters, digits, spaces and ._/-";
    reader.report("not-a-parameter", node.span, message, label, "");
    None
}

/// Whether a fragment's parameter may be called so.
pub(crate) fn is_parameter_name(name: &str) -> bool {
    is_name(name)
}
