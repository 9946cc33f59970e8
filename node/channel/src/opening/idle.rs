//! The first two messages: parameters and keys.

use leyden_tx::FundingContribution;

use super::contribution::check_contribution;
use super::{Agreed, ExchangingCommitments, ExchangingInputs};
use crate::command::Command;
use crate::config::Config;
use crate::context::Context;
use crate::fault::{Fault, Incompatible, Misuse};
use crate::message::{Accept, ChannelKeysAnnounced, Message, Open};
use crate::state::{State, StateName, unexpected, wrong_state};
use crate::terms::Terms;
use leyden_labels::{Dialect, Side};

/// Nothing has been said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Idle {
    purse: Option<FundingContribution>,
}

/// `a` has sent [`Open`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    keys: ChannelKeysAnnounced,
    purse: Option<FundingContribution>,
}

impl Idle {
    pub(crate) const NAME: StateName = StateName::Idle;

    pub(crate) fn on_command(
        self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Open => self.open(cx),
            Command::Fund(contribution) => {
                let purse = Some(own_coins(cx, contribution)?);
                Ok(State::Idle(Self { purse }))
            }
            Command::FundingSigned(_)
            | Command::ReplaceFunding(_)
            | Command::Pay { .. }
            | Command::Update(_)
            | Command::Learn(_)
            | Command::Close { .. }
            | Command::Broadcast(_)
            | Command::ClaimAll
            | Command::Reconnect => Err(wrong_state(command, Self::NAME)),
        }
    }

    fn open(self, cx: &mut Context<'_>) -> Result<State, Fault> {
        match cx.local() {
            Side::A => {}
            Side::B => return Err(Misuse::NotOpener.into()),
        }
        let keys = cx.announce_channel()?;
        cx.send(Message::Open(Open {
            dialect: cx.config.dialect,
            delay: cx.config.delay,
            dust_limit: cx.config.dust_limit,
            contribution: cx.config.contribution,
            limits: cx.config.limits,
            keys: keys.clone(),
        }));
        Ok(State::Offered(Box::new(Offered {
            keys,
            purse: self.purse,
        })))
    }

    pub(crate) fn on_message(
        self,
        cx: &mut Context<'_>,
        message: &Message,
    ) -> Result<State, Fault> {
        match message {
            Message::Open(open) if cx.local() == Side::B => self.accept(cx, open),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Offer(_)
            | Message::Consent(_)
            | Message::Propose(_)
            | Message::Answer(_)
            | Message::Complete(_)
            | Message::Settle(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    fn accept(self, cx: &mut Context<'_>, open: &Open) -> Result<State, Fault> {
        check_terms(cx.config, open)?;
        let keys = cx.announce_channel()?;
        let terms = Terms::agree(cx.config, &keys, &open.keys, open.limits)?;
        let limits = cx.config.limits;
        cx.send(Message::Accept(Accept { limits, keys }));
        let purse = self.purse;
        begin(cx, Agreed { terms, purse })
    }
}

impl Offered {
    pub(crate) const NAME: StateName = StateName::Offered;

    pub(crate) fn on_command(
        self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Fund(contribution) => {
                let purse = Some(own_coins(cx, contribution)?);
                Ok(State::Offered(Box::new(Self { purse, ..self })))
            }
            Command::Open
            | Command::FundingSigned(_)
            | Command::ReplaceFunding(_)
            | Command::Pay { .. }
            | Command::Update(_)
            | Command::Learn(_)
            | Command::Close { .. }
            | Command::Broadcast(_)
            | Command::ClaimAll
            | Command::Reconnect => Err(wrong_state(command, Self::NAME)),
        }
    }

    pub(crate) fn on_message(
        self,
        cx: &mut Context<'_>,
        message: &Message,
    ) -> Result<State, Fault> {
        match message {
            Message::Accept(Accept { limits, keys }) => {
                let terms = Terms::agree(cx.config, &self.keys, keys, *limits)?;
                let purse = self.purse;
                begin(cx, Agreed { terms, purse })
            }
            Message::Open(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Offer(_)
            | Message::Consent(_)
            | Message::Propose(_)
            | Message::Answer(_)
            | Message::Complete(_)
            | Message::Settle(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }
}

/// The step that follows the keys.
fn begin(cx: &mut Context<'_>, agreed: Agreed) -> Result<State, Fault> {
    match cx.config.dialect {
        Dialect::Noinput => ExchangingCommitments::before_inputs(cx, agreed),
        Dialect::Csv => ExchangingInputs::enter(cx, agreed, None),
    }
}

/// Checks coins that this side's driver gave.
pub(super) fn own_coins(
    cx: &Context<'_>,
    contribution: &FundingContribution,
) -> Result<FundingContribution, Fault> {
    check_contribution(cx.config, cx.local(), contribution).map_err(Misuse::Contribution)?;
    Ok(contribution.clone())
}

fn check_terms(config: &Config, open: &Open) -> Result<(), Incompatible> {
    let Open {
        dialect,
        delay,
        dust_limit,
        contribution,
        limits: _,
        keys: _,
    } = open;
    if *dialect != config.dialect {
        return Err(Incompatible::Dialect {
            ours: config.dialect,
            theirs: *dialect,
        });
    }
    if *delay != config.delay {
        return Err(Incompatible::Delay {
            ours: config.delay,
            theirs: *delay,
        });
    }
    if *dust_limit != config.dust_limit {
        return Err(Incompatible::DustLimit {
            ours: config.dust_limit,
            theirs: *dust_limit,
        });
    }
    if *contribution != config.contribution {
        return Err(Incompatible::Contribution {
            ours: config.contribution,
            theirs: *contribution,
        });
    }
    Ok(())
}
