//! Ending an HTLC discloses the sender's keys 1 and 4, the receiver's 5 and 8, and no other (§4.4).

use leyden_channel::{Change, EndedHtlc, Message, Request};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::{HtlcKey, HtlcPubkeys};

use crate::common::{Duo, EXPIRY, add, fail, pay, settle};

/// The keys that were announced for each HTLC, and what was given away.
#[derive(Default)]
struct Record {
    announced: Vec<PerSide<HtlcPubkeys>>,
    disclosed: Vec<(Side, EndedHtlc)>,
}

fn watch(duo: &mut Duo, record: &mut Record) {
    let mut offered: Vec<HtlcPubkeys> = Vec::new();
    for (sender, message) in duo.exchange() {
        match message {
            Message::Offer(offer) => {
                let adds = offer.changes.into_iter();
                offered.extend(adds.filter_map(|change| match change {
                    Change::Add(add) => Some(add.keys),
                    _ => None,
                }));
            }
            Message::Consent(consent) => {
                assert_eq!(consent.keys.len(), offered.len());
                for (theirs, ours) in offered.drain(..).zip(consent.keys) {
                    let keys = PerSide::from_holder(sender, ours, theirs);
                    record.announced.push(keys);
                }
            }
            Message::Answer(answer) => {
                let ended = answer.ended.into_iter();
                record.disclosed.extend(ended.map(|ended| (sender, ended)));
            }
            Message::Complete(complete) => {
                let ended = complete.ended.into_iter();
                record.disclosed.extend(ended.map(|ended| (sender, ended)));
            }
            _ => {}
        }
    }
    duo.check_agreement();
}

#[test]
fn exactly_the_keys_of_what_ends() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        let mut record = Record::default();
        let batches: [(Side, Vec<Request>); 6] = [
            (
                Side::A,
                vec![add(1_000, 1, EXPIRY), pay(5), add(2_000, 2, EXPIRY)],
            ),
            (Side::B, vec![add(3_000, 3, EXPIRY), add(4_000, 4, EXPIRY)]),
            (Side::A, vec![pay(6)]),
            (Side::A, vec![fail(4), add(5_000, 5, EXPIRY)]),
            (Side::B, vec![settle(5, 5), fail(1), pay(7), settle(2, 2)]),
            (Side::A, vec![settle(3, 3)]),
        ];
        let mut ends = Vec::new();
        for (proposer, batch) in batches {
            duo.update(proposer, &batch);
            watch(&mut duo, &mut record);
            let ended = batch.iter().filter_map(|request| match request {
                Request::Settle { number, .. } | Request::Fail { number, .. } => Some(*number),
                Request::Pay { .. } | Request::Add(_) => None,
            });
            // The answer's first, then the proposer's.
            let ended: Vec<u64> = ended.collect();
            for discloser in [proposer.other(), proposer] {
                ends.extend(ended.iter().map(|number| (discloser, *number)));
            }
        }
        let given = record.disclosed.iter();
        let given: Vec<(Side, u64)> = given.map(|(side, ended)| (*side, ended.number)).collect();
        assert_eq!(given, ends);
        assert_eq!(given.len(), 10);
        for (discloser, EndedHtlc { number, keys }) in &record.disclosed {
            let sender = if [1, 2, 5].contains(number) {
                Side::A
            } else {
                Side::B
            };
            let index = usize::try_from(number - 1).unwrap();
            let announced = record.announced[index].get(*discloser);
            let expected = if *discloser == sender {
                [HtlcKey::One, HtlcKey::Four]
            } else {
                [HtlcKey::Five, HtlcKey::Eight]
            };
            for (key, secret) in expected.into_iter().zip(keys) {
                assert_eq!(secret.public(), *announced.get(key), "{dialect} {number}");
            }
        }
    }
}

/// No key of an HTLC stands in another one: each is used once.
#[test]
fn keys_are_never_used_again() {
    let mut duo = Duo::opened(Dialect::Noinput);
    let mut record = Record::default();
    for round in 0..3 {
        duo.update(Side::A, &[add(1_000, round, EXPIRY)]);
        watch(&mut duo, &mut record);
        duo.update(Side::B, &[add(1_000, 9, EXPIRY), fail(2 * round + 1)]);
        watch(&mut duo, &mut record);
    }
    let both = record.announced.iter().flat_map(|keys| [keys.a, keys.b]);
    let mut all: Vec<_> = both.flat_map(|keys| *keys.all()).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!((all.len(), count), (6 * 16, 6 * 16));
}
