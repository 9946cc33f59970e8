//! What a spend of F is, from the transaction itself.
//!
//! The number stands in nSequence and nLockTime (§5, last paragraph but one). With it come the keys:
//! the other side's disclosed one for a revoked number, its announced ones else. The commitment is
//! then rebuilt for either holder, with the amounts found, and compared. Neither the txid nor the
//! inputs matter: a `NOINPUT` signature lets anyone add inputs.

use bitcoin::{Amount, OutPoint, Transaction};
use leyden_labels::{Kind, Label, PerSide, Side};
use leyden_tx::{
    Balances, ChannelKeys, Commitment, CommitmentSpec, Htlc, PlainOutput, build_commitment,
    output_script, parse_commitment_numbers, script_delivery, script_htlc,
};

use crate::event::Standing;
use crate::fault::Fault;
use crate::held::HeldCommitment;
use crate::live::Live;

/// A commitment seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) standing: Standing,
    /// As it was seen.
    pub(crate) commitment: Commitment,
    /// `None` if the keys are not known: then the delivery is all that can be claimed.
    pub(crate) spec: Option<CommitmentSpec>,
}

/// What spends F's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spend {
    Commitment(Box<Found>),
    Settlement,
    Unknown,
}

/// Tells what `tx`, which spends F's output, is.
pub(crate) fn recognise(
    live: &Live,
    keys: &mut ChannelKeys,
    tx: &Transaction,
) -> Result<Spend, Fault> {
    let params = &live.terms.params;
    let numbers = parse_commitment_numbers(params, tx);
    if numbers.is_empty() {
        let delivery = [&params.delivery.a, &params.delivery.b].map(script_delivery);
        let settles = tx
            .output
            .iter()
            .all(|output| delivery.contains(&output.script_pubkey));
        return Ok(if settles {
            Spend::Settlement
        } else {
            Spend::Unknown
        });
    }
    // All numbers first: one that stands in a foreign input must not hide the one that is revoked.
    for number in &numbers {
        if let Some(found) = by_keys(live, keys, *number, tx)? {
            return Ok(Spend::Commitment(Box::new(found)));
        }
    }
    Ok(numbers
        .into_iter()
        .find_map(|number| by_delivery(live, number, tx))
        .map_or(Spend::Unknown, |found| Spend::Commitment(Box::new(found))))
}

/// A commitment whose RSMC keys are known.
fn by_keys(
    live: &Live,
    keys: &mut ChannelKeys,
    number: u64,
    tx: &Transaction,
) -> Result<Option<Found>, Fault> {
    for holder in Side::BOTH {
        let Some(rsmc) = rsmc_keys(live, keys, holder, number)? else {
            continue;
        };
        if let Some((spec, commitment)) = rebuild(live, holder, number, rsmc, tx)? {
            return Ok(Some(Found {
                standing: standing(live, holder, number),
                commitment,
                spec: Some(spec),
            }));
        }
    }
    Ok(None)
}

fn standing(live: &Live, holder: Side, number: u64) -> Standing {
    if holder == live.terms.local {
        return if number < live.held.number() {
            Standing::OwnRevoked
        } else {
            Standing::Own
        };
    }
    if number < live.disclosed.next() {
        Standing::Revoked
    } else if number <= live.signed {
        Standing::Current
    } else {
        Standing::Future
    }
}

/// Both keys of the RSMC of `holder`'s commitment, if they are known.
fn rsmc_keys(
    live: &Live,
    keys: &mut ChannelKeys,
    holder: Side,
    number: u64,
) -> Result<Option<PerSide<leyden_tx::RsmcPubkey>>, Fault> {
    if holder == live.terms.local {
        return Ok(own_held(live, number).map(|held| held.spec().rsmc));
    }
    let theirs = match live.disclosed.secret(number) {
        Some(secret) => secret.public(),
        None => match live.terms.their_keys(number) {
            Ok(announced) => announced.own,
            Err(_) => return Ok(None),
        },
    };
    let ours = keys.counter_rsmc(number)?.public();
    Ok(Some(PerSide::from_holder(holder, theirs, ours)))
}

