//! From which block on marks count, and which marks.

use bitcoin::Block;
use bitcoin::block::Version;
use leyden_bitcoind::BlockContents;

use crate::fixture::{Bench, OK, TIMESTOP, counted, marked};
use crate::spending::{anyone, output, spend_after};
use crate::timestop::{EARLY, EARLY_BLOCK};

const BY_SIGNAL: &str = "-vbparams=timestop:0:9223372036854775807";

fn marked_signal() -> BlockContents {
    BlockContents {
        signal: 1 << 2,
        ..marked(vec![])
    }
}

/// All blocks are marked, but only from 432 on are they congested.
#[test]
fn marks_count_from_activation_on() {
    let mut bench = Bench::both(&[BY_SIGNAL]);
    bench.mine_to(427, &marked_signal());
    let coin = bench.confirm(vec![output(anyone())]).remove(0);
    let table = |bench: &Bench, lock| bench.table(&spend_after(&coin, lock));
    let (allowed, forbidden) = ([OK, OK], [EARLY, EARLY_BLOCK]);
    bench.mine_to(431, &marked_signal());
    let deployment = bench.deployment("timestop");
    assert_eq!((deployment.active, deployment.height), (true, Some(432)));
    assert_eq!(counted(&bench.node, 431), (false, 431));
    assert_eq!(table(&bench, 4), [allowed, allowed]);
    assert_eq!(table(&bench, 5), [forbidden, forbidden]);
    bench.mine_to(432, &marked_signal());
    assert_eq!(counted(&bench.node, 432), (true, 431));
    assert_eq!(table(&bench, 4), [allowed, allowed]);
    assert_eq!(table(&bench, 5), [allowed, forbidden]);

    // A branch without it counts as before, however high.
    let depth = bench.chain.height() - 200;
    let rival = (0..=depth).map(|_| marked(vec![])).collect();
    bench.chain.reorg(&bench.node, depth, rival).unwrap();
    assert!(!bench.deployment("timestop").active);
    assert_eq!(counted(&bench.node, 433), (false, 433));
}

fn with_version(bench: &Bench, version: u32) -> Block {
    let mut block = bench.chain.next_block(BlockContents::empty());
    block.header.version = Version::from_consensus(version.cast_signed());
    let target = block.header.target();
    while !target.is_met_by(block.block_hash()) {
        block.header.nonce += 1;
    }
    block
}

#[test]
fn a_mark_needs_the_top_bits_of_bip9() {
    let mut bench = Bench::patched(&[TIMESTOP]);
    let mut uncongested = 110;
    for (version, congested) in [
        (0x2000_0001, true),
        (0x2000_0006, false),
        (0x0000_0005, false),
        (0x4000_0001, false),
        (0x6000_0001, false),
        (0x7fff_ffff, false),
        (0x3000_0001, true),
        (0x3fff_ffff, true),
        (0x2000_0000, false),
    ] {
        let block = with_version(&bench, version);
        bench.node.set_mock_time(block.header.time).unwrap();
        bench.node.submit_block(&block).unwrap();
        bench.chain.adopt(block);
        uncongested += u64::from(!congested);
        let height = bench.chain.height();
        let expected = (congested, uncongested);
        assert_eq!(counted(&bench.node, height), expected, "{version:#010x}");
    }
    let coin = bench.confirm(vec![output(anyone())]).remove(0);
    let block = with_version(&bench, 0x4000_0001);
    bench.node.set_mock_time(block.header.time).unwrap();
    bench.node.submit_block(&block).unwrap();
    bench.chain.adopt(block);
    assert_eq!(bench.in_block(&spend_after(&coin, 2)), OK);
}
