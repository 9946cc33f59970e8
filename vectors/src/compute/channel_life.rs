//! Subject `channel-life`: from two seeds to the chain.

use bitcoin::Transaction;
use leyden_labels::{Dialect, Kind, Label, PerSide, Side};
use leyden_tx::{presign_revocable_delivery, sign_commitment};

use super::ComputeError;
use super::channel::{Channel, keys_on, outpoint};
use super::children::{build, complete, show_second};
use super::commitment::Parent;
use super::htlc_life::{show_one, show_presigned};
use super::spend::show_transaction;
use super::{funding, settlement};
use crate::model::inputs::{
    ChannelLife, Child, Commitment, Construction, End, Htlc, LifeState, Update,
};
use crate::trace::Trace;

/// Gives what is broadcast: `F`, then the transactions of the end.
pub(crate) fn show(
    trace: &mut Trace,
    inputs: &ChannelLife,
) -> Result<Vec<Transaction>, ComputeError> {
    let channel = Channel::new(&inputs.channel)?;
    // F is built first; its signatures are exchanged last, when both sides have their way out (§3.1.2).
    let funding = trace.inside("F.", |trace| {
        funding::show(trace, &inputs.channel, &inputs.contributions)
    })?;
    let at = outpoint(funding.compute_txid());
    channel.show_lasting_keys(trace);
    let states = states(inputs)?;
    let newest = states.last().map_or(0, |state| state.number);
    for state in &states {
        for holder in Side::BOTH {
            let parent = Parent::new(&channel, &commitment(state, holder), at)?;
            trace.inside(&format!("{}.", parent.built.label), |trace| {
                show_commitment(trace, &parent, holder, state.number < newest)
            })?;
        }
    }
    let mut broadcast = vec![funding];
    match &inputs.end {
        End::Settle {
            feerate_sat_per_kwu,
        } => {
            let last = states.last().ok_or(ComputeError::Inputs("no state"))?;
            let tx = trace.inside("end.ES.", |trace| {
                let balances = &last.balances_sat;
                settlement::show_of(trace, &channel, at, balances, *feerate_sat_per_kwu)
            })?;
            broadcast.push(tx);
        }
        End::Broadcast {
            commitment: label,
            children,
        } => {
            let state = states.iter().find(|state| state.number == label.number());
            let state = state.ok_or(ComputeError::Inputs("no such commitment"))?;
            let holder = label.side().ok_or(ComputeError::Inputs("no holder"))?;
            let parent = Parent::new(&channel, &commitment(state, holder), at)?;
            broadcast.extend(show_end(trace, &parent, *label, children)?);
        }
    }
    Ok(broadcast)
}

fn commitment(state: &LifeState, holder: Side) -> Commitment {
    Commitment {
        construction: Construction::Revocable,
        number: state.number,
        holder: Some(holder),
        balances_sat: state.balances_sat,
        htlcs: state.htlcs.clone(),
    }
}

/// What commitment n divides, for each n.
pub(crate) fn states(inputs: &ChannelLife) -> Result<Vec<LifeState>, ComputeError> {
    let mut state = LifeState {
        number: 0,
        balances_sat: inputs.contribution_sat,
        htlcs: Vec::new(),
    };
    let mut next_htlc = 1;
    let mut states = vec![state.clone()];
    for update in &inputs.updates {
        for change in update {
            apply(&mut state, &mut next_htlc, change)?;
        }
        state.number = state.number.saturating_add(1);
        states.push(state.clone());
    }
    Ok(states)
}

fn apply(state: &mut LifeState, next: &mut u64, change: &Update) -> Result<(), ComputeError> {
    let balances = &mut state.balances_sat;
    match change {
        Update::Pay { from, amount_sat } => {
            take(balances, *from, *amount_sat)?;
            give(balances, from.other(), *amount_sat)
        }
        Update::Add {
            id,
            sender,
            amount_sat,
            payment_hash,
            expiry_height,
        } => {
            if *id < *next {
                return Err(ComputeError::Inputs("HTLC numbers ascend, from 1"));
            }
            *next = id.saturating_add(1);
            take(balances, *sender, *amount_sat)?;
            state.htlcs.push(Htlc {
                id: *id,
                sender: *sender,
                amount_sat: *amount_sat,
                payment_hash: *payment_hash,
                expiry_height: *expiry_height,
            });
            Ok(())
        }
        Update::Settle { id } => {
            let htlc = remove(&mut state.htlcs, *id)?;
            give(balances, htlc.sender.other(), htlc.amount_sat)
        }
        Update::Fail { id } => {
            let htlc = remove(&mut state.htlcs, *id)?;
            give(balances, htlc.sender, htlc.amount_sat)
        }
    }
}

