//! For whoever tunes (c): the speed of each stage under each setting.

use std::path::Path;

use crate::Options;
use crate::corpora::{self, Corpus};
use crate::hybrid::{Hybrid, Tuning};
use crate::measure::{Engine, middle, rounds};
use crate::ours::Ours;
use crate::report::{FROZEN, compare, oracle, timed, wanted};
use crate::rules::{self, Rules};

/// Tries settings of (c) and prints the speeds: coarse databases alone, the coarse pass, all of it, ours.
pub fn tune(root: &Path, options: &Options) {
    let files = rules::files(&root.join("rules/detectors"));
    let corpora = corpora::all(root, &files, options.bytes);
    let mut ours = Ours::new(&files);
    for library in &options.libraries {
        let make = |tuning| Hybrid::new(library, Rules::read(&files), tuning);
        let (mut hybrid, built) = timed(|| make(FROZEN));
        println!("{} {FROZEN:?} {built:.1} s, {}", library.name, hybrid.describe());
        let mut others: Vec<(Tuning, Hybrid)> =
            OTHERS.iter().map(|tuning| (*tuning, make(*tuning))).collect();
        for corpus in corpora.iter().filter(|c| wanted(options, c)) {
            tune_one(corpus, &mut hybrid, &mut ours, options);
            against(corpus, &mut hybrid, &mut others, options.rounds);
        }
    }
}

/// Settings that are tried beside the frozen one.
const OTHERS: [Tuning; 3] =
    [Tuning { short: 6, ..FROZEN }, Tuning { short: 8, ..FROZEN }, Tuning { short: 10, ..FROZEN }];

/// Prints how much faster (c) is with other settings, in interleaved rounds.
fn against(corpus: &Corpus, hybrid: &mut Hybrid, others: &mut [(Tuning, Hybrid)], times: usize) {
    let mut engines =
        vec![Engine { name: String::new(), run: Box::new(|p| hybrid.scan(p).len() as u64) }];
    for (tuning, other) in others {
        let name = format!("{tuning:?}");
        engines.push(Engine { name, run: Box::new(|p| other.scan(p).len() as u64) });
    }
    let measured = rounds(&mut engines, &corpus.pieces(), times);
    let (first, others) = (&measured[0], &measured[1..]);
    for (engine, other) in engines[1..].iter().zip(others) {
        let ratios: Vec<f64> =
            first.rounds.iter().zip(&other.rounds).map(|(first, other)| first / other).collect();
        let (median, least, most) = middle(&ratios);
        println!("    {}: {median:.2} [{least:.2}–{most:.2}] times as fast", engine.name);
    }
}

/// Runs one engine over the corpora that were asked for, for so many rounds.
pub fn profile(root: &Path, options: &Options, engine: &str) {
    let files = rules::files(&root.join("rules/detectors"));
    let corpora = corpora::all(root, &files, options.bytes);
    let library = &options.libraries[0];
    let mut ours = (engine == "ours").then(|| Ours::new(&files));
    let mut rival = (engine != "ours").then(|| Hybrid::new(library, Rules::read(&files), FROZEN));
    for corpus in corpora.iter().filter(|c| wanted(options, c)) {
        let pieces = corpus.pieces();
        for piece in std::iter::repeat_n(&pieces, options.rounds).flatten() {
            ours.iter_mut().for_each(|ours| {
                ours.count(piece);
            });
            rival.iter_mut().for_each(|rival| {
                rival.scan(piece);
            });
        }
    }
}

fn tune_one(corpus: &Corpus, hybrid: &mut Hybrid, ours: &mut Ours, options: &Options) {
    let (times, explain) = (options.rounds, options.explain);
    let pieces = corpus.pieces();
    let rate = |seconds: f64| corpus.text.len() as f64 / 1e6 / seconds;
    let stages: Vec<Vec<(f64, u64)>> = (0..times)
        .flat_map(|_| [pieces.iter().map(|p| hybrid.stages(p)).collect::<Vec<_>>()])
        .map(|round| {
            let sum = |i: usize| round.iter().fold((0.0, 0), |a, p| (a.0 + p[i].0, a.1 + p[i].1));
            (0..round[0].len()).map(sum).collect()
        })
        .collect();
    let stage = |i: usize| {
        let seconds: Vec<f64> = stages.iter().map(|s| s[i].0).collect();
        format!("{:.0} ({})", rate(middle(&seconds).0), stages[0][i].1)
    };
    let stages: Vec<String> = (0..stages[0].len()).map(stage).collect();
    let (different, all) = compare(ours, hybrid, &pieces, explain);
    let right = if oracle(corpus, ours, hybrid, explain) { "" } else { ", ORACLE DIFFERS" };
    let hybrid = std::cell::RefCell::new(hybrid);
    let name = String::new;
    let mut engines = [
        Engine { name: name(), run: Box::new(|p| hybrid.borrow_mut().coarse(p) as u64) },
        Engine { name: name(), run: Box::new(|p| hybrid.borrow_mut().first(p) as u64) },
        Engine { name: name(), run: Box::new(|p| hybrid.borrow_mut().scan(p).len() as u64) },
        Engine { name: name(), run: Box::new(|p| ours.count(p)) },
    ];
    let times = rounds(&mut engines, &pieces, times);
    let speed = |i: usize| rate(middle(&times[i].rounds).0);
    println!(
        "  {:20} databases {}; coarse {:.0} ({} places), first reading {:.0}, all {:.0} ({}), ours {:.0}; {different} of {all} differ{right}",
        corpus.name,
        stages.join(", "),
        speed(0),
        times[0].count,
        speed(1),
        speed(2),
        times[2].count,
        speed(3)
    );
}
