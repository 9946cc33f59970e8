//! Plays a history on real bitcoinds, writes down what it was, and judges how it ended.

use core::fmt::Write as _;
use std::collections::BTreeMap;
use std::path::PathBuf;

use leyden_bitcoind::{Binary, Pool};
use leyden_channel::HtlcState;
use leyden_labels::Side;
use leyden_scenario::{Plan, ScenarioCell, SourceFile, Sources};
use leyden_tx::PaymentHash;

use crate::cell::{Session, Settings, StepError, demands, payment_hash};
use crate::vocabulary::vocabulary;

use super::due::Promises;
use super::history::{Cast, History, Op};
use super::judge::{Demand, last_steps};
use super::write::{Known, head, step};

/// Enough for every expiry, every delay and every fee.
const LAST_BLOCKS: u32 = 260;
/// In so many steps at most: a node that goes on complaining is one that is broken.
const LAST_STEPS: u32 = 40;

/// Faults that nothing but a defect brings about.
const DEFECTS: [&str; 7] = [
    "bug",
    "restless",
    "unknown-transaction",
    "recording",
    "rpc",
    "undrained",
    "block-order",
];
/// Faults that only a liar brings about.
const LIES: [&str; 14] = [
    "commitment-signature",
    "revocable-delivery-signature",
    "missing-signature",
    "surplus-signature",
    "htlc-signature",
    "htlc-signatures",
    "htlc-keys",
    "ended-htlcs",
    "wrong-htlc-key",
    "wrong-key",
    "not-offered",
    "key-reused",
    "ahead-of-us",
    "behind-us",
];

/// Where histories are played.
pub(super) struct Stage<'run> {
    pub(super) stock: &'run Binary,
    pub(super) patched: Option<&'run Binary>,
    pub(super) pool: &'run Pool,
    pub(super) settings: &'run Settings,
}

/// What is wrong with a history.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    /// A defect's name, or what did not hold at the end: a smaller history has to show the same.
    pub(super) kind: String,
    /// For a person.
    pub(super) text: String,
}

/// How a history ended.
#[derive(Clone, Debug)]
pub(super) struct Played {
    /// The scenario file that replays it.
    pub(super) text: String,
    /// What is wrong, if anything is.
    pub(super) wrong: Option<Wrong>,
    pub(super) steps: usize,
    pub(super) refused: usize,
    pub(super) transactions: usize,
    pub(super) blocks: u32,
}

/// Plays it to its end.
pub(super) fn play(history: &History, name: &str, stage: &Stage<'_>) -> Result<Played, StepError> {
    let about = "A random history; everybody honest gets their due.";
    let text = head(name, about, &history.cast);
    let first = parse(name, &text)?;
    let needs = demands(&first, stage.stock, stage.patched);
    let needs = needs.ok_or_else(|| StepError::new("start", "no bitcoind for this dialect"))?;
    let mut session = Session::start(&first, &needs, stage.pool, stage.settings)?;
    let started = session.height();
    for step in &first.steps {
        session.play(step)?;
    }
    let mut game = Game {
        history,
        name,
        session,
        text,
        promises: Promises::default(),
        wrong: None,
        steps: 0,
        refused: 0,
    };
    for op in &history.ops {
        game.op(op);
    }
    game.mine_last();
    game.judge();
    Ok(Played {
        transactions: game.session.transactions(),
        blocks: game.session.height().saturating_sub(started),
        text: game.text,
        wrong: game.wrong,
        steps: game.steps,
        refused: game.refused,
    })
}

/// A history that is being played.
struct Game<'run> {
    history: &'run History,
    name: &'run str,
    session: Session<'run>,
    text: String,
    promises: Promises,
    wrong: Option<Wrong>,
    steps: usize,
    refused: usize,
}

