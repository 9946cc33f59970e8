//! What transactions are called in golden files.

use core::fmt;

use leyden_labels::{Label, ParseLabelError};

/// The longest name, in bytes.
const MAX_BYTES: usize = 80;
/// `channel/label` or `spam/3`, and one level to spare.
const MAX_PARTS: usize = 3;

/// The name of a transaction: a label (`C1b`), a label of a channel (`ab/C1b`), or a lower-case
/// name of the harness's own (`setup`, `spam/3`).
///
/// A part that begins with a capital letter must be a label, so that a misspelt label is no name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TxName(String);

/// The text is no [`TxName`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A part begins with a capital letter and is no label.
    #[error(transparent)]
    Label(#[from] ParseLabelError),
    /// Empty, too long, or with characters that a name has not.
    #[error(
        "`{text}` is no name of a transaction: expected a label such as C1b, ab/C1b, or lower-case words such as setup or spam/3"
    )]
    Shape {
        /// The beginning of the text.
        text: String,
    },
}

impl TxName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`NameError`] if the text is none.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let shape = || NameError::Shape {
            text: text.chars().take(40).collect(),
        };
        if text.len() > MAX_BYTES || text.split('/').count() > MAX_PARTS {
            return Err(shape());
        }
        let last = text.split('/').count().saturating_sub(1);
        for (index, part) in text.split('/').enumerate() {
            if part.starts_with(|c: char| c.is_ascii_uppercase()) && index == last {
                part.parse::<Label>()?;
            } else if !is_word(part) {
                return Err(shape());
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The label, unless the name is one of the harness's own.
    #[must_use]
    pub fn label(&self) -> Option<Label> {
        self.0.rsplit('/').next()?.parse().ok()
    }
}

impl fmt::Display for TxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `text` is one or more of `a-z 0-9 . _ -`, and neither `.` nor `..`.
pub(crate) fn is_word(text: &str) -> bool {
    let allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    !text.is_empty() && text.chars().all(allowed) && text.chars().any(|c| c != '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_lower_case_words_are_names() {
        for text in ["C1b", "ab/C1b", "setup", "spam/3", "bench/ab/RD2a"] {
            assert_eq!(TxName::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(
            TxName::parse("ab/BR1b").unwrap().label(),
            "BR1b".parse().ok()
        );
        assert_eq!(TxName::parse("setup").unwrap().label(), None);
    }

    #[test]
    fn a_misspelt_label_is_no_name() {
        assert!(matches!(TxName::parse("BR1"), Err(NameError::Label(_))));
        for text in [
            "", "/", "a/", "ab/C1b/x", "..", "a b", "a/b/c/d", "é", "RD1b/x",
        ] {
            assert!(TxName::parse(text).is_err(), "{text}");
        }
        assert!(TxName::parse(&"a".repeat(81)).is_err());
    }
}
