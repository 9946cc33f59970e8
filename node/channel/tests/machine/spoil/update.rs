//! The messages of updates, closing and reconnecting.

use bitcoin::{Amount, FeeRate};
use leyden_channel::{Answer, Change, Complete, Message, Propose, Reconnect, Settle, SettleAnswer};
use leyden_labels::Dialect;

use super::parts::{Spoilt, disclosures, foreign, next_keys, signatures, wrong_type};
use crate::common::sat;

pub fn propose(message: &Propose, dialect: Dialect) -> Vec<Spoilt> {
    let Propose {
        number,
        changes,
        signatures: given,
    } = message;
    let Change::Pay { amount } = &changes[0];
    let with = |field: &str, change: &dyn Fn(&mut Propose), fault| {
        let mut spoilt = message.clone();
        change(&mut spoilt);
        (field.to_owned(), Message::Propose(spoilt), fault)
    };
    let pay = |amount| vec![Change::Pay { amount }];
    // The child is checked first, and its amount differs.
    let unsigned = match dialect {
        Dialect::Noinput => "revocable-delivery-signature",
        Dialect::Csv => "commitment-signature",
    };
    let mut all = vec![
        with("number", &|spoilt| spoilt.number = number + 1, "number"),
        with("number", &|spoilt| spoilt.number = number - 1, "number"),
        with("changes", &|spoilt| spoilt.changes.clear(), "empty-batch"),
        with(
            "changes",
            &|spoilt| spoilt.changes = vec![changes[0].clone(); 1_001],
            "batch-too-large",
        ),
        with(
            "amount",
            &|spoilt| spoilt.changes = pay(sat(0)),
            "zero-payment",
        ),
        with(
            "amount",
            &|spoilt| spoilt.changes = pay(Amount::MAX),
            "overdraft",
        ),
        with(
            "amount",
            &|spoilt| spoilt.changes = pay(*amount + sat(1)),
            unsigned,
        ),
        with(
            "changes",
            &|spoilt| spoilt.changes.push(changes[0].clone()),
            unsigned,
        ),
    ];
    for (field, spoilt, fault) in signatures(given) {
        all.push(with(
            &field,
            &|message| message.signatures = spoilt.clone(),
            fault,
        ));
    }
    all
}

pub fn answer(message: &Answer, used: bitcoin::secp256k1::PublicKey) -> Vec<Spoilt> {
    let Answer {
        number,
        signatures: given,
        revocation,
        next,
    } = message;
    let with = |field: &str, change: &dyn Fn(&mut Answer), fault| {
        let mut spoilt = message.clone();
        change(&mut spoilt);
        (field.to_owned(), Message::Answer(spoilt), fault)
    };
    let wrong = disclosures(revocation);
    let mut all = vec![
        with("number", &|spoilt| spoilt.number = number + 1, "number"),
        with(
            "revocation",
            &|spoilt| spoilt.revocation = wrong.clone(),
            "wrong-key",
        ),
    ];
    for (field, spoilt, fault) in signatures(given) {
        all.push(with(
            &field,
            &|message| message.signatures = spoilt.clone(),
            fault,
        ));
    }
    for (field, spoilt) in next_keys(next, used) {
        all.push(with(field, &|message| message.next = spoilt, "key-reused"));
    }
    all
}

pub fn complete(message: &Complete, used: bitcoin::secp256k1::PublicKey) -> Vec<Spoilt> {
    let Complete {
        number,
        revocation,
        next,
    } = message;
    let with = |field: &str, change: &dyn Fn(&mut Complete), fault| {
        let mut spoilt = message.clone();
        change(&mut spoilt);
        (field.to_owned(), Message::Complete(spoilt), fault)
    };
    let wrong = disclosures(revocation);
    let mut all = vec![
        with("number", &|spoilt| spoilt.number = number + 1, "number"),
        with(
            "revocation",
            &|spoilt| spoilt.revocation = wrong.clone(),
            "wrong-key",
        ),
    ];
    for (field, spoilt) in next_keys(next, used) {
        all.push(with(field, &|message| message.next = spoilt, "key-reused"));
    }
    all
}

pub fn settle(message: &Settle) -> Vec<Spoilt> {
    let Settle {
        number,
        feerate,
        signature,
    } = message.clone();
    let with = |field: &str, number, feerate, signature, fault| {
        let spoilt = Settle {
            number,
            feerate,
            signature,
        };
        (field.to_owned(), Message::Settle(spoilt), fault)
    };
    let more = FeeRate::from_sat_per_kwu(feerate.to_sat_per_kwu() * 2);
    vec![
        with("number", number + 1, feerate, signature, "number"),
        with("feerate", number, more, signature, "settlement-signature"),
        with("feerate", number, FeeRate::MAX, signature, "settlement-fee"),
        with(
            "signature",
            number,
            feerate,
            foreign(&signature),
            "settlement-signature",
        ),
        with(
            "signature",
            number,
            feerate,
            wrong_type(&signature),
            "settlement-signature",
        ),
    ]
}

pub fn settle_answer(message: &SettleAnswer) -> Vec<Spoilt> {
    let SettleAnswer { number, signature } = message.clone();
    let with = |field: &str, number, signature, fault| {
        let spoilt = SettleAnswer { number, signature };
        (field.to_owned(), Message::SettleAnswer(spoilt), fault)
    };
    vec![
        with("number", number + 1, signature, "number"),
        with(
            "signature",
            number,
            foreign(&signature),
            "settlement-signature",
        ),
    ]
}

pub fn reconnect(message: &Reconnect) -> Vec<Spoilt> {
    let Reconnect {
        number,
        disclosed,
        opening,
        wants_answer: _,
    } = *message;
    let with = |field: &str, change: &dyn Fn(&mut Reconnect), fault| {
        let mut spoilt = message.clone();
        change(&mut spoilt);
        (field.to_owned(), Message::Reconnect(spoilt), fault)
    };
    vec![
        with(
            "number",
            &|spoilt| spoilt.number = number + 2,
            "ahead-of-us",
        ),
        with("number", &|spoilt| spoilt.number = 0, "behind-us"),
        with(
            "disclosed",
            &|spoilt| spoilt.disclosed = disclosed + 2,
            "ahead-of-us",
        ),
        with("disclosed", &|spoilt| spoilt.disclosed = 0, "behind-us"),
        with(
            "opening",
            &|spoilt| spoilt.opening = opening + 20,
            "ahead-of-us",
        ),
    ]
}
