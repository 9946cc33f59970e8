//! Every field of every message, spoilt one at a time: refused by name, nothing changed.

use bitcoin::hashes::Hash;
use bitcoin::{FeeRate, OutPoint};
use leyden_channel::{Command, FundingInputs, Message, Reaction, Request};
use leyden_labels::{Dialect, Side};
use leyden_tx::FundingContribution;

use crate::common::{Duo, EXPIRY, add, fail, pay, settle};
use crate::spoil::spoil;

/// Delivers everything, each message spoilt in every way first, and once more afterwards.
fn pump_spoilt(duo: &mut Duo, seen: &mut Vec<&'static str>) {
    while !duo.link.a.is_empty() || !duo.link.b.is_empty() {
        for side in Side::BOTH {
            let Some(message) = duo.link.get(side).front().cloned() else {
                continue;
            };
            for (field, spoilt, expected) in spoil(duo, side, &message) {
                // `Duo::message` checks that a refused message changes nothing.
                let fault = duo
                    .message(side, spoilt)
                    .expect_err(&format!("{message}: {field} was accepted"));
                assert_eq!(fault.name(), expected, "{message}: {field}: {fault}");
            }
            duo.deliver(side)
                .unwrap()
                .unwrap_or_else(|fault| panic!("{message}: {fault}"));
            if let Message::Offer(_) = message {
                // After a reconnect it comes again, and so does the answer to it.
                let mut again = duo.clone();
                again.message(side, message.clone()).unwrap();
                assert_eq!(again.channel(side), duo.channel(side));
                assert_eq!(again.link.get(side.other()).len(), 2);
            } else if !matches!(message, Message::Reconnect(_)) {
                let again = duo.message(side, message.clone()).unwrap_err();
                assert_eq!(
                    again.reaction(),
                    Reaction::Ignore,
                    "{message} again: {again}"
                );
            }
            seen.push(message.name());
        }
    }
}

/// HTLCs in both directions, alone and with everything else; in the end none is left.
fn batches() -> Vec<(Side, Vec<Request>)> {
    vec![
        (Side::A, vec![add(1_000_000, 1, EXPIRY)]),
        (
            Side::B,
            vec![add(2_000_000, 2, EXPIRY), pay(7), add(330, 3, EXPIRY)],
        ),
        (Side::B, vec![settle(1, 1)]),
        (
            Side::A,
            vec![settle(2, 2), add(400_000, 4, EXPIRY), pay(9), fail(3)],
        ),
        (Side::A, vec![pay(11)]),
        (Side::B, vec![fail(4)]),
    ]
}

#[test]
fn every_spoilt_message_is_refused() {
    for dialect in Dialect::BOTH {
        let mut seen = Vec::new();
        let mut duo = Duo::new(dialect);
        duo.start();
        pump_spoilt(&mut duo, &mut seen);
        let funding = duo.party(Side::A).broadcast("F");
        duo.mine(vec![funding]);
        pump_spoilt(&mut duo, &mut seen);
        for payer in [Side::A, Side::B, Side::A] {
            duo.pay(payer, 1_000_000);
            pump_spoilt(&mut duo, &mut seen);
        }
        for (proposer, batch) in batches() {
            duo.update(proposer, &batch);
            pump_spoilt(&mut duo, &mut seen);
            duo.check_agreement();
        }
        duo.command(Side::A, Command::Reconnect).unwrap();
        pump_spoilt(&mut duo, &mut seen);
        let feerate = FeeRate::from_sat_per_vb(5).unwrap();
        duo.command(Side::A, Command::Close { feerate }).unwrap();
        pump_spoilt(&mut duo, &mut seen);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 14, "every message was seen: {seen:?}");
    }
}

/// Legacy coins make F malleable: refused on sight without NOINPUT.
#[test]
fn legacy_coins_are_refused_in_csv() {
    let mut duo = Duo::new(Dialect::Csv);
    duo.start();
    duo.deliver(Side::B).unwrap().unwrap();
    duo.deliver(Side::A).unwrap().unwrap();
    let mut coin = crate::common::Coin::new(Side::A, 9, true).input;
    coin.outpoint = OutPoint::new(bitcoin::Txid::hash(b"legacy"), 1);
    let contribution = FundingContribution {
        inputs: vec![coin],
        change: None,
    };
    let spoilt = Message::FundingInputs(FundingInputs {
        revision: 0,
        contribution,
    });
    assert_eq!(
        duo.message(Side::B, spoilt).unwrap_err().name(),
        "malleable-funding"
    );
}
