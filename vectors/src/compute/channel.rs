//! A channel from its inputs: its keys, and how they are shown.

use std::cell::RefCell;

use bitcoin::absolute::Height;
use bitcoin::secp256k1::SecretKey;
use bitcoin::{Amount, CompressedPublicKey, OutPoint, Script, ScriptBuf};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::{
    ChannelKeys, ChannelParams, Delay, Htlc, HtlcKey, HtlcSecrets, KeyError, MAX_COMMITMENTS,
    PaymentHash, RsmcSecret, Seed, output_script, script_funding, secp,
};

use super::ComputeError;
use crate::model::inputs::{Channel as Inputs, CoinKind, Htlc as HtlcInputs};
use crate::trace::Trace;

/// First step of every path.
pub(crate) const PURPOSE: u32 = 1015;

/// A channel with the keys of both sides.
pub(crate) struct Channel {
    pub(crate) params: ChannelParams,
    /// The own chains keep the keys of a day.
    keys: RefCell<PerSide<ChannelKeys>>,
    indexes: PerSide<u32>,
}

impl Channel {
    pub(crate) fn new(inputs: &Inputs) -> Result<Self, ComputeError> {
        let derive = |side| {
            let seed = Seed::new(inputs.seeds.get(side).0);
            ChannelKeys::derive(&seed, *inputs.indexes.get(side))
        };
        let keys = PerSide {
            a: derive(Side::A)?,
            b: derive(Side::B)?,
        };
        let delay = Delay::new(inputs.delay_blocks)
            .map_err(|_| ComputeError::Inputs("a delay is 1 to 65535 blocks"))?;
        Ok(Self {
            params: ChannelParams {
                dialect: inputs.dialect,
                delay,
                dust_limit: Amount::from_sat(inputs.dust_limit_sat),
                capacity: Amount::from_sat(inputs.capacity_sat),
                funding: PerSide::from_fn(|side| keys.get(side).funding().public()),
                delivery: PerSide::from_fn(|side| keys.get(side).delivery().public()),
            },
            keys: RefCell::new(keys),
            indexes: inputs.indexes,
        })
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        self.params.dialect
    }

    /// What one side knows.
    pub(crate) fn with_keys<T>(&self, side: Side, run: impl FnOnce(&mut ChannelKeys) -> T) -> T {
        run(self.keys.borrow_mut().get_mut(side))
    }

    pub(crate) fn delivery_secret(&self, side: Side) -> SecretKey {
        self.with_keys(side, |keys| *keys.delivery().expose())
    }

    pub(crate) fn funding_secret(&self, side: Side) -> SecretKey {
        self.with_keys(side, |keys| *keys.funding().expose())
    }

    /// The holder's key that it will disclose, the other side's that it never does.
    pub(crate) fn rsmc_secrets(
        &self,
        number: u64,
        holder: Side,
    ) -> Result<PerSide<RsmcSecret>, KeyError> {
        let own = self.with_keys(holder, |keys| keys.own_rsmc(number))?;
        let counter = self.with_keys(holder.other(), |keys| keys.counter_rsmc(number))?;
        Ok(PerSide::from_holder(holder, own, counter))
    }

    pub(crate) fn htlc_secrets(&self, id: u64) -> Result<PerSide<HtlcSecrets>, KeyError> {
        Ok(PerSide {
            a: self.with_keys(Side::A, |keys| keys.htlc(id))?,
            b: self.with_keys(Side::B, |keys| keys.htlc(id))?,
        })
    }

    pub(crate) fn htlc(&self, inputs: &HtlcInputs) -> Result<Htlc, ComputeError> {
        let secrets = self.htlc_secrets(inputs.id)?;
        let expiry = Height::from_consensus(inputs.expiry_height)
            .map_err(|_| ComputeError::Inputs("an expiry is a height"))?;
        Ok(Htlc {
            number: inputs.id,
            sender: inputs.sender,
            amount: Amount::from_sat(inputs.amount_sat),
            hash: PaymentHash::new(inputs.payment_hash.0),
            expiry,
            keys: PerSide {
                a: secrets.a.public()?,
                b: secrets.b.public()?,
            },
        })
    }

    fn path(&self, side: Side) -> String {
        format!("m/{PURPOSE}'/{}'", self.indexes.get(side))
    }

    // --- showing ---

