//! Vectors about fee inputs of children whose commitment is confirmed.

use bitcoin::{FeeRate, TxOut};
use leyden_labels::{Kind, Label, Side};
use leyden_wallet::{AddressKind, Wallet};

use super::ground::{Ground, Place};
use super::plan::{Entry, Plan, PlanError, script, seed, transactions_of};
use super::site::{Site, coin_index};
use super::transactions::{At, kinds, when};
use crate::compute::{child_of, coin_script};
use crate::model::inputs::{Coin, CoinKind, Fees, Inputs};

pub(super) fn add(plan: &mut Plan, ground: &mut Ground, at: At) -> Result<(), PlanError> {
    let mut wanted: Vec<(&Place, Label, u64)> = Vec::new();
    for place in &ground.plain {
        for kind in [Kind::Delivery, Kind::BreachRemedy, Kind::RevocableDelivery] {
            wanted.push((place, place.child(kind, 2), 500));
        }
        if place.holder == Side::A {
            for rate in [250, 253, 5_000] {
                wanted.push((place, place.child(Kind::RevocableDelivery, 2), rate));
            }
        }
    }
    for place in &ground.with_htlc {
        // The other direction only swaps the sides.
        if place.sender == Some(Side::A) {
            for kind in kinds(place.holder == Side::A) {
                wanted.push((place, place.child(*kind, 1), 500));
            }
        }
    }
    for (place, label, rate) in wanted {
        if when(label.kind()) != at {
            continue;
        }
        let by = claimant(label.kind(), place);
        let site = &place.site;
        let coin = site.coins.get(by).clone();
        let entry = attach(place, label, rate, by, coin, "")?;
        check_wallet(&entry, by, site.channel.indexes.a)?;
        plan.ask(&mut ground.scene, entry)?;
    }
    if at == At::Once {
        add_odd(plan, ground)?;
    }
    Ok(())
}

/// Coins that leave no change, or are not segwit.
fn add_odd(plan: &mut Plan, ground: &mut Ground) -> Result<(), PlanError> {
    let dialect = ground.dialect;
    let Some(place) = ground.plain.first() else {
        return Ok(());
    };
    let label = place.child(Kind::BreachRemedy, 2);
    let odd = [
        ("-no-change", 700, CoinKind::P2wpkh),
        ("-least-change", 900, CoinKind::P2wpkh),
        ("-legacy-coin", 60_000, CoinKind::P2pkh),
    ];
    for (name, amount, kind) in odd {
        let text = format!("fee{name} {dialect}");
        let coin = Site::extra_coin(&mut ground.scene, &text, amount, kind)?;
        let mut entry = attach(place, label, 500, place.holder.other(), coin, name)?;
        let why = match name {
            "-no-change" => {
                "What would be left is below the dust limit: there is no change, and the fee is the whole coin."
            }
            "-least-change" => "The change is small, and still an output: the weight counts it.",
            _ => {
                "A P2PKH coin signs without a witness, so the txid is loose; it is heavier, and so the fee is higher."
            }
        };
        why.clone_into(&mut entry.why);
        if let Inputs::Fees(Fees::Attach { change_script, .. }) = &mut entry.inputs {
            *change_script = script("fee change")?;
        }
        plan.ask(&mut ground.scene, entry)?;
    }
    Ok(())
}

fn attach(
    place: &Place,
    label: Label,
    rate: u64,
    by: Side,
    coin: Coin,
    name: &str,
) -> Result<Entry, PlanError> {
    let inputs = Fees::Attach {
        by,
        child: place.spending(label)?,
        parent_unconfirmed: false,
        feerate_sat_per_kwu: rate,
        coin,
        change_script: place.site.change.get(by).clone(),
    };
    Ok(Entry::new(
        format!("{}{name}-rate-{rate}", place.name(label)),
        "§6",
        format!(
            "{by} broadcasts {label} and appends a coin and its change: what was signed in advance stays as it is."
        ),
        Inputs::Fees(inputs),
    ))
}

/// Who broadcasts.
fn claimant(kind: Kind, place: &Place) -> Side {
    let holders = matches!(
        kind,
        Kind::RevocableDelivery
            | Kind::HtlcTimeout
            | Kind::HtlcExecution
            | Kind::HtlcTimeoutRevocableDelivery
            | Kind::HtlcExecutionRevocableDelivery
    );
    if holders {
        place.holder
    } else {
        place.holder.other()
    }
}

/// The node's wallet must make the same transaction of it.
pub(super) fn check_wallet(entry: &Entry, by: Side, index: u32) -> Result<(), PlanError> {
    let Inputs::Fees(fees) = &entry.inputs else {
        return Ok(());
    };
    let (spending, unconfirmed, rate, coin) = match fees {
        Fees::Attach {
            child,
            parent_unconfirmed,
            feerate_sat_per_kwu,
            coin,
            ..
        } => (child, *parent_unconfirmed, *feerate_sat_per_kwu, coin),
        Fees::Bump {
            commitment,
            feerate_sat_per_kwu,
            coin,
            ..
        } => (commitment, true, *feerate_sat_per_kwu, coin),
    };
    let mut wallet = Wallet::new(&seed(by))?;
    // The change that is this coin has the index after that of the channel's coin.
    for _ in 0..=coin_index(index) {
        wallet.next_script(AddressKind::Receive)?;
    }
    let secret = bitcoin::secp256k1::SecretKey::from_slice(&coin.secret.0)
        .map_err(|_| leyden_tx::KeyError::BadSecret)?;
    let outpoint = bitcoin::OutPoint::new(coin.txid, coin.vout);
    wallet.add_coin(
        outpoint,
        TxOut {
            value: bitcoin::Amount::from_sat(coin.amount_sat),
            script_pubkey: coin_script(coin.kind, &secret),
        },
    )?;
    let rate = FeeRate::from_sat_per_kwu(rate);
    let (child, parent) = child_of(spending).map_err(|source| PlanError::Compute {
        vector: entry.whole_name(),
        source,
    })?;
    let paid = match &child {
        Some(child) => {
            let parent = unconfirmed.then_some(&parent);
            wallet.attach_fee(index, child, parent, rate)?
        }
        None => wallet.bump_commitment(index, &parent, rate)?,
    };
    if transactions_of(entry)?.pop() == Some(paid.tx) {
        Ok(())
    } else {
        Err(PlanError::OtherFee {
            vector: entry.whole_name(),
        })
    }
}
