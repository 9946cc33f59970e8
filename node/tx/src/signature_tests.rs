use bitcoin::consensus::encode::deserialize;
use bitcoin::hex::{DisplayHex, FromHex};
use bitcoin::{Amount, ScriptBuf, Transaction};
use serde_json::Value;

use super::*;
use crate::sighash::{DigestRules, preimage};

const VECTORS: &str = include_str!("../../../vectors/noinput-digest.json");

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap()
}

fn transaction(hex: &str) -> Transaction {
    deserialize(&Vec::from_hex(hex).unwrap()).unwrap()
}

fn hash_type(hex: &str) -> HashType {
    HashType(u8::from_str_radix(hex, 16).unwrap())
}

fn rules(name: &str) -> DigestRules {
    match name {
        "noinput" => DigestRules::Noinput,
        "bip143" => DigestRules::Bip143,
        other => panic!("{other}"),
    }
}

fn index(value: &Value) -> usize {
    usize::try_from(number(value, "index")).unwrap()
}

#[test]
fn digests_are_those_of_the_independent_generator() {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let tx = transaction(text(&all, "transaction"));
    let cases = all["cases"].as_array().unwrap();
    assert!(cases.len() > 150);
    for case in cases {
        let script = ScriptBuf::from_hex(text(&all["script_codes"], text(case, "script_code")));
        let spent = SpentInput {
            rules: rules(text(case, "rules")),
            tx: &tx,
            index: index(case),
            script_code: &script.unwrap(),
            amount: Amount::from_sat(number(&all, "amount_sat")),
        };
        let got = digest(&spent, hash_type(text(case, "hash_type"))).unwrap();
        assert_eq!(got.to_lower_hex_string(), text(case, "digest"), "{case}");
    }
}

#[test]
fn pieces_are_those_of_the_independent_generator() {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let tx = transaction(text(&all, "transaction"));
    for case in all["preimages"].as_array().unwrap() {
        let script = ScriptBuf::from_hex(text(&all["script_codes"], "multisig")).unwrap();
        let spent = SpentInput {
            rules: rules(text(case, "rules")),
            tx: &tx,
            index: index(case),
            script_code: &script,
            amount: Amount::from_sat(number(&all, "amount_sat")),
        };
        let preimage = preimage(&spent, hash_type(text(case, "hash_type"))).unwrap();
        for (name, bytes) in preimage.fields() {
            assert_eq!(
                bytes.to_lower_hex_string(),
                text(&case["pieces"], name),
                "{name}"
            );
        }
    }
}

/// A signature made for one transaction holds for a changed one exactly where the rule says that
/// the change is not signed. The sixteen changes and the answers are the generator's.
#[test]
fn a_signature_holds_exactly_where_the_change_is_not_signed() {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let tx = transaction(text(&all, "transaction"));
    let script = ScriptBuf::from_hex(text(&all["script_codes"], "multisig")).unwrap();
    let secret = SecretKey::from_slice(&[0x42; 32]).unwrap();
    let public = secret.public_key(secp());
    let signed = SpentInput {
        rules: DigestRules::Noinput,
        tx: &tx,
        index: usize::try_from(number(&all, "changed_index")).unwrap(),
        script_code: &script,
        amount: Amount::from_sat(number(&all, "amount_sat")),
    };
    for changed in all["changed"].as_array().unwrap() {
        let tx = transaction(text(changed, "transaction"));
        let script = ScriptBuf::from_hex(text(changed, "script_code")).unwrap();
        let now = SpentInput {
            rules: DigestRules::Noinput,
            tx: &tx,
            index: index(changed),
            script_code: &script,
            amount: Amount::from_sat(number(changed, "amount_sat")),
        };
        for (name, result) in changed["results"].as_object().unwrap() {
            let hash_type = hash_type(name);
            let what = format!("{} under {name}", changed["change"]);
            let got = digest(&now, hash_type).unwrap().to_lower_hex_string();
            assert_eq!(got, text(result, "digest"), "{what}");
            let signature = sign_input(&signed, hash_type, &secret).unwrap();
            let holds = verify_input(&now, hash_type, &public, &signature).is_ok();
            assert_eq!(holds, !result["signed"].as_bool().unwrap(), "{what}");
        }
    }
}

