//! Vectors about keys, disclosure and signatures.

use leyden_labels::Side;
use leyden_tx::{ChannelKeys, KeyError, MAX_CHANNEL_INDEX, Seed};

use super::plan::{Entry, Plan, bytes, seed, seed_bytes};
use crate::compute::level;
use crate::model::Hex;
use crate::model::inputs::{Disclosure, Inputs, KeptNode, KeyVector, Signature};

/// At and around the ends of both lower levels, and the last of all.
const NUMBERS: [u64; 7] = [0, 1, 127, 128, 16_383, 16_384, 2_097_151];

pub(super) fn add(plan: &mut Plan) -> Result<(), KeyError> {
    for side in Side::BOTH {
        for index in [0, 7, MAX_CHANNEL_INDEX] {
            let inputs = Inputs::Keys(KeyVector {
                seed: seed_bytes(side),
                channel_index: index,
                numbers: NUMBERS.to_vec(),
                htlcs: vec![1, 2, 0x7fff_ffff],
            });
            let why = format!(
                "Every key of side {side} in its channel {index}: the chain of RSMC keys runs backwards in three levels of 128, so the numbers at their ends tell a chain from one that runs forwards or has another width."
            );
            plan.add(Entry::new(
                format!("seed-{side}-channel-{index}"),
                "§3.3.5, §5",
                why,
                inputs,
            ));
        }
    }
    add_disclose(plan);
    add_receive(plan)?;
    add_refused(plan)?;
    add_signatures(plan);
    Ok(())
}

fn add_disclose(plan: &mut Plan) {
    let numbers = [
        0, 1, 126, 127, 128, 255, 16_382, 16_383, 16_384, 1_000_000, 2_097_150, 2_097_151,
    ];
    for (side, number) in numbers.map(|n| (Side::B, n)).into_iter().chain([
        (Side::A, 0),
        (Side::A, 127),
        (Side::A, 16_383),
    ]) {
        let what = match level(number).unwrap_or("L") {
            "H" => "ends 16,384 commitments: one node gives the keys of all up to it",
            "M" => "ends 128 commitments: one node replaces the 128 single ones",
            _ => "is inside of a group of 128: its own low node is enough",
        };
        plan.add(Entry::new(
            format!("disclose-{side}-{number}"),
            "§5",
            format!("Revoking commitment {number} {what}."),
            Inputs::Disclosure(Disclosure::Disclose {
                seed: seed_bytes(side),
                channel_index: 0,
                number,
            }),
        ));
    }
}

/// One side's chain of keys.
struct Chain(ChannelKeys);

impl Chain {
    fn of(seed: &Seed) -> Result<Self, KeyError> {
        ChannelKeys::derive(seed, 0).map(Self)
    }

    fn node(&mut self, number: u64) -> Result<Hex<64>, KeyError> {
        Ok(Hex(self.0.disclosure(number)?.to_bytes()))
    }

    fn announced(&mut self, number: u64) -> Result<Hex<33>, KeyError> {
        Ok(Hex(self.0.own_rsmc(number)?.public().serialize()))
    }

    /// What is kept when `next` is due: of each level the newest node, if a higher one does not give it.
    fn kept(&mut self, next: u64) -> Result<Vec<KeptNode>, KeyError> {
        let (high, middle) = (next >> 14 << 14, next >> 7 << 7);
        let mut kept = Vec::new();
        for (wanted, end) in [("H", high), ("M", middle), ("L", next)] {
            let Some(number) = end.checked_sub(1) else {
                continue;
            };
            if level(number).is_ok_and(|found| found == wanted) {
                kept.push(KeptNode {
                    level: wanted.to_owned(),
                    number,
                    disclosure: self.node(number)?,
                });
            }
        }
        Ok(kept)
    }
}

fn add_receive(plan: &mut Plan) -> Result<(), KeyError> {
    let mut chain = Chain::of(&seed(Side::B))?;
    for number in [
        0_u64, 1, 127, 128, 300, 16_383, 16_384, 1_000_000, 2_097_150, 2_097_151,
    ] {
        let mut queries = vec![0, number >> 1, number, number.saturating_add(1)];
        queries.retain(|query| *query <= 2_097_151);
        queries.dedup();
        let inputs = Disclosure::Receive {
            kept: chain.kept(number)?,
            next: number,
            number,
            disclosure: chain.node(number)?,
            announced_public: chain.announced(number)?,
            queries,
        };
        plan.add(Entry::new(
            format!("receive-{number}"),
            "§5",
            format!(
                "After the disclosure of commitment {number} the secret of every older one follows from at most three nodes, and that of the next does not."
            ),
            Inputs::Disclosure(inputs),
        ));
    }
    Ok(())
}

