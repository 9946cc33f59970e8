//! The messages of updates, closing and reconnecting.

use bitcoin::FeeRate;
use bitcoin::secp256k1::PublicKey;
use leyden_channel::{
    Answer, Batch, Change, CommitmentSignatures, Complete, HtlcSignature, Message, Propose,
    Reconnect, Settle, SettleAnswer,
};
use leyden_labels::{Dialect, Side};

use super::change::batch;
use super::htlc::{ended, htlc_signatures};
use super::parts::{Spoilt, disclosures, foreign, next_keys, signatures, wrong_type};
use crate::common::{Duo, label, sat};

pub fn propose(duo: &Duo, receiver: Side, message: &Propose) -> Vec<Spoilt> {
    let Propose {
        number,
        batch: batched,
        htlcs,
        signatures: given,
    } = message;
    let with = |field: &str, change: &dyn Fn(&mut Propose), fault| {
        let mut spoilt = message.clone();
        change(&mut spoilt);
        (field.to_owned(), Message::Propose(spoilt), fault)
    };
    let mut all = vec![
        with("number", &|spoilt| spoilt.number = number + 1, "number"),
        with("number", &|spoilt| spoilt.number = number - 1, "number"),
    ];
    for (field, spoilt, fault) in batch(duo, receiver, batched) {
        all.push(with(
            &field,
            &|message| message.batch = spoilt.clone(),
            fault,
        ));
    }
    if let Batch::Changes(changes) = batched {
        // The child is checked first, and its amount differs.
        let unsigned = match duo.party(receiver).config.dialect {
            Dialect::Noinput => "revocable-delivery-signature",
            Dialect::Csv => "commitment-signature",
        };
        let mut more = changes.clone();
        more.push(Change::Pay { amount: sat(1) });
        let more = Batch::Changes(more);
        all.push(with(
            "changes",
            &|spoilt| spoilt.batch = more.clone(),
            unsigned,
        ));
    }
    for (field, spoilt, fault) in htlc_signatures(htlcs, Some(of_none(given))) {
        let change = |message: &mut Propose| message.htlcs.clone_from(&spoilt);
        all.push(with(&field, &change, fault));
    }
    for (field, spoilt, fault) in signatures(given) {
        all.push(with(
            &field,
            &|message| message.signatures = spoilt.clone(),
            fault,
        ));
    }
    all
}

/// A signature on an HTLC that is not asked for.
fn of_none(signatures: &CommitmentSignatures) -> HtlcSignature {
    HtlcSignature {
        label: label("HT1a"),
        signature: signatures.commitment,
    }
}

pub fn answer(message: &Answer, used: PublicKey) -> Vec<Spoilt> {
    let Answer {
        number,
        htlcs,
        signatures: given,
        revocation,
        ended: given_away,
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
        with("number", &|spoilt| spoilt.number = number - 1, "number"),
        with(
            "revocation",
            &|spoilt| spoilt.revocation = wrong.clone(),
            "wrong-key",
        ),
    ];
    for (field, spoilt, fault) in htlc_signatures(htlcs, Some(of_none(given))) {
        let change = |message: &mut Answer| message.htlcs.clone_from(&spoilt);
        all.push(with(&field, &change, fault));
    }
    for (field, spoilt, fault) in signatures(given) {
        all.push(with(
            &field,
            &|message| message.signatures = spoilt.clone(),
            fault,
        ));
    }
    for (field, spoilt, fault) in ended(given_away) {
        let change = |message: &mut Answer| message.ended.clone_from(&spoilt);
        all.push(with(&field, &change, fault));
    }
    for (field, spoilt) in next_keys(next, used) {
        all.push(with(field, &|message| message.next = spoilt, "key-reused"));
    }
    all
}

pub fn complete(message: &Complete, used: PublicKey) -> Vec<Spoilt> {
    let Complete {
        number,
        revocation,
        ended: given_away,
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
        with("number", &|spoilt| spoilt.number = number - 1, "number"),
        with(
            "revocation",
            &|spoilt| spoilt.revocation = wrong.clone(),
            "wrong-key",
        ),
    ];
    for (field, spoilt, fault) in ended(given_away) {
        let change = |message: &mut Complete| message.ended.clone_from(&spoilt);
        all.push(with(&field, &change, fault));
    }
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
