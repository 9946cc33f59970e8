//! NOINPUT becomes active, or does not, by version bits (BIP9).

use bitcoin::TxOut;
use leyden_bitcoind::{BlockContents, Chain, FIRST_TIME};
use serde_json::{Value, json};

use crate::fixture::{
    Bench, Coin, OK, UNKNOWN_PROGRAM, in_block, in_mempool, reason, send, signalling, template,
    template_txids,
};
use crate::noinput_consensus::EMPTY;
use crate::spending::{one_key, output, p2nsh, spend_signed, spend_with};

const BY_SIGNAL: &str = "-vbparams=noinput:0:9223372036854775807";
const BIT: u8 = 1;

fn coins(bench: &mut Bench, count: usize) -> Vec<Coin> {
    let outputs: Vec<TxOut> = vec![output(p2nsh(&one_key(1))); count];
    bench.confirm(outputs)
}

fn deployment(bench: &Bench) -> Value {
    let info: Value = bench.node.rpc().call("getdeploymentinfo", &[]).unwrap();
    info["deployments"]["noinput"].clone()
}

fn enforced(bench: &Bench) -> bool {
    let info: Value = bench.node.rpc().call("getdeploymentinfo", &[]).unwrap();
    let flags = info["script_flags"].as_array().unwrap();
    flags.iter().any(|flag| flag == "NOINPUT")
}

/// Mines empty blocks up to `height`; then the state of the tip, of the next block, and whether the rules hold for that.
fn states(bench: &mut Bench, height: u32, contents: &BlockContents) -> (String, String, bool) {
    bench.mine_to(height, contents);
    let info = deployment(bench);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        text(&info["bip9"]["status"]),
        text(&info["bip9"]["status_next"]),
        info["active"].as_bool().unwrap(),
    )
}

fn expect(bench: &mut Bench, height: u32, contents: &BlockContents, state: &str, next: &str) {
    let expected = (state.to_owned(), next.to_owned(), next == "active");
    assert_eq!(states(bench, height, contents), expected, "tip {height}");
}

/// Up to height 287: as many blocks of the period from 144 signal as are asked for.
fn signal(bench: &mut Bench, count: u32) {
    bench.mine_to(143, &BlockContents::empty());
    bench.mine_to(143 + count, &signalling(BIT));
    bench.mine_to(287, &BlockContents::empty());
}

