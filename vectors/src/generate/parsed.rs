//! Vectors about bytes that a parser must refuse, each beside some that it must take.

use bitcoin::consensus::encode::serialize_hex;
use bitcoin::hex::DisplayHex;
use bitcoin::secp256k1::PublicKey;
use bitcoin::secp256k1::constants::CURVE_ORDER;
use leyden_labels::Side;
use leyden_tx::ChannelKeys;

use super::plan::{Entry, Plan, PlanError, public, seed, transactions_of};
use crate::changes::high_s;
use crate::model::inputs::{Inputs, Invalid, Spending, What};

/// Name, what is parsed, why, and the text.
type Parsed = (&'static str, What, &'static str, String);

/// `base` is a transaction whose witness begins with an empty element and two signatures.
pub(super) fn add(plan: &mut Plan, base: &Spending) -> Result<(), PlanError> {
    let entry = Entry::new("base", "", "", Inputs::Spending(base.clone()));
    let transactions = transactions_of(&entry)?;
    let tx = transactions.first().map(serialize_hex).unwrap_or_default();
    let input = transactions.first().and_then(|tx| tx.input.first());
    let signature = input.and_then(|input| input.witness.nth(2));
    let signature = signature.unwrap_or_default().to_vec();
    let mut cases = of_transactions(&tx);
    cases.extend(of_keys()?);
    cases.extend(of_signatures(&signature)?);
    cases.extend(of_disclosures()?);
    cases.extend(of_others()?);
    for (name, what, why, data) in cases {
        plan.add(Entry::new(
            format!("parse-{name}"),
            "-",
            why,
            Inputs::Invalid(Invalid::Parse { what, data }),
        ));
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.to_lower_hex_string()
}

fn cut(text: &str, less: usize) -> String {
    let left = text.get(..text.len().saturating_sub(less));
    left.unwrap_or_default().to_owned()
}

fn of_transactions(tx: &str) -> Vec<Parsed> {
    vec![
        (
            "transaction",
            What::Transaction,
            "A whole transaction with its witness is taken as it is.",
            tx.to_owned(),
        ),
        (
            "transaction-cut-off",
            What::Transaction,
            "The last byte of nLockTime is missing, so this is no transaction yet.",
            cut(tx, 2),
        ),
        (
            "transaction-and-a-byte",
            What::Transaction,
            "A byte behind it: it is one transaction, or none.",
            format!("{tx}00"),
        ),
        (
            "transaction-empty",
            What::Transaction,
            "No bytes at all are no transaction.",
            String::new(),
        ),
    ]
}

fn of_keys() -> Result<Vec<Parsed>, PlanError> {
    let point = public("key parse")?.0;
    let key = PublicKey::from_slice(&point);
    let uncompressed = key.map_or([0; 65], |key| key.serialize_uncompressed());
    let mut no_point = [0; 33];
    no_point[0] = 2;
    no_point[32] = 5;
    Ok(vec![
        (
            "public-key",
            What::PublicKey,
            "A key in its compressed form, the only one that is used here.",
            hex(&point),
        ),
        (
            "public-key-uncompressed",
            What::PublicKey,
            "65 bytes are as good a point, but keys have one form here.",
            hex(&uncompressed),
        ),
        (
            "public-key-no-point",
            What::PublicKey,
            "No point of the curve has this x: half of all numbers are no coordinates.",
            hex(&no_point),
        ),
        (
            "public-key-first-byte",
            What::PublicKey,
            "The first byte of a compressed key is 02 or 03 and nothing else.",
            format!("04{}", hex(point.get(1..).unwrap_or_default())),
        ),
        (
            "secret",
            What::Secret,
            "One is the least secret that there is.",
            format!("{:064x}", 1),
        ),
        (
            "secret-zero",
            What::Secret,
            "Zero is no secret: its public key would be the point at infinity.",
            "00".repeat(32),
        ),
        (
            "secret-order",
            What::Secret,
            "The order of the group is zero again, and so no secret.",
            hex(&CURVE_ORDER),
        ),
        (
            "secret-31-bytes",
            What::Secret,
            "A secret has 32 bytes, and this one has 31.",
            "11".repeat(31),
        ),
        (
            "no-hex",
            What::Secret,
            "Letters beyond f are no hex digits.",
            "zz".repeat(32),
        ),
    ])
}

fn of_signatures(good: &[u8]) -> Result<Vec<Parsed>, PlanError> {
    let high = high_s(good).map_err(|source| PlanError::Compute {
        vector: "parse-signature".to_owned(),
        source,
    })?;
    Ok(vec![
        (
            "signature",
            What::Signature,
            "Strict DER with a low S, and a hash type behind it.",
            hex(good),
        ),
        (
            "signature-high-s",
            What::Signature,
            "n - s instead of s is not relayed, and not taken.",
            hex(&high),
        ),
        (
            "signature-without-type",
            What::Signature,
            "The byte of the hash type is missing: the last byte of s is taken for it.",
            cut(&hex(good), 2),
        ),
        (
            "signature-compact",
            What::Signature,
            "Sixty-four bytes of r and s are the compact form, and no DER.",
            "11".repeat(64),
        ),
    ])
}

fn of_disclosures() -> Result<Vec<Parsed>, PlanError> {
    let mut keys = ChannelKeys::derive(&seed(Side::A), 0)?;
    let node = keys.disclosure(0)?.to_bytes();
    let mut zero_node = node;
    for byte in zero_node.iter_mut().take(32) {
        *byte = 0;
    }
    Ok(vec![
        (
            "disclosure",
            What::Disclosure,
            "A secret and a chain code, 32 bytes each.",
            hex(&node),
        ),
        (
            "disclosure-63-bytes",
            What::Disclosure,
            "A disclosure has 64 bytes, and this one has 63.",
            cut(&hex(&node), 2),
        ),
        (
            "disclosure-zero-secret",
            What::Disclosure,
            "The first half must be a secret, and zero is none.",
            hex(&zero_node),
        ),
    ])
}

fn of_others() -> Result<Vec<Parsed>, PlanError> {
    let point = public("key parse")?.0;
    Ok(vec![
        (
            "preimage",
            What::Preimage,
            "R as the paper has it, with 20 bytes.",
            "52".repeat(20),
        ),
        (
            "preimage-32-bytes",
            What::Preimage,
            "The script does not check R's length: whatever hashes to H is R.",
            "52".repeat(32),
        ),
        (
            "preimage-80-bytes",
            What::Preimage,
            "An R of 80 bytes is the longest that nodes relay in a witness.",
            "52".repeat(80),
        ),
        (
            "preimage-81-bytes",
            What::Preimage,
            "An R that no node relays is of no use on the chain: who forwards must not take it.",
            "52".repeat(81),
        ),
        (
            "odd-hex",
            What::Preimage,
            "An odd number of hex digits ends with half a byte.",
            "5".to_owned(),
        ),
        (
            "script",
            What::Script,
            "2 <key> 1 CHECKMULTISIG-like bytes: pushes that end where they should.",
            format!("5221{}52ae", hex(&point)),
        ),
        (
            "script-push-too-long",
            What::Script,
            "A push of 33 bytes with only 32 behind it runs over the end.",
            format!("21{}", "02".repeat(32)),
        ),
    ])
}
