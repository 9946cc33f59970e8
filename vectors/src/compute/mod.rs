//! From the inputs of a vector to its values: what this project's own code makes of them.

mod arithmetic;
mod channel;
mod channel_life;
mod children;
mod commitment;
mod digest;
mod disclosure;
mod dust;
mod fees;
mod funding;
mod htlc_life;
mod invalid;
mod keys;
mod nonce;
mod number;
mod scripts;
mod settlement;
mod signatures;
mod spend;

use bitcoin::Transaction;
use leyden_tx::{BuildError, ChildError, KeyError, SignatureError};

use crate::model::Verdict;
use crate::model::inputs::Inputs;
use crate::trace::{RepeatedName, Trace, Traced};

pub(crate) use channel::coin_script;
pub(crate) use channel_life::states;
pub(crate) use children::child_of;
pub(crate) use disclosure::level;
pub(crate) use spend::{Rules, Spend};

/// Why the values of a vector cannot be computed.
#[derive(Debug, thiserror::Error)]
pub enum ComputeError {
    /// A key cannot be derived or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A transaction cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A child of a commitment cannot be made.
    #[error(transparent)]
    Child(#[from] ChildError),
    /// A signature cannot be made.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Two values have the same name.
    #[error(transparent)]
    Repeated(#[from] RepeatedName),
    /// The inputs contradict themselves.
    #[error("{0}")]
    Inputs(&'static str),
    /// The finished transaction does not hold the signature that its digest and key give.
    #[error("{label}: input {index} is not signed by side {side} as its digest says")]
    NotSigned {
        /// The transaction.
        label: String,
        /// Its input.
        index: usize,
        /// Whose signature is not there.
        side: char,
    },
}

/// The values, and the transactions that a bitcoind can be asked for.
pub(crate) struct Computed {
    pub(crate) traced: Traced,
    /// In the order in which they would be broadcast.
    pub(crate) transactions: Vec<Transaction>,
}

/// Computes a vector. `verdict` is what bitcoinds said of it, for those whose values say it.
pub(crate) fn compute(
    inputs: &Inputs,
    verdict: Option<&Verdict>,
) -> Result<Computed, ComputeError> {
    let mut trace = Trace::new();
    let transactions = show(&mut trace, inputs, verdict)?;
    Ok(Computed {
        traced: trace.finish()?,
        transactions,
    })
}

fn show(
    trace: &mut Trace,
    inputs: &Inputs,
    verdict: Option<&Verdict>,
) -> Result<Vec<Transaction>, ComputeError> {
    let none = |()| Vec::new();
    match inputs {
        Inputs::Keys(inputs) => keys::show(trace, inputs).map(none),
        Inputs::Disclosure(inputs) => disclosure::show(trace, inputs).map(none),
        Inputs::Scripts(inputs) => scripts::show(trace, inputs).map(none),
        Inputs::Signatures(inputs) => signatures::show(trace, inputs).map(none),
        Inputs::Digest(inputs) => digest::show(trace, inputs).map(none),
        Inputs::CommitmentNumber(inputs) => number::show(trace, inputs).map(none),
        Inputs::Funding(inputs) => {
            let tx = funding::show(trace, &inputs.channel, &inputs.contributions)?;
            Ok(vec![tx])
        }
        Inputs::Spending(inputs) => Ok(vec![children::show_any(trace, inputs)?.finished]),
        Inputs::Settlement(inputs) => Ok(vec![settlement::show(trace, inputs)?]),
        Inputs::HtlcLife(inputs) => htlc_life::show(trace, inputs).map(none),
        Inputs::Fees(inputs) => fees::show(trace, inputs),
        Inputs::Dust(inputs) => dust::show(trace, inputs).map(none),
        Inputs::Route(inputs) => arithmetic::show_route(trace, inputs).map(none),
        Inputs::ChannelLife(inputs) => channel_life::show(trace, inputs),
        Inputs::Sums(inputs) => arithmetic::show_sum(trace, inputs).map(none),
        Inputs::Invalid(inputs) => Ok(invalid::show(trace, inputs, verdict)?.into_iter().collect()),
    }
}
