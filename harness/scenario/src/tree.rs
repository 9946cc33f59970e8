//! YAML as a tree of values with their places; scalars stay as they are written.

use core::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Error, MergeKeyPolicy, Options, Spanned};

use crate::limits;
use crate::problem::Problem;
use crate::source::SourceFile;

/// A file that is valid UTF-8.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) path: PathBuf,
    pub(crate) text: Arc<str>,
}

/// A place in a file; `offset` and `len` are bytes, `line` and `column` count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) offset: usize,
    pub(crate) len: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A YAML value.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What a YAML value is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// "a list", for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The text of a scalar.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The value under `key` of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries
                .iter()
                .find(|(name, _)| name.scalar() == Some(key))
                .map(|(_, value)| value),
            Value::Null | Value::Scalar(_) | Value::List(_) => None,
        }
    }
}

/// Reads one file.
pub(crate) fn parse(file: &SourceFile) -> Result<(Text, Node), Box<Problem>> {
    let text = decode(file)?;
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: limits::DEPTH,
            max_nodes: limits::NODES,
            max_events: limits::NODES.saturating_mul(3),
            max_aliases: limits::ALIASES,
            max_anchors: limits::ALIASES,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: limits::NODES,
            max_replay_stack_depth: 8,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::PassThrough,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    match from_text(&text.text, options) {
        Ok(raw) => Ok((text.clone(), resolve(raw, &text.text))),
        Err(error) => Err(Box::new(yaml_problem(&text, &error))),
    }
}

fn from_text(text: &str, options: Options) -> Result<Spanned<Raw>, Error> {
    serde_saphyr::from_str_with_options(text, options)
}

fn decode(file: &SourceFile) -> Result<Text, Box<Problem>> {
    let start = Span {
        line: 1,
        column: 1,
        ..Span::default()
    };
    let problem = |code, text: &Text, span, message: &str, label: &str| {
        Err(Box::new(Problem::new(
            code,
            text,
            span,
            message.to_owned(),
            label,
        )))
    };
    let mut text = Text {
        path: file.path.clone(),
        text: Arc::from(""),
    };
    if file.bytes.len() > limits::FILE_BYTES {
        let message = format!("the file is larger than {} KiB", limits::FILE_BYTES / 1024);
        return problem("file-too-large", &text, start, &message, "");
    }
    match std::str::from_utf8(&file.bytes) {
        Ok(valid) => {
            text.text = Arc::from(valid.strip_prefix('\u{feff}').unwrap_or(valid));
            Ok(text)
        }
        Err(error) => {
            let lossy = String::from_utf8_lossy(&file.bytes);
            text.text = Arc::from(lossy.as_ref());
            let span = Span::at(&text.text, error.valid_up_to());
            problem("not-utf8", &text, span, "the file is not UTF-8", "here")
        }
    }
}

impl Span {
    /// The character at byte `offset`, which is moved down to a boundary.
    fn at(text: &str, offset: usize) -> Self {
        let offset = floor(text, offset);
        let before = text.get(..offset).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let len = text
            .get(offset..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        Self {
            offset,
            len,
            line: before.matches('\n').count().saturating_add(1),
            column: before
                .get(line_start..)
                .unwrap_or("")
                .chars()
                .count()
                .saturating_add(1),
        }
    }

    fn of(text: &str, location: serde_saphyr::Location) -> Self {
        let to_usize = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let bytes = location.span();
        let Some(offset) = bytes.byte_offset() else {
            return Self {
                line: 1,
                column: 1,
                ..Self::default()
            };
        };
        let here = Self::at(text, to_usize(offset));
        let end = here
            .offset
            .saturating_add(to_usize(bytes.byte_len().unwrap_or(0)));
        let end = floor(text, end);
        let first_line = text
            .get(here.offset..end)
            .and_then(|marked| marked.lines().next())
            .unwrap_or("");
        let len = first_line.trim_end().len();
        Self {
            len: if len == 0 { here.len } else { len },
            ..here
        }
    }
}

/// The last character boundary that is not after `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn yaml_problem(text: &Text, error: &Error) -> Problem {
    let span = error.location().map_or(
        Span {
            line: 1,
            column: 1,
            ..Span::default()
        },
        |location| Span::of(&text.text, location),
    );
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library adds variants between releases"
    )]
    let (code, message) = match innermost(error) {
        Error::DuplicateMappingKey { .. } => {
            ("duplicate-key", "this key is given twice".to_owned())
        }
        Error::MergeKeyNotAllowed { .. } => (
            "merge-key",
            "merge keys (`<<`) are not part of the language".to_owned(),
        ),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => ("too-much-yaml", budget_message()),
        other => ("not-yaml", first_line(&other.to_string())),
    };
    Problem::new(code, text, span, message, "here")
}

/// What is wrong, without the wrappers that say where.
fn innermost(error: &Error) -> &Error {
    let error = error.without_snippet();
    if let Error::AliasError { error: inner, .. } = error {
        inner.without_snippet()
    } else {
        error
    }
}

fn budget_message() -> String {
    format!(
        "the file is too deep or too large: at most {} levels, {} values, {} aliases, one document",
        limits::DEPTH,
        limits::NODES,
        limits::ALIASES
    )
}

fn first_line(text: &str) -> String {
    let line: String = text
        .lines()
        .next()
        .unwrap_or("")
        .chars()
        .take(200)
        .collect();
    format!("this is not YAML: {line}")
}

/// A value as the library hands it over: numbers have lost their spelling.
enum Raw {
    Null,
    Spelled(String),
    /// Read again from the text.
    Typed,
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

fn resolve(raw: Spanned<Raw>, text: &str) -> Node {
    let span = Span::of(text, raw.defined);
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Spelled(spelled) => Value::Scalar(spelled),
        Raw::Typed => {
            let end = span.offset.saturating_add(span.len);
            Value::Scalar(text.get(span.offset..end).unwrap_or("").to_owned())
        }
        Raw::List(items) => {
            Value::List(items.into_iter().map(|item| resolve(item, text)).collect())
        }
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| (resolve(key, text), resolve(value, text)))
                .collect(),
        ),
    };
    Node { span, value }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Spelled(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries: Vec<(Spanned<Raw>, Spanned<Raw>)> = Vec::new();
        while let Some((key, value)) = access.next_entry::<Spanned<Raw>, Spanned<Raw>>()? {
            if !matches!(key.value, Raw::Spelled(_) | Raw::Typed) {
                return Err(A::Error::custom("a key must be a single word"));
            }
            entries.push((key, value));
        }
        Ok(Raw::Map(entries))
    }
}
