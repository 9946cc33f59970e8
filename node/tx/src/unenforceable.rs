//! The commitments of figures 1 to 3 and 11 (§3.1.3, §3.1.4, §4.1): those that do *not* work, and show why the
//! revocable one is needed.
//!
//! Both have plain outputs only, so nobody can be punished for broadcasting an old one. They are
//! signed, verified and completed like other commitments, and differ from them in the highest byte
//! of nLockTime, so that none is ever taken for another.

use bitcoin::{OutPoint, Transaction};
use leyden_labels::{Kind, Label, Side};

use crate::commitment::number::{Mark, parse};
use crate::commitment::{Outputs, unsigned};
use crate::scripts::delivery_to;
use crate::{Balances, BuildError, ChannelParams, Commitment, Htlc};

/// Builds the commitment that both sides hold in the same form.
///
/// Paper: §3.1.3, figures 1 and 2, `C1`. Spends: `F:0`. nSequence and nLockTime: the number,
/// obscured. Pays: a · b · anchor. Either side may broadcast it, and an old one too: the chain does
/// not show which side it was.
///
/// # Errors
/// As [`build_commitment`](crate::build_commitment).
pub fn build_shared_commitment(
    params: &ChannelParams,
    number: u64,
    balances: &Balances,
    funding: OutPoint,
) -> Result<Commitment, BuildError> {
    let label = Label::shared_commitment(number);
    build(
        params,
        label,
        Mark::Shared,
        Side::A,
        (balances, &[]),
        funding,
    )
}

/// Builds the commitment that only `holder` can broadcast, but is not punished for.
///
/// Paper: §3.1.4, figure 3, `C1a`; with HTLCs §4.1, figure 11. Spends: `F:0`. nSequence and nLockTime:
/// the number, obscured, and the holder. Pays: the holder · the other side · HTLCs · anchor.
///
/// # Errors
/// As [`build_commitment`](crate::build_commitment).
pub fn build_blamed_commitment(
    params: &ChannelParams,
    number: u64,
    holder: Side,
    balances: &Balances,
    htlcs: &[Htlc],
    funding: OutPoint,
) -> Result<Commitment, BuildError> {
    let label = Label::new(Kind::Commitment, number, holder);
    build(
        params,
        label,
        Mark::Blamed(holder),
        holder,
        (balances, htlcs),
        funding,
    )
}

/// The label of a commitment of figures 1 to 3, read from the transaction.
#[must_use]
pub fn parse_unenforceable(params: &ChannelParams, tx: &Transaction) -> Option<Label> {
    Mark::ALL.into_iter().find_map(|mark| {
        let number = parse(params, mark, tx).first().copied()?;
        match mark {
            Mark::Revocable => None,
            Mark::Shared => Some(Label::shared_commitment(number)),
            Mark::Blamed(holder) => Some(Label::new(Kind::Commitment, number, holder)),
        }
    })
}

fn build(
    params: &ChannelParams,
    label: Label,
    mark: Mark,
    first: Side,
    (balances, htlcs): (&Balances, &[Htlc]),
    funding: OutPoint,
) -> Result<Commitment, BuildError> {
    let mut outputs = Outputs::new(params, balances, htlcs)?;
    let plain = outputs.pay(*balances.get(first), delivery_to(params, first));
    let second = first.other();
    let delivery = outputs.pay(*balances.get(second), delivery_to(params, second));
    let htlcs = outputs.pay_htlcs(params, first, htlcs)?;
    let (output, anchor_vout) = outputs.finish()?;
    Ok(Commitment {
        label,
        tx: unsigned(params, mark, label.number(), funding, output)?,
        rsmc: None,
        delivery,
        htlcs,
        plain,
        anchor_vout,
    })
}
