use bitcoin::{Amount, ScriptBuf, Sequence, TxIn, TxOut};
use leyden_labels::{Dialect, Side};

use super::*;
use crate::testing::{Fixture, core_accepts, outpoint};
use crate::{
    CommitmentSpec, InputSignature, SignatureError, build_breach_remedy, build_delivery,
    complete_breach_remedy, complete_delivery, complete_revocable_delivery,
    presign_revocable_delivery, verify_revocable_delivery,
};

struct Case {
    fixture: Fixture,
    spec: CommitmentSpec,
    commitment: Commitment,
}

impl Case {
    fn new(dialect: Dialect, holder: Side) -> Self {
        let fixture = Fixture::new(dialect, 100_000_000);
        let spec = fixture.spec(1, holder, 40_000_000);
        let commitment = fixture.commitment(&spec);
        Self {
            fixture,
            spec,
            commitment,
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        Dialect::BOTH
            .into_iter()
            .flat_map(|dialect| Side::BOTH.map(|holder| Self::new(dialect, holder)))
    }

    fn presign(&self) -> Option<InputSignature> {
        let other = self.fixture.keys.get(self.spec.holder.other());
        let counter = other.counter_rsmc(self.spec.number).unwrap();
        presign_revocable_delivery(&self.fixture.params, &self.spec, &self.commitment, &counter)
            .unwrap()
    }

    fn revocable_delivery(&self) -> Child {
        let params = &self.fixture.params;
        let presigned = verify_revocable_delivery(
            params,
            &self.spec,
            &self.commitment,
            self.presign().as_ref(),
        );
        let mut keys = self.fixture.keys.get(self.spec.holder).clone();
        let own = keys.own_rsmc(self.spec.number).unwrap();
        complete_revocable_delivery(
            params,
            &self.spec,
            &presigned.unwrap().unwrap(),
            &own,
            keys.delivery(),
        )
        .unwrap()
    }

    fn breach_remedy(&self) -> Child {
        let params = &self.fixture.params;
        let child = build_breach_remedy(params, &self.spec, &self.commitment).unwrap();
        let (holder, number) = (self.spec.holder, self.spec.number);
        let counter = self
            .fixture
            .keys
            .get(holder.other())
            .counter_rsmc(number)
            .unwrap();
        let disclosed = self
            .fixture
            .keys
            .get(holder)
            .clone()
            .own_rsmc(number)
            .unwrap();
        complete_breach_remedy(params, &self.spec, &child, &counter, &disclosed).unwrap()
    }

    fn delivery(&self) -> Child {
        let params = &self.fixture.params;
        let child = build_delivery(params, &self.commitment, destination()).unwrap();
        let keys = self.fixture.keys.get(self.spec.holder.other());
        complete_delivery(params, &child, keys.delivery()).unwrap()
    }
}

fn destination() -> ScriptBuf {
    ScriptBuf::from_bytes([&[0x00, 0x14][..], &[7; 20]].concat())
}

/// Fees attached: an input and an output behind the signed ones.
fn with_fee(child: &Child) -> Transaction {
    let mut tx = child.tx.clone();
    tx.input.push(TxIn {
        previous_output: outpoint(9),
        ..TxIn::default()
    });
    tx.output.push(TxOut {
        value: Amount::from_sat(5_000),
        script_pubkey: destination(),
    });
    tx
}

#[test]
fn children_are_what_the_paper_says() {
    for case in Case::all() {
        let holder = case.spec.holder;
        let own = *case.spec.balances.get(holder);
        let other = *case.spec.balances.get(holder.other());
        let pays = |side| crate::script_delivery(case.fixture.params.delivery.get(side));
        let expected = [
            (
                case.revocable_delivery(),
                "RD1",
                own,
                pays(holder),
                Sequence(1000),
                0,
            ),
            (
                case.breach_remedy(),
                "BR1",
                own,
                pays(holder.other()),
                Sequence(0xffff_fffd),
                0,
            ),
            (
                case.delivery(),
                "D1",
                other,
                destination(),
                Sequence(0xffff_fffd),
                1,
            ),
        ];
        for (child, name, amount, script, sequence, vout) in expected {
            assert_eq!(child.label.to_string(), format!("{name}{holder}"));
            assert_eq!(child.tx.version.0, 3);
            assert_eq!(child.tx.lock_time, LockTime::ZERO);
            assert_eq!(
                child.tx.output,
                [TxOut {
                    value: amount,
                    script_pubkey: script
                }]
            );
            assert_eq!(child.tx.input.len(), 1);
            assert_eq!(child.tx.input[0].sequence, sequence);
            assert_eq!(
                child.parent(),
                OutPoint::new(case.commitment.tx.compute_txid(), vout)
            );
            assert_eq!(child.spent.value, amount);
        }
    }
}

/// In dialect `noinput` the outputs are P2NSH, which only a patched node runs; deliveries are P2WPKH.
#[test]
fn bitcoin_core_accepts_children_with_and_without_a_fee() {
    for case in Case::all() {
        let children = match case.fixture.params.dialect {
            Dialect::Csv => vec![
                case.revocable_delivery(),
                case.breach_remedy(),
                case.delivery(),
            ],
            Dialect::Noinput => vec![case.delivery()],
        };
        for child in children {
            assert!(core_accepts(&child.tx, 0, &child.spent), "{}", child.label);
            assert!(
                core_accepts(&with_fee(&child), 0, &child.spent),
                "{}",
                child.label
            );
            let mut stolen = with_fee(&child);
            stolen.output[0].value -= Amount::ONE_SAT;
            assert!(!core_accepts(&stolen, 0, &child.spent), "{}", child.label);
            let mut early = child.tx.clone();
            early.input[0].sequence = Sequence(999);
            assert!(!core_accepts(&early, 0, &child.spent), "{}", child.label);
        }
    }
}

/// The signatures of a P2NSH witness, judged by the digest: both sides', in the order a, b.
#[test]
fn noinput_witnesses_hold_both_signatures_in_order() {
    for holder in Side::BOTH {
        let case = Case::new(Dialect::Noinput, holder);
        let script = &case.commitment.rsmc.as_ref().unwrap().witness_script;
        for child in [case.revocable_delivery(), case.breach_remedy()] {
            let tx = with_fee(&child);
            let witness = tx.input[0].witness.to_vec();
            assert_eq!(witness.len(), 4);
            assert!(witness[0].is_empty());
            assert_eq!(&witness[3], script.as_bytes());
            let spent = SpentInput {
                rules: DigestRules::Noinput,
                tx: &tx,
                index: 0,
                script_code: script,
                amount: child.spent.value,
            };
            for (bytes, side) in [(&witness[1], Side::A), (&witness[2], Side::B)] {
                let signature = InputSignature::parse(bytes).unwrap();
                let key = case.spec.rsmc.get(side).key();
                let hash_type = crate::HashType::SINGLE_ACP_NOINPUT;
                assert!(crate::verify_input(&spent, hash_type, key, &signature).is_ok());
            }
        }
    }
}

#[test]
fn a_presignature_survives_another_txid_of_the_commitment() {
    let case = Case::new(Dialect::Noinput, Side::A);
    let presignature = case.presign();
    let mut seen = case.fixture.complete(&case.commitment).tx;
    seen.input[0].previous_output = outpoint(3);
    seen.input.push(TxIn {
        previous_output: outpoint(4),
        ..TxIn::default()
    });
    let params = &case.fixture.params;
    let on_chain = case.commitment.on_chain(params, &seen).unwrap();
    let presigned = verify_revocable_delivery(params, &case.spec, &on_chain, presignature.as_ref());
    let child = presigned.unwrap().unwrap().child().clone();
    assert_eq!(child.tx.input[0].previous_output.txid, seen.compute_txid());
}

#[test]
fn presignatures_are_checked() {
    for holder in Side::BOTH {
        let noinput = Case::new(Dialect::Noinput, holder);
        let csv = Case::new(Dialect::Csv, holder);
        let check = |case: &Case, spec: &CommitmentSpec, signature: Option<&InputSignature>| {
            let commitment = case.fixture.commitment(spec);
            verify_revocable_delivery(&case.fixture.params, spec, &commitment, signature)
                .map(|_| ())
        };
        let good = noinput.presign();
        assert_eq!(check(&noinput, &noinput.spec, good.as_ref()), Ok(()));
        assert_eq!(
            check(&noinput, &noinput.spec, None),
            Err(SignatureError::Missing.into())
        );
        assert_eq!(check(&csv, &csv.spec, None), Ok(()));
        assert_eq!(
            check(&csv, &csv.spec, good.as_ref()),
            Err(SignatureError::Unexpected.into())
        );
        let other_amount = noinput.fixture.spec(1, holder, 40_000_001);
        let invalid = Err(SignatureError::Invalid.into());
        assert_eq!(check(&noinput, &other_amount, good.as_ref()), invalid);
        let other_number = noinput.fixture.spec(2, holder, 40_000_000);
        assert_eq!(check(&noinput, &other_number, good.as_ref()), invalid);
    }
}

#[test]
fn without_an_output_there_is_no_child() {
    let fixture = Fixture::new(Dialect::Noinput, 100_000);
    let spec = fixture.spec(0, Side::A, 329);
    let commitment = fixture.commitment(&spec);
    let params = &fixture.params;
    let counter = fixture.keys.b.counter_rsmc(0).unwrap();
    assert_eq!(
        presign_revocable_delivery(params, &spec, &commitment, &counter),
        Ok(None)
    );
    assert_eq!(
        verify_revocable_delivery(params, &spec, &commitment, None),
        Ok(None)
    );
    let label = "BR0a".parse().unwrap();
    assert_eq!(
        build_breach_remedy(params, &spec, &commitment),
        Err(BuildError::NoOutput { label })
    );
    let all_to_a = fixture.commitment(&fixture.spec(0, Side::A, 100_000));
    let label = "D0a".parse().unwrap();
    assert_eq!(
        build_delivery(params, &all_to_a, destination()),
        Err(BuildError::NoOutput { label })
    );
}

#[test]
fn wrong_keys_are_refused() {
    for case in Case::all() {
        let params = &case.fixture.params;
        let (holder, other) = (case.spec.holder, case.spec.holder.other());
        let wrong = Err(SignatureError::WrongKey.into());
        let mut holder_keys = case.fixture.keys.get(holder).clone();
        let other_keys = case.fixture.keys.get(other);
        let counter = other_keys.counter_rsmc(1).unwrap();
        let (own, older) = (
            holder_keys.own_rsmc(1).unwrap(),
            holder_keys.own_rsmc(0).unwrap(),
        );
        if params.dialect == Dialect::Noinput {
            let signed = presign_revocable_delivery(params, &case.spec, &case.commitment, &own);
            assert_eq!(signed, Err(SignatureError::WrongKey.into()));
        }
        let remedy = build_breach_remedy(params, &case.spec, &case.commitment).unwrap();
        let complete = |counter, disclosed| {
            complete_breach_remedy(params, &case.spec, &remedy, counter, disclosed)
        };
        assert_eq!(complete(&counter, &older), wrong);
        assert_eq!(complete(&own, &counter), wrong);
        let delivery = build_delivery(params, &case.commitment, destination()).unwrap();
        assert_eq!(
            complete_delivery(params, &delivery, holder_keys.delivery()),
            wrong
        );
        let presigned = verify_revocable_delivery(
            params,
            &case.spec,
            &case.commitment,
            case.presign().as_ref(),
        );
        let done = complete_revocable_delivery(
            params,
            &case.spec,
            &presigned.unwrap().unwrap(),
            &older,
            other_keys.delivery(),
        );
        assert_eq!(done, wrong);
    }
}

/// Fees come from the weight of the longest signatures: never too little, by 2 bytes a signature at most.
#[test]
fn worst_weights_bound_the_real_ones() {
    for case in Case::all() {
        let signatures = match case.fixture.params.dialect {
            Dialect::Noinput => [2, 2, 1],
            Dialect::Csv => [1, 2, 1],
        };
        let children = [
            case.revocable_delivery(),
            case.breach_remedy(),
            case.delivery(),
        ];
        for (child, signatures) in children.into_iter().zip(signatures) {
            let (worst, real) = (child.worst_weight().to_wu(), child.tx.weight().to_wu());
            assert!(worst >= real, "{}: {worst} < {real}", child.label);
            assert!(
                worst - real <= 2 * signatures,
                "{}: {worst}, {real}",
                child.label
            );
        }
    }
}