/// With the bit that blanks the inputs, the two rules differ, and without it they do not.
#[test]
fn only_the_noinput_bit_tells_the_rules_apart() {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let tx = transaction(text(&all, "transaction"));
    for byte in 0..=u8::MAX {
        let spent = SpentInput {
            rules: DigestRules::Bip143,
            tx: &tx,
            index: 0,
            script_code: Script::new(),
            amount: Amount::ONE_SAT,
        };
        let v0 = crate::digest_bip143(&spent, HashType(byte)).unwrap();
        let v16 = crate::digest_noinput(&spent, HashType(byte)).unwrap();
        assert_eq!(v0 == v16, byte & 0x40 == 0, "{byte:#04x}");
    }
}

#[test]
fn wrong_signatures_are_typed_errors() {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let tx = transaction(text(&all, "transaction"));
    let spent = |index| SpentInput {
        rules: DigestRules::Noinput,
        tx: &tx,
        index,
        script_code: Script::new(),
        amount: Amount::ONE_SAT,
    };
    let secret = SecretKey::from_slice(&[0x42; 32]).unwrap();
    let public = secret.public_key(secp());
    let signature = sign_input(&spent(0), HashType::ALL, &secret).unwrap();
    assert_eq!(
        verify_input(&spent(0), HashType::ALL_NOINPUT, &public, &signature),
        Err(SignatureError::HashType {
            expected: HashType::ALL_NOINPUT,
            got: HashType::ALL
        })
    );
    let other = SecretKey::from_slice(&[0x43; 32])
        .unwrap()
        .public_key(secp());
    let invalid = verify_input(&spent(0), HashType::ALL, &other, &signature);
    assert_eq!(invalid, Err(SignatureError::Invalid));
    let no_such = SignatureError::NoSuchInput {
        index: 3,
        inputs: 3,
    };
    assert_eq!(sign_input(&spent(3), HashType::ALL, &secret), Err(no_such));
    // Three inputs, two outputs: a SINGLE signature on the last would sign no output.
    let naked = SignatureError::SingleWithoutOutput { index: 2 };
    for hash_type in [
        HashType(0x03),
        HashType::SINGLE_ACP,
        HashType::SINGLE_ACP_NOINPUT,
    ] {
        assert_eq!(sign_input(&spent(2), hash_type, &secret), Err(naked));
        assert!(sign_input(&spent(1), hash_type, &secret).is_ok());
    }
}

/// RFC 6979 over SHA-256 without grinding: bytes may never change.
#[test]
fn a_signature_reads_back_and_nothing_else_does() {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let tx = transaction(text(&all, "transaction"));
    let spent = SpentInput {
        rules: DigestRules::Noinput,
        tx: &tx,
        index: 0,
        script_code: Script::new(),
        amount: Amount::ONE_SAT,
    };
    let secret = SecretKey::from_slice(&[0x42; 32]).unwrap();
    let signature = sign_input(&spent, HashType::SINGLE_ACP_NOINPUT, &secret).unwrap();
    let bytes = signature.to_bytes();
    assert_eq!(InputSignature::parse(&bytes), Ok(signature));
    assert_eq!(
        sign_input(&spent, HashType::SINGLE_ACP_NOINPUT, &secret),
        Ok(signature)
    );

    let bad = Err(SignatureError::Encoding);
    assert_eq!(InputSignature::parse(&[]), bad);
    assert_eq!(InputSignature::parse(&bytes[..bytes.len() - 2]), bad);
    let mut longer = bytes.clone();
    longer.insert(bytes.len() - 1, 0);
    assert_eq!(InputSignature::parse(&longer), bad);
    assert_eq!(InputSignature::parse(&high_s(&signature)), bad);
}

/// The same signature with n - s, which verifies under lax rules.
fn high_s(signature: &InputSignature) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36,
        0x41, 0x41,
    ];
    let mut compact = signature.ecdsa.serialize_compact();
    let mut borrow = 0;
    for (s, n) in compact[32..].iter_mut().zip(ORDER).rev() {
        let difference = i16::from(n) - i16::from(*s) - borrow;
        borrow = i16::from(difference < 0);
        *s = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    let high = ecdsa::Signature::from_compact(&compact).unwrap();
    let mut bytes = high.serialize_der().to_vec();
    bytes.push(signature.hash_type.0);
    bytes
}
