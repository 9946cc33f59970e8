//! What spends a commitment: D, RD, BR and the transactions of HTLCs.

use core::slice::from_ref;

use bitcoin::{OutPoint, ScriptBuf, Transaction, TxOut};
use leyden_labels::{Dialect, Kind, Label, PerSide, Side};
use leyden_tx::{
    Child, ChildError, DigestRules, HashType, Htlc, HtlcChild, HtlcKey, HtlcRemedy, HtlcSecrets,
    HtlcStage, InputShape, PaymentPreimage, UnconfirmedParent, UnsignedChild, build_breach_remedy,
    build_delivery, build_htlc_breach_remedy, build_htlc_execution,
    build_htlc_execution_breach_remedy, build_htlc_execution_delivery,
    build_htlc_execution_revocable_delivery, build_htlc_timeout, build_htlc_timeout_breach_remedy,
    build_htlc_timeout_delivery, build_htlc_timeout_revocable_delivery, build_revocable_delivery,
    complete_breach_remedy, complete_delivery, complete_htlc_child, complete_htlc_remedy,
    complete_revocable_delivery, presign_htlc_child, presign_revocable_delivery, script_htlc_stage,
    verify_htlc_child, verify_revocable_delivery,
};

use super::ComputeError;
use super::channel::Channel;
use super::commitment::Parent;
use super::spend::{Rules, Signer, Spend, show_transaction};
use crate::model::inputs::Spending;
use crate::model::{Hex, HexBytes};
use crate::trace::Trace;

const NO_SPEC: ComputeError = ComputeError::Inputs("only a revocable commitment has children");

/// A child without signatures, as this project builds it.
pub(crate) enum Unsigned {
    Delivery(UnsignedChild),
    Revocable(UnsignedChild),
    Remedy(UnsignedChild),
    Htlc(Box<HtlcChild>),
    HtlcRemedy(Box<HtlcRemedy>),
}

impl Unsigned {
    pub(crate) fn child(&self) -> &UnsignedChild {
        match self {
            Self::Delivery(child) | Self::Revocable(child) | Self::Remedy(child) => child,
            Self::Htlc(child) => child.child(),
            Self::HtlcRemedy(child) => child.child(),
        }
    }
}

/// `HT` or `HE`, where that is spent.
struct Stage {
    label: Label,
    tx: Transaction,
}

/// A child and what it stands on.
pub(crate) struct Built {
    pub(crate) label: Label,
    pub(crate) unsigned: Unsigned,
    pub(crate) spend: Spend,
    stage: Option<Stage>,
    /// Witness script of the output of `HT` or `HE`.
    pub(crate) second: Option<ScriptBuf>,
}

/// Builds the child `label` of the commitment.
pub(crate) fn build(
    parent: &Parent<'_>,
    label: Label,
    destination: Option<&HexBytes>,
) -> Result<Built, ComputeError> {
    let holder = parent.holder()?;
    if label.side() != Some(holder) {
        return Err(ComputeError::Inputs(
            "the child is of the other side's commitment",
        ));
    }
    let of_balance = matches!(
        label.kind(),
        Kind::Delivery | Kind::RevocableDelivery | Kind::BreachRemedy
    );
    if of_balance {
        build_balance(parent, label, holder, destination)
    } else {
        build_of_htlc(parent, label, holder)
    }
}

fn build_balance(
    parent: &Parent<'_>,
    label: Label,
    holder: Side,
    destination: Option<&HexBytes>,
) -> Result<Built, ComputeError> {
    let channel = parent.channel;
    let params = &channel.params;
    if label.number() != parent.number {
        return Err(ComputeError::Inputs("the child is of another commitment"));
    }
    let spec = parent.spec.as_ref().ok_or(NO_SPEC)?;
    let built = &parent.built;
    let (unsigned, signers, rules) = if label.kind() == Kind::Delivery {
        let destination = destination.ok_or(ComputeError::Inputs("D needs a destination"))?;
        let script = ScriptBuf::from_bytes(destination.0.clone());
        let unsigned = Unsigned::Delivery(build_delivery(params, built, script)?);
        let signers = vec![delivery_signer(channel, holder.other())];
        (unsigned, signers, DigestRules::Bip143)
    } else {
        let secrets = channel.rsmc_secrets(parent.number, holder)?;
        let both = Side::BOTH.map(|side| Signer {
            side,
            secret: *secrets.get(side).expose(),
            public_name: Some(format!("key.{side}.rsmc.public")),
        });
        let revocable = label.kind() == Kind::RevocableDelivery;
        let unsigned = if revocable {
            Unsigned::Revocable(build_revocable_delivery(params, spec, built)?)
        } else {
            Unsigned::Remedy(build_breach_remedy(params, spec, built)?)
        };
        let signers = if revocable && channel.dialect() == Dialect::Csv {
            vec![delivery_signer(channel, holder)]
        } else {
            both.to_vec()
        };
        (unsigned, signers, DigestRules::of(channel.dialect()))
    };
    let hash_type = if label.kind() == Kind::Delivery {
        // The output is P2WPKH in both dialects.
        HashType::SINGLE_ACP
    } else {
        HashType::for_child(channel.dialect())
    };
    let spend = spend_of(unsigned.child(), rules, hash_type, signers);
    Ok(Built {
        label,
        unsigned,
        spend,
        stage: None,
        second: None,
    })
}