    /// The keys that last as long as the channel.
    pub(crate) fn show_lasting_keys(&self, trace: &mut Trace) {
        for side in Side::BOTH {
            let path = format!("{}/0'", self.path(side));
            let secret = self.funding_secret(side);
            show_key(trace, &format!("key.{side}.funding"), &path, &secret);
        }
        for side in Side::BOTH {
            let path = format!("{}/1'", self.path(side));
            let secret = self.delivery_secret(side);
            show_key(trace, &format!("key.{side}.delivery"), &path, &secret);
        }
    }

    pub(crate) fn show_rsmc_keys(
        &self,
        trace: &mut Trace,
        number: u64,
        holder: Side,
    ) -> Result<(), ComputeError> {
        let secrets = self.rsmc_secrets(number, holder)?;
        for side in Side::BOTH {
            let path = self.path(side);
            let path = if side == holder {
                own_path(&path, number)?
            } else {
                format!("{path}/3'/{number}'")
            };
            let secret = secrets.get(side).expose();
            show_key(trace, &format!("key.{side}.rsmc"), &path, secret);
        }
        Ok(())
    }

    pub(crate) fn show_htlc_keys(
        &self,
        trace: &mut Trace,
        id: u64,
        which: &[HtlcKey],
    ) -> Result<(), ComputeError> {
        let secrets = self.htlc_secrets(id)?;
        for side in Side::BOTH {
            for key in which {
                let i = key.number();
                let path = format!("{}/4'/{id}'/{i}'", self.path(side));
                let secret = secrets.get(side).key(*key)?;
                let name = format!("key.{side}.htlc.{id}.{i}");
                show_key(trace, &name, &path, secret.expose());
            }
        }
        Ok(())
    }

    pub(crate) fn show_script(&self, trace: &mut Trace, name: &str, script: &Script) {
        trace.hex(name, script.as_bytes());
        trace.asm(&format!("{name}.asm"), script);
        let output = output_script(self.dialect(), script);
        trace.hex(&format!("{name}.output"), output.as_bytes());
    }

    pub(crate) fn show_funding_script(&self, trace: &mut Trace) {
        let script = script_funding(&self.params.funding);
        self.show_script(trace, "script.funding", &script);
    }
}

fn show_key(trace: &mut Trace, name: &str, path: &str, secret: &SecretKey) {
    trace.path(&format!("{name}.path"), path);
    trace.hex(&format!("{name}.secret"), &secret.secret_bytes());
    let public = secret.public_key(secp()).serialize();
    trace.hex(&format!("{name}.public"), &public);
}

/// A commitment number in base 128.
pub(crate) fn digits(number: u64) -> Result<(u64, u64, u64), KeyError> {
    if number >= MAX_COMMITMENTS {
        return Err(KeyError::Exhausted { number });
    }
    Ok((number >> 14, number >> 7 & 127, number & 127))
}

/// The path of a side's RSMC key in its own commitment `number`.
pub(crate) fn own_path(channel: &str, number: u64) -> Result<String, KeyError> {
    let (high, middle, low) = digits(number)?;
    let back = |digit: u64| 127_u64.saturating_sub(digit);
    Ok(format!(
        "{channel}/2'/0'/(0')^{}/1'/(0')^{}/1'/(0')^{}/2'",
        back(high),
        back(middle),
        back(low)
    ))
}

/// The output script of a coin with this key.
pub(crate) fn coin_script(kind: CoinKind, secret: &SecretKey) -> ScriptBuf {
    let public = CompressedPublicKey(secret.public_key(secp()));
    match kind {
        CoinKind::P2wpkh => ScriptBuf::new_p2wpkh(&public.wpubkey_hash()),
        CoinKind::P2pkh => ScriptBuf::new_p2pkh(&public.pubkey_hash()),
    }
}

/// The keys of an HTLC that live on the holder's commitment.
pub(crate) fn keys_on(htlc: &Htlc, holder: Side) -> [HtlcKey; 4] {
    use HtlcKey::{Eight, Five, Four, One, Seven, Six, Three, Two};
    htlc.on(holder, [One, Two, Three, Four], [Five, Six, Seven, Eight])
}

/// An outpoint is wanted, and there is none yet.
pub(crate) fn outpoint(txid: bitcoin::Txid) -> OutPoint {
    OutPoint::new(txid, leyden_tx::FUNDING_VOUT)
}
