//! The only place that writes to the terminal.

use std::io::{self, IsTerminal, Write};

/// A line of output. A closed pipe is not an error: the reader has seen enough.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// A line about something wrong.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether messages about mistakes may be coloured.
pub(crate) fn colour_on_stderr() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// The width to wrap long messages at.
pub(crate) fn width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .filter(|columns| (40..=200).contains(columns))
        .unwrap_or(110)
}
