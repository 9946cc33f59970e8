//! One check, from the hello to the end, across restarts.

use std::ffi::OsString;
use std::process::ExitStatus;

use super::compare::compare;
use super::message::{Answer, Hello, Request};
use super::process::{GRACE, Process, Received};
use super::report::{Failure, Reason, Report, SubjectReport, stderr_lines};
use super::{CheckError, CheckOptions};
use crate::model::{Subject, Vector, VectorFile};

/// How often a program is started again.
const RESTARTS: u32 = 3;

/// What came of one vector.
enum Outcome {
    Passed,
    Skipped,
    Failed(Reason),
    /// And the program is of no use any more.
    Broken(Reason),
}

pub(super) fn run(files: &[VectorFile], options: &CheckOptions) -> Result<Report, CheckError> {
    let (process, hello) = greet(options)?;
    let mut report = Report {
        program: hello.program.clone(),
        mode: options.mode.to_string(),
        ..Report::default()
    };
    for file in files {
        let values = file.vectors.iter().map(|vector| vector.values().count());
        let of = SubjectReport {
            claimed: hello.subjects.contains(&file.subject),
            values: values.sum(),
            ..SubjectReport::default()
        };
        report.subjects.insert(file.subject, of);
    }
    let mut talk = Talk {
        options,
        hello,
        process: Some(process),
        restarts: 0,
        asked: 0,
        last: None,
        report,
    };
    for file in files {
        if !talk.hello.subjects.contains(&file.subject) {
            continue;
        }
        for vector in &file.vectors {
            talk.ask(file.subject, vector);
        }
    }
    talk.end();
    Ok(talk.report)
}

fn name(command: &[OsString]) -> String {
    let program = command.first();
    program.map_or_else(String::new, |program| {
        program.to_string_lossy().into_owned()
    })
}

/// Starts the program and takes its hello.
fn greet(options: &CheckOptions) -> Result<(Process, Hello), CheckError> {
    let program = name(&options.command);
    let started = Process::start(&options.command);
    let mut process = started.map_err(|source| CheckError::Start {
        program: program.clone(),
        source,
    })?;
    let parsed = match process.receive(options.timeout) {
        Received::Line(line) => Hello::parse(&line),
        Received::TooLong(_) => Err("its first line has no end".to_owned()),
        Received::TimedOut => Err(format!("no hello within {:?}", options.timeout)),
        Received::Closed => Err(match process.wait(GRACE) {
            Some(status) => format!("no hello: {status}"),
            None => "no hello: it closed its stdout".to_owned(),
        }),
    };
    match parsed {
        Ok(hello) => Ok((process, hello)),
        Err(reason) => {
            process.kill();
            Err(CheckError::Hello {
                program,
                reason,
                stderr: stderr_lines(&process.stderr()),
            })
        }
    }
}

struct Talk<'a> {
    options: &'a CheckOptions,
    hello: Hello,
    process: Option<Process>,
    restarts: u32,
    /// The id of the last question.
    asked: u64,
    /// The last vector that was answered, if it did not fail.
    last: Option<(Subject, String, bool)>,
    report: Report,
}

