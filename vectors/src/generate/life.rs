//! Vectors about HTLCs in several commitments, and about whole channels.

use leyden_labels::{Dialect, Label, PerSide, Side};

use super::plan::{
    CAPACITY, Entry, HTLC_AMOUNT, Plan, PlanError, channel, destination, htlc, nowhere,
    payment_hash, preimage, transactions_of,
};
use super::scene::Scene;
use super::site::Site;
use crate::model::inputs::{ChannelLife, Child, End, Htlc, HtlcLife, Inputs, LifeState, Update};

/// One day: shorter than the paper's delay, so that many channels end on one chain.
const DELAY: u16 = 144;
/// Blocks until an HTLC expires, from the block before F on.
const EXPIRY: u32 = 20;

pub(super) fn add(plan: &mut Plan) -> Result<(), PlanError> {
    for dialect in Dialect::BOTH {
        add_htlc_lives(plan, dialect);
        add_channel_lives(plan, dialect)?;
    }
    Ok(())
}

fn add_htlc_lives(plan: &mut Plan, dialect: Dialect) {
    let state = |number, a, htlcs: Vec<Htlc>| {
        let locked = htlcs
            .iter()
            .fold(a, |sum: u64, htlc| sum.saturating_add(htlc.amount_sat));
        LifeState {
            number,
            balances_sat: PerSide {
                a,
                b: CAPACITY.saturating_sub(locked),
            },
            htlcs,
        }
    };
    let kept = match dialect {
        Dialect::Noinput => "in noinput they are made once, when it is added, and stay good",
        Dialect::Csv => "in csv each commitment has another txid, and they are made again",
    };
    for sender in Side::BOTH {
        let one = |id| htlc(id, sender, HTLC_AMOUNT, 600);
        let back = |id| htlc(id, sender.other(), HTLC_AMOUNT, 700);
        let lives = [
            (
                "three-commitments",
                "An HTLC through three commitments, with other balances and a second HTLC in between",
                vec![
                    state(2, 40_000_000, vec![one(1)]),
                    state(3, 30_000_000, vec![one(1), back(2)]),
                    state(4, 45_000_000, vec![one(1)]),
                ],
            ),
            (
                "moving-output",
                "An HTLC whose output moves: an older one goes, a newer one comes, a balance becomes dust",
                vec![
                    state(7, 40_000_000, vec![one(1), back(2)]),
                    state(8, 40_000_000, vec![one(1), back(2), one(3)]),
                    state(9, 50_000_000, vec![back(2), one(3)]),
                    state(10, 200, vec![back(2)]),
                ],
            ),
        ];
        for (name, what, commitments) in lives {
            let id = if name == "three-commitments" { 1 } else { 2 };
            plan.add(Entry::new(
                format!("{name}-from-{sender}-{dialect}"),
                "§4.2",
                format!("{what}: whatever changes, its pre-signatures are over script, amount and lock; {kept}."),
                Inputs::HtlcLife(HtlcLife {
                    channel: channel(dialect, 0),
                    funding: nowhere("F"),
                    htlc: id,
                    preimage: preimage(id),
                    commitments,
                }),
            ));
        }
    }
}

/// A channel's story.
struct Life {
    name: &'static str,
    paper: &'static str,
    why: &'static str,
    updates: Vec<Vec<Update>>,
    end: End,
}

const fn pay(from: Side, amount_sat: u64) -> Update {
    Update::Pay { from, amount_sat }
}

fn add_htlc(id: u64, sender: Side, expiry_height: u32) -> Update {
    Update::Add {
        id,
        sender,
        amount_sat: HTLC_AMOUNT,
        payment_hash: payment_hash(id),
        expiry_height,
    }
}

/// A transaction of the end, with what it needs.
fn child(label: &str) -> Result<Child, PlanError> {
    let label: Label = label.parse().map_err(|_| PlanError::Twice {
        vector: label.to_owned(),
    })?;
    let acronym = label.kind().acronym();
    Ok(Child {
        preimage: matches!(acronym, "HED" | "HE").then(|| preimage(label.number())),
        destination: (acronym == "D").then(destination).transpose()?,
        label,
    })
}

fn broadcast(commitment: &str, children: &[&str]) -> Result<End, PlanError> {
    Ok(End::Broadcast {
        commitment: commitment.parse().map_err(|_| PlanError::Twice {
            vector: commitment.to_owned(),
        })?,
        children: children
            .iter()
            .map(|label| child(label))
            .collect::<Result<_, _>>()?,
    })
}

