//! Plays a history on real bitcoinds, writes down what it was, and judges how it ended.

use core::fmt::Write as _;
use std::collections::BTreeMap;
use std::path::PathBuf;

use bitcoin::Amount;
use leyden_bitcoind::{Binary, Pool};
use leyden_scenario::{Plan, ScenarioCell, SourceFile, Sources};

use crate::cell::{Session, Settings, StepError, demands, payment_hash};
use crate::vocabulary::vocabulary;

use super::due::Promises;
use super::history::{Cast, History, Op};
use super::write::{head, step};

/// Enough for every expiry, every delay and every fee.
const LAST_BLOCKS: u32 = 260;

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

/// How a history ended.
#[derive(Clone, Debug)]
pub(super) struct Played {
    /// The scenario file that replays it.
    pub(super) text: String,
    /// What is wrong, if anything is.
    pub(super) wrong: Option<String>,
    pub(super) steps: usize,
    pub(super) refused: usize,
    pub(super) transactions: usize,
    pub(super) blocks: u32,
}

/// Plays it to its end.
pub(super) fn play(history: &History, name: &str, stage: &Stage<'_>) -> Result<Played, StepError> {
    let about = "A random history; everybody honest gets their due.";
    let mut text = head(name, about, &history.cast);
    let first = parse(name, &text)?;
    let needs = demands(&first, stage.stock, stage.patched);
    let needs = needs.ok_or_else(|| StepError::new("start", "no bitcoind for this dialect"))?;
    let mut session = Session::start(&first, &needs, stage.pool, stage.settings)?;
    let mut played = Played {
        text: String::new(),
        wrong: None,
        steps: 0,
        refused: 0,
        transactions: 0,
        blocks: 0,
    };
    let started = session.height();
    for step in &first.steps {
        session.play(step)?;
    }
    let mut promises = Promises::default();
    let last = Op::Mine {
        blocks: LAST_BLOCKS,
    };
    for op in history.ops.iter().chain([&last]) {
        let Some(line) = written(op, &history.cast, &session) else {
            continue;
        };
        let with = format!("{text}  - {line}\n");
        // What the language refuses is no step.
        let Ok(cell) = parse(name, &with) else {
            continue;
        };
        let Some(step) = cell.steps.last() else {
            continue;
        };
        played.steps = played.steps.saturating_add(1);
        text = with;
        match session.play(step) {
            Ok(()) => promises.note(op, &session, |secret| payment_hash(&format!("s{secret}"))),
            Err(error) => {
                played.refused = played.refused.saturating_add(1);
                if is_wrong(&error.reason, &history.cast) {
                    played.wrong = Some(format!("{line}: {}: {}", error.reason, error.detail));
                    break;
                }
                let _ = writeln!(text, "    fails: {}", error.reason);
                promises.note_refused(op, &session, |secret| payment_hash(&format!("s{secret}")));
            }
        }
    }
    if played.wrong.is_none() {
        played.wrong = judge(&promises, history, &session, &mut text)?;
    }
    played.transactions = session.transactions();
    played.blocks = session.height().saturating_sub(started);
    played.text = text;
    Ok(played)
}

fn written(op: &Op, cast: &Cast, session: &Session<'_>) -> Option<String> {
    step(op, cast.liar, |channel, side| {
        let actor = Cast::name(Cast::party(channel, side));
        session
            .says(actor, Cast::channel(channel))
            .map_or(0, |(_, number)| number)
    })
}

fn is_wrong(reason: &str, cast: &Cast) -> bool {
    DEFECTS.contains(&reason) || (cast.liar.is_none() && LIES.contains(&reason))
}

/// Compares what each honest actor has with what is due to it. Each gets a step that says so.
fn judge(
    promises: &Promises,
    history: &History,
    session: &Session<'_>,
    text: &mut String,
) -> Result<Option<String>, StepError> {
    let funds: BTreeMap<String, Amount> = session
        .funds()?
        .into_iter()
        .map(|(name, amount)| (name.to_string(), amount))
        .collect();
    let mut wrong = None;
    for actor in (0..history.cast.actors).filter(|actor| is_honest(*actor, history)) {
        let name = Cast::name(actor);
        let due = promises.due(actor, &history.cast, session);
        let due = u64::try_from(due).unwrap_or(0);
        let has = funds.get(name).map_or(0, |amount| amount.to_sat());
        let _ = writeln!(text, "  - expect: {{ funds: {due} sat, by: {name} }}");
        if has < due && wrong.is_none() {
            wrong = Some(format!("{name} has {has} sat; {due} sat are due"));
        }
    }
    // Who is gone, or lies, may think of an update otherwise than its peer.
    let agree = (0..history.cast.actors).all(|actor| is_honest(actor, history));
    let mut sums = funds.values().map(|amount| amount.to_sat());
    let total = sums.try_fold(0_u64, u64::checked_add);
    let channels = u64::try_from(history.cast.channels()).unwrap_or(0);
    let most = channels.saturating_mul(100_000_000);
    if agree && wrong.is_none() && total.is_none_or(|total| total > most) {
        wrong = Some(format!(
            "the actors have {total:?} sat together, the channels {most} sat"
        ));
    }
    Ok(wrong)
}

/// Neither the liar nor gone.
fn is_honest(actor: usize, history: &History) -> bool {
    let gone = history.ops.iter().any(|op| {
        matches!(op, Op::Vanish { actor: gone } | Op::VanishBefore { actor: gone, .. } if *gone == actor)
    });
    !gone && history.cast.liar != Some(actor)
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
