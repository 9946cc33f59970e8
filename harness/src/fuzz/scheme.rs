//! What a liar does: single lies, and schemes of several operations that only together win something.

use leyden_labels::Side;

use super::dice::Dice;
use super::generate::Imagined;
use super::history::{Cast, Op};
use super::write::side_of;

/// What can be changed, and in which messages; what a liar can gain most by stands here more often.
const LIES: [(&str, &str); 14] = [
    ("answer", "revocation"),
    ("complete", "revocation"),
    ("answer", "htlc_secret"),
    ("complete", "htlc_secret"),
    ("answer", "htlc_secrets"),
    ("complete", "htlc_secrets"),
    ("propose", "signature"),
    ("answer", "signature"),
    ("consent", "delivery_signature"),
    ("propose", "delivery_signature"),
    ("consent", "contract_signature"),
    ("offer", "amount"),
    ("propose", "number"),
    ("answer", "next_keys"),
];

/// How long an HTLC of a scheme has: enough for its receiver to take it on chain.
const EXPIRY: u32 = 40;

/// One lie, or an old commitment.
pub(super) fn lie(dice: &mut Dice, cast: &Cast, liar: usize) -> Op {
    let channel = own_channel(dice, cast, liar);
    if dice.chance(40) {
        return Op::Cheat {
            channel,
            back: u64::from(dice.between(1, 6)),
        };
    }
    let (message, field) = dice
        .pick(&LIES)
        .copied()
        .unwrap_or(("answer", "revocation"));
    Op::Tamper {
        channel,
        message,
        field,
    }
}

/// A way to rob a peer: something ends, and the liar publishes the commitment of before, which is worth more
/// to it. Half the time the key that it gave up then is a false one, and the peer must have noticed.
pub(super) fn scheme(
    dice: &mut Dice,
    cast: &Cast,
    liar: usize,
    imagined: &mut Imagined,
) -> Vec<Op> {
    let channel = own_channel(dice, cast, liar);
    let Some(side) = side_of(channel, liar) else {
        return Vec::new();
    };
    let place = Place {
        channel,
        side,
        peer: Cast::party(channel, side.other()),
    };
    let mut steps = match dice.roll(6) {
        0 | 1 => undo_payment(dice, &place),
        2 => undo_settlement(dice, &place, imagined),
        3 => take_what_was_given_back(dice, &place, liar, imagined),
        _ => let_the_peer_pay(dice, &place, cast, imagined),
    };
    if dice.chance(50) {
        steps.retain(|step| !matches!(step, Op::Tamper { .. }));
    }
    steps.push(Op::Cheat {
        channel,
        // One more than needed where something else came in between.
        back: u64::from(dice.between(1, 2)),
    });
    steps
}

/// Where a scheme is played.
struct Place {
    channel: usize,
    /// The liar's.
    side: Side,
    /// The one to be robbed.
    peer: usize,
}

impl Place {
    fn tamper(&self, message: &'static str, field: &'static str) -> Op {
        Op::Tamper {
            channel: self.channel,
            message,
            field,
        }
    }

    fn htlc(&self, dice: &mut Dice, from: Side, imagined: &mut Imagined) -> (u32, Op) {
        let secret = imagined.new_secret();
        imagined.add_htlc(self.channel, secret);
        let op = Op::Htlc {
            channel: self.channel,
            from,
            sat: dice.between(1_000_000, 8_000_000),
            blocks: EXPIRY,
            secret,
        };
        (secret, op)
    }
}

/// Pays, and publishes the commitment of before.
fn undo_payment(dice: &mut Dice, place: &Place) -> Vec<Op> {
    let pay = Op::Pay {
        channel: place.channel,
        from: place.side,
        sat: dice.between(1_000_000, 12_000_000),
    };
    vec![place.tamper("complete", "revocation"), pay]
}

/// Lets the peer take an HTLC with R off chain, and publishes the commitment that still has it.
fn undo_settlement(dice: &mut Dice, place: &Place, imagined: &mut Imagined) -> Vec<Op> {
    let (secret, htlc) = place.htlc(dice, place.side, imagined);
    let field = if dice.chance(50) {
        "htlc_secrets"
    } else {
        "revocation"
    };
    let reveal = Op::Reveal {
        secret,
        to: place.peer,
    };
    let settle = Op::Settle {
        channel: place.channel,
        secret,
        by: place.side.other(),
    };
    vec![htlc, reveal, place.tamper("answer", field), settle]
}

/// Gives an HTLC back, and takes it with R from the commitment that still has it.
fn take_what_was_given_back(
    dice: &mut Dice,
    place: &Place,
    liar: usize,
    imagined: &mut Imagined,
) -> Vec<Op> {
    let (secret, htlc) = place.htlc(dice, place.side.other(), imagined);
    let lie = place.tamper("complete", "htlc_secrets");
    let fail = Op::Fail {
        channel: place.channel,
        secret,
        by: place.side,
    };
    vec![htlc, lie, fail, Op::Reveal { secret, to: liar }]
}

/// Has the peer pass an HTLC on that it cannot hold the liar to yet. Whoever is beyond the peer takes it.
fn let_the_peer_pay(
    dice: &mut Dice,
    place: &Place,
    cast: &Cast,
    imagined: &mut Imagined,
) -> Vec<Op> {
    let (from, beyond) = match place.side {
        Side::A => (place.channel, place.peer.checked_add(1)),
        Side::B => (place.peer.saturating_add(1), place.peer.checked_sub(1)),
    };
    let Some(to) = beyond.filter(|actor| *actor < cast.actors) else {
        return undo_payment(dice, place);
    };
    let secret = imagined.new_secret();
    for channel in from.min(to)..from.max(to) {
        imagined.add_htlc(channel, secret);
    }
    let lose = Op::Lose {
        channel: place.channel,
        by: place.side,
        message: "complete",
    };
    let route = Op::Route {
        from,
        to,
        sat: dice.between(1_000_000, 6_000_000),
        parts: 1,
        hold: false,
        secret,
    };
    vec![lose, route]
}

/// A channel of the liar's, on either hand.
fn own_channel(dice: &mut Dice, cast: &Cast, liar: usize) -> usize {
    let near = [liar.checked_sub(1), Some(liar)];
    let own: Vec<usize> = near
        .into_iter()
        .flatten()
        .filter(|channel| *channel < cast.channels())
        .collect();
    dice.pick(&own).copied().unwrap_or(0)
}
