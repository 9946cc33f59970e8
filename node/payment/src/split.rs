//! Small parts of one payment (§8.2).

use bitcoin::Amount;

/// An amount cannot be split like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// In no parts at all.
    #[error("a payment has at least one part")]
    NoParts,
    /// Some part would be nothing.
    #[error("{amount} does not make {parts} parts")]
    TooMany {
        /// What was to be split.
        amount: Amount,
        /// In how many.
        parts: u32,
    },
}

/// Splits an amount in equal parts; the first also gets what is left over.
///
/// # Errors
/// [`SplitError`] if there would be no part, or an empty one.
pub fn split(amount: Amount, parts: u32) -> Result<Vec<Amount>, SplitError> {
    let count = u64::from(parts);
    let each = amount.checked_div(count).ok_or(SplitError::NoParts)?;
    let rest = amount.checked_rem(count).ok_or(SplitError::NoParts)?;
    let too_many = SplitError::TooMany { amount, parts };
    if each == Amount::ZERO {
        return Err(too_many);
    }
    let first = each.checked_add(rest).ok_or(too_many)?;
    let others = (1..parts).map(|_| each);
    Ok(core::iter::once(first).chain(others).collect())
}
