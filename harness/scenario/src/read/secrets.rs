//! Secrets: what R of an HTLC or a payment is called.

use super::reader::short;
use super::steps::StepReader;
use crate::names::{ActorName, SecretName};
use crate::tree::Node;
use crate::{limits, suggest};

impl StepReader<'_> {
    /// A name for R, which other steps may have used before.
    pub(super) fn new_secret(&mut self, node: &Node) -> Option<SecretName> {
        let name = self.reader.name(node)?;
        if name == SecretName::WRONG {
            let message = format!("`{name}` is the secret that no HTLC has");
            self.reader
                .report("name-taken", node.span, message, "taken", "");
            return None;
        }
        let known = &self.scope.secrets;
        if known.len() >= limits::SECRETS && !known.contains_key(&name) {
            let message = format!("more than {} secrets", limits::SECRETS);
            let help = "`htlc` with `times` makes a series of secrets";
            self.reader
                .report("too-many-secrets", node.span, message, "one too many", help);
            return None;
        }
        Some(SecretName::new(&name))
    }

    /// A secret that an earlier step has introduced.
    pub(super) fn secret(&mut self, node: &Node) -> Option<SecretName> {
        let text = self.reader.text(node)?;
        self.secret_named(node, &text, None)
    }

    /// What `settle` sends: a secret, or `wrong`.
    pub(super) fn sent_secret(&mut self, node: &Node) -> Option<SecretName> {
        let text = self.reader.text(node)?;
        if text == SecretName::WRONG {
            return Some(SecretName::new(&text));
        }
        self.secret_named(node, &text, Some(SecretName::WRONG))
    }

    /// A known secret; `other` is what else could stand here.
    fn secret_named(&mut self, node: &Node, text: &str, other: Option<&str>) -> Option<SecretName> {
        if self.scope.secret(text).is_some() {
            return Some(SecretName::new(text));
        }
        let mut names = self.scope.secret_names();
        names.extend(other.map(str::to_owned));
        let help = if names.is_empty() {
            "`htlc`, `batch` and `route` introduce a secret with `secret:`".to_owned()
        } else {
            suggest::help(text, "a secret", names.iter().map(String::as_str))
        };
        let message = format!(
            "no step before this one introduces a secret `{}`",
            short(text)
        );
        self.reader.report(
            "no-such-secret",
            node.span,
            message,
            "unknown secret",
            &help,
        );
        None
    }

    /// An actor that receives an HTLC or a payment with this secret.
    pub(super) fn receiver(&mut self, node: &Node, secret: &SecretName) -> Option<ActorName> {
        let actor = self.actor(node)?;
        let Some(Some(known)) = self.scope.secret(secret.as_str()) else {
            return Some(actor);
        };
        if self.failing || known.receivers.contains(actor.as_str()) {
            return Some(actor);
        }
        let help = format!("`{secret}` goes to {}", listed(known.receivers.iter()));
        let message = format!("{actor} is not the receiver of `{secret}`");
        self.reader.report(
            "not-the-receiver",
            node.span,
            message,
            "not the receiver",
            &help,
        );
        None
    }

    /// A secret that pays, and one of the two that can say so.
    pub(super) fn payment(&mut self, node: &Node, by: &Node) -> Option<(SecretName, ActorName)> {
        let secret = self.secret(node)?;
        let actor = self.actor(by)?;
        let Some(Some(known)) = self.scope.secret(secret.as_str()) else {
            return Some((secret, actor));
        };
        if known.payments.is_empty() {
            let message = format!("no step before this one pays with `{secret}`");
            let help = "a `route` is a payment; of a single HTLC: `expect: { htlc: … }`";
            self.reader
                .report("no-such-payment", node.span, message, "no payment", help);
            return None;
        }
        if known.payments.contains(actor.as_str()) {
            return Some((secret, actor));
        }
        let parties = listed(known.payments.iter());
        let help = format!("its senders and receivers are {parties}");
        let message = format!("{actor} neither sends nor receives the payment `{secret}`");
        self.reader.report(
            "not-in-payment",
            by.span,
            message,
            "not of this payment",
            &help,
        );
        None
    }
}

fn listed<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    names.join(", ")
}
