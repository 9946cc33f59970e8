//! The book itself.

use std::collections::BTreeMap;

use bitcoin::Amount;
use leyden_tx::PaymentHash;

use super::{BookError, Invoice, Outcome, OwnPayment, Part, Release};
use crate::decision::Decision;

/// The invoices and own payments of one node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    invoices: BTreeMap<PaymentHash, (Invoice, Option<Amount>)>,
    payments: BTreeMap<PaymentHash, OwnPayment>,
}

impl Book {
    /// Enters an invoice.
    ///
    /// # Errors
    /// [`BookError`] if its hash has one, or it could not be paid.
    pub fn ask(&mut self, invoice: Invoice) -> Result<PaymentHash, BookError> {
        let hash = invoice.preimage.hash();
        if !invoice.preimage.is_usual() {
            let bytes = invoice.preimage.as_bytes().len();
            return Err(BookError::UnusualPreimage { bytes });
        }
        if invoice.amount == Amount::ZERO {
            return Err(BookError::ZeroAmount);
        }
        if self.invoices.contains_key(&hash) {
            return Err(BookError::InvoiceExists { hash });
        }
        self.invoices.insert(hash, (invoice, None));
        Ok(hash)
    }

    /// Lets R go when the payment is complete.
    ///
    /// # Errors
    /// [`BookError`] if there is no such invoice, or it is refused.
    pub fn release(&mut self, hash: PaymentHash) -> Result<(), BookError> {
        let (invoice, _) = self.entry(hash)?;
        match invoice.release {
            Release::AtOnce | Release::Held => {
                invoice.release = Release::AtOnce;
                Ok(())
            }
            Release::Refused => Err(BookError::Refused { hash }),
        }
    }

    /// Keeps R for ever. Without effect if it is known to others already.
    ///
    /// # Errors
    /// [`BookError`] if there is no such invoice, or it is paid.
    pub fn refuse(&mut self, hash: PaymentHash) -> Result<(), BookError> {
        let (invoice, received) = self.entry(hash)?;
        if received.is_some() {
            return Err(BookError::Paid { hash });
        }
        invoice.release = Release::Refused;
        Ok(())
    }

    /// Enters an own payment, or a new attempt of one that failed. [`decide`](crate::decide) sends the parts.
    ///
    /// A payment on the hash of an own invoice is the way back of figure 18: until it has failed, R is not released.
    ///
    /// # Errors
    /// [`BookError`] if the parts do not belong together, or the hash must not be paid.
    pub fn pay(&mut self, parts: Vec<Part>) -> Result<PaymentHash, BookError> {
        let hash = parts.first().ok_or(BookError::NoParts)?.htlc.hash;
        for Part { htlc, .. } in &parts {
            if htlc.hash != hash {
                let other = htlc.hash;
                return Err(BookError::MixedHashes { hash, other });
            }
            if htlc.origin.is_some() {
                return Err(BookError::HasOrigin);
            }
        }
        if self.received(hash).is_some() {
            return Err(BookError::Paid { hash });
        }
        let earlier = self.failed_parts(hash)?;
        if parts.iter().any(|part| earlier.contains(part)) {
            return Err(BookError::SameAgain { hash });
        }
        let payment = OwnPayment {
            parts,
            outcome: None,
            earlier,
        };
        self.payments.insert(hash, payment);
        Ok(hash)
    }

    /// Takes down what is over. Steps for channels are none of its business.
    pub fn record(&mut self, decision: &Decision) {
        match decision {
            Decision::PaymentSettled { hash, preimage } => {
                self.conclude(*hash, Outcome::Settled(preimage.clone()));
            }
            Decision::PaymentFailed { hash, reason } => {
                self.conclude(*hash, Outcome::Failed(*reason));
            }
            Decision::Received { hash, amount } => {
                if let Some((_, received)) = self.invoices.get_mut(hash) {
                    received.get_or_insert(*amount);
                }
            }
            Decision::Learn { .. } | Decision::Update { .. } => {}
        }
    }

    /// The invoice for a hash.
    #[must_use]
    pub fn invoice(&self, hash: PaymentHash) -> Option<&Invoice> {
        self.invoices.get(&hash).map(|(invoice, _)| invoice)
    }

    /// The invoices, in the order of their hashes.
    pub fn invoices(&self) -> impl Iterator<Item = (PaymentHash, &Invoice)> {
        self.invoices
            .iter()
            .map(|(hash, (invoice, _))| (*hash, invoice))
    }

    /// What has come for an invoice, once all of it has.
    #[must_use]
    pub fn received(&self, hash: PaymentHash) -> Option<Amount> {
        self.invoices.get(&hash).and_then(|(_, received)| *received)
    }

    /// The own payment on a hash.
    #[must_use]
    pub fn payment(&self, hash: PaymentHash) -> Option<&OwnPayment> {
        self.payments.get(&hash)
    }

    /// The own payments, in the order of their hashes.
    pub fn payments(&self) -> impl Iterator<Item = (PaymentHash, &OwnPayment)> {
        self.payments.iter().map(|(hash, payment)| (*hash, payment))
    }

    fn entry(&mut self, hash: PaymentHash) -> Result<&mut (Invoice, Option<Amount>), BookError> {
        self.invoices
            .get_mut(&hash)
            .ok_or(BookError::NoInvoice { hash })
    }

    /// The parts of the attempts before, if the hash may be paid again.
    fn failed_parts(&self, hash: PaymentHash) -> Result<Vec<Part>, BookError> {
        let Some(payment) = self.payments.get(&hash) else {
            return Ok(Vec::new());
        };
        match payment.outcome {
            Some(Outcome::Failed(_)) => {
                let earlier = payment.earlier.iter().chain(&payment.parts);
                Ok(earlier.cloned().collect())
            }
            Some(Outcome::Settled(_)) | None => Err(BookError::PaymentExists { hash }),
        }
    }

    fn conclude(&mut self, hash: PaymentHash, outcome: Outcome) {
        if let Some(payment) = self.payments.get_mut(&hash) {
            payment.outcome.get_or_insert(outcome);
        }
    }
}
