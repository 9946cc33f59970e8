//! Histories at random, over a bad link and on a chain that grows; then somebody gives up, or cheats.

use leyden_channel::{Command, Event, HtlcState, Message, Reaction, Reacts, StateName};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::Delay;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestCaseError};
use proptest::{prop_assert_eq, proptest};

use super::world::{World, tag_of};
use crate::common::{BALANCE, Duo, add, fail, pay, preimage, sat, settle};

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Deliver(Side),
    Pay(Side, u64),
    /// Blocks to the expiry.
    Add(Side, u64, u32),
    /// The nth of those that it could.
    Settle(Side, usize),
    Fail(Side, usize),
    Learn(Side, usize),
    /// A batch of all kinds.
    Mixed(Side, u64),
    Mine,
    Crash(Side),
    Drop(Side),
    Repeat(Side),
    Delay(Side),
    Reconnect(Side),
    /// Everything that is on its way arrives.
    Settled,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::A), Just(Side::B)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => side().prop_map(Step::Deliver),
        3 => (side(), 1..50_000u64).prop_map(|(side, amount)| Step::Pay(side, amount)),
        6 => (side(), 400..3_000_000u64, 4..30u32)
            .prop_map(|(side, amount, blocks)| Step::Add(side, amount, blocks)),
        4 => (side(), 0..4usize).prop_map(|(side, index)| Step::Settle(side, index)),
        2 => (side(), 0..4usize).prop_map(|(side, index)| Step::Fail(side, index)),
        2 => (side(), 0..4usize).prop_map(|(side, index)| Step::Learn(side, index)),
        2 => (side(), 400..3_000_000u64).prop_map(|(side, amount)| Step::Mixed(side, amount)),
        2 => Just(Step::Mine),
        1 => side().prop_map(Step::Crash),
        1 => side().prop_map(Step::Drop),
        1 => side().prop_map(Step::Repeat),
        1 => side().prop_map(Step::Delay),
        2 => side().prop_map(Step::Reconnect),
        3 => Just(Step::Settled),
    ]
}

struct History {
    world: World,
    tags: u64,
    margin: Option<u32>,
}

impl History {
    fn new(dialect: Dialect, margin: Option<u32>, reacts: Reacts) -> Self {
        let mut duo = Duo::with(dialect, false, |config| {
            config.delay = Delay::new(3).unwrap();
            config.margin = margin;
            config.reacts = reacts;
        });
        duo.open();
        Self {
            world: World::new(duo),
            tags: 0,
            margin,
        }
    }

    /// The HTLCs that `side` may end: their numbers and tags, whether R is known, and the expiry.
    fn incoming(&self, side: Side) -> Vec<(u64, u64, bool, u32)> {
        let htlcs = self.world.duo.channel(side).htlcs().into_iter();
        let live = htlcs.filter(|htlc| !htlc.outgoing && htlc.state == HtlcState::Live);
        live.map(|htlc| {
            let tag = tag_of(&htlc, self.tags);
            let known = htlc.preimage.is_some();
            let expiry = htlc.expiry.to_consensus_u32();
            (htlc.number.unwrap(), tag, known, expiry)
        })
        .collect()
    }

    /// Whether R can still be used if the peer is silent: what comes later is at the receiver's risk.
    fn in_time(&self, expiry: u32) -> bool {
        self.world.duo.height() + self.margin.unwrap_or(3) <= expiry
    }

    fn is_open(&self) -> bool {
        let closing = |side| self.world.duo.channel(side).state() == StateName::Closing;
        !Side::BOTH.into_iter().any(closing)
    }

    fn check(result: Option<Result<(), leyden_channel::Fault>>) {
        if let Some(Err(fault)) = result {
            // A `reconnect` that comes late shows an old number.
            let late = fault.name() == "behind-us";
            assert!(fault.reaction() == Reaction::Ignore || late, "{fault}");
        }
    }

    fn pump(&mut self) {
        while !self.world.duo.link.a.is_empty() || !self.world.duo.link.b.is_empty() {
            for side in Side::BOTH {
                Self::check(self.world.deliver(side));
            }
        }
    }