fn remove(htlcs: &mut Vec<Htlc>, id: u64) -> Result<Htlc, ComputeError> {
    let at = htlcs.iter().position(|htlc| htlc.id == id);
    let at = at.ok_or(ComputeError::Inputs("there is no such HTLC to end"))?;
    Ok(htlcs.remove(at))
}

fn take(balances: &mut PerSide<u64>, from: Side, amount: u64) -> Result<(), ComputeError> {
    let balance = balances.get_mut(from);
    let left = balance.checked_sub(amount);
    *balance = left.ok_or(ComputeError::Inputs("more than the balance"))?;
    Ok(())
}

fn give(balances: &mut PerSide<u64>, to: Side, amount: u64) -> Result<(), ComputeError> {
    let balance = balances.get_mut(to);
    let sum = balance.checked_add(amount);
    *balance = sum.ok_or(ComputeError::Inputs("an amount is out of range"))?;
    Ok(())
}

/// One side's commitment: what the other signs before it may be held, and what revokes it.
fn show_commitment(
    trace: &mut Trace,
    parent: &Parent<'_>,
    holder: Side,
    revoked: bool,
) -> Result<(), ComputeError> {
    let channel = parent.channel;
    parent.show_own_keys(trace)?;
    trace.unsigned("unsigned", &parent.built.tx);
    trace.txid("txid", parent.built.tx.compute_txid());
    for htlc in &parent.htlcs {
        show_presigned(trace, parent, htlc, holder)?;
    }
    if channel.dialect() == Dialect::Noinput && parent.built.rsmc.is_some() {
        show_revocable(trace, parent, holder)?;
    }
    let signer = holder.other();
    let signature = channel.with_keys(signer, |keys| {
        sign_commitment(&channel.params, &parent.built, keys.funding())
    })?;
    trace.hex("digest", &parent.spend().digest(&parent.built.tx, 0)?);
    trace.text("signer", signer.to_string());
    let public = format!("key.{signer}.funding.public");
    trace.signature("signature", &signature.to_bytes(), "digest", &public);
    if revoked {
        let disclosure = channel.with_keys(holder, |keys| keys.disclosure(parent.number))?;
        trace.hex("disclosure", &disclosure.to_bytes());
    }
    Ok(())
}

fn show_revocable(
    trace: &mut Trace,
    parent: &Parent<'_>,
    holder: Side,
) -> Result<(), ComputeError> {
    const NONE: ComputeError = ComputeError::Inputs("RD is not signed in advance");
    let label = Label::new(Kind::RevocableDelivery, parent.number, holder);
    let built = build(parent, label, None)?;
    let signer = holder.other();
    let secrets = parent.channel.rsmc_secrets(parent.number, holder)?;
    let spec = parent.spec.as_ref().ok_or(NONE)?;
    let params = &parent.channel.params;
    let counter = secrets.get(signer);
    let signature = presign_revocable_delivery(params, spec, &parent.built, counter)?;
    let signature = signature.ok_or(NONE)?.to_bytes();
    trace.inside(&format!("{label}."), |trace| {
        show_one(trace, &built, signer, &signature)
    })?;
    Ok(())
}

fn show_end(
    trace: &mut Trace,
    parent: &Parent<'_>,
    label: Label,
    children: &[Child],
) -> Result<Vec<Transaction>, ComputeError> {
    let finished = parent.complete()?;
    trace.inside(&format!("end.{label}."), |trace| {
        parent.show_rsmc_keys(trace)?;
        let spend = parent.spend();
        show_transaction(trace, &label.to_string(), &finished, &[spend], &[])
    })?;
    let mut broadcast = vec![finished];
    for child in children {
        let label = child.label;
        let built = build(parent, label, child.destination.as_ref())?;
        let finished = complete(parent, &built, child.preimage.as_ref())?.tx;
        trace.inside(&format!("end.{label}."), |trace| {
            parent.show_rsmc_keys(trace)?;
            if label.kind().acronym().starts_with('H') {
                let keys = keys_on(parent.htlc(label.number())?, parent.holder()?);
                parent
                    .channel
                    .show_htlc_keys(trace, label.number(), &keys)?;
            }
            show_second(trace, parent.channel, &built);
            let spends = [built.spend.clone()];
            show_transaction(trace, &label.to_string(), &finished, &spends, &[])
        })?;
        broadcast.push(finished);
    }
    Ok(broadcast)
}
