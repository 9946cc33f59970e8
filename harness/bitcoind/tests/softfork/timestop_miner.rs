//! Which blocks bitcoind's own miner marks, and what nodes say of the marks they see.

use bitcoin::{FeeRate, Transaction};
use leyden_bitcoind::{BlockContents, Chain, Flavour, Node, RpcError};
use serde_json::{Value, json};

use crate::fixture::{Bench, TIMESTOP, counted, marked, signalling, start, template};

/// Whether the template for the next block is marked. Mines a block first, since a template is kept until the tip changes.
fn marks(bench: &mut Bench) -> bool {
    bench.mine(BlockContents::empty());
    is_marked(&template(&bench.node, &bench.chain, 0))
}

fn is_marked(template: &Value) -> bool {
    let version = template["version"].as_u64().unwrap();
    assert_eq!(version & 0xe000_0000, 0x2000_0000);
    version & 1 == 1
}

fn set(node: &Node, mode: &str) -> Result<Value, RpcError> {
    node.rpc().call("settimestop", &[json!(mode)])
}

/// Catches: a template taken for fresh that was made before. It is kept until the tip changes.
#[test]
fn settimestop_is_for_the_templates_to_come() {
    let mut bench = Bench::patched(&[TIMESTOP]);
    assert!(!marks(&mut bench));
    set(&bench.node, "on").unwrap();
    assert!(!is_marked(&template(&bench.node, &bench.chain, 0)));
    assert!(marks(&mut bench));
    set(&bench.node, "off").unwrap();
    assert!(is_marked(&template(&bench.node, &bench.chain, 0)));
    assert!(!marks(&mut bench));
    set(&bench.node, "on").unwrap();
    assert!(marks(&mut bench));
    set(&bench.node, "auto").unwrap();
    assert!(!marks(&mut bench));
    let error = set(&bench.node, "yes").unwrap_err();
    assert!(
        matches!(error, RpcError::Server { code: -8, .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("mode must be on, off or auto"),
        "{error}"
    );
}

/// bitcoind's own miner makes what the template promises.
#[test]
fn generated_blocks_are_marked_as_their_templates() {
    let bench = Bench::patched(&[TIMESTOP]);
    let script = format!("raw({})", bench.chain.miner_script().to_hex_string());
    for (mode, congested, count) in [("on", true, 110), ("off", false, 111), ("on", true, 111)] {
        set(&bench.node, mode).unwrap();
        let params = [json!(script)];
        let info: Value = bench.node.rpc().call("getdescriptorinfo", &params).unwrap();
        let params = [json!(1), info["descriptor"].clone()];
        let hashes: Value = bench
            .node
            .rpc()
            .call("generatetodescriptor", &params)
            .unwrap();
        assert_eq!(hashes.as_array().unwrap().len(), 1);
        let height = bench.node.tip().unwrap().height;
        assert_eq!(counted(&bench.node, height), (congested, count), "{mode}");
    }
}

#[test]
fn not_active_nothing_is_marked() {
    let mut bench = Bench::patched(&["-timestopmempool=0"]);
    set(&bench.node, "on").unwrap();
    assert!(!marks(&mut bench));
    set(&bench.node, "auto").unwrap();
    let tx = filler(&mut bench.chain, 300, 1);
    bench.node.send_raw(&tx).unwrap();
    assert!(!marks(&mut bench));
    let stock = start(Flavour::Stock, &[]);
    let error = set(&stock, "on").unwrap_err();
    assert!(
        matches!(error, RpcError::Server { code: -32601, .. }),
        "{error}"
    );
}

/// A transaction of about this size, at this rate in sat/vB.
fn filler(chain: &mut Chain, vsize: u64, rate: u64) -> Transaction {
    let rate = FeeRate::from_sat_per_vb(rate).unwrap();
    chain.filler(vsize, rate).unwrap()
}

/// More than the limit marks, as much does not.
#[test]
fn a_large_mempool_marks() {
    let first = filler(&mut Chain::prepared(), 2_000, 2);
    let limit = format!("-timestopmempool={}", first.vsize());
    let mut bench = Bench::patched(&[TIMESTOP, &limit]);
    assert!(!marks(&mut bench));
    assert_eq!(
        bench
            .chain
            .filler(2_000, FeeRate::from_sat_per_vb(2).unwrap())
            .unwrap(),
        first
    );
    bench.node.send_raw(&first).unwrap();
    assert!(!marks(&mut bench));
    let second = filler(&mut bench.chain, 300, 2);
    bench.node.send_raw(&second).unwrap();
    assert!(marks(&mut bench));
    set(&bench.node, "off").unwrap();
    assert!(!marks(&mut bench));
    set(&bench.node, "auto").unwrap();
    assert!(marks(&mut bench));
    // Mined, the mempool is small again.
    bench.mine(BlockContents::of(vec![first]));
    assert!(!marks(&mut bench));
}

/// The average counts, of all bytes in the mempool: not that of the best transaction.
#[test]
fn a_dear_mempool_marks() {
    let mut bench = Bench::patched(&[TIMESTOP, "-timestopfeerate=0.00005"]);
    assert!(!marks(&mut bench));
    let dear = filler(&mut bench.chain, 1_000, 20);
    bench.node.send_raw(&dear).unwrap();
    assert!(marks(&mut bench));
    let cheap = filler(&mut bench.chain, 20_000, 2);
    bench.node.send_raw(&cheap).unwrap();
    assert!(!marks(&mut bench));
    bench.mine(BlockContents::of(vec![cheap]));
    assert!(marks(&mut bench));
}

#[test]
fn both_limits_are_checked_at_start() {
    for (name, value) in [
        ("-timestopfeerate", "much"),
        ("-timestopfeerate", "-1"),
        ("-timestopmempool", "much"),
        ("-timestopmempool", "-5"),
        ("-timestopmempool", ""),
    ] {
        let bad = format!("{name}={value}");
        let options = crate::fixture::options(&[TIMESTOP, &bad]);
        let error = Node::start(&crate::fixture::binary(Flavour::Patched), &options).unwrap_err();
        assert!(error.to_string().contains(&name[1..]), "{bad}: {error}");
    }
}

/// What a node warns of, by both RPCs.
fn warnings(node: &Node) -> String {
    let of = |method: &str| -> String {
        let info: Value = node.rpc().call(method, &[]).unwrap();
        info["warnings"].to_string()
    };
    let (blocks, network) = (of("getblockchaininfo"), of("getnetworkinfo"));
    assert_eq!(blocks, network);
    blocks
}

/// Three periods of marks look like an unknown soft fork to stock. To patched they do only where timestop cannot become active.
#[test]
fn only_stock_takes_the_mark_for_an_unknown_rule() {
    let text = |bit| format!("Unknown new rules activated (versionbit {bit})");
    let started = "-vbparams=timestop:0:9223372036854775807";
    for (args, warns) in [(&[TIMESTOP][..], false), (&[started], false), (&[], true)] {
        let mut bench = Bench::both(args);
        bench.mine_to(440, &marked(vec![]));
        assert!(warnings(bench.stock()).contains(&text(0)));
        let patched = warnings(&bench.node);
        assert_eq!(patched.contains("versionbit"), warns, "{args:?}: {patched}");
    }
    // It still sees others.
    let mut bench = Bench::patched(&[]);
    bench.mine_to(440, &signalling(3));
    assert!(warnings(&bench.node).contains(&text(3)));
}

/// Until it is active a deployment is one that the node knows.
#[test]
fn only_stock_takes_the_signals_for_an_unknown_rule() {
    let signals =
        ["noinput", "timestop"].map(|name| format!("-vbparams={name}:0:9223372036854775807"));
    let mut bench = Bench::both(&[&signals[0], &signals[1]]);
    let signal = BlockContents {
        signal: (1 << 1) | (1 << 2),
        ..marked(vec![])
    };
    bench.mine_to(143, &BlockContents::empty());
    bench.mine_to(431, &signal);
    bench.mine_to(440, &BlockContents::empty());
    assert!(bench.deployment("noinput").active && bench.deployment("timestop").active);
    assert!(warnings(bench.stock()).contains("versionbit"));
    let patched = warnings(&bench.node);
    assert!(!patched.contains("versionbit"), "{patched}");
}