fn build_of_htlc(parent: &Parent<'_>, label: Label, holder: Side) -> Result<Built, ComputeError> {
    let channel = parent.channel;
    let params = &channel.params;
    let htlc = parent.htlc(label.number())?;
    let built = &parent.built;
    let on = |sender, receiver| htlc.on(holder, sender, receiver);
    let mut stage = None;
    let mut at_stage = |kind: Kind| {
        let (made, label) = stage_of(parent, htlc, kind, holder)?;
        let outpoint = OutPoint::new(made.compute_txid(), 0);
        stage = Some(Stage { label, tx: made });
        Ok::<_, ComputeError>(HtlcStage::new(params, htlc, holder, outpoint))
    };
    let boxed = |child| Unsigned::Htlc(Box::new(child));
    let remedy = |child| Unsigned::HtlcRemedy(Box::new(child));
    let (unsigned, key) = match label.kind() {
        Kind::HtlcExecutionDelivery => (
            boxed(build_htlc_execution_delivery(params, built, htlc)?),
            HtlcKey::Two,
        ),
        Kind::HtlcTimeout => (
            boxed(build_htlc_timeout(params, built, htlc)?),
            HtlcKey::One,
        ),
        Kind::HtlcTimeoutDelivery => (
            boxed(build_htlc_timeout_delivery(params, built, htlc)?),
            HtlcKey::Five,
        ),
        Kind::HtlcExecution => (
            boxed(build_htlc_execution(params, built, htlc)?),
            HtlcKey::Six,
        ),
        Kind::HtlcTimeoutRevocableDelivery => {
            let stage = at_stage(Kind::HtlcTimeout)?;
            let child = build_htlc_timeout_revocable_delivery(params, htlc, &stage);
            (boxed(child), HtlcKey::Three)
        }
        Kind::HtlcExecutionRevocableDelivery => {
            let stage = at_stage(Kind::HtlcExecution)?;
            let child = build_htlc_execution_revocable_delivery(params, htlc, &stage);
            (boxed(child), HtlcKey::Seven)
        }
        Kind::HtlcTimeoutBreachRemedy => {
            let stage = at_stage(Kind::HtlcTimeout)?;
            let child = build_htlc_timeout_breach_remedy(params, htlc, &stage);
            (remedy(child), HtlcKey::Four)
        }
        Kind::HtlcExecutionBreachRemedy => {
            let stage = at_stage(Kind::HtlcExecution)?;
            let child = build_htlc_execution_breach_remedy(params, htlc, &stage);
            (remedy(child), HtlcKey::Eight)
        }
        Kind::HtlcBreachRemedy => (
            remedy(build_htlc_breach_remedy(params, built, htlc)?),
            on(HtlcKey::One, HtlcKey::Five),
        ),
        Kind::Funding
        | Kind::SharedCommitment
        | Kind::Commitment
        | Kind::Delivery
        | Kind::RevocableDelivery
        | Kind::BreachRemedy
        | Kind::ExerciseSettlement
        | Kind::FeeBump => return Err(ComputeError::Inputs("this is no child of an HTLC")),
    };
    let alone = channel.dialect() == Dialect::Csv && is_delayed(label.kind());
    let signers = if alone {
        vec![delivery_signer(channel, holder)]
    } else {
        htlc_signers(channel, htlc, key)?.to_vec()
    };
    let second = has_second(label.kind()).then(|| script_htlc_stage(params, htlc, holder));
    let rules = DigestRules::of(channel.dialect());
    let hash_type = HashType::for_child(channel.dialect());
    let mut spend = spend_of(unsigned.child(), rules, hash_type, signers);
    spend.shape = with_preimage(label.kind(), &spend);
    Ok(Built {
        label,
        unsigned,
        spend,
        stage,
        second,
    })
}

/// The transaction that a child of the second stage spends: its txid does not depend on R.
fn stage_of(
    parent: &Parent<'_>,
    htlc: &Htlc,
    kind: Kind,
    holder: Side,
) -> Result<(Transaction, Label), ComputeError> {
    let params = &parent.channel.params;
    let child = if kind == Kind::HtlcTimeout {
        build_htlc_timeout(params, &parent.built, htlc)?
    } else {
        build_htlc_execution(params, &parent.built, htlc)?
    };
    let label = Label::new(kind, htlc.number, holder);
    Ok((child.child().tx.clone(), label))
}

