//! What a block has decided is open again when the block is gone.

use bitcoin::absolute::LockTime;
use bitcoin::{OutPoint, ScriptBuf, Sequence, Transaction, TxIn, Witness};
use leyden_channel::{Event, FailReason, HtlcState, StateName};
use leyden_labels::{Dialect, Kind, PerSide, Side};
use leyden_tx::funding_output;

use crate::common::{BALANCE, DELAY, Duo, add, fail, name, preimage, settle};

const AMOUNT: u64 = 1_000_000;

/// `cheater` keeps its old commitments.
fn opened(dialect: Dialect, cheater: Side) -> (Duo, u32) {
    let mut duo = Duo::with(dialect, false, |config| {
        config.keep_revoked = config.side == cheater;
    });
    duo.open();
    let expiry = duo.height() + 10;
    duo.make(Side::A, &[add(AMOUNT, 1, expiry)]);
    (duo, expiry)
}

/// Takes each block back and looks, then mines it again, up to the end.
fn back_and_forth(mut duo: Duo, blocks: usize) {
    let mut undone = Vec::new();
    let mut looks = Vec::new();
    let look = |duo: &Duo| {
        let states = Side::BOTH.map(|side| {
            (
                duo.htlc_state(side, 1),
                duo.party(side).claims(),
                duo.channel(side).state(),
                duo.channel(side).next_deadline(),
            )
        });
        (duo.height(), states)
    };
    for _ in 0..blocks {
        looks.push(look(&duo));
        let height = duo.height();
        undone.push(duo.disconnect());
        for side in Side::BOTH {
            assert_eq!(duo.channel(side).tip(), Some(height - 1));
        }
        if blocks.is_multiple_of(3) {
            duo.crash(Side::A);
        }
    }
    while let Some(txs) = undone.pop() {
        duo.mine(txs);
        assert_eq!(looks.pop(), Some(look(&duo)));
    }
}

/// Each step of each way that an HTLC can take, undone one after the other.
#[test]
fn every_block_can_be_undone() {
    for dialect in Dialect::BOTH {
        for holder in Side::BOTH {
            for known in [false, true] {
                for revoked in [false, true] {
                    let (mut duo, expiry) = opened(dialect, holder);
                    if known {
                        duo.learn(Side::B, 1);
                    }
                    if revoked {
                        duo.make(Side::B, &[if known { settle(1, 1) } else { fail(1) }]);
                        duo.mine_empty(expiry - duo.height());
                    }
                    // What the holder took in the first block is one block old.
                    duo.publish(holder, &name(Kind::Commitment, 1, holder));
                    let before = duo.blocks.len() - 1;
                    duo.resolve(holder);
                    let blocks = duo.blocks.len() - before;
                    back_and_forth(duo, blocks);
                }
            }
        }
    }
}

/// Claims come again, and work again: a block later than before.
#[test]
fn claims_come_again() {
    for dialect in Dialect::BOTH {
        let (mut duo, expiry) = opened(dialect, Side::A);
        duo.publish(Side::A, "C1a");
        duo.mine_empty(expiry - duo.height());
        duo.mine_claims(Side::A);
        let height = duo.height();
        assert_eq!(duo.htlc_states(1), [HtlcState::TimedOut { height }; 2]);
        let txs = duo.disconnect();
        assert_eq!(duo.htlc_states(1), [HtlcState::Live; 2]);
        let timeout = duo.claim(Side::A, "HT1a").tx().clone();
        assert!(txs.contains(&timeout));
        let label = "HT1a".parse().unwrap();
        let txid = timeout.compute_txid();
        let gone = Event::Unconfirmed {
            label,
            txid,
            height,
        };
        assert_eq!(duo.told(Side::B, &gone), 1);
        // One block less: not yet.
        duo.disconnect();
        assert!(!duo.party(Side::A).claims().contains(&"HT1a".to_owned()));
        duo.mine_empty(2);
        // R comes in between, and the receiver is first this time.
        duo.learn(Side::B, 1);
        duo.mine_claims(Side::B);
        let height = duo.height();
        assert_eq!(duo.htlc_states(1), [HtlcState::Executed { height }; 2]);
        duo.disconnect();
        // R stays known.
        assert_eq!(duo.htlc(Side::A, 1).preimage, Some(preimage(1)));
        duo.resolve(Side::A);
        assert_eq!(
            duo.purse().paid,
            PerSide {
                a: BALANCE,
                b: BALANCE
            }
        );
    }
}

/// The delay counts from the block that has `HE`, wherever that is in the end.
#[test]
fn the_delay_starts_again() {
    for dialect in Dialect::BOTH {
        let (mut duo, _) = opened(dialect, Side::A);
        duo.learn(Side::B, 1);
        duo.publish(Side::B, "C1b");
        let execution = duo.claim(Side::B, "HE1b").tx().clone();
        duo.mine(vec![execution.clone()]);
        duo.disconnect();
        duo.mine_empty(3);
        duo.mine(vec![execution]);
        let height = duo.height();
        duo.mine_empty(u32::from(DELAY) - 2);
        assert!(!duo.party(Side::B).claims().contains(&"HERD1b".to_owned()));
        duo.mine(vec![]);
        assert_eq!(duo.height() + 1, height + u32::from(DELAY));
        duo.check_claims();
        assert!(duo.party(Side::B).claims().contains(&"HERD1b".to_owned()));
    }
}

