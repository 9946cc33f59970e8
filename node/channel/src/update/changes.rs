//! What a batch does to the balances. A batch that adds an HTLC will do it here.

use bitcoin::Amount;
use leyden_labels::Side;
use leyden_tx::Balances;

use crate::fault::Invalid;
use crate::message::Change;

/// Changes that one update may make; what is queued beyond them waits for the next.
pub(super) const MAX_CHANGES: usize = 1_000;

/// Applies `changes`, in order, of which `proposer` is the payer.
pub(super) fn apply(
    balances: Balances,
    proposer: Side,
    changes: &[Change],
) -> Result<Balances, Invalid> {
    if changes.is_empty() {
        return Err(Invalid::EmptyBatch);
    }
    if changes.len() > MAX_CHANGES {
        return Err(Invalid::BatchTooLarge { most: MAX_CHANGES });
    }
    changes
        .iter()
        .try_fold(balances, |balances, change| match change {
            Change::Pay { amount } => pay(balances, proposer, *amount),
        })
}

fn pay(balances: Balances, payer: Side, amount: Amount) -> Result<Balances, Invalid> {
    if amount == Amount::ZERO {
        return Err(Invalid::ZeroPayment);
    }
    let balance = *balances.get(payer);
    let overdraft = Invalid::Overdraft {
        balance,
        asked: amount,
    };
    let paid = balance.checked_sub(amount).ok_or(overdraft.clone())?;
    let received = balances
        .get(payer.other())
        .checked_add(amount)
        .ok_or(overdraft)?;
    Ok(Balances::from_holder(payer, paid, received))
}

/// The payments of a batch.
pub(super) fn payments(changes: &[Change]) -> impl DoubleEndedIterator<Item = Amount> + '_ {
    changes.iter().map(|change| match change {
        Change::Pay { amount } => *amount,
    })
}
