//! Runs every case of the suite on every backend.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;

use dynorm_tests::mistakes::{self, Mistake};
use dynorm_tests::setup::{Leg, Test};
use dynorm_tests::{Case, cases};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials =
        Leg::all().into_iter().flat_map(|leg| cases().into_iter().map(move |case| trial(leg.clone(), case)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn trial(leg: Leg, case: Case) -> Trial {
    let module = case.module.rsplit("::").next().unwrap_or(case.module);
    let name = format!("{module}::{}", case.name);
    let mistake = leg.server().and_then(|server| mistakes::known(&server, &name));
    let kind = if mistake.is_some() { "the server's mistake" } else { "" };
    Trial::test(format!("{}::{name}", leg.name()), move || run(&leg, case, mistake)).with_kind(kind)
}

fn run(leg: &Leg, case: Case, mistake: Option<&Mistake>) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let test = runtime.block_on(Test::new(leg, case.name));
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on((case.run)(&test))));
    runtime.block_on(test.clean_up());
    match (outcome, mistake) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Err(panic), None) => resume_unwind(panic),
        (Ok(()), Some(mistake)) => {
            Err(format!("this passes, so it need not be listed: {}", mistake.explain()).into())
        }
    }
}
