use super::super::own_chain::{Disclosure, MAX_COMMITMENTS, OwnChain};
use super::*;
use crate::{ChannelKeys, ExtendedSecret, Seed};

fn chain(tag: u8) -> OwnChain {
    OwnChain::new(&ExtendedSecret::master(&[tag; 32]).unwrap()).unwrap()
}

/// The state after everything up to, not including, `number` has been disclosed: the last
/// disclosure of the earlier high chain, of the earlier days, and of this day.
fn disclosed_up_to(own: &mut OwnChain, number: u64) -> Disclosed {
    let mut known = |next: u64, digit: u64| {
        (digit > 0).then(|| Known {
            position: Position::of(next - 1).unwrap(),
            node: own.disclosure(next - 1).unwrap().node().clone(),
        })
    };
    let (days, highs) = (number / 128, number / 128 / 128);
    Disclosed {
        next: number,
        high: known(highs * 128 * 128, highs),
        middle: known(days * 128, days % 128),
        low: known(number, number % 128),
    }
}

fn give(own: &mut OwnChain, disclosed: &mut Disclosed, number: u64) {
    let (node, key) = (own.disclosure(number).unwrap(), own.public(number).unwrap());
    disclosed.accept(number, &node, &key).unwrap();
    assert!(disclosed.nodes_kept() <= 3, "{number}");
}

/// From the first on, over the end of two days, over the end of a high chain, and to the very end.
#[test]
fn disclosed_in_order_all_give_all_older_ones_and_no_newer_one() {
    for (first, end) in [
        (0, 300),
        (16_250, 16_520),
        (MAX_COMMITMENTS - 130, MAX_COMMITMENTS),
    ] {
        let mut own = chain(1);
        let mut disclosed = disclosed_up_to(&mut own, first);
        for number in first..end {
            assert_eq!(disclosed.next(), number);
            assert_eq!(disclosed.secret(number), None);
            give(&mut own, &mut disclosed, number);
            assert_eq!(disclosed.secret(number), Some(own.secret(number).unwrap()));
            if [0, 1, 127].contains(&((number + 1) % 128)) {
                assert_eq!(
                    disclosed,
                    disclosed_up_to(&mut own.clone(), number + 1),
                    "{number}"
                );
            }
        }
        let step = usize::try_from(end / 60).unwrap();
        for older in (0..end).step_by(step).chain(first..end) {
            let expected = own.secret(older).unwrap();
            assert_eq!(disclosed.secret(older), Some(expected), "{older} of {end}");
        }
        assert_eq!(disclosed.secret(end), None);
        assert_eq!(disclosed.secret(u64::MAX), None);
    }
}

/// What a disclosure gives, by any number of hardened steps 0', 1' and 2', is nothing of the next number.
#[test]
fn a_node_does_not_give_the_next_key() {
    for number in [0, 126, 127, 128, 16_382, 16_383, 16_384] {
        let mut own = chain(1);
        let next = own.secret(number + 1).unwrap();
        let mut reached = vec![own.disclosure(number).unwrap().node().clone()];
        for _ in 0..5 {
            let deeper: Vec<_> = reached
                .iter()
                .flat_map(|node| (0..3).map(|step| node.hardened(step).unwrap()))
                .collect();
            assert!(
                deeper.iter().all(|node| node.secret() != next.expose()),
                "{number}"
            );
            reached = deeper;
        }
    }
}

#[test]
fn the_last_commitment_is_the_end() {
    let mut own = chain(1);
    assert_eq!(
        own.public(MAX_COMMITMENTS),
        Err(KeyError::Exhausted {
            number: MAX_COMMITMENTS
        })
    );
    let mut disclosed = disclosed_up_to(&mut own, MAX_COMMITMENTS - 1);
    give(&mut own, &mut disclosed, MAX_COMMITMENTS - 1);
    assert_eq!(disclosed.nodes_kept(), 1);
    let (node, key) = (own.disclosure(0).unwrap(), own.public(0).unwrap());
    let refused = disclosed.accept(MAX_COMMITMENTS, &node, &key);
    assert_eq!(refused, Err(DisclosureError::PastEnd));
}

