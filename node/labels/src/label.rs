//! Labels: the paper's names of single transactions.

use core::fmt;
use core::str::FromStr;

use crate::{Kind, Side};

/// The paper's name of one transaction of a channel: `F`, `C2a`, `RD2a`, `BR1b`, `HERD1b`, `ES`.
///
/// The letter at the end is the holder of the commitment that the transaction belongs to, not its
/// beneficiary: `BR1b` punishes `b` for `C1b`, and pays `a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    kind: Kind,
    number: u64,
    side: Option<Side>,
}

impl Label {
    /// `F`, the funding transaction.
    pub const FUNDING: Label = Label {
        kind: Kind::Funding,
        number: 0,
        side: None,
    };
    /// `ES`, the cooperative close.
    pub const SETTLEMENT: Label = Label {
        kind: Kind::ExerciseSettlement,
        number: 0,
        side: None,
    };

    /// The label of a transaction that belongs to commitment (or HTLC) `number` held by `side`.
    ///
    /// What `kind` does not carry is dropped: `Label::new(Kind::Funding, 3, Side::B)` is `F`.
    #[must_use]
    pub const fn new(kind: Kind, number: u64, side: Side) -> Self {
        Self {
            kind,
            number: if kind.has_number() { number } else { 0 },
            side: if kind.has_side() { Some(side) } else { None },
        }
    }

    /// `C{number}` of figures 1 and 2.
    #[must_use]
    pub const fn shared_commitment(number: u64) -> Self {
        Self {
            kind: Kind::SharedCommitment,
            number,
            side: None,
        }
    }

    /// What the transaction is for.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// The commitment number, or the HTLC's; 0 where the kind has none.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.number
    }

    /// The holder, where the kind has one.
    #[must_use]
    pub const fn side(self) -> Option<Side> {
        self.side
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.acronym())?;
        if self.kind.has_number() {
            write!(f, "{}", self.number)?;
        }
        match self.side {
            Some(side) => write!(f, "{side}"),
            None => Ok(()),
        }
    }
}

/// The text is no label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseLabelError {
    text: String,
}

impl fmt::Display for ParseLabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no transaction of the paper; expected a label such as F, C1a, RD1a, BR1b, D0b or ES",
            self.text
        )
    }
}

impl core::error::Error for ParseLabelError {}

impl FromStr for Label {
    type Err = ParseLabelError;

    /// Accepts exactly what `Display` prints: no leading zeros, no spaces.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseLabelError {
            text: text.chars().take(40).collect(),
        };
        let digits_at = text
            .find(|c: char| !c.is_ascii_uppercase())
            .unwrap_or(text.len());
        let (acronym, rest) = text.split_at(digits_at);
        let (digits, side) = match rest.strip_suffix(['a', 'b']) {
            Some(digits) if rest.ends_with('a') => (digits, Some(Side::A)),
            Some(digits) => (digits, Some(Side::B)),
            None => (rest, None),
        };
        let number = if digits.is_empty() {
            0
        } else {
            digits.parse().map_err(|_| error())?
        };
        Kind::ALL
            .into_iter()
            .filter(|kind| kind.acronym() == acronym && kind.has_side() == side.is_some())
            .map(|kind| Label { kind, number, side })
            .find(|label| label.to_string() == text)
            .ok_or_else(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_prints_and_parses() {
        for kind in Kind::ALL {
            for side in Side::BOTH {
                for number in [0, 1, 2, 10, u64::MAX] {
                    let label = Label::new(kind, number, side);
                    assert_eq!(label.to_string().parse(), Ok(label), "{label}");
                }
            }
        }
        assert_eq!(
            "BR1b".parse(),
            Ok(Label::new(Kind::BreachRemedy, 1, Side::B))
        );
        assert_eq!("C2".parse(), Ok(Label::shared_commitment(2)));
    }

    #[test]
    fn nothing_else_parses() {
        for text in [
            "",
            "f",
            "F0",
            "Fa",
            "ES1",
            "C",
            "Ca",
            "C01a",
            "C1c",
            "C1A",
            "c1a",
            "RD1",
            "BR-1b",
            "C+1a",
            "C1ab",
            " C1a",
            "C1a ",
            "X1a",
            "HT",
            "C18446744073709551616a",
            "é",
            "C1é",
        ] {
            assert!(text.parse::<Label>().is_err(), "{text}");
        }
    }
}
