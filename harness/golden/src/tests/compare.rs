use super::fixture::{
    Channel, OTHER_OPCODE, PAPER, in_block, record, record_transactions, transactions,
};
use crate::{GoldenFile, Place, compare, render};

fn rendered(actual: &GoldenFile) -> String {
    render(&compare(&record(PAPER), actual))
}

fn mutated(channel: Channel) -> String {
    rendered(&record(channel))
}

#[test]
fn the_same_channel_is_no_difference() {
    assert_eq!(compare(&record(PAPER), &record(PAPER)), []);
}

#[test]
fn an_opcode_is_named_once_where_the_output_is_made() {
    insta::assert_snapshot!(mutated(Channel { rsmc_opcode: OTHER_OPCODE, ..PAPER }), @"
    C1b output 0 witness script opcode 4: expected OP_CHECKMULTISIG, found OP_CHECKSIG
    and 3 transactions that follow from these: RD1b, BR1b (held), BR1b (chain)
    ");
}

#[test]
fn a_signature_flag_is_named() {
    insta::assert_snapshot!(mutated(Channel { remedy_type: 0x41, ..PAPER }), @"
    BR1b (held) input 0 witness 1 signature hash type: expected SINGLE|ANYONECANPAY|NOINPUT (0xc3), found ALL|NOINPUT (0x41)
    BR1b (held) input 0 witness 2 signature hash type: expected SINGLE|ANYONECANPAY|NOINPUT (0xc3), found ALL|NOINPUT (0x41)
    and 1 transaction that follows from these: BR1b (chain)
    ");
}

#[test]
fn a_sequence_is_named_in_blocks() {
    insta::assert_snapshot!(mutated(Channel { delay: 999, ..PAPER }), @"RD1b input 0 nSequence: expected 1000 blocks, found 999 blocks");
}

#[test]
fn an_amount_is_named_in_satoshis() {
    insta::assert_snapshot!(mutated(Channel { alice_sat: 39_999_999, ..PAPER }), @"
    C1b output 1 amount: expected 40000000 sat, found 39999999 sat
    and 3 transactions that follow from these: RD1b, BR1b (held), BR1b (chain)
    ");
}

#[test]
fn another_signer_of_the_same_data_is_a_cause_and_not_a_consequence() {
    let differences = compare(&record(PAPER), &record(Channel { signer: 9, ..PAPER }));
    assert_eq!(differences.len(), 1);
    assert_eq!(
        (differences[0].tx.as_str(), differences[0].place),
        ("C1b", Place::Signature(0, 1))
    );
    assert!(!differences[0].follows);
}

#[test]
fn noinput_children_do_not_follow_a_new_funding_txid() {
    // F pays another fee: its txid changes, and with it every outpoint, but no signature below it.
    let differences = compare(
        &record(PAPER),
        &record(Channel {
            funding_fee_sat: 501,
            ..PAPER
        }),
    );
    let outpoints = differences
        .iter()
        .filter(|d| matches!(d.place, Place::Outpoint(_)));
    assert!(outpoints.clone().all(|d| d.follows) && outpoints.count() == 4);
    let signatures: Vec<_> = differences
        .iter()
        .filter(|d| matches!(d.place, Place::Signature(..)))
        .collect();
    // F's own, and that of the fee input of BR1b, which signs all inputs.
    assert_eq!(
        signatures.iter().map(|d| d.tx.as_str()).collect::<Vec<_>>(),
        ["F", "BR1b (chain)"]
    );
    insta::assert_snapshot!(render(&differences), @"
    F output 1 amount: expected 99999500 sat, found 99999499 sat
    and 4 transactions that follow from these: C1b, RD1b, BR1b (held), BR1b (chain)
    ");
}

#[test]
fn a_witness_script_that_no_output_explains_is_named_at_the_input() {
    let mut txs = transactions(PAPER);
    let items: Vec<Vec<u8>> = txs.commitment.input[0].witness.to_vec();
    let mut script = items[3].clone();
    *script.last_mut().unwrap() = 0xac;
    txs.commitment.input[0].witness = bitcoin::Witness::from_slice(&[
        items[0].clone(),
        items[1].clone(),
        items[2].clone(),
        script,
    ]);
    let actual = record_transactions(&txs)
        .finish("breach-remedy", "noinput")
        .unwrap();
    assert!(
        rendered(&actual).contains(
            "C1b input 0 witness script opcode 4: expected OP_CHECKMULTISIG, found OP_CHECKSIG"
        ),
        "{}",
        rendered(&actual)
    );
}

#[test]
fn a_child_of_another_version_is_a_cause() {
    // Two versions of F by the same name: C1b spends the second one instead of the first.
    let txs = transactions(PAPER);
    let other = transactions(Channel {
        funding_fee_sat: 501,
        ..PAPER
    });
    let both_fundings = |commitment: &bitcoin::Transaction| {
        let mut recorder = crate::Recorder::new(0);
        recorder.held("F", "alice", &txs.funding).unwrap();
        recorder.held("F", "alice", &other.funding).unwrap();
        recorder.held("C1b", "bob", commitment).unwrap();
        recorder.finish("replaced-funding", "noinput").unwrap()
    };
    let differences = compare(
        &both_fundings(&txs.commitment),
        &both_fundings(&other.commitment),
    );
    let [difference] = differences.as_slice() else {
        panic!("{}", render(&differences))
    };
    assert_eq!(
        (difference.tx.as_str(), difference.place, difference.follows),
        ("C1b", Place::Outpoint(0), false)
    );
    assert!(
        difference.expected.ends_with("of F") && difference.found.ends_with("of F@held.2"),
        "{difference}"
    );
}

#[test]
fn missing_and_unexpected_transactions_are_named() {
    let mut actual = record(PAPER);
    let index = actual
        .transactions
        .iter()
        .position(|tx| tx.id == "RD1b")
        .unwrap();
    let mut other = actual.transactions.remove(index);
    other.id = "RD2b".to_owned();
    other.name = "RD2b".to_owned();
    other.wtxid = "x".to_owned();
    actual.transactions.push(other);
    let places: Vec<_> = compare(&record(PAPER), &actual)
        .into_iter()
        .map(|d| (d.tx, d.place))
        .collect();
    assert!(
        places.contains(&("RD1b".to_owned(), Place::Missing)),
        "{places:?}"
    );
    assert!(
        places.contains(&("RD2b".to_owned(), Place::Unexpected)),
        "{places:?}"
    );
}

#[test]
fn the_one_that_moved_is_named() {
    let mut actual = record(PAPER);
    let moved = actual.transactions.remove(3);
    actual.transactions.insert(1, moved);
    insta::assert_snapshot!(rendered(&actual), @"RD1b position: expected after C1b, found after setup");
}

#[test]
fn who_holds_it_and_when_it_confirms_are_compared() {
    let txs = transactions(PAPER);
    let mut recorder = record_transactions(&txs);
    recorder.held("C1b", "alice", &txs.commitment).unwrap();
    recorder.step(5);
    in_block(&mut recorder, &txs.revocable_delivery, 1115);
    let actual = recorder.finish("breach-remedy", "noinput").unwrap();
    insta::assert_snapshot!(rendered(&actual), @"
    C1b held by: expected bob, found alice and bob
    RD1b in the chain: expected never, found confirmed at height +1004 in step 5
    ");
}

#[test]
fn a_version_that_no_actor_held_before_it_confirmed_is_another_stage() {
    let txs = transactions(PAPER);
    let mut expected = record_transactions(&txs);
    expected
        .held("BR1b", "alice", &txs.breach_remedy_paid)
        .unwrap();
    let expected = expected.finish("breach-remedy", "noinput").unwrap();
    let differences = compare(&expected, &record(PAPER));
    assert_eq!(differences.len(), 1, "{}", render(&differences));
    assert_eq!(differences[0].place, Place::Stage);
}

#[test]
fn words_that_do_not_fit_the_bytes_are_found() {
    let mut golden = record(PAPER);
    golden.transactions[1].outputs[0].value_sat = 1;
    insta::assert_snapshot!(render(&compare(&golden, &record(PAPER))), @r#"F description: expected "value_sat": 1, found "value_sat": 100000000"#);
}

#[test]
fn bytes_that_are_another_transaction_are_found() {
    let mut golden = record(PAPER);
    golden.transactions[1].raw = golden.transactions[2].raw.clone();
    assert!(
        compare(&golden, &record(PAPER))
            .iter()
            .any(|d| d.place == Place::Raw)
    );
}
