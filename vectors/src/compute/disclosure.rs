//! Subject `disclosure`.

use leyden_tx::{ChannelKeys, Disclosed, Disclosure, DisclosureError, RsmcPubkey, Seed};

use super::ComputeError;
use super::channel::digits;
use crate::model::inputs::{Disclosure as Inputs, KeptNode};
use crate::trace::Trace;

pub(crate) fn show(trace: &mut Trace, inputs: &Inputs) -> Result<(), ComputeError> {
    match inputs {
        Inputs::Disclose {
            seed,
            channel_index,
            number,
        } => disclose(trace, &Seed::new(seed.0), *channel_index, *number),
        Inputs::Receive {
            kept,
            next,
            number,
            disclosure,
            announced_public,
            queries,
        } => {
            let disclosure = Disclosure::from_bytes(&disclosure.0)?;
            let announced = RsmcPubkey::parse(&announced_public.0)?;
            let mut state = restore(kept, *next)?;
            show_derived(trace, *number, *next, &disclosure)?;
            receive(trace, &mut state, *number, &disclosure, &announced);
            show_queries(trace, &state, queries);
            Ok(())
        }
    }
}

fn disclose(
    trace: &mut Trace,
    seed: &Seed,
    channel_index: u32,
    number: u64,
) -> Result<(), ComputeError> {
    let mut keys = ChannelKeys::derive(seed, channel_index)?;
    let (high, middle, low) = digits(number)?;
    let node = keys.disclosure(number)?.to_bytes();
    let (secret, chain_code) = node.split_at(32);
    let key = keys.own_rsmc(number)?;
    trace.text("digits", format!("{high}.{middle}.{low}"));
    trace.text("level", level(number)?);
    trace.hex("node.secret", secret);
    trace.hex("node.chain_code", chain_code);
    trace.hex("rsmc.secret", &key.expose().secret_bytes());
    trace.hex("disclosure", &node).result();
    trace.hex("rsmc.public", &key.public().serialize()).result();
    Ok(())
}

/// The highest level that the number completes.
pub(crate) fn level(number: u64) -> Result<&'static str, ComputeError> {
    Ok(match digits(number)? {
        (_, 127, 127) => "H",
        (_, _, 127) => "M",
        _ => "L",
    })
}

fn restore(kept: &[KeptNode], next: u64) -> Result<Disclosed, ComputeError> {
    let nodes = kept
        .iter()
        .map(|node| Ok((node.number, Disclosure::from_bytes(&node.disclosure.0)?)))
        .collect::<Result<Vec<_>, ComputeError>>()?;
    Ok(Disclosed::restore(next, &nodes)?)
}

/// The key that the node gives for its own number, whatever was announced.
fn show_derived(
    trace: &mut Trace,
    number: u64,
    next: u64,
    disclosure: &Disclosure,
) -> Result<(), ComputeError> {
    if number != next || number >= leyden_tx::MAX_COMMITMENTS {
        return Ok(());
    }
    let nodes = [(number, disclosure.clone())];
    let alone = Disclosed::restore(next.saturating_add(1), &nodes)?;
    let secret = alone.secret(number);
    let secret = secret.ok_or(ComputeError::Inputs("a node does not give its own key"))?;
    trace.hex("derived.secret", &secret.expose().secret_bytes());
    trace.hex("derived.public", &secret.public().serialize());
    Ok(())
}

fn receive(
    trace: &mut Trace,
    state: &mut Disclosed,
    number: u64,
    disclosure: &Disclosure,
    announced: &RsmcPubkey,
) {
    let outcome = match state.accept(number, disclosure, announced) {
        Ok(()) => "accepted",
        Err(DisclosureError::PastEnd) => "past-end",
        Err(DisclosureError::Repeated { .. }) => "repeated",
        Err(DisclosureError::OutOfOrder { .. }) => "out-of-order",
        Err(DisclosureError::WrongKey { .. }) => "wrong-key",
        Err(DisclosureError::Inconsistent { .. }) => "inconsistent",
    };
    trace.text("outcome", outcome).result();
    trace.int("next", state.next()).result();
    let kept = state.kept();
    let count = i128::try_from(kept.len()).unwrap_or_default();
    trace.int("kept.count", count).result();
    for (number, node) in kept {
        let level = level(number).unwrap_or("?");
        trace.int(&format!("kept.{level}.number"), number).result();
        let name = format!("kept.{level}.disclosure");
        trace.hex(&name, &node.to_bytes()).result();
    }
}

fn show_queries(trace: &mut Trace, state: &Disclosed, queries: &[u64]) {
    for query in queries {
        let name = format!("query.{query}");
        match state.secret(*query) {
            Some(secret) => trace.hex(&name, &secret.expose().secret_bytes()).result(),
            None => trace.text(&name, "not disclosed").result(),
        };
    }
}
