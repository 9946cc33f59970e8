use super::fixture::{
    PAPER, START, in_block, outpoint, p2wpkh, record, record_transactions, spend, transactions,
};
use crate::{ChainChange, RecordError, Recorder, Sighting, Stage};

#[test]
fn both_versions_of_a_child_are_kept() {
    let file = record(PAPER);
    let ids: Vec<_> = file
        .transactions
        .iter()
        .map(|tx| (tx.id.as_str(), tx.stage))
        .collect();
    assert_eq!(
        ids,
        [
            ("setup@chain", Stage::Chain),
            ("F", Stage::Held),
            ("C1b", Stage::Held),
            ("RD1b", Stage::Held),
            ("BR1b", Stage::Held),
            ("BR1b@chain", Stage::Chain),
        ]
    );
    assert_eq!(file.off_chain, ["RD1b", "BR1b"]);
    assert_eq!(file.transactions[1].held_by, ["alice", "bob"]);
    let fees: Vec<_> = file.transactions.iter().map(|tx| tx.fee_sat).collect();
    assert_eq!(
        fees,
        [None, Some(500), Some(0), Some(0), Some(0), Some(1000)]
    );
    let heights: Vec<_> = file.chain.iter().map(|event| event.height).collect();
    assert_eq!(heights, [1, 2, 3, 4]);
}

#[test]
fn one_transaction_in_words() {
    let file = record(PAPER);
    let paid = file.transactions.last().unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(paid).unwrap());
    let commitment = &file.transactions[2];
    assert_eq!(commitment.inputs[0].spends, "F:0");
    assert_eq!(
        commitment.lock_time.means,
        "obscured commitment number 0xaabbcc112233, low half"
    );
    assert_eq!(commitment.outputs[2].kind, "p2a");
    assert_eq!(file.transactions[3].inputs[0].sequence.means, "1000 blocks");
}

#[test]
fn a_transaction_with_two_names_is_refused() {
    let txs = transactions(PAPER);
    let mut recorder = record_transactions(&txs);
    let refused = recorder.held("C2b", "bob", &txs.commitment);
    assert!(
        matches!(refused, Err(RecordError::NameConflict { .. })),
        "{refused:?}"
    );
    let misspelt = recorder.name(txs.commitment.compute_txid(), "CC1");
    assert!(matches!(misspelt, Err(RecordError::Name(_))));
    let version_of_nothing = recorder.alias(txs.commitment.compute_txid(), "HT1a");
    assert!(matches!(
        version_of_nothing,
        Err(RecordError::UnknownName { .. })
    ));
}

#[test]
fn what_no_name_covers_is_told_and_not_recorded() {
    let txs = transactions(PAPER);
    let mut recorder = record_transactions(&txs);
    let stranger = spend(2, &[(outpoint(&txs.setup, 1), 0)], &[(1, p2wpkh(1))]);
    let (known, unknown) = (txs.funding.compute_txid(), stranger.compute_txid());
    assert_eq!(recorder.unnamed([known, unknown]), [unknown]);
    recorder.seen(&stranger, Sighting::Mempool).unwrap();
    assert_eq!(
        recorder.finish("x", "noinput"),
        Err(RecordError::Unnamed {
            txids: vec![unknown]
        })
    );
}

#[test]
fn a_reorganisation_is_recorded_latest_block_first() {
    let txs = transactions(PAPER);
    let mut recorder = record_transactions(&txs);
    recorder.step(5);
    recorder.disconnected(114);
    recorder.disconnected(114);
    in_block(&mut recorder, &txs.commitment, 116);
    let file = recorder.finish("breach-remedy", "noinput").unwrap();
    let last: Vec<_> = file
        .chain
        .iter()
        .skip(4)
        .map(|e| (e.tx.as_str(), e.event, e.height, e.step))
        .collect();
    assert_eq!(
        last,
        [
            ("BR1b@chain", ChainChange::Disconnected, 4, 5),
            ("C1b", ChainChange::Disconnected, 3, 5),
            ("C1b", ChainChange::Confirmed, 5, 5),
        ]
    );
    assert_eq!(file.off_chain, ["RD1b", "BR1b", "BR1b@chain"]);
}

#[test]
fn the_order_of_a_mempool_does_not_matter() {
    let txs = transactions(PAPER);
    let listed = [
        ("spam/1", &txs.setup),
        ("F", &txs.funding),
        ("C1b", &txs.commitment),
        ("BR1b", &txs.breach_remedy_paid),
    ];
    let record = |order: &[usize]| {
        let mut recorder = Recorder::new(START);
        for (name, tx) in order.iter().map(|index| listed[*index]) {
            recorder.name(tx.compute_txid(), name).unwrap();
            recorder.seen(tx, Sighting::Mempool).unwrap();
        }
        recorder.finish("x", "csv").unwrap()
    };
    let file = record(&[3, 2, 0, 1]);
    assert_eq!(file, record(&[0, 1, 2, 3]));
    // Parents come first, although BR1b is before C1b in the alphabet.
    let names: Vec<_> = file
        .transactions
        .iter()
        .map(|tx| tx.name.as_str())
        .collect();
    assert_eq!(names, ["spam/1", "F", "C1b", "BR1b"]);
}
