use bitcoin::consensus::encode::serialize;
use bitcoin::hashes::Hash;
use bitcoin::{Amount, FeeRate, OutPoint, ScriptBuf, Transaction, TxIn, TxOut, Txid, Weight};
use leyden_labels::{Dialect, Label, PerSide, Side};
use leyden_tx::{
    ChannelKeys, ChannelParams, Child, Commitment, CommitmentSpec, DUST_LIMIT, Delay,
    FundingContribution, Seed, build_commitment, build_delivery, build_funding,
    complete_commitment, complete_delivery, funding_shared_weight, sign_commitment,
    verify_commitment, verify_funding_input,
};

use super::*;

struct Channel {
    params: ChannelParams,
    keys: PerSide<ChannelKeys>,
}

impl Channel {
    fn new(capacity_sat: u64) -> Self {
        let keys = PerSide::from_fn(|side| {
            ChannelKeys::derive(&Seed::labelled(b"test", &side.to_string()), 0).unwrap()
        });
        let params = ChannelParams {
            dialect: Dialect::Csv,
            delay: Delay::new(10).unwrap(),
            dust_limit: DUST_LIMIT,
            capacity: Amount::from_sat(capacity_sat),
            funding: PerSide::from_fn(|side| keys.get(side).funding().public()),
            delivery: PerSide::from_fn(|side| keys.get(side).delivery().public()),
        };
        Self { params, keys }
    }

    fn commitment(&self, a_sat: u64) -> Commitment {
        let a = Amount::from_sat(a_sat);
        let spec = CommitmentSpec {
            number: 0,
            holder: Side::A,
            balances: PerSide {
                a,
                b: self.params.capacity - a,
            },
            rsmc: PerSide {
                a: self.keys.a.clone().own_rsmc(0).unwrap().public(),
                b: self.keys.b.counter_rsmc(0).unwrap().public(),
            },
            htlcs: Vec::new(),
        };
        build_commitment(&self.params, &spec, outpoint(200)).unwrap()
    }

    fn complete(&self, commitment: &Commitment) -> Transaction {
        let (params, keys) = (&self.params, &self.keys);
        let signature = sign_commitment(params, commitment, keys.b.funding()).unwrap();
        let signed = verify_commitment(params, commitment, Side::B, &signature).unwrap();
        complete_commitment(params, &signed, keys.a.funding())
            .unwrap()
            .tx
    }

    fn delivery(&self, commitment: &Commitment) -> Child {
        let destination = ScriptBuf::from_bytes([&[0x00, 0x14][..], &[7; 20]].concat());
        let child = build_delivery(&self.params, commitment, destination).unwrap();
        complete_delivery(&self.params, &child, self.keys.b.delivery()).unwrap()
    }
}

fn outpoint(tag: u8) -> OutPoint {
    OutPoint::new(Txid::from_byte_array([tag; 32]), 0)
}

fn key(kind: AddressKind, index: u32) -> KeyId {
    KeyId { kind, index }
}

fn output(wallet: &Wallet, kind: AddressKind, index: u32, value: u64) -> TxOut {
    TxOut {
        value: Amount::from_sat(value),
        script_pubkey: wallet.script(key(kind, index)).unwrap(),
    }
}

/// P2WPKH coins of these amounts, at outpoints 0, 1, …
fn wallet(values: &[u64]) -> Wallet {
    let mut wallet = Wallet::new(&Seed::new([1; 32])).unwrap();
    for (tag, value) in (0..).zip(values) {
        let output = output(&wallet, AddressKind::Receive, u32::from(tag), *value);
        assert!(wallet.add_coin(outpoint(tag), output).unwrap());
    }
    wallet
}

fn rate(sat_per_vb: u32) -> FeeRate {
    FeeRate::from_sat_per_vb_u32(sat_per_vb)
}

const FUNDING: Purpose = Purpose {
    channel: 0,
    label: Label::FUNDING,
};

fn request(amount: u64, sat_per_vb: u32) -> FundingRequest {
    FundingRequest {
        channel: 0,
        amount: Amount::from_sat(amount),
        feerate: rate(sat_per_vb),
        shared: funding_shared_weight(),
        filter: CoinFilter::Any,
    }
}

