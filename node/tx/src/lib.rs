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
//! | `HED{k}x` | HTLC Execution Delivery | `htlc/execution_delivery.rs` |
//! | `HT{k}x` | HTLC Timeout | `htlc/timeout.rs` |
//! | `HTRD{k}x` | HTLC Timeout Revocable Delivery | `htlc/timeout_revocable_delivery.rs` |
//! | `HTBR{k}x` | HTLC Timeout Breach Remedy | `htlc/timeout_breach_remedy.rs` |
//! | `HTD{k}x` | HTLC Timeout Delivery | `htlc/timeout_delivery.rs` |
//! | `HE{k}x` | HTLC Execution | `htlc/execution.rs` |
//! | `HERD{k}x` | HTLC Execution Revocable Delivery | `htlc/execution_revocable_delivery.rs` |
//! | `HEBR{k}x` | HTLC Execution Breach Remedy | `htlc/execution_breach_remedy.rs` |
//! | `HBR{k}x` | an ended HTLC of a revoked commitment | `htlc/breach_remedy.rs` |
//!
//! `holder` is the side a commitment belongs to (the letter of the label), `other` the opposite one.
//! Verbs: `build_*` makes an unsigned transaction, `sign_*` a signature, `verify_*` a proof that a
//! signature is good, `complete_*` puts the witness in.
//!
//! Everything here is a pure function of its arguments: no input or output, no clock, no randomness.
//! Signatures are RFC 6979 without grinding, so equal arguments give equal bytes.

mod amounts;
mod breach_remedy;
mod child;
mod commitment;
mod delivery;
mod error;
mod exercise_settlement;
mod fee;
mod funding;
mod htlc;
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
pub use commitment::{
    Commitment, CommitmentSpec, HtlcOutput, PlainOutput, RsmcOutput, build_commitment, most_htlcs,
};
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
pub use htlc::{
    Htlc, HtlcChild, HtlcRemedy, HtlcStage, PREIMAGE_LEN, PaymentHash, PaymentPreimage,
    PresignedHtlcChild, build_htlc_breach_remedy, build_htlc_execution,
    build_htlc_execution_breach_remedy, build_htlc_execution_delivery,
    build_htlc_execution_revocable_delivery, build_htlc_timeout, build_htlc_timeout_breach_remedy,
    build_htlc_timeout_delivery, build_htlc_timeout_revocable_delivery, build_plain_htlc_timeout,
    complete_htlc_child, complete_htlc_remedy, preimage_in, presign_htlc_child, script_htlc,
    script_htlc_stage, verify_htlc_child,
};
pub use keys::branch::{ChannelKeys, MAX_CHANNEL_INDEX, Seed, identity_secret, wallet_secret};
pub use keys::disclosed::{Disclosed, DisclosureError};
pub use keys::extended::ExtendedSecret;
pub use keys::htlc::{HtlcKey, HtlcPubkeys, HtlcSecrets};
pub use keys::own_chain::{Disclosure, MAX_COMMITMENTS, OwnChain};
pub use keys::roles::{
    DeliveryPubkey, DeliverySecret, FundingPubkey, FundingSecret, HtlcPubkey, HtlcSecret,
    IdentityPubkey, IdentitySecret, RsmcPubkey, RsmcSecret, WalletPubkey, WalletSecret,
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
