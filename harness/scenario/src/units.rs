//! Amounts, fee rates and times as people write them, read without floating point.

use core::fmt;

const COIN_SAT: u64 = 100_000_000;
const MAX_SAT: u64 = 21_000_000 * COIN_SAT;
const DAY_BLOCKS: u64 = 144;
const SAT_PER_KWU_OF_ONE_SAT_PER_VB: u64 = 250;

/// An amount in satoshi, at most 21 million BTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sat(u64);

impl Sat {
    /// The amount of `sat` satoshi, or nothing above 21 million BTC.
    #[must_use]
    pub const fn new(sat: u64) -> Option<Self> {
        if sat <= MAX_SAT {
            Some(Self(sat))
        } else {
            None
        }
    }

    /// In satoshi.
    #[must_use]
    pub const fn sat(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Sat {
    /// In BTC without trailing zeros, as scenarios write it: `0.1 BTC`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:08}", self.0 / COIN_SAT, self.0 % COIN_SAT);
        write!(
            f,
            "{} BTC",
            text.trim_end_matches('0').trim_end_matches('.')
        )
    }
}

/// A fee rate in satoshi per 1000 weight units; 1 sat/vB is 250.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeeRate(u64);

impl FeeRate {
    /// What actors pay unless told otherwise: 2 sat/vB.
    pub const DEFAULT: FeeRate = FeeRate(2 * SAT_PER_KWU_OF_ONE_SAT_PER_VB);

    /// In satoshi per 1000 weight units.
    #[must_use]
    pub const fn sat_per_kwu(self) -> u64 {
        self.0
    }
}

impl fmt::Display for FeeRate {
    /// In sat/vB without trailing zeros: `2.5 sat/vB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thousandths = self.0.saturating_mul(4);
        let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        write!(
            f,
            "{} sat/vB",
            text.trim_end_matches('0').trim_end_matches('.')
        )
    }
}

/// Why a text is no amount, fee rate or time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// A number stands alone.
    #[error("the unit is missing")]
    MissingUnit,
    /// What follows the number is no unit that fits here.
    #[error("unknown unit `{0}`")]
    UnknownUnit(String),
    /// The text does not start with a plain decimal number.
    #[error("this is not a number followed by a unit")]
    NotANumber,
    /// More digits after the point than the unit has.
    #[error("too many decimals: `{unit}` has {most}")]
    TooManyDecimals {
        /// The unit as written.
        unit: String,
        /// How many it has.
        most: usize,
    },
    /// The number does not fit into 64 bits.
    #[error("the number is too large")]
    Overflow,
    /// More than there will ever be.
    #[error("more than 21 million BTC")]
    TooMuch,
    /// A fee rate finer than one satoshi per 1000 weight units.
    #[error("too fine: a fee rate is a multiple of 0.004 sat/vB")]
    TooFine,
}

/// Reads `0.1 BTC` or `1000 sat`.
///
/// # Errors
/// Each kind of mistake is one [`UnitError`].
pub fn parse_amount(text: &str) -> Result<Sat, UnitError> {
    let (number, unit) = split(text)?;
    let sat = match unit {
        "BTC" => decimal(number, 8, unit)?,
        "sat" => decimal(number, 0, unit)?,
        other => return Err(UnitError::UnknownUnit(shorten(other))),
    };
    Sat::new(sat).ok_or(UnitError::TooMuch)
}

/// Reads `2 sat/vB` or `2.5 sat/vB`.
///
/// # Errors
/// Each kind of mistake is one [`UnitError`].
pub fn parse_feerate(text: &str) -> Result<FeeRate, UnitError> {
    let (number, unit) = split(text)?;
    if unit != "sat/vB" {
        return Err(UnitError::UnknownUnit(shorten(unit)));
    }
    let thousandths = decimal(number, 3, unit)?;
    if !thousandths.is_multiple_of(4) {
        return Err(UnitError::TooFine);
    }
    let rate = thousandths / 4;
    if rate > MAX_SAT {
        return Err(UnitError::TooMuch);
    }
    Ok(FeeRate(rate))
}

