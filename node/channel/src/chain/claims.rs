//! What this side may put on chain, given what is confirmed.

use bitcoin::Transaction;
use leyden_labels::Label;
use leyden_tx::{
    ChannelKeys, Child, Commitment, CommitmentSpec, UnconfirmedParent, build_breach_remedy,
    build_delivery, complete_breach_remedy, complete_delivery, script_delivery,
};

use super::recognise::{Found, Spend, own_held, recognise};
use super::view::{Seen, View};
use crate::config::{Config, Reacts};
use crate::event::Standing;
use crate::fault::Fault;
use crate::live::Live;
use crate::output::{Claim, ClaimTransaction, FeeNeed};

/// A claim, and the first height at which a block can have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) from: u32,
    pub(crate) claim: Claim,
}

/// How this side closes the channel, if it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Closing {
    /// The own commitment that was broadcast.
    pub(crate) chosen: Option<u64>,
    /// `ES`, complete.
    pub(crate) settlement: Option<Transaction>,
}

pub(super) struct Claims<'a> {
    pub(super) config: &'a Config,
    pub(super) live: &'a Live,
    pub(super) view: &'a View,
    pub(super) keys: &'a mut ChannelKeys,
    /// Whether an HTLC waits for an R that this side does not know.
    pub(super) waits: bool,
    due: Vec<Due>,
}

/// All claims, also those whose delay is not over, and whether an HTLC waits for an R that is not known.
pub(crate) fn due_claims(
    config: &Config,
    keys: &mut ChannelKeys,
    view: &View,
    live: &Live,
    closing: &Closing,
) -> Result<(Vec<Due>, bool), Fault> {
    let mut claims = Claims {
        config,
        live,
        view,
        keys,
        waits: false,
        due: Vec::new(),
    };
    if view.funding().is_none() {
        claims.funding();
    } else if !view.is_first_funding_spent() {
        claims.unspent(closing)?;
    }
    for seen in view.spends() {
        claims.spent(seen)?;
    }
    Ok((claims.due, claims.waits))
}

/// Whether F is spent, and this side has nothing left to claim.
pub(crate) fn resolved(view: &View, due: &[Due], waits: bool) -> bool {
    view.is_first_funding_spent() && due.is_empty() && !waits
}

