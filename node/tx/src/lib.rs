//! The transactions of the Lightning paper: keys, scripts, signature hashes, and one file for each
//! transaction. Where to look:
//!
//! | label | transaction | file |
//! |---|---|---|
//! | `F` | Funding | `funding.rs` |
//! | `C{n}x` | Commitment | `commitment.rs` (figures 1 to 3: `unenforceable.rs`) |
//! | `D{n}x` | Delivery | `delivery.rs` |
//! | `RD{n}x` | Revocable Delivery | `revocable_delivery.rs` |
//! | `BR{n}x` | Breach Remedy | `breach_remedy.rs` |
//! | `ES` | Exercise Settlement | `exercise_settlement.rs` |
//!
//! `holder` is the side a commitment belongs to (the letter of the label), `other` the opposite one.
//! Verbs: `build_*` makes an unsigned transaction, `sign_*` a signature, `verify_*` a proof that a
//! signature is good, `complete_*` puts the witness in.
//!
//! Everything here is a pure function of its arguments: no input or output, no clock, no randomness.
//! Signatures are RFC 6979 without grinding, so equal arguments give equal bytes.
//! HTLCs (§4) are not here yet.

mod amounts;
mod breach_remedy;
mod child;
mod commitment;
mod delivery;
mod error;
mod exercise_settlement;
mod fee;
mod funding;
mod keys;
mod params;
mod revocable_delivery;
mod scripts;
mod sighash;
mod signature;
mod spend_funding;
mod unenforceable;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod testing;

pub use breach_remedy::{build_breach_remedy, complete_breach_remedy};
pub use child::{Child, UnsignedChild};
pub use commitment::number::parse_commitment_numbers;
pub use commitment::sign::{
    CountersignedCommitment, complete_commitment, sign_commitment, verify_commitment,
};
pub use commitment::{Commitment, CommitmentSpec, PlainOutput, RsmcOutput, build_commitment};
pub use delivery::{build_delivery, complete_delivery};
pub use error::{BuildError, ChildError};
pub use exercise_settlement::{
    CountersignedSettlement, Settlement, build_settlement, complete_settlement, sign_settlement,
    verify_settlement,
};
pub use fee::{
    InputShape, UnconfirmedParent, fee_for, fee_for_package, funding_shared_weight,
    transaction_weight,
};
pub use funding::{
    FUNDING_VOUT, FundingContribution, FundingInput, build_funding, is_segwit, verify_funding_input,
};
pub use keys::branch::{ChannelKeys, MAX_CHANNEL_INDEX, Seed, identity_secret, wallet_secret};
pub use keys::disclosed::{Disclosed, DisclosureError};
pub use keys::extended::ExtendedSecret;
pub use keys::own_chain::{Disclosure, MAX_COMMITMENTS, OwnChain};
pub use keys::roles::{
    DeliveryPubkey, DeliverySecret, FundingPubkey, FundingSecret, IdentityPubkey, IdentitySecret,
    RsmcPubkey, RsmcSecret, WalletPubkey, WalletSecret,
};
pub use keys::{KeyError, secp};
pub use params::{Balances, ChannelParams, DUST_LIMIT, Delay, LabelledTx, ZeroDelay};
pub use revocable_delivery::{
    PresignedRevocableDelivery, build_revocable_delivery, complete_revocable_delivery,
    presign_revocable_delivery, verify_revocable_delivery,
};
pub use scripts::{
    funding_output, output_script, script_anchor, script_delivery, script_funding, script_rsmc,
};
pub use sighash::{
    DigestRules, HashType, Preimage, SpentInput, digest, digest_bip143, digest_noinput, preimage,
};
pub use signature::{
    InputSignature, SignatureError, VerifiedSignature, sign_input, sign_legacy, verify_input,
};
pub use unenforceable::{build_blamed_commitment, build_shared_commitment, parse_unenforceable};
