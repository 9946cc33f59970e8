//! The count of congested blocks is not on disk: it comes back after a restart, a reindex, and from headers alone.

use bitcoin::BlockHash;
use leyden_bitcoind::{BlockContents, Flavour, Node, NodeOptions};

use crate::fixture::{Bench, Coin, OK, TIMESTOP, binary, counted, marked, options};
use crate::spending::{anyone, output, spend_after};
use crate::timestop::{EARLY, EARLY_BLOCK};

const BOUND: std::time::Duration = std::time::Duration::from_secs(30);

/// Marks and counts of the last blocks, and of the tip of a branch that was left.
type Counts = (Vec<(bool, u64)>, String);

struct Story {
    bench: Bench,
    coin: Coin,
    left: BlockHash,
}

/// A coin, 3 congested blocks and 2 others after it, and a branch beside.
fn story(node_options: &NodeOptions) -> Story {
    let mut bench = Bench {
        node: Node::start_prepared(&binary(Flavour::Patched), node_options).unwrap(),
        stock: None,
        chain: leyden_bitcoind::Chain::prepared(),
    };
    bench.mine_each(vec![marked(vec![]); 2]);
    let coin = bench.confirm(vec![output(anyone())]).remove(0);
    bench.mine_each(vec![marked(vec![]), BlockContents::empty(), marked(vec![])]);
    let left = bench.chain.tip();
    let rival = vec![BlockContents::empty(), marked(vec![]), marked(vec![])];
    bench.chain.reorg(&bench.node, 1, rival).unwrap();
    Story { bench, coin, left }
}

impl Story {
    fn counts(&self) -> Counts {
        let node = &self.bench.node;
        let heights = 105..=self.bench.chain.height();
        let left = node.block_info(self.left).unwrap();
        let left = format!("{} {}", left["congested"], left["uncongestedheight"]);
        (heights.map(|height| counted(node, height)).collect(), left)
    }

    /// 1 + 2 uncongested blocks after the coin's.
    fn check(&self) {
        assert_eq!(self.counts().0.last(), Some(&(true, 118 - 5)));
        assert_eq!(self.counts().1, "true 112");
        let may = spend_after(&self.coin, 3);
        let early = spend_after(&self.coin, 4);
        assert_eq!(self.bench.relay(&may), OK);
        assert_eq!(self.bench.in_block(&may), OK);
        assert_eq!(self.bench.relay(&early), EARLY);
        assert_eq!(self.bench.in_block(&early), EARLY_BLOCK);
    }

    /// Blocks made after it build on the count.
    fn check_next(&mut self) {
        self.bench
            .mine_each(vec![marked(vec![]), BlockContents::empty()]);
        assert_eq!(counted(&self.bench.node, 119), (true, 113));
        assert_eq!(counted(&self.bench.node, 120), (false, 114));
        assert_eq!(self.bench.in_block(&spend_after(&self.coin, 4)), OK);
    }
}

/// Catches: derived data that only new headers get (those from disk do not pass `AcceptBlockHeader`).
#[test]
fn a_restart_keeps_the_counts() {
    let mut story = story(&options(&[TIMESTOP]));
    story.check();
    let before = story.counts();
    story.bench.node = story.bench.node.restart().unwrap();
    assert_eq!(story.counts(), before);
    story.check();
    story.check_next();
}

#[test]
fn a_reindex_keeps_the_counts() {
    for reindex in ["-reindex", "-reindex-chainstate"] {
        let directory = tempfile::tempdir().unwrap();
        let mut node_options = options(&[TIMESTOP]);
        node_options.directory = Some(directory.path().to_owned());
        let mut story = story(&node_options);
        story.check();
        let before = story.counts();
        story.bench.node.stop();
        node_options.args.push(reindex.to_owned());
        let node = Node::start(&binary(Flavour::Patched), &node_options).unwrap();
        node.wait_tip(story.bench.chain.tip(), BOUND).unwrap();
        story.bench.node = node;
        assert_eq!(story.counts(), before, "{reindex}");
        story.check();
        story.check_next();
    }
}
