//! Vectors about dust, routes and the paper's sums.

use leyden_tx::{KeyError, PREIMAGE_LEN};

use super::plan::{Entry, Plan, script};
use crate::model::HexBytes;
use crate::model::inputs::{Dust, Inputs, Route, Sum, TransactionBytes};

pub(super) fn add(plan: &mut Plan) -> Result<(), KeyError> {
    add_dust(plan)?;
    add_routes(plan);
    add_sums(plan);
    Ok(())
}

fn add_dust(plan: &mut Plan) -> Result<(), KeyError> {
    let program = |version: u8, length: usize| {
        let size = u8::try_from(length).unwrap_or_default();
        HexBytes([vec![version, size], vec![7; length]].concat())
    };
    let p2pkh =
        |hash: usize| HexBytes([vec![0x76, 0xa9, 0x14], vec![7; hash], vec![0x88, 0xac]].concat());
    let outputs = [
        (
            "p2wpkh",
            script("dust")?,
            "A delivery may be smaller than what the channel's limit lets through.",
        ),
        (
            "p2nsh",
            program(0x60, 32),
            "An output of dialect noinput: this is the dust limit of every channel here.",
        ),
        (
            "p2wsh",
            program(0x00, 32),
            "An output of dialect csv: the same limit as P2NSH, since the size counts and not the version.",
        ),
        (
            "p2pkh",
            p2pkh(PREIMAGE_LEN),
            "A legacy output costs more to spend: no witness discount.",
        ),
        (
            "anchor",
            HexBytes(vec![0x51, 0x02, 0x4e, 0x73]),
            "The anchor is below it at 0 and still relayed, because its child spends it at once.",
        ),
    ];
    for (name, script, why) in outputs {
        for rate in [3_000, 1_000] {
            plan.add(Entry::new(
                format!("{name}-{rate}"),
                "-",
                format!("{why} At {rate} sat per 1,000 vB."),
                Inputs::Dust(Dust {
                    script: script.clone(),
                    dust_feerate_sat_per_kvb: rate,
                }),
            ));
        }
    }
    Ok(())
}

fn add_routes(plan: &mut Plan) {
    let route = |nodes: &[&str], deltas: (u32, u32), amount_sat, fees: &[i64]| {
        Inputs::Route(Route {
            nodes: nodes.iter().map(|name| (*name).to_owned()).collect(),
            tip_height: 111,
            delta_blocks: deltas.0,
            final_delta_blocks: deltas.1,
            amount_sat,
            fees_sat: fees.to_vec(),
        })
    };
    let four = ["alice", "bob", "carol", "dave"];
    let entries = [
        (
            "three-two-one",
            "§8.1",
            "Three, two, one days, as in the paper: whoever learns R on one side has a day to use it on the other.",
            route(&four, (144, 144), 100_000, &[0, 0]),
        ),
        (
            "fees",
            "§8.5",
            "Each node in between keeps its fee, so the amount grows towards the payer.",
            route(&four, (144, 144), 100_000, &[10, 3]),
        ),
        (
            "negative-fee",
            "§8.5",
            "A node that wants its channel balanced pays for it: the fee is negative.",
            route(&four, (144, 144), 100_000, &[10, -3]),
        ),
        (
            "direct",
            "§8.1",
            "With one hop there is no fee, and the only expiry is the last one.",
            route(&["alice", "bob"], (144, 40), 1, &[]),
        ),
        (
            "other-final-delta",
            "§8.1",
            "The payee needs less time than a node in between.",
            route(&four, (144, 18), 5_000_000, &[1, 1]),
        ),
        (
            "long",
            "§8.2",
            "Seven hops with fees of both signs: each amount is the sum of what lies behind it.",
            route(
                &["a", "b", "c", "d", "e", "f", "g", "h"],
                (40, 18),
                330,
                &[1, -1, 2, -2, 3, -3],
            ),
        ),
    ];
    for (name, paper, why, inputs) in entries {
        plan.add(Entry::new(name, paper, why, inputs));
    }
}

fn add_sums(plan: &mut Plan) {
    const PEOPLE: u64 = 7_000_000_000;
    const STORAGE: u64 = 2_000_000_000_000;
    let number = TransactionBytes::Number;
    let labels = |labels: &[&str]| {
        TransactionBytes::Labels(labels.iter().map(|label| (*label).to_owned()).collect())
    };
    let everybody = |transaction_bytes| Sum::EverybodyInChannels {
        people: PEOPLE,
        channels_per_year: 2,
        transaction_bytes,
        storage_bytes: STORAGE,
    };
    let users = |transaction_bytes| Sum::UsersOfABlock {
        block_bytes: 1_000_000,
        transaction_bytes,
        transactions_per_user_year: 3,
    };
    let visa = |transaction_bytes| Sum::VisaOnChain {
        tps: 47_000,
        transaction_bytes,
    };
    let sums = [
        (
            "visa",
            "§1",
            "47,000 transactions a second at 300 bytes: \"nearly 8 gigabytes\" a block (it is 8.46), over 400 terabytes a year.",
            visa(number(300)),
        ),
        (
            "visa-with-es",
            "§1",
            "The same with the size of our own cooperative close.",
            visa(labels(&["ES"])),
        ),
        (
            "seven-a-second",
            "§1",
            "1 MB blocks at 300 bytes a transaction: less than 7 a second.",
            Sum::BitcoinToday {
                block_bytes: 1_000_000,
                transaction_bytes: number(300),
            },
        ),
        (
            "users",
            "§10",
            "Three transactions a user and year at 500 bytes: over 35 million users in 1 MB blocks.",
            users(number(500)),
        ),
        (
            "users-with-f",
            "§10",
            "The same with the size of our own funding transaction.",
            users(labels(&["F"])),
        ),
        (
            "all-on-chain",
            "§12",
            "Seven billion people with two transactions a day at 250 bytes: 24 GB a block.",
            Sum::EverybodyOnChain {
                people: PEOPLE,
                transactions_per_day: 2,
                transaction_bytes: number(250),
            },
        ),
        (
            "all-in-channels",
            "§12",
            "Seven billion people with two channels a year at 500 bytes: 133 MB a block, and 2 TB hold a hundred days of them.",
            everybody(number(500)),
        ),
        (
            "all-in-channels-with-f-and-es",
            "§12",
            "The same with our own opening and cooperative close of each channel.",
            everybody(labels(&["F", "ES"])),
        ),
    ];
    for (name, paper, why, sum) in sums {
        plan.add(Entry::new(name, paper, why, Inputs::Sums(sum)));
    }
}
