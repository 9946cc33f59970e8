//! The two scripts of an HTLC: its output on a commitment, and what `HT` and `HE` pay.

use bitcoin::ScriptBuf;
use bitcoin::opcodes::all::{OP_ELSE, OP_ENDIF, OP_EQUALVERIFY, OP_HASH160, OP_IF};
use bitcoin::script::Builder;
use leyden_labels::{Dialect, PerSide, Side};

use super::Htlc;
use crate::scripts::two_of_two;
use crate::{ChannelParams, HtlcKey, HtlcPubkey, RsmcPubkey, script_rsmc};

/// The witness script of an HTLC output on the holder's commitment (§4), 168 bytes, in both dialects.
///
/// On the sender's commitment, with keys 2 and 1; on the receiver's, 6 and 5:
///
/// ```text
/// IF HASH160 <H> EQUALVERIFY 2 <P_a2> <P_b2> 2 CHECKMULTISIG ELSE 2 <P_a1> <P_b1> 2 CHECKMULTISIG ENDIF
/// ```
#[must_use]
pub fn script_htlc(htlc: &Htlc, holder: Side) -> ScriptBuf {
    let with_secret = htlc.pair(htlc.on(holder, HtlcKey::Two, HtlcKey::Six));
    let without = htlc.pair(htlc.on(holder, HtlcKey::One, HtlcKey::Five));
    let builder = Builder::new()
        .push_opcode(OP_IF)
        .push_opcode(OP_HASH160)
        .push_slice(htlc.hash.as_bytes())
        .push_opcode(OP_EQUALVERIFY);
    both(builder, &with_secret, &without)
}

/// The witness script of `HT:0` on the sender's commitment (keys 3 and 4), of `HE:0` on the receiver's
/// (7 and 8).
///
/// Dialect `noinput`, 145 bytes: the delay is in the pre-signed `HTRD`, which takes the IF.
///
/// ```text
/// IF 2 <P_a3> <P_b3> 2 CHECKMULTISIG ELSE 2 <P_a4> <P_b4> 2 CHECKMULTISIG ENDIF
/// ```
///
/// Dialect `csv`: as the revocable output of a commitment, [`script_rsmc`].
///
/// ```text
/// IF 2 <P_a4> <P_b4> 2 CHECKMULTISIG ELSE <delay> CSV DROP <P_xD> CHECKSIG ENDIF
/// ```
#[must_use]
pub fn script_htlc_stage(params: &ChannelParams, htlc: &Htlc, holder: Side) -> ScriptBuf {
    let remedy = htlc.pair(htlc.on(holder, HtlcKey::Four, HtlcKey::Eight));
    match params.dialect {
        Dialect::Noinput => {
            let delayed = htlc.pair(htlc.on(holder, HtlcKey::Three, HtlcKey::Seven));
            both(Builder::new().push_opcode(OP_IF), &delayed, &remedy)
        }
        Dialect::Csv => {
            let revocation = remedy.map(|key| RsmcPubkey::new(*key.key()));
            let delivery = params.delivery.get(holder);
            script_rsmc(params.dialect, &revocation, delivery, params.delay)
        }
    }
}

fn both(builder: Builder, first: &PerSide<HtlcPubkey>, second: &PerSide<HtlcPubkey>) -> ScriptBuf {
    let first = two_of_two(builder, first.a.key(), first.b.key());
    two_of_two(first.push_opcode(OP_ELSE), second.a.key(), second.b.key())
        .push_opcode(OP_ENDIF)
        .into_script()
}
