//! The miner's coins. It pays for everything that the harness needs on chain: the actors' coins, full mempools, full blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use bitcoin::absolute::LockTime;
use bitcoin::ecdsa;
use bitcoin::hashes::{Hash as _, sha256};
use bitcoin::opcodes::all::OP_RETURN;
use bitcoin::script::{Builder, PushBytesBuf};
use bitcoin::secp256k1::{Message, PublicKey, Secp256k1, SecretKey};
use bitcoin::sighash::{EcdsaSighashType, P2wpkhError, SighashCache};
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, Block, CompressedPublicKey, FeeRate, OutPoint, ScriptBuf, Sequence, Transaction, TxIn,
    TxOut, Witness,
};
use thiserror::Error;

/// Blocks until a coinbase may be spent.
const MATURITY: u32 = 100;
/// Change below this goes to the fee: Core's dust limit of a P2WPKH output, rounded up to that of P2WSH.
const LEAST_CHANGE_SAT: u64 = 330;
/// Worst weight of a P2WPKH witness: count, 73-byte signature with its length, key with its length; an element count is in the transaction already.
const WITNESS_WU: u64 = 1 + 1 + 73 + 1 + 33;
/// The marker and flag of a transaction with witnesses.
const SEGWIT_MARK_WU: u64 = 2;

/// One of the miner's coins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinerCoin {
    /// Where it is.
    pub outpoint: OutPoint,
    /// What it holds.
    pub value: Amount,
    /// Height of the first block that may spend it.
    pub spendable_at: u32,
}

/// Why the miner could not pay.
#[derive(Debug, Error)]
pub enum MinerError {
    /// All coins that the next block may spend, and that are not spent by an earlier payment, are too little.
    #[error(
        "the miner has {available} to spend in the next block, {needed} are needed: mine more blocks"
    )]
    NotEnough {
        /// Outputs and fee.
        needed: Amount,
        /// What there is.
        available: Amount,
    },
    /// The sum is beyond any amount.
    #[error("the sum of the outputs and the fee overflows")]
    Overflow,
    /// More bytes than a script may push.
    #[error("a filler of {vsize} vB cannot be made")]
    Filler {
        /// The size asked for.
        vsize: u64,
    },
    /// The signature hash could not be computed.
    #[error(transparent)]
    Sighash(#[from] P2wpkhError),
}

struct Key {
    secret: SecretKey,
    public: PublicKey,
    script: ScriptBuf,
}

/// The secret is SHA256("leyden/miner").
#[expect(
    clippy::expect_used,
    reason = "a constant, which each test of this crate uses"
)]
fn key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| {
        let hash = sha256::Hash::hash(b"leyden/miner").to_byte_array();
        let secret = SecretKey::from_slice(&hash).expect("this hash is a valid key");
        let public = PublicKey::from_secret_key(&Secp256k1::signing_only(), &secret);
        let script = ScriptBuf::new_p2wpkh(&CompressedPublicKey(public).wpubkey_hash());
        Key {
            secret,
            public,
            script,
        }
    })
}

/// The miner's wallet: it knows its outputs in the blocks of one chain, and which of them it has spent.
#[derive(Clone, Debug, Default)]
pub struct Miner {
    /// By height at which they may be spent, then outpoint: the order in which they are spent.
    coins: BTreeMap<(u32, OutPoint), MinerCoin>,
    /// Spent by a payment, confirmed or not.
    used: BTreeSet<OutPoint>,
}

impl Miner {
    /// Where coinbases and change go: P2WPKH.
    #[must_use]
    pub fn script() -> ScriptBuf {
        key().script.clone()
    }

    /// The coins that no payment has used and that the block at `height` may spend, oldest first.
    pub fn coins(&self, height: u32) -> impl Iterator<Item = &MinerCoin> {
        self.coins
            .values()
            .filter(move |coin| coin.spendable_at <= height && !self.used.contains(&coin.outpoint))
    }

    /// Learns the miner's outputs in a block that was connected.
    pub(crate) fn connect(&mut self, block: &Block, height: u32) {
        for coin in own_outputs(block, height) {
            self.coins.insert((coin.spendable_at, coin.outpoint), coin);
        }
    }

    /// Forgets them again. Coins spent there stay used: the payment may confirm again.
    pub(crate) fn disconnect(&mut self, block: &Block, height: u32) {
        for coin in own_outputs(block, height) {
            self.coins.remove(&(coin.spendable_at, coin.outpoint));
        }
    }

