//! Runs every case of the suite on every backend.

use std::process::ExitCode;

use dynorm_tests::setup::{Leg, Test};
use dynorm_tests::{Case, cases};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = Leg::all().into_iter().flat_map(|leg| cases().into_iter().map(move |case| trial(leg.clone(), case)));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn trial(leg: Leg, case: Case) -> Trial {
    let module = case.module.rsplit("::").next().unwrap_or(case.module);
    Trial::test(format!("{}::{module}::{}", leg.name(), case.name), move || run(&leg, case))
}

fn run(leg: &Leg, case: Case) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let test = Test::new(leg, case.name);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.block_on((case.run)(&test))));
    runtime.block_on(test.clean_up());
    match outcome {
        Ok(()) => Ok(()),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
