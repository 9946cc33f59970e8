use bitcoin::{Amount, FeeRate};
use leyden_labels::Side;

use super::*;
use crate::testing::Fixture;
use crate::{Htlc, HtlcKey, script_htlc, script_htlc_stage};

/// Keys by name, and opcodes without their prefix, so that a script reads as in the paper.
fn read(script: &Script, keys: &[(&str, [u8; 33])]) -> String {
    let mut text = script.to_asm_string().replace("OP_PUSHBYTES_33 ", "");
    for (name, key) in keys {
        text = text.replace(&bitcoin::hex::DisplayHex::to_lower_hex_string(key), name);
    }
    text.replace("OP_PUSHNUM_", "").replace("OP_", "")
}

#[test]
fn scripts_are_those_of_the_paper() {
    for dialect in Dialect::BOTH {
        for holder in Side::BOTH {
            let fixture = Fixture::new(dialect, 100_000_000);
            let spec = fixture.spec(3, holder, 50_000_000);
            let params = &fixture.params;
            let keys = [
                ("P_aF", params.funding.a.serialize()),
                ("P_bF", params.funding.b.serialize()),
                ("P_aR", spec.rsmc.a.serialize()),
                ("P_bR", spec.rsmc.b.serialize()),
                ("P_aD", params.delivery.a.serialize()),
                ("P_bD", params.delivery.b.serialize()),
            ];
            let funding = script_funding(&params.funding);
            assert_eq!(read(&funding, &keys), "2 P_aF P_bF 2 CHECKMULTISIG");
            assert_eq!(funding.len(), 71);
            let delivery = params.delivery.get(holder);
            let rsmc = script_rsmc(dialect, &spec.rsmc, delivery, params.delay);
            let (expected, length) = match dialect {
                Dialect::Noinput => ("2 P_aR P_bR 2 CHECKMULTISIG".to_owned(), 71),
                Dialect::Csv => (
                    format!(
                        "IF 2 P_aR P_bR 2 CHECKMULTISIG ELSE PUSHBYTES_2 e803 CSV DROP P_{holder}D CHECKSIG ENDIF"
                    ),
                    111 + 3,
                ),
            };
            assert_eq!(read(&rsmc, &keys), expected);
            assert_eq!(rsmc.len(), length);
        }
    }
}

/// The paper's names of the eight keys of each side.
fn htlc_keys(htlc: &Htlc) -> Vec<(String, [u8; 33])> {
    let of = |side: Side| {
        let keys = htlc.keys.get(side);
        HtlcKey::ALL.map(|key| {
            (
                format!("P_{side}{}", key.number()),
                keys.get(key).serialize(),
            )
        })
    };
    Side::BOTH.into_iter().flat_map(of).collect()
}

/// Keys 1 to 4 stand on the sender's commitment, 5 to 8 on the receiver's; side a's always first.
#[test]
fn the_scripts_of_an_htlc_are_those_of_the_paper() {
    for dialect in Dialect::BOTH {
        for (sender, holder) in [
            (Side::A, Side::A),
            (Side::A, Side::B),
            (Side::B, Side::A),
            (Side::B, Side::B),
        ] {
            let fixture = Fixture::new(dialect, 100_000_000);
            let htlc = fixture.htlc(7, sender, 10_000_000);
            let [one, two, three, four] = if holder == sender {
                [1, 2, 3, 4]
            } else {
                [5, 6, 7, 8]
            };
            let (named, delivery) = (htlc_keys(&htlc), fixture.params.delivery.get(holder));
            let mut keys: Vec<_> = named.iter().map(|(name, key)| (&**name, *key)).collect();
            keys.push(("P_xD", delivery.serialize()));
            let script = script_htlc(&htlc, holder);
            let hash = htlc.hash;
            let expected = format!(
                "IF HASH160 PUSHBYTES_20 {hash} EQUALVERIFY 2 P_a{two} P_b{two} 2 CHECKMULTISIG \
                 ELSE 2 P_a{one} P_b{one} 2 CHECKMULTISIG ENDIF"
            );
            assert_eq!(read(&script, &keys), expected);
            assert_eq!(script.len(), 168);
            let stage = script_htlc_stage(&fixture.params, &htlc, holder);
            let (expected, length) = match dialect {
                Dialect::Noinput => (
                    format!(
                        "IF 2 P_a{three} P_b{three} 2 CHECKMULTISIG \
                         ELSE 2 P_a{four} P_b{four} 2 CHECKMULTISIG ENDIF"
                    ),
                    145,
                ),
                Dialect::Csv => (
                    format!(
                        "IF 2 P_a{four} P_b{four} 2 CHECKMULTISIG \
                         ELSE PUSHBYTES_2 e803 CSV DROP P_xD CHECKSIG ENDIF"
                    ),
                    111 + 3,
                ),
            };
            assert_eq!(read(&stage, &keys), expected);
            assert_eq!(stage.len(), length);
        }
    }
}

#[test]
fn a_delay_is_pushed_in_the_shortest_form() {
    let fixture = Fixture::new(Dialect::Csv, 100_000);
    let spec = fixture.spec(0, Side::A, 50_000);
    for (blocks, push) in [
        (1, 1),
        (16, 1),
        (17, 2),
        (127, 2),
        (128, 3),
        (32_767, 3),
        (32_768, 4),
        (65_535, 4),
    ] {
        let delay = Delay::new(blocks).unwrap();
        let script = script_rsmc(Dialect::Csv, &spec.rsmc, &fixture.params.delivery.a, delay);
        assert_eq!(script.len(), 111 + push, "{blocks}");
    }
    assert!(Delay::new(0).is_err());
}

#[test]
fn output_scripts() {
    let script = script_funding(&Fixture::new(Dialect::Csv, 100_000).params.funding);
    let hash = sha256::Hash::hash(script.as_bytes()).to_string();
    assert_eq!(
        output_script(Dialect::Noinput, &script).to_hex_string(),
        format!("6020{hash}")
    );
    assert_eq!(
        output_script(Dialect::Csv, &script).to_hex_string(),
        format!("0020{hash}")
    );
    assert_eq!(script_anchor().to_hex_string(), "51024e73");
    assert!(output_script(Dialect::Noinput, &script).is_witness_program());
}

/// Bitcoin Core's dust limit at its default 3 sat/vB, for each output script.
#[test]
fn the_dust_limit_covers_every_output() {
    let fixture = Fixture::new(Dialect::Csv, 100_000);
    let script = script_funding(&fixture.params.funding);
    let rate = FeeRate::from_sat_per_vb(3).unwrap();
    let limit = |script: &Script| script.minimal_non_dust_custom(rate);
    assert_eq!(
        limit(&output_script(Dialect::Csv, &script)),
        crate::DUST_LIMIT
    );
    assert_eq!(
        limit(&output_script(Dialect::Noinput, &script)),
        crate::DUST_LIMIT
    );
    assert_eq!(
        limit(&script_delivery(&fixture.params.delivery.a)),
        Amount::from_sat(294)
    );
    assert_eq!(limit(&script_anchor()), Amount::from_sat(240));
}
