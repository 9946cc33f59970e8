//! It is a soft fork: a stock node that is connected to a patched one follows its chain.

use std::time::Duration;

use leyden_bitcoind::{BlockContents, Chain, Flavour, Node, NodeOptions};

use crate::fixture::{
    Coin, OK, TIMESTOP, coins_of, counted, marked, proposed, rate, reason, relay, send,
};
use crate::spending::{anyone, one_key, output, p2nsh, spend_after, spend_signed, spend_with};
use crate::timestop::{EARLY, EARLY_BLOCK};

const BOUND: Duration = Duration::from_secs(30);

fn connected(flavour: Flavour, args: &[&str]) -> Node {
    let options = NodeOptions {
        p2p: true,
        ..crate::fixture::options(args)
    };
    Node::start_prepared(&crate::fixture::binary(flavour), &options).unwrap()
}

/// A patched leader with stock and patched followers.
struct Net {
    leader: Node,
    stock: Node,
    patched: Node,
    chain: Chain,
}

impl Net {
    fn new() -> Self {
        let net = Self {
            leader: connected(Flavour::Patched, &[TIMESTOP]),
            stock: connected(Flavour::Stock, &[]),
            patched: connected(Flavour::Patched, &[TIMESTOP]),
            chain: Chain::prepared(),
        };
        net.stock.connect_to(&net.leader).unwrap();
        net.patched.connect_to(&net.leader).unwrap();
        net
    }

    fn mine(&mut self, contents: BlockContents) {
        self.chain.mine(&self.leader, contents).unwrap();
    }

    fn coins(&mut self) -> Vec<Coin> {
        let outputs = [
            vec![output(p2nsh(&one_key(1))); 3],
            vec![output(anyone()); 2],
        ];
        let tx = self.chain.pay(outputs.concat(), rate()).unwrap();
        self.mine(BlockContents::of(vec![tx.clone()]));
        coins_of(&tx)
    }

    fn all_follow(&self) {
        for node in [&self.stock, &self.patched] {
            node.wait_tip(self.chain.tip(), BOUND).unwrap();
        }
    }
}

#[test]
fn stock_follows_through_spends_congested_blocks_and_a_reorganisation() {
    let mut net = Net::new();
    let coins = net.coins();
    net.mine(BlockContents::of(vec![spend_signed(&coins[0], 1, 0x41)]));
    net.mine(marked(vec![spend_signed(&coins[1], 1, 0xc3)]));
    net.all_follow();
    net.mine(marked(vec![]));
    net.mine(BlockContents::of(vec![spend_after(&coins[3], 2)]));
    net.all_follow();
    // The other branch has a spend that stock took for anyone's, and more congested blocks.
    let rival = vec![
        marked(vec![spend_signed(&coins[2], 1, 0x41)]),
        marked(vec![spend_signed(&coins[1], 1, 0x01)]),
        BlockContents::empty(),
        marked(vec![]),
    ];
    net.chain.reorg(&net.leader, 3, rival).unwrap();
    net.all_follow();
    net.mine(marked(vec![spend_after(&coins[3], 3)]));
    net.all_follow();
    // Headers that came from a peer are counted alike.
    let height = net.chain.height();
    let count = counted(&net.leader, height);
    assert_eq!(count, (true, u64::from(height) - 4));
    assert_eq!(counted(&net.patched, height), count);
}

/// Stock relays a spend that timestop forbids, and would mine it: then it leaves the chain, and returns once that is the longer one.
#[test]
fn stock_relays_and_mines_what_is_forbidden_until_the_others_are_ahead() {
    let mut net = Net::new();
    let coins = net.coins();
    for _ in 0..2 {
        net.mine(marked(vec![]));
    }
    net.all_follow();
    let early = spend_after(&coins[3], 3);
    assert_eq!(relay(&net.leader, std::slice::from_ref(&early)), [EARLY]);
    assert_eq!(send(&net.stock, &early), OK);
    for forbidden in [early, spend_with(&coins[0], &[])] {
        let contents = BlockContents::of(vec![forbidden]);
        let block = net.chain.next_block(contents.clone());
        net.stock.submit_block(&block).unwrap();
        assert_eq!(net.stock.tip().unwrap().hash, block.block_hash());
        net.leader.set_mock_time(block.header.time).unwrap();
        let verdict = proposed(&net.leader, &net.chain, vec![contents]).remove(0);
        assert_ne!(verdict, OK);
        let _ = net.leader.submit_block(&block).map_err(reason);
        assert_eq!(net.leader.tip().unwrap().hash, net.chain.tip());
        for _ in 0..2 {
            net.mine(marked(vec![]));
        }
        net.all_follow();
    }
    let early = BlockContents::of(vec![spend_after(&coins[4], 2)]);
    let verdicts = [&net.stock, &net.leader]
        .map(|node| proposed(node, &net.chain, vec![early.clone()]).remove(0));
    assert_eq!(verdicts, [OK, EARLY_BLOCK]);
}
