//! The scripts of the paper, in both dialects. Keys stand in the order a, b, never sorted.

use bitcoin::hashes::Hash;
use bitcoin::hashes::sha256;
use bitcoin::opcodes::all::{
    OP_CHECKMULTISIG, OP_CHECKSIG, OP_CSV, OP_DROP, OP_ELSE, OP_ENDIF, OP_IF, OP_PUSHNUM_16,
};
use bitcoin::script::Builder;
use bitcoin::secp256k1::PublicKey;
use bitcoin::{CompressedPublicKey, Script, ScriptBuf, TxOut, WPubkeyHash};
use leyden_labels::{Dialect, PerSide, Side};

use crate::{ChannelParams, Delay, DeliveryPubkey, FundingPubkey, RsmcPubkey};

/// The witness script of `F:0` (§3.1), 71 bytes.
///
/// ```text
/// 2 <P_aF> <P_bF> 2 CHECKMULTISIG
/// ```
#[must_use]
pub fn script_funding(keys: &PerSide<FundingPubkey>) -> ScriptBuf {
    two_of_two(Builder::new(), keys.a.key(), keys.b.key()).into_script()
}

/// The witness script of output 0 of `C{n}x`, the revocable sequence maturity contract (§3.3).
///
/// `delivery` is `P_xD` of the holder x. Dialect `noinput`, 71 bytes: the lock is in the pre-signed
/// `RD{n}x`, not in the script.
///
/// ```text
/// 2 <P_aR> <P_bR> 2 CHECKMULTISIG
/// ```
///
/// Dialect `csv`, 111 bytes and the push of the delay (1 to 4 bytes):
///
/// ```text
/// IF 2 <P_aR> <P_bR> 2 CHECKMULTISIG ELSE <delay> CSV DROP <P_xD> CHECKSIG ENDIF
/// ```
#[must_use]
pub fn script_rsmc(
    dialect: Dialect,
    rsmc: &PerSide<RsmcPubkey>,
    delivery: &DeliveryPubkey,
    delay: Delay,
) -> ScriptBuf {
    let (a, b) = (rsmc.a.key(), rsmc.b.key());
    match dialect {
        Dialect::Noinput => two_of_two(Builder::new(), a, b).into_script(),
        Dialect::Csv => two_of_two(Builder::new().push_opcode(OP_IF), a, b)
            .push_opcode(OP_ELSE)
            .push_int(i64::from(delay.blocks()))
            .push_opcode(OP_CSV)
            .push_opcode(OP_DROP)
            .push_slice(delivery.serialize())
            .push_opcode(OP_CHECKSIG)
            .push_opcode(OP_ENDIF)
            .into_script(),
    }
}

/// The output script that pays one side outright, P2WPKH of `P_xD`, 22 bytes.
///
/// ```text
/// 0 <HASH160(P_xD)>
/// ```
#[must_use]
pub fn script_delivery(key: &DeliveryPubkey) -> ScriptBuf {
    ScriptBuf::new_p2wpkh(&delivery_hash(key))
}

/// The output script that anyone may spend, with an empty witness: pay to anchor, 4 bytes.
///
/// ```text
/// 1 <0x4e73>
/// ```
#[must_use]
pub fn script_anchor() -> ScriptBuf {
    ScriptBuf::new_p2a()
}

/// The output script of a witness script, 34 bytes.
///
/// Dialect `noinput`: P2NSH, witness version 16 (Appendix A). Dialect `csv`: P2WSH, version 0.
///
/// ```text
/// 16 <SHA256(script)>
/// 0 <SHA256(script)>
/// ```
#[must_use]
pub fn output_script(dialect: Dialect, witness_script: &Script) -> ScriptBuf {
    match dialect {
        Dialect::Noinput => Builder::new()
            .push_opcode(OP_PUSHNUM_16)
            .push_slice(sha256::Hash::hash(witness_script.as_bytes()).to_byte_array())
            .into_script(),
        Dialect::Csv => witness_script.to_p2wsh(),
    }
}

/// `F:0`: what a funding output is, by script and amount.
#[must_use]
pub fn funding_output(params: &ChannelParams) -> TxOut {
    TxOut {
        value: params.capacity,
        script_pubkey: output_script(params.dialect, &script_funding(&params.funding)),
    }
}

/// [`script_delivery`] of one side.
pub(crate) fn delivery_to(params: &ChannelParams, side: Side) -> ScriptBuf {
    script_delivery(params.delivery.get(side))
}

/// The script code of a P2WPKH output (BIP 143): `DUP HASH160 <hash> EQUALVERIFY CHECKSIG`.
pub(crate) fn delivery_script_code(key: &DeliveryPubkey) -> ScriptBuf {
    ScriptBuf::new_p2pkh(&bitcoin::PubkeyHash::from_byte_array(
        delivery_hash(key).to_byte_array(),
    ))
}

fn delivery_hash(key: &DeliveryPubkey) -> WPubkeyHash {
    CompressedPublicKey(*key.key()).wpubkey_hash()
}

pub(crate) fn two_of_two(builder: Builder, a: &PublicKey, b: &PublicKey) -> Builder {
    builder
        .push_int(2)
        .push_slice(a.serialize())
        .push_slice(b.serialize())
        .push_int(2)
        .push_opcode(OP_CHECKMULTISIG)
}

#[cfg(test)]
#[path = "scripts_tests.rs"]
mod tests;
