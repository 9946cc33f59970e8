//! What one vector reaches, read from its inputs and values.

use leyden_labels::{Dialect, Kind, Label, Side};

use super::universe::{hash_type, row, transaction};
use super::{Class, Items};
use crate::compute::states;
use crate::model::inputs::{
    ChannelLife, Disclosure, End, Fees, Inputs, Invalid, Network, Rules, Script, Spending, Update,
    What,
};
use crate::model::{Vector, VectorFile};

pub(super) fn reached(files: &[VectorFile]) -> Items {
    let mut reach = Reach::default();
    for vector in files.iter().flat_map(|file| &file.vectors) {
        reach.vector(vector);
    }
    reach.0
}

#[derive(Default)]
struct Reach(Items);

impl Reach {
    fn add(&mut self, class: Class, item: String) {
        self.0.entry(class).or_default().insert(item);
    }

    fn vector(&mut self, vector: &Vector) {
        self.witnesses(vector);
        match &vector.inputs {
            Inputs::Funding(inputs) => self.kind(Kind::Funding, inputs.channel.dialect),
            Inputs::Settlement(inputs) => {
                let dialect = inputs.channel.dialect;
                self.kind(Kind::ExerciseSettlement, dialect);
                self.branch(vector, "", "funding", dialect);
            }
            Inputs::Spending(inputs) => self.spending(vector, inputs, ""),
            Inputs::Fees(Fees::Attach { child, .. }) => self.spending(vector, child, "child."),
            Inputs::Fees(Fees::Bump { commitment, .. }) => {
                self.kind(Kind::FeeBump, commitment.channel.dialect);
                self.spending(vector, commitment, "parent.");
            }
            Inputs::ChannelLife(inputs) => self.life(inputs),
            Inputs::Digest(inputs) => {
                let rules = match inputs.rules {
                    Rules::Bip143 => "bip143",
                    Rules::Noinput => "noinput",
                };
                self.add(Class::HashType, hash_type(rules, inputs.hash_type));
            }
            Inputs::Disclosure(inputs) => self.disclosure(vector, inputs),
            Inputs::Invalid(inputs) => self.invalid(vector, inputs),
            Inputs::Scripts(Script::Funding { network, .. }) => {
                let network = match network {
                    Network::Regtest => "regtest",
                    Network::Testnet => "testnet",
                    Network::Mainnet => "mainnet",
                };
                self.add(Class::Outcome, format!("address {network}"));
            }
            Inputs::Keys(_)
            | Inputs::Scripts(_)
            | Inputs::Signatures(_)
            | Inputs::CommitmentNumber(_)
            | Inputs::HtlcLife(_)
            | Inputs::Dust(_)
            | Inputs::Route(_)
            | Inputs::Sums(_) => {}
        }
    }

    fn kind(&mut self, kind: Kind, dialect: Dialect) {
        self.add(Class::Transaction, transaction(kind, dialect));
    }

    fn spending(&mut self, vector: &Vector, inputs: &Spending, prefix: &str) {
        let dialect = inputs.channel.dialect;
        let kind = inputs.label.kind();
        self.kind(kind, dialect);
        let htlcs = &inputs.commitment.htlcs;
        let of_htlc = kind.acronym().starts_with('H');
        let sender = htlcs
            .iter()
            .find(|htlc| of_htlc && htlc.id == inputs.label.number())
            .map(|htlc| htlc.sender);
        if let Some(holder) = inputs.label.side() {
            self.add(Class::Row, row(kind, holder, sender, dialect));
        }
        let script = script_of(inputs.label, sender);
        self.branch(vector, prefix, script, dialect);
    }

    /// Which branch the witness takes.
    fn branch(&mut self, vector: &Vector, prefix: &str, script: &str, dialect: Dialect) {
        let witness = witness(vector, &format!("{prefix}input.0"));
        let branch = match witness.as_slice() {
            // A script that begins with OP_IF.
            [.., selector, (code, _)] if code.starts_with("63") => {
                if selector.0.is_empty() {
                    ", ELSE"
                } else {
                    ", IF"
                }
            }
            _ => "",
        };
        self.add(Class::Branch, format!("{script}{branch} ({dialect})"));
    }

    fn witnesses(&mut self, vector: &Vector) {
        for (value, _) in vector.values() {
            let Some(input) = value.name.strip_suffix(".rules") else {
                continue;
            };
            let shape = match value.value.as_str() {
                "legacy" => "scriptSig".to_owned(),
                "none" => "nothing (anchor)".to_owned(),
                _ => shape(&witness(vector, input)),
            };
            self.add(Class::Witness, shape);
        }
    }

