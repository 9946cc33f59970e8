//! `BR{n}x`, the Breach Remedy (§3.3.4).

use leyden_labels::{Dialect, Kind, Label, PerSide};

use crate::child::{Child, Spend, UnsignedChild};
use crate::fee::InputShape;
use crate::scripts::delivery_to;
use crate::sighash::{DigestRules, HashType};
use crate::signature::{SignatureError, sign_input};
use crate::spend_funding::{two_of_two, with_witness};
use crate::{BuildError, ChannelParams, ChildError, Commitment, CommitmentSpec, RsmcSecret};

use bitcoin::Sequence;
use bitcoin::absolute::LockTime;

/// Builds the punishment of a holder that broadcast a revoked commitment.
///
/// Paper: §3.3.4, `BR1b` (the seed says `RD1b`; errata, 1). Spends: the RSMC output of `C{n}x`.
/// nSequence: 0xFFFFFFFD, no lock. Pays: the whole amount to the *other* side; the fee input is
/// attached at broadcast.
///
/// # Errors
/// [`BuildError::NoOutput`] if the holder's balance was below dust.
pub fn build_breach_remedy(
    params: &ChannelParams,
    spec: &CommitmentSpec,
    commitment: &Commitment,
) -> Result<UnsignedChild, BuildError> {
    let label = Label::new(Kind::BreachRemedy, spec.number, spec.holder);
    let rsmc = commitment.rsmc.as_ref();
    let rsmc = rsmc.ok_or(BuildError::NoOutput { label })?;
    let script_len = rsmc.witness_script.len();
    let spend = Spend {
        label,
        vout: rsmc.vout,
        lock_time: LockTime::ZERO,
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        script_code: rsmc.witness_script.clone(),
        shape: match params.dialect {
            Dialect::Noinput => InputShape::multisig(script_len),
            Dialect::Csv => InputShape::remedy(script_len),
        },
        destination: delivery_to(params, spec.holder.other()),
    };
    UnsignedChild::build(commitment, spend)
}

/// Signs for both sides: with the other side's own key, and with the holder's disclosed one.
///
/// Witness in dialect `noinput`: `[<empty>, sigA, sigB, script]`; in `csv`, which takes the IF
/// branch: `[<empty>, sigA, sigB, 0x01, script]`.
///
/// # Errors
/// [`SignatureError::WrongKey`] if either key is not that of this commitment.
pub fn complete_breach_remedy(
    params: &ChannelParams,
    spec: &CommitmentSpec,
    child: &UnsignedChild,
    counter: &RsmcSecret,
    disclosed: &RsmcSecret,
) -> Result<Child, ChildError> {
    let keys = PerSide::from_holder(spec.holder, disclosed, counter);
    if keys.a.public() != spec.rsmc.a || keys.b.public() != spec.rsmc.b {
        return Err(SignatureError::WrongKey.into());
    }
    let spent = child.spent_input(DigestRules::of(params.dialect));
    let hash_type = HashType::for_child(params.dialect);
    let signatures = PerSide {
        a: sign_input(&spent, hash_type, keys.a.expose())?,
        b: sign_input(&spent, hash_type, keys.b.expose())?,
    };
    let branch: Option<&[u8]> = match params.dialect {
        Dialect::Noinput => None,
        Dialect::Csv => Some(&[1]),
    };
    let witness = two_of_two(&signatures, branch, &child.script_code);
    Ok(child.complete(with_witness(&child.tx, witness)?))
}
