//! What the builds call themselves and P2NSH.

use std::process::Command;

use bitcoin::consensus::encode::serialize_hex;
use bitcoin::{Address, Network};
use leyden_bitcoind::{BlockContents, Flavour, Lack};
use serde_json::{Value, json};

use crate::fixture::{Bench, TIMESTOP, binary, marked, program, rate};
use crate::spending::{V16, one_key, output, p2nsh};

const TYPE: &str = "witness_v16_noinput_scripthash";

#[test]
fn a_build_says_what_it_is() {
    let patched = binary(Flavour::Patched).identify().unwrap();
    assert_eq!(patched.flavour, Flavour::Patched);
    let line = &patched.version_line;
    assert!(line.contains("+noinput+timestop"), "{line}");
    let subversion = &patched.subversion;
    assert!(subversion.contains("(noinput; timestop)"), "{subversion}");
    patched.require(&[Lack::Noinput, Lack::Timestop]).unwrap();
    let stock = binary(Flavour::Stock).identify().unwrap();
    assert!(stock.lacks(Lack::Noinput) && stock.lacks(Lack::Timestop));
    assert!(!stock.version_line.contains("noinput"));
}

#[test]
fn p2nsh_has_a_name_and_an_address() {
    let bench = Bench::both(&[]);
    let script = p2nsh(&one_key(1));
    let address = Address::from_script(&script, Network::Regtest).unwrap();
    for (node, name) in [(bench.stock(), "witness_unknown"), (&bench.node, TYPE)] {
        let hex = json!(script.to_hex_string());
        let decoded: Value = node.rpc().call("decodescript", &[hex]).unwrap();
        assert_eq!(decoded["type"], name);
        assert_eq!(decoded["address"], address.to_string());
        assert!(
            decoded["segwit"].is_null() && decoded["p2sh"].is_null(),
            "{decoded}"
        );
        // Its neighbour is not it.
        let hex = json!(program(V16, &[1; 33]).to_hex_string());
        let decoded: Value = node.rpc().call("decodescript", &[hex]).unwrap();
        assert_eq!(decoded["type"], "witness_unknown");
        let valid: Value = node
            .rpc()
            .call("validateaddress", &[json!(address.to_string())])
            .unwrap();
        assert_eq!(valid["isvalid"], true);
        assert_eq!(valid["scriptPubKey"], script.to_hex_string());
        assert_eq!(
            (&valid["iswitness"], &valid["witness_version"]),
            (&json!(true), &json!(16))
        );
        assert_eq!(valid["witness_program"], script.to_hex_string()[4..]);
    }
    let valid: Value = bench
        .node
        .rpc()
        .call("validateaddress", &[json!(address.to_string())])
        .unwrap();
    assert_eq!(valid["isscript"], true);
}

#[test]
fn transactions_show_its_type() {
    let mut bench = Bench::both(&[]);
    let script = p2nsh(&one_key(1));
    let tx = bench.chain.pay(vec![output(script)], rate()).unwrap();
    for (node, name) in [(bench.stock(), "witness_unknown"), (&bench.node, TYPE)] {
        node.send_raw(&tx).unwrap();
        let params = [json!(tx.compute_txid()), json!(true)];
        let shown: Value = node.rpc().call("getrawtransaction", &params).unwrap();
        assert_eq!(shown["vout"][0]["scriptPubKey"]["type"], name);
        let params = [json!(serialize_hex(&tx))];
        let shown: Value = node.rpc().call("decoderawtransaction", &params).unwrap();
        assert_eq!(shown["vout"][0]["scriptPubKey"]["type"], name);
    }
}

#[test]
fn block_rpcs_show_marks_and_counts() {
    let mut bench = Bench::both(&[TIMESTOP]);
    bench.mine(marked(vec![]));
    bench.mine(BlockContents::empty());
    for (height, congested, count) in [(110, false, 110), (111, true, 110), (112, false, 111)] {
        let hash = json!(bench.chain.hash(height).unwrap());
        for (method, verbosity) in [
            ("getblockheader", json!(true)),
            ("getblock", json!(1)),
            ("getblock", json!(2)),
        ] {
            let params = [hash.clone(), verbosity];
            let shown: Value = bench.node.rpc().call(method, &params).unwrap();
            assert_eq!(shown["congested"], congested, "{method} {height}");
            assert_eq!(shown["uncongestedheight"], count, "{method} {height}");
            let shown: Value = bench.stock().rpc().call(method, &params).unwrap();
            assert!(shown["congested"].is_null(), "{method}");
        }
    }
}

/// The experiment stays off the real network.
#[test]
fn main_refuses_vbparams() {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(binary(Flavour::Patched).path())
        .arg(format!("-datadir={}", directory.path().display()))
        .args(["-chain=main", "-vbparams=noinput:-1:9223372036854775807"])
        .args(["-listen=0", "-connect=0", "-server=0", "-dnsseed=0"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("may not be used on mainnet"), "{text}");
}
