//! Nodes on one chain, and what they say of transactions and blocks.

use std::sync::Arc;

use bitcoin::consensus::encode::serialize_hex;
use bitcoin::{Block, FeeRate, OutPoint, ScriptBuf, Transaction, TxOut};
use leyden_bitcoind::{
    Binary, BlockContents, Chain, Choice, Deployment, Flavour, Node, NodeOptions, SubmitError,
};
use serde_json::{Value, json};

/// The verdict on what is accepted; others are bitcoind's reject strings.
pub(crate) const OK: &str = "ok";
/// How a spend of an unknown witness program is refused in relay.
pub(crate) const UNKNOWN_PROGRAM: &str = "bad-txns-nonstandard-inputs";
/// Rows: stock, patched. Columns: relay, block.
pub(crate) type Table = [[String; 2]; 2];

pub(crate) const TIMESTOP: &str = "-vbparams=timestop:-1:9223372036854775807";
pub(crate) const NOINPUT_NEVER: &str = "-vbparams=noinput:-2:9223372036854775807";

pub(crate) fn in_mempool(error: &str) -> String {
    format!("mempool-script-verify-flag-failed ({error})")
}

pub(crate) fn in_block(error: &str) -> String {
    format!("block-script-verify-flag-failed ({error})")
}

pub(crate) fn binary(flavour: Flavour) -> Binary {
    Binary::find(&Choice::Flavour(flavour))
        .unwrap_or_else(|error| panic!("these tests need both builds of bitcoind: {error}"))
}

pub(crate) fn options(args: &[&str]) -> NodeOptions {
    NodeOptions {
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        ..NodeOptions::default()
    }
}

pub(crate) fn start(flavour: Flavour, args: &[&str]) -> Node {
    Node::start_prepared(&binary(flavour), &options(args)).unwrap()
}

pub(crate) fn rate() -> FeeRate {
    FeeRate::from_sat_per_kwu(500)
}

pub(crate) fn marked(transactions: Vec<Transaction>) -> BlockContents {
    BlockContents {
        congested: true,
        ..BlockContents::of(transactions)
    }
}

pub(crate) fn signalling(bit: u8) -> BlockContents {
    BlockContents {
        signal: 1 << bit,
        ..BlockContents::default()
    }
}

/// A confirmed output.
#[derive(Clone, Debug)]
pub(crate) struct Coin {
    pub(crate) outpoint: OutPoint,
    pub(crate) output: TxOut,
}

pub(crate) fn coins_of(tx: &Transaction) -> Vec<Coin> {
    let txid = tx.compute_txid();
    (0..)
        .zip(&tx.output)
        .map(|(vout, output)| Coin {
            outpoint: OutPoint::new(txid, vout),
            output: output.clone(),
        })
        .collect()
}

/// A patched node, perhaps a stock one beside it, and their chain.
pub(crate) struct Bench {
    pub(crate) node: Node,
    pub(crate) stock: Option<Node>,
    pub(crate) chain: Chain,
}

impl Bench {
    /// A patched node with these arguments.
    pub(crate) fn patched(args: &[&str]) -> Self {
        Self {
            node: start(Flavour::Patched, args),
            stock: None,
            chain: Chain::prepared(),
        }
    }

    /// A patched node with these arguments and a stock one, which gets the same blocks.
    pub(crate) fn both(args: &[&str]) -> Self {
        Self {
            stock: Some(start(Flavour::Stock, &[])),
            ..Self::patched(args)
        }
    }

    pub(crate) fn stock(&self) -> &Node {
        self.stock.as_ref().expect("a stock node")
    }

    pub(crate) fn mine(&mut self, contents: BlockContents) -> Arc<Block> {
        self.mine_each(vec![contents]).remove(0)
    }

    pub(crate) fn mine_each(&mut self, contents: Vec<BlockContents>) -> Vec<Arc<Block>> {
        let blocks = self.chain.mine_each(&self.node, contents).unwrap();
        if let Some(stock) = &self.stock {
            stock.set_mock_time(self.chain.tip_time()).unwrap();
            let blocks: Vec<Block> = blocks.iter().map(|block| (**block).clone()).collect();
            stock.submit_blocks(&blocks).unwrap();
        }
        blocks
    }

    /// Mines up to this height, each block with these contents.
    pub(crate) fn mine_to(&mut self, height: u32, contents: &BlockContents) {
        let count = height - self.chain.height();
        self.mine_each((0..count).map(|_| contents.clone()).collect());
    }

    /// Has the miner pay these outputs, in a block of its own.
    pub(crate) fn confirm(&mut self, outputs: Vec<TxOut>) -> Vec<Coin> {
        let count = outputs.len();
        let tx = self.chain.pay(outputs, rate()).unwrap();
        self.mine(BlockContents::of(vec![tx.clone()]));
        let mut coins = coins_of(&tx);
        coins.truncate(count);
        coins
    }

