//! Vectors about scripts and commitment numbers.

use leyden_labels::{Dialect, Side};
use leyden_tx::KeyError;

use super::plan::{Entry, Plan, payment_hash, public, publics};
use crate::model::inputs::{CommitmentNumber, Construction, Inputs, Network, Script};

/// At each change of the length of the number's push, and of its sign bit.
const DELAYS: [u16; 9] = [1, 16, 17, 127, 128, 1000, 32_767, 32_768, 65_535];

pub(super) fn add(plan: &mut Plan) -> Result<(), KeyError> {
    for dialect in Dialect::BOTH {
        add_dialect(plan, dialect)?;
    }
    for (name, network) in [("mainnet", Network::Mainnet), ("testnet", Network::Testnet)] {
        for dialect in Dialect::BOTH {
            let inputs = Script::Funding {
                dialect,
                network,
                publics: publics("F")?,
            };
            plan.add(Entry::new(
                format!("funding-{dialect}-{name}"),
                "§3.1",
                format!("The same output on {name}: only the address's human-readable part and checksum are others."),
                Inputs::Scripts(inputs),
            ));
        }
    }
    add_numbers(plan)
}

fn add_dialect(plan: &mut Plan, dialect: Dialect) -> Result<(), KeyError> {
    let network = Network::Regtest;
    let mut add = |name: String, paper: &str, why: String, inputs: Script| {
        plan.add(Entry::new(
            format!("{name}-{dialect}"),
            paper,
            why,
            Inputs::Scripts(inputs),
        ));
    };
    let version = match dialect {
        Dialect::Noinput => "witness version 16 (P2NSH)",
        Dialect::Csv => "witness version 0 (P2WSH)",
    };
    add(
        "funding".to_owned(),
        "§3.1",
        format!("The 2-of-2 of F with a's key first, under {version}."),
        Script::Funding {
            dialect,
            network,
            publics: publics("F")?,
        },
    );
    for delay in DELAYS {
        let why = match dialect {
            Dialect::Noinput => format!(
                "The lock of {delay} blocks is in RD and not in the script, which is the same for all delays."
            ),
            Dialect::Csv => format!(
                "A delay of {delay} blocks as the shortest push of a script number: up to 16 an opcode, from 128 on with room for the sign bit."
            ),
        };
        add(
            format!("rsmc-{delay}"),
            "§3.3.2",
            why,
            Script::Rsmc {
                dialect,
                network,
                publics: publics("R")?,
                holder_delivery: public("key aD")?,
                delay_blocks: delay,
            },
        );
    }
    add(
        "htlc".to_owned(),
        "§4",
        "The contract has the same script in both dialects: R and one pair of keys, or the other pair.".to_owned(),
        Script::Htlc {
            dialect,
            network,
            payment_hash: payment_hash(1),
            execute: publics("2")?,
            timeout: publics("1")?,
        },
    );
    for delay in [16, 1000, 65_535] {
        add(
            format!("second-{delay}"),
            "§4.2.1",
            format!(
                "What HT or HE pays, with a delay of {delay} blocks: revocable once more, with keys of its own."
            ),
            Script::Second {
                dialect,
                network,
                delayed: publics("3")?,
                remedy: publics("4")?,
                holder_delivery: public("key aD")?,
                delay_blocks: delay,
            },
        );
    }
    add(
        "delivery".to_owned(),
        "§3.3.2",
        "Who did not broadcast is paid to a plain P2WPKH, in both dialects.".to_owned(),
        Script::Delivery {
            dialect,
            network,
            public: public("key aD")?,
        },
    );
    add(
        "anchor".to_owned(),
        "-",
        "The keyless output by whose spending a commitment's fee is paid; the same for all."
            .to_owned(),
        Script::Anchor { dialect, network },
    );
    Ok(())
}

fn add_numbers(plan: &mut Plan) -> Result<(), KeyError> {
    let constructions = [
        (Construction::Revocable, "revocable", Some(Side::A)),
        (Construction::Revocable, "revocable", Some(Side::B)),
        (Construction::Shared, "shared", None),
        (Construction::Blamed, "blamed", Some(Side::A)),
        (Construction::Blamed, "blamed", Some(Side::B)),
    ];
    for number in [0, 1, 2, 0x00ff_ffff, 0x0100_0000, 0xffff_ffff_ffff] {
        for (construction, word, holder) in constructions {
            let whose = holder.map_or_else(String::new, |side| format!("-{side}"));
            plan.add(Entry::new(
                format!("{word}{whose}-{number}"),
                "§5",
                format!(
                    "Number {number} under the mark of its construction: the low 24 bits are in nLockTime, the high ones in nSequence, and the delivery keys of a, then b, hide them."
                ),
                Inputs::CommitmentNumber(CommitmentNumber {
                    delivery: publics("D")?,
                    number,
                    construction,
                    holder,
                }),
            ));
        }
    }
    Ok(())
}
