//! What comes with HTLCs, spoilt: limits, offers, consents, signatures, keys.

use bitcoin::Amount;
use leyden_channel::{Consent, EndedHtlc, HtlcLimits, HtlcSignature, Message, Offer};
use leyden_labels::{Dialect, Side};
use leyden_tx::{HtlcPubkey, HtlcPubkeys, HtlcSecret, Seed, wallet_secret};

use super::change::changes;
use super::parts::{Spoilt, foreign, wrong_type};
use crate::common::{Duo, sat};

/// Limits that no channel can have; any bound on the sum will do.
pub fn limits(given: &HtlcLimits) -> Vec<(String, HtlcLimits, &'static str)> {
    let HtlcLimits {
        most,
        least,
        in_flight,
    } = *given;
    let spoilt = |field: &str, most, least| {
        let limits = HtlcLimits {
            most,
            least,
            in_flight,
        };
        (format!("limits.{field}"), limits, "htlc-limits")
    };
    vec![
        spoilt("most", leyden_tx::most_htlcs() - 99, least),
        spoilt("most", usize::MAX, least),
        spoilt("least", most, least - sat(1)),
        spoilt("least", most, Amount::ZERO),
    ]
}

pub fn with_key(keys: &HtlcPubkeys, index: usize, key: HtlcPubkey) -> HtlcPubkeys {
    let mut all = *keys.all();
    all[index] = key;
    HtlcPubkeys::new(all)
}

fn stranger(index: u32) -> HtlcSecret {
    let seed = Seed::labelled(b"stranger", "");
    HtlcSecret::new(*wallet_secret(&seed, 0, index).unwrap().expose())
}

pub fn offer(duo: &Duo, receiver: Side, message: &Offer) -> Vec<Spoilt> {
    let Offer {
        number,
        first,
        changes: given,
    } = message;
    let with = |field: &str, change: &dyn Fn(&mut Offer), fault| {
        let mut spoilt = message.clone();
        change(&mut spoilt);
        (field.to_owned(), Message::Offer(spoilt), fault)
    };
    let mut all = vec![
        with("number", &|offer| offer.number = number + 1, "number"),
        with("number", &|offer| offer.number = number - 1, "number"),
        with("first", &|offer| offer.first = first + 1, "htlc-number"),
        with("first", &|offer| offer.first = first - 1, "htlc-number"),
    ];
    for (field, changes, fault) in changes(duo, receiver, given) {
        // An offer of nothing takes another one back.
        let fault = match fault {
            "empty-batch" => "unexpected",
            _ => fault,
        };
        let change = |offer: &mut Offer| offer.changes.clone_from(&changes);
        all.push(with(&field, &change, fault));
    }
    all
}

pub fn consent(message: &Consent, dialect: Dialect) -> Vec<Spoilt> {
    let Consent {
        number,
        first,
        keys: given,
        htlcs,
    } = message;
    let with = |field: &str, change: &dyn Fn(&mut Consent), fault| {
        let mut spoilt = message.clone();
        change(&mut spoilt);
        (field.to_owned(), Message::Consent(spoilt), fault)
    };
    let surplus = HtlcPubkeys::new([0, 1, 2, 3, 4, 5, 6, 7].map(|index| stranger(index).public()));
    let mut all = vec![
        with("number", &|spoilt| spoilt.number = number + 1, "number"),
        with("number", &|spoilt| spoilt.number = number - 1, "number"),
        with("first", &|spoilt| spoilt.first = first + 1, "htlc-number"),
        with("first", &|spoilt| spoilt.first = first - 1, "htlc-number"),
        with("keys", &|spoilt| spoilt.keys.push(surplus), "htlc-keys"),
    ];
    for (index, keys) in given.iter().enumerate() {
        let missing = |spoilt: &mut Consent| spoilt.keys.truncate(index);
        all.push(with("keys", &missing, "htlc-keys"));
        for place in 0..8 {
            let reused = with_key(keys, place, keys.all()[(place + 5) % 8]);
            let reuse = |spoilt: &mut Consent| spoilt.keys[index] = reused;
            all.push(with("keys reused", &reuse, "key-reused"));
        }
        // Of the others nothing in this message tells.
        let signed: &[usize] = match dialect {
            Dialect::Noinput => &[0, 1, 2, 3, 4, 5],
            Dialect::Csv => &[4, 5],
        };
        for place in signed {
            let foreign = with_key(keys, *place, stranger(9).public());
            let replace = |spoilt: &mut Consent| spoilt.keys[index] = foreign;
            all.push(with("keys foreign", &replace, "htlc-signature"));
        }
    }
    for (field, spoilt, fault) in htlc_signatures(htlcs, None) {
        let change = |consent: &mut Consent| consent.htlcs.clone_from(&spoilt);
        all.push(with(&field, &change, fault));
    }
    all
}

