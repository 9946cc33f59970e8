//! Lists of steps: verbs, modifiers, fragments, repetition.

use super::fragment::Fragments;
use super::header::Header;
use super::matrix::{Cell, cell_is_in};
use super::reader::{Reader, short};
use super::scope::Scope;
use super::verbs_fault::Awaited;
use super::{Vocabulary, matrix::Matrix};
use crate::model::{Action, Origin, Repeat, Step};
use crate::problem::Diagnostics;
use crate::shape::{MODIFIERS, VERBS};
use crate::tree::{Node, Value};
use crate::{limits, suggest};

/// Reads the steps of one cell.
pub(crate) struct StepReader<'s> {
    pub(super) reader: Reader<'s>,
    pub(super) scope: Scope,
    pub(super) cell: &'s Cell,
    pub(super) vocabulary: &'s Vocabulary,
    /// Whether the cell has a follower.
    pub(super) follower: bool,
    /// Whether the step that is being read must fail.
    pub(super) failing: bool,
    /// How often the step that is being read runs.
    pub(super) factor: u32,
    /// Channels that faults name before they are open.
    pub(super) awaited: Vec<Awaited>,
    pub(super) fragments: &'s Fragments,
    matrix: &'s Matrix,
    steps: usize,
    changes: usize,
}

impl<'s> StepReader<'s> {
    pub(super) fn new(
        header: &'s Header,
        cell: &'s Cell,
        fragments: &'s Fragments,
        vocabulary: &'s Vocabulary,
        problems: &'s mut Diagnostics,
    ) -> Self {
        let reader = Reader {
            problems,
            text: header.text.clone(),
            params: cell.params(),
            via: Vec::new(),
        };
        Self {
            reader,
            scope: Scope::default(),
            cell,
            vocabulary,
            follower: false,
            failing: false,
            factor: 1,
            awaited: Vec::new(),
            fragments,
            matrix: &header.matrix,
            steps: 0,
            changes: 0,
        }
    }

    /// The steps of `use`, then those of `steps`.
    pub(super) fn scenario_steps(&mut self, header: &Header) -> Option<Vec<Step>> {
        let mut all = Some(Vec::new());
        if let Some(node) = header.field("use") {
            for item in Reader::items_or_one(node) {
                append(&mut all, self.fragment(item));
            }
        }
        append(&mut all, self.list(header.field("steps")?));
        self.check_awaited()?;
        all
    }

    pub(super) fn list(&mut self, node: &Node) -> Option<Vec<Step>> {
        let mut all = Some(Vec::new());
        for item in self.reader.items(node)? {
            if self.steps > limits::STEPS {
                return None;
            }
            append(&mut all, self.step(item));
        }
        all
    }

    fn step(&mut self, node: &Node) -> Option<Vec<Step>> {
        self.steps = self.steps.saturating_add(1);
        if self.steps > limits::STEPS {
            let message = format!("more than {} steps", limits::STEPS);
            self.reader.report(
                "too-many-steps",
                node.span,
                message,
                "one too many",
                "use `repeat`, or several scenarios",
            );
            return None;
        }
        let entries = self.reader.entries(node, "a step")?;
        let (verb, value) = self.verb(node, entries)?;
        if !self.runs_here(node)? {
            return Some(Vec::new());
        }
        if verb == "use" {
            self.refuse(
                node,
                &["fails", "allow"],
                "`use` takes no such key: put it on the fragment's steps",
            )?;
            return self.fragment(value);
        }
        let step = self.plain(node, verb, value);
        if step.is_none() {
            self.poison(value);
        }
        Some(vec![step?])
    }

    /// Counts changes of batches and hops of routes; refuses too many, and says so once.
    pub(super) fn count_changes(&mut self, node: &Node, more: usize) -> Option<()> {
        if self.changes > limits::CHANGES {
            return None;
        }
        self.changes = self.changes.saturating_add(more);
        if self.changes <= limits::CHANGES {
            return Some(());
        }
        let message = format!("more than {} changes and hops", limits::CHANGES);
        let help = "use `repeat`, `times` or several scenarios";
        self.reader
            .report("too-many-changes", node.span, message, "too many", help);
        None
    }

