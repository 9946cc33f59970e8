//! How an actor funds a channel: its coins, its signatures on F, other coins for an F that does not confirm.

use bitcoin::{Amount, FeeRate, Transaction};
use leyden_bitcoind::Node;
use leyden_channel::{Channel, Command, SignedInput};
use leyden_labels::{Label, Side};
use leyden_scenario::{ChannelName, CoinKind};
use leyden_tx::{FundingContribution, FundingInput, funding_shared_weight};
use leyden_wallet::{CoinFilter, FundingRequest, Purpose, WalletError};

use super::embedded::{Embedded, Seat, Terms, wallet_failure};
use super::failure::ActorFailure;
use super::mail::Mail;

impl Embedded {
    /// Takes its seat at a channel. Side a sends the first message when it next works.
    pub(crate) fn open(&mut self, terms: Terms, mail: &mut Mail) -> Result<(), ActorFailure> {
        let side = terms.config.side;
        let amount = *terms.config.contribution.get(side);
        let index = terms.config.channel_index;
        let request = FundingRequest {
            channel: index,
            amount,
            feerate: terms.feerate.unwrap_or(self.feerate),
            shared: match side {
                Side::A => funding_shared_weight(),
                Side::B => bitcoin::Weight::ZERO,
            },
            filter: CoinFilter::Any,
        };
        let contribution = self
            .wallet
            .select_funding(&request)
            .map_err(|error| wallet_failure(&self.name, error))?;
        self.check_fee_coin(&contribution)?;
        self.indexes.insert(terms.channel.clone(), index);
        let mut config = terms.config;
        config.destination = Some(self.address(CoinKind::P2wpkh)?);
        let channel = Channel::new(config, &self.seed).map_err(|fault| self.fault(fault))?;
        let seat = Seat::new(terms.peer, channel, contribution.clone());
        self.seats.insert(terms.channel.clone(), seat);
        self.order(&terms.channel, Command::Fund(contribution), mail)?;
        match side {
            Side::A => self.order(&terms.channel, Command::Open, mail),
            Side::B => Ok(()),
        }
    }

    /// Keeps F to itself once it is signed, until it is told to broadcast it.
    pub(crate) fn withhold_funding(
        &mut self,
        channel: &ChannelName,
        withhold: bool,
    ) -> Result<(), ActorFailure> {
        self.seat_mut(channel)?.withhold_funding = withhold;
        Ok(())
    }

    /// Replaces this side's coins in an unconfirmed F (`noinput` only).
    pub(crate) fn replace_funding(
        &mut self,
        channel: &ChannelName,
        feerate: Option<FeeRate>,
        other_coins: bool,
        mail: &mut Mail,
    ) -> Result<(), ActorFailure> {
        let seat = self.seat(channel)?;
        let config = seat.channel.config();
        let (side, amount) = (config.side, *config.contribution.get(config.side));
        let index = config.channel_index;
        let kept = seat.offered.clone();
        let request = FundingRequest {
            channel: index,
            amount,
            feerate: feerate.unwrap_or(self.feerate),
            shared: match side {
                Side::A => funding_shared_weight(),
                Side::B => bitcoin::Weight::ZERO,
            },
            filter: CoinFilter::Any,
        };
        let selected = if other_coins {
            self.select_other_coins(&kept, &request)
        } else {
            self.wallet.select_funding(&request)
        };
        let contribution = selected.map_err(|error| wallet_failure(&self.name, error))?;
        let offered = &mut self.seat_mut(channel)?.offered.inputs;
        let new = contribution
            .inputs
            .iter()
            .filter(|input| !offered.contains(input));
        let new: Vec<FundingInput> = new.cloned().collect();
        offered.extend(new);
        self.order(channel, Command::ReplaceFunding(contribution), mail)
    }

    /// Selects as if the coins of `kept` were gone; they come back afterwards.
    fn select_other_coins(
        &mut self,
        kept: &FundingContribution,
        request: &FundingRequest,
    ) -> Result<FundingContribution, WalletError> {
        self.wallet.release(Purpose {
            channel: request.channel,
            label: Label::FUNDING,
        });
        let hidden: Vec<_> = kept
            .inputs
            .iter()
            .filter_map(|input| self.wallet.remove_coin(&input.outpoint))
            .collect();
        let selected = self.wallet.select_funding(request);
        for coin in hidden {
            let output = bitcoin::TxOut {
                value: coin.value,
                script_pubkey: coin.script_pubkey,
            };
            self.wallet.add_coin(coin.outpoint, output)?;
        }
        selected
    }

    /// The other side's coins must be what it says: a coin that is called segwit and is not could be
    /// signed with another signature script, and F would confirm with a txid that no commitment spends.
    pub(super) fn look_up(
        &self,
        contribution: &FundingContribution,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        for input in &contribution.inputs {
            let found = node.utxo(&input.outpoint, false);
            let found = found.map_err(|error| self.rpc(Label::FUNDING, error))?;
            let is_true = found.is_some_and(|output| {
                output.value == input.value && output.script_pubkey == input.script_pubkey
            });
            if !is_true {
                return Err(ActorFailure::Refused {
                    actor: self.name.to_string(),
                    reason: "coin-not-as-claimed",
                    text: format!(
                        "{} is not the unspent output that the other side calls it",
                        input.outpoint
                    ),
                });
            }
        }
        Ok(())
    }

    /// Whoever cannot pay a fee cannot enforce anything: one coin must be left, or come back as change.
    fn check_fee_coin(&self, contribution: &FundingContribution) -> Result<(), ActorFailure> {
        if contribution.change.is_some() || self.wallet.available() > Amount::ZERO {
            return Ok(());
        }
        Err(ActorFailure::Refused {
            actor: self.name.to_string(),
            reason: "no-fee-coin",
            text: "no coin is left to pay fees with once the channel is funded".to_owned(),
        })
    }

    pub(super) fn sign_funding(
        &mut self,
        channel: &ChannelName,
        tx: &Transaction,
    ) -> Result<(), ActorFailure> {
        let spends = |input: &&FundingInput| {
            tx.input
                .iter()
                .any(|spent| spent.previous_output == input.outpoint)
        };
        let own = FundingContribution {
            inputs: self
                .seat(channel)?
                .offered
                .inputs
                .iter()
                .filter(spends)
                .cloned()
                .collect(),
            change: None,
        };
        let signed = self.wallet.sign_funding(tx, &own);
        let inputs = signed
            .map_err(|error| wallet_failure(&self.name, error))?
            .into_iter()
            .map(|(index, script_sig, witness)| SignedInput {
                index,
                script_sig,
                witness,
            })
            .collect();
        let now = self.now();
        let taken = self
            .seat_mut(channel)?
            .channel
            .handle_command(Command::FundingSigned(inputs), now);
        taken.map_err(|fault| self.fault(fault))
    }
}
