//! How a node is started.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::binary::Binary;
use crate::process::READY_COMMAND;

/// What differs between the nodes of a run. Everything else is pinned.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeOptions {
    /// Listens for peers on 127.0.0.1 and may connect to others.
    pub p2p: bool,
    /// More arguments. They come last, so they win over the pinned ones.
    pub args: Vec<String>,
    /// Where the data goes, and stays. `None`: a temporary directory, in memory where there is room, removed with the node.
    pub directory: Option<PathBuf>,
}

/// Flags that make a small and fast regtest node without wallet.
///
/// `-maxsigcachesize=1` is what shortens the start most. The self-checks that regtest has on by default are off. Peers are never found
/// inactive, the tip never too old and transactions never expire, since the clock is the chain's.
const SMALL: [&str; 32] = [
    "-server",
    "-printtoconsole=0",
    "-connect=0",
    "-dnsseed=0",
    "-fixedseeds=0",
    "-discover=0",
    "-natpmp=0",
    "-listenonion=0",
    "-i2pacceptincoming=0",
    "-v2transport=0",
    "-persistmempool=0",
    "-dbcache=4",
    "-maxmempool=5",
    "-maxsigcachesize=1",
    "-par=1",
    "-prevoutfetchthreads=0",
    "-rpcthreads=2",
    "-rpcworkqueue=64",
    "-rpcdoccheck=0",
    "-peerbloomfilters=0",
    "-blockreconstructionextratxn=0",
    "-checkblocks=1",
    "-checklevel=0",
    "-checkblockindex=0",
    "-checkmempool=0",
    "-checkaddrman=0",
    "-fastprune",
    "-maxtipage=3153600000",
    "-peertimeout=999999999",
    "-mempoolexpiry=999999",
    "-txreconciliation=0",
    "-logtimemicros=1",
];

/// Relay policy, the same on each version: Core has changed these defaults between releases. Rates in BTC/kvB.
const POLICY: [&str; 10] = [
    "-minrelaytxfee=0.00001",
    "-incrementalrelayfee=0.00001",
    "-dustrelayfee=0.00003",
    "-blockmintxfee=0.00001",
    "-datacarrier=1",
    "-datacarriersize=100000",
    "-permitbaremultisig=1",
    "-bytespersigop=20",
    "-acceptnonstdtxn=0",
    "-mempoolfullrbf=1",
];

/// First version whose `-whitelist` may name the direction of a connection.
const WHITELIST_HAS_DIRECTION: u32 = 280_000;

/// Where one start of a node listens and keeps its data.
pub(crate) struct Place<'a> {
    pub(crate) dir: &'a Path,
    pub(crate) rpc: SocketAddr,
    pub(crate) p2p: Option<SocketAddr>,
    pub(crate) mock_time: Option<u32>,
}

/// The command line. Pinned flags that this binary does not know (older or newer ones do) are left out.
pub(crate) fn arguments(binary: &Binary, options: &NodeOptions, place: &Place<'_>) -> Vec<String> {
    let mut args = vec![
        "-regtest".to_owned(),
        format!("-datadir={}", place.dir.display()),
        format!("-rpcport={}", place.rpc.port()),
        format!("-startupnotify={READY_COMMAND}"),
    ];
    let pinned = SMALL.iter().chain(&POLICY);
    args.extend(
        pinned
            .filter(|flag| binary.accepts(option_name(flag)))
            .map(|flag| (*flag).to_owned()),
    );
    match place.p2p {
        None => args.extend(["-listen=0", "-maxconnections=0"].map(str::to_owned)),
        Some(address) => {
            let direction = match binary.version() {
                Some(version) if version < WHITELIST_HAS_DIRECTION => "",
                _ => "in,out,",
            };
            args.extend([
                "-listen=1".to_owned(),
                format!("-bind={address}"),
                "-maxconnections=16".to_owned(),
                format!("-whitelist={direction}noban@127.0.0.1"),
            ]);
        }
    }
    args.extend(place.mock_time.map(|time| format!("-mocktime={time}")));
    args.extend(options.args.iter().cloned());
    args
}

fn option_name(flag: &str) -> &str {
    flag.split_once('=').map_or(flag, |(name, _)| name)
}
