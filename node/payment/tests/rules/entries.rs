//! What the book takes.

use leyden_channel::{FailReason, HtlcState};
use leyden_payment::{Book, BookError, Decision, Invoice, Outcome, Release};
use leyden_tx::PaymentHash;

use crate::common::{World, hash, origin, own, part, sat, secret};

fn invoice() -> Invoice {
    Invoice {
        preimage: secret(),
        amount: sat(1_000),
        release: Release::AtOnce,
    }
}

fn received() -> Decision {
    Decision::Received {
        hash: hash(),
        amount: sat(1_000),
    }
}

fn failed() -> Decision {
    Decision::PaymentFailed {
        hash: hash(),
        reason: FailReason::NoCapacity,
    }
}

#[test]
fn invoices_are_unique_and_for_something() {
    let mut book = Book::default();
    assert_eq!(
        book.release(hash()),
        Err(BookError::NoInvoice { hash: hash() })
    );
    let nothing = Invoice {
        amount: sat(0),
        ..invoice()
    };
    assert_eq!(book.ask(nothing), Err(BookError::ZeroAmount));
    assert_eq!(book.ask(invoice()), Ok(hash()));
    assert_eq!(
        book.ask(invoice()),
        Err(BookError::InvoiceExists { hash: hash() })
    );
    assert_eq!(book.invoices().count(), 1);
}

#[test]
fn what_is_over_stays_over() {
    let mut book = Book::default();
    book.ask(invoice()).unwrap();
    book.refuse(hash()).unwrap();
    assert_eq!(
        book.release(hash()),
        Err(BookError::Refused { hash: hash() })
    );
    let mut book = Book::default();
    book.ask(invoice()).unwrap();
    book.record(&received());
    assert_eq!(book.refuse(hash()), Err(BookError::Paid { hash: hash() }));
    assert_eq!(
        book.pay(vec![part(0, 1)]),
        Err(BookError::Paid { hash: hash() })
    );
}

#[test]
fn the_parts_of_a_payment_belong_together() {
    let mut book = Book::default();
    assert_eq!(book.pay(Vec::new()), Err(BookError::NoParts));
    let mut other = part(0, 1);
    other.htlc.hash = PaymentHash::new([8; 20]);
    let mixed = BookError::MixedHashes {
        hash: hash(),
        other: other.htlc.hash,
    };
    assert_eq!(book.pay(vec![part(0, 1), other]), Err(mixed));
    let mut forwarded = part(0, 1);
    forwarded.htlc.origin = Some(origin());
    assert_eq!(book.pay(vec![forwarded]), Err(BookError::HasOrigin));
}

#[test]
fn a_hash_is_paid_again_only_after_it_failed() {
    let mut book = Book::default();
    let exists = Err(BookError::PaymentExists { hash: hash() });
    book.pay(vec![part(0, 1)]).unwrap();
    assert_eq!(book.pay(vec![part(1, 1)]), exists);
    book.record(&failed());
    assert_eq!(
        book.pay(vec![part(0, 1)]),
        Err(BookError::SameAgain { hash: hash() })
    );
    book.pay(vec![part(1, 1)]).unwrap();
    book.record(&failed());
    assert_eq!(
        book.pay(vec![part(0, 1)]),
        Err(BookError::SameAgain { hash: hash() })
    );
    book.pay(vec![part(2, 1)]).unwrap();
    let settled = Decision::PaymentSettled {
        hash: hash(),
        preimage: secret(),
    };
    book.record(&settled);
    book.record(&failed());
    let outcome = book.payment(hash()).unwrap().outcome();
    assert_eq!(outcome, Some(&Outcome::Settled(secret())));
    assert_eq!(book.pay(vec![part(3, 1)]), exists);
}

#[test]
fn a_payment_without_an_entry_is_left_alone() {
    let world = World::new().with(1, own(HtlcState::Live));
    assert_eq!(world.decide(), []);
}
