//! Signature hashes: BIP 143, and BIP 143 with `SIGHASH_NOINPUT` (Appendix A).
//!
//! In a P2NSH input (witness version 16) the hash-type bit 0x40 blanks the hashes of all outpoints
//! and sequences and the input's own outpoint. Still signed: version, script code, amount, this
//! input's sequence, the outputs as the base type says, lock time, and the whole hash-type byte.
//! Unlike BIP 118 this is ECDSA under a witness version of its own, not a tapscript key type, and
//! script code and amount are always signed. In a version-0 input 0x40 has no meaning: the byte is
//! hashed as it is and nothing else changes.

use bitcoin::consensus::encode::serialize;
use bitcoin::hashes::{Hash, HashEngine, sha256d};
use bitcoin::{Amount, Script, Transaction, TxIn};
use leyden_labels::Dialect;

use crate::SignatureError;

/// The byte after a signature: which parts of the transaction are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashType(pub u8);

impl HashType {
    /// Everything.
    pub const ALL: Self = Self(0x01);
    /// All outputs and no input: a commitment in the dialect `noinput`.
    pub const ALL_NOINPUT: Self = Self(0x41);
    /// This input and the output at its index: a child, so that fees can be attached.
    pub const SINGLE_ACP: Self = Self(0x83);
    /// The output at this input's index and no input: a child in the dialect `noinput`.
    pub const SINGLE_ACP_NOINPUT: Self = Self(0xc3);

    /// For a commitment, which spends `F`.
    #[must_use]
    pub const fn for_parent(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Noinput => Self::ALL_NOINPUT,
            Dialect::Csv => Self::ALL,
        }
    }

    /// For a child of a commitment.
    #[must_use]
    pub const fn for_child(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Noinput => Self::SINGLE_ACP_NOINPUT,
            Dialect::Csv => Self::SINGLE_ACP,
        }
    }

    const fn base(self) -> Base {
        match self.0 & 0x1f {
            2 => Base::None,
            3 => Base::Single,
            _ => Base::All,
        }
    }

    const fn anyone_can_pay(self) -> bool {
        self.0 & 0x80 != 0
    }

    const fn noinput(self) -> bool {
        self.0 & 0x40 != 0
    }
}

/// Which outputs are signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    All,
    None,
    Single,
}

/// Which rules an input's signatures follow: its witness version decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestRules {
    /// Witness version 0: BIP 143.
    Bip143,
    /// Witness version 16 (P2NSH): BIP 143, and hash-type bit 0x40.
    Noinput,
}

impl DigestRules {
    /// The rules of a dialect's script outputs.
    #[must_use]
    pub const fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Noinput => Self::Noinput,
            Dialect::Csv => Self::Bip143,
        }
    }
}

/// An input that is being signed, and what is known of the coin it spends.
#[derive(Clone, Copy, Debug)]
pub struct SpentInput<'a> {
    /// The rules of the coin's witness version.
    pub rules: DigestRules,
    /// The spending transaction.
    pub tx: &'a Transaction,
    /// The input's index in it.
    pub index: usize,
    /// The script that the signature check runs in: the witness script, or `DUP HASH160 …` for P2WPKH.
    pub script_code: &'a Script,
    /// The coin's amount.
    pub amount: Amount,
}

/// What is hashed for a signature, piece by piece, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preimage {
    /// nVersion, little endian.
    pub version: [u8; 4],
    /// Double SHA-256 of all outpoints, or zero.
    pub hash_prevouts: [u8; 32],
    /// Double SHA-256 of all sequences, or zero.
    pub hash_sequence: [u8; 32],
    /// This input's outpoint, or zero.
    pub outpoint: [u8; 36],
    /// The script code after its length.
    pub script_code: Vec<u8>,
    /// The coin's amount in satoshi, little endian.
    pub amount: [u8; 8],
    /// This input's nSequence, little endian.
    pub sequence: [u8; 4],
    /// Double SHA-256 of all outputs, or of the one at this index, or zero.
    pub hash_outputs: [u8; 32],
    /// nLockTime, little endian.
    pub lock_time: [u8; 4],
    /// The whole hash-type byte as 4 bytes, little endian.
    pub hash_type: [u8; 4],
}