/// A disclosure that is not the one due.
struct Wrong {
    name: &'static str,
    why: &'static str,
    next: u64,
    number: u64,
    /// Of the other side's chain.
    foreign: bool,
    /// The public key announced is another.
    announced: Option<u64>,
}

const WRONG: [Wrong; 8] = [
    Wrong {
        name: "repeated",
        why: "A key that was disclosed before is said so, and changes nothing.",
        next: 6,
        number: 5,
        foreign: false,
        announced: None,
    },
    Wrong {
        name: "out-of-order",
        why: "A number in between was left out: its secret would be missing for a breach remedy.",
        next: 6,
        number: 7,
        foreign: false,
        announced: None,
    },
    Wrong {
        name: "past-end",
        why: "After 2,097,152 commitments no key is left to disclose.",
        next: 2_097_152,
        number: 2_097_152,
        foreign: false,
        announced: None,
    },
    Wrong {
        name: "wrong-key",
        why: "The node is of the right chain, but not the one that was announced for this commitment.",
        next: 6,
        number: 6,
        foreign: false,
        announced: Some(7),
    },
    Wrong {
        name: "wrong-key-high",
        why: "A high node is checked by the key of its own number, three levels down.",
        next: 16_383,
        number: 16_383,
        foreign: false,
        announced: Some(16_382),
    },
    Wrong {
        name: "inconsistent-low",
        why: "The node gives the announced key, and not the low node that was disclosed before it: keys of two chains.",
        next: 6,
        number: 6,
        foreign: true,
        announced: None,
    },
    Wrong {
        name: "inconsistent-middle",
        why: "A middle node must give the low nodes that it replaces, or 127 secrets are lost with them.",
        next: 127,
        number: 127,
        foreign: true,
        announced: None,
    },
    Wrong {
        name: "inconsistent-high",
        why: "A high node must give the middle and low nodes that it replaces, or 16,383 secrets are lost with them.",
        next: 16_383,
        number: 16_383,
        foreign: true,
        announced: None,
    },
];

fn add_refused(plan: &mut Plan) -> Result<(), KeyError> {
    let mut own = Chain::of(&seed(Side::B))?;
    let mut foreign = Chain::of(&seed(Side::A))?;
    for wrong in WRONG {
        let kept = if wrong.next > 2_097_151 {
            vec![KeptNode {
                level: "H".to_owned(),
                number: 2_097_151,
                disclosure: own.node(2_097_151)?,
            }]
        } else {
            own.kept(wrong.next)?
        };
        let given = wrong.number.min(2_097_151);
        let chain = if wrong.foreign {
            &mut foreign
        } else {
            &mut own
        };
        let inputs = Disclosure::Receive {
            kept,
            next: wrong.next,
            number: wrong.number,
            disclosure: chain.node(given)?,
            announced_public: chain.announced(wrong.announced.unwrap_or(given))?,
            queries: vec![0],
        };
        plan.add(Entry::new(
            wrong.name,
            "§5",
            wrong.why,
            Inputs::Disclosure(inputs),
        ));
    }
    Ok(())
}

fn add_signatures(plan: &mut Plan) {
    for i in 0..12 {
        for hash_type in [0x01, 0x41, 0x83, 0xc3] {
            plan.add(Entry::new(
                format!("key-{i}-type-{hash_type:02x}"),
                "-",
                format!(
                    "Key {i} on digest {i}: the nonce, r and s do not depend on the hash type {hash_type:#04x}, which is only the last byte."
                ),
                Inputs::Signatures(Signature {
                    secret: Hex(bytes(&format!("sk{i}"))),
                    digest: Hex(bytes(&format!("dg{i}"))),
                    hash_type,
                }),
            ));
        }
    }
    let mut one = [0; 32];
    if let Some(last) = one.last_mut() {
        *last = 1;
    }
    let mut largest = bitcoin::secp256k1::constants::CURVE_ORDER;
    if let Some(last) = largest.last_mut() {
        *last = last.saturating_sub(1);
    }
    let edges = [
        (
            "least-key-zero-digest",
            one,
            [0; 32],
            "The least key on a digest of zeros: neither may be left out of the nonce.",
        ),
        (
            "greatest-key-digest-above-order",
            largest,
            [0xff; 32],
            "The greatest key, on a digest that is above the order of the group and so reduced first, in the nonce too.",
        ),
    ];
    for (name, secret, digest, why) in edges {
        plan.add(Entry::new(
            name,
            "-",
            why,
            Inputs::Signatures(Signature {
                secret: Hex(secret),
                digest: Hex(digest),
                hash_type: 0xc3,
            }),
        ));
    }
}