/// `other`: a signature to add where there is none.
pub fn htlc_signatures(
    given: &[HtlcSignature],
    other: Option<HtlcSignature>,
) -> Vec<(String, Vec<HtlcSignature>, &'static str)> {
    let mut all = Vec::new();
    let mut push = |field: &str, change: &dyn Fn(&mut Vec<HtlcSignature>), fault| {
        let mut spoilt = given.to_vec();
        change(&mut spoilt);
        all.push((format!("htlcs.{field}"), spoilt, fault));
    };
    if let Some(surplus) = given.last().copied().or(other) {
        push("surplus", &|all| all.push(surplus), "htlc-signatures");
    }
    for index in 0..given.len() {
        let HtlcSignature { label, signature } = given[index];
        let strange = crate::common::label("HT77a");
        push("missing", &|all| all.truncate(index), "htlc-signatures");
        push(
            "label",
            &|all| all[index].label = strange,
            "htlc-signatures",
        );
        let wrong = foreign(&signature);
        push(
            "signature",
            &|all| all[index].signature = wrong,
            "htlc-signature",
        );
        let wrong = wrong_type(&signature);
        push(
            "type",
            &|all| all[index].signature = wrong,
            "htlc-signature",
        );
        let next = (index + 1) % given.len();
        if given[next].label != label {
            push("order", &|all| all.swap(index, next), "htlc-signatures");
            let wrong = given[next].signature;
            push(
                "swapped",
                &|all| all[index].signature = wrong,
                "htlc-signature",
            );
        }
    }
    all
}

pub fn ended(given: &[EndedHtlc]) -> Vec<(String, Vec<EndedHtlc>, &'static str)> {
    let mut all = Vec::new();
    let mut push = |field: &str, change: &dyn Fn(&mut Vec<EndedHtlc>), fault| {
        let mut spoilt = given.to_vec();
        change(&mut spoilt);
        all.push((format!("ended.{field}"), spoilt, fault));
    };
    let surplus = EndedHtlc {
        number: 1,
        keys: [stranger(1), stranger(2)],
    };
    push("surplus", &|all| all.push(surplus.clone()), "ended-htlcs");
    for index in 0..given.len() {
        let EndedHtlc { number, keys } = &given[index];
        let twice = given[index].clone();
        push("missing", &|all| all.truncate(index), "ended-htlcs");
        push("twice", &|all| all.push(twice.clone()), "ended-htlcs");
        push(
            "number",
            &|all| all[index].number = number + 50,
            "ended-htlcs",
        );
        let [first, second] = keys.clone();
        let wrong = [
            [second.clone(), first.clone()],
            [stranger(1), second.clone()],
            [first.clone(), stranger(2)],
            [first.clone(), first],
            [second.clone(), second],
        ];
        for wrong in wrong {
            push(
                "keys",
                &|all| all[index].keys.clone_from(&wrong),
                "wrong-htlc-key",
            );
        }
        let next = (index + 1) % given.len();
        if next != index {
            let other = given[next].keys.clone();
            push("order", &|all| all.swap(index, next), "ended-htlcs");
            push(
                "others",
                &|all| all[index].keys.clone_from(&other),
                "wrong-htlc-key",
            );
        }
    }
    all
}
