//! Making up for lost messages, and telling about the chain.
//!
//! After a reconnect each side says how far it is. The messages of the opening are counted; an
//! update is where its number and its revocations say; a close is repeated while it is open. What is
//! repeated is the very message that was sent: nobody ever signs two batches for one number, except
//! for the collision that [`update`](crate::update) describes.

use crate::channel::Channel;
use crate::fault::{Fault, Misbehaved};
use crate::message::{Message, Reconnect};
use crate::output::Output;

/// The messages of the opening.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    sent: Vec<Message>,
    accepted: u32,
}

impl Link {
    /// Remembers a message of the opening.
    pub(crate) fn sent(&mut self, message: &Message) {
        if message.is_opening() {
            self.sent.push(message.clone());
        }
    }

    /// Counts a message of the opening.
    pub(crate) fn accepted(&mut self, message: &Message) {
        if message.is_opening() {
            self.accepted = self.accepted.saturating_add(1);
        }
    }
}

impl Channel {
    pub(crate) fn send_reconnect(&mut self, wants_answer: bool) {
        let (number, disclosed) = self
            .state
            .live()
            .map_or((0, 0), |live| (live.held.number(), live.disclosed.next()));
        self.push(Output::Send(Message::Reconnect(Reconnect {
            number,
            disclosed,
            opening: self.link.accepted,
            wants_answer,
        })));
    }

    /// Sends what the other side lacks.
    pub(crate) fn reconnect(&mut self, theirs: &Reconnect) -> Result<(), Fault> {
        self.check_position(theirs)?;
        if theirs.wants_answer {
            self.send_reconnect(false);
        }
        let accepted = usize::try_from(theirs.opening).unwrap_or(usize::MAX);
        let missing: Vec<Message> = self.link.sent.iter().skip(accepted).cloned().collect();
        for message in missing {
            self.push(Output::Send(message));
        }
        self.run(|state, cx| {
            state.resend(cx, theirs);
            Ok(state)
        })
    }

    /// Neither side can be further, or less far, than the other's disclosures and signatures allow.
    fn check_position(&self, theirs: &Reconnect) -> Result<(), Misbehaved> {
        let Reconnect {
            number,
            disclosed,
            opening,
            wants_answer: _,
        } = theirs;
        let (held, revoked, signed) = self.state.live().map_or((0, 0, 0), |live| {
            (live.held.number(), live.disclosed.next(), live.signed)
        });
        check_range(*number, revoked, signed)?;
        check_range(*disclosed, held.saturating_sub(1), held)?;
        let sent = u64::try_from(self.link.sent.len()).unwrap_or(u64::MAX);
        check_range(u64::from(*opening), 0, sent)
    }
}

fn check_range(claimed: u64, least: u64, most: u64) -> Result<(), Misbehaved> {
    if claimed < least {
        return Err(Misbehaved::BehindUs {
            claimed,
            known: least,
        });
    }
    if claimed > most {
        return Err(Misbehaved::AheadOfUs {
            claimed,
            known: most,
        });
    }
    Ok(())
}
