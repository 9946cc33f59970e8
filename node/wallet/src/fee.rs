//! Paying for a pre-signed transaction: a fee input on a child, or `FB{n}x` on an anchor.

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, FeeRate, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Weight, Witness,
};
use leyden_labels::Label;
use leyden_tx::{Child, InputShape, LabelledTx, UnconfirmedParent, transaction_weight};

use crate::coin::{Coin, CoinFilter};
use crate::error::WalletError;
use crate::purpose::Purpose;
use crate::select::{ChangeRule, ChooseError, Chosen, Want};
use crate::wallet::Wallet;

/// The largest child of an unconfirmed version-3 transaction, in virtual bytes (BIP 431).
const MAX_CHILD_VSIZE: u64 = 1_000;

impl Wallet {
    /// Attaches a fee to a child of a commitment.
    ///
    /// Behind the child's input 0 come the anchor of the commitment, if that is not confirmed and
    /// so must be paid for too, and fee inputs; behind its output 0 the change, if it is not dust.
    /// Input 0 and its witness stay as they are. The coins are kept for the child's label in this channel.
    ///
    /// # Errors
    /// [`WalletError::NoFeeCoin`] if the coins do not suffice, [`WalletError::ChildTooLarge`] above
    /// 1000 vB with an unconfirmed parent.
    pub fn attach_fee(
        &mut self,
        channel: u32,
        child: &Child,
        parent: Option<&UnconfirmedParent>,
        feerate: FeeRate,
    ) -> Result<LabelledTx, WalletError> {
        let shapes: Vec<InputShape> = [child.shape]
            .into_iter()
            .chain(parent.map(|_| InputShape::ANCHOR))
            .collect();
        let want = Want {
            purpose: Purpose {
                channel,
                label: child.label,
            },
            filter: CoinFilter::Any,
            feerate,
            amount: Amount::ZERO,
            brought: parent.map_or(Amount::ZERO, |parent| parent.anchor_value),
            fixed: transaction_weight(&shapes, &child.tx.output),
            parent: parent.map(|parent| parent.weight),
            change: ChangeRule::Optional,
        };
        let mut tx = child.tx.clone();
        tx.input.extend(parent.map(|parent| added(parent.anchor)));
        self.pay(&want, tx)
    }

    /// Builds the child that pays for a zero-fee commitment.
    ///
    /// Not in the paper, which has no fees here: `FB{n}x`. Spends: the anchor of `C{n}x` and fee
    /// inputs; version 3, no lock. Pays: change. It goes to the mempool in one package with its
    /// parent, and makes up for the parent's fee too. The coins are kept for `FB{n}x` of this channel.
    ///
    /// # Errors
    /// [`WalletError::NoFeeCoin`] if the coins do not suffice, [`WalletError::ChildTooLarge`] above
    /// 1000 vB.
    pub fn bump_commitment(
        &mut self,
        channel: u32,
        parent: &UnconfirmedParent,
        feerate: FeeRate,
    ) -> Result<LabelledTx, WalletError> {
        let want = Want {
            purpose: Purpose {
                channel,
                label: parent.label,
            },
            filter: CoinFilter::Any,
            feerate,
            amount: Amount::ZERO,
            brought: parent.anchor_value,
            fixed: transaction_weight(&[InputShape::ANCHOR], &[]),
            parent: Some(parent.weight),
            change: ChangeRule::Required,
        };
        let tx = Transaction {
            version: Version(3),
            lock_time: LockTime::ZERO,
            input: vec![added(parent.anchor)],
            output: Vec::new(),
        };
        self.pay(&want, tx)
    }

    /// Adds fee inputs and change, and signs the former.
    fn pay(&mut self, want: &Want, mut tx: Transaction) -> Result<LabelledTx, WalletError> {
        // Until everything has succeeded, nothing is kept.
        let mut wallet = self.clone();
        let Chosen { coins, change } = wallet.choose(want).map_err(no_fee_coin)?;
        if want.parent.is_some() {
            check_size(want.fixed, &coins, change.as_ref())?;
        }
        tx.input
            .extend(coins.iter().map(|coin| added(coin.outpoint)));
        tx.output.extend(change);
        wallet.sign_all(&mut tx, &coins)?;
        *self = wallet;
        Ok(labelled(want.purpose.label, tx))
    }
}

const fn labelled(label: Label, tx: Transaction) -> LabelledTx {
    LabelledTx { label, tx }
}

fn no_fee_coin(error: ChooseError) -> WalletError {
    match error {
        ChooseError::Short { needed, available } => WalletError::NoFeeCoin { needed, available },
        ChooseError::Other(error) => error,
    }
}

fn check_size(fixed: Weight, coins: &[Coin], change: Option<&TxOut>) -> Result<(), WalletError> {
    let coins = coins.iter().map(|coin| coin.key.kind.shape().weight());
    let all = coins.chain(change.map(TxOut::weight));
    let weight = all.fold(fixed.to_wu(), |sum, part| sum.saturating_add(part.to_wu()));
    let vsize = Weight::from_wu(weight).to_wu().div_ceil(4);
    if vsize > MAX_CHILD_VSIZE {
        return Err(WalletError::ChildTooLarge { vsize });
    }
    Ok(())
}

fn added(outpoint: OutPoint) -> TxIn {
    TxIn {
        previous_output: outpoint,
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    }
}
