//! The payments of an actor: its book, and what steps tell it about HTLCs.
//!
//! HTLCs that a step makes one by one are set aside: only steps end them.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::Amount;
use leyden_channel::{Command, FailReason, HtlcState, Request};
use leyden_payment::{Book, BookError, Expiries, Invoice, Part, Path, Policy, Stop};
use leyden_scenario::ChannelName;
use leyden_tx::{PaymentHash, PaymentPreimage};

use super::embedded::Embedded;
use super::failure::ActorFailure;
use super::mail::Mail;

/// What an actor knows besides its channels, and how it deals with payments.
#[derive(Debug)]
pub(super) struct Payments {
    pub(super) book: Book,
    pub(super) policy: Policy,
    pub(super) forwards: bool,
    /// HTLCs that only steps end.
    aside: BTreeSet<(ChannelName, PaymentHash)>,
    /// R that a step told it.
    pub(super) told: BTreeMap<PaymentHash, PaymentPreimage>,
    /// Whether anything has happened since the last decision.
    pub(super) changed: bool,
}

impl Payments {
    /// R is released only with more time left than the channel wants for the chain.
    pub(super) fn new(forwards: bool, margin: u32) -> Self {
        let usual = Policy::default();
        Self {
            book: Book::default(),
            policy: Policy {
                least_final: usual.least_final.max(margin.saturating_add(1)),
                ..usual
            },
            forwards,
            aside: BTreeSet::new(),
            told: BTreeMap::new(),
            changed: false,
        }
    }

    pub(super) fn mark_changed(&mut self) {
        self.changed = true;
    }

    pub(super) fn is_aside(&self, channel: &ChannelName, hash: PaymentHash) -> bool {
        self.aside.contains(&(channel.clone(), hash))
    }
}

/// One part of an own payment, as a step describes it.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// The first channel.
    pub(crate) channel: ChannelName,
    pub(crate) stops: Vec<Stop>,
    /// In all parts.
    pub(crate) total: Amount,
}

impl Embedded {
    /// From now on only steps end an HTLC of this hash in this channel.
    pub(crate) fn set_aside(&mut self, channel: &ChannelName, hash: PaymentHash) {
        self.payments.aside.insert((channel.clone(), hash));
    }

    /// Tells it R; it uses it when it next works.
    pub(crate) fn learn(&mut self, preimage: PaymentPreimage) {
        self.payments.told.insert(preimage.hash(), preimage);
        self.payments.mark_changed();
    }

    /// Enters an invoice in its book.
    pub(crate) fn ask(&mut self, invoice: Invoice) -> Result<(), ActorFailure> {
        let asked = self.payments.book.ask(invoice);
        self.payments.mark_changed();
        asked.map(drop).map_err(|error| self.refused_by_book(error))
    }

    /// Enters an own payment in its book; the parts go out when it next works.
    pub(crate) fn pay(
        &mut self,
        hash: PaymentHash,
        parts: Vec<Planned>,
    ) -> Result<(), ActorFailure> {
        let parts = parts.into_iter().map(|planned| {
            let path = Path {
                hash,
                total: planned.total,
                stops: planned.stops,
                expiries: Expiries::Unchecked,
            };
            let htlc = path.build(self.height, &self.payments.policy);
            let htlc = htlc.map_err(|error| self.refusal("path", error.to_string()))?;
            let channel = self.index_of(&planned.channel)?;
            Ok(Part { channel, htlc })
        });
        let parts = parts.collect::<Result<Vec<Part>, ActorFailure>>()?;
        let paid = self.payments.book.pay(parts);
        self.payments.mark_changed();
        paid.map(drop).map_err(|error| self.refused_by_book(error))
    }

    /// Takes the HTLCs of this hash, or gives them back: as its invoice says if there is one, else at once.
    pub(crate) fn release(
        &mut self,
        preimage: &PaymentPreimage,
        takes: bool,
        mail: &mut Mail,
    ) -> Result<(), ActorFailure> {
        let hash = preimage.hash();
        if self.payments.book.invoice(hash).is_some() {
            let book = &mut self.payments.book;
            let done = if takes {
                book.release(hash)
            } else {
                book.refuse(hash)
            };
            self.payments.mark_changed();
            return done.map_err(|error| self.refused_by_book(error));
        }
        let channels: Vec<ChannelName> = self.seats.keys().cloned().collect();
        let mut ended = false;
        for channel in channels {
            let requests = self.endings(&channel, preimage, takes)?;
            if !requests.is_empty() {
                ended = true;
                self.order(&channel, Command::Update(requests), mail)?;
            }
        }
        if ended {
            Ok(())
        } else {
            Err(self.refusal("no-such-htlc", "no HTLC with this hash is alive"))
        }
    }

    fn endings(
        &self,
        channel: &ChannelName,
        preimage: &PaymentPreimage,
        takes: bool,
    ) -> Result<Vec<Request>, ActorFailure> {
        let live = self.seat(channel)?.htlcs().iter().filter(|view| {
            !view.outgoing && view.hash == preimage.hash() && view.state == HtlcState::Live
        });
        let numbers = live.filter_map(|view| view.number);
        let request = |number| {
            if takes {
                let preimage = preimage.clone();
                Request::Settle { number, preimage }
            } else {
                let reason = FailReason::Cancelled;
                Request::Fail { number, reason }
            }
        };
        Ok(numbers.map(request).collect())
    }

    pub(super) fn index_of(&self, channel: &ChannelName) -> Result<u32, ActorFailure> {
        let index = self.indexes.get(channel).copied();
        index.ok_or_else(|| self.refusal("no-such-channel", format!("it has no channel {channel}")))
    }

    pub(super) fn name_of(&self, index: u32) -> Option<&ChannelName> {
        let mut names = self.indexes.iter();
        names.find(|(_, of)| **of == index).map(|(name, _)| name)
    }

    fn refused_by_book(&self, error: BookError) -> ActorFailure {
        let reason = match error {
            BookError::InvoiceExists { .. } => "invoice-exists",
            BookError::ZeroAmount => "zero-amount",
            BookError::UnusualPreimage { .. } => "unusual-preimage",
            BookError::NoInvoice { .. } => "no-invoice",
            BookError::Paid { .. } => "paid",
            BookError::Refused { .. } => "refused",
            BookError::NoParts => "no-parts",
            BookError::MixedHashes { .. } => "mixed-hashes",
            BookError::HasOrigin => "has-origin",
            BookError::PaymentExists { .. } => "payment-exists",
            BookError::SameAgain { .. } => "same-again",
        };
        self.refusal(reason, error.to_string())
    }
}