impl Claims<'_> {
    /// F is not in the chain, or no longer.
    fn funding(&mut self) {
        if let Some(tx) = self.live.funding.last() {
            self.whole(Label::FUNDING, tx.clone(), FeeNeed::Paid);
        }
    }

    /// F's output is there for the taking.
    fn unspent(&mut self, closing: &Closing) -> Result<(), Fault> {
        match (
            closing
                .chosen
                .and_then(|number| own_held(self.live, number)),
            &closing.settlement,
        ) {
            (Some(held), _) => {
                let params = &self.live.terms.params;
                let funding = self.live.funding_outpoint(self.view);
                let signed = held.complete(params, self.keys, funding)?;
                let parent = held.commitment(params, funding)?.unconfirmed_parent()?;
                let deadline = self.htlcs_end();
                self.whole(signed.label, signed.tx, FeeNeed::Bump { parent });
                if let Some(last) = self.due.last_mut() {
                    last.claim.deadline = deadline;
                }
            }
            (None, Some(tx)) => self.whole(Label::SETTLEMENT, tx.clone(), FeeNeed::Paid),
            (None, None) => {}
        }
        match self.config.reacts {
            Reacts::Mempool => self.unconfirmed(),
            Reacts::Blocks => Ok(()),
        }
    }

    /// Their commitment is on its way: one child may go with it, so it is the one that has a rival.
    fn unconfirmed(&mut self) -> Result<(), Fault> {
        for tx in self.view.pending() {
            let Spend::Commitment(found) = recognise(self.live, self.keys, tx)? else {
                continue;
            };
            let parent = found.commitment.unconfirmed_parent()?;
            let child = match self.breach_remedy(&found)? {
                Some(child) => Some(child),
                None => self.delivery(&found)?,
            };
            if let Some(child) = child {
                self.child(0, child, Some(parent));
            }
        }
        Ok(())
    }

    /// A spend of F is in the chain.
    fn spent(&mut self, seen: &Seen) -> Result<(), Fault> {
        let Spend::Commitment(found) = recognise(self.live, self.keys, &seen.tx)? else {
            return Ok(());
        };
        let delay = u32::from(self.live.terms.params.delay.blocks());
        let mature = seen.height.saturating_add(delay);
        let children = [
            (mature, self.revocable_delivery(&found)?),
            (0, self.breach_remedy(&found)?),
            (0, self.delivery(&found)?),
        ];
        for (from, child) in children {
            let open = child.filter(|child| !self.view.is_spent(child.parent()));
            if let Some(child) = open {
                self.child(from, child, None);
            }
        }
        self.htlcs(&found)
    }

    /// `RD`, if the commitment is an own one that is held.
    fn revocable_delivery(&mut self, found: &Found) -> Result<Option<Child>, Fault> {
        match found.standing {
            Standing::Own | Standing::OwnRevoked => {}
            Standing::Current | Standing::Revoked | Standing::Future => return Ok(None),
        }
        match own_held(self.live, found.commitment.label.number()) {
            Some(held) => {
                held.revocable_delivery(&self.live.terms.params, self.keys, &found.commitment)
            }
            None => Ok(None),
        }
    }

    /// `BR`, if the commitment is one that the other side revoked.
    fn breach_remedy(&mut self, found: &Found) -> Result<Option<Child>, Fault> {
        let Found {
            standing: Standing::Revoked,
            commitment,
            spec: Some(spec),
        } = found
        else {
            return Ok(None);
        };
        if commitment.rsmc.is_none() {
            return Ok(None);
        }
        self.punish(commitment, spec)
    }

    fn punish(
        &mut self,
        commitment: &Commitment,
        spec: &CommitmentSpec,
    ) -> Result<Option<Child>, Fault> {
        let Some(disclosed) = self.live.disclosed.secret(spec.number) else {
            return Ok(None);
        };
        let params = &self.live.terms.params;
        let counter = self.keys.counter_rsmc(spec.number)?;
        let unsigned = build_breach_remedy(params, spec, commitment)?;
        let child = complete_breach_remedy(params, spec, &unsigned, &counter, &disclosed)?;
        Ok(Some(child))
    }

    /// `D`, if the commitment is the other side's: valid or not, it pays this side outright.
    fn delivery(&mut self, found: &Found) -> Result<Option<Child>, Fault> {
        match found.standing {
            Standing::Current | Standing::Revoked | Standing::Future => {}
            Standing::Own | Standing::OwnRevoked => return Ok(None),
        }
        if found.commitment.delivery.is_none() {
            return Ok(None);
        }
        let params = &self.live.terms.params;
        let destination = self
            .config
            .destination
            .clone()
            .unwrap_or_else(|| script_delivery(params.delivery.get(self.config.side)));
        let unsigned = build_delivery(params, &found.commitment, destination)?;
        Ok(Some(complete_delivery(
            params,
            &unsigned,
            self.keys.delivery(),
        )?))
    }

    fn whole(&mut self, label: Label, tx: Transaction, fee: FeeNeed) {
        self.due.push(Due {
            from: 0,
            claim: Claim {
                label,
                transaction: ClaimTransaction::Whole(tx),
                fee,
                deadline: None,
            },
        });
    }

    fn child(&mut self, from: u32, child: Child, parent: Option<UnconfirmedParent>) {
        self.due.push(Due {
            from,
            claim: Claim {
                label: child.label,
                transaction: ClaimTransaction::Child(child),
                fee: FeeNeed::Attach { parent },
                deadline: None,
            },
        });
    }

    /// A child that has a rival from some height on.
    pub(super) fn race(&mut self, from: u32, child: Child, deadline: Option<u32>) {
        self.due.push(Due {
            from,
            claim: Claim {
                label: child.label,
                transaction: ClaimTransaction::Child(child),
                fee: FeeNeed::Attach { parent: None },
                deadline,
            },
        });
    }
}
