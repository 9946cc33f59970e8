//! Which vectors there are, and what bitcoinds are asked.

use bitcoin::hashes::{Hash, HashEngine, hash160, sha256};
use bitcoin::secp256k1::SecretKey;
use bitcoin::{CompressedPublicKey, ScriptBuf, Transaction, Txid};
use leyden_bitcoind::MinerError;
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::{KeyError, Seed, secp};
use leyden_wallet::WalletError;

use super::scene::{Asked, Scene};
use crate::compute::{ComputeError, compute};
use crate::model::inputs::{Channel, Commitment, Construction, Htlc, Inputs, Outpoint};
use crate::model::{Hex, HexBytes, Subject};

/// What the seeds and all made-up bytes come from.
const ROOT: &[u8] = b"leyden vectors";
/// The capacity of channels: 1 BTC, as in the paper.
pub(crate) const CAPACITY: u64 = 100_000_000;
/// What an HTLC holds.
pub(crate) const HTLC_AMOUNT: u64 = 10_000_000;

/// Why the vectors cannot be planned: a fault of the generator, or of what it tests.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The values of a vector cannot be computed.
    #[error("{vector}: {source}")]
    Compute {
        /// The vector.
        vector: String,
        /// Why.
        source: ComputeError,
    },
    /// The miner has no coins left.
    #[error(transparent)]
    Miner(#[from] MinerError),
    /// A key cannot be derived.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The wallet does not attach a fee.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// The wallet attaches another fee than the vector says.
    #[error("{vector}: the wallet makes another transaction of it")]
    OtherFee {
        /// The vector.
        vector: String,
    },
    /// Two vectors of a subject have the same name.
    #[error("{vector}: the name is there twice")]
    Twice {
        /// The vector.
        vector: String,
    },
}

/// A vector without its values.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) paper: String,
    pub(crate) why: String,
    pub(crate) inputs: Inputs,
}

impl Entry {
    pub(crate) fn new(
        name: impl Into<String>,
        paper: &str,
        why: impl Into<String>,
        inputs: Inputs,
    ) -> Self {
        Self {
            name: name.into(),
            paper: paper.to_owned(),
            why: why.into(),
            inputs,
        }
    }

    pub(crate) const fn subject(&self) -> Subject {
        self.inputs.subject()
    }

    /// `transactions/RD2a-csv`.
    pub(crate) fn whole_name(&self) -> String {
        format!("{}/{}", self.subject(), self.name)
    }
}

/// All vectors, and the chains that those about transactions live on.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) entries: Vec<Entry>,
    pub(crate) scenes: Vec<Scene>,
}

impl Plan {
    pub(crate) fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Adds a vector whose transaction bitcoinds are asked for at this point of the scene.
    pub(crate) fn ask(&mut self, scene: &mut Scene, entry: Entry) -> Result<(), PlanError> {
        let mut transactions = transactions_of(&entry)?;
        if let Some(tx) = transactions.pop() {
            scene.ask(Asked {
                vector: entry.whole_name(),
                parents: transactions,
                tx,
            });
        }
        self.add(entry);
        Ok(())
    }
}

/// What a vector is about, signed.
pub(crate) fn transactions_of(entry: &Entry) -> Result<Vec<Transaction>, PlanError> {
    let computed = compute(&entry.inputs, None).map_err(|source| PlanError::Compute {
        vector: entry.whole_name(),
        source,
    })?;
    Ok(computed.transactions)
}

/// SHA-256 of the root and a text: all bytes that mean nothing come from here.
pub(crate) fn bytes(text: &str) -> [u8; 32] {
    let mut engine = sha256::Hash::engine();
    engine.input(ROOT);
    engine.input(text.as_bytes());
    sha256::Hash::from_engine(engine).to_byte_array()
}

pub(crate) fn seed(side: Side) -> Seed {
    Seed::labelled(ROOT, &side.to_string())
}

pub(crate) fn seed_bytes(side: Side) -> Hex<32> {
    Hex(*seed(side).as_bytes())
}

/// A private key of a text: one hash in 2^128 is none.
pub(crate) fn secret(text: &str) -> Result<SecretKey, KeyError> {
    SecretKey::from_slice(&bytes(text)).map_err(|_| KeyError::BadSecret)
}

pub(crate) fn public(text: &str) -> Result<Hex<33>, KeyError> {
    Ok(Hex(secret(text)?.public_key(secp()).serialize()))
}

pub(crate) fn publics(text: &str) -> Result<PerSide<Hex<33>>, KeyError> {
    Ok(PerSide {
        a: public(&format!("key a{text}"))?,
        b: public(&format!("key b{text}"))?,
    })
}

/// P2WPKH of the key of a text.
pub(crate) fn script(text: &str) -> Result<HexBytes, KeyError> {
    let key = CompressedPublicKey(secret(text)?.public_key(secp()));
    Ok(HexBytes(
        ScriptBuf::new_p2wpkh(&key.wpubkey_hash()).into_bytes(),
    ))
}

/// Where D pays.
pub(crate) fn destination() -> Result<HexBytes, KeyError> {
    script("destination")
}

/// An outpoint that no chain has.
pub(crate) fn nowhere(text: &str) -> Outpoint {
    Outpoint {
        txid: Txid::from_byte_array(bytes(text)),
        vout: 0,
    }
}

/// R of HTLC k.
pub(crate) fn preimage(k: u64) -> Hex<20> {
    let whole = bytes(&format!("R {k}"));
    let mut short = [0; 20];
    for (to, from) in short.iter_mut().zip(whole) {
        *to = from;
    }
    Hex(short)
}

pub(crate) fn payment_hash(k: u64) -> Hex<20> {
    Hex(hash160::Hash::hash(&preimage(k).0).to_byte_array())
}

pub(crate) fn channel(dialect: Dialect, index: u32) -> Channel {
    Channel {
        dialect,
        delay_blocks: 1000,
        dust_limit_sat: 330,
        capacity_sat: CAPACITY,
        seeds: PerSide::from_fn(seed_bytes),
        indexes: PerSide { a: index, b: index },
    }
}

pub(crate) fn htlc(id: u64, sender: Side, amount_sat: u64, expiry_height: u32) -> Htlc {
    Htlc {
        id,
        sender,
        amount_sat,
        payment_hash: payment_hash(id),
        expiry_height,
    }
}

/// A revocable commitment: `a_sat` for a, the rest that is in no HTLC for b.
pub(crate) fn commitment(number: u64, holder: Side, a_sat: u64, htlcs: Vec<Htlc>) -> Commitment {
    let locked = htlcs
        .iter()
        .fold(a_sat, |sum, htlc| sum.saturating_add(htlc.amount_sat));
    Commitment {
        construction: Construction::Revocable,
        number,
        holder: Some(holder),
        balances_sat: PerSide {
            a: a_sat,
            b: CAPACITY.saturating_sub(locked),
        },
        htlcs,
    }
}
