//! Everything that vectors should reach.

use leyden_labels::{Dialect, Kind, Side};

use super::{Class, Items};

/// Children of an HTLC on the sender's commitment, and on the receiver's.
pub(super) const ON_SENDERS: [Kind; 5] = [
    Kind::HtlcExecutionDelivery,
    Kind::HtlcTimeout,
    Kind::HtlcTimeoutRevocableDelivery,
    Kind::HtlcTimeoutBreachRemedy,
    Kind::HtlcBreachRemedy,
];
pub(super) const ON_RECEIVERS: [Kind; 5] = [
    Kind::HtlcTimeoutDelivery,
    Kind::HtlcExecution,
    Kind::HtlcExecutionRevocableDelivery,
    Kind::HtlcExecutionBreachRemedy,
    Kind::HtlcBreachRemedy,
];

const WITNESSES: [&str; 8] = [
    "<> sig sig script",
    "<> sig sig R 1 script",
    "<> sig sig <> script",
    "<> sig sig 1 script",
    "sig <> script",
    "sig key",
    "scriptSig",
    "nothing (anchor)",
];

const MESSAGES: [&str; 6] = [
    "offer", "consent", "propose", "answer", "complete", "settle",
];

/// What can come of `disclosure` and of the tasks of `invalid`.
const OUTCOMES: [&str; 31] = [
    "disclose L",
    "disclose M",
    "disclose H",
    "receive accepted",
    "receive past-end",
    "receive repeated",
    "receive out-of-order",
    "receive wrong-key",
    "receive inconsistent",
    "presignature accepted",
    "presignature encoding",
    "presignature hash-type",
    "presignature invalid",
    "terms accepted",
    "terms refused",
    "parse transaction accepted",
    "parse transaction refused",
    "parse public-key accepted",
    "parse public-key refused",
    "parse secret accepted",
    "parse secret refused",
    "parse disclosure accepted",
    "parse disclosure refused",
    "parse preimage accepted",
    "parse preimage refused",
    "parse script accepted",
    "parse script refused",
    "parse signature accepted",
    "parse signature refused",
    "address regtest",
    "address mainnet",
];

/// All of it.
pub(super) fn all() -> Items {
    let mut items = Items::new();
    let mut add = |class, item: String| {
        items.entry(class).or_default().insert(item);
    };
    for dialect in Dialect::BOTH {
        for kind in Kind::ALL {
            add(Class::Transaction, transaction(kind, dialect));
        }
        for item in rows(dialect) {
            add(Class::Row, item);
        }
        for item in branches(dialect) {
            add(Class::Branch, format!("{item} ({dialect})"));
        }
        for message in MESSAGES {
            add(Class::Message, format!("{message} ({dialect})"));
        }
        for who in ["consensus", "policy", "nobody"] {
            add(Class::Refusal, format!("{who} ({dialect})"));
        }
    }
    for shape in WITNESSES {
        add(Class::Witness, shape.to_owned());
    }
    for rules in ["noinput", "bip143"] {
        for base in [1, 2, 3] {
            for flags in [0, 0x40, 0x80, 0xc0] {
                add(Class::HashType, hash_type(rules, base | flags));
            }
        }
    }
    for change in ["pay", "add", "settle", "fail"] {
        add(Class::Change, change.to_owned());
    }
    for outcome in OUTCOMES {
        add(Class::Outcome, outcome.to_owned());
    }
    items
}

pub(super) fn transaction(kind: Kind, dialect: Dialect) -> String {
    let shared = if kind == Kind::SharedCommitment {
        " without holder"
    } else {
        ""
    };
    format!("{}{shared} ({dialect})", kind.acronym())
}

pub(super) fn hash_type(rules: &str, hash_type: u8) -> String {
    format!("{hash_type:#04x} ({rules})")
}

pub(super) fn row(kind: Kind, holder: Side, sender: Option<Side>, dialect: Dialect) -> String {
    let acronym = kind.acronym();
    match sender {
        Some(sender) => format!("{acronym} on {holder}'s, HTLC from {sender} ({dialect})"),
        None => format!("{acronym} on {holder}'s ({dialect})"),
    }
}

fn rows(dialect: Dialect) -> Vec<String> {
    let mut rows = Vec::new();
    for holder in Side::BOTH {
        for kind in [
            Kind::Commitment,
            Kind::Delivery,
            Kind::RevocableDelivery,
            Kind::BreachRemedy,
        ] {
            rows.push(row(kind, holder, None, dialect));
        }
        for kind in ON_SENDERS {
            rows.push(row(kind, holder, Some(holder), dialect));
        }
        for kind in ON_RECEIVERS {
            rows.push(row(kind, holder, Some(holder.other()), dialect));
        }
    }
    rows
}

fn branches(dialect: Dialect) -> Vec<&'static str> {
    let mut branches = vec![
        "funding",
        "HTLC on sender's, IF",
        "HTLC on sender's, ELSE",
        "HTLC on receiver's, IF",
        "HTLC on receiver's, ELSE",
        "HT:0, IF",
        "HT:0, ELSE",
        "HE:0, IF",
        "HE:0, ELSE",
        "delivery",
    ];
    branches.extend(match dialect {
        Dialect::Noinput => &["RSMC"][..],
        Dialect::Csv => &["RSMC, IF", "RSMC, ELSE"],
    });
    branches
}
