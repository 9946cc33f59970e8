//! Single values: words, names, numbers, amounts, times, bytes.

use super::reader::{Reader, short};
use crate::names::is_name;
use crate::suggest;
use crate::tree::Node;
use crate::units::{FeeRate, Sat, UnitError, parse_amount, parse_blocks, parse_feerate};

/// Something that is written with a unit.
struct Quantity {
    name: &'static str,
    example: &'static str,
    units: &'static [&'static str],
}

const AMOUNT: Quantity = Quantity {
    name: "amount",
    example: "`0.1 BTC` or `1000 sat`",
    units: &["BTC", "sat"],
};
const FEE_RATE: Quantity = Quantity {
    name: "fee rate",
    example: "`2 sat/vB`",
    units: &["sat/vB"],
};
const TIME: Quantity = Quantity {
    name: "time",
    example: "`432`, `432 blocks` or `3 days`",
    units: &["blocks", "days"],
};

/// The stable name of a mistake with a unit.
fn code(error: &UnitError) -> &'static str {
    match error {
        UnitError::MissingUnit => "missing-unit",
        UnitError::UnknownUnit(_) => "unknown-unit",
        UnitError::NotANumber => "not-a-number",
        UnitError::TooManyDecimals { .. } => "too-many-decimals",
        UnitError::Overflow => "number-too-large",
        UnitError::TooMuch => "too-much",
        UnitError::TooFine => "too-fine",
    }
}

impl Reader<'_> {
    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, node: &Node) -> Option<bool> {
        match self.text(node)?.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            other => {
                let message = format!("`{}` is neither true nor false", short(other));
                self.report(
                    "not-a-boolean",
                    node.span,
                    message,
                    "expected true or false",
                    "",
                );
                None
            }
        }
    }

    /// One of an enum's words.
    pub(crate) fn word<T>(
        &mut self,
        node: &Node,
        names: &'static [&'static str],
        from: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(node)?;
        let found = from(&text);
        if found.is_none() {
            let help = suggest::help(&text, "one of these", names.iter().copied());
            self.report(
                "unknown-word",
                node.span,
                format!("`{}` is not known here", short(&text)),
                "unknown",
                &help,
            );
        }
        found
    }

    /// A name to give to something.
    pub(crate) fn name(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node)?;
        if is_name(&text) {
            return Some(text);
        }
        let help =
            "a name is a small letter followed by small letters, digits, `-` and `_`, at most 40";
        self.report(
            "not-a-name",
            node.span,
            format!("`{}` is no name", short(&text)),
            "not a name",
            help,
        );
        None
    }

    /// A whole number within bounds.
    pub(crate) fn integer(&mut self, node: &Node, least: u64, most: u64) -> Option<u64> {
        let text = self.text(node)?;
        let number = text
            .parse::<u64>()
            .ok()
            .filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
        self.bounded(node, &text, number, least, most)
    }

    /// A whole number, decimal or `0x…`.
    pub(crate) fn number(&mut self, node: &Node, most: u64) -> Option<u64> {
        let text = self.text(node)?;
        let number = match text.strip_prefix("0x") {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                u64::from_str_radix(hex, 16).ok()
            }
            Some(_) => None,
            None => text
                .parse::<u64>()
                .ok()
                .filter(|_| text.bytes().all(|b| b.is_ascii_digit())),
        };
        self.bounded(node, &text, number, 0, most)
    }

    fn bounded(
        &mut self,
        node: &Node,
        text: &str,
        number: Option<u64>,
        least: u64,
        most: u64,
    ) -> Option<u64> {
        let expected = format!("expected a whole number from {least} to {most}");
        match number {
            Some(number) if (least..=most).contains(&number) => Some(number),
            Some(_) => {
                self.report(
                    "out-of-bounds",
                    node.span,
                    format!("{text} is out of bounds"),
                    &expected,
                    "",
                );
                None
            }
            None => {
                let message = format!("`{}` is no number that fits here", short(text));
                self.report("not-a-number", node.span, message, &expected, "");
                None
            }
        }
    }

    /// A number of things that fits into 32 bits.
    pub(crate) fn count(&mut self, node: &Node, least: u32, most: u32) -> Option<u32> {
        let number = self.integer(node, u64::from(least), u64::from(most))?;
        u32::try_from(number).ok()
    }

    /// `0.1 BTC`.
    pub(crate) fn amount(&mut self, node: &Node) -> Option<Sat> {
        let text = self.text(node)?;
        self.unit(node, &text, parse_amount(&text), &AMOUNT)
    }

    /// `2 sat/vB`.
    pub(crate) fn feerate(&mut self, node: &Node) -> Option<FeeRate> {
        let text = self.text(node)?;
        self.unit(node, &text, parse_feerate(&text), &FEE_RATE)
    }

    /// `3`, `432 blocks`, `3 days`; at least `least`, at most `most`.
    pub(crate) fn blocks(&mut self, node: &Node, least: u32, most: u32) -> Option<u32> {
        let text = self.text(node)?;
        let blocks = self.unit(node, &text, parse_blocks(&text), &TIME)?;
        if (least..=most).contains(&blocks) {
            return Some(blocks);
        }
        let message = format!("{blocks} blocks is out of bounds");
        let label = format!("expected {least} to {most} blocks");
        self.report("out-of-bounds", node.span, message, &label, "");
        None
    }

    fn unit<T>(
        &mut self,
        node: &Node,
        text: &str,
        read: Result<T, UnitError>,
        quantity: &Quantity,
    ) -> Option<T> {
        let error = match read {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let mut help = format!("expected {}", quantity.example);
        if let UnitError::UnknownUnit(unit) = &error
            && let Some(near) = suggest::nearest(unit, quantity.units.iter().copied())
        {
            help = format!("did you mean `{near}`?");
        }
        let message = format!("`{}` is no {}: {error}", short(text), quantity.name);
        self.report(code(&error), node.span, message, &error.to_string(), &help);
        None
    }

    /// A witness item: hex, or `empty`.
    pub(crate) fn hex(&mut self, node: &Node) -> Option<Vec<u8>> {
        let text = self.text(node)?;
        if text == "empty" {
            return Some(Vec::new());
        }
        let bytes = (!text.is_empty()).then(|| unhex(&text)).flatten();
        if bytes.is_none() {
            let message = format!("`{}` is not hex", short(&text));
            self.report(
                "not-hex",
                node.span,
                message,
                "expected an even number of hex digits, or `empty`",
                "",
            );
        }
        bytes
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(high << 4 | low).ok())
        .collect()
}