    /// The step's one verb, once every key is known.
    fn verb<'t>(
        &mut self,
        node: &Node,
        entries: &'t [(Node, Node)],
    ) -> Option<(&'static str, &'t Node)> {
        let mut found = None;
        for (key, value) in entries {
            let name = key.scalar().unwrap_or("");
            if let Some(verb) = VERBS.iter().find(|verb| verb.name == name) {
                if let Some((first, _)) = found {
                    let message = format!("a step has one verb: `{first}` or `{name}`");
                    self.reader.report(
                        "two-verbs",
                        key.span,
                        message,
                        "a second verb",
                        "begin another step with `-`",
                    );
                    return None;
                }
                found = Some((verb.name, value));
            } else if !MODIFIERS.has(name) {
                self.unknown_key(key, name, entries);
                return None;
            }
        }
        if found.is_none() {
            let help = suggest::help("", "a verb", VERBS.iter().map(|verb| verb.name));
            self.reader.report(
                "no-verb",
                node.span,
                "this step has no verb",
                "nothing to do",
                &help,
            );
        }
        found
    }

    fn unknown_key(&mut self, key: &Node, name: &str, entries: &[(Node, Node)]) {
        let has_verb = entries
            .iter()
            .any(|(key, _)| VERBS.iter().any(|verb| Some(verb.name) == key.scalar()));
        let verbs = VERBS.iter().map(|verb| verb.name);
        let modifiers = MODIFIERS.keys.iter().map(|key| key.name);
        let (code, what, help) = if has_verb {
            let help = suggest::help(name, "one of these beside the verb", modifiers.clone());
            ("unknown-key", "a key of a step", help)
        } else {
            let near = suggest::nearest(name, verbs.clone().chain(modifiers));
            let help = near.map_or_else(
                || suggest::help(name, "a verb", verbs),
                |near| format!("did you mean `{near}`?"),
            );
            ("unknown-verb", "a verb", help)
        };
        self.reader.report(
            code,
            key.span,
            format!("`{}` is not {what}", short(name)),
            "unknown",
            &help,
        );
    }

    fn refuse(&mut self, node: &Node, keys: &[&str], message: &str) -> Option<()> {
        for key in keys {
            if let Some(value) = node.get(key) {
                self.reader.report(
                    "unknown-key",
                    value.span,
                    message,
                    &format!("`{key}` does not fit here"),
                    "",
                );
                return None;
            }
        }
        Some(())
    }

    fn runs_here(&mut self, node: &Node) -> Option<bool> {
        let Some(only) = node.get("only") else {
            return Some(true);
        };
        let own = self.reader.via.is_empty();
        let selection = self.matrix.selection(&mut self.reader, only, own)?;
        Some(cell_is_in(&self.cell.values, &selection))
    }

    fn plain(&mut self, node: &Node, verb: &'static str, value: &Node) -> Option<Step> {
        let fails = self.fails(node.get("fails"))?;
        let remark = match node.get("note") {
            None => Some(None),
            Some(text) => self.reader.text(text).map(Some),
        };
        self.failing = fails.is_some();
        let origin = self.origin(node);
        let action = if verb == "repeat" {
            self.refuse(
                node,
                &["fails"],
                "`repeat` cannot fail: put `fails` on a step inside",
            )?;
            self.repeat(value).map(Action::Repeat)
        } else {
            self.action(verb, value)
        };
        let allow = node.get("allow").map(|allow| self.txs(allow));
        let action = action?;
        Some(Step {
            action,
            fails,
            note: remark?,
            allow: allow.unwrap_or(Some(Vec::new()))?,
            origin,
        })
    }

    fn origin(&self, node: &Node) -> Origin {
        let text = &self.reader.text;
        let line = text
            .text
            .lines()
            .nth(node.span.line.saturating_sub(1))
            .unwrap_or("")
            .trim();
        Origin {
            file: text.path.clone(),
            line: node.span.line,
            column: node.span.column,
            text: short(line.trim_start_matches("- ").trim_start()),
            via: self.reader.via.clone(),
        }
    }

    /// The reason this step must fail with in this cell.
    #[expect(clippy::option_option, reason = "absent and wrong are different")]
    fn fails(&mut self, node: Option<&Node>) -> Option<Option<String>> {
        let Some(node) = node else { return Some(None) };
        let Value::Map(entries) = &node.value else {
            return self.reason(node).map(Some);
        };
        let keys: Vec<&str> = entries.iter().filter_map(|(key, _)| key.scalar()).collect();
        let own = self.reader.via.is_empty();
        let matrix = self.matrix;
        let knows = |dimension: &&str| {
            matrix.values_of(dimension, own).is_some_and(|known| {
                keys.iter()
                    .all(|key| known.iter().any(|value| value == key))
            })
        };
        let Some(dimension) = matrix.dimensions(own).into_iter().find(knows) else {
            let help = "keys are the values of one dimension: `{ patched: null, stock: reason }`";
            self.reader.report(
                "unknown-value",
                node.span,
                "these are not values of one dimension",
                "unknown values",
                help,
            );
            return None;
        };
        let mut here = None;
        for (key, value) in entries {
            let reason = if matches!(value.value, Value::Null) {
                None
            } else {
                Some(self.reason(value)?)
            };
            if self.cell.values.get(dimension).map(String::as_str) == key.scalar() {
                here = reason;
            }
        }
        Some(here)
    }

    fn reason(&mut self, node: &Node) -> Option<String> {
        let text = self.reader.text(node)?;
        if text.trim().is_empty() {
            self.reader.report(
                "empty",
                node.span,
                "a failure has a reason",
                "none is given",
                "",
            );
            return None;
        }
        let reasons = &self.vocabulary.reasons;
        if !reasons.contains(&text)
            && let Some(near) = suggest::nearest(&text, reasons.iter().map(String::as_str))
        {
            let help = format!("did you mean `{near}`?");
            self.reader.report(
                "unknown-reason",
                node.span,
                format!("no failure is called `{}`", short(&text)),
                "unknown",
                &help,
            );
            return None;
        }
        Some(text)
    }

    fn repeat(&mut self, node: &Node) -> Option<Repeat> {
        let fields = self
            .reader
            .fields(node, super::super::shape::table("repeat")?)?;
        let times = fields.must(self, "times", |s, n| s.reader.count(n, 1, limits::REPEAT))?;
        let factor = self.factor.saturating_mul(times);
        if factor > limits::REPEAT {
            let message = format!("nested repeats run this more than {} times", limits::REPEAT);
            self.reader
                .report("repeat-too-often", node.span, message, "too often", "");
            return None;
        }
        let before = (self.factor, self.scope.channels.clone());
        self.factor = factor;
        let steps = fields.must(self, "steps", Self::list);
        self.factor = before.0;
        self.scope.forget_changed(&before.1);
        Some(Repeat {
            times,
            steps: steps?,
        })
    }

    /// After a mistake, the names that the step would have defined count as defined.
    fn poison(&mut self, value: &Node) {
        if let Some(name) = value.get("as").and_then(Node::scalar) {
            self.scope.captured.insert(name.to_owned());
        }
        if let Some(name) = value.get("channel").and_then(Node::scalar)
            && !name.contains("${")
        {
            self.scope.channels.entry(name.to_owned()).or_insert(None);
        }
        self.scope.poison_secret(value);
        for change in value.get("changes").map_or(&[][..], Reader::items_or_one) {
            if let Some(htlc) = change.get("htlc") {
                self.scope.poison_secret(htlc);
            }
        }
    }
}

fn append(all: &mut Option<Vec<Step>>, more: Option<Vec<Step>>) {
    match (all.as_mut(), more) {
        (Some(steps), Some(more)) => steps.extend(more),
        (_, None) => *all = None,
        (None, Some(_)) => {}
    }
}
