//! Spoilt changes of a batch.

use bitcoin::Amount;
use leyden_channel::{AddHtlc, Batch, Change, Hop, MAX_HOPS, Onward};
use leyden_labels::Side;
use leyden_tx::{Seed, identity_secret};

use super::htlc::with_key;
use crate::common::{Duo, preimage, sat};

/// HTLCs in flight that `receiver` sends, or receives.
fn in_flight(duo: &Duo, receiver: Side, outgoing: bool) -> Vec<u64> {
    let carried = duo.channel(receiver).carried_htlcs().into_iter();
    carried
        .filter(|number| duo.htlc(receiver, *number).outgoing == outgoing)
        .collect()
}

/// What is refused whatever else the batch says. The proposer is not `receiver`.
pub fn changes(
    duo: &Duo,
    receiver: Side,
    given: &[Change],
) -> Vec<(String, Vec<Change>, &'static str)> {
    let many = vec![Change::Pay { amount: sat(1) }; 1_001];
    let mut all = vec![
        ("changes".to_owned(), vec![], "empty-batch"),
        ("changes".to_owned(), many, "batch-too-large"),
    ];
    for (index, change) in given.iter().enumerate() {
        for (field, spoilt, fault) in change_of(duo, receiver, change) {
            let mut batch = given.to_vec();
            batch[index] = spoilt;
            all.push((format!("changes[{index}].{field}"), batch, fault));
        }
        if let Change::Settle { .. } | Change::Fail { .. } = change {
            let mut twice = given.to_vec();
            twice.push(change.clone());
            all.push((format!("changes[{index}] twice"), twice, "no-such-htlc"));
        }
    }
    all
}

fn change_of(
    duo: &Duo,
    receiver: Side,
    change: &Change,
) -> Vec<(&'static str, Change, &'static str)> {
    let wrong_numbers = || {
        let own = in_flight(duo, receiver, false).into_iter();
        let own = own.map(|number| (number, "not-receiver"));
        own.chain([(0, "no-such-htlc"), (9_999, "no-such-htlc")])
    };
    match change {
        Change::Pay { amount: _ } => vec![
            ("amount", Change::Pay { amount: sat(0) }, "zero-payment"),
            (
                "amount",
                Change::Pay {
                    amount: Amount::MAX,
                },
                "overdraft",
            ),
        ],
        Change::Add(add) => added(duo, receiver, add),
        Change::Settle {
            number,
            preimage: known,
        } => {
            let preimage = preimage(0xbad);
            let number = *number;
            let wrong = Change::Settle { number, preimage };
            let settle = |number| Change::Settle {
                number,
                preimage: known.clone(),
            };
            let numbers = wrong_numbers().map(|(number, fault)| ("number", settle(number), fault));
            let mut all = vec![("preimage", wrong, "wrong-preimage")];
            // R is looked at first.
            all.extend(numbers.map(|(field, change, fault)| match fault {
                "not-receiver" => (field, change, "wrong-preimage"),
                _ => (field, change, fault),
            }));
            all
        }
        Change::Fail { number: _, reason } => {
            let fail = |number| Change::Fail {
                number,
                reason: *reason,
            };
            wrong_numbers()
                .map(|(number, fault)| ("number", fail(number), fault))
                .collect()
        }
    }
}

/// Hash, expiry and total can be any.
fn added(duo: &Duo, receiver: Side, add: &AddHtlc) -> Vec<(&'static str, Change, &'static str)> {
    let AddHtlc {
        amount: _,
        hash: _,
        expiry,
        onward: Onward { hops: _, total: _ },
        keys,
    } = add;
    let with = |field, change: &dyn Fn(&mut AddHtlc), fault| {
        let mut spoilt = add.clone();
        change(&mut spoilt);
        (field, Change::Add(Box::new(spoilt)), fault)
    };
    // What the batch does before cannot bring so much.
    let capacity = duo.party(receiver).config.capacity().unwrap();
    let hop = Hop {
        to: identity_secret(&Seed::labelled(b"hop", ""))
            .unwrap()
            .public(),
        amount: sat(1),
        expiry: *expiry,
    };
    let mut all = vec![
        with("amount", &|add| add.amount = sat(0), "htlc-too-small"),
        with("amount", &|add| add.amount = sat(329), "htlc-too-small"),
        with(
            "amount",
            &|add| add.amount = Amount::MAX,
            "too-much-in-flight",
        ),
        with("amount", &|add| add.amount = capacity, "overdraft"),
        with(
            "onward.hops",
            &|add| add.onward.hops = vec![hop.clone(); MAX_HOPS + 1],
            "path-too-long",
        ),
    ];
    all.extend((0..8).map(|index| {
        let spoilt = with_key(keys, index, keys.all()[(index + 3) % 8]);
        with("keys", &|add| add.keys = spoilt, "key-reused")
    }));
    all
}

/// The batch of a proposal.
pub fn batch(duo: &Duo, receiver: Side, given: &Batch) -> Vec<(String, Batch, &'static str)> {
    match given {
        Batch::Changes(given) => {
            let mut all = vec![("batch".to_owned(), Batch::AsOffered, "not-offered")];
            for (field, changes, fault) in changes(duo, receiver, given) {
                all.push((field, Batch::Changes(changes), fault));
            }
            all
        }
        Batch::AsOffered => {
            let pay = vec![Change::Pay { amount: sat(1) }];
            // As late as the one of a collision.
            vec![("batch".to_owned(), Batch::Changes(pay), "collision")]
        }
    }
}
