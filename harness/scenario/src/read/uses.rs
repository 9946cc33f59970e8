//! `use`: a fragment's steps with its parameters.

use std::collections::BTreeMap;

use super::reader::{Reader, short};
use super::steps::StepReader;
use crate::model::{Place, Step};
use crate::shape::USE;
use crate::tree::Node;
use crate::{limits, suggest};

impl StepReader<'_> {
    /// The steps of a fragment, in its own file and with its own parameters.
    pub(super) fn fragment(&mut self, node: &Node) -> Option<Vec<Step>> {
        let (name_node, with) = if Reader::is_map(node) {
            let fields = self.reader.fields(node, &USE)?;
            (fields.get("fragment")?, fields.get("with"))
        } else {
            (node, None)
        };
        let name = self.reader.text(name_node)?;
        let fragments = self.fragments;
        let Some(fragment) = fragments.get(&name) else {
            let help = suggest::help(&name, "a fragment", fragments.keys().map(String::as_str));
            let message = format!("there is no fragment `{}`", short(&name));
            self.reader.report(
                "no-such-fragment",
                name_node.span,
                message,
                "unknown fragment",
                &help,
            );
            return None;
        };
        if self.reader.via.len() >= limits::FRAGMENT_DEPTH {
            let message = format!(
                "fragments inside fragments, more than {} deep",
                limits::FRAGMENT_DEPTH
            );
            self.reader
                .report("fragments-too-deep", node.span, message, "too deep", "");
            return None;
        }
        let fragment = fragment.as_ref()?;
        let params = self.arguments(node, &name, &fragment.params, with)?;
        let place = Place {
            file: self.reader.text.path.clone(),
            line: node.span.line,
        };
        let outer = (
            std::mem::replace(&mut self.reader.text, fragment.text.clone()),
            std::mem::replace(&mut self.reader.params, params),
        );
        self.reader.via.push(place);
        let steps = self.list(&fragment.steps);
        self.reader.via.pop();
        (self.reader.text, self.reader.params) = outer;
        steps
    }

    fn arguments(
        &mut self,
        node: &Node,
        fragment: &str,
        known: &BTreeMap<String, Option<String>>,
        with: Option<&Node>,
    ) -> Option<BTreeMap<String, String>> {
        let mut given = BTreeMap::new();
        let entries = with.map_or(Some([].as_slice()), |with| {
            self.reader.entries(with, "`with`")
        })?;
        for (key, value) in entries {
            let name = key.scalar().unwrap_or("");
            if !known.contains_key(name) {
                let help = suggest::help(name, "a parameter", known.keys().map(String::as_str));
                let message = format!("fragment `{fragment}` has no parameter `{}`", short(name));
                self.reader.report(
                    "unknown-parameter",
                    key.span,
                    message,
                    "unknown parameter",
                    &help,
                );
                return None;
            }
            given.insert(name.to_owned(), self.reader.text(value)?);
        }
        for (name, default) in known {
            match default {
                _ if given.contains_key(name) => {}
                Some(default) => {
                    given.insert(name.clone(), default.clone());
                }
                None => {
                    let message = format!("fragment `{fragment}` needs the parameter `{name}`");
                    let help = format!("`use: {{ fragment: {fragment}, with: {{ {name}: … }} }}`");
                    self.reader.report(
                        "missing-parameter",
                        node.span,
                        message,
                        "a parameter is missing",
                        &help,
                    );
                    return None;
                }
            }
        }
        Some(given)
    }
}
