//! Refusals, in bitcoind's own words.

use bitcoin::Txid;
use thiserror::Error;

use crate::rpc::RpcError;

/// A transaction or block that bitcoind refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("bitcoind refused it: {reason}")]
pub struct Reject {
    /// bitcoind's reject string, exactly: the message of `sendrawtransaction`, the result of `submitblock`, the `error` or
    /// `package_msg` of `submitpackage`, the `reject-reason` of `testmempoolaccept`.
    pub reason: String,
    /// The RPC error code, where the refusal came as an RPC error (-25, -26, -27).
    pub code: Option<i32>,
    /// The transaction refused, where bitcoind names it.
    pub txid: Option<Txid>,
}

impl Reject {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            code: None,
            txid: None,
        }
    }
}

/// Why a submitted block, transaction or package did not get in.
#[derive(Debug, Error)]
pub enum SubmitError {
    /// bitcoind looked at it and refused.
    #[error(transparent)]
    Rejected(#[from] Reject),
    /// bitcoind was not reached or did not understand.
    #[error(transparent)]
    Rpc(RpcError),
}

/// `RPC_VERIFY_ERROR`, `RPC_VERIFY_REJECTED` and `RPC_VERIFY_ALREADY_IN_UTXO_SET` of Core's `rpc/protocol.h`.
const REFUSALS: [i32; 3] = [-25, -26, -27];

impl SubmitError {
    /// bitcoind's refusal, if that is what it was.
    #[must_use]
    pub fn reject(&self) -> Option<&Reject> {
        match self {
            Self::Rejected(reject) => Some(reject),
            Self::Rpc(_) => None,
        }
    }

    /// Sorts an RPC error into refusals and failures.
    pub(crate) fn from_rpc(error: RpcError, txid: Option<Txid>) -> Self {
        if let RpcError::Server { code, message, .. } = &error
            && REFUSALS.contains(code)
        {
            return Self::Rejected(Reject {
                reason: message.clone(),
                code: Some(*code),
                txid,
            });
        }
        Self::Rpc(error)
    }
}
