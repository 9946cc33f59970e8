//! Signatures that let this side take an HTLC on chain.
//!
//! In `noinput` there are three for an HTLC, made once, when it is added. In `csv` there are two for
//! each commitment number, and those for the other side's old commitments are kept as long as the HTLC
//! lives: an old commitment with a living HTLC is resolved by the HTLC's terms.

use std::collections::BTreeMap;

use leyden_labels::{Dialect, Label, Side};
use leyden_tx::InputSignature;

use crate::fault::Incompatible;

/// The other side's signatures on children of commitments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Presigned {
    /// By HTLC, commitment number (0 in `noinput`) and label.
    signatures: BTreeMap<(u64, u64, Label), InputSignature>,
}

/// The most signatures that are kept: in `csv` the other side can add to them with every update.
const MOST: usize = 100_000;

impl Presigned {
    /// Refuses to begin an update that could bring more.
    pub(crate) fn check_room(&self) -> Result<(), Incompatible> {
        if self.signatures.len() < MOST {
            Ok(())
        } else {
            Err(Incompatible::TooManySignatures { most: MOST })
        }
    }

    pub(crate) fn insert(
        &mut self,
        dialect: Dialect,
        commitment: u64,
        label: Label,
        signature: InputSignature,
    ) {
        let key = (label.number(), generation(dialect, commitment), label);
        self.signatures.insert(key, signature);
    }

    pub(crate) fn get(
        &self,
        dialect: Dialect,
        commitment: u64,
        label: Label,
    ) -> Option<&InputSignature> {
        let key = (label.number(), generation(dialect, commitment), label);
        self.signatures.get(&key)
    }

    /// Forgets an HTLC whose keys the other side has disclosed.
    pub(crate) fn forget_htlc(&mut self, number: u64) {
        self.signatures.retain(|(htlc, _, _), _| *htlc != number);
    }

    /// Forgets what belongs to `holder`'s commitments before `number`, which it will not broadcast.
    pub(crate) fn forget_before(&mut self, dialect: Dialect, holder: Side, number: u64) {
        if dialect == Dialect::Csv {
            self.signatures.retain(|(_, commitment, label), _| {
                *commitment >= number || label.side() != Some(holder)
            });
        }
    }
}

/// `noinput` signatures do not belong to a commitment.
const fn generation(dialect: Dialect, commitment: u64) -> u64 {
    match dialect {
        Dialect::Noinput => 0,
        Dialect::Csv => commitment,
    }
}
