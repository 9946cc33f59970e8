//! Fragments: steps with parameters that several scenarios share.

use std::collections::BTreeMap;

use super::matrix::is_parameter_name;
use super::reader::{Reader, short};
use crate::problem::Diagnostics;
use crate::shape::FRAGMENT;
use crate::source::Sources;
use crate::tree::{self, Node, Text, Value};

/// Every fragment by name; those with mistakes are there without a value.
pub(crate) type Fragments = BTreeMap<String, Option<Fragment>>;

/// A fragment file that has been read.
pub(crate) struct Fragment {
    pub(crate) text: Text,
    /// Each parameter's default; nothing = must be given.
    pub(crate) params: BTreeMap<String, Option<String>>,
    pub(crate) steps: Node,
}

/// Reads every fragment file.
pub(crate) fn read_fragments(sources: &Sources, problems: &mut Diagnostics) -> Fragments {
    let mut fragments = Fragments::new();
    for (name, file) in &sources.fragments {
        let fragment = match tree::parse(file) {
            Ok((text, root)) => read_fragment(text, &root, problems),
            Err(problem) => {
                problems.push(*problem);
                None
            }
        };
        fragments.insert(name.clone(), fragment);
    }
    fragments
}

fn read_fragment(text: Text, root: &Node, problems: &mut Diagnostics) -> Option<Fragment> {
    let mut reader = Reader {
        problems,
        text: text.clone(),
        params: BTreeMap::new(),
        via: Vec::new(),
    };
    let fields = reader.fields(root, &FRAGMENT)?;
    fields.must(&mut reader, "about", Reader::text)?;
    let mut params = BTreeMap::new();
    if let Some(node) = fields.get("params") {
        for (key, value) in reader.entries(node, "`params`")? {
            let name = key.scalar().unwrap_or("");
            if !is_parameter_name(name) {
                reader.report(
                    "not-a-name",
                    key.span,
                    format!("`{}` is no name", short(name)),
                    "not a name",
                    "",
                );
                return None;
            }
            let default = match value.value {
                Value::Null => None,
                Value::Scalar(_) | Value::List(_) | Value::Map(_) => Some(reader.text(value)?),
            };
            params.insert(name.to_owned(), default);
        }
    }
    let steps = fields.get("steps")?;
    reader.items(steps)?;
    Some(Fragment {
        text,
        params,
        steps: steps.clone(),
    })
}
