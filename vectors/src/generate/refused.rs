//! Vectors about what a peer or a parser refuses.

use leyden_labels::{Dialect, Label, Side};

use super::plan::{CAPACITY, Entry, Plan, PlanError, channel, commitment, htlc, nowhere};
use crate::changes::high_s;
use crate::compute::child_of;
use crate::model::HexBytes;
use crate::model::inputs::{Commitment, Htlc, Inputs, Invalid, Spending};

pub(super) fn add(plan: &mut Plan) -> Result<(), PlanError> {
    for dialect in Dialect::BOTH {
        add_presignatures(plan, dialect)?;
    }
    add_terms(plan);
    super::parsed::add(plan, &base(Dialect::Noinput))
}

fn base(dialect: Dialect) -> Spending {
    // What b signs in advance: in csv RD needs no signature of b's.
    let (label, htlcs) = match dialect {
        Dialect::Noinput => ("RD2a", Vec::new()),
        Dialect::Csv => ("HT1a", vec![htlc(1, Side::A, 10_000_000, 600)]),
    };
    Spending {
        label: label.parse().unwrap_or(Label::FUNDING),
        channel: channel(dialect, 0),
        funding: nowhere("F"),
        commitment: commitment(2, Side::A, 40_000_000, htlcs),
        preimage: None,
        destination: None,
    }
}

fn add_presignatures(plan: &mut Plan, dialect: Dialect) -> Result<(), PlanError> {
    let base = base(dialect);
    let failed = |source| PlanError::Compute {
        vector: base.label.to_string(),
        source,
    };
    let (child, _) = child_of(&base).map_err(failed)?;
    let Some(child) = child else {
        return Ok(());
    };
    let witness = child.tx.input.first().map(|input| input.witness.to_vec());
    let elements = witness.unwrap_or_default();
    let (Some(own), Some(good)) = (elements.get(1).cloned(), elements.get(2).cloned()) else {
        return Ok(());
    };
    let edited = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        edit(&mut bytes);
        bytes
    };
    let elsewhere = {
        let mut other = base.clone();
        other.commitment = Commitment {
            number: 2,
            ..commitment(2, Side::A, 39_999_999, other.commitment.htlcs.clone())
        };
        let (child, _) = child_of(&other).map_err(failed)?;
        let witness = child.and_then(|child| child.tx.input.first().map(|i| i.witness.to_vec()));
        witness.and_then(|elements| elements.get(2).cloned())
    };
    let cases: [(&str, &str, Vec<u8>); 10] = [
        (
            "good",
            "The other side's signature as it should be: it is kept until it is needed.",
            good.clone(),
        ),
        (
            "high-s",
            "n - s instead of s is just as valid, and what has it is not relayed: the peer refuses it while it can.",
            high_s(&good).map_err(failed)?,
        ),
        (
            "no-der",
            "As long as a signature and all zeros: no DER.",
            vec![0; 72],
        ),
        (
            "cut-off",
            "The last two bytes are missing: the lengths inside no longer fit.",
            edited(&|bytes| bytes.truncate(bytes.len().saturating_sub(2))),
        ),
        (
            "byte-too-many",
            "A byte behind the signature, before its hash type.",
            edited(&|bytes| bytes.insert(bytes.len().saturating_sub(1), 0)),
        ),
        (
            "empty",
            "An empty message instead of a signature is refused before anything is looked at.",
            Vec::new(),
        ),
        (
            "only-hash-type",
            "Only the hash-type byte that follows a signature, and nothing before it.",
            good.last().copied().into_iter().collect(),
        ),
        (
            "other-hash-type",
            "The right signature with another type behind it: the broadcaster could not attach a fee.",
            edited(&|bytes| {
                if let Some(last) = bytes.last_mut() {
                    *last &= 0x41;
                }
            }),
        ),
        (
            "own-key",
            "A good signature of the wrong side: it is checked by the key of the signer.",
            own,
        ),
        (
            "other-transaction",
            "The same key on another transaction: a satoshi less is in HTLC or balance, or the txid is another.",
            elsewhere.unwrap_or_default(),
        ),
    ];
    for (name, why, signature) in cases {
        let inputs = Invalid::Presignature {
            base: Box::new(base.clone()),
            signer: Side::B,
            signature: HexBytes(signature),
        };
        plan.add(Entry::new(
            format!("presignature-{name}-{dialect}"),
            "§3.3.5",
            why,
            Inputs::Invalid(inputs),
        ));
    }
    Ok(())
}

fn add_terms(plan: &mut Plan) {
    let of = |a, b, htlcs: Vec<Htlc>| {
        let mut made = commitment(2, Side::A, a, htlcs);
        made.balances_sat.b = b;
        made
    };
    let one = |id, amount| htlc(id, Side::A, amount, 600);
    let cases = [
        (
            "good",
            "Balances and HTLC make exactly the capacity of the channel.",
            of(40_000_000, 50_000_000, vec![one(1, 10_000_000)]),
        ),
        (
            "satoshi-too-many",
            "The balances are a satoshi more than the channel holds.",
            of(40_000_000, 60_000_001, Vec::new()),
        ),
        (
            "satoshi-too-few",
            "The balances are a satoshi less: it would go to miners.",
            of(40_000_000, 59_999_999, Vec::new()),
        ),
        (
            "htlc-forgotten",
            "The HTLC was taken from no balance: together they are more than the channel holds.",
            of(40_000_000, 60_000_000, vec![one(1, 10_000_000)]),
        ),
        (
            "htlc-below-dust",
            "An HTLC of 329 sat would have no output: whoever was to get it could be robbed of it.",
            of(40_000_000, 59_999_671, vec![one(1, 329)]),
        ),
        (
            "htlc-at-dust",
            "An HTLC of 330 sat is just large enough to have an output.",
            of(40_000_000, 59_999_670, vec![one(1, 330)]),
        ),
        (
            "htlcs-out-of-order",
            "HTLCs ascend by number: both sides must build the same outputs.",
            of(
                40_000_000,
                40_000_000,
                vec![one(2, 10_000_000), one(1, 10_000_000)],
            ),
        ),
        (
            "htlc-twice",
            "The same HTLC twice: numbers ascend, and none comes again.",
            of(
                40_000_000,
                40_000_000,
                vec![one(1, 10_000_000), one(1, 10_000_000)],
            ),
        ),
        (
            "more-than-the-channel",
            "All money that there ever is, in one balance.",
            of(2_100_000_000_000_000, 0, Vec::new()),
        ),
        (
            "everything-for-a",
            "One side owns all: the other has no output, and that is no mistake.",
            of(CAPACITY, 0, Vec::new()),
        ),
    ];
    for (name, why, commitment) in cases {
        let inputs = Invalid::Terms {
            channel: channel(Dialect::Noinput, 0),
            funding: nowhere("F"),
            commitment,
        };
        plan.add(Entry::new(
            format!("terms-{name}"),
            "§3.3.5, §4.4",
            why,
            Inputs::Invalid(inputs),
        ));
    }
}
