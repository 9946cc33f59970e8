//! What the book refuses.

use leyden_tx::PaymentHash;

/// The book refuses an entry. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// Two invoices with one R: who paid which?
    #[error("there is an invoice for {hash}")]
    InvoiceExists {
        /// Its hash.
        hash: PaymentHash,
    },
    /// An invoice for nothing.
    #[error("an invoice for nothing")]
    ZeroAmount,
    /// R of another length than the paper's 20 bytes cannot be sent off chain.
    #[error("R of {bytes} bytes")]
    UnusualPreimage {
        /// Its length.
        bytes: usize,
    },
    /// There is none.
    #[error("there is no invoice for {hash}")]
    NoInvoice {
        /// Of what was looked for.
        hash: PaymentHash,
    },
    /// It is over.
    #[error("the invoice for {hash} is paid")]
    Paid {
        /// Its hash.
        hash: PaymentHash,
    },
    /// What was given up stays given up: the sender may have paid in another way.
    #[error("the invoice for {hash} is refused")]
    Refused {
        /// Its hash.
        hash: PaymentHash,
    },
    /// A payment of nothing.
    #[error("a payment without parts")]
    NoParts,
    /// The parts have different hashes.
    #[error("parts on {hash} and on {other}")]
    MixedHashes {
        /// Of the first part.
        hash: PaymentHash,
        /// Of another one.
        other: PaymentHash,
    },
    /// A part that passes on an HTLC is no part of an own payment.
    #[error("a part of an own payment passes nothing on")]
    HasOrigin,
    /// It is under way, or R is here: whoever has R could take it twice.
    #[error("{hash} is paid, or being paid")]
    PaymentExists {
        /// Its hash.
        hash: PaymentHash,
    },
    /// A new attempt could not be told from the old one: let it expire one block later.
    #[error("this part of {hash} has failed before")]
    SameAgain {
        /// Its hash.
        hash: PaymentHash,
    },
}
