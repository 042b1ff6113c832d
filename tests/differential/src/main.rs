//! Random calls on the engine and on another server, whose answers must be the same.
//!
//! `differential [--calls N] [--seed N] [--examples N]`; the other server's address is in DYNORM_TEST_ENDPOINT. Calls
//! come in sequences, each on tables of its own. A sequence ends early if one side has written what the other has not.
//! The exit status is 1 if a difference has no explanation in `rules`.

mod call;
mod compare;
mod expression;
mod random;
mod rules;
mod server;
mod table;
mod value;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;

use crate::call::{Call, Order};
use crate::compare::{Outcome, differences};
use crate::random::Random;
use crate::rules::{Case, explanation};
use crate::server::{Http, InProcess, Side};
use crate::table::Table;

const CALLS_OF_A_SEQUENCE: usize = 60;

/// The engine and its peer.
type Sides = [Box<dyn Side>; 2];

struct Settings {
    calls: usize,
    seed: u64,
    examples: usize,
}

/// What a run has found.
#[derive(Default)]
struct Report {
    calls: usize,
    refused: usize,
    by_operation: BTreeMap<&'static str, usize>,
    explained: BTreeMap<&'static str, usize>,
    /// By class: how many, and the first ones in full.
    unexplained: BTreeMap<String, (usize, Vec<String>)>,
}

fn main() -> ExitCode {
    match settings().and_then(|settings| run(&settings).map(|report| (settings, report))) {
        Ok((settings, report)) => {
            report.print(&settings);
            if report.unexplained.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problem) => {
            eprintln!("differential: {problem}");
            ExitCode::from(2)
        }
    }
}

fn settings() -> Result<Settings, String> {
    let mut settings = Settings { calls: 5_000, seed: 1, examples: 1 };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().unwrap_or_default();
        let number =
            value.parse::<usize>().map_err(|_| format!("`{argument}` needs a number, not `{value}`"))?;
        match argument.as_str() {
            "--calls" => settings.calls = number,
            "--seed" => settings.seed = number as u64,
            "--examples" => settings.examples = number,
            _ => return Err(format!("unknown option `{argument}`, expected --calls, --seed or --examples")),
        }
    }
    Ok(settings)
}

fn run(settings: &Settings) -> Result<Report, String> {
    let address = std::env::var("DYNORM_TEST_ENDPOINT").map_err(|_| {
        "DYNORM_TEST_ENDPOINT does not say where the other server is; use tests/differential.sh".to_owned()
    })?;
    let mut sides: Sides = [Box::new(InProcess::new()), Box::new(Http::new(&address))];
    let mut report = Report::default();
    let (start, mut sequence) = (Instant::now(), 0);
    while report.calls < settings.calls {
        one_sequence(settings, sequence, &mut sides, &mut report)?;
        sequence += 1;
    }
    eprintln!("{sequence} sequences in {} s", start.elapsed().as_secs());
    Ok(report)
}

fn one_sequence(
    settings: &Settings,
    sequence: u64,
    sides: &mut Sides,
    report: &mut Report,
) -> Result<(), String> {
    let mut random = Random::new(settings.seed, sequence);
    let tables: Vec<_> =
        (0..=random.below(2)).map(|at| Table::random(&mut random, format!("t{sequence}_{at}"))).collect();
    for table in &tables {
        let create = Call { operation: "CreateTable", body: table.create(), order: Order::Promised };
        for side in &mut *sides {
            let (status, answer) = side.answer(create.operation, &create.body)?;
            if status != 200 {
                return Err(format!("a table is refused: {answer}: {}", create.body));
            }
        }
    }
    let mut is_same = true;
    for _ in 0..CALLS_OF_A_SEQUENCE {
        let call = Call::random(&mut random, &tables);
        is_same = both(settings, sides, &call, report)?;
        if !is_same {
            break;
        }
    }
    for table in &tables {
        if is_same {
            let scan = Call { operation: "Scan", body: json!({"TableName": table.name}), order: Order::Free };
            is_same = both(settings, sides, &scan, report)?;
        }
        for side in &mut *sides {
            side.answer("DeleteTable", &json!({"TableName": table.name}))?;
        }
    }
    Ok(())
}

