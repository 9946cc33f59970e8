//! Subject `keys`.

use leyden_tx::{ChannelKeys, ExtendedSecret, HtlcKey, KeyError, Seed, secp};

use super::ComputeError;
use super::channel::{PURPOSE, digits, own_path};
use crate::model::inputs::KeyVector;
use crate::trace::Trace;

pub(crate) fn show(trace: &mut Trace, inputs: &KeyVector) -> Result<(), ComputeError> {
    let seed = Seed::new(inputs.seed.0);
    let mut keys = ChannelKeys::derive(&seed, inputs.channel_index)?;
    let master = ExtendedSecret::master(seed.as_bytes())?;
    let node = master.descend(&[PURPOSE, inputs.channel_index])?;
    let path = format!("m/{PURPOSE}'/{}'", inputs.channel_index);
    trace.hex("master.secret", &master.secret().secret_bytes());
    trace.hex("master.chain_code", master.chain_code());
    trace.path("channel.path", &path);
    trace.hex("channel.secret", &node.secret().secret_bytes());
    trace.hex("channel.chain_code", node.chain_code());

    let mut publics = Publics::default();
    let funding = *keys.funding().expose();
    publics.secret(trace, "funding", &format!("{path}/0'"), &funding);
    let delivery = *keys.delivery().expose();
    publics.secret(trace, "delivery", &format!("{path}/1'"), &delivery);
    for (name, branch) in [("own", 2), ("counter", 3)] {
        let node = node.hardened(branch)?;
        trace.path(&format!("{name}.path"), &format!("{path}/{branch}'"));
        trace.hex(&format!("{name}.secret"), &node.secret().secret_bytes());
        trace.hex(&format!("{name}.chain_code"), node.chain_code());
    }
    for n in &inputs.numbers {
        let (high, middle, low) = digits(*n)?;
        trace.text(&format!("own.{n}.digits"), format!("{high}.{middle}.{low}"));
        let own = *keys.own_rsmc(*n)?.expose();
        let at = own_path(&path, *n)?;
        publics.secret(trace, &format!("own.{n}"), &at, &own);
        let counter = *keys.counter_rsmc(*n)?.expose();
        let at = format!("{path}/3'/{n}'");
        publics.secret(trace, &format!("counter.{n}"), &at, &counter);
    }
    for k in &inputs.htlcs {
        show_htlc(trace, &mut publics, &keys, &path, *k)?;
    }
    for (name, public) in publics.0 {
        trace.hex(&format!("{name}.public"), &public).result();
    }
    Ok(())
}

fn show_htlc(
    trace: &mut Trace,
    publics: &mut Publics,
    keys: &ChannelKeys,
    path: &str,
    k: u64,
) -> Result<(), KeyError> {
    let secrets = keys.htlc(k)?;
    for key in HtlcKey::ALL {
        let i = key.number();
        let secret = *secrets.key(key)?.expose();
        let at = format!("{path}/4'/{k}'/{i}'");
        publics.secret(trace, &format!("htlc.{k}.{i}"), &at, &secret);
    }
    Ok(())
}

/// The public keys, which come last.
#[derive(Default)]
struct Publics(Vec<(String, [u8; 33])>);

impl Publics {
    fn secret(
        &mut self,
        trace: &mut Trace,
        name: &str,
        path: &str,
        secret: &bitcoin::secp256k1::SecretKey,
    ) {
        trace.path(&format!("{name}.path"), path);
        trace.hex(&format!("{name}.secret"), &secret.secret_bytes());
        let public = secret.public_key(secp()).serialize();
        self.0.push((name.to_owned(), public));
    }
}
