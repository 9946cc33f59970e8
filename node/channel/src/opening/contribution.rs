//! Checking one side's coins for F.

use std::collections::BTreeSet;

use bitcoin::Amount;
use leyden_labels::{Dialect, Side};
use leyden_tx::{FundingContribution, FundingInput, is_segwit};

use crate::config::Config;
use crate::fault::ContributionError;

/// Coins that one side may bring. Two sides' P2PKH inputs are then 75,000 vB of the 100,000 that nodes relay.
pub(super) const MAX_INPUTS: usize = 250;

/// Checks `side`'s coins, as far as the message shows them.
///
/// Whether they are what it says is for the chain to say: F is not valid otherwise. In `noinput`
/// nothing more is needed. In `csv` it is: a coin that is called segwit and is not can be signed with
/// another scriptSig, and F then confirms with a txid that no commitment spends. So the driver
/// must look the other side's coins up before it hands `funding-inputs` over.
pub(super) fn check_contribution(
    config: &Config,
    side: Side,
    contribution: &FundingContribution,
) -> Result<(), ContributionError> {
    let FundingContribution { inputs, change } = contribution;
    if inputs.len() > MAX_INPUTS {
        return Err(ContributionError::TooManyInputs { most: MAX_INPUTS });
    }
    let mut seen = BTreeSet::new();
    for input in inputs {
        check_input(config, input)?;
        if !seen.insert(input.outpoint) {
            return Err(ContributionError::DuplicateInput {
                outpoint: input.outpoint,
            });
        }
    }
    // Both limits: the node's for this script, and the one that F is built with.
    if change.as_ref().is_some_and(|change| {
        change.value
            < change
                .script_pubkey
                .minimal_non_dust()
                .max(config.dust_limit)
    }) {
        return Err(ContributionError::ChangeDust);
    }
    check_amount(*config.contribution.get(side), contribution)
}

fn check_input(config: &Config, input: &FundingInput) -> Result<(), ContributionError> {
    let FundingInput {
        outpoint,
        value: _,
        script_pubkey,
    } = input;
    let outpoint = *outpoint;
    if !script_pubkey.is_p2wpkh() && !script_pubkey.is_p2pkh() {
        return Err(ContributionError::FundingScript { outpoint });
    }
    match config.dialect {
        Dialect::Csv if !config.allow_malleable_funding && !is_segwit(input) => {
            Err(ContributionError::MalleableFunding { outpoint })
        }
        Dialect::Csv | Dialect::Noinput => Ok(()),
    }
}

/// The inputs must cover the balance and the change; what is over is the fee.
fn check_amount(
    balance: Amount,
    contribution: &FundingContribution,
) -> Result<(), ContributionError> {
    let change = contribution
        .change
        .as_ref()
        .map_or(Amount::ZERO, |change| change.value);
    let needed = sum([balance, change]);
    let given = sum(contribution.inputs.iter().map(|input| input.value));
    match (needed, given) {
        (Some(needed), Some(given)) if given >= needed => Ok(()),
        (needed, given) => Err(ContributionError::Amount {
            needed: needed.unwrap_or(Amount::MAX),
            given: given.unwrap_or(Amount::MAX),
        }),
    }
}

/// `None` above all bitcoin.
fn sum(amounts: impl IntoIterator<Item = Amount>) -> Option<Amount> {
    amounts
        .into_iter()
        .try_fold(Amount::ZERO, Amount::checked_add)
        .filter(|sum| *sum <= Amount::MAX_MONEY)
}

/// Checks that the two sides do not bring the same coin, nor more than all bitcoin together.
pub(super) fn check_together(
    one: &FundingContribution,
    other: &FundingContribution,
) -> Result<(), ContributionError> {
    let coins: BTreeSet<_> = one.inputs.iter().map(|input| input.outpoint).collect();
    match other
        .inputs
        .iter()
        .find(|input| coins.contains(&input.outpoint))
    {
        Some(input) => Err(ContributionError::DuplicateInput {
            outpoint: input.outpoint,
        }),
        None => check_sum(one, other),
    }
}

fn check_sum(
    one: &FundingContribution,
    other: &FundingContribution,
) -> Result<(), ContributionError> {
    let inputs = one.inputs.iter().chain(&other.inputs);
    match sum(inputs.map(|input| input.value)) {
        Some(_) => Ok(()),
        None => Err(ContributionError::Amount {
            needed: Amount::MAX_MONEY,
            given: Amount::MAX,
        }),
    }
}
