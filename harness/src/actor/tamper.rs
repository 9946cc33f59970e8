//! Messages that are not what their sender's channel wrote: one field has another value of the same form.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a field names the messages that have it; no other can be changed there"
)]

use bitcoin::absolute::Height;
use bitcoin::secp256k1::{Message as Digest, SecretKey};
use bitcoin::{Amount, FeeRate, Witness};
use leyden_channel::{
    Batch, Change, CommitmentKeys, CommitmentSignatures, EndedHtlc, HtlcSignature, Message,
    SignedInput,
};
use leyden_scenario::MessageField;
use leyden_tx::{
    Disclosure, HtlcPubkeys, HtlcSecret, InputSignature, PREIMAGE_LEN, PaymentHash,
    PaymentPreimage, secp,
};

/// Nobody's key.
const FOREIGN_KEY: [u8; 32] = [0x42; 32];

/// The message with another value in this field; `None` if it has none.
///
/// Signatures and private keys become somebody else's. Keys of commitments and HTLCs are announced twice.
/// Numbers, amounts, heights and rates grow by one.
pub(super) fn tamper(message: &Message, field: MessageField) -> Option<Message> {
    let mut changed = message.clone();
    match field {
        MessageField::Revocation => revocation(&mut changed),
        MessageField::Signature => signature(&mut changed),
        MessageField::DeliverySignature => delivery_signature(&mut changed),
        MessageField::ContractSignature => contract_signature(&mut changed),
        MessageField::NextKeys => next_keys(&mut changed),
        MessageField::HtlcKeys => htlc_keys(&mut changed),
        MessageField::HtlcSecret => htlc_secrets(&mut changed, 1),
        MessageField::HtlcSecrets => htlc_secrets(&mut changed, 2),
        MessageField::Amount => amount(&mut changed),
        MessageField::Expiry => first_change(&mut changed, |change| match change {
            Change::Add(add) => {
                let next = add.expiry.to_consensus_u32().checked_add(1)?;
                add.expiry = Height::from_consensus(next).ok()?;
                Some(())
            }
            Change::Pay { .. } | Change::Settle { .. } | Change::Fail { .. } => None,
        }),
        MessageField::Hash => first_change(&mut changed, |change| match change {
            Change::Add(add) => {
                add.hash = PaymentHash::new(add.hash.as_bytes().map(|byte| !byte));
                Some(())
            }
            Change::Pay { .. } | Change::Settle { .. } | Change::Fail { .. } => None,
        }),
        MessageField::Preimage => first_change(&mut changed, |change| match change {
            Change::Settle { preimage, .. } => {
                *preimage = PaymentPreimage::new([0x42; PREIMAGE_LEN]);
                Some(())
            }
            Change::Pay { .. } | Change::Add(_) | Change::Fail { .. } => None,
        }),
        MessageField::Number => number(&mut changed),
        MessageField::Feerate => feerate(&mut changed),
    }?;
    (changed != *message).then_some(changed)
}