    /// What both builds say of a transaction.
    pub(crate) fn table(&self, tx: &Transaction) -> Table {
        [self.stock(), &self.node].map(|node| {
            let proposal = BlockContents::of(vec![tx.clone()]);
            [
                relay(node, std::slice::from_ref(tx)).remove(0),
                proposed(node, &self.chain, vec![proposal]).remove(0),
            ]
        })
    }

    /// Whether the patched node would accept a block of just this transaction.
    pub(crate) fn in_block(&self, tx: &Transaction) -> String {
        self.in_blocks(std::slice::from_ref(tx)).remove(0)
    }

    /// The same for several, each in a block of its own.
    pub(crate) fn in_blocks(&self, txs: &[Transaction]) -> Vec<String> {
        let alone = |tx: &Transaction| BlockContents::of(vec![tx.clone()]);
        proposed(&self.node, &self.chain, txs.iter().map(alone).collect())
    }

    /// Whether the patched node's mempool would take this.
    pub(crate) fn relay(&self, tx: &Transaction) -> String {
        relay(&self.node, std::slice::from_ref(tx)).remove(0)
    }

    pub(crate) fn deployment(&self, name: &str) -> Deployment {
        self.node.deployments().unwrap()[name].clone()
    }
}

/// Whether the mempool would take each of these by itself.
pub(crate) fn relay(node: &Node, txs: &[Transaction]) -> Vec<String> {
    let params: Vec<Vec<Value>> = txs
        .iter()
        .map(|tx| vec![json!([serialize_hex(tx)]), 0.into()])
        .collect();
    let replies = node.rpc().batch::<Value>("testmempoolaccept", &params);
    let verdict = |reply: Value| match &reply[0] {
        one if one["allowed"] == true => OK.to_owned(),
        one => one["reject-reason"].as_str().unwrap().to_owned(),
    };
    let replies = replies.unwrap().into_iter();
    replies.map(|reply| verdict(reply.unwrap())).collect()
}

/// Whether each of these would be accepted as the next block (BIP23's proposals).
pub(crate) fn proposed(node: &Node, chain: &Chain, contents: Vec<BlockContents>) -> Vec<String> {
    node.set_mock_time(chain.tip_time()).unwrap();
    let params: Vec<Vec<Value>> = contents
        .into_iter()
        .map(|contents| {
            let block = serialize_hex(&chain.next_block(contents));
            vec![json!({"mode": "proposal", "data": block})]
        })
        .collect();
    let mut verdicts = Vec::new();
    for part in params.chunks(256) {
        let replies = node.rpc().batch::<Option<String>>("getblocktemplate", part);
        for reply in replies.unwrap() {
            verdicts.push(reply.unwrap().unwrap_or_else(|| OK.to_owned()));
        }
    }
    verdicts
}

/// What the mempool says of a transaction that is really sent.
pub(crate) fn send(node: &Node, tx: &Transaction) -> String {
    node.send_raw(tx).map_or_else(reason, |_| OK.to_owned())
}

/// bitcoind's words in a refusal.
pub(crate) fn reason(error: SubmitError) -> String {
    match error {
        SubmitError::Rejected(reject) => reject.reason,
        error @ SubmitError::Rpc(_) => panic!("{error}"),
    }
}

/// A block template. The clock is moved on first, so that it knows the whole mempool.
pub(crate) fn template(node: &Node, chain: &Chain, seconds: u32) -> Value {
    node.set_mock_time(chain.tip_time() + seconds).unwrap();
    node.rpc()
        .call("getblocktemplate", &[json!({"rules": ["segwit"]})])
        .unwrap()
}

/// The ids in a template.
pub(crate) fn template_txids(template: &Value) -> Vec<String> {
    let listed = template["transactions"].as_array().unwrap();
    listed
        .iter()
        .map(|tx| tx["txid"].as_str().unwrap().to_owned())
        .collect()
}

/// How the block at a height is counted: its mark, and the height without congested blocks.
pub(crate) fn counted(node: &Node, height: u32) -> (bool, u64) {
    let info = node.block_info(node.block_hash(height).unwrap()).unwrap();
    (
        info["congested"].as_bool().unwrap(),
        info["uncongestedheight"].as_u64().unwrap(),
    )
}

/// The witness program that a script is, for a version given as opcode.
pub(crate) fn program(opcode: u8, bytes: &[u8]) -> ScriptBuf {
    let length = u8::try_from(bytes.len()).unwrap();
    ScriptBuf::from_bytes([&[opcode, length][..], bytes].concat())
}