fn spends(tx: &Transaction) -> Vec<OutPoint> {
    tx.input.iter().map(|input| input.previous_output).collect()
}

fn outputs(tx: &Transaction) -> u64 {
    tx.output.iter().map(|output| output.value.to_sat()).sum()
}

/// The fee is for the longest signatures: no less than the real size asks, and hardly more.
fn assert_pays(fee: u64, txs: &[&Transaction], sat_per_vb: u64, signatures: u64) {
    let real: u64 = txs.iter().map(|tx| tx.weight().to_vbytes_ceil()).sum();
    let most = real + signatures / 2 + u64::try_from(txs.len()).unwrap();
    assert!(fee >= real * sat_per_vb, "{fee} for {real} vB");
    assert!(fee <= most * sat_per_vb, "{fee} for {real} vB");
}

fn core_accepts(tx: &Transaction, index: usize, spent: &TxOut) -> bool {
    let flags = bitcoinconsensus::VERIFY_ALL_PRE_TAPROOT;
    let (script, value) = (spent.script_pubkey.as_bytes(), spent.value.to_sat());
    bitcoinconsensus::verify_with_flags(script, value, &serialize(tx), None, index, flags).is_ok()
}

#[test]
fn a_funding_of_both_kinds_of_coin_is_signed() {
    let channel = Channel::new(150_000);
    let mut wallet = wallet(&[100_000]);
    let legacy = output(&wallet, AddressKind::Legacy, 0, 80_000);
    wallet.add_coin(outpoint(9), legacy).unwrap();
    let mine = wallet.select_funding(&request(150_000, 3)).unwrap();
    let contributions = PerSide {
        a: mine.clone(),
        b: FundingContribution::default(),
    };
    let mut tx = build_funding(&channel.params, &contributions).unwrap();
    assert_eq!(spends(&tx), [outpoint(0), outpoint(9)]);
    for (index, script_sig, witness) in wallet.sign_funding(&tx, &mine).unwrap() {
        let coin = &mine.inputs[index];
        verify_funding_input(&tx, index, coin, &script_sig, &witness).unwrap();
        tx.input[index].script_sig = script_sig;
        tx.input[index].witness = witness;
    }
    for (index, coin) in mine.inputs.iter().enumerate() {
        let spent = TxOut {
            value: coin.value,
            script_pubkey: coin.script_pubkey.clone(),
        };
        assert!(core_accepts(&tx, index, &spent));
    }
    assert_pays(180_000 - outputs(&tx), &[&tx], 3, 5);
}