    fn life(&mut self, inputs: &ChannelLife) {
        let dialect = inputs.channel.dialect;
        let states = states(inputs).unwrap_or_default();
        let mut say = |message: &str| {
            self.add(Class::Message, format!("{message} ({dialect})"));
        };
        for (update, state) in inputs.updates.iter().zip(states.iter().skip(1)) {
            let adds = update
                .iter()
                .any(|change| matches!(change, Update::Add { .. }));
            // Signatures on children come before those on their commitment.
            let ahead = match dialect {
                Dialect::Noinput => adds,
                Dialect::Csv => !state.htlcs.is_empty(),
            };
            if ahead {
                say("offer");
                say("consent");
            }
            say("propose");
            say("answer");
            say("complete");
        }
        if matches!(inputs.end, End::Settle { .. }) {
            say("settle");
        }
        for change in inputs.updates.iter().flatten() {
            let word = match change {
                Update::Pay { .. } => "pay",
                Update::Add { .. } => "add",
                Update::Settle { .. } => "settle",
                Update::Fail { .. } => "fail",
            };
            self.add(Class::Change, word.to_owned());
        }
    }

    fn disclosure(&mut self, vector: &Vector, inputs: &Disclosure) {
        let (task, value) = match inputs {
            Disclosure::Disclose { .. } => ("disclose", vector.value("level")),
            Disclosure::Receive { .. } => ("receive", vector.value("outcome")),
        };
        if let Some(value) = value {
            self.add(Class::Outcome, format!("{task} {value}"));
        }
    }

    fn invalid(&mut self, vector: &Vector, inputs: &Invalid) {
        let outcome = vector.value("outcome").unwrap_or_default();
        match inputs {
            Invalid::Transaction { base, .. } => {
                let who = vector.value("refused_by").unwrap_or_default();
                let dialect = base.channel.dialect;
                self.add(Class::Refusal, format!("{who} ({dialect})"));
            }
            Invalid::Presignature { .. } => {
                self.add(Class::Outcome, format!("presignature {outcome}"));
            }
            Invalid::Terms { .. } => self.add(Class::Outcome, format!("terms {outcome}")),
            Invalid::Parse { what, .. } => {
                let what = what_name(*what);
                self.add(Class::Outcome, format!("parse {what} {outcome}"));
            }
        }
    }
}

const fn what_name(what: What) -> &'static str {
    match what {
        What::Transaction => "transaction",
        What::PublicKey => "public-key",
        What::Secret => "secret",
        What::Signature => "signature",
        What::Disclosure => "disclosure",
        What::Preimage => "preimage",
        What::Script => "script",
    }
}

/// The script that a transaction spends.
fn script_of(label: Label, sender: Option<Side>) -> &'static str {
    match label.kind() {
        Kind::RevocableDelivery | Kind::BreachRemedy => "RSMC",
        Kind::Delivery => "delivery",
        Kind::HtlcTimeoutRevocableDelivery | Kind::HtlcTimeoutBreachRemedy => "HT:0",
        Kind::HtlcExecutionRevocableDelivery | Kind::HtlcExecutionBreachRemedy => "HE:0",
        Kind::HtlcExecutionDelivery
        | Kind::HtlcTimeout
        | Kind::HtlcTimeoutDelivery
        | Kind::HtlcExecution
        | Kind::HtlcBreachRemedy => {
            if label.side() == sender {
                "HTLC on sender's"
            } else {
                "HTLC on receiver's"
            }
        }
        Kind::Funding
        | Kind::SharedCommitment
        | Kind::Commitment
        | Kind::ExerciseSettlement
        | Kind::FeeBump => "funding",
    }
}

/// The elements of an input's witness, and whether each is a signature.
fn witness<'a>(vector: &'a Vector, input: &str) -> Vec<(&'a str, bool)> {
    let prefix = format!("{input}.witness.");
    let elements = vector.values().filter_map(|(value, _)| {
        value.name.strip_prefix(&prefix)?;
        Some((value.value.as_str(), !value.signed.is_empty()))
    });
    elements.collect()
}

fn shape(witness: &[(&str, bool)]) -> String {
    let last = witness.len().saturating_sub(1);
    let words: Vec<&str> = witness
        .iter()
        .enumerate()
        .map(
            |(index, (element, signature))| match (signature, element.len()) {
                (true, _) => "sig",
                (false, 66) => "key",
                (false, _) if index == last => "script",
                (false, 0) => "<>",
                (false, 2) => "1",
                (false, _) => "R",
            },
        )
        .collect();
    words.join(" ")
}