/// Reads a time in blocks: `432`, `432 blocks` or `3 days` of 144 blocks.
///
/// # Errors
/// Each kind of mistake is one [`UnitError`].
pub fn parse_blocks(text: &str) -> Result<u32, UnitError> {
    let (number, factor) = match split(text) {
        Ok((number, "block" | "blocks")) => (number, 1),
        Ok((number, "day" | "days")) => (number, DAY_BLOCKS),
        Ok((_, other)) => return Err(UnitError::UnknownUnit(shorten(other))),
        Err(UnitError::MissingUnit) => (text.trim(), 1),
        Err(error) => return Err(error),
    };
    let blocks = decimal(number, 0, "blocks")?
        .checked_mul(factor)
        .ok_or(UnitError::Overflow)?;
    u32::try_from(blocks).map_err(|_| UnitError::Overflow)
}

fn split(text: &str) -> Result<(&str, &str), UnitError> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    if number.is_empty() {
        return Err(UnitError::NotANumber);
    }
    match unit.trim_start() {
        "" => Err(UnitError::MissingUnit),
        unit => Ok((number, unit)),
    }
}

/// `number` in the smallest part of a unit that has `places` decimals.
fn decimal(number: &str, places: usize, unit: &str) -> Result<u64, UnitError> {
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return Err(UnitError::NotANumber);
    }
    let part = part.trim_end_matches('0');
    if part.len() > places {
        return Err(UnitError::TooManyDecimals {
            unit: unit.to_owned(),
            most: places,
        });
    }
    let all = format!("{whole}{part:0<places$}");
    all.parse().map_err(|_| UnitError::Overflow)
}

fn shorten(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Result<u64, UnitError> {
        parse_amount(text).map(Sat::sat)
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!(amount("0.1 BTC"), Ok(10_000_000));
        assert_eq!(amount("0.00000001 BTC"), Ok(1));
        assert_eq!(amount("0.5000000000 BTC"), Ok(50_000_000));
        assert_eq!(amount("21000000 BTC"), Ok(MAX_SAT));
        assert_eq!(amount("1000 sat"), Ok(1000));
        assert_eq!(amount("1BTC"), Ok(COIN_SAT));
        for sat in [0, 1, 10, 99_999_999, COIN_SAT, 123_456_789, MAX_SAT] {
            assert_eq!(amount(&Sat(sat).to_string()), Ok(sat));
        }
    }

    #[test]
    fn each_mistake_has_its_name() {
        assert_eq!(amount("0.1"), Err(UnitError::MissingUnit));
        assert_eq!(amount("1 btc"), Err(UnitError::UnknownUnit("btc".into())));
        assert_eq!(amount("BTC"), Err(UnitError::NotANumber));
        assert_eq!(amount("-1 BTC"), Err(UnitError::NotANumber));
        assert_eq!(amount("1.2.3 BTC"), Err(UnitError::NotANumber));
        assert_eq!(amount(".5 BTC"), Err(UnitError::NotANumber));
        assert!(matches!(
            amount("0.123456789 BTC"),
            Err(UnitError::TooManyDecimals { most: 8, .. })
        ));
        assert!(matches!(
            amount("0.5 sat"),
            Err(UnitError::TooManyDecimals { most: 0, .. })
        ));
        assert_eq!(amount("99999999999999999999 sat"), Err(UnitError::Overflow));
        assert_eq!(amount("21000000.00000001 BTC"), Err(UnitError::TooMuch));
    }

    #[test]
    fn rates_and_times() {
        assert_eq!(parse_feerate("2 sat/vB"), Ok(FeeRate::DEFAULT));
        assert_eq!(
            parse_feerate("0.1 sat/vB").map(FeeRate::sat_per_kwu),
            Ok(25)
        );
        assert_eq!(parse_feerate("0.001 sat/vB"), Err(UnitError::TooFine));
        assert_eq!(
            parse_feerate("2.5 sat/vB").unwrap().to_string(),
            "2.5 sat/vB"
        );
        assert_eq!(parse_blocks("3 days"), Ok(432));
        assert_eq!(parse_blocks("432 blocks"), Ok(432));
        assert_eq!(parse_blocks("7"), Ok(7));
        assert_eq!(parse_blocks("4294967296"), Err(UnitError::Overflow));
        assert_eq!(
            parse_blocks("3 weeks"),
            Err(UnitError::UnknownUnit("weeks".into()))
        );
        assert!(parse_blocks("1.5 days").is_err());
    }
}
