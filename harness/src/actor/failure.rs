//! Why an actor could not do what it was told.

use leyden_bitcoind::SubmitError;
use leyden_channel::Fault;
use leyden_wallet::WalletError;
use thiserror::Error;

/// Why an actor could not do what it was told. [`ActorFailure::reason`] is what a step's `fails:` names.
#[derive(Debug, Error)]
pub(crate) enum ActorFailure {
    /// The channel refused.
    #[error("{actor}: {fault}")]
    Fault { actor: String, fault: Box<Fault> },
    /// The wallet could not pay.
    #[error("{actor}'s wallet: {error}")]
    Wallet {
        actor: String,
        error: Box<WalletError>,
    },
    /// bitcoind refused a transaction, or did not answer.
    #[error("{actor}: bitcoind on {label}: {error}")]
    Submit {
        actor: String,
        label: String,
        error: Box<SubmitError>,
    },
    /// Something else that the step asks for does not exist.
    #[error("{actor}: {text}")]
    Refused {
        actor: String,
        reason: &'static str,
        text: String,
    },
}

impl ActorFailure {
    /// A stable name: the channel's fault name, bitcoind's own reject string, or the wallet's error.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Fault { fault, .. } => fault.name().to_owned(),
            Self::Wallet { error, .. } => wallet_reason(error).to_owned(),
            Self::Submit { error, .. } => match error.reject() {
                Some(reject) => reject.reason.clone(),
                None => "rpc".to_owned(),
            },
            Self::Refused { reason, .. } => (*reason).to_owned(),
        }
    }
}

fn wallet_reason(error: &WalletError) -> &'static str {
    match error {
        WalletError::NoFeeCoin { .. } => "no-fee-coin",
        WalletError::NotEnough { .. } => "not-enough",
        WalletError::UnknownCoin { .. } => "unknown-coin",
        WalletError::ChildTooLarge { .. } => "child-too-large",
        WalletError::BlockOrder { .. } => "block-order",
        WalletError::Build(_) => "build",
        WalletError::Key(_) => "key",
        WalletError::Signature(_) => "signature",
    }
}
