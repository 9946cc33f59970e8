//! A channel to test with.

use std::sync::OnceLock;

use bitcoin::absolute::Height;
use bitcoin::consensus::encode::serialize;
use bitcoin::hashes::Hash;
use bitcoin::{Amount, OutPoint, ScriptBuf, Transaction, TxIn, TxOut, Txid};
use leyden_labels::{Dialect, PerSide, Side};

use crate::{
    Balances, ChannelKeys, ChannelParams, Commitment, CommitmentSpec, DUST_LIMIT, Delay, Htlc,
    HtlcPubkeys, LabelledTx, PREIMAGE_LEN, PaymentPreimage, Seed, build_commitment,
    complete_commitment, sign_commitment, verify_commitment,
};

pub(crate) struct Fixture {
    pub(crate) params: ChannelParams,
    pub(crate) keys: PerSide<ChannelKeys>,
}

impl Fixture {
    pub(crate) fn new(dialect: Dialect, capacity_sat: u64) -> Self {
        let keys = keys();
        let params = ChannelParams {
            dialect,
            delay: Delay::new(1000).unwrap(),
            dust_limit: DUST_LIMIT,
            capacity: Amount::from_sat(capacity_sat),
            funding: PerSide::from_fn(|side| keys.get(side).funding().public()),
            delivery: PerSide::from_fn(|side| keys.get(side).delivery().public()),
        };
        Self { params, keys }
    }

    pub(crate) fn balances(&self, a_sat: u64) -> Balances {
        let a = Amount::from_sat(a_sat);
        PerSide {
            a,
            b: self.params.capacity - a,
        }
    }

    pub(crate) fn spec(&self, number: u64, holder: Side, a_sat: u64) -> CommitmentSpec {
        let own = self.keys.get(holder).clone().own_rsmc(number).unwrap();
        let counter = self.keys.get(holder.other()).counter_rsmc(number).unwrap();
        CommitmentSpec {
            number,
            holder,
            balances: self.balances(a_sat),
            rsmc: PerSide::from_holder(holder, own.public(), counter.public()),
            htlcs: Vec::new(),
        }
    }

    /// The HTLCs are side a's money: `a_sat` is what is left to it and is in them.
    pub(crate) fn spec_with(
        &self,
        number: u64,
        holder: Side,
        a_sat: u64,
        htlcs: Vec<Htlc>,
    ) -> CommitmentSpec {
        let mut spec = self.spec(number, holder, a_sat);
        spec.balances.a -= htlcs.iter().map(|htlc| htlc.amount).sum();
        CommitmentSpec { htlcs, ..spec }
    }

    pub(crate) fn htlc(&self, number: u64, sender: Side, amount_sat: u64) -> Htlc {
        Htlc {
            number,
            sender,
            amount: Amount::from_sat(amount_sat),
            hash: preimage_of(number).hash(),
            expiry: Height::from_consensus(EXPIRY).unwrap(),
            keys: htlc_keys(&self.keys, number),
        }
    }

    pub(crate) fn commitment(&self, spec: &CommitmentSpec) -> Commitment {
        build_commitment(&self.params, spec, outpoint(1)).unwrap()
    }

    /// With both signatures.
    pub(crate) fn complete(&self, commitment: &Commitment) -> LabelledTx {
        let holder = commitment.label.side().unwrap_or(Side::A);
        let signer = holder.other();
        let signature =
            sign_commitment(&self.params, commitment, self.keys.get(signer).funding()).unwrap();
        let countersigned =
            verify_commitment(&self.params, commitment, signer, &signature).unwrap();
        complete_commitment(
            &self.params,
            &countersigned,
            self.keys.get(holder).funding(),
        )
        .unwrap()
    }
}

/// Derived once, with the first day's nodes in the cache.
fn keys() -> PerSide<ChannelKeys> {
    static KEYS: OnceLock<PerSide<ChannelKeys>> = OnceLock::new();
    let derive = |side: Side| {
        let seed = Seed::labelled(b"test", &side.to_string());
        let mut keys = ChannelKeys::derive(&seed, 0).unwrap();
        keys.own_rsmc(0).unwrap();
        keys
    };
    KEYS.get_or_init(|| PerSide::from_fn(derive)).clone()
}

/// When the HTLCs of [`Fixture::htlc`] expire.
pub(crate) const EXPIRY: u32 = 432;

/// R of HTLC `number`.
pub(crate) fn preimage_of(number: u64) -> PaymentPreimage {
    let mut bytes = [0x52; PREIMAGE_LEN];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    PaymentPreimage::new(bytes)
}

/// Derived once for each number below 256.
fn htlc_keys(keys: &PerSide<ChannelKeys>, number: u64) -> PerSide<HtlcPubkeys> {
    static KEYS: [OnceLock<PerSide<HtlcPubkeys>>; 256] = [const { OnceLock::new() }; 256];
    let derive = || {
        let of = |side| keys.get(side).htlc(number).unwrap().public().unwrap();
        PerSide::from_fn(of)
    };
    let cell = usize::try_from(number).ok().and_then(|i| KEYS.get(i));
    cell.map_or_else(derive, |cell| *cell.get_or_init(derive))
}

/// Fees attached: an input and an output behind the signed ones.
pub(crate) fn with_fee(tx: &Transaction) -> Transaction {
    let mut tx = tx.clone();
    tx.input.push(TxIn {
        previous_output: outpoint(9),
        ..TxIn::default()
    });
    tx.output.push(TxOut {
        value: Amount::from_sat(5_000),
        script_pubkey: ScriptBuf::from_bytes([&[0x00, 0x14][..], &[7; 20]].concat()),
    });
    tx
}

pub(crate) fn outpoint(tag: u8) -> OutPoint {
    OutPoint::new(Txid::from_byte_array([tag; 32]), 0)
}

pub(crate) fn outputs_total(tx: &Transaction) -> Amount {
    tx.output.iter().map(|output| output.value).sum()
}

/// What Bitcoin Core's script interpreter says to input `index`, under every rule before taproot.
pub(crate) fn core_accepts(tx: &Transaction, index: usize, spent: &TxOut) -> bool {
    bitcoinconsensus::verify_with_flags(
        spent.script_pubkey.as_bytes(),
        spent.value.to_sat(),
        &serialize(tx),
        None,
        index,
        bitcoinconsensus::VERIFY_ALL_PRE_TAPROOT,
    )
    .is_ok()
}