const fn is_delayed(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::HtlcTimeoutRevocableDelivery | Kind::HtlcExecutionRevocableDelivery
    )
}

const fn has_second(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::HtlcTimeout
            | Kind::HtlcExecution
            | Kind::HtlcTimeoutRevocableDelivery
            | Kind::HtlcExecutionRevocableDelivery
            | Kind::HtlcTimeoutBreachRemedy
            | Kind::HtlcExecutionBreachRemedy
    )
}

/// R of the usual length stands in the witness of `HED` and `HE`.
fn with_preimage(kind: Kind, spend: &Spend) -> InputShape {
    if matches!(kind, Kind::HtlcExecutionDelivery | Kind::HtlcExecution) {
        InputShape::preimage(spend.script_code.len(), leyden_tx::PREIMAGE_LEN)
    } else {
        spend.shape
    }
}

fn spend_of(
    child: &UnsignedChild,
    rules: DigestRules,
    hash_type: HashType,
    signers: Vec<Signer>,
) -> Spend {
    Spend {
        spent: child.spent.clone(),
        rules: Rules::Script(rules),
        script_code: child.script_code.clone(),
        hash_type,
        signers,
        shape: child.shape,
    }
}

fn delivery_signer(channel: &Channel, side: Side) -> Signer {
    Signer {
        side,
        secret: channel.delivery_secret(side),
        public_name: Some(format!("key.{side}.delivery.public")),
    }
}

fn htlc_signers(channel: &Channel, htlc: &Htlc, key: HtlcKey) -> Result<[Signer; 2], ComputeError> {
    let id = htlc.number;
    let secrets: PerSide<HtlcSecrets> = channel.htlc_secrets(id)?;
    let signer = |side: Side| {
        Ok::<_, ComputeError>(Signer {
            side,
            secret: *secrets.get(side).key(key)?.expose(),
            public_name: Some(format!("key.{side}.htlc.{id}.{}.public", key.number())),
        })
    };
    Ok([signer(Side::A)?, signer(Side::B)?])
}

/// Signs for both sides, as each would: one in advance, the other to broadcast.
pub(crate) fn complete(
    parent: &Parent<'_>,
    built: &Built,
    preimage: Option<&Hex<20>>,
) -> Result<Child, ComputeError> {
    let (channel, holder) = (parent.channel, parent.holder()?);
    let params = &channel.params;
    match &built.unsigned {
        Unsigned::Delivery(child) => Ok(channel.with_keys(holder.other(), |keys| {
            complete_delivery(params, child, keys.delivery())
        })?),
        Unsigned::Revocable(_) => complete_revocable(parent, holder),
        Unsigned::Remedy(child) => {
            let spec = parent.spec.as_ref().ok_or(NO_SPEC)?;
            let secrets = channel.rsmc_secrets(parent.number, holder)?;
            let (disclosed, counter) = (secrets.get(holder), secrets.get(holder.other()));
            Ok(complete_breach_remedy(
                params, spec, child, counter, disclosed,
            )?)
        }
        Unsigned::Htlc(child) => {
            let htlc = parent.htlc(built.label.number())?;
            let claimant = claimant(built.label.kind(), htlc, holder);
            let secrets = channel.htlc_secrets(htlc.number)?;
            let child = child.as_ref().clone();
            let first = presign_htlc_child(params, &child, secrets.get(claimant.other()))?;
            let presigned = verify_htlc_child(params, child, first.as_ref())?;
            let preimage = preimage.map(|preimage| PaymentPreimage::new(preimage.0));
            let secrets = secrets.get(claimant);
            Ok(channel.with_keys(claimant, |keys| {
                let delivery = keys.delivery();
                complete_htlc_child(params, &presigned, secrets, delivery, preimage.as_ref())
            })?)
        }
        Unsigned::HtlcRemedy(remedy) => {
            let secrets = channel.htlc_secrets(built.label.number())?;
            let disclosed = secrets.get(holder).key(remedy.disclosed_key())?;
            let own = secrets.get(holder.other());
            Ok(complete_htlc_remedy(params, remedy, own, &disclosed)?)
        }
    }
}

fn complete_revocable(parent: &Parent<'_>, holder: Side) -> Result<Child, ComputeError> {
    let channel = parent.channel;
    let params = &channel.params;
    let spec = parent.spec.as_ref().ok_or(NO_SPEC)?;
    let secrets = channel.rsmc_secrets(parent.number, holder)?;
    let counter = secrets.get(holder.other());
    let first = presign_revocable_delivery(params, spec, &parent.built, counter)?;
    let presigned = verify_revocable_delivery(params, spec, &parent.built, first.as_ref())?;
    let presigned = presigned.ok_or(ComputeError::Inputs("the balance is below dust"))?;
    let own = secrets.get(holder);
    let complete: Result<Child, ChildError> = channel.with_keys(holder, |keys| {
        complete_revocable_delivery(params, spec, &presigned, own, keys.delivery())
    });
    Ok(complete?)
}