impl Preimage {
    /// The pieces under their names, in the order in which they are hashed.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, &[u8]); 10] {
        [
            ("version", &self.version),
            ("hash_prevouts", &self.hash_prevouts),
            ("hash_sequence", &self.hash_sequence),
            ("outpoint", &self.outpoint),
            ("script_code", &self.script_code),
            ("amount", &self.amount),
            ("sequence", &self.sequence),
            ("hash_outputs", &self.hash_outputs),
            ("lock_time", &self.lock_time),
            ("hash_type", &self.hash_type),
        ]
    }

    /// Double SHA-256 of the pieces.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut engine = sha256d::Hash::engine();
        for (_, bytes) in self.fields() {
            engine.input(bytes);
        }
        sha256d::Hash::from_engine(engine).to_byte_array()
    }
}

/// What is hashed to sign an input.
///
/// # Errors
/// [`SignatureError::NoSuchInput`] if the index is out of range.
pub fn preimage(spent: &SpentInput<'_>, hash_type: HashType) -> Result<Preimage, SignatureError> {
    let tx = spent.tx;
    let input = tx
        .input
        .get(spent.index)
        .ok_or(SignatureError::NoSuchInput {
            index: spent.index,
            inputs: tx.input.len(),
        })?;
    let noinput = spent.rules == DigestRules::Noinput && hash_type.noinput();
    let this_input_only = noinput || hash_type.anyone_can_pay();
    let sequences = !this_input_only && hash_type.base() == Base::All;
    Ok(Preimage {
        version: tx.version.0.to_le_bytes(),
        hash_prevouts: hash_if(!this_input_only, || {
            each(&tx.input, |i| serialize(&i.previous_output))
        }),
        hash_sequence: hash_if(sequences, || each(&tx.input, |i| serialize(&i.sequence))),
        outpoint: if noinput { [0; 36] } else { outpoint(input) },
        script_code: serialize(spent.script_code),
        amount: spent.amount.to_sat().to_le_bytes(),
        sequence: input.sequence.0.to_le_bytes(),
        hash_outputs: hash_outputs(tx, spent.index, hash_type.base()),
        lock_time: tx.lock_time.to_consensus_u32().to_le_bytes(),
        hash_type: u32::from(hash_type.0).to_le_bytes(),
    })
}

/// The digest that is signed for an input.
///
/// # Errors
/// [`SignatureError::NoSuchInput`] if the index is out of range.
pub fn digest(spent: &SpentInput<'_>, hash_type: HashType) -> Result<[u8; 32], SignatureError> {
    Ok(preimage(spent, hash_type)?.digest())
}

/// The digest under the rules of witness version 0, whatever `spent.rules` says.
///
/// # Errors
/// [`SignatureError::NoSuchInput`] if the index is out of range.
pub fn digest_bip143(
    spent: &SpentInput<'_>,
    hash_type: HashType,
) -> Result<[u8; 32], SignatureError> {
    let rules = DigestRules::Bip143;
    digest(&SpentInput { rules, ..*spent }, hash_type)
}

/// The digest under the rules of P2NSH, whatever `spent.rules` says.
///
/// # Errors
/// [`SignatureError::NoSuchInput`] if the index is out of range.
pub fn digest_noinput(
    spent: &SpentInput<'_>,
    hash_type: HashType,
) -> Result<[u8; 32], SignatureError> {
    let rules = DigestRules::Noinput;
    digest(&SpentInput { rules, ..*spent }, hash_type)
}

fn hash_outputs(tx: &Transaction, index: usize, base: Base) -> [u8; 32] {
    match base {
        Base::All => hash(&each(&tx.output, serialize)),
        Base::Single => tx
            .output
            .get(index)
            .map_or([0; 32], |output| hash(&serialize(output))),
        Base::None => [0; 32],
    }
}

fn outpoint(input: &TxIn) -> [u8; 36] {
    let mut bytes = [0; 36];
    let (txid, vout) = bytes.split_at_mut(32);
    txid.copy_from_slice(input.previous_output.txid.as_byte_array());
    vout.copy_from_slice(&input.previous_output.vout.to_le_bytes());
    bytes
}

fn each<T>(items: &[T], encode: impl Fn(&T) -> Vec<u8>) -> Vec<u8> {
    items.iter().flat_map(encode).collect()
}

fn hash_if(wanted: bool, bytes: impl FnOnce() -> Vec<u8>) -> [u8; 32] {
    if wanted { hash(&bytes()) } else { [0; 32] }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    sha256d::Hash::hash(bytes).to_byte_array()
}
