//! The messages of the opening.

use bitcoin::hashes::Hash;
use bitcoin::{Amount, ScriptBuf, ScriptHash, TxOut, Witness};
use leyden_channel::{
    Accept, FirstCommitment, FundingInputs, FundingSignatures, Message, Open, SignedInput,
};
use leyden_labels::{Dialect, PerSide};
use leyden_tx::{Delay, FundingContribution, FundingInput};

use super::htlc::limits;
use super::parts::{Spoilt, announced, signatures};
use crate::common::sat;

pub fn open(message: &Open) -> Vec<Spoilt> {
    let Open {
        dialect,
        delay,
        dust_limit,
        contribution,
        limits: taken,
        keys,
    } = message;
    let with = |field: &str, change: &dyn Fn(&mut Open), fault| {
        let mut spoilt = message.clone();
        change(&mut spoilt);
        (field.to_owned(), Message::Open(spoilt), fault)
    };
    let other = match dialect {
        Dialect::Noinput => Dialect::Csv,
        Dialect::Csv => Dialect::Noinput,
    };
    let more = PerSide {
        a: contribution.a + sat(1),
        b: contribution.b,
    };
    let longer = Delay::new(delay.blocks() + 1).unwrap();
    let mut all = vec![
        with("dialect", &|open| open.dialect = other, "dialect"),
        with("delay", &|open| open.delay = longer, "delay"),
        with(
            "dust_limit",
            &|open| open.dust_limit = *dust_limit + sat(1),
            "dust-limit",
        ),
        with(
            "contribution",
            &|open| open.contribution = more,
            "contribution",
        ),
    ];
    for (field, spoilt, fault) in limits(taken) {
        all.push(with(&field, &|open| open.limits = spoilt, fault));
    }
    for (field, spoilt, fault) in announced(keys) {
        all.push(with(&field, &|open| open.keys = spoilt.clone(), fault));
    }
    all
}

pub fn accept(message: &Accept) -> Vec<Spoilt> {
    let Accept {
        limits: taken,
        keys,
    } = message;
    let with = |limits, keys| Message::Accept(Accept { limits, keys });
    let keyed = announced(keys).into_iter();
    let keyed = keyed.map(|(field, keys, fault)| (field, with(*taken, keys), fault));
    let limited = limits(taken).into_iter();
    let limited = limited.map(|(field, limits, fault)| (field, with(limits, keys.clone()), fault));
    keyed.chain(limited).collect()
}

pub fn first_commitment(message: &FirstCommitment) -> Vec<Spoilt> {
    let FirstCommitment { signatures: given } = message;
    signatures(given)
        .into_iter()
        .map(|(field, signatures, fault)| {
            (
                field,
                Message::FirstCommitment(FirstCommitment { signatures }),
                fault,
            )
        })
        .collect()
}

pub fn funding_inputs(message: &FundingInputs, receiver: &FundingInput) -> Vec<Spoilt> {
    let FundingInputs {
        revision,
        contribution,
    } = message;
    let FundingContribution { inputs, change: _ } = contribution;
    let FundingInput {
        outpoint: _,
        value,
        script_pubkey: _,
    } = &inputs[0];
    let with = |field: &str, change: &dyn Fn(&mut FundingContribution), fault| {
        let mut contribution = contribution.clone();
        change(&mut contribution);
        let revision = *revision;
        (
            field.to_owned(),
            Message::FundingInputs(FundingInputs {
                revision,
                contribution,
            }),
            fault,
        )
    };
    let strange = ScriptBuf::new_p2sh(&ScriptHash::all_zeros());
    let dust = TxOut {
        value: sat(1),
        script_pubkey: inputs[0].script_pubkey.clone(),
    };
    // Above the dust limit of its script, below the channel's.
    let small = TxOut {
        value: sat(329),
        script_pubkey: inputs[0].script_pubkey.clone(),
    };
    let greedy = TxOut {
        value: *value,
        script_pubkey: inputs[0].script_pubkey.clone(),
    };
    vec![
        (
            "revision".to_owned(),
            Message::FundingInputs(FundingInputs {
                revision: revision + 1,
                contribution: contribution.clone(),
            }),
            "revision",
        ),
        with(
            "outpoint",
            &|coins| coins.inputs[0].outpoint = receiver.outpoint,
            "duplicate-input",
        ),
        with(
            "inputs",
            &|coins| coins.inputs.push(inputs[0].clone()),
            "duplicate-input",
        ),
        with("inputs", &|coins| coins.inputs.clear(), "funding-amount"),
        with(
            "value",
            &|coins| coins.inputs[0].value = sat(1),
            "funding-amount",
        ),
        with(
            "value",
            &|coins| coins.inputs[0].value = Amount::MAX,
            "funding-amount",
        ),
        with(
            "inputs",
            &|coins| coins.inputs = vec![coins.inputs[0].clone(); 251],
            "too-many-inputs",
        ),
        with(
            "script",
            &|coins| coins.inputs[0].script_pubkey = strange.clone(),
            "funding-script",
        ),
        with(
            "change",
            &|coins| coins.change = Some(dust.clone()),
            "change-dust",
        ),
        with(
            "change",
            &|coins| coins.change = Some(small.clone()),
            "change-dust",
        ),
        with(
            "value",
            &|coins| coins.inputs[0].value = Amount::MAX_MONEY,
            "funding-amount",
        ),
        with(
            "change",
            &|coins| coins.change = Some(greedy.clone()),
            "funding-amount",
        ),
    ]
}

pub fn funding_signatures(message: &FundingSignatures) -> Vec<Spoilt> {
    let FundingSignatures { revision, inputs } = message;
    let SignedInput {
        index: _,
        script_sig: _,
        witness,
    } = &inputs[0];
    let with = |field: &str, change: &dyn Fn(&mut FundingSignatures), fault| {
        let mut spoilt = message.clone();
        change(&mut spoilt);
        (field.to_owned(), Message::FundingSignatures(spoilt), fault)
    };
    let mut items: Vec<Vec<u8>> = witness.iter().map(<[u8]>::to_vec).collect();
    items[0][10] ^= 1;
    let tampered = Witness::from_slice(&items);
    vec![
        with(
            "revision",
            &|spoilt| spoilt.revision = revision + 1,
            "revision",
        ),
        with("inputs", &|spoilt| spoilt.inputs.clear(), "funding-inputs"),
        with(
            "inputs",
            &|spoilt| spoilt.inputs.push(inputs[0].clone()),
            "funding-inputs",
        ),
        with(
            "index",
            &|spoilt| spoilt.inputs[0].index += 1,
            "funding-inputs",
        ),
        with(
            "script_sig",
            &|spoilt| spoilt.inputs[0].script_sig = ScriptBuf::from_bytes(vec![0x51]),
            "funding-signature",
        ),
        with(
            "witness",
            &|spoilt| spoilt.inputs[0].witness = tampered.clone(),
            "funding-signature",
        ),
        with(
            "witness",
            &|spoilt| spoilt.inputs[0].witness = Witness::new(),
            "funding-signature",
        ),
    ]
}
