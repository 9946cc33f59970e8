//! Every transaction of the vectors, asked of a real stock and a real patched bitcoind.

use std::path::Path;

use leyden_vectors::{Bitcoinds, replay};

/// The vectors of this repository.
fn vectors() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn bitcoinds_say_what_the_files_say() {
    let bitcoinds = Bitcoinds::find().unwrap();
    let replay = replay(vectors(), &bitcoinds).unwrap();
    assert!(replay.is_clean(), "{replay}");
    assert!(replay.asked > 300, "{replay}");
}
