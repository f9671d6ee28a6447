//! Our detection against Hyperscan and Vectorscan: the same bytes, one core, one process, interleaved rounds. README.md beside this
//! crate says what each configuration is.

#![allow(
    clippy::disallowed_methods,
    reason = "reads files of the repository and of the corpora, and measures time"
)]
#![allow(
    unfulfilled_lint_expectations,
    dead_code,
    reason = "the modules shared with `detect` are used there in full"
)]

mod automata;
mod coarse;
mod corpora;
mod databases;
mod generate;
mod heads;
mod hs;
mod hybrid;
mod judge;
mod kinds;
mod marks;
mod masks;
mod measure;
mod near;
mod ours;
mod report;
mod rules;
mod table;
mod tables;
mod translate;
mod tune;

// What is judged after a match, and how a text is read again, is the same code on both sides: checks, guards, words, which reading
// stands, the normal form. Folders of modules, which `path` cannot name, are links: `automaton`, `check`, `normal`.
#[path = "../../../gateway/detect/src/bits.rs"]
mod bits;
#[path = "../../../gateway/detect/src/blocks.rs"]
mod blocks;
#[path = "../../../gateway/detect/src/boundary.rs"]
mod boundary;
#[path = "../../../gateway/detect/src/buckets.rs"]
mod buckets;
mod check;
#[path = "../../../gateway/detect/src/context.rs"]
mod context;
#[path = "../../../gateway/detect/src/finding.rs"]
mod finding;
#[path = "../../../gateway/detect/src/fuel.rs"]
mod fuel;
#[path = "../../../gateway/detect/src/guard.rs"]
mod guard;
#[path = "../../../gateway/detect/src/harmless.rs"]
mod harmless;
#[path = "../../../gateway/detect/src/neighbours.rs"]
mod neighbours;
#[allow(unused_imports, reason = "streams are not read here")]
mod normal;
#[path = "../../../gateway/detect/src/pattern.rs"]
mod pattern;
#[path = "../../../gateway/detect/src/plain.rs"]
mod plain;
#[path = "../../../gateway/detect/src/problem.rs"]
mod problem;
#[path = "../../../gateway/detect/src/resolve.rs"]
mod resolve;
#[path = "../../../gateway/detect/src/rule_file.rs"]
mod rule_file;
#[path = "../../../gateway/detect/src/surroundings.rs"]
mod surroundings;
#[path = "../../../gateway/detect/src/words.rs"]
mod words;
// Where a pattern may begin in `detect`: read only while rules are, since ranks and guards follow from it.
#[path = "../../../gateway/detect/src/anchor.rs"]
mod anchor;
mod automaton;
#[path = "../../../gateway/detect/src/keys.rs"]
mod keys;
#[path = "../../../gateway/detect/src/matcher.rs"]
mod matcher;
/// What `normal` calls: here it is the rival's.
mod compile {
    pub use crate::hybrid::Engine;
}
mod engine {
    pub use crate::hybrid::{Subject, Work};
}

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hs::Library;

#[global_allocator]
static COUNTING: measure::Counting = measure::Counting;

/// The command line.
pub struct Options {
    pub rounds: usize,
    pub bytes: usize,
    pub write: bool,
    pub tune: bool,
    pub only: Option<String>,
    pub explain: bool,
    /// The engine that runs alone, for a profiler.
    pub profile: Option<String>,
    pub libraries: Vec<Library>,
}

const USAGE: &str = "matchers [--rounds N] [--kib N] [--corpus NAME] [--tune] [--profile ours|c] [--explain] [--write] [--hyperscan libhs.so.5] [--vectorscan libhs.so.5]";

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if options.libraries.is_empty() {
        eprintln!("no Hyperscan and no Vectorscan: benches/matchers/libraries.sh fetches them");
        return ExitCode::FAILURE;
    }
    if let Some(engine) = &options.profile {
        tune::profile(&root, &options, engine);
        return ExitCode::SUCCESS;
    }
    if options.tune {
        tune::tune(&root, &options);
        return ExitCode::SUCCESS;
    }
    if report::run(&root, &options) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn options() -> Option<Options> {
    let mut options = Options {
        rounds: 7,
        bytes: 1 << 20,
        write: false,
        tune: false,
        only: None,
        explain: false,
        profile: None,
        libraries: Vec::new(),
    };
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    let found =
        |name: &str| target.join("libhs").join(name).join("usr/lib/x86_64-linux-gnu/libhs.so.5");
    let mut paths = [("hyperscan", found("hyperscan")), ("vectorscan", found("vectorscan"))];
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => options.rounds = arguments.next()?.parse().ok()?,
            "--kib" => options.bytes = arguments.next()?.parse::<usize>().ok()? << 10,
            "--corpus" => options.only = Some(arguments.next()?),
            "--tune" => options.tune = true,
            "--explain" => options.explain = true,
            "--profile" => options.profile = Some(arguments.next()?),
            "--write" => options.write = true,
            "--hyperscan" => paths[0].1 = arguments.next()?.into(),
            "--vectorscan" => paths[1].1 = arguments.next()?.into(),
            _ => return None,
        }
    }
    options.libraries = paths.iter().filter_map(|(name, path)| Library::open(name, path)).collect();
    Some(options)
}
