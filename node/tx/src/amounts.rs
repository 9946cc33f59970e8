//! Checked sums of amounts, and sizes.

use bitcoin::Amount;

use crate::BuildError;

/// Adds amounts up, and refuses more than 21 million bitcoin.
pub(crate) fn total(amounts: impl IntoIterator<Item = Amount>) -> Result<Amount, BuildError> {
    amounts
        .into_iter()
        .try_fold(Amount::ZERO, Amount::checked_add)
        .filter(|sum| *sum <= Amount::MAX_MONEY)
        .ok_or(BuildError::Overflow)
}

/// `left` less `right`.
pub(crate) fn less(left: Amount, right: Amount) -> Result<Amount, BuildError> {
    left.checked_sub(right).ok_or(BuildError::Overflow)
}

/// An amount at or above the limit, or nothing.
pub(crate) fn at_least(limit: Amount, amount: Amount) -> Option<Amount> {
    (amount >= limit && amount > Amount::ZERO).then_some(amount)
}

/// A length as the integers of weights.
pub(crate) fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