#[test]
fn filters_choose_by_kind() {
    let mut wallet = wallet(&[50_000]);
    let legacy = output(&wallet, AddressKind::Legacy, 0, 80_000);
    wallet.add_coin(outpoint(9), legacy).unwrap();
    let mut select = |filter, amount| {
        wallet.release(FUNDING);
        let chosen = wallet.select_funding(&FundingRequest {
            channel: 0,
            filter,
            ..request(amount, 1)
        });
        chosen.map(|c| {
            c.inputs
                .iter()
                .map(|input| input.outpoint)
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(select(CoinFilter::Any, 10_000), Ok(vec![outpoint(9)]));
    assert_eq!(select(CoinFilter::Segwit, 10_000), Ok(vec![outpoint(0)]));
    assert_eq!(select(CoinFilter::Legacy, 10_000), Ok(vec![outpoint(9)]));
    let short = select(CoinFilter::Segwit, 60_000).unwrap_err();
    let WalletError::NotEnough { needed, available } = short else {
        panic!("{short}")
    };
    assert_eq!(available.to_sat(), 50_000);
    assert!(needed.to_sat() > 60_000);
}

#[test]
fn of_equal_coins_the_segwit_one_is_chosen() {
    let mut wallet = wallet(&[]);
    for (tag, kind) in [(1, AddressKind::Legacy), (2, AddressKind::Receive)] {
        let coin = output(&wallet, kind, 0, 80_000);
        wallet.add_coin(outpoint(tag), coin).unwrap();
    }
    let chosen = wallet.select_funding(&request(10_000, 1)).unwrap();
    assert_eq!(chosen.inputs[0].outpoint, outpoint(2));
}

#[test]
fn change_below_dust_goes_to_the_fee() {
    // One P2WPKH input: 68 vB of input, 53.5 shared, 31 of change.
    let funded = |value| {
        let chosen = wallet(&[value]).select_funding(&request(50_000, 1));
        chosen.map(|c| c.change.map(|change| change.value.to_sat()))
    };
    let fee = |value, change: u64| value - 50_000 - change;
    let least = (50_000..60_000)
        .find(|value| funded(*value).is_ok())
        .unwrap();
    assert_eq!(funded(least), Ok(None));
    let first_change = (least..60_000)
        .find(|value| funded(*value) != Ok(None))
        .unwrap();
    assert_eq!(funded(first_change), Ok(Some(330)));
    // The change costs its own 31 vB.
    assert_eq!(fee(first_change, 330), fee(least, 0) + 31);
    assert!(funded(least - 1).is_err());
    let nothing = FundingRequest {
        channel: 0,
        shared: Weight::ZERO,
        ..request(0, 1)
    };
    assert_eq!(
        wallet(&[]).select_funding(&nothing),
        Ok(FundingContribution::default())
    );
}

/// A new F must spend a coin of the old one, or both could confirm.
#[test]
fn a_replacement_of_the_funding_uses_the_same_coins_and_change() {
    let mut wallet = wallet(&[60_000, 60_000, 200_000]);
    let first = wallet.select_funding(&request(150_000, 1)).unwrap();
    // A larger coin comes, but is not taken.
    let better = output(&wallet, AddressKind::Receive, 3, 900_000);
    wallet.add_coin(outpoint(3), better).unwrap();
    let second = wallet.select_funding(&request(150_000, 5)).unwrap();
    assert_eq!(first.inputs, second.inputs);
    let (old, new) = (first.change.unwrap(), second.change.unwrap());
    assert_eq!(old.script_pubkey, new.script_pubkey);
    assert!(old.value > new.value);
    // More than they hold: another coin joins them.
    let third = wallet.select_funding(&request(250_000, 5)).unwrap();
    assert_eq!(third.inputs.len(), 2);
    assert_eq!(third.inputs[0], first.inputs[0]);
    assert_eq!(wallet.reserved(FUNDING), [outpoint(2), outpoint(3)]);
    assert_eq!(wallet.available().to_sat(), 120_000);
    wallet.release(FUNDING);
    assert_eq!(wallet.available(), wallet.balance());
}

#[test]
fn a_child_of_a_confirmed_commitment_pays_for_itself() {
    let channel = Channel::new(1_000_000);
    let commitment = channel.commitment(400_000);
    let child = channel.delivery(&commitment);
    let mut wallet = wallet(&[20_000, 10_000]);
    let done = wallet.attach_fee(0, &child, None, rate(2)).unwrap();
    assert_eq!(done.label, child.label);
    assert_eq!(spends(&done.tx), [child.parent(), outpoint(0)]);
    assert_eq!(done.tx.input[0], child.tx.input[0]);
    assert_eq!(done.tx.output[0], child.tx.output[0]);
    assert!(core_accepts(&done.tx, 0, &child.spent));
    assert!(core_accepts(
        &done.tx,
        1,
        &output(&wallet, AddressKind::Receive, 0, 20_000)
    ));
    assert_pays(600_000 + 20_000 - outputs(&done.tx), &[&done.tx], 2, 2);
}

#[test]
fn a_child_of_an_unconfirmed_commitment_spends_its_anchor_and_pays_for_both() {
    // Side a's 100 sat are dust, and stand in the anchor.
    for (a, anchor_value) in [(400_000, 0), (100, 100)] {
        let channel = Channel::new(1_000_000);
        let commitment = channel.commitment(a);
        let parent = commitment.unconfirmed_parent().unwrap();
        assert_eq!(parent.anchor_value.to_sat(), anchor_value);
        let child = channel.delivery(&commitment);
        let done = wallet(&[20_000])
            .attach_fee(0, &child, Some(&parent), rate(2))
            .unwrap();
        assert_eq!(
            spends(&done.tx),
            [child.parent(), parent.anchor, outpoint(0)]
        );
        assert_eq!(done.tx.output.len(), 2);
        assert!(core_accepts(&done.tx, 0, &child.spent));
        let fee = child.spent.value.to_sat() + anchor_value + 20_000 - outputs(&done.tx);
        assert_pays(fee, &[&done.tx, &channel.complete(&commitment)], 2, 4);
    }
}

#[test]
fn a_bump_is_replaced_by_a_dearer_one_of_the_same_coin() {
    let channel = Channel::new(1_000_000);
    let commitment = channel.commitment(400_000);
    let parent = commitment.unconfirmed_parent().unwrap();
    let mut wallet = wallet(&[20_000, 50_000]);
    let first = wallet.bump_commitment(0, &parent, rate(1)).unwrap();
    assert_eq!(first.label.to_string(), "FB0a");
    assert_eq!(first.tx.version.0, 3);
    assert_eq!(spends(&first.tx), [parent.anchor, outpoint(1)]);
    assert_eq!(first.tx.output.len(), 1);
    assert!(core_accepts(
        &first.tx,
        1,
        &output(&wallet, AddressKind::Receive, 1, 50_000)
    ));
    assert!(core_accepts(&first.tx, 0, &commitment.tx.output[2]));
    let complete = channel.complete(&commitment);
    assert_pays(50_000 - outputs(&first.tx), &[&first.tx, &complete], 1, 3);
    assert_eq!(wallet.bump_commitment(0, &parent, rate(1)).unwrap(), first);

    let second = wallet.bump_commitment(0, &parent, rate(3)).unwrap();
    assert_eq!(spends(&second.tx), spends(&first.tx));
    assert_eq!(
        second.tx.output[0].script_pubkey,
        first.tx.output[0].script_pubkey
    );
    let dearer = outputs(&first.tx) - outputs(&second.tx);
    assert!(
        dearer >= second.tx.weight().to_vbytes_ceil(),
        "BIP 125, rule 4"
    );
    // Something else gets another coin.
    let other = wallet
        .attach_fee(0, &channel.delivery(&commitment), None, rate(1))
        .unwrap();
    assert_eq!(other.tx.input[1].previous_output, outpoint(0));
    assert_ne!(
        other.tx.output[1].script_pubkey,
        first.tx.output[0].script_pubkey
    );
}

#[test]
fn without_coins_the_wallet_says_so_and_keeps_nothing() {
    let channel = Channel::new(1_000_000);
    let commitment = channel.commitment(400_000);
    let parent = commitment.unconfirmed_parent().unwrap();
    for (values, available) in [(vec![], 0), (vec![400], 400)] {
        let mut wallet = wallet(&values);
        let error = wallet.bump_commitment(0, &parent, rate(10)).unwrap_err();
        let WalletError::NoFeeCoin {
            needed,
            available: held,
        } = error
        else {
            panic!("{error}")
        };
        assert!(needed.to_sat() > 2_000, "{needed}");
        assert_eq!(held.to_sat(), available);
        assert_eq!(wallet.available(), wallet.balance());
    }
}

#[test]
fn a_child_of_an_unconfirmed_parent_is_at_most_1000_vb() {
    let channel = Channel::new(1_000_000);
    let parent = channel.commitment(400_000).unconfirmed_parent().unwrap();
    let mut small = wallet(&[500; 30]);
    let error = small.bump_commitment(0, &parent, rate(6)).unwrap_err();
    assert!(
        matches!(error, WalletError::ChildTooLarge { vsize } if vsize > 1_000),
        "{error}"
    );
}

#[test]
fn coins_come_and_go_with_blocks() {
    let mut wallet = Wallet::new(&Seed::new([1; 32])).unwrap();
    let pay = |to: Vec<TxOut>, from: OutPoint| Transaction {
        version: bitcoin::transaction::Version::TWO,
        lock_time: bitcoin::absolute::LockTime::ZERO,
        input: vec![TxIn {
            previous_output: from,
            ..TxIn::default()
        }],
        output: to,
    };
    let receive = |index, value| {
        output(
            &Wallet::new(&Seed::new([1; 32])).unwrap(),
            AddressKind::Receive,
            index,
            value,
        )
    };
    let coinbase = pay(vec![receive(0, 5_000)], OutPoint::null());
    // Index 19 is watched from the start, 39 only once 19 is paid.
    let first = pay(vec![receive(19, 1_000), receive(39, 2_000)], outpoint(1));
    let spend = pay(
        vec![receive(0, 900)],
        OutPoint::new(first.compute_txid(), 0),
    );
    let passed_on = pay(
        vec![receive(1, 800)],
        OutPoint::new(spend.compute_txid(), 0),
    );

    wallet.handle_block(111, &[coinbase, first]).unwrap();
    assert_eq!(wallet.balance().to_sat(), 3_000);
    let at_111: Vec<Coin> = wallet.coins().cloned().collect();
    // One coin comes and goes within a block.
    wallet.handle_block(112, &[spend, passed_on]).unwrap();
    assert_eq!(wallet.balance().to_sat(), 2_800);
    let order = WalletError::BlockOrder {
        expected: 113,
        got: 112,
    };
    assert_eq!(wallet.handle_block(112, &[]), Err(order));
    let order = WalletError::BlockOrder {
        expected: 112,
        got: 111,
    };
    assert_eq!(wallet.handle_disconnect(111), Err(order));
    wallet.handle_disconnect(112).unwrap();
    assert_eq!(wallet.coins().cloned().collect::<Vec<_>>(), at_111);
    wallet.handle_disconnect(111).unwrap();
    assert_eq!(wallet.balance(), Amount::ZERO);
    assert!(wallet.handle_disconnect(110).is_err());
    wallet.handle_block(111, &[]).unwrap();
}

#[test]
fn addresses_are_fixed_and_not_handed_out_twice() {
    let mut wallet = wallet(&[1_000, 1_000]);
    for kind in [AddressKind::Receive, AddressKind::Legacy] {
        let first = wallet.next_script(kind).unwrap();
        let second = wallet.next_script(kind).unwrap();
        let from = if kind == AddressKind::Receive { 2 } else { 0 };
        assert_eq!(first, wallet.script(key(kind, from)).unwrap());
        assert_eq!(second, wallet.script(key(kind, from + 1)).unwrap());
    }
    assert!(
        wallet
            .script(key(AddressKind::Receive, 0))
            .unwrap()
            .is_p2wpkh()
    );
    assert!(
        wallet
            .script(key(AddressKind::Legacy, 0))
            .unwrap()
            .is_p2pkh()
    );
    let foreign = output(
        &Wallet::new(&Seed::new([2; 32])).unwrap(),
        AddressKind::Receive,
        0,
        9,
    );
    assert_eq!(wallet.add_coin(outpoint(50), foreign), Ok(false));
    assert_eq!(
        format!("{wallet:?}"),
        "Wallet { coins: 2, balance: 0.00002000 BTC, .. }"
    );
}

/// Labels repeat from channel to channel: with coins kept by label alone, the remedy of one channel
/// took the coin of the other's, and evicted it from the mempool.
#[test]
fn channels_do_not_share_what_is_kept() {
    let mut wallet = wallet(&[150_000, 140_000]);
    let first = wallet.select_funding(&request(100_000, 1)).unwrap();
    let other = FundingRequest {
        channel: 1,
        ..request(100_000, 1)
    };
    let second = wallet.select_funding(&other).unwrap();
    assert_ne!(first.inputs, second.inputs);
    assert_eq!(wallet.reserved(FUNDING), [first.inputs[0].outpoint]);
    wallet.release(FUNDING);
    let kept = Purpose {
        channel: 1,
        ..FUNDING
    };
    assert_eq!(wallet.reserved(kept), [second.inputs[0].outpoint]);
}
