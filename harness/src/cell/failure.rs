//! Why a step failed, or a whole cell.

use leyden_bitcoind::{ChainError, MinerError, RpcError, StartError, SubmitError, WaitError};

use crate::actor::ActorFailure;

/// Why a step failed: a name that `fails:` can ask for, and what a person wants to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepError {
    /// bitcoind's reject string, an actor's fault, or one of the harness's own words.
    pub(crate) reason: String,
    pub(crate) detail: String,
}

impl StepError {
    pub(crate) fn new(reason: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            detail: detail.into(),
        }
    }

    /// Whether this is the failure that a step asks for. bitcoind adds details to some of its reject
    /// strings after a comma, such as amounts and txids: they need not be named.
    pub(super) fn is(&self, wanted: &str) -> bool {
        self.reason
            .strip_prefix(wanted)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
    }
}

impl From<ActorFailure> for StepError {
    fn from(failure: ActorFailure) -> Self {
        Self::new(failure.reason(), failure.to_string())
    }
}

impl From<RpcError> for StepError {
    fn from(error: RpcError) -> Self {
        Self::new("rpc", error.to_string())
    }
}

impl From<StartError> for StepError {
    fn from(error: StartError) -> Self {
        Self::new("start", error.to_string())
    }
}

impl From<WaitError> for StepError {
    fn from(error: WaitError) -> Self {
        Self::new("wait", error.to_string())
    }
}

impl From<SubmitError> for StepError {
    fn from(error: SubmitError) -> Self {
        match error.reject() {
            Some(reject) => Self::new(
                reject.reason.clone(),
                format!("bitcoind refused: {}", reject.reason),
            ),
            None => Self::new("rpc", error.to_string()),
        }
    }
}

impl From<MinerError> for StepError {
    fn from(error: MinerError) -> Self {
        Self::new("miner", error.to_string())
    }
}

impl From<ChainError> for StepError {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Submit(error) => error.into(),
            ChainError::Rpc(error) => error.into(),
            ChainError::Depth { .. } | ChainError::NotSwitched { .. } => {
                Self::new("chain", error.to_string())
            }
        }
    }
}

/// Why a cell failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// `file:line` of the step; of the file where no step is to blame.
    pub(crate) at: String,
    /// The step as written.
    pub(crate) step: Option<String>,
    pub(crate) reason: String,
    pub(crate) detail: String,
}
