//! Reading single values out of the tree, with parameters put in and mistakes noted.

use std::collections::BTreeMap;

use crate::model::Place;
use crate::problem::{Diagnostics, Problem};
use crate::shape::{Shape, Table};
use crate::tree::{Node, Span, Text, Value};
use crate::{limits, suggest};

/// Where values are read: a file, the parameters that are visible there, and how we got there.
pub(crate) struct Reader<'s> {
    pub(crate) problems: &'s mut Diagnostics,
    pub(crate) text: Text,
    pub(crate) params: BTreeMap<String, String>,
    pub(crate) via: Vec<Place>,
}

/// A map whose keys are known to be right.
pub(crate) struct Fields<'t> {
    entries: &'t [(Node, Node)],
    table: &'static Table,
}

impl<'t> Fields<'t> {
    /// The value under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&'t Node> {
        let named = |(name, _): &&(Node, Node)| name.scalar() == Some(key);
        self.entries.iter().find(named).map(|(_, value)| value)
    }

    /// Reads what must be there.
    pub(crate) fn must<S, T>(
        &self,
        state: &mut S,
        key: &str,
        read: impl FnOnce(&mut S, &'t Node) -> Option<T>,
    ) -> Option<T> {
        read(state, self.get(key)?)
    }

    /// Reads what may be there. The outer option is empty after a mistake.
    #[expect(clippy::option_option, reason = "absent and wrong are different")]
    pub(crate) fn may<S, T>(
        &self,
        state: &mut S,
        key: &str,
        read: impl FnOnce(&mut S, &'t Node) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.get(key) {
            None => Some(None),
            Some(node) => read(state, node).map(Some),
        }
    }

    /// Reads what may be there, or takes the default.
    pub(crate) fn or<S, T>(
        &self,
        state: &mut S,
        key: &str,
        default: T,
        read: impl FnOnce(&mut S, &'t Node) -> Option<T>,
    ) -> Option<T> {
        match self.get(key) {
            None => Some(default),
            Some(node) => read(state, node),
        }
    }

    /// The entries that the table does not name, in the order of the file.
    pub(crate) fn others(&self) -> impl Iterator<Item = (&'t Node, &'t Node)> + use<'t> {
        let table = self.table;
        self.entries
            .iter()
            .filter(move |(key, _)| key.scalar().is_some_and(|key| !table.has(key)))
            .map(|(key, value)| (key, value))
    }
}

