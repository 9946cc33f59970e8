//! Every transaction of the vectors, asked of a real stock and a real patched bitcoind.

mod common;

use common::vectors;
use leyden_vectors::{Bitcoinds, replay};

#[test]
fn bitcoinds_say_what_the_files_say() {
    let bitcoinds = Bitcoinds::find().unwrap();
    let replay = replay(vectors(), &bitcoinds).unwrap();
    assert!(replay.is_clean(), "{replay}");
    assert!(replay.asked > 300, "{replay}");
}