#[test]
fn on_regtest_it_is_active_from_the_start_and_timestop_is_not_there() {
    let bench = Bench::patched(&[]);
    let info = deployment(&bench);
    assert_eq!(info["type"], "bip9");
    assert_eq!(
        (&info["active"], &info["height"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(info["bip9"]["status"], "active");
    assert!(enforced(&bench));
    let deployments = bench.node.deployments().unwrap();
    assert!(!deployments.contains_key("timestop"), "{deployments:?}");
    let template = template(&bench.node, &bench.chain, 0);
    // Without "!": a miner that does not know the rule may use the template.
    let rules = template["rules"].as_array().unwrap();
    assert!(rules.contains(&json!("noinput")), "{rules:?}");
}

#[test]
fn each_state_begins_at_its_height() {
    let mut bench = Bench::patched(&[BY_SIGNAL]);
    let (empty, signal) = (BlockContents::empty(), signalling(BIT));
    expect(&mut bench, 142, &empty, "defined", "defined");
    expect(&mut bench, 143, &empty, "defined", "started");
    expect(&mut bench, 144, &signal, "started", "started");
    let template = template(&bench.node, &bench.chain, 0);
    assert_eq!(template["vbavailable"]["noinput"], BIT);
    assert_eq!(template["version"].as_u64().unwrap() & 2, 2);
    expect(&mut bench, 251, &signal, "started", "started");
    expect(&mut bench, 286, &empty, "started", "started");
    let bip9 = deployment(&bench)["bip9"].clone();
    assert_eq!((&bip9["bit"], &bip9["since"]), (&json!(BIT), &json!(144)));
    let statistics = &bip9["statistics"];
    assert_eq!(statistics["count"], 108);
    assert_eq!(statistics["threshold"], 108);
    assert_eq!(statistics["period"], 144);
    assert_eq!(statistics["elapsed"], 143);
    expect(&mut bench, 287, &empty, "started", "locked_in");
    expect(&mut bench, 288, &empty, "locked_in", "locked_in");
    expect(&mut bench, 430, &empty, "locked_in", "locked_in");
    expect(&mut bench, 431, &empty, "locked_in", "active");
    assert_eq!(deployment(&bench)["height"], 432);
    assert!(!enforced(&bench));
    expect(&mut bench, 432, &empty, "active", "active");
    assert!(enforced(&bench));
    assert_eq!(deployment(&bench)["bip9"]["since"], 432);
}

/// Block 431 is the last that anyone can take P2NSH outputs in, 432 the first that needs the script.
#[test]
fn the_border_is_judged_right_on_both_sides() {
    let mut bench = Bench::both(&[BY_SIGNAL]);
    let coins = coins(&mut bench, 4);
    signal(&mut bench, 144);
    bench.mine_to(430, &BlockContents::empty());
    let taken = |coin| spend_with(coin, &[]);
    let signed = |coin| spend_signed(coin, 1, 0x41);
    let inactive = [[UNKNOWN_PROGRAM, OK]; 2];
    assert_eq!(bench.table(&taken(&coins[0])), inactive);
    assert_eq!(bench.table(&signed(&coins[0])), inactive);
    bench.mine(BlockContents::of(vec![taken(&coins[0])]));

    let refused = [in_mempool(EMPTY), in_block(EMPTY)];
    let table = bench.table(&taken(&coins[1]));
    assert_eq!(table[0], [UNKNOWN_PROGRAM, OK]);
    assert_eq!(table[1], refused);
    let good = bench.table(&signed(&coins[1]));
    assert_eq!(good, [[UNKNOWN_PROGRAM, OK], [OK, OK]]);
    let contents = BlockContents::of(vec![taken(&coins[1])]);
    let error = bench.chain.offer(&bench.node, contents).unwrap_err();
    assert_eq!(reason(error), in_block(EMPTY));
    // In the mempool since the first moment, and mined in the first block.
    let first = signed(&coins[1]);
    assert_eq!(send(&bench.node, &first), OK);
    let listed = template_txids(&template(&bench.node, &bench.chain, 10));
    assert_eq!(listed, [first.compute_txid().to_string()]);
    bench.mine(BlockContents::of(vec![first]));
    assert_eq!(bench.stock().tip().unwrap().hash, bench.chain.tip());
}

/// The rules follow the branch: one that did not signal enough has none, however high it is.
#[test]
fn a_reorganisation_leaves_the_active_state() {
    let mut bench = Bench::patched(&[BY_SIGNAL]);
    let coins = coins(&mut bench, 4);
    let signed = |coin| spend_signed(coin, 1, 0x41);
    signal(&mut bench, 144);
    bench.mine_to(431, &BlockContents::empty());
    bench.mine(BlockContents::of(vec![signed(&coins[0])]));
    bench.node.send_raw(&signed(&coins[1])).unwrap();
    let active = bench.chain.clone();

    // 57 signals are left.
    let depth = bench.chain.height() - 200;
    bench.chain.reorg(&bench.node, depth, Vec::new()).unwrap();
    assert_eq!(deployment(&bench)["bip9"]["status"], "started");
    assert!(!enforced(&bench));
    assert_eq!(bench.in_block(&spend_with(&coins[0], &[])), OK);
    assert_eq!(bench.relay(&spend_with(&coins[2], &[])), UNKNOWN_PROGRAM);
    assert_eq!(bench.relay(&signed(&coins[2])), UNKNOWN_PROGRAM);
    // Whatever is left in the mempool, the miner can work with it, and a block may take the coins.
    template(&bench.node, &bench.chain, 10);
    let taken = vec![spend_with(&coins[0], &[]), spend_with(&coins[1], &[])];
    bench.mine(BlockContents::of(taken));
    assert!(bench.node.mempool_txids().unwrap().is_empty());

    // Back: the longer active branch is judged by its own rules.
    let mut again = active;
    let missing = bench.chain.height() + 1 - again.height();
    continue_on(&mut again, &bench, missing);
    bench.chain = again;
    assert!(enforced(&bench));
    let verdict = bench.in_block(&spend_with(&coins[2], &[]));
    assert_eq!(verdict, in_block(EMPTY));
}

/// Adds blocks to a branch that the node leaves and, as it is the longer one at the end, comes back to.
fn continue_on(branch: &mut Chain, bench: &Bench, count: u32) {
    for _ in 0..count {
        let block = branch.next_block(BlockContents::empty());
        bench.node.set_mock_time(block.header.time).unwrap();
        match bench.node.submit_block(&block).map_err(reason) {
            Ok(()) => {}
            Err(waits) => assert_eq!(waits, "inconclusive"),
        }
        branch.adopt(block);
    }
    assert_eq!(bench.node.tip().unwrap().hash, branch.tip());
}

#[test]
fn one_signal_too_few_does_not_lock_in() {
    let forever = BY_SIGNAL.to_owned();
    let ends = format!("-vbparams=noinput:0:{}", FIRST_TIME + 250 * 600);
    for (args, count, state) in [
        (&forever, 107, "started"),
        (&ends, 107, "failed"),
        (&forever, 108, "locked_in"),
        (&ends, 108, "locked_in"),
    ] {
        let mut bench = Bench::patched(&[args]);
        let coin = coins(&mut bench, 1).remove(0);
        signal(&mut bench, count);
        bench.mine_to(288, &BlockContents::empty());
        let info = bench.deployment("noinput");
        assert_eq!(
            info.status.as_deref(),
            Some(state),
            "{args}, {count} signals"
        );
        bench.mine_to(432, &BlockContents::empty());
        let (relayed, mined) = match state {
            "locked_in" => (in_mempool(EMPTY), in_block(EMPTY)),
            _ => (UNKNOWN_PROGRAM.to_owned(), OK.to_owned()),
        };
        let taken = spend_with(&coin, &[]);
        assert_eq!(bench.relay(&taken), relayed, "{args}, {count} signals");
        assert_eq!(bench.in_block(&taken), mined, "{args}, {count} signals");
    }
}