impl Talk<'_> {
    fn ask(&mut self, subject: Subject, vector: &Vector) {
        let outcome = if self.ready() {
            self.answer(subject, vector)
        } else {
            Outcome::Failed(Reason::NotReached)
        };
        let of = self.report.subjects.entry(subject).or_default();
        let passed = matches!(outcome, Outcome::Passed);
        self.last = (passed || matches!(outcome, Outcome::Skipped))
            .then(|| (subject, vector.name.clone(), passed));
        match outcome {
            Outcome::Passed => of.passed = of.passed.saturating_add(1),
            Outcome::Skipped => of.skipped = of.skipped.saturating_add(1),
            Outcome::Failed(reason) => self.fail(subject, &vector.name, reason),
            Outcome::Broken(reason) => {
                self.fail(subject, &vector.name, reason);
                if let Some(mut process) = self.process.take() {
                    process.kill();
                }
            }
        }
    }

    fn fail(&mut self, subject: Subject, vector: &str, reason: Reason) {
        let of = self.report.subjects.entry(subject).or_default();
        of.failed = of.failed.saturating_add(1);
        self.report.failures.push(Failure {
            subject,
            vector: vector.to_owned(),
            reason,
        });
    }

    /// Whether a program runs; starts it again if it may be.
    fn ready(&mut self) -> bool {
        while self.process.is_none() {
            if self.restarts >= RESTARTS {
                return false;
            }
            self.restarts = self.restarts.saturating_add(1);
            match greet(self.options) {
                Ok((process, hello)) if hello == self.hello => self.process = Some(process),
                Ok(_) => {
                    let warning = "started again, it says another hello".to_owned();
                    self.report.warnings.push(warning);
                }
                Err(error) => self.report.warnings.push(error.to_string()),
            }
        }
        true
    }

    fn answer(&mut self, subject: Subject, vector: &Vector) -> Outcome {
        let Some(process) = self.process.as_mut() else {
            return Outcome::Failed(Reason::NotReached);
        };
        if let Some(line) = process.unasked() {
            return Outcome::Broken(protocol("an answer that nobody asked for", &line));
        }
        self.asked = self.asked.saturating_add(1);
        let request = Request {
            id: self.asked,
            subject,
            name: &vector.name,
            inputs: &vector.inputs,
        };
        match serde_json::to_vec(&request) {
            Ok(line) => process.send(line),
            Err(error) => {
                let text = error.to_string();
                return Outcome::Failed(Reason::Error { text });
            }
        }
        let line = match process.receive(self.options.timeout) {
            Received::Line(line) => line,
            Received::TooLong(line) => {
                return Outcome::Broken(protocol("a line longer than 16 MiB", &line));
            }
            Received::TimedOut => return Outcome::Broken(Reason::Timeout),
            Received::Closed => return Outcome::Broken(ended(process)),
        };
        match Answer::parse(&line, self.asked) {
            Err(problem) => Outcome::Broken(protocol(&problem, &line)),
            Ok(Answer::Skip) => Outcome::Skipped,
            Ok(Answer::Error(text)) => Outcome::Failed(Reason::Error { text }),
            Ok(Answer::Values(values)) => {
                let compared = compare(vector, &values, self.options.mode);
                self.count(subject, compared.values, &compared.unknown);
                compared.difference.map_or(Outcome::Passed, Outcome::Failed)
            }
        }
    }

    fn count(&mut self, subject: Subject, values: usize, unknown: &[String]) {
        let report = &mut self.report;
        let of = report.subjects.entry(subject).or_default();
        of.compared = of.compared.saturating_add(values);
        report.unknown_values = report.unknown_values.saturating_add(unknown.len());
        if report.first_unknown.is_none() {
            report.first_unknown = unknown.first().cloned();
        }
    }

    /// Closes stdin and waits for the end.
    fn end(&mut self) {
        let Some(mut process) = self.process.take() else {
            return;
        };
        process.close();
        match process.receive(GRACE) {
            Received::Line(line) | Received::TooLong(line) => {
                self.unsay(&line);
                return process.kill();
            }
            // Closed or not: what counts now is that it ends.
            Received::TimedOut | Received::Closed => {}
        }
        let mut warn = |text: String| self.report.warnings.push(text);
        match process.wait(GRACE) {
            None => {
                warn(format!(
                    "still there {GRACE:?} after its stdin was closed: killed"
                ));
                process.kill();
            }
            Some(status) if status.success() => {}
            Some(status) => warn(format!("ended with {status}")),
        }
    }
}

impl Talk<'_> {
    /// A second answer, after the last question: that vector has failed.
    fn unsay(&mut self, line: &[u8]) {
        let Some((subject, vector, passed)) = self.last.take() else {
            return;
        };
        let of = self.report.subjects.entry(subject).or_default();
        let place = if passed {
            &mut of.passed
        } else {
            &mut of.skipped
        };
        *place = place.saturating_sub(1);
        let reason = protocol("an answer that nobody asked for", line);
        self.fail(subject, &vector, reason);
    }
}

/// Why there is no answer: its stdout is closed.
fn ended(process: &mut Process) -> Reason {
    match process.wait(GRACE) {
        Some(status) if !status.success() => crashed(process, status),
        Some(_) | None => Reason::EndedEarly,
    }
}

fn crashed(process: &Process, status: ExitStatus) -> Reason {
    Reason::Crashed {
        status: status.to_string(),
        stderr: process.stderr(),
    }
}

fn protocol(problem: &str, line: &[u8]) -> Reason {
    Reason::Protocol {
        problem: problem.to_owned(),
        line: start(line),
    }
}

/// The first 200 characters.
fn start(line: &[u8]) -> String {
    String::from_utf8_lossy(line).chars().take(200).collect()
}
