//! Subject `scripts`.

use bitcoin::absolute::Height;
use bitcoin::hashes::{Hash, sha256};
use bitcoin::{Address, Amount, Network, Script, ScriptBuf};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::{
    ChannelParams, DUST_LIMIT, Delay, DeliveryPubkey, FundingPubkey, Htlc, HtlcPubkey, HtlcPubkeys,
    KeyError, PaymentHash, RsmcPubkey, output_script, script_anchor, script_delivery,
    script_funding, script_htlc, script_htlc_stage, script_rsmc,
};

use super::ComputeError;
use crate::model::Hex;
use crate::model::inputs::Script as Inputs;
use crate::trace::Trace;

pub(crate) fn show(trace: &mut Trace, inputs: &Inputs) -> Result<(), ComputeError> {
    match inputs {
        Inputs::Funding {
            dialect,
            network,
            publics,
        } => {
            let keys = each(publics, FundingPubkey::parse)?;
            committed(trace, *dialect, (*network).into(), &script_funding(&keys))
        }
        Inputs::Rsmc {
            dialect,
            network,
            publics,
            holder_delivery,
            delay_blocks,
        } => {
            let keys = each(publics, RsmcPubkey::parse)?;
            let delivery = DeliveryPubkey::parse(&holder_delivery.0)?;
            let script = script_rsmc(*dialect, &keys, &delivery, delay(*delay_blocks)?);
            committed(trace, *dialect, (*network).into(), &script)
        }
        Inputs::Htlc {
            dialect,
            network,
            payment_hash,
            execute,
            timeout,
        } => {
            let htlc = htlc(payment_hash.0, &[timeout, execute, timeout, execute])?;
            let script = script_htlc(&htlc, Side::A);
            committed(trace, *dialect, (*network).into(), &script)
        }
        Inputs::Second {
            dialect,
            network,
            delayed,
            remedy,
            holder_delivery,
            delay_blocks,
        } => {
            let htlc = htlc([0; 20], &[delayed, delayed, delayed, remedy])?;
            let params = params(*dialect, &holder_delivery.0, *delay_blocks)?;
            let script = script_htlc_stage(&params, &htlc, Side::A);
            committed(trace, *dialect, (*network).into(), &script)
        }
        Inputs::Delivery {
            network, public, ..
        } => {
            let output = script_delivery(&DeliveryPubkey::parse(&public.0)?);
            // 0, the length, the program.
            trace.hex("program", output.as_bytes().get(2..).unwrap_or_default());
            paid(trace, (*network).into(), &output)
        }
        Inputs::Anchor { network, .. } => paid(trace, (*network).into(), &script_anchor()),
    }
}

fn committed(
    trace: &mut Trace,
    dialect: Dialect,
    network: Network,
    script: &Script,
) -> Result<(), ComputeError> {
    trace.hex("script", script.as_bytes());
    trace.asm("script.asm", script);
    let length = i128::try_from(script.len()).unwrap_or_default();
    trace.int("script.length", length);
    let program = sha256::Hash::hash(script.as_bytes()).to_byte_array();
    trace.hex("program", &program);
    paid(trace, network, &output_script(dialect, script))
}

fn paid(trace: &mut Trace, network: Network, output: &ScriptBuf) -> Result<(), ComputeError> {
    trace.hex("output", output.as_bytes()).result();
    trace.asm("output.asm", output).result();
    let address = Address::from_script(output, network)
        .map_err(|_| ComputeError::Inputs("an output script has no address"))?;
    trace.text("address", address.to_string()).result();
    Ok(())
}

fn each<T>(
    keys: &PerSide<Hex<33>>,
    parse: impl Fn(&[u8]) -> Result<T, KeyError>,
) -> Result<PerSide<T>, KeyError> {
    Ok(PerSide {
        a: parse(&keys.a.0)?,
        b: parse(&keys.b.0)?,
    })
}

fn delay(blocks: u16) -> Result<Delay, ComputeError> {
    Delay::new(blocks).map_err(|_| ComputeError::Inputs("a delay is 1 to 65535 blocks"))
}

/// An HTLC of side a with these pairs as keys 1 to 4.
fn htlc(hash: [u8; 20], pairs: &[&PerSide<Hex<33>>; 4]) -> Result<Htlc, KeyError> {
    let [one, two, three, four] = pairs;
    let keys = |side: Side| {
        let key = |pair: &PerSide<Hex<33>>| HtlcPubkey::parse(&pair.get(side).0);
        let (one, two, three, four) = (key(one)?, key(two)?, key(three)?, key(four)?);
        Ok::<_, KeyError>(HtlcPubkeys::new([
            one, two, three, four, one, two, three, four,
        ]))
    };
    Ok(Htlc {
        number: 1,
        sender: Side::A,
        amount: DUST_LIMIT,
        hash: PaymentHash::new(hash),
        expiry: Height::ZERO,
        keys: PerSide {
            a: keys(Side::A)?,
            b: keys(Side::B)?,
        },
    })
}

fn params(
    dialect: Dialect,
    delivery: &[u8],
    delay_blocks: u16,
) -> Result<ChannelParams, ComputeError> {
    let funding = FundingPubkey::parse(delivery)?;
    let delivery = DeliveryPubkey::parse(delivery)?;
    Ok(ChannelParams {
        dialect,
        delay: delay(delay_blocks)?,
        dust_limit: DUST_LIMIT,
        capacity: Amount::ZERO,
        funding: PerSide {
            a: funding,
            b: funding,
        },
        delivery: PerSide {
            a: delivery,
            b: delivery,
        },
    })
}