    fn new_htlc(&mut self, amount: u64, blocks: u32) -> leyden_channel::Request {
        self.tags += 1;
        add(amount, self.tags, self.world.duo.height() + blocks)
    }

    fn go(&mut self, step: Step) {
        match step {
            Step::Deliver(side) => Self::check(self.world.deliver(side)),
            Step::Pay(side, amount) => drop(self.world.update(side, &[pay(amount)])),
            Step::Add(side, amount, blocks) => {
                let request = self.new_htlc(amount, blocks);
                self.world.update(side, &[request]);
            }
            Step::Settle(side, index) => {
                let incoming = self.incoming(side);
                if let Some((number, tag, _, expiry)) = incoming.get(index)
                    && self.in_time(*expiry)
                {
                    self.world.update(side, &[settle(*number, *tag)]);
                }
            }
            Step::Fail(side, index) => {
                let mut unknown = self.incoming(side);
                unknown.retain(|(_, _, known, _)| !known);
                if let Some((number, ..)) = unknown.get(index) {
                    self.world.update(side, &[fail(*number)]);
                }
            }
            Step::Learn(side, index) => {
                if let Some((_, tag, _, expiry)) = self.incoming(side).get(index)
                    && self.in_time(*expiry)
                {
                    self.world.duo.learn(side, *tag);
                }
            }
            Step::Mixed(side, amount) => self.mixed(side, amount),
            Step::Mine => self.world.duo.mine(vec![]),
            Step::Crash(side) => self.world.duo.crash(side),
            Step::Drop(side) => drop(self.world.duo.link.get_mut(side).pop_front()),
            Step::Repeat(side) => {
                let link = self.world.duo.link.get_mut(side);
                let again: Option<Message> = link.front().cloned();
                link.extend(again);
            }
            Step::Delay(side) => {
                let link = self.world.duo.link.get_mut(side);
                let late = link.pop_front();
                link.extend(late);
            }
            Step::Reconnect(side) => self.world.duo.command(side, Command::Reconnect).unwrap(),
            Step::Settled => self.pump(),
        }
        if self.is_open() {
            self.world.observe();
        }
    }

    fn mixed(&mut self, side: Side, amount: u64) {
        let mut batch = vec![pay(amount % 1_000 + 1), self.new_htlc(amount, 12)];
        for (number, tag, known, expiry) in self.incoming(side) {
            match (number % 3, known) {
                (0, false) => batch.push(fail(number)),
                (1, _) if self.in_time(expiry) => batch.push(settle(number, tag)),
                _ => {}
            }
        }
        self.world.update(side, &batch);
    }

    /// The link is good again.
    fn reconnect(&mut self) {
        self.world.duo.link = PerSide::default();
        self.world.duo.command(Side::A, Command::Reconnect).unwrap();
        self.pump();
    }

    /// Both sides have the same, and what was accepted was made or given up by name.
    fn check_agreement(&self) -> Result<(), TestCaseError> {
        let duo = &self.world.duo;
        duo.check_agreement();
        let mut balances = PerSide {
            a: BALANCE,
            b: BALANCE,
        };
        for side in Side::BOTH {
            let channel = duo.channel(side);
            prop_assert_eq!(channel.state(), StateName::Open);
            prop_assert_eq!(channel.unsettled(), sat(0));
            prop_assert_eq!(channel.queued(), sat(0));
            let count = |wanted: fn(&Event) -> Option<u64>| -> u64 {
                duo.party(side).events.iter().filter_map(wanted).sum()
            };
            let sent = count(|event| match event {
                Event::PaymentSent { amount, .. } => Some(amount.to_sat()),
                _ => None,
            });
            let dropped = count(|event| match event {
                Event::PaymentDropped { amount } => Some(amount.to_sat()),
                _ => None,
            });
            let received = count(|event| match event {
                Event::PaymentReceived { amount, .. } => Some(amount.to_sat()),
                _ => None,
            });
            prop_assert_eq!(sent + dropped, *self.world.paid.get(side));
            *balances.get_mut(side) += received;
            *balances.get_mut(side) -= sent;
            for htlc in channel.htlcs() {
                let amount = htlc.amount.to_sat();
                match (htlc.state, htlc.outgoing, htlc.number) {
                    (HtlcState::Settled | HtlcState::Live, true, _) => {
                        *balances.get_mut(side) -= amount;
                    }
                    (HtlcState::Settled, false, _) => *balances.get_mut(side) += amount,
                    (HtlcState::Failed(_), _, _) | (HtlcState::Live, false, _) => {}
                    (state, ..) => panic!("{state:?} in a quiet channel"),
                }
            }
        }
        prop_assert_eq!(duo.channel(Side::A).balances(), balances.map(sat));
        self.check_events()
    }