/// Who completes it.
pub(crate) fn claimant(kind: Kind, htlc: &Htlc, holder: Side) -> Side {
    if kind == Kind::HtlcExecutionDelivery {
        htlc.receiver()
    } else if kind == Kind::HtlcTimeoutDelivery {
        htlc.sender
    } else {
        holder
    }
}

/// A commitment or a child, finished.
pub(crate) struct Shown {
    pub(crate) channel: Channel,
    pub(crate) finished: Transaction,
    pub(crate) spend: Spend,
    /// The names of its signatures.
    pub(crate) names: Vec<String>,
    /// What a child that pays for the commitment has to know.
    pub(crate) anchor: OutPoint,
    pub(crate) anchor_output: TxOut,
    pub(crate) commitment: Transaction,
    pub(crate) commitment_weight: bitcoin::Weight,
}

/// Everything about a commitment or a child of it, from its keys to its result.
pub(crate) fn show_any(trace: &mut Trace, inputs: &Spending) -> Result<Shown, ComputeError> {
    let channel = Channel::new(&inputs.channel)?;
    let (finished, spend, anchor, anchor_output, commitment, commitment_weight) = {
        let parent = Parent::new(&channel, &inputs.commitment, inputs.funding.into())?;
        let (finished, spend) = show_one(trace, inputs, &parent)?;
        let unconfirmed = parent.built.unconfirmed_parent()?;
        let vout = usize::try_from(parent.built.anchor_vout).unwrap_or(usize::MAX);
        let output = parent.built.tx.output.get(vout).cloned();
        let output = output.ok_or(ComputeError::Inputs("no anchor"))?;
        let commitment = parent.complete()?;
        (
            finished,
            spend,
            unconfirmed.anchor,
            output,
            commitment,
            unconfirmed.weight,
        )
    };
    let names = spend
        .signers
        .iter()
        .map(|signer| trace.full(&format!("input.0.{}.signature", signer.side)))
        .collect();
    Ok(Shown {
        channel,
        finished,
        spend,
        names,
        anchor,
        anchor_output,
        commitment,
        commitment_weight,
    })
}

fn show_one(
    trace: &mut Trace,
    inputs: &Spending,
    parent: &Parent<'_>,
) -> Result<(Transaction, Spend), ComputeError> {
    let label = inputs.label.to_string();
    if matches!(
        inputs.label.kind(),
        Kind::Commitment | Kind::SharedCommitment
    ) {
        if inputs.label != parent.built.label {
            return Err(ComputeError::Inputs(
                "the label is not that of the commitment",
            ));
        }
        parent.show_keys(trace)?;
        parent.show_scripts(trace);
        parent.show(trace);
        let (finished, spend) = (parent.complete()?, parent.spend());
        show_transaction(trace, &label, &finished, from_ref(&spend), &[])?;
        return Ok((finished, spend));
    }
    let built = build(parent, inputs.label, inputs.destination.as_ref())?;
    parent.show_keys(trace)?;
    parent.show_scripts(trace);
    show_second(trace, parent.channel, &built);
    parent.show(trace);
    if let Some(stage) = &built.stage {
        trace.text("parent.label", stage.label.to_string());
        trace.unsigned("parent.transaction", &stage.tx);
        trace.txid("parent.txid", stage.tx.compute_txid());
    }
    let finished = complete(parent, &built, inputs.preimage.as_ref())?.tx;
    show_transaction(trace, &label, &finished, from_ref(&built.spend), &[])?;
    Ok((finished, built.spend))
}

/// The child itself and the commitment it stands on, for a wallet that attaches its fee.
pub(crate) fn child_of(
    inputs: &Spending,
) -> Result<(Option<Child>, UnconfirmedParent), ComputeError> {
    let channel = Channel::new(&inputs.channel)?;
    let parent = Parent::new(&channel, &inputs.commitment, inputs.funding.into())?;
    let unconfirmed = parent.built.unconfirmed_parent()?;
    if inputs.label == parent.built.label {
        return Ok((None, unconfirmed));
    }
    let built = build(&parent, inputs.label, inputs.destination.as_ref())?;
    let child = complete(&parent, &built, inputs.preimage.as_ref())?;
    Ok((Some(child), unconfirmed))
}

pub(crate) fn show_second(trace: &mut Trace, channel: &Channel, built: &Built) {
    if let Some(script) = &built.second {
        channel.show_script(trace, "script.second", script);
    }
}
