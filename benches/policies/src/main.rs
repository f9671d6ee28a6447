//! Our policies beside Cedar, CEL and Rego: the same random rules, the same random situations, one process, one thread, interleaved
//! rounds. README.md beside this crate says what is the same and what is not.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "measures time and tells it")]

mod cedar;
mod expressions;
mod ours;
mod rego;
mod rules;

use std::collections::BTreeSet;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use rules::{Case, Rules};

/// An engine that was given the rules and made its values of the cases.
pub trait Engine {
    fn name(&self) -> &'static str;
    /// The rules that one case matches, as far as the engine tells them.
    fn matching(&mut self, case: usize) -> BTreeSet<usize>;
    /// Decides one case; what it found out is looked at, so that it is found out.
    fn decide(&mut self, case: usize) -> usize;
    /// Whether it tells only the rules that decide: of blocks and permits the one or the other.
    fn tells_deciding_rules_only(&self) -> bool {
        false
    }
}

/// How a set of rules is compiled.
type Compile = fn(&Rules, &[Case]) -> Result<Box<dyn Engine>, Box<dyn Error>>;

const ENGINES: [Compile; 4] = [ours::engine, expressions::engine, cedar::engine, rego::engine];
const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    println!("| rules | matching | engine | decision ns | × ours | compile ms | × ours |");
    println!("|---|---|---|---|---|---|---|");
    for count in [1, 20, 200, 1_000] {
        let rules = Rules::random(count);
        let cases = rules.cases(256);
        let mut engines = Vec::new();
        let mut compile = Vec::new();
        for engine in ENGINES {
            let times: Vec<f64> =
                (0..3).map(|_| timed(|| engine(&rules, &cases).map(drop)).1).collect();
            compile.push(median(times));
            engines.push(engine(&rules, &cases)?);
        }
        agree(&rules, &cases, &mut engines)?;
        let decisions = decide(&cases, &mut engines);
        let matching = cases.iter().map(|case| rules.matching(case).len()).sum::<usize>();
        for ((engine, decision), compile_time) in engines.iter().zip(&decisions).zip(&compile) {
            println!(
                "| {count} | {:.1} | {} | {:.0} | {:.1} | {:.2} | {:.1} |",
                matching as f64 / cases.len() as f64,
                engine.name(),
                decision * 1e9,
                decision / decisions[0],
                compile_time * 1e3,
                compile_time / compile[0]
            );
        }
    }
    Ok(())
}

/// Every engine must match the rules that the definition matches: a wrong answer cannot be fast.
fn agree(rules: &Rules, cases: &[Case], engines: &mut [Box<dyn Engine>]) -> Result<(), String> {
    for (number, case) in cases.iter().enumerate() {
        let all = rules.matching(case);
        for engine in &mut *engines {
            let wanted = match engine.tells_deciding_rules_only() {
                true => rules.deciding(&all),
                false => all.clone(),
            };
            if engine.matching(number) != wanted {
                return Err(format!(
                    "WRONG: {} on case {number} of {} rules",
                    engine.name(),
                    rules.list.len()
                ));
            }
        }
    }
    Ok(())
}

/// Seconds a decision, the median of rounds in which each engine decides all cases, beginning with another one each time.
fn decide(cases: &[Case], engines: &mut [Box<dyn Engine>]) -> Vec<f64> {
    let mut times = vec![Vec::new(); engines.len()];
    for round in 0..ROUNDS {
        for turn in 0..engines.len() {
            let at = (round + turn) % engines.len();
            let engine = &mut engines[at];
            let repeat = if at == 0 { 64 } else { 1 };
            let (_, seconds) = timed(|| {
                for case in (0..repeat).flat_map(|_| 0..cases.len()) {
                    black_box(engine.decide(black_box(case)));
                }
            });
            times[at].push(seconds / (repeat * cases.len()) as f64);
        }
    }
    times.into_iter().map(median).collect()
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let done = run();
    (done, start.elapsed().as_secs_f64())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
