//! What is wrong in a file, and where.

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity,
    SourceCode,
};

use crate::limits;
use crate::tree::{Span, Text};

/// One mistake in one file.
#[derive(Clone, Debug)]
pub struct Problem {
    code: &'static str,
    message: String,
    label: String,
    help: Option<String>,
    path: PathBuf,
    source: NamedSource<Arc<str>>,
    span: Span,
}

impl Problem {
    /// A mistake at `span` of `text`; `label` is what is said at the place itself.
    pub(crate) fn new(
        code: &'static str,
        text: &Text,
        span: Span,
        message: String,
        label: &str,
    ) -> Self {
        Self {
            code,
            message,
            label: label.to_owned(),
            help: None,
            path: text.path.clone(),
            source: NamedSource::new(text.path.display().to_string(), Arc::clone(&text.text)),
            span,
        }
    }

    /// Adds what was expected, or the nearest right word.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        let help = help.into();
        self.help = Some(match self.help.take() {
            Some(earlier) => format!("{earlier}\n{help}"),
            None => help,
        });
        self
    }

    /// The mistake's stable name: `unknown-verb`, `no-such-actor`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// One sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The file it is in.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.path
    }

    /// Counted from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.span.line
    }

    /// In characters, counted from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.span.column
    }

    fn key(&self) -> (&Path, usize, usize, &str, &str) {
        (
            &self.path,
            self.span.line,
            self.span.column,
            self.code,
            &self.message,
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new(Some(self.label.clone()), self.span.offset, self.span.len);
        Some(Box::new(core::iter::once(label)))
    }
}

/// Every mistake that was found, in the order of files and lines, each once.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    problems: Vec<Problem>,
    left_out: usize,
}

impl Diagnostics {
    pub(crate) fn push(&mut self, problem: Problem) {
        if self
            .problems
            .iter()
            .any(|known| known.key() == problem.key())
        {
            return;
        }
        if self.problems.len() < limits::PROBLEMS {
            self.problems.push(problem);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    pub(crate) fn sort(&mut self) {
        self.problems
            .sort_by(|one, other| one.key().cmp(&other.key()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// The mistakes.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// All of them as text of at most `width` columns, without colour.
    #[must_use]
    pub fn render_plain(&self, width: usize) -> String {
        self.render(width, false)
    }

    /// All of them as text of at most `width` columns.
    #[must_use]
    pub fn render(&self, width: usize, colour: bool) -> String {
        let theme = if colour {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_links(false);
        let mut text = String::new();
        for problem in &self.problems {
            if handler.render_report(&mut text, problem).is_err() {
                text.push_str(&problem.message);
            }
            text.push('\n');
        }
        if self.left_out > 0 {
            text.push_str("and ");
            text.push_str(&self.left_out.to_string());
            text.push_str(" more\n");
        }
        text
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len().saturating_add(self.left_out) {
            1 => f.write_str("1 mistake in the scenario files"),
            count => write!(f, "{count} mistakes in the scenario files"),
        }
    }
}

impl std::error::Error for Diagnostics {}

impl Diagnostic for Diagnostics {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(
            self.problems
                .iter()
                .map(|problem| problem as &dyn Diagnostic),
        ))
    }
}
