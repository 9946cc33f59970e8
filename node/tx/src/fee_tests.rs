use super::*;

#[test]
fn fees_are_rounded_up_from_whole_virtual_bytes() {
    let fee = |weight, sat_per_kwu| {
        fee_for(
            Weight::from_wu(weight),
            FeeRate::from_sat_per_kwu(sat_per_kwu),
        )
        .map(Amount::to_sat)
    };
    assert_eq!(fee(400, 250), Ok(100));
    assert_eq!(fee(401, 250), Ok(101));
    assert_eq!(fee(404, 250), Ok(101));
    assert_eq!(fee(401, 2_500), Ok(1_010));
    assert_eq!(fee(4, 1), Ok(1));
    assert_eq!(fee(4, 0), Ok(0));
    assert_eq!(fee(u64::MAX, 250), Err(BuildError::Overflow));
    assert_eq!(fee(400, u64::MAX), Err(BuildError::Overflow));
    assert_eq!(
        fee(4_000_000, 5_250_000_000_000_000),
        Err(BuildError::Overflow)
    );
}

#[test]
fn a_package_is_judged_by_the_sum_of_its_virtual_bytes() {
    let rate = FeeRate::from_sat_per_vb(2).unwrap();
    let weights = [Weight::from_wu(401), Weight::from_wu(401)];
    assert_eq!(
        fee_for_package(&weights, rate),
        Ok(Amount::from_sat(2 * (101 + 101)))
    );
}

#[test]
fn the_shared_part_of_the_funding_is_what_inputs_and_changes_leave() {
    // Version, lock time, two counts, one output of 43 bytes; marker and flag.
    assert_eq!(
        funding_shared_weight(),
        Weight::from_wu((4 + 4 + 1 + 1 + 43) * 4 + 2)
    );
}
