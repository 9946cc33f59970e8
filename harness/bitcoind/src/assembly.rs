//! Building and solving blocks. Pure: the same contents on the same parent give the same bytes.

use bitcoin::absolute::LockTime;
use bitcoin::block::{Header, Version};
use bitcoin::hashes::Hash as _;
use bitcoin::script::Builder;
use bitcoin::transaction;
use bitcoin::{
    Amount, Block, BlockHash, CompactTarget, OutPoint, Script, ScriptBuf, Sequence, Transaction,
    TxIn, TxMerkleNode, TxOut, Witness, WitnessMerkleNode,
};

/// Time of height 0 in the schedule of block times (Unix time, seconds).
pub const FIRST_TIME: u32 = 1_700_000_000;
/// Time between two blocks, in seconds.
pub const BLOCK_INTERVAL: u32 = 600;

/// Regtest's difficulty, which never changes: every other hash meets it.
const REGTEST_BITS: u32 = 0x207f_ffff;
/// BIP9's top bits.
const VERSION_BASE: u32 = 0x2000_0000;
/// The version bit of a congested block (timestop).
const CONGESTED_BIT: u32 = 1;
/// 50 BTC.
const FIRST_SUBSIDY_SAT: u64 = 5_000_000_000;
/// Regtest halves every 150 blocks.
const HALVING_INTERVAL: u32 = 150;
/// BIP141: what the commitment output's script begins with: `OP_RETURN`, a push of 36 bytes, the header.
const COMMITMENT_PREFIX: [u8; 6] = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];

/// What the harness decides about a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockContents {
    /// The transactions after the coinbase, in block order.
    pub transactions: Vec<Transaction>,
    /// Marks the block as congested (timestop): nVersion 0x20000001.
    pub congested: bool,
    /// More version bits, to signal for deployments: `1 << 2` for bit 2.
    pub signal: u32,
    /// The block's time (Unix time, seconds). `None`: [`BLOCK_INTERVAL`] after its parent.
    pub time: Option<u32>,
}

impl BlockContents {
    /// Only a coinbase.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// These transactions, in this order, in an ordinary block.
    #[must_use]
    pub fn of(transactions: Vec<Transaction>) -> Self {
        Self {
            transactions,
            ..Self::default()
        }
    }

    /// nVersion: BIP9's top bits, the mark and the signals.
    #[must_use]
    pub fn version(&self) -> Version {
        let mark = if self.congested { CONGESTED_BIT } else { 0 };
        Version::from_consensus((VERSION_BASE | mark | self.signal).cast_signed())
    }
}

/// What a block is built on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    pub(crate) hash: BlockHash,
    pub(crate) time: u32,
    /// Height of the block to be built.
    pub(crate) next_height: u32,
}

/// The subsidy of the block at `height` on regtest. Coinbases claim this and no fees, so that their bytes do not depend on fees.
pub(crate) fn subsidy(height: u32) -> Amount {
    let halvings = height.checked_div(HALVING_INTERVAL).unwrap_or(0);
    Amount::from_sat(FIRST_SUBSIDY_SAT.checked_shr(halvings).unwrap_or(0))
}

/// Builds and solves a block. `branch` goes into the coinbase, so that rival branches of the same contents differ.
pub(crate) fn assemble(
    parent: Parent,
    branch: u32,
    payee: &Script,
    contents: BlockContents,
) -> Block {
    let version = contents.version();
    let time = contents
        .time
        .unwrap_or_else(|| parent.time.saturating_add(BLOCK_INTERVAL));
    let mut txdata = vec![coinbase(parent.next_height, branch, payee)];
    txdata.extend(contents.transactions);
    let mut block = Block {
        header: Header {
            version,
            prev_blockhash: parent.hash,
            merkle_root: TxMerkleNode::all_zeros(),
            time,
            bits: CompactTarget::from_consensus(REGTEST_BITS),
            nonce: 0,
        },
        txdata,
    };
    commit_to_witnesses(&mut block);
    if let Some(root) = block.compute_merkle_root() {
        block.header.merkle_root = root;
    }
    solve(&mut block.header);
    block
}

/// Pays the subsidy to `payee`. scriptSig: height (BIP34), then `leyden` and the branch number.
fn coinbase(height: u32, branch: u32, payee: &Script) -> Transaction {
    let branch_bytes = branch.to_be_bytes();
    let mut tag = [0_u8; 10];
    let bytes = b"leyden".iter().chain(&branch_bytes);
    tag.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let script_sig = Builder::new()
        .push_int(i64::from(height))
        .push_slice(tag)
        .into_script();
    Transaction {
        version: transaction::Version::ONE,
        lock_time: LockTime::ZERO,
        input: vec![TxIn {
            previous_output: OutPoint::null(),
            script_sig,
            sequence: Sequence::MAX,
            witness: Witness::from_slice(&[[0_u8; 32]]),
        }],
        output: vec![TxOut {
            value: subsidy(height),
            script_pubkey: payee.to_owned(),
        }],
    }
}

/// Adds BIP141's commitment to the coinbase; its reserved value is 32 zero bytes.
fn commit_to_witnesses(block: &mut Block) {
    let root = block
        .witness_root()
        .unwrap_or_else(WitnessMerkleNode::all_zeros);
    let commitment = Block::compute_witness_commitment(&root, &[0; 32]);
    let mut script = COMMITMENT_PREFIX.to_vec();
    script.extend(commitment.to_byte_array());
    if let Some(coinbase) = block.txdata.first_mut() {
        coinbase.output.push(TxOut {
            value: Amount::ZERO,
            script_pubkey: ScriptBuf::from_bytes(script),
        });
    }
}

/// The lowest nonce that meets the target: two tries on average.
fn solve(header: &mut Header) {
    let target = header.target();
    while !target.is_met_by(header.block_hash()) {
        header.nonce = header.nonce.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parent() -> Parent {
        Parent {
            hash: BlockHash::all_zeros(),
            time: FIRST_TIME,
            next_height: 111,
        }
    }

    fn build(branch: u32, contents: BlockContents) -> Block {
        assemble(parent(), branch, Script::new(), contents)
    }

    #[test]
    fn bytes_are_those_of_before() {
        let block = build(0, BlockContents::empty());
        assert!(block.check_witness_commitment());
        assert!(block.check_merkle_root());
        assert_eq!(block.bip34_block_height(), Ok(111));
        assert_eq!(block.header.time, FIRST_TIME + 600);
        assert_eq!(
            block.block_hash(),
            build(0, BlockContents::empty()).block_hash()
        );
        assert_ne!(
            block.block_hash(),
            build(1, BlockContents::empty()).block_hash()
        );
    }

    #[test]
    fn marks_and_signals_are_version_bits() {
        let version = |congested, signal| {
            let contents = BlockContents {
                congested,
                signal,
                ..BlockContents::default()
            };
            build(0, contents).header.version.to_consensus()
        };
        assert_eq!(version(false, 0), 0x2000_0000);
        assert_eq!(version(true, 0), 0x2000_0001);
        assert_eq!(version(true, 1 << 2), 0x2000_0005);
    }

    #[test]
    fn the_subsidy_halves_every_150_blocks() {
        let btc = |height| subsidy(height).to_sat();
        assert_eq!(btc(1), 5_000_000_000);
        assert_eq!(btc(149), 5_000_000_000);
        assert_eq!(btc(150), 2_500_000_000);
        assert_eq!(btc(150 * 64), 0);
    }
}
