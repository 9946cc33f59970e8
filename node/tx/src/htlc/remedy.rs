//! What `HBR`, `HTBR` and `HEBR` have in common: one side signs for both, with the other's disclosed key.

use leyden_labels::{PerSide, Side};

use super::Htlc;
use super::child::Branch;
use crate::child::{Child, UnsignedChild};
use crate::sighash::DigestRules;
use crate::spend_funding::{two_of_two, with_witness};
use crate::{
    ChannelParams, ChildError, HashType, HtlcKey, HtlcPubkey, HtlcSecret, HtlcSecrets,
    SignatureError, sign_input,
};

/// The penalty for a revoked commitment whose HTLC is ended, without signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtlcRemedy {
    child: UnsignedChild,
    /// Who is punished: the holder of the commitment.
    holder: Side,
    key: HtlcKey,
    keys: PerSide<HtlcPubkey>,
    branch: Branch,
}

impl HtlcRemedy {
    pub(super) fn new(
        child: UnsignedChild,
        htlc: &Htlc,
        holder: Side,
        key: HtlcKey,
        branch: Branch,
    ) -> Self {
        Self {
            child,
            holder,
            key,
            keys: htlc.pair(key),
            branch,
        }
    }

    /// The transaction, and what it spends.
    #[must_use]
    pub const fn child(&self) -> &UnsignedChild {
        &self.child
    }

    /// Which of the holder's keys it takes.
    #[must_use]
    pub const fn disclosed_key(&self) -> HtlcKey {
        self.key
    }
}

/// Signs for both sides. Witness: `[<empty>, sigA, sigB, <empty> or 0x01, script]`.
///
/// # Errors
/// [`SignatureError::WrongKey`] if `secrets` are not the other side's, or `disclosed` is not the
/// holder's [`HtlcRemedy::disclosed_key`].
pub fn complete_htlc_remedy(
    params: &ChannelParams,
    remedy: &HtlcRemedy,
    secrets: &HtlcSecrets,
    disclosed: &HtlcSecret,
) -> Result<Child, ChildError> {
    let own = secrets.key(remedy.key)?;
    let keys = PerSide::from_holder(remedy.holder, disclosed, &own);
    if keys.a.public() != remedy.keys.a || keys.b.public() != remedy.keys.b {
        return Err(SignatureError::WrongKey.into());
    }
    let child = &remedy.child;
    let spent = child.spent_input(DigestRules::of(params.dialect));
    let hash_type = HashType::for_child(params.dialect);
    let signatures = PerSide {
        a: sign_input(&spent, hash_type, keys.a.expose())?,
        b: sign_input(&spent, hash_type, keys.b.expose())?,
    };
    let branch: &[u8] = match remedy.branch {
        Branch::If => &[1],
        Branch::Else => &[],
        // No remedy takes the branch with R.
        Branch::Preimage(_) => return Err(ChildError::Preimage),
    };
    let witness = two_of_two(&signatures, Some(branch), &child.script_code);
    Ok(child.complete(with_witness(&child.tx, witness)?))
}
