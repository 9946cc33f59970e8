//! Subject `commitment-number`.

use bitcoin::hashes::{Hash, HashEngine, sha256};
use bitcoin::{Amount, OutPoint, Transaction};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::{
    Balances, ChannelParams, Commitment, CommitmentSpec, DUST_LIMIT, Delay, DeliveryPubkey,
    FundingPubkey, RsmcPubkey, build_blamed_commitment, build_commitment, build_shared_commitment,
    parse_commitment_numbers, parse_unenforceable,
};

use super::ComputeError;
use crate::model::inputs::{CommitmentNumber, Construction};
use crate::trace::Trace;

pub(crate) fn show(trace: &mut Trace, inputs: &CommitmentNumber) -> Result<(), ComputeError> {
    let params = params(inputs)?;
    let commitment = build(&params, inputs)?;
    let (lock_time, sequence) = locks(&commitment.tx);
    let obscured = obscured(lock_time, sequence);
    let mut engine = sha256::Hash::engine();
    engine.input(&inputs.delivery.a.0);
    engine.input(&inputs.delivery.b.0);
    let hash = sha256::Hash::from_engine(engine).to_byte_array();
    trace.hex("hash", &hash);
    show_factor(trace, "", inputs.number, obscured);
    trace.int("lock_time", lock_time).result();
    trace.int("sequence", sequence).result();
    let parsed = parse(&params, inputs.construction, &commitment.tx);
    let parsed = parsed.ok_or(ComputeError::Inputs("a commitment number does not parse"))?;
    trace.int("parsed", parsed).result();
    Ok(())
}

/// nLockTime and the first input's nSequence.
pub(crate) fn locks(tx: &Transaction) -> (u32, u32) {
    let sequence = tx.input.first().map_or(0, |input| input.sequence.0);
    (tx.lock_time.to_consensus_u32(), sequence)
}

/// The 48 bits below the two marks.
pub(crate) fn obscured(lock_time: u32, sequence: u32) -> u64 {
    let low = |field: u32| u64::from(field & 0x00ff_ffff);
    low(sequence) << 24 | low(lock_time)
}

pub(crate) fn show_factor(trace: &mut Trace, prefix: &str, number: u64, obscured: u64) {
    for (name, value) in [("factor", number ^ obscured), ("obscured", obscured)] {
        let bytes = value.to_be_bytes();
        let bytes = bytes.get(2..).unwrap_or_default();
        trace.hex(&format!("{prefix}{name}"), bytes);
    }
}

fn params(inputs: &CommitmentNumber) -> Result<ChannelParams, ComputeError> {
    let delay = Delay::new(1).map_err(|_| ComputeError::Inputs("delay"))?;
    let PerSide { a, b } = &inputs.delivery;
    Ok(ChannelParams {
        dialect: Dialect::Noinput,
        delay,
        dust_limit: DUST_LIMIT,
        capacity: Amount::ONE_BTC,
        funding: PerSide {
            a: FundingPubkey::parse(&a.0)?,
            b: FundingPubkey::parse(&b.0)?,
        },
        delivery: PerSide {
            a: DeliveryPubkey::parse(&a.0)?,
            b: DeliveryPubkey::parse(&b.0)?,
        },
    })
}

fn build(params: &ChannelParams, inputs: &CommitmentNumber) -> Result<Commitment, ComputeError> {
    let balances = Balances {
        a: Amount::ONE_BTC,
        b: Amount::ZERO,
    };
    let (number, funding) = (inputs.number, OutPoint::null());
    let built = match (inputs.construction, inputs.holder) {
        (Construction::Revocable, Some(holder)) => {
            let spec = CommitmentSpec {
                number,
                holder,
                balances,
                rsmc: PerSide::from_fn(|side| RsmcPubkey::new(*params.funding.get(side).key())),
                htlcs: Vec::new(),
            };
            build_commitment(params, &spec, funding)
        }
        (Construction::Shared, None) => build_shared_commitment(params, number, &balances, funding),
        (Construction::Blamed, Some(holder)) => {
            build_blamed_commitment(params, number, holder, &balances, &[], funding)
        }
        (Construction::Revocable | Construction::Blamed, None)
        | (Construction::Shared, Some(Side::A | Side::B)) => {
            return Err(ComputeError::Inputs(
                "shared commitments have no holder, others have",
            ));
        }
    };
    Ok(built?)
}

fn parse(params: &ChannelParams, construction: Construction, tx: &Transaction) -> Option<u64> {
    match construction {
        Construction::Revocable => parse_commitment_numbers(params, tx).first().copied(),
        Construction::Shared | Construction::Blamed => {
            parse_unenforceable(params, tx).map(leyden_labels::Label::number)
        }
    }
}
