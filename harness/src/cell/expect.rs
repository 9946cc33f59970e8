//! Steps that look and compare. Every failure says what was expected and what there is.

use bitcoin::Amount;
use leyden_scenario::{ActorName, Expect, OutputRef, Sat, TxName, TxPlace};

use super::craft_steps::spends;
use super::failure::StepError;
use super::world::World;

pub(super) fn differs(
    expected: impl std::fmt::Display,
    found: impl std::fmt::Display,
) -> StepError {
    StepError::new("expectation", format!("expected {expected}; found {found}"))
}

impl World<'_> {
    /// One look.
    pub(super) fn expect(&mut self, expect: &Expect) -> Result<(), StepError> {
        match expect {
            Expect::Tx {
                tx,
                place,
                confirmations,
                height,
            } => self.expect_tx(tx, place, *confirmations, *height),
            Expect::Balance {
                channel,
                balance,
                on,
            } => self.expect_balance(channel, balance, *on),
            Expect::State { channel, state, by } => {
                self.expect_each(channel, by.as_ref(), |actor, channel| {
                    let found = actor.says(channel).map_or_else(
                        || "no channel".to_owned(),
                        |(state, _, _)| state.to_string(),
                    );
                    (found == *state)
                        .then_some(())
                        .ok_or_else(|| differs(format!("state {state}"), found))
                })
            }
            Expect::Number {
                channel,
                number,
                by,
            } => self.expect_number(channel, *number, by.as_ref()),
            Expect::Event { event, by, channel } => self.expect_event(event, by, channel.as_ref()),
            Expect::Mempool(names) => self.expect_mempool(names),
            Expect::Unspent { output, value } => self.expect_unspent(output, *value),
            Expect::Spent { output, by } => self.expect_spent(output, by),
            Expect::Fee {
                tx,
                at_least,
                at_most,
            } => self.expect_fee(tx, *at_least, *at_most),
            Expect::SameTip => self.expect_same_tip(),
            Expect::Htlcs { channel, htlcs, by } => self.expect_htlcs(channel, htlcs, by),
            Expect::Htlc {
                channel,
                htlc,
                by,
                state,
                reason,
            } => self.expect_htlc(channel, *htlc, by, (*state, *reason)),
            Expect::Payment {
                secret,
                by,
                state,
                reason,
            } => self.expect_payment(secret, by, (*state, *reason)),
            Expect::Knows { secret, by, knows } => self.expect_knows(secret, by, *knows),
            Expect::Funds { at_least, by } => self.expect_funds(*at_least, by),
            Expect::Conserved { channel, waiting } => self.expect_conserved(channel, *waiting),
            Expect::Sent {
                message,
                count,
                channel,
                by,
            } => self.expect_sent(*message, *count, channel, by),
            Expect::Signatures { count, channel, by } => {
                self.expect_signatures(*count, channel, by)
            }
            Expect::Maturity {
                output,
                uncongested,
            } => self.expect_maturity(output, *uncongested),
        }
    }

    fn in_mempool(&self, wanted: &TxName) -> Result<bool, StepError> {
        let mempool = self.main.mempool()?;
        Ok(mempool.iter().any(|entry| self.is(wanted, &entry.tx)))
    }

    /// The heights at which transactions of this name are confirmed.
    fn confirmed_at(&self, wanted: &TxName) -> Vec<u32> {
        (0..=self.chain.height())
            .filter(|height| {
                self.chain.block(*height).is_some_and(|block| {
                    let mut txs = block.txdata.iter().skip(1);
                    txs.any(|tx| self.is(wanted, tx))
                })
            })
            .collect()
    }

    fn expect_tx(
        &self,
        tx: &TxName,
        place: &TxPlace,
        confirmations: Option<u32>,
        height: Option<u32>,
    ) -> Result<(), StepError> {
        let name = self.names.of(tx);
        let in_mempool = self.in_mempool(tx)?;
        let heights = self.confirmed_at(tx);
        let held: Vec<&ActorName> = self
            .actors
            .keys()
            .filter(|actor| self.holdings(actor).iter().any(|(held, _)| *held == name))
            .collect();
        let found = || {
            let mut places = Vec::new();
            places.extend(in_mempool.then(|| "in the mempool".to_owned()));
            places.extend(heights.iter().map(|height| format!("in block {height}")));
            places.extend(held.iter().map(|actor| format!("held by {actor}")));
            if places.is_empty() {
                "it nowhere".to_owned()
            } else {
                format!("it {}", places.join(", "))
            }
        };
        let holds = match place {
            TxPlace::Mempool => in_mempool,
            TxPlace::Chain => !heights.is_empty(),
            TxPlace::Nowhere => !in_mempool && heights.is_empty(),
            TxPlace::Held(actor) => held.contains(&actor),
        };
        if !holds {
            let wanted = match place {
                TxPlace::Mempool => "in the mempool".to_owned(),
                TxPlace::Chain => "in a block".to_owned(),
                TxPlace::Nowhere => "neither in the mempool nor in a block".to_owned(),
                TxPlace::Held(actor) => format!("held by {actor}"),
            };
            return Err(differs(format!("{name} {wanted}"), found()));
        }
        let deep = |height: &u32| {
            self.chain
                .height()
                .saturating_sub(*height)
                .saturating_add(1)
        };
        if let Some(wanted) = confirmations
            && !heights.iter().any(|height| deep(height) == wanted)
        {
            let counts: Vec<String> = heights
                .iter()
                .map(|height| deep(height).to_string())
                .collect();
            return Err(differs(
                format!("{name} with {wanted} confirmations"),
                counts.join(", "),
            ));
        }
        match height {
            Some(wanted) if !heights.contains(&wanted) => {
                Err(differs(format!("{name} in block {wanted}"), found()))
            }
            _ => Ok(()),
        }
    }

    fn expect_mempool(&self, wanted: &[TxName]) -> Result<(), StepError> {
        let mempool = self.main.mempool()?;
        let all_there = wanted
            .iter()
            .all(|name| mempool.iter().any(|entry| self.is(name, &entry.tx)));
        let no_more = mempool
            .iter()
            .all(|entry| wanted.iter().any(|name| self.is(name, &entry.tx)));
        if all_there && no_more {
            return Ok(());
        }
        let mut wanted: Vec<String> = wanted.iter().map(|name| self.names.of(name)).collect();
        let mut found: Vec<String> = mempool
            .iter()
            .map(|entry| {
                self.name_for(&entry.tx)
                    .unwrap_or_else(|| entry.txid.to_string())
            })
            .collect();
        wanted.sort();
        found.sort();
        Err(differs(
            format!("the mempool to hold exactly [{}]", wanted.join(", ")),
            format!("[{}]", found.join(", ")),
        ))
    }

    fn expect_unspent(&self, output: &OutputRef, value: Option<Sat>) -> Result<(), StepError> {
        let (outpoint, _) = self.outpoint(output)?;
        let Some(found) = self.main.utxo(&outpoint, false)? else {
            return Err(differs(
                format!("{output} confirmed and unspent"),
                "it is not in the set of unspent outputs",
            ));
        };
        match value.map(|value| Amount::from_sat(value.sat())) {
            Some(wanted) if wanted != found.value => {
                Err(differs(format!("{output} to be {wanted}"), found.value))
            }
            _ => Ok(()),
        }
    }

    fn expect_spent(&self, output: &OutputRef, by: &TxName) -> Result<(), StepError> {
        let (outpoint, _) = self.outpoint(output)?;
        let spender = self.find(|tx| spends(tx, outpoint))?;
        if spender.as_ref().is_some_and(|tx| self.is(by, tx)) {
            return Ok(());
        }
        let found = spender.map(|tx| {
            self.name_for(&tx)
                .unwrap_or_else(|| tx.compute_txid().to_string())
        });
        let found = found.unwrap_or_else(|| "no spender".to_owned());
        Err(differs(
            format!("{output} spent by {}", self.names.of(by)),
            found,
        ))
    }
}
