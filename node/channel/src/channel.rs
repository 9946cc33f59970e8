//! The machine: inputs, their durable record, and the outputs.

use std::collections::VecDeque;

use bitcoin::Transaction;
use leyden_labels::Kind;
use leyden_tx::{ChannelKeys, Seed};

use crate::apply::Emit;
use crate::chain::{Due, View};
use crate::changeset::{BlockFacts, ChangeSet};
use crate::command::Command;
use crate::config::{ChainTime, Config};
use crate::fault::{Bug, Fault, Misuse};
use crate::message::Message;
use crate::opening::Idle;
use crate::output::Output;
use crate::reconnect::Link;
use crate::state::State;

/// One side of one channel.
///
/// Give it one input, then poll until [`None`]: a second input before that is a
/// [`Misuse::Undrained`]. Two machines are equal if they have the same configuration and state;
/// outputs not yet polled do not count.
#[derive(Clone, Debug)]
pub struct Channel {
    pub(crate) config: Config,
    pub(crate) keys: ChannelKeys,
    pub(crate) state: State,
    pub(crate) view: View,
    pub(crate) link: Link,
    /// Computed from the state and the view.
    pub(crate) due: Vec<Due>,
    /// Whether an HTLC on chain waits for an R that this side does not know.
    pub(crate) waits: bool,
    pub(crate) outputs: VecDeque<Output>,
}

impl PartialEq for Channel {
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config
            && self.state == other.state
            && self.view == other.view
            && self.link == other.link
            && self.due == other.due
    }
}

impl Channel {
    /// Makes one side of a channel; nothing is sent before side `a` is told to open.
    ///
    /// # Errors
    /// [`Misuse::Config`] if no peer could agree to the configuration.
    pub fn new(config: Config, seed: &Seed) -> Result<Self, Fault> {
        config.check().map_err(Misuse::Config)?;
        Ok(Self {
            keys: ChannelKeys::derive(seed, config.channel_index)?,
            config,
            state: State::Idle(Idle::default()),
            view: View::default(),
            link: Link::default(),
            due: Vec::new(),
            waits: false,
            outputs: VecDeque::new(),
        })
    }

    /// Rebuilds a machine from its change sets, and asks anew for what may not have been done: it
    /// reports to the other side, asks for F's signatures, and repeats its claims.
    ///
    /// # Errors
    /// [`Bug::Replay`] if a change set does not fit the ones before it.
    pub fn replay(config: Config, seed: &Seed, changesets: &[ChangeSet]) -> Result<Self, Fault> {
        let mut channel = Self::new(config, seed)?;
        for (index, change) in changesets.iter().enumerate() {
            channel.apply(change).map_err(|fault| Bug::Replay {
                index,
                fault: Box::new(fault),
            })?;
            channel.outputs.clear();
        }
        if !changesets.is_empty() {
            channel.send_reconnect(true);
            channel.run(|state, cx| {
                state.resume(cx);
                Ok(state)
            })?;
            channel.emit_claims(&[], Emit::All);
        }
        Ok(channel)
    }

    /// Does what this side's user asks.
    ///
    /// # Errors
    /// Mostly [`Fault::Misuse`]; nothing has changed then.
    pub fn handle_command(&mut self, command: Command, now: ChainTime) -> Result<(), Fault> {
        self.input(ChangeSet::Command { command, now })
    }

    /// Takes a message of the other side.
    ///
    /// # Errors
    /// Any [`Fault`]; nothing has changed then. [`Fault::reaction`] tells what to do.
    pub fn handle_message(&mut self, message: Message, now: ChainTime) -> Result<(), Fault> {
        self.input(ChangeSet::Message { message, now })
    }

    /// Takes the block after the tip; the first one can have any height.
    ///
    /// # Errors
    /// [`Misuse::BlockOrder`] if it does not follow the tip.
    pub fn handle_block(&mut self, block: &BlockFacts) -> Result<(), Fault> {
        let got = block.height;
        match self.view.tip {
            Some(_) if got != self.view.next_height() => {
                let expected = self.view.next_height();
                return Err(Misuse::BlockOrder { expected, got }.into());
            }
            Some(_) | None => {}
        }
        let matcher = self.state.matcher();
        let relevant = self.view.clone().connect(block, matcher.as_ref());
        self.input(ChangeSet::Block(BlockFacts {
            height: block.height,
            median_time: block.median_time,
            txs: relevant.into_iter().map(|seen| seen.tx).collect(),
        }))
    }

    /// The block at the tip is no longer in the chain.
    ///
    /// # Errors
    /// [`Misuse::BlockOrder`] if the tip is not at `height`.
    pub fn handle_disconnect(&mut self, height: u32) -> Result<(), Fault> {
        if self.view.tip != Some(height) {
            return Err(Misuse::BlockOrder {
                expected: self.view.tip.unwrap_or(0),
                got: height,
            }
            .into());
        }
        self.input(ChangeSet::Disconnect { height })
    }

    /// Takes a transaction of the mempool. Only commitments of this channel matter, and what shows R.
    ///
    /// # Errors
    /// [`Misuse::Undrained`].
    pub fn handle_mempool(&mut self, tx: &Transaction) -> Result<(), Fault> {
        if self.is_news(tx) {
            self.input(ChangeSet::Mempool(tx.clone()))
        } else {
            Ok(())
        }
    }

    /// The next thing to do. `None`: ready for another input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// One mutation: on a copy, so that a fault leaves no trace.
    fn input(&mut self, change: ChangeSet) -> Result<(), Fault> {
        if !self.outputs.is_empty() {
            return Err(Misuse::Undrained.into());
        }
        let mut next = self.clone();
        next.apply(&change)?;
        // A message that is only answered again, as an offer after a reconnect, leaves no trace.
        let changed = !matches!(change, ChangeSet::Message { .. }) || next != *self;
        *self = next;
        if is_durable(&change) && changed {
            self.outputs.push_front(Output::Persist(change));
        }
        Ok(())
    }
}

/// Whether the input changes anything.
fn is_durable(change: &ChangeSet) -> bool {
    match change {
        ChangeSet::Command { command, .. } => match command {
            Command::Reconnect | Command::ClaimAll => false,
            Command::Broadcast(label) => label.kind() == Kind::Commitment,
            Command::Open
            | Command::Fund(_)
            | Command::FundingSigned(_)
            | Command::ReplaceFunding(_)
            | Command::Pay { .. }
            | Command::Update(_)
            | Command::Learn(_)
            | Command::Close { .. } => true,
        },
        ChangeSet::Message { message, .. } => !matches!(message, Message::Reconnect(_)),
        ChangeSet::Block(_) | ChangeSet::Disconnect { .. } | ChangeSet::Mempool(_) => true,
    }
}
