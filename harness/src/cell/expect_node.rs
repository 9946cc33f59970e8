//! Expectations of what bitcoind does: fees, tips, maturity.

use bitcoin::{FeeRate, Transaction};
use leyden_scenario::{OutputRef, TxName};

use super::expect::differs;
use super::failure::StepError;
use super::world::{TIP_BOUND, World};

impl World<'_> {
    pub(super) fn expect_fee(
        &self,
        tx: &TxName,
        at_least: Option<leyden_scenario::FeeRate>,
        at_most: Option<leyden_scenario::FeeRate>,
    ) -> Result<(), StepError> {
        let name = self.names.of(tx);
        let seen: Option<&Transaction> = self.names.seen(&name);
        let seen =
            seen.ok_or_else(|| differs(format!("{name} on the network"), "it was not seen"))?;
        let fee = self.names.fee(seen);
        let fee = fee
            .ok_or_else(|| differs(format!("the fee of {name}"), "an input that nothing shows"))?;
        let found = fee
            .to_sat()
            .saturating_mul(1_000)
            .checked_div(seen.weight().to_wu());
        let found = FeeRate::from_sat_per_kwu(found.unwrap_or(0));
        let rate = |rate: leyden_scenario::FeeRate| FeeRate::from_sat_per_kwu(rate.sat_per_kwu());
        let low = at_least.map(rate).is_some_and(|least| found < least);
        let high = at_most.map(rate).is_some_and(|most| found > most);
        if low || high {
            let shown = |rate: FeeRate| format!("{} sat/kwu", rate.to_sat_per_kwu());
            let least = at_least.map_or_else(|| "0".to_owned(), |least| shown(rate(least)));
            let most = at_most.map_or_else(|| "any".to_owned(), |most| shown(rate(most)));
            return Err(differs(
                format!("{name} to pay {least} to {most}"),
                shown(found),
            ));
        }
        Ok(())
    }

    pub(super) fn expect_maturity(&self, output: &OutputRef, wanted: u32) -> Result<(), StepError> {
        let (outpoint, _) = self.outpoint(output)?;
        let height = self.chain.find(outpoint.txid);
        let height =
            height.ok_or_else(|| differs(format!("{output} confirmed"), "it is not in a block"))?;
        let uncongested = |height: u32| -> Result<u64, StepError> {
            let hash = self.chain.hash(height);
            let hash =
                hash.ok_or_else(|| StepError::new("chain", format!("there is no block {height}")))?;
            let info = self.main.block_info(hash)?;
            let shown = info
                .get("uncongestedheight")
                .and_then(serde_json::Value::as_u64);
            shown.ok_or_else(|| {
                StepError::new(
                    "no-timestop",
                    "this bitcoind does not show uncongested heights",
                )
            })
        };
        // The block of the output is its first confirmation, as the paper counts (§3.3.1).
        let since = uncongested(self.chain.height())?.saturating_sub(uncongested(height)?);
        let found = since.saturating_add(1);
        (found == u64::from(wanted)).then_some(()).ok_or_else(|| {
            differs(
                format!("{wanted} uncongested confirmations of {output}"),
                found,
            )
        })
    }

    pub(super) fn expect_same_tip(&self) -> Result<(), StepError> {
        let follower = self.follower.as_ref();
        let follower = follower
            .ok_or_else(|| StepError::new("no-such-node", "no bitcoind follows in this cell"))?;
        Ok(follower.wait_same_tip(&self.main, TIP_BOUND)?)
    }
}