#[test]
fn wrong_repeated_and_unordered_disclosures_are_refused() {
    for number in [0, 1, 126, 127, 128, 16_383, 16_384] {
        let mut own = chain(1);
        let mut disclosed = disclosed_up_to(&mut own, number);
        let before = disclosed.clone();
        let key = own.public(number).unwrap();
        let mut refuse = |n: u64, node: &Disclosure, expected: DisclosureError| {
            assert_eq!(disclosed.accept(n, node, &key), Err(expected), "{number}");
            assert_eq!(disclosed, before, "state after {expected}");
        };
        let good = own.disclosure(number).unwrap();
        let wrong = DisclosureError::WrongKey { number };
        refuse(number, &own.disclosure(number + 1).unwrap(), wrong);
        refuse(number, &chain(2).disclosure(number).unwrap(), wrong);
        let mut foreign_chain_code = good.to_bytes();
        foreign_chain_code[63] ^= 1;
        refuse(
            number,
            &Disclosure::from_bytes(&foreign_chain_code).unwrap(),
            wrong,
        );
        let mut other_secret = good.to_bytes();
        other_secret[31] ^= 1;
        refuse(
            number,
            &Disclosure::from_bytes(&other_secret).unwrap(),
            wrong,
        );
        let skipped = DisclosureError::OutOfOrder {
            expected: number,
            got: number + 1,
        };
        refuse(number + 1, &own.disclosure(number + 1).unwrap(), skipped);
        if number > 0 {
            let again = DisclosureError::Repeated { number: number - 1 };
            refuse(number - 1, &own.disclosure(number - 1).unwrap(), again);
        }
        give(&mut own, &mut disclosed, number);
    }
}

/// The announced key is right, so only the older disclosures can tell that the chain changed.
#[test]
fn a_node_of_another_chain_is_refused_even_under_its_own_key() {
    for number in [1, 126, 127, 255, 16_383] {
        let mut disclosed = disclosed_up_to(&mut chain(1), number);
        let before = disclosed.clone();
        let mut foreign = chain(2);
        let (node, key) = (
            foreign.disclosure(number).unwrap(),
            foreign.public(number).unwrap(),
        );
        let refused = disclosed.accept(number, &node, &key);
        assert_eq!(
            refused,
            Err(DisclosureError::Inconsistent { number }),
            "{number}"
        );
        assert_eq!(disclosed, before);
    }
}

/// A new day of another chain cannot be told at its first disclosure, but at its end it is.
#[test]
fn a_changed_chain_is_found_at_the_end_of_the_day() {
    let mut disclosed = disclosed_up_to(&mut chain(1), 128);
    let mut foreign = chain(2);
    for number in 128..255 {
        give(&mut foreign, &mut disclosed, number);
    }
    let (node, key) = (
        foreign.disclosure(255).unwrap(),
        foreign.public(255).unwrap(),
    );
    let refused = disclosed.accept(255, &node, &key);
    assert_eq!(refused, Err(DisclosureError::Inconsistent { number: 255 }));
}

#[test]
fn a_disclosure_is_64_bytes() {
    let good = chain(1).disclosure(5).unwrap();
    assert_eq!(Disclosure::from_bytes(&good.to_bytes()), Ok(good));
    assert_eq!(Disclosure::from_bytes(&[0; 64]), Err(KeyError::BadSecret));
}

/// Every kept node is compared, not only the nearest: each alone being foreign is enough.
#[test]
fn every_older_node_is_checked() {
    let last_of_second_high = 2 * 128 * 128 - 1;
    for (number, levels) in [(130, 1), (128 * 3 - 1, 2), (last_of_second_high, 3)] {
        let mut own = chain(1);
        let good = disclosed_up_to(&mut own, number);
        let foreign = disclosed_up_to(&mut chain(2), number);
        let mixed = [
            Disclosed {
                low: foreign.low,
                ..good.clone()
            },
            Disclosed {
                middle: foreign.middle,
                ..good.clone()
            },
            Disclosed {
                high: foreign.high,
                ..good.clone()
            },
        ];
        let node = own.disclosure(number).unwrap();
        let key = own.public(number).unwrap();
        for mut disclosed in mixed.into_iter().take(levels) {
            let refused = disclosed.accept(number, &node, &key);
            assert_eq!(refused, Err(DisclosureError::Inconsistent { number }));
        }
        assert_eq!(good.clone().accept(number, &node, &key), Ok(()));
    }
}

#[test]
fn what_is_kept_is_enough_to_go_on() {
    let mut theirs = ChannelKeys::derive(&Seed::new([3; 32]), 0).unwrap();
    let mut disclosed = Disclosed::new();
    for number in 0..260 {
        let restored = Disclosed::restore(disclosed.next(), &disclosed.kept()).unwrap();
        assert!(restored == disclosed);
        let expected = theirs.own_rsmc(number).unwrap().public();
        let disclosure = theirs.disclosure(number).unwrap();
        disclosed = restored;
        disclosed.accept(number, &disclosure, &expected).unwrap();
    }
    assert_eq!(disclosed.secret(130), theirs.own_rsmc(130).ok());
    let newest = disclosed.kept();
    assert!(Disclosed::restore(259, &newest).is_err());
}
