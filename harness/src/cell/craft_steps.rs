//! Steps by which the harness itself makes transactions: malleate, alter, spend, send, spam, capture.

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, FeeRate, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Txid, Witness,
};
use leyden_scenario::{
    ActorName, Alter, Capture, CaptureName, Captured, Change, CoinKind, Malleate, Recipient, Send,
    Spam, SpamSize, Spend, TxName,
};

use super::craft::{Edit, edit, malleate};
use super::failure::StepError;
use super::names::unknown;
use super::world::World;

/// What the harness pays for its own transactions unless a step says otherwise.
const HARNESS_SAT_PER_VB: u32 = 2;

/// What a crafted spend leaves to the miner unless the step says otherwise.
const SPEND_FEE: Amount = Amount::from_sat(1_000);

/// Virtual bytes of one spam transaction at most: well under what bitcoind relays.
const SPAM_VSIZE: u64 = 90_000;

/// Spam transactions in a block at least.
const PIECES: u64 = 4;

/// Weight of a block that bitcoind's own miner fills, less its reserve for the coinbase.
const FULL_BLOCK_WEIGHT: u64 = 3_992_000;

impl World<'_> {
    /// A third party changes a txid.
    pub(super) fn malleate(&mut self, step: &Malleate) -> Result<(), StepError> {
        let changed = malleate(&self.transaction(&step.tx)?, step.how)?;
        self.keep(&step.name, changed);
        Ok(())
    }

    /// One field is changed, nothing is signed again.
    pub(super) fn alter(&mut self, step: &Alter) -> Result<(), StepError> {
        let change = match &step.change {
            Change::Outpoint { input, outpoint } => Edit::Outpoint {
                input: *input,
                outpoint: self.outpoint(outpoint)?.0,
            },
            Change::Sequence { input, sequence } => Edit::Sequence {
                input: *input,
                sequence: *sequence,
            },
            Change::LockTime(lock_time) => Edit::LockTime(*lock_time),
            Change::Version(version) => Edit::Version(*version),
            Change::Amount { output, amount } => Edit::Amount {
                output: *output,
                amount: Amount::from_sat(amount.sat()),
            },
            Change::HashType { input, hash_type } => Edit::HashType {
                input: *input,
                hash_type: *hash_type,
            },
            Change::Witness { input, items } => Edit::Witness {
                input: *input,
                items: items.clone(),
            },
        };
        let original = self.transaction(&step.tx)?;
        let changed = edit(&original, &change)?;
        let changed = match &step.resign {
            Some(actor) => self.resign(&step.tx, actor, &original, &changed)?,
            None => changed,
        };
        self.keep(&step.name, changed);
        Ok(())
    }

    /// The first input again, by the actor whose transaction it is.
    fn resign(
        &self,
        name: &TxName,
        actor: &ActorName,
        original: &Transaction,
        changed: &Transaction,
    ) -> Result<Transaction, StepError> {
        let shown = self.names.of(name);
        let TxName::Label { channel, label } = name else {
            return Err(StepError::new(
                "cannot-resign",
                format!("{shown} is no transaction of a channel"),
            ));
        };
        let outpoint = original
            .input
            .first()
            .map(|input| input.previous_output)
            .unwrap_or_default();
        let spent = self.names.output(&outpoint);
        let spent = spent.ok_or_else(|| unknown(&shown, "what it spends was not seen yet"))?;
        let signed =
            self.actor(actor)?
                .resign(channel, label.number(), (original, changed), 0, spent);
        Ok(signed?)
    }

    /// A spend that no actor would make.
    pub(super) fn spend(&mut self, step: &Spend) -> Result<(), StepError> {
        let (outpoint, spent) = self.outpoint(&step.output)?;
        let fee = step
            .fee
            .map_or(SPEND_FEE, |fee| Amount::from_sat(fee.sat()));
        let value = spent.value.checked_sub(fee);
        let value = value.ok_or_else(|| {
            StepError::new(
                "cannot-craft",
                format!("{} is less than the fee", step.output),
            )
        })?;
        let tx = Transaction {
            version: Version::TWO,
            lock_time: LockTime::ZERO,
            input: vec![TxIn {
                previous_output: outpoint,
                script_sig: ScriptBuf::new(),
                sequence: step
                    .sequence
                    .map_or(Sequence::ENABLE_RBF_NO_LOCKTIME, Sequence),
                witness: Witness::from_slice(&step.witness),
            }],
            output: vec![TxOut {
                value,
                script_pubkey: self.recipient(&step.to)?,
            }],
        };
        self.keep(&step.name, tx);
        Ok(())
    }

    /// The harness pays from its own coins.
    pub(super) fn send(&mut self, step: &Send) -> Result<(), StepError> {
        if let Some(input) = step.inputs.first() {
            let detail = format!(
                "send cannot spend {input}: the harness only pays from its own coins so far"
            );
            return Err(StepError::new("cannot-craft", detail));
        }
        let output = TxOut {
            value: Amount::from_sat(step.amount.sat()),
            script_pubkey: self.recipient(&step.to)?,
        };
        let tx = self.chain.pay(
            vec![output],
            FeeRate::from_sat_per_vb_u32(HARNESS_SAT_PER_VB),
        )?;
        self.learn_coins(&tx);
        self.allowed.insert(step.name.to_string());
        self.keep(&step.name, tx.clone());
        self.main.send_raw(&tx)?;
        self.settle()
    }

    /// Fills the mempool.
    pub(super) fn spam(&mut self, step: &Spam) -> Result<(), StepError> {
        let block = self
            .cell
            .bitcoind
            .block_weight
            .map_or(FULL_BLOCK_WEIGHT, u64::from);
        // Pieces that fill a block to the last few bytes: a gap would let cheaper transactions in.
        let per_block = block.div_ceil(4).div_ceil(SPAM_VSIZE).max(PIECES);
        let piece = block
            .div_euclid(4)
            .checked_div(per_block)
            .unwrap_or(SPAM_VSIZE)
            .max(200);
        let pieces = match step.size {
            SpamSize::Blocks(blocks) => per_block.saturating_mul(u64::from(blocks)),
            SpamSize::Weight(weight) => weight.div_ceil(piece.saturating_mul(4)),
        };
        let rate = FeeRate::from_sat_per_kwu(step.feerate.sat_per_kwu());
        let family = step
            .name
            .as_ref()
            .map_or("spam", CaptureName::as_str)
            .to_owned();
        self.allowed.insert(family.clone());
        for _ in 0..pieces {
            let tx = self.chain.filler(piece, rate)?;
            self.learn_coins(&tx);
            self.spam_made = self.spam_made.saturating_add(1);
            self.names
                .give(&tx, &format!("{family}/{}", self.spam_made));
            self.main.send_raw(&tx)?;
        }
        self.settle()
    }

    /// Gives a name to something that exists.
    pub(super) fn capture(&mut self, step: &Capture) -> Result<(), StepError> {
        let tx = match &step.what {
            Captured::Tx(name) => self.transaction(name)?,
            Captured::Txid(bytes) => {
                let txid: Txid = bytes_to_txid(*bytes);
                let found = self.find(|tx| tx.compute_txid() == txid)?;
                found.ok_or_else(|| {
                    unknown(
                        &txid.to_string(),
                        "it is neither in the mempool nor in a block",
                    )
                })?
            }
            Captured::SpenderOf(output) => {
                let (outpoint, _) = self.outpoint(output)?;
                let found = self.find(|tx| spends(tx, outpoint))?;
                found.ok_or_else(|| unknown(&output.to_string(), "nothing spends it"))?
            }
        };
        self.names.capture(&step.name, tx);
        Ok(())
    }

    /// The first transaction, in the mempool or then in the blocks, for which `wanted` holds.
    pub(super) fn find(
        &self,
        wanted: impl Fn(&Transaction) -> bool,
    ) -> Result<Option<Transaction>, StepError> {
        let mempool = self.main.mempool()?;
        if let Some(entry) = mempool.iter().find(|entry| wanted(&entry.tx)) {
            return Ok(Some((*entry.tx).clone()));
        }
        let blocks = (0..=self.chain.height())
            .rev()
            .filter_map(|height| self.chain.block(height));
        Ok(blocks
            .flat_map(|block| block.txdata.iter().skip(1))
            .find(|tx| wanted(tx))
            .cloned())
    }

    fn keep(&mut self, name: &CaptureName, tx: Transaction) {
        self.names.capture(name, tx);
    }

    fn recipient(&mut self, recipient: &Recipient) -> Result<ScriptBuf, StepError> {
        match recipient {
            Recipient::Miner => Ok(self.chain.miner_script()),
            Recipient::Actor(name) => Ok(self.actor_mut(name)?.address(CoinKind::P2wpkh)?),
            Recipient::ScriptOf(output) => Ok(self.outpoint(output)?.1.script_pubkey),
        }
    }

    /// The harness's own coins come from coinbases, which no recorded transaction shows.
    pub(super) fn learn_coins(&mut self, tx: &Transaction) {
        for input in &tx.input {
            let outpoint = input.previous_output;
            let vout = usize::try_from(outpoint.vout).unwrap_or(usize::MAX);
            let output = (0..=self.chain.height())
                .filter_map(|height| self.chain.block(height))
                .filter_map(|block| block.txdata.first())
                .find(|coinbase| coinbase.compute_txid() == outpoint.txid)
                .and_then(|coinbase| coinbase.output.get(vout));
            if let Some(output) = output {
                self.names.learn_output(outpoint, output.clone());
            }
        }
    }
}

pub(super) fn spends(tx: &Transaction, outpoint: OutPoint) -> bool {
    tx.input
        .iter()
        .any(|input| input.previous_output == outpoint)
}

/// As printed, so reversed.
fn bytes_to_txid(mut printed: [u8; 32]) -> Txid {
    use bitcoin::hashes::Hash as _;
    printed.reverse();
    Txid::from_byte_array(printed)
}