    /// Each HTLC was told to be live once, and to be over once, on both sides.
    fn check_events(&self) -> Result<(), TestCaseError> {
        let duo = &self.world.duo;
        for side in Side::BOTH {
            for htlc in duo.channel(side).htlcs() {
                let Some(number) = htlc.number else {
                    continue;
                };
                let live = duo.told(side, &Event::HtlcLive { number });
                prop_assert_eq!(live, 1);
                let over = duo.party(side).events.iter().filter(|event| {
                    matches!(event, Event::HtlcSettled { number: k } | Event::HtlcFailed { number: k, .. } if *k == number)
                });
                prop_assert_eq!(over.count(), usize::from(htlc.state != HtlcState::Live));
                let known = htlc.preimage.is_none_or(|known| known.hash() == htlc.hash);
                assert!(known);
            }
        }
        Ok(())
    }
}

fn dialect() -> impl Strategy<Value = Dialect> {
    prop_oneof![Just(Dialect::Noinput), Just(Dialect::Csv)]
}

fn cases() -> Config {
    Config {
        // PROPTEST_CASES raises it.
        cases: std::env::var("PROPTEST_CASES").map_or(64, |cases| cases.parse().unwrap()),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    /// Nothing is lost, whatever the link does.
    #[test]
    fn both_sides_agree_in_the_end(
        dialect in dialect(),
        steps in proptest::collection::vec(step(), 10..80),
    ) {
        let mut history = History::new(dialect, None, Reacts::Blocks);
        for step in steps {
            history.go(step);
        }
        history.reconnect();
        history.check_agreement()?;
    }

    /// At any moment, whoever broadcasts whatever it can: an honest side has its due.
    #[test]
    fn nobody_loses_what_is_its_own(
        dialect in dialect(),
        mempool in any::<bool>(),
        steps in proptest::collection::vec(step(), 5..50),
        chosen in proptest::collection::vec((side(), any::<proptest::sample::Index>(), side()), 4),
    ) {
        let reacts = if mempool { Reacts::Mempool } else { Reacts::Blocks };
        let mut history = History::new(dialect, Some(3), reacts);
        for step in steps {
            let due = PerSide::from_fn(|side| history.world.due(side));
            let before = history.world.clone();
            history.go(step);
            if !history.is_open() {
                on_its_own(&history, &before, due);
                return Ok(());
            }
        }
        for (holder, index, first) in chosen {
            let threats = history.world.threats(holder);
            // What is newest is likelier to be of interest.
            let within = [2, 5, threats.len()][index.index(3)].min(threats.len());
            history.world.judge(&threats[index.index(within)], first);
        }
    }
}

/// A side went on chain because of a deadline: both have their due, whoever is first in each block.
fn on_its_own(history: &History, before: &World, due: PerSide<u64>) {
    for first in Side::BOTH {
        let mut duo = history.world.duo.clone();
        duo.link = PerSide::default();
        duo.resolve(first);
        let purse = duo.purse();
        for side in Side::BOTH {
            let receipts = super::world::receipts(&duo, &before.duo, side);
            let got = purse.paid.get(side) + receipts;
            let least = *due.get(side);
            assert!(got >= least, "{side} got {got} of {least}, {first} first");
        }
    }
}

/// R for the tags: the strategies above count on it.
#[test]
fn tags_are_found_again() {
    let mut duo = Duo::opened(Dialect::Noinput);
    duo.make(Side::A, &[add(1_000, 17, 900)]);
    let htlc = duo.htlc(Side::B, 1);
    assert_eq!(preimage(tag_of(&htlc, 20)).hash(), htlc.hash);
}
