//! Spoilt signatures, keys and disclosures.

use bitcoin::{ScriptBuf, TxOut};
use leyden_channel::{ChannelKeysAnnounced, CommitmentKeys, CommitmentSignatures, Message};
use leyden_tx::{
    DeliveryPubkey, DigestRules, Disclosure, FundingPubkey, HashType, InputSignature, RsmcPubkey,
    Seed, SpentInput, sign_input, wallet_secret,
};

use crate::common::sat;

/// What was spoilt, the message, and the fault's name.
pub type Spoilt = (String, Message, &'static str);

/// A signature in the right form, of somebody else, on something else.
pub fn foreign(signature: &InputSignature) -> InputSignature {
    let seed = Seed::labelled(b"foreign", "signature");
    let secret = wallet_secret(&seed, 0, 0).unwrap();
    let tx = bitcoin::Transaction {
        version: bitcoin::transaction::Version::TWO,
        lock_time: bitcoin::absolute::LockTime::ZERO,
        input: vec![bitcoin::TxIn::default()],
        output: vec![TxOut::NULL],
    };
    let spent = SpentInput {
        rules: DigestRules::Bip143,
        tx: &tx,
        index: 0,
        script_code: &ScriptBuf::new(),
        amount: sat(1),
    };
    sign_input(&spent, HashType(signature.hash_type().0), secret.expose()).unwrap()
}

pub fn wrong_type(signature: &InputSignature) -> InputSignature {
    let mut bytes = signature.to_bytes();
    *bytes.last_mut().unwrap() ^= 0x02;
    InputSignature::parse(&bytes).unwrap()
}

pub fn signatures(
    given: &CommitmentSignatures,
) -> Vec<(String, CommitmentSignatures, &'static str)> {
    let CommitmentSignatures {
        revocable_delivery,
        commitment,
    } = given;
    let with = |field: &str, revocable_delivery, commitment, fault| {
        (
            format!("signatures.{field}"),
            CommitmentSignatures {
                revocable_delivery,
                commitment,
            },
            fault,
        )
    };
    let child = *revocable_delivery;
    let mut spoilt = vec![
        with(
            "commitment",
            child,
            foreign(commitment),
            "commitment-signature",
        ),
        with(
            "commitment type",
            child,
            wrong_type(commitment),
            "commitment-signature",
        ),
    ];
    match child {
        Some(signature) => {
            let name = "revocable-delivery-signature";
            spoilt.push(with("child", None, *commitment, "missing-signature"));
            spoilt.push(with("child", Some(foreign(&signature)), *commitment, name));
            spoilt.push(with(
                "child type",
                Some(wrong_type(&signature)),
                *commitment,
                name,
            ));
        }
        None => spoilt.push(with(
            "child",
            Some(*commitment),
            *commitment,
            "surplus-signature",
        )),
    }
    spoilt
}

pub fn announced(keys: &ChannelKeysAnnounced) -> Vec<(String, ChannelKeysAnnounced, &'static str)> {
    let ChannelKeysAnnounced {
        funding,
        delivery,
        first,
        second,
    } = keys.clone();
    let with = |field: &str, change: &dyn Fn(&mut ChannelKeysAnnounced)| {
        let mut spoilt = keys.clone();
        change(&mut spoilt);
        (format!("keys.{field}"), spoilt, "key-reused")
    };
    let mut all = vec![
        with("funding", &|keys| {
            keys.funding = FundingPubkey::new(*delivery.key());
        }),
        with("delivery", &|keys| {
            keys.delivery = DeliveryPubkey::new(*funding.key());
        }),
    ];
    for (field, spoilt) in next_keys(&first, *funding.key()) {
        all.push(with(&format!("first.{field}"), &|keys| keys.first = spoilt));
    }
    for (field, spoilt) in next_keys(&second, *first.own.key()) {
        all.push(with(&format!("second.{field}"), &|keys| {
            keys.second = spoilt;
        }));
    }
    all
}

pub fn next_keys(
    keys: &CommitmentKeys,
    used: bitcoin::secp256k1::PublicKey,
) -> Vec<(&'static str, CommitmentKeys)> {
    let CommitmentKeys { own, counter } = *keys;
    let used = RsmcPubkey::new(used);
    vec![
        ("own", CommitmentKeys { own: used, counter }),
        ("counter", CommitmentKeys { own, counter: used }),
        (
            "own = counter",
            CommitmentKeys {
                own: counter,
                counter,
            },
        ),
    ]
}

pub fn disclosures(given: &Disclosure) -> Disclosure {
    let mut bytes = given.to_bytes();
    bytes[40] ^= 1;
    Disclosure::from_bytes(&bytes).unwrap()
}
