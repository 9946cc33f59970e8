//! The eight keys of each side (§4.2).

use std::collections::BTreeSet;

use bitcoin::bip32::{DerivationPath, Xpriv};

use super::*;
use crate::{ChannelKeys, KeyError, Seed, secp};

#[test]
fn keys_are_at_the_path_that_is_documented() {
    let seed = Seed::labelled(b"seed", "alice");
    let keys = ChannelKeys::derive(&seed, 5).unwrap();
    let master = Xpriv::new_master(bitcoin::Network::Regtest, seed.as_bytes()).unwrap();
    for number in [1, 2, (1 << 31) - 1] {
        let secrets = keys.htlc(number).unwrap();
        let public = secrets.public().unwrap();
        for (key, i) in HtlcKey::ALL.into_iter().zip(1..=8) {
            let path: DerivationPath = format!("m/1015'/5'/4'/{number}'/{i}'").parse().unwrap();
            let expected = master.derive_priv(secp(), &path).unwrap().private_key;
            let secret = secrets.key(key).unwrap();
            assert_eq!(*secret.expose(), expected, "{path}");
            assert_eq!(*public.get(key), secret.public());
            assert_eq!(public.all()[i - 1], secret.public());
            assert_eq!(key.number(), u32::try_from(i).unwrap());
        }
        assert_eq!(HtlcPubkeys::new(*public.all()), public);
    }
    let number = 1 << 32;
    assert_eq!(
        keys.htlc(number).map(|_| ()),
        Err(KeyError::HtlcNumber { number })
    );
}

/// Of both sides, in several HTLCs and in both their scripts on both commitments.
#[test]
fn no_two_keys_of_a_channel_are_the_same() {
    let fixture = Fixture::new(Dialect::Noinput, 100_000_000);
    let mut met = BTreeSet::new();
    let mut met_once = |key: [u8; 33]| assert!(met.insert(key));
    for side in Side::BOTH {
        met_once(fixture.params.funding.get(side).serialize());
        met_once(fixture.params.delivery.get(side).serialize());
        for number in 0..4 {
            let rsmc = fixture.spec(number, side, 0).rsmc;
            met_once(rsmc.a.serialize());
            met_once(rsmc.b.serialize());
        }
        for number in 1..=16 {
            let htlc = fixture.htlc(number, side, AMOUNT);
            for key in htlc.keys.get(side).all() {
                met_once(key.serialize());
            }
        }
    }
    let htlc = fixture.htlc(20, Side::B, AMOUNT);
    for holder in Side::BOTH {
        let htlc_script = script_htlc(&htlc, holder);
        let stage = script_htlc_stage(&fixture.params, &htlc, holder);
        for script in [htlc_script, stage] {
            let pushes = script.instructions().filter_map(|instruction| {
                let instruction = instruction.unwrap();
                <[u8; 33]>::try_from(instruction.push_bytes()?.as_bytes()).ok()
            });
            let keys: Vec<_> = pushes.collect();
            assert_eq!(keys.len(), 4);
            keys.into_iter().for_each(&mut met_once);
        }
    }
}
