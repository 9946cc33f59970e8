//! What `expect` can say about HTLCs, payments and messages.

use std::collections::BTreeSet;

use super::expects::count;
use super::reader::{Fields, Reader};
use super::steps::StepReader;
use crate::model::Expect;
use crate::names::ChannelName;
use crate::shape::SENT;
use crate::tree::Node;
use crate::{FailReason, HtlcState, PaymentState, limits};

impl StepReader<'_> {
    /// Reads an expectation of this kind.
    pub(super) fn expect_htlc_or_message(
        &mut self,
        kind: &str,
        fields: &Fields<'_>,
    ) -> Option<Expect> {
        match kind {
            "payment" => self.expect_payment(fields),
            "knows" => self.expect_knows(fields),
            "htlcs" => self.expect_htlcs(fields),
            "htlc" => self.expect_htlc(fields),
            "sent" => self.expect_sent(fields),
            "funds" => {
                let at_least = fields.must(self, "funds", |s, n| s.reader.amount(n));
                let by = fields.must(self, "by", Self::actor);
                Some(Expect::Funds {
                    at_least: at_least?,
                    by: by?,
                })
            }
            _ => {
                let channel = fields.must(self, "of", Self::channel)?;
                let by = fields.must(self, "by", |s, n| s.member(n, &channel));
                let count = fields.must(self, "signatures", count);
                Some(Expect::Signatures {
                    count: count?,
                    channel,
                    by: by?,
                })
            }
        }
    }

    fn expect_payment(&mut self, fields: &Fields<'_>) -> Option<Expect> {
        let (name, who) = (fields.get("payment")?, fields.get("by")?);
        let payment = self.payment(name, who);
        let state = fields.must(self, "is", |s, n| {
            s.reader
                .word(n, PaymentState::NAMES, PaymentState::from_name)
        });
        let reason = self.fail_reason(fields, state? == PaymentState::Failed);
        let (secret, by) = payment?;
        Some(Expect::Payment {
            secret,
            by,
            state: state?,
            reason: reason?,
        })
    }

    /// Why it failed, if the step says. The outer option is empty after a mistake.
    #[expect(clippy::option_option, reason = "absent and wrong are different")]
    fn fail_reason(&mut self, fields: &Fields<'_>, has_failed: bool) -> Option<Option<FailReason>> {
        let reason = fields.may(self, "reason", |s, n| {
            s.reader.word(n, FailReason::NAMES, FailReason::from_name)
        })?;
        if let (Some(_), false, Some(node)) = (reason, has_failed, fields.get("reason")) {
            let message = "`reason` only goes with `is: failed`";
            self.reader
                .report("unknown-key", node.span, message, "does not fit", "");
            return None;
        }
        Some(reason)
    }

    fn expect_knows(&mut self, fields: &Fields<'_>) -> Option<Expect> {
        let secret = fields.must(self, "knows", Self::secret);
        let by = fields.must(self, "by", Self::actor);
        let not = fields.or(&mut self.reader, "not", false, Reader::boolean);
        Some(Expect::Knows {
            secret: secret?,
            by: by?,
            knows: !not?,
        })
    }

    fn expect_htlcs(&mut self, fields: &Fields<'_>) -> Option<Expect> {
        let channel = fields.must(self, "of", Self::htlc_channel)?;
        let by = fields.must(self, "by", |s, n| s.member(n, &channel));
        let htlcs = self.htlc_numbers(fields.get("htlcs")?, &channel);
        Some(Expect::Htlcs {
            channel,
            htlcs: htlcs?,
            by: by?,
        })
    }

    /// Different numbers, perhaps none.
    fn htlc_numbers(&mut self, node: &Node, channel: &ChannelName) -> Option<BTreeSet<u64>> {
        let items = self.reader.items(node)?;
        let mut numbers = BTreeSet::new();
        if !items.is_empty() {
            let most = usize::try_from(limits::HTLCS).ok()?;
            self.reader.some_items(node, most, "HTLCs")?;
        }
        for item in items {
            if !numbers.insert(self.htlc_number(item, channel)?) {
                let message = "this HTLC is named twice";
                self.reader
                    .report("value-twice", item.span, message, "again", "");
                return None;
            }
        }
        Some(numbers)
    }

    fn expect_htlc(&mut self, fields: &Fields<'_>) -> Option<Expect> {
        let channel = fields.must(self, "of", Self::htlc_channel)?;
        let htlc = fields.must(self, "htlc", |s, n| s.htlc_number(n, &channel));
        let by = fields.must(self, "by", |s, n| s.member(n, &channel));
        let state = fields.must(self, "is", |s, n| {
            s.reader.word(n, HtlcState::NAMES, HtlcState::from_name)
        });
        let reason = self.fail_reason(fields, state? == HtlcState::Failed);
        Some(Expect::Htlc {
            channel,
            htlc: htlc?,
            by: by?,
            state: state?,
            reason: reason?,
        })
    }

    fn expect_sent(&mut self, fields: &Fields<'_>) -> Option<Expect> {
        let channel = fields.must(self, "of", Self::channel)?;
        let by = fields.must(self, "by", |s, n| s.member(n, &channel));
        let inner = self.reader.fields(fields.get("sent")?, &SENT)?;
        let message = inner.must(self, "message", Self::message);
        let count = inner.must(self, "count", count);
        Some(Expect::Sent {
            message: message?,
            count: count?,
            channel,
            by: by?,
        })
    }
}