impl Game<'_> {
    /// Plays one operation, unless something has gone wrong, or it means nothing here.
    fn op(&mut self, op: &Op) {
        let cast = &self.history.cast;
        let line = step(op, cast.liar, &Told(&self.session));
        let (Some(line), None) = (line, &self.wrong) else {
            return;
        };
        match self.line(&line) {
            None => {}
            Some(Ok(())) => self.promises.note(op, &self.session, hash_of),
            Some(Err(error)) if is_wrong(&error.reason, cast) => {
                self.fail(&error.reason, &line, &error.detail);
            }
            Some(Err(error)) => {
                self.refused = self.refused.saturating_add(1);
                let _ = writeln!(self.text, "    fails: {}", error.reason);
                self.promises.note_refused(op, &self.session, hash_of);
            }
        }
    }

    /// Plays a step and writes it down; `None` if the language refuses it, which makes it no step.
    fn line(&mut self, line: &str) -> Option<Result<(), StepError>> {
        let with = format!("{}  - {line}\n", self.text);
        let cell = parse(self.name, &with).ok()?;
        let step = cell.steps.last()?;
        self.steps = self.steps.saturating_add(1);
        self.text = with;
        Some(self.session.play(step))
    }

    fn fail(&mut self, kind: &str, line: &str, detail: &str) {
        self.wrong.get_or_insert_with(|| Wrong {
            kind: kind.to_owned(),
            text: format!("{line}: {detail}"),
        });
    }

    /// The steps that say how it must have ended. Those that hold are not written down: what is due to whom
    /// depends on how it went, and goes otherwise once the defect is mended.
    fn judge(&mut self) {
        if self.wrong.is_some() {
            return;
        }
        for Demand { kind, line } in last_steps(&self.promises, self.history, &self.session) {
            let before = self.text.clone();
            match self.line(&line) {
                Some(Ok(())) => self.text = before,
                Some(Err(error)) => self.fail(kind, &line, &error.detail),
                None => self.fail("language", &line, "this is no step"),
            }
        }
        if let Err(error) = self.session.never_valid() {
            self.fail(&error.reason, "at the end", &error.detail);
        }
    }

    /// What an actor complains of ends a step: the blocks that are left come in another.
    fn mine_last(&mut self) {
        let until = self.session.height().saturating_add(LAST_BLOCKS);
        for _ in 0..LAST_STEPS {
            match until.saturating_sub(self.session.height()) {
                0 => return,
                blocks => self.op(&Op::Mine { blocks }),
            }
        }
        let height = self.session.height().to_string();
        self.fail(
            "restless",
            "somebody complains of every block up to",
            &height,
        );
    }
}

/// What the session knows, for writing a step down.
struct Told<'run>(&'run Session<'run>);

impl Known for Told<'_> {
    fn number(&self, channel: usize, side: Side) -> u64 {
        let actor = Cast::name(Cast::party(channel, side));
        let says = self.0.says(actor, Cast::channel(channel));
        says.map_or(0, |(number, _)| number)
    }

    fn htlc(&self, channel: usize, side: Side, secret: u32) -> Option<u64> {
        let actor = Cast::name(Cast::party(channel, side));
        let hash = hash_of(secret);
        let views = self.0.htlcs(actor, Cast::channel(channel));
        let mine = views.iter().filter(|view| view.hash == hash);
        let living = mine.clone().find(|view| view.state == HtlcState::Live);
        living.or_else(|| mine.clone().next())?.number
    }
}

/// The hash of a secret of a history.
fn hash_of(secret: u32) -> PaymentHash {
    payment_hash(&format!("s{secret}"))
}

fn is_wrong(reason: &str, cast: &Cast) -> bool {
    DEFECTS.contains(&reason) || (cast.liar.is_none() && LIES.contains(&reason))
}

/// The cell of a scenario text.
fn parse(name: &str, text: &str) -> Result<ScenarioCell, StepError> {
    let sources = Sources {
        scenarios: vec![SourceFile {
            path: PathBuf::from(format!("{name}.yaml")),
            bytes: text.as_bytes().to_vec(),
        }],
        fragments: BTreeMap::new(),
    };
    let plan = Plan::check(&sources, &vocabulary())
        .map_err(|problems| StepError::new("language", problems.render(100, false)))?;
    let cell = plan.cells().first().cloned();
    cell.ok_or_else(|| StepError::new("language", "the scenario has no cell"))
}
