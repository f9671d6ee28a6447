//! The smaller tables: hostile inputs, single messages, compile times and sizes.

use std::fmt::Write as _;

use crate::Options;
use crate::corpora::{self, Corpus};
use crate::generate;
use crate::measure::{Times, allocations, latencies, middle, rounds};
use crate::ours::Ours;
use crate::report::{Rivals, compare, engines};

/// Inputs made to be slow: no quadratic case.
pub fn hostile(
    out: &mut String,
    options: &Options,
    corpora: &[Corpus],
    ours: &mut Ours,
    rivals: &mut Rivals,
) {
    let prose = corpora.iter().find(|c| c.name == "prose").map(|c| c.pieces()).unwrap_or_default();
    let bytes: usize = prose.iter().map(|p| p.len()).sum();
    let texts = generate::hostile(256 << 10);
    let mut differ = Vec::new();
    for (_, text) in &texts {
        let each = |(_, hybrid): &mut (String, _)| compare(ours, hybrid, &[text], options.explain);
        let counts: Vec<String> =
            rivals.hybrids.iter_mut().map(each).map(|(n, all)| format!("{n} of {all}")).collect();
        differ.push(counts.join(", "));
    }
    let mut engines = engines(ours, rivals);
    engines.retain(|e| e.name == "ours" || e.name.starts_with("(c)"));
    let on_prose = rounds(&mut engines, &prose, options.rounds.min(3));
    let names: Vec<&str> = engines.iter().map(|e| e.name.as_str()).collect();
    let _ = writeln!(
        out,
        "\n| hostile text, 64 KiB and 256 KiB in one piece | {} | ours ÷ ours on prose | 256 ÷ 64 KiB | (c) differs |\n|{}",
        names.join(" | "),
        "---|".repeat(names.len() + 4)
    );
    for ((name, text), differ) in texts.iter().zip(&differ) {
        let small = rounds(&mut engines, &[&text[..64 << 10]], options.rounds.min(3));
        let large = rounds(&mut engines, &[text], options.rounds.min(3));
        let rate = |bytes: usize, t: &Times| bytes as f64 / 1e6 / middle(&t.rounds).0;
        let speeds: Vec<String> = small
            .iter()
            .zip(&large)
            .map(|(s, l)| format!("{:.0}, {:.0}", rate(64 << 10, s), rate(text.len(), l)))
            .collect();
        let share = rate(text.len(), &large[0]) / rate(bytes, &on_prose[0]);
        let mark = if share < 0.1 { " below a tenth" } else { "" };
        let growth = rate(text.len(), &large[0]) / rate(64 << 10, &small[0]);
        let _ = writeln!(
            out,
            "| {name} | {} | {share:.2}{mark} | {growth:.2} | {differ} |",
            speeds.join(" | ")
        );
    }
}

/// Single messages: how long, and whether memory is taken.
pub fn messages(out: &mut String, corpora: &[Corpus], ours: &mut Ours, rivals: &mut Rivals) {
    let Some(corpus) = corpora.iter().find(|c| c.piece == corpora::MESSAGE) else { return };
    let pieces = corpus.pieces();
    let _ = writeln!(
        out,
        "\n| 2 KB chat message | p50 µs | p99 µs | allocations a scan |\n|---|---|---|---|"
    );
    for engine in &mut engines(ours, rivals) {
        let (half, most) = latencies(engine, &pieces, 3);
        let counted = allocations(|| {
            pieces.iter().for_each(|p| {
                (engine.run)(p);
            })
        });
        let each = counted as f64 / pieces.len() as f64;
        let _ = writeln!(out, "| {} | {half:.1} | {most:.1} | {each:.2} |", engine.name);
    }
}

/// Compile times and sizes.
pub fn built(out: &mut String, ours: &Ours, rivals: &Rivals) {
    let _ = writeln!(
        out,
        "\n| | compiled in s | MiB of C databases and scratch | MiB of Rust automata |\n|---|---|---|---|"
    );
    let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    let _ =
        writeln!(out, "| ours | {:.2} | – | {:.1} |", ours.compiled, mib(ours.detector.memory()));
    for (name, seconds, c, rust) in &rivals.built {
        let _ = writeln!(out, "| {name} | {seconds:.2} | {:.1} | {:.1} |", mib(*c), mib(*rust));
    }
}