/// Carries out a call on both sides. Whether they then hold the same.
fn both(settings: &Settings, sides: &mut Sides, call: &Call, report: &mut Report) -> Result<bool, String> {
    let (ours, theirs) = (Outcome::of(&mut *sides[0], call)?, Outcome::of(&mut *sides[1], call)?);
    report.calls += 1;
    report.refused += usize::from(ours.is_refused());
    *report.by_operation.entry(call.operation).or_default() += 1;
    if ours == theirs {
        return Ok(true);
    }
    let found = differences(&ours.body, &theirs.body);
    let case = Case { call, ours: &ours, theirs: &theirs, differences: &found };
    match explanation(&case) {
        Some(rule) => *report.explained.entry(rule).or_default() += 1,
        None => {
            let (n, examples) = report.unexplained.entry(class(&case)).or_default();
            *n += 1;
            if examples.len() < settings.examples {
                examples
                    .push(format!("{}\n      ours   {}\n      theirs {}", call.body, ours.body, theirs.body));
            }
        }
    }
    let is_write =
        !matches!(call.operation, "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query" | "Scan");
    let same_refusal = ours.is_refused() && theirs.is_refused();
    let writes_the_same =
        !is_write || same_refusal || !ours.is_refused() && !theirs.is_refused() && is_only_told(&found);
    Ok(writes_the_same)
}

/// Whether the difference is in what is told of a write, not in what it did.
fn is_only_told(found: &[(String, serde_json::Value, serde_json::Value)]) -> bool {
    found.iter().all(|(path, ..)| !path.starts_with("/Attributes") && !path.starts_with("/UnprocessedItems"))
}

/// Under which differences are counted together: messages up to what they quote, members by their paths.
fn class(case: &Case<'_>) -> String {
    let (ours, theirs) = (case.ours, case.theirs);
    let said = |outcome: &Outcome| match outcome.is_refused() {
        true => format!("{}: {}", outcome.kind(), masked(outcome.message())),
        false => "accepted".to_owned(),
    };
    if ours.is_refused() || theirs.is_refused() {
        let (ours, theirs) = (said(ours), said(theirs));
        if ours != theirs {
            return format!("{}\n    ours   {ours}\n    theirs {theirs}", case.call.operation);
        }
    }
    let mut paths: Vec<_> = case.differences.iter().map(|(path, ..)| member(path)).collect();
    paths.sort_unstable();
    paths.dedup();
    format!("{}: {}", case.call.operation, paths.join(" "))
}

/// The first names of a path, which are the answer's and not the items'.
fn member(path: &str) -> String {
    path.split('/').take(4).collect::<Vec<_>>().join("/")
}

/// A message without what it quotes.
fn masked(message: &str) -> String {
    let words = message.split(' ').map(|word| {
        let is_quote = word.contains(|c: char| {
            matches!(c, ':' | '#' | '[' | '{' | '"') && word.len() > 1 && !word.ends_with(':')
        });
        if is_quote || word.chars().any(|c| c.is_ascii_digit()) { "_" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

impl Report {
    fn print(&self, settings: &Settings) {
        println!("seed {}: {} calls, {} refused by the engine", settings.seed, self.calls, self.refused);
        for (operation, n) in &self.by_operation {
            println!("{n:8} {operation}");
        }
        println!("explained differences: {}", self.explained.values().sum::<usize>());
        for (rule, n) in &self.explained {
            println!("{n:8} {rule}");
        }
        println!("unexplained differences: {}", self.unexplained.values().map(|(n, _)| n).sum::<usize>());
        let mut classes: Vec<_> = self.unexplained.iter().collect();
        classes.sort_by_key(|(_, (n, _))| std::cmp::Reverse(*n));
        for (class, (n, examples)) in classes {
            println!("{n:8} {class}");
            examples.iter().for_each(|example| println!("      {example}"));
        }
    }
}