    /// Pays `outputs` in a transaction that the block at `height` may contain. The change comes last.
    ///
    /// # Errors
    /// [`MinerError::NotEnough`] if the coins do not suffice; nothing is used up then.
    pub(crate) fn pay(
        &mut self,
        height: u32,
        outputs: Vec<TxOut>,
        feerate: FeeRate,
    ) -> Result<Transaction, MinerError> {
        let outputs_sum = sum(outputs.iter().map(|output| output.value))?;
        let mut tx = unsigned(outputs);
        tx.output.push(change(Amount::ZERO));
        let mut chosen = Vec::new();
        let mut available = Amount::ZERO;
        let mut needed = outputs_sum;
        for coin in self.coins(height) {
            chosen.push(*coin);
            tx.input.push(input(coin));
            available = add(available, coin.value)?;
            needed = add(outputs_sum, fee(&tx, feerate)?)?;
            if available >= needed {
                break;
            }
        }
        let Some(rest) = available.checked_sub(needed).filter(|_| !chosen.is_empty()) else {
            return Err(MinerError::NotEnough { needed, available });
        };
        tx.output.pop();
        if rest.to_sat() >= LEAST_CHANGE_SAT {
            tx.output.push(change(rest));
        }
        sign(&mut tx, &chosen)?;
        self.used.extend(chosen.iter().map(|coin| coin.outpoint));
        Ok(tx)
    }

    /// A transaction of about `vsize` vB that does nothing, to fill mempools and blocks.
    ///
    /// # Errors
    /// As [`Self::pay`], or [`MinerError::Filler`].
    pub(crate) fn filler(
        &mut self,
        height: u32,
        vsize: u64,
        feerate: FeeRate,
    ) -> Result<Transaction, MinerError> {
        let mut frame = unsigned(vec![padding(0, vsize)?, change(Amount::ZERO)]);
        frame.input.extend(self.coins(height).next().map(input));
        // The longer push and output lengths take up to 8 bytes more.
        let taken = worst_weight(&frame).div_ceil(4).saturating_add(8);
        let bytes = vsize.saturating_sub(taken);
        self.pay(height, vec![padding(bytes, vsize)?], feerate)
    }
}

/// Signs `tx`, whose input i spends `coins[i]`, each of the miner's P2WPKH outputs.
fn sign(tx: &mut Transaction, coins: &[MinerCoin]) -> Result<(), MinerError> {
    let key = key();
    let secp = Secp256k1::signing_only();
    let mut witnesses = Vec::with_capacity(coins.len());
    let mut cache = SighashCache::new(&*tx);
    for (index, coin) in coins.iter().enumerate() {
        let hash =
            cache.p2wpkh_signature_hash(index, &key.script, coin.value, EcdsaSighashType::All)?;
        let message = Message::from_digest(hash.to_byte_array());
        let signature = ecdsa::Signature::sighash_all(secp.sign_ecdsa(&message, &key.secret));
        witnesses.push(Witness::p2wpkh(&signature, &key.public));
    }
    for (input, witness) in tx.input.iter_mut().zip(witnesses) {
        input.witness = witness;
    }
    Ok(())
}

/// Spends `coins` into `outputs`, with this version, leaving the rest as fee: for transactions that the harness makes to ask what a node accepts.
pub(crate) fn spend(
    version: Version,
    coins: &[MinerCoin],
    more_inputs: Vec<TxIn>,
    outputs: Vec<TxOut>,
) -> Result<Transaction, MinerError> {
    let mut tx = unsigned(outputs);
    tx.version = version;
    tx.input.extend(coins.iter().map(input));
    tx.input.extend(more_inputs);
    sign(&mut tx, coins)?;
    Ok(tx)
}

fn own_outputs(block: &Block, height: u32) -> impl Iterator<Item = MinerCoin> + '_ {
    block.txdata.iter().flat_map(move |tx| {
        let wait = if tx.is_coinbase() { MATURITY } else { 1 };
        let spendable_at = height.saturating_add(wait);
        let txid = tx.compute_txid();
        (0_u32..)
            .zip(&tx.output)
            .filter(|(_, output)| output.script_pubkey == key().script)
            .map(move |(vout, output)| MinerCoin {
                outpoint: OutPoint::new(txid, vout),
                value: output.value,
                spendable_at,
            })
    })
}

