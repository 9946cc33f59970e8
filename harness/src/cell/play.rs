//! The steps of a cell, in order, and what must hold after each.

use leyden_golden::Saved;
use leyden_scenario::{Action, Step};

use super::failure::{Failure, StepError};
use super::golden::judge;
use super::run::Settings;
use super::world::World;

/// All steps, then one tip, then the golden file.
pub(super) fn play(
    world: &mut World<'_>,
    settings: &Settings,
    saved: &mut Option<Saved>,
) -> Result<(), Failure> {
    let cell = world.cell;
    play_steps(world, &cell.steps)?;
    let nowhere = |error: StepError| Failure {
        at: cell.scenario.path.display().to_string(),
        step: None,
        reason: error.reason,
        detail: error.detail,
    };
    world.every_fault_fired().map_err(nowhere)?;
    world.nothing_is_never_valid().map_err(nowhere)?;
    world.same_tip().map_err(nowhere)?;
    judge(world, settings, saved).map_err(nowhere)
}

fn play_steps(world: &mut World<'_>, steps: &[Step]) -> Result<(), Failure> {
    for step in steps {
        if let Action::Repeat(repeat) = &step.action {
            for _ in 0..repeat.times {
                play_steps(world, &repeat.steps)?;
            }
            continue;
        }
        play_step(world, step).map_err(|error| {
            world.acceptance.failed(world.step, &error.reason);
            Failure {
                at: step.origin.to_string(),
                step: Some(step.origin.text.clone()),
                reason: error.reason,
                detail: error.detail,
            }
        })?;
    }
    Ok(())
}

pub(super) fn play_step(world: &mut World<'_>, step: &Step) -> Result<(), StepError> {
    world.step = world.step.saturating_add(1);
    world.recorder.step(world.step);
    if !matches!(step.action, Action::Expect(_)) {
        world.mail.begin_step();
    }
    world.log.push(format!(
        "step {} {} {}",
        world.step, step.origin, step.origin.text
    ));
    world.allowed = step.allow.iter().map(|name| world.names.of(name)).collect();
    let done = act(world, &step.action);
    let swept = world.sweep();
    match (done, &step.fails) {
        (Ok(()), None) => swept,
        (Err(error), None) => {
            // A difference from the golden file is the more useful reason of the two.
            swept
                .err()
                .filter(|swept| swept.reason == "golden")
                .map_or(Err(error), Err)
        }
        (Ok(()), Some(wanted)) => Err(StepError::new(
            "did-not-fail",
            format!("the step succeeded; it must fail with: {wanted}"),
        )),
        (Err(error), Some(wanted)) if error.is(wanted) => swept,
        (Err(error), Some(wanted)) => {
            let detail = format!(
                "the step must fail with: {wanted}; it failed with: {} ({})",
                error.reason, error.detail
            );
            Err(StepError::new("failed-otherwise", detail))
        }
    }
}

fn act(world: &mut World<'_>, action: &Action) -> Result<(), StepError> {
    match action {
        Action::Open(step) => world.open(step),
        Action::Pay(step) => world.pay(step),
        Action::Close(step) => world.close(step),
        Action::Broadcast(step) => world.broadcast(step),
        Action::Submit(step) => world.submit(step),
        Action::Mine(step) => world.mine(step),
        Action::Reorg(step) => world.reorg(step),
        Action::Expect(step) => world.expect(step),
        Action::ReplaceFunding(step) => world.replace_funding(step),
        Action::Malleate(step) => world.malleate(step),
        Action::Alter(step) => world.alter(step),
        Action::Spend(step) => world.spend(step),
        Action::Send(step) => world.send(step),
        Action::Spam(step) => world.spam(step),
        Action::Feerate(step) => world.set_feerate(step),
        Action::Capture(step) => world.capture(step),
        Action::Htlc(step) => world.htlc(step),
        Action::Settle(step) => world.settle_htlc(step),
        Action::Fail(step) => world.fail_htlc(step),
        Action::Reveal(step) => world.reveal(step),
        Action::Batch(step) => world.batch(step),
        Action::Route(step) => world.route(step),
        Action::Release(step) => world.release(step),
        Action::Refuse(step) => world.refuse(step),
        Action::Stop(step) => world.stop(step),
        Action::Start(actor) => world.start(actor),
        Action::Crash(step) => world.crash(step),
        Action::Tamper(step) => {
            world.tamper(step);
            Ok(())
        }
        Action::Drop(step) => {
            world.drop_message(step);
            Ok(())
        }
        Action::Disconnect(step) => world.disconnect(step),
        Action::Signal(step) => world.signal(*step),
        Action::Node(step) => world.node_step(*step),
        Action::Repeat(_) => Ok(()),
    }
}
