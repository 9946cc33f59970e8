//! What all tests of the machine share.

mod chain;
mod coin;
mod contracts;
mod dice;
mod duo;
mod party;

use bitcoin::{Amount, FeeRate};
use leyden_channel::{ChainTime, Config, HtlcLimits, Reacts};
use leyden_labels::{Dialect, Label, PerSide, Side};
use leyden_tx::{DUST_LIMIT, Delay};

pub use chain::name;
pub use coin::Coin;
pub use contracts::{EXPIRY, add, count, fail, pay, preimage, settle};
pub use dice::Dice;
pub use duo::Duo;
pub use party::Party;

pub const BALANCE: u64 = 50_000_000;
pub const DELAY: u16 = 10;

pub fn sat(amount: u64) -> Amount {
    Amount::from_sat(amount)
}

pub fn label(text: &str) -> Label {
    text.parse().unwrap()
}

pub fn now(height: u32) -> ChainTime {
    ChainTime {
        height,
        median_time: 0,
    }
}

pub fn config(side: Side, dialect: Dialect) -> Config {
    Config {
        side,
        channel_index: 0,
        dialect,
        delay: Delay::new(DELAY).unwrap(),
        contribution: PerSide {
            a: sat(BALANCE),
            b: sat(BALANCE),
        },
        dust_limit: DUST_LIMIT,
        reacts: Reacts::Blocks,
        keep_revoked: false,
        allow_malleable_funding: false,
        max_settlement_feerate: FeeRate::from_sat_per_vb(50).unwrap(),
        limits: HtlcLimits::default(),
        margin: None,
        destination: None,
    }
}