impl Reader<'_> {
    /// Notes a mistake.
    pub(crate) fn report(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        label: &str,
        help: &str,
    ) {
        let mut problem = Problem::new(code, &self.text, span, message.into(), label);
        if !help.is_empty() {
            problem = problem.with_help(help);
        }
        for place in self.via.iter().rev() {
            problem = problem.with_help(format!("used at {place}"));
        }
        self.problems.push(problem);
    }

    /// The map in `node`, once its keys fit the table.
    pub(crate) fn fields<'t>(
        &mut self,
        node: &'t Node,
        table: &'static Table,
    ) -> Option<Fields<'t>> {
        let entries = self.entries(node, table.name)?;
        let fields = Fields { entries, table };
        let unknown = self.unknown_keys(entries, table);
        let mut good = unknown.is_empty();
        for key in table.keys.iter().filter(|key| key.required) {
            // A mistyped key has been reported already.
            if fields.get(key.name).is_some() || unknown.contains(&Some(key.name)) {
                continue;
            }
            let message = format!("{} needs `{}`", table.name, key.name);
            let label = format!("`{}` is missing", key.name);
            let help = format!("`{}`: {}", key.name, key.about);
            self.report("missing-key", node.span, message, &label, &help);
            good = false;
        }
        good &= self.exactly_one(node, &fields);
        good.then_some(fields)
    }

    /// Reports keys that the table does not have; what each was probably meant to be.
    fn unknown_keys(
        &mut self,
        entries: &[(Node, Node)],
        table: &'static Table,
    ) -> Vec<Option<&'static str>> {
        let mut unknown = Vec::new();
        if table.others.is_some() {
            return unknown;
        }
        for (key, _) in entries {
            let name = key.scalar().unwrap_or("");
            if !table.has(name) {
                let names = table.keys.iter().map(|key| key.name);
                unknown.push(suggest::nearest(name, names.clone()));
                let help = suggest::help(name, "one of these keys", names);
                let message = format!("{} has no key `{}`", table.name, short(name));
                self.report("unknown-key", key.span, message, "unknown key", &help);
            }
        }
        unknown
    }

    fn exactly_one(&mut self, node: &Node, fields: &Fields<'_>) -> bool {
        let table = fields.table;
        let given = table
            .one_of
            .iter()
            .filter(|key| fields.get(key).is_some())
            .count();
        if table.one_of.is_empty() || given == 1 {
            return true;
        }
        let message = format!(
            "{} needs exactly one of {}",
            table.name,
            table.one_of.join(", ")
        );
        let label = if given == 0 {
            "none is given"
        } else {
            "more than one is given"
        };
        self.report("exactly-one", node.span, message, label, "");
        false
    }

    /// The entries of a map, whatever its keys.
    pub(crate) fn entries<'t>(&mut self, node: &'t Node, what: &str) -> Option<&'t [(Node, Node)]> {
        if let Value::Map(entries) = &node.value {
            return Some(entries);
        }
        self.report(
            "not-a-map",
            node.span,
            format!("{what} is a map: `{{ key: value, … }}`"),
            &format!("this is {}", node.describe()),
            "",
        );
        None
    }

    /// The items of a list.
    pub(crate) fn items<'t>(&mut self, node: &'t Node) -> Option<&'t [Node]> {
        if let Value::List(items) = &node.value {
            return Some(items);
        }
        let label = format!("this is {}", node.describe());
        self.report(
            "not-a-list",
            node.span,
            "a list is expected here: `[first, …]`",
            &label,
            "",
        );
        None
    }

    /// The items of a list that has one at least and `most` at most.
    pub(crate) fn some_items<'t>(
        &mut self,
        node: &'t Node,
        most: usize,
        what: &str,
    ) -> Option<&'t [Node]> {
        let items = self.items(node)?;
        if items.is_empty() {
            let message = format!("a list of {what} is expected here");
            self.report("empty", node.span, message, "none is given", "");
            return None;
        }
        if items.len() > most {
            let message = format!("{} {what} are too many", items.len());
            let label = format!("expected {most} at most");
            self.report("out-of-bounds", node.span, message, &label, "");
            return None;
        }
        Some(items)
    }

    /// The items of a list, or a single value.
    pub(crate) fn items_or_one(node: &Node) -> &[Node] {
        match &node.value {
            Value::List(items) => items,
            Value::Null | Value::Scalar(_) | Value::Map(_) => std::slice::from_ref(node),
        }
    }

    /// Reads each item of a list.
    pub(crate) fn each<T>(
        &mut self,
        node: &Node,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.items(node)?;
        let read: Vec<Option<T>> = items.iter().map(|item| read(self, item)).collect();
        read.into_iter().collect()
    }

    /// A single value with parameters put in.
    pub(crate) fn text(&mut self, node: &Node) -> Option<String> {
        let Some(text) = node.scalar() else {
            let label = format!("this is {}", node.describe());
            self.report(
                "not-a-value",
                node.span,
                "a single value is expected here",
                &label,
                "",
            );
            return None;
        };
        let text = self.substitute(text, node.span)?;
        if text.len() > limits::VALUE_BYTES {
            self.report(
                "value-too-long",
                node.span,
                "this value is too long",
                "too long",
                "",
            );
            return None;
        }
        Some(text)
    }

    fn substitute(&mut self, text: &str, span: Span) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                self.report("open-parameter", span, "`${` without `}`", "not closed", "");
                return None;
            };
            let Some(value) = self.params.get(name) else {
                let help =
                    suggest::help(name, "a parameter", self.params.keys().map(String::as_str));
                let message = format!("there is no parameter `{}`", short(name));
                self.report(
                    "unknown-parameter",
                    span,
                    message,
                    "unknown parameter",
                    &help,
                );
                return None;
            };
            out.push_str(value);
            rest = tail;
            if out.len() > limits::VALUE_BYTES {
                break;
            }
        }
        out.push_str(rest);
        Some(out)
    }

    /// Whether a value that may be a scalar or a map is a map.
    pub(crate) fn is_map(node: &Node) -> bool {
        matches!(node.value, Value::Map(_))
    }
}

/// The bounds that a table gives to an integer key.
pub(crate) fn bounds(table: &Table, key: &str) -> (u64, u64) {
    let shape = table
        .keys
        .iter()
        .find(|known| known.name == key)
        .map(|known| known.shape);
    if let Some(Shape::Integer(least, most)) = shape {
        (least, most)
    } else {
        (0, 0)
    }
}

/// A value as messages quote it.
pub(crate) fn short(text: &str) -> String {
    let mut quoted: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().count() > 60 {
        quoted.push('…');
    }
    quoted
}