fn lives(expiry: u32) -> Result<Vec<Life>, PlanError> {
    use Side::{A, B};
    let settle = |id| Update::Settle { id };
    let fail = |id| Update::Fail { id };
    Ok(vec![
        Life {
            name: "cooperative",
            paper: "§3.4",
            why: "Two payments, one with an HTLC, and a close that both sign.",
            updates: vec![
                vec![pay(A, 10_000_000)],
                vec![add_htlc(1, A, expiry)],
                vec![settle(1)],
            ],
            end: End::Settle {
                feerate_sat_per_kwu: 500,
            },
        },
        Life {
            name: "unresponsive",
            paper: "§3.3.2",
            why: "b does not answer any more: a broadcasts its newest commitment and waits, b is paid at once.",
            updates: vec![vec![pay(A, 10_000_000)], vec![pay(B, 1_000_000)]],
            end: broadcast("C2a", &["D2a", "RD2a"])?,
        },
        Life {
            name: "breach",
            paper: "§3.3.4, figure 9",
            why: "b broadcasts C1b after it was revoked: a takes the whole channel.",
            updates: vec![vec![pay(A, 10_000_000)], vec![pay(B, 5_000_000)]],
            end: broadcast("C1b", &["BR1b", "D1b"])?,
        },
        Life {
            name: "timeout-on-senders",
            paper: "§4.2.1",
            why: "R is never shown: a, the sender, broadcasts, takes the HTLC back, and waits twice.",
            updates: vec![vec![add_htlc(1, A, expiry)]],
            end: broadcast("C1a", &["D1a", "HT1a", "RD1a", "HTRD1a"])?,
        },
        Life {
            name: "timeout-on-receivers",
            paper: "§4.2.2",
            why: "R is never shown, and b, the receiver, has broadcast: a takes the HTLC back at its expiry.",
            updates: vec![vec![add_htlc(1, A, expiry)]],
            end: broadcast("C1b", &["D1b", "HTD1b", "RD1b"])?,
        },
        Life {
            name: "execution-on-receivers",
            paper: "§4.2.2",
            why: "b, the receiver, broadcasts and shows R: it is paid after a delay.",
            updates: vec![vec![pay(A, 1)], vec![add_htlc(1, A, expiry)]],
            end: broadcast("C2b", &["HE1b", "D2b", "RD2b", "HERD1b"])?,
        },
        Life {
            name: "execution-on-senders",
            paper: "§4.2.1",
            why: "b, the sender, broadcasts; a shows R and is paid at once.",
            updates: vec![vec![add_htlc(1, B, expiry)]],
            end: broadcast("C1b", &["HED1b", "D1b", "RD1b"])?,
        },
        Life {
            name: "breach-with-ended-htlc",
            paper: "§4.3, figure 14",
            why: "a broadcasts a revoked commitment whose HTLC was ended: b takes balance and HTLC at once.",
            updates: vec![vec![add_htlc(1, A, expiry)], vec![settle(1)]],
            end: broadcast("C1a", &["HBR1a", "BR1a", "D1a"])?,
        },
        Life {
            name: "breach-after-timeout",
            paper: "§4.3, figure 14",
            why: "a broadcasts a revoked commitment and gets as far as HT: b takes what HT paid with the disclosed key 4.",
            updates: vec![vec![add_htlc(1, A, expiry)], vec![fail(1)]],
            end: broadcast("C1a", &["HT1a", "HTBR1a", "BR1a"])?,
        },
        Life {
            name: "breach-after-execution",
            paper: "§4.3, figure 14",
            why: "b broadcasts a revoked commitment and gets as far as HE: a takes what HE paid with the disclosed key 8.",
            updates: vec![vec![add_htlc(1, A, expiry)], vec![settle(1)]],
            end: broadcast("C1b", &["HE1b", "HEBR1b", "BR1b"])?,
        },
        Life {
            name: "batch",
            paper: "§4.4",
            why: "One update with several changes of both directions, then one that ends all: HTLCs that fail go back to their senders.",
            updates: vec![
                vec![
                    add_htlc(1, A, expiry),
                    add_htlc(2, B, expiry),
                    pay(B, 3_000_000),
                    add_htlc(5, A, expiry),
                ],
                vec![settle(1), fail(2), fail(5)],
            ],
            end: End::Settle {
                feerate_sat_per_kwu: 253,
            },
        },
    ])
}

fn add_channel_lives(plan: &mut Plan, dialect: Dialect) -> Result<(), PlanError> {
    let mut scene = Scene::new(format!("lives-{dialect}"));
    let count = u32::try_from(lives(0)?.len()).unwrap_or(u32::MAX);
    let sites = Site::plan(&mut scene, dialect, 0, count, DELAY)?;
    let expiry_of = |scene: &Scene| scene.height().saturating_add(EXPIRY);
    for (index, site) in sites.into_iter().enumerate() {
        let expiry = expiry_of(&scene);
        let Some(life) = lives(expiry)?.into_iter().nth(index) else {
            continue;
        };
        let half = CAPACITY >> 1;
        let entry = Entry::new(
            format!("{}-{dialect}", life.name),
            life.paper,
            life.why,
            Inputs::ChannelLife(ChannelLife {
                channel: site.channel,
                contribution_sat: PerSide { a: half, b: half },
                contributions: site.contributions,
                updates: life.updates,
                end: life.end,
            }),
        );
        for tx in transactions_of(&entry)? {
            scene.mine_when_due(tx);
        }
        plan.add(entry);
    }
    plan.scenes.push(scene);
    Ok(())
}