/// How many signatures a message carries.
pub(super) fn signatures(message: &Message) -> u32 {
    let of = |signatures: &CommitmentSignatures| {
        1_usize.saturating_add(usize::from(signatures.revocable_delivery.is_some()))
    };
    let count = match message {
        Message::FirstCommitment(first) => of(&first.signatures),
        Message::FundingSignatures(funding) => funding.inputs.len(),
        Message::Consent(consent) => consent.htlcs.len(),
        Message::Propose(propose) => propose.htlcs.len().saturating_add(of(&propose.signatures)),
        Message::Answer(answer) => answer.htlcs.len().saturating_add(of(&answer.signatures)),
        Message::Settle(_) | Message::SettleAnswer(_) => 1,
        Message::Open(_)
        | Message::Accept(_)
        | Message::FundingInputs(_)
        | Message::Ready(_)
        | Message::Offer(_)
        | Message::Complete(_)
        | Message::Reconnect(_) => 0,
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn foreign_key() -> Option<SecretKey> {
    SecretKey::from_slice(&FOREIGN_KEY).ok()
}

/// A signature of the same form, by nobody's key on nothing.
fn foreign_signature(signature: &mut InputSignature) -> Option<()> {
    let signed = secp().sign_ecdsa(&Digest::from_digest(FOREIGN_KEY), &foreign_key()?);
    let mut bytes = signed.serialize_der().to_vec();
    bytes.push(signature.hash_type().0);
    *signature = InputSignature::parse(&bytes).ok()?;
    Some(())
}

fn revocation(message: &mut Message) -> Option<()> {
    let disclosure = match message {
        Message::Answer(answer) => &mut answer.revocation,
        Message::Complete(complete) => &mut complete.revocation,
        _ => return None,
    };
    let mut bytes = [0; 64];
    let (secret, _) = bytes.split_at_mut(FOREIGN_KEY.len());
    secret.copy_from_slice(&FOREIGN_KEY);
    *disclosure = Disclosure::from_bytes(&bytes).ok()?;
    Some(())
}

fn commitment_signatures(message: &mut Message) -> Option<&mut CommitmentSignatures> {
    match message {
        Message::FirstCommitment(first) => Some(&mut first.signatures),
        Message::Propose(propose) => Some(&mut propose.signatures),
        Message::Answer(answer) => Some(&mut answer.signatures),
        _ => None,
    }
}

fn signature(message: &mut Message) -> Option<()> {
    match message {
        Message::Settle(settle) => foreign_signature(&mut settle.signature),
        Message::SettleAnswer(answer) => foreign_signature(&mut answer.signature),
        Message::FundingSignatures(funding) => funding.inputs.first_mut().and_then(signed_input),
        _ => foreign_signature(&mut commitment_signatures(message)?.commitment),
    }
}

/// Only of a segwit input: the witness is the signature and the key.
fn signed_input(input: &mut SignedInput) -> Option<()> {
    let mut items: Vec<Vec<u8>> = input.witness.iter().map(<[u8]>::to_vec).collect();
    let first = items.first_mut()?;
    let mut signature = InputSignature::parse(first).ok()?;
    foreign_signature(&mut signature)?;
    *first = signature.to_bytes();
    input.witness = Witness::from_slice(&items);
    Some(())
}

fn delivery_signature(message: &mut Message) -> Option<()> {
    let signatures = commitment_signatures(message)?;
    foreign_signature(signatures.revocable_delivery.as_mut()?)
}

fn contract_signature(message: &mut Message) -> Option<()> {
    let signatures: &mut Vec<HtlcSignature> = match message {
        Message::Consent(consent) => &mut consent.htlcs,
        Message::Propose(propose) => &mut propose.htlcs,
        Message::Answer(answer) => &mut answer.htlcs,
        _ => return None,
    };
    foreign_signature(&mut signatures.first_mut()?.signature)
}

fn next_keys(message: &mut Message) -> Option<()> {
    let keys: &mut CommitmentKeys = match message {
        Message::Open(open) => &mut open.keys.second,
        Message::Accept(accept) => &mut accept.keys.second,
        Message::Answer(answer) => &mut answer.next,
        Message::Complete(complete) => &mut complete.next,
        _ => return None,
    };
    keys.counter = keys.own;
    Some(())
}

fn htlc_keys(message: &mut Message) -> Option<()> {
    if let Message::Consent(consent) = message {
        twice(consent.keys.first_mut()?);
        return Some(());
    }
    first_change(message, |change| match change {
        Change::Add(add) => {
            twice(&mut add.keys);
            Some(())
        }
        Change::Pay { .. } | Change::Settle { .. } | Change::Fail { .. } => None,
    })
}

fn twice(keys: &mut HtlcPubkeys) {
    let mut all = *keys.all();
    let [first, second, ..] = &mut all;
    *second = *first;
    *keys = HtlcPubkeys::new(all);
}

/// So many of the two keys of the first ended HTLC.
fn htlc_secrets(message: &mut Message, count: usize) -> Option<()> {
    let ended: &mut Vec<EndedHtlc> = match message {
        Message::Answer(answer) => &mut answer.ended,
        Message::Complete(complete) => &mut complete.ended,
        _ => return None,
    };
    for key in ended.first_mut()?.keys.iter_mut().take(count) {
        *key = HtlcSecret::new(foreign_key()?);
    }
    Some(())
}

fn amount(message: &mut Message) -> Option<()> {
    let more = |amount: &mut Amount| {
        *amount = amount.checked_add(Amount::ONE_SAT)?;
        Some(())
    };
    match message {
        Message::Open(open) => more(&mut open.contribution.a),
        Message::FundingInputs(funding) => {
            more(&mut funding.contribution.inputs.first_mut()?.value)
        }
        _ => first_change(message, |change| match change {
            Change::Pay { amount } => more(amount),
            Change::Add(add) => more(&mut add.amount),
            Change::Settle { .. } | Change::Fail { .. } => None,
        }),
    }
}

fn number(message: &mut Message) -> Option<()> {
    let number = match message {
        Message::Offer(offer) => &mut offer.number,
        Message::Consent(consent) => &mut consent.number,
        Message::Propose(propose) => &mut propose.number,
        Message::Answer(answer) => &mut answer.number,
        Message::Complete(complete) => &mut complete.number,
        Message::Settle(settle) => &mut settle.number,
        Message::SettleAnswer(answer) => &mut answer.number,
        _ => return None,
    };
    *number = number.checked_add(1)?;
    Some(())
}

fn feerate(message: &mut Message) -> Option<()> {
    let Message::Settle(settle) = message else {
        return None;
    };
    let rate = settle.feerate.to_sat_per_kwu().checked_add(1)?;
    settle.feerate = FeeRate::from_sat_per_kwu(rate);
    Some(())
}

/// Changes the first change that has what is to be changed.
fn first_change(
    message: &mut Message,
    change: impl FnMut(&mut Change) -> Option<()>,
) -> Option<()> {
    let changes: &mut Vec<Change> = match message {
        Message::Offer(offer) => &mut offer.changes,
        Message::Propose(propose) => match &mut propose.batch {
            Batch::Changes(changes) => changes,
            Batch::AsOffered => return None,
        },
        _ => return None,
    };
    changes.iter_mut().find_map(change)
}

#[cfg(test)]
mod tests {
    use bitcoin::hex::FromHex as _;
    use leyden_channel::{Complete, Offer, Settle};
    use leyden_tx::{HashType, RsmcPubkey};

    use super::*;

    fn key(byte: u8) -> RsmcPubkey {
        let secret = SecretKey::from_slice(&[byte; 32]).unwrap();
        RsmcPubkey::new(secret.public_key(secp()))
    }

    fn complete() -> Message {
        Message::Complete(Complete {
            number: 7,
            revocation: Disclosure::from_bytes(&[1; 64]).unwrap(),
            ended: Vec::new(),
            next: CommitmentKeys {
                own: key(2),
                counter: key(3),
            },
        })
    }

    #[test]
    fn exactly_one_field_changes() {
        let Message::Complete(before) = complete() else {
            panic!("made above")
        };
        let of = |field| match tamper(&complete(), field) {
            Some(Message::Complete(changed)) => changed,
            other => panic!("{other:?}"),
        };
        let changed = of(MessageField::Number);
        assert_eq!((changed.number, &changed.next), (8, &before.next));
        let changed = of(MessageField::Revocation);
        assert_ne!(changed.revocation, before.revocation);
        assert_eq!((changed.number, &changed.next), (7, &before.next));
        let changed = of(MessageField::NextKeys);
        assert_eq!(changed.next.own, changed.next.counter);
        assert_eq!(changed.revocation, before.revocation);
    }

    #[test]
    fn one_key_of_an_ended_htlc_changes_or_both() {
        let secret = |byte| HtlcSecret::new(SecretKey::from_slice(&[byte; 32]).unwrap());
        let Message::Complete(mut before) = complete() else {
            panic!("made above")
        };
        before.ended = vec![EndedHtlc {
            number: 1,
            keys: [secret(4), secret(5)],
        }];
        for (field, differ) in [
            (MessageField::HtlcSecret, [true, false]),
            (MessageField::HtlcSecrets, [true, true]),
        ] {
            let Some(Message::Complete(changed)) =
                tamper(&Message::Complete(before.clone()), field)
            else {
                panic!("{field}")
            };
            let pairs = changed.ended[0].keys.iter().zip(&before.ended[0].keys);
            let found: Vec<bool> = pairs.map(|(new, old)| new != old).collect();
            assert_eq!(found, differ, "{field}");
        }
    }

    #[test]
    fn a_message_without_the_field_is_not_changed() {
        assert_eq!(tamper(&complete(), MessageField::Feerate), None);
        assert_eq!(tamper(&complete(), MessageField::HtlcSecret), None);
        let offer = Message::Offer(Offer {
            changes: vec![Change::Pay {
                amount: Amount::ONE_SAT,
            }],
            ..offer()
        });
        assert_eq!(tamper(&offer, MessageField::Hash), None);
        assert_ne!(tamper(&offer, MessageField::Amount), None);
    }

    fn offer() -> Offer {
        Offer {
            number: 1,
            first: 1,
            changes: Vec::new(),
        }
    }

    #[test]
    fn a_foreign_signature_keeps_its_form() {
        let der = "3006020101020101";
        let mut bytes = Vec::from_hex(der).unwrap();
        bytes.push(0xc3);
        let settle = Settle {
            number: 0,
            feerate: FeeRate::from_sat_per_kwu(250),
            signature: InputSignature::parse(&bytes).unwrap(),
        };
        let changed = tamper(&Message::Settle(settle.clone()), MessageField::Signature);
        let Some(Message::Settle(changed)) = changed else {
            panic!("{changed:?}")
        };
        assert_ne!(changed.signature, settle.signature);
        assert_eq!(changed.signature.hash_type(), HashType(0xc3));
        assert_eq!(signatures(&Message::Settle(changed)), 1);
    }
}
