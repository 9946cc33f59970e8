use leyden_labels::Dialect;

use super::*;
use crate::testing::{Fixture, core_accepts, outpoint};
use crate::{Seed, WalletSecret, sign_input, sign_legacy, wallet_secret};

fn secret(index: u32) -> WalletSecret {
    wallet_secret(&Seed::new([3; 32]), 0, index).unwrap()
}

fn coin(tag: u8, value: u64, legacy: bool) -> FundingInput {
    let key = CompressedPublicKey(*secret(u32::from(tag)).public().key());
    FundingInput {
        outpoint: outpoint(tag),
        value: Amount::from_sat(value),
        script_pubkey: if legacy {
            ScriptBuf::new_p2pkh(&key.pubkey_hash())
        } else {
            ScriptBuf::new_p2wpkh(&key.wpubkey_hash())
        },
    }
}

fn contribution(inputs: &[FundingInput], change: Option<u64>) -> FundingContribution {
    FundingContribution {
        inputs: inputs.to_vec(),
        change: change.map(|value| TxOut {
            value: Amount::from_sat(value),
            script_pubkey: coin(99, 0, false).script_pubkey,
        }),
    }
}

#[test]
fn inputs_and_outputs_stand_in_the_order_a_b() {
    let params = Fixture::new(Dialect::Noinput, 100_000).params;
    let contributions = PerSide {
        a: contribution(
            &[coin(5, 60_000, false), coin(4, 10_000, false)],
            Some(9_000),
        ),
        b: contribution(&[coin(1, 50_000, true)], Some(9_500)),
    };
    let tx = build_funding(&params, &contributions).unwrap();
    let spends: Vec<OutPoint> = tx.input.iter().map(|input| input.previous_output).collect();
    assert_eq!(spends, [outpoint(5), outpoint(4), outpoint(1)]);
    assert!(tx.input.iter().all(|input| input.sequence.0 == 0xffff_fffd));
    assert_eq!(tx.output[0], funding_output(&params));
    let values: Vec<u64> = tx
        .output
        .iter()
        .map(|output| output.value.to_sat())
        .collect();
    assert_eq!(values, [100_000, 9_000, 9_500]);
    assert!(is_segwit(&contributions.a.inputs[0]));
    assert!(!is_segwit(&contributions.b.inputs[0]));
}

#[test]
fn bad_contributions_are_refused() {
    let params = Fixture::new(Dialect::Noinput, 100_000).params;
    let build = |a, b| build_funding(&params, &PerSide { a, b }).map(|_| ());
    let none = FundingContribution::default;
    assert_eq!(build(none(), none()), Err(BuildError::NoInputs));
    assert_eq!(
        build(contribution(&[coin(1, 100_000, false)], None), none()),
        Ok(())
    );
    let (needed, got) = (Amount::from_sat(100_000), Amount::from_sat(99_999));
    let short = contribution(&[coin(1, 99_999, false)], None);
    assert_eq!(
        build(short, none()),
        Err(BuildError::Underfunded { needed, got })
    );
    let twice = contribution(&[coin(1, 100_000, false)], None);
    let duplicate = BuildError::DuplicateInput {
        outpoint: outpoint(1),
    };
    assert_eq!(build(twice.clone(), twice), Err(duplicate));
    let dusty = contribution(&[coin(1, 200_000, false)], Some(329));
    let dust = BuildError::Dust {
        value: Amount::from_sat(329),
        limit: Amount::from_sat(330),
    };
    assert_eq!(build(dusty, none()), Err(dust));
    let huge = contribution(&[coin(1, u64::MAX, false), coin(2, 1, false)], None);
    assert_eq!(build(huge, none()), Err(BuildError::Overflow));
    let zero = Fixture::new(Dialect::Csv, 0).params;
    let funded = PerSide {
        a: contribution(&[coin(1, 1_000, false)], None),
        b: none(),
    };
    assert!(matches!(
        build_funding(&zero, &funded),
        Err(BuildError::Dust { .. })
    ));
}

#[test]
fn the_other_sides_signatures_are_verified() {
    let params = Fixture::new(Dialect::Noinput, 100_000).params;
    let coins = [coin(1, 60_000, false), coin(2, 50_000, true)];
    let contributions = PerSide {
        a: contribution(&coins, None),
        b: FundingContribution::default(),
    };
    let mut tx = build_funding(&params, &contributions).unwrap();
    let script_code = ScriptBuf::p2wpkh_script_code(
        CompressedPublicKey(*secret(1).public().key()).wpubkey_hash(),
    );
    let spent = SpentInput {
        rules: DigestRules::Bip143,
        tx: &tx,
        index: 0,
        script_code: &script_code,
        amount: coins[0].value,
    };
    let signature = sign_input(&spent, HashType::ALL, secret(1).expose()).unwrap();
    let witness = Witness::from_slice(&[
        signature.to_bytes(),
        secret(1).public().serialize().to_vec(),
    ]);
    let legacy = sign_legacy(&tx, 1, &coins[1].script_pubkey, secret(2).expose()).unwrap();
    let script_sig = bitcoin::script::Builder::new()
        .push_slice(<&bitcoin::script::PushBytes>::try_from(legacy.to_bytes().as_slice()).unwrap())
        .push_slice(secret(2).public().serialize())
        .into_script();

    let (no_witness, no_script) = (Witness::new(), ScriptBuf::new());
    let check = |index: usize, script: &Script, witness: &Witness| {
        verify_funding_input(&tx, index, &coins[index], script, witness)
    };
    assert_eq!(check(0, &no_script, &witness), Ok(()));
    assert_eq!(check(1, &script_sig, &no_witness), Ok(()));
    assert_eq!(
        check(0, &no_script, &no_witness),
        Err(SignatureError::Unexpected)
    );
    assert_eq!(
        check(1, &no_script, &witness),
        Err(SignatureError::Unexpected)
    );
    assert_eq!(
        check(0, &script_sig, &no_witness),
        Err(SignatureError::Unexpected)
    );
    let foreign = Witness::from_slice(&[
        signature.to_bytes(),
        secret(2).public().serialize().to_vec(),
    ]);
    assert_eq!(
        check(0, &no_script, &foreign),
        Err(SignatureError::WrongKey)
    );
    let mut other = tx.clone();
    other.output[0].value -= Amount::ONE_SAT;
    for (index, script, witness) in [(0, &no_script, &witness), (1, &script_sig, &no_witness)] {
        let verified = verify_funding_input(&other, index, &coins[index], script, witness);
        assert_eq!(verified, Err(SignatureError::Invalid));
    }

    tx.input[0].witness = witness;
    tx.input[1].script_sig = script_sig;
    for (index, coin) in coins.iter().enumerate() {
        let spent = TxOut {
            value: coin.value,
            script_pubkey: coin.script_pubkey.clone(),
        };
        assert!(core_accepts(&tx, index, &spent));
    }
}