/// b fails an HTLC, does not revoke, and broadcasts the commitment without it. It is not over: in a
/// reorganisation b can put C1b in its place, and take the HTLC with R.
#[test]
fn a_failure_that_is_only_in_a_block() {
    for dialect in Dialect::BOTH {
        let (mut duo, _) = opened(dialect, Side::A);
        let mut cheat = duo.clone();
        duo.update(Side::B, &[fail(1)]);
        duo.deliver(Side::A).unwrap().unwrap();
        let early = duo.channel(Side::A).clone();
        duo.deliver(Side::B).unwrap().unwrap();
        duo.link = PerSide::default();
        assert_eq!(early, *duo.channel(Side::A));
        duo.publish(Side::B, "C2b");
        let height = duo.height();
        assert_eq!(duo.htlc_state(Side::A, 1), HtlcState::Missing { height });
        assert_eq!(
            duo.told(
                Side::A,
                &Event::HtlcFailed {
                    number: 1,
                    reason: FailReason::Cancelled
                }
            ),
            0
        );
        duo.disconnect();
        cheat.parties.a = duo.parties.a;
        cheat.learn(Side::B, 1);
        cheat.publish(Side::B, "C1b");
        assert_eq!(cheat.htlc_state(Side::A, 1), HtlcState::Ending);
        cheat.resolve(Side::B);
        assert!(matches!(
            cheat.htlc_state(Side::A, 1),
            HtlcState::Executed { .. }
        ));
        assert!(cheat.htlc(Side::A, 1).preimage.is_some());
    }
}

/// What is signed SINGLE|ANYONECANPAY can be completed by anybody: with other inputs and outputs.
fn extended(tx: &Transaction, extra: bitcoin::TxOut) -> Transaction {
    let mut tx = tx.clone();
    tx.input.push(TxIn {
        previous_output: OutPoint::new(bitcoin::hashes::Hash::hash(b"coin"), 0),
        script_sig: ScriptBuf::new(),
        sequence: Sequence::MAX,
        witness: Witness::from_slice(&[vec![1u8; 71], vec![2u8; 33]]),
    });
    tx.output.push(extra);
    tx
}

/// An output like F's behind the one that is signed hides nothing: R is learned, the second stage found.
#[test]
fn a_child_with_an_output_like_the_funding() {
    for dialect in Dialect::BOTH {
        for holder in Side::BOTH {
            let (mut duo, _) = opened(dialect, holder);
            duo.learn(Side::B, 1);
            duo.publish(holder, &name(Kind::Commitment, 1, holder));
            let kind = if holder == Side::A {
                Kind::HtlcExecutionDelivery
            } else {
                Kind::HtlcExecution
            };
            let output = funding_output(duo.channel(Side::A).params().unwrap());
            let label = name(kind, 1, holder);
            let tx = extended(duo.claim(Side::B, &label).tx(), output);
            let mut early = duo.clone();
            early.mempool(Side::A, &tx);
            duo.mine(vec![tx.clone()]);
            let height = duo.height();
            assert_eq!(duo.htlc_states(1), [HtlcState::Executed { height }; 2]);
            for duo in [&early, &duo] {
                assert_eq!(duo.htlc(Side::A, 1).preimage, Some(preimage(1)), "{label}");
            }
            assert_eq!(
                duo.channel(Side::A).label_of(&tx),
                Some(label.parse().unwrap())
            );
            assert!(!duo.party(Side::A).claims().contains(&name(
                Kind::HtlcTimeoutDelivery,
                1,
                holder
            )));
        }
        for (holder, end) in [(Side::A, fail(1)), (Side::B, settle(1, 1))] {
            let (mut duo, expiry) = opened(dialect, holder);
            duo.make(Side::B, &[end]);
            duo.mine_empty(expiry - duo.height());
            duo.publish(holder, &name(Kind::Commitment, 1, holder));
            let (stage, remedy) = if holder == Side::A {
                ("HT1a", "HTBR1a")
            } else {
                ("HE1b", "HEBR1b")
            };
            let output = funding_output(duo.channel(Side::A).params().unwrap());
            let tx = extended(duo.claim(holder, stage).tx(), output);
            duo.mine(vec![tx]);
            assert!(
                duo.party(holder.other())
                    .claims()
                    .contains(&remedy.to_owned()),
                "{dialect} {remedy}"
            );
        }
    }
}

/// Inputs in front of the signed one move its output with it.
#[test]
fn a_stage_at_another_index() {
    for dialect in Dialect::BOTH {
        let (mut duo, expiry) = opened(dialect, Side::A);
        duo.make(Side::B, &[settle(1, 1)]);
        duo.mine_empty(expiry - duo.height());
        duo.publish(Side::A, "C1a");
        let mut tx = duo.claim(Side::A, "HT1a").tx().clone();
        let change = bitcoin::TxOut {
            value: bitcoin::Amount::from_sat(5_000),
            script_pubkey: ScriptBuf::from_bytes(vec![0x51]),
        };
        tx = extended(&tx, change);
        tx.input.swap(0, 1);
        tx.output.swap(0, 1);
        assert!(matches!(tx.lock_time, LockTime::Blocks(_)));
        duo.mine(vec![tx.clone()]);
        let remedy = duo.claim(Side::B, "HTBR1a");
        let expected = OutPoint::new(tx.compute_txid(), 1);
        assert_eq!(remedy.tx().input[0].previous_output, expected);
        assert_eq!(remedy.tx().output[0].value.to_sat(), AMOUNT);
        duo.mine(vec![remedy.tx().clone()]);
        duo.mine_claims(Side::B);
        assert_eq!(duo.channel(Side::B).state(), StateName::Closed);
    }
}
