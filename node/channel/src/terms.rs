//! What both sides know once their keys are exchanged.

use std::collections::BTreeMap;

use bitcoin::secp256k1::PublicKey;
use leyden_labels::{PerSide, Side};
use leyden_tx::{ChannelKeys, ChannelParams, CommitmentSpec};

use crate::config::Config;
use crate::fault::{Bug, Fault, Incompatible, Invalid, Misuse};
use crate::htlc::{HtlcLimits, Ledger};
use crate::message::{ChannelKeysAnnounced, CommitmentKeys};

/// The parameters, and the other side's keys for each commitment that it has not revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) local: Side,
    pub(crate) params: ChannelParams,
    /// What each side takes.
    pub(crate) limits: PerSide<HtlcLimits>,
    theirs: BTreeMap<u64, CommitmentKeys>,
}

impl Terms {
    /// Checks the other side's keys against this side's and among themselves, and its limits.
    pub(crate) fn agree(
        config: &Config,
        ours: &ChannelKeysAnnounced,
        theirs: &ChannelKeysAnnounced,
        limits: HtlcLimits,
    ) -> Result<Self, Fault> {
        if !config.limits.fits(&limits, config.dust_limit) {
            return Err(Incompatible::HtlcLimits {
                ours: config.limits,
                theirs: limits,
            }
            .into());
        }
        let own = raw_keys(ours);
        let announced = raw_keys(theirs);
        let reused = announced.iter().enumerate().any(|(index, key)| {
            own.contains(key) || announced.iter().take(index).any(|earlier| earlier == key)
        });
        if reused {
            return Err(Invalid::KeyReused.into());
        }
        let params = ChannelParams {
            dialect: config.dialect,
            delay: config.delay,
            dust_limit: config.dust_limit,
            capacity: config.capacity().map_err(Misuse::Config)?,
            funding: PerSide::from_holder(config.side, ours.funding, theirs.funding),
            delivery: PerSide::from_holder(config.side, ours.delivery, theirs.delivery),
        };
        Ok(Self {
            local: config.side,
            params,
            limits: PerSide::from_holder(config.side, config.limits, limits),
            theirs: BTreeMap::from([(0, theirs.first), (1, theirs.second)]),
        })
    }

    /// The other side's keys for commitment `number`, while it is not revoked.
    pub(crate) fn their_keys(&self, number: u64) -> Result<CommitmentKeys, Fault> {
        self.theirs
            .get(&number)
            .copied()
            .ok_or_else(|| Bug::NoKeys { number }.into())
    }

    /// Takes the other side's keys for a further commitment.
    ///
    /// A key that is announced can be compared only with those in use: that it belongs to the other
    /// side's chain is checked when its commitment is revoked.
    pub(crate) fn learn(&mut self, number: u64, keys: CommitmentKeys) -> Result<(), Invalid> {
        let CommitmentKeys { own, counter } = keys;
        let fixed = [&self.params.funding.a, &self.params.funding.b].map(|key| *key.key());
        let paid = [&self.params.delivery.a, &self.params.delivery.b].map(|key| *key.key());
        let in_use = self
            .theirs
            .values()
            .flat_map(|known| [*known.own.key(), *known.counter.key()])
            .chain(fixed)
            .chain(paid);
        let reused = in_use
            .into_iter()
            .any(|known| known == *own.key() || known == *counter.key());
        if reused || own == counter {
            return Err(Invalid::KeyReused);
        }
        self.theirs.insert(number, keys);
        Ok(())
    }

    /// Forgets the keys of a revoked commitment.
    pub(crate) fn forget(&mut self, number: u64) {
        self.theirs.remove(&number);
    }

    /// Commitment `number` of `holder` with this contents.
    pub(crate) fn spec(
        &self,
        keys: &mut ChannelKeys,
        holder: Side,
        number: u64,
        ledger: &Ledger,
    ) -> Result<CommitmentSpec, Fault> {
        let theirs = self.their_keys(number)?;
        let (ours, theirs) = if holder == self.local {
            (keys.own_rsmc(number)?.public(), theirs.counter)
        } else {
            (keys.counter_rsmc(number)?.public(), theirs.own)
        };
        Ok(CommitmentSpec {
            number,
            holder,
            balances: ledger.balances,
            rsmc: PerSide::from_holder(self.local, ours, theirs),
            htlcs: ledger.htlcs.values().cloned().collect(),
        })
    }
}

fn raw_keys(keys: &ChannelKeysAnnounced) -> [PublicKey; 6] {
    let ChannelKeysAnnounced {
        funding,
        delivery,
        first,
        second,
    } = keys;
    [
        *funding.key(),
        *delivery.key(),
        *first.own.key(),
        *first.counter.key(),
        *second.own.key(),
        *second.counter.key(),
    ]
}
