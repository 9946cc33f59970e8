//! One side, and its driver's memory.

use bitcoin::Transaction;
use leyden_channel::{ChangeSet, Channel, Claim, Config, Event};
use leyden_tx::{FundingContribution, Seed};

use super::{Coin, label};

/// One side with its driver.
#[derive(Clone)]
pub struct Party {
    pub config: Config,
    pub seed: Seed,
    pub channel: Channel,
    pub log: Vec<ChangeSet>,
    pub events: Vec<Event>,
    pub broadcasts: Vec<Claim>,
    pub coins: Vec<Coin>,
}

impl Party {
    pub fn contribution(&self, coins: &[usize]) -> FundingContribution {
        FundingContribution {
            inputs: coins
                .iter()
                .map(|index| self.coins[*index].input.clone())
                .collect(),
            change: None,
        }
    }

    pub fn broadcast(&self, name: &str) -> Transaction {
        let claim = self
            .broadcasts
            .iter()
            .rev()
            .find(|claim| claim.label == label(name));
        claim
            .unwrap_or_else(|| panic!("{name} was not broadcast"))
            .tx()
            .clone()
    }

    pub fn claims(&self) -> Vec<String> {
        self.channel
            .claims()
            .iter()
            .map(|claim| claim.label.to_string())
            .collect()
    }
}