fn unsigned(output: Vec<TxOut>) -> Transaction {
    Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: Vec::new(),
        output,
    }
}

fn input(coin: &MinerCoin) -> TxIn {
    TxIn {
        previous_output: coin.outpoint,
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    }
}

fn change(value: Amount) -> TxOut {
    TxOut {
        value,
        script_pubkey: key().script.clone(),
    }
}

fn padding(bytes: u64, vsize: u64) -> Result<TxOut, MinerError> {
    let too_large = MinerError::Filler { vsize };
    let Ok(count) = usize::try_from(bytes) else {
        return Err(too_large);
    };
    let push = PushBytesBuf::try_from(vec![0_u8; count]).map_err(|_| too_large)?;
    Ok(TxOut {
        value: Amount::ZERO,
        script_pubkey: Builder::new()
            .push_opcode(OP_RETURN)
            .push_slice(push)
            .into_script(),
    })
}

/// Weight with the largest witnesses that the inputs, which have none yet, can get.
fn worst_weight(tx: &Transaction) -> u64 {
    let inputs = u64::try_from(tx.input.len()).unwrap_or(u64::MAX);
    tx.weight()
        .to_wu()
        .saturating_add(SEGWIT_MARK_WU)
        .saturating_add(inputs.saturating_mul(WITNESS_WU))
}

/// Rounded up.
fn fee(tx: &Transaction, feerate: FeeRate) -> Result<Amount, MinerError> {
    feerate
        .to_sat_per_kwu()
        .checked_mul(worst_weight(tx))
        .map(|millis| Amount::from_sat(millis.div_ceil(1_000)))
        .ok_or(MinerError::Overflow)
}

fn add(a: Amount, b: Amount) -> Result<Amount, MinerError> {
    a.checked_add(b).ok_or(MinerError::Overflow)
}

fn sum(mut amounts: impl Iterator<Item = Amount>) -> Result<Amount, MinerError> {
    amounts.try_fold(Amount::ZERO, add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Chain;

    #[test]
    fn the_key_is_the_hash_of_its_label() {
        let hash = sha256::Hash::hash(b"leyden/miner").to_byte_array();
        assert_eq!(key().secret.secret_bytes(), hash);
    }

    #[test]
    fn payments_are_the_same_each_time_and_use_each_coin_once() {
        let rate = FeeRate::from_sat_per_kwu(500);
        let outputs = || {
            vec![TxOut {
                value: Amount::from_sat(6_000_000_000),
                script_pubkey: ScriptBuf::from_bytes(vec![0x51]),
            }]
        };
        let pay_twice = || {
            let mut chain = Chain::prepared();
            [
                chain.pay(outputs(), rate).unwrap(),
                chain.pay(outputs(), rate).unwrap(),
            ]
        };
        let [first, second] = pay_twice();
        assert_eq!(pay_twice(), [first.clone(), second.clone()]);
        let spent = |tx: &Transaction| -> BTreeSet<OutPoint> {
            tx.input.iter().map(|input| input.previous_output).collect()
        };
        assert_eq!(spent(&first).len(), 2);
        assert!(spent(&first).is_disjoint(&spent(&second)));
    }

    #[test]
    fn the_fee_covers_the_worst_signatures() {
        let mut chain = Chain::prepared();
        let rate = FeeRate::from_sat_per_kwu(1_000);
        let tx = chain.pay(Vec::new(), rate).unwrap();
        let paid = 5_000_000_000 - tx.output[0].value.to_sat();
        let least = tx.weight().to_wu();
        assert!((least..least + 8).contains(&paid), "{paid} for {least}");
    }

    #[test]
    fn too_much_uses_nothing_up() {
        let mut chain = Chain::prepared();
        let all = vec![change(Amount::from_sat(550 * 100_000_000))];
        let result = chain.pay(all, FeeRate::from_sat_per_kwu(1_000));
        assert!(matches!(result, Err(MinerError::NotEnough { .. })));
        assert_eq!(chain.miner().coins(111).count(), 11);
    }

    #[test]
    fn a_filler_has_about_its_size() {
        let mut chain = Chain::prepared();
        for vsize in [300, 1_000, 50_000, 99_000] {
            let tx = chain.filler(vsize, FeeRate::from_sat_per_kwu(250)).unwrap();
            let size = u64::try_from(tx.vsize()).unwrap();
            assert!((vsize - 12..=vsize).contains(&size), "{size} for {vsize}");
        }
    }
}