/// This side's commitment `number`, current or kept.
pub(crate) fn own_held(live: &Live, number: u64) -> Option<&HeldCommitment> {
    if number == live.held.number() {
        Some(&live.held)
    } else {
        live.archive.get(&number)
    }
}

/// The commitment with the amounts and HTLCs of `tx`, if that gives `tx`.
///
/// The amounts are taken from the transaction, not from memory: of two proposals that collided, the
/// one that lost can be on chain too.
fn rebuild(
    live: &Live,
    holder: Side,
    number: u64,
    rsmc: PerSide<leyden_tx::RsmcPubkey>,
    tx: &Transaction,
) -> Result<Option<(CommitmentSpec, Commitment)>, Fault> {
    let params = &live.terms.params;
    let htlcs = carried(live, holder, tx);
    let locked = htlcs
        .iter()
        .try_fold(Amount::ZERO, |sum, htlc| sum.checked_add(htlc.amount));
    let Some(rest) = locked.and_then(|locked| params.capacity.checked_sub(locked)) else {
        return Ok(None);
    };
    for balances in possible_balances(rest, tx) {
        let spec = CommitmentSpec {
            number,
            holder,
            balances,
            rsmc,
            htlcs: htlcs.clone(),
        };
        let commitment = build_commitment(params, &spec, OutPoint::null())?;
        if let Some(commitment) = commitment.on_chain(params, tx) {
            return Ok(Some((spec, commitment)));
        }
    }
    Ok(None)
}

/// The HTLCs that have an output in `tx`, by their scripts. Taken from the transaction like the amounts.
fn carried(live: &Live, holder: Side, tx: &Transaction) -> Vec<Htlc> {
    let params = &live.terms.params;
    let has_output = |htlc: &&Htlc| {
        let script = output_script(params.dialect, &script_htlc(htlc, holder));
        let mut outputs = tx.output.iter();
        outputs.any(|output| output.value == htlc.amount && output.script_pubkey == script)
    };
    let known = live.records.values().map(|record| &record.htlc);
    known.filter(has_output).cloned().collect()
}

/// An output is one side's whole balance; the rest is the other's, wherever dust has gone. If both have
/// gone to the anchor, it does not matter whose it was.
fn possible_balances(capacity: Amount, tx: &Transaction) -> Vec<Balances> {
    let half = capacity.checked_div(2).unwrap_or(Amount::ZERO);
    let splits = tx.output.iter().map(|output| output.value).chain([half]);
    let splits = splits.filter_map(|value| {
        let rest = capacity.checked_sub(value)?;
        Some((value, rest))
    });
    splits
        .flat_map(|(value, rest)| [PerSide { a: value, b: rest }, PerSide { a: rest, b: value }])
        .collect()
}

/// A commitment whose RSMC keys are not known: who is paid outright is not the holder.
fn by_delivery(live: &Live, number: u64, tx: &Transaction) -> Option<Found> {
    let params = &live.terms.params;
    Side::BOTH.into_iter().find_map(|holder| {
        let script = script_delivery(params.delivery.get(holder.other()));
        let (vout, output) = (0u32..)
            .zip(&tx.output)
            .find(|(_, output)| output.script_pubkey == script)?;
        let commitment = Commitment {
            label: Label::new(Kind::Commitment, number, holder),
            tx: tx.clone(),
            rsmc: None,
            delivery: Some(PlainOutput {
                vout,
                value: output.value,
            }),
            htlcs: Vec::new(),
            plain: None,
            anchor_vout: u32::try_from(tx.output.len()).ok()?.checked_sub(1)?,
        };
        Some(Found {
            standing: standing(live, holder, number),
            commitment,
            spec: None,
        })
    })
}
