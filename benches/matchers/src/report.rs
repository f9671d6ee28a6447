//! The tables.

use std::fmt::Write as _;
use std::path::Path;

use crate::Options;
use crate::corpora::{self, Corpus};
use crate::databases::Databases;
use crate::heads::LONGEST;
use crate::hs::Library;
use crate::hybrid::{Hybrid, Tuning};
use crate::measure::{Engine, Times, middle, now, rounds};
use crate::ours::{Ours, Plain as Finding, differences, plain};
use crate::rules::{self, File, Rules};
use crate::tables;

/// The frozen configuration of (c): literals that begin a word are found by our own table, which is faster than any share of them in Hyperscan.
pub const FROZEN: Tuning = Tuning { depth: 5, short: LONGEST + 1 };
/// Findings of (c) that may differ from ours, of a thousand, and one more: where a window cuts a word, and ties between readings.
const TOLERANCE: usize = 2;
/// Bytes of each corpus that the oracle reads.
const ORACLE: usize = 24 << 10;

/// The rivals, ready to run.
pub struct Rivals {
    pub hybrids: Vec<(String, Hybrid)>,
    one: Vec<(String, Databases)>,
    split: Vec<(String, Databases)>,
    /// What building each took: name, seconds, bytes of C, bytes of ours.
    pub built: Vec<(String, f64, usize, usize)>,
}

/// What something makes, and the seconds it takes.
pub fn timed<T>(make: impl FnOnce() -> T) -> (T, f64) {
    let start = now();
    let made = make();
    (made, now() - start)
}

impl Rivals {
    fn build(libraries: &[Library], files: &[File], tuning: Tuning, plain: bool) -> Rivals {
        let mut rivals =
            Rivals { hybrids: Vec::new(), one: Vec::new(), split: Vec::new(), built: Vec::new() };
        for library in libraries {
            let (hybrid, seconds) = timed(|| Hybrid::new(library, Rules::read(files), tuning));
            let name = format!("(c) {}", library.name);
            let (c, rust) = hybrid.bytes();
            rivals.built.push((name.clone(), seconds, c, rust));
            rivals.hybrids.push((name, hybrid));
            if !plain {
                continue;
            }
            let rules = Rules::read(files);
            let (one, seconds) = timed(|| Databases::one(library, &rules));
            rivals.built.push((format!("(a) {}", library.name), seconds, one.bytes(), 0));
            rivals.one.push((format!("(a) {}", library.name), one));
            let (split, seconds) = timed(|| Databases::split(library, &rules));
            rivals.built.push((format!("(b) {}", library.name), seconds, split.bytes(), 0));
            rivals.split.push((format!("(b) {}", library.name), split));
        }
        rivals
    }
}

/// Compares what the rivals verify with what we find; counts differences and findings.
pub fn compare(
    ours: &mut Ours,
    hybrid: &mut Hybrid,
    pieces: &[&str],
    explain: bool,
) -> (usize, usize) {
    let (mut different, mut all) = (0, 0);
    for piece in pieces {
        let mine = ours.findings(piece);
        let theirs = plain(hybrid.scan(piece));
        all += mine.len();
        let found = differences(&mine, &theirs);
        let mut places: Vec<_> = found.iter().map(|(_, f)| (f.0, f.1, f.2)).collect();
        places.sort_unstable();
        places.dedup();
        different += places.len();
        if explain {
            found.iter().take(3).for_each(|f| explain_one(ours, *f));
        }
    }
    (different, all)
}

fn explain_one(ours: &Ours, (mine, finding): (bool, Finding)) {
    let id = &ours.detector.infos()[usize::from(finding.0)].id;
    let who = if mine { "ours" } else { "rival" };
    eprintln!("  only {who}: {id} {}..{} level {}", finding.1, finding.2, finding.3);
}

/// Whether a corpus was asked for.
pub fn wanted(options: &Options, corpus: &Corpus) -> bool {
    options.only.as_ref().is_none_or(|name| corpus.name.contains(name.as_str()))
}

/// Measures everything and prints it; false if an answer was wrong.
pub fn run(root: &Path, options: &Options) -> bool {
    let files = rules::files(&root.join("rules/detectors"));
    let corpora = corpora::all(root, &files, options.bytes);
    let mut ours = Ours::new(&files);
    let mut rivals = Rivals::build(&options.libraries, &files, FROZEN, true);
    let mut out = String::new();
    head(&mut out, options, &ours, &rivals);
    let mut right = table(&mut out, options, &corpora, &mut ours, &mut rivals);
    tables::hostile(&mut out, options, &corpora, &mut ours, &mut rivals);
    tables::messages(&mut out, &corpora, &mut ours, &mut rivals);
    tables::built(&mut out, &ours, &rivals);
    right &= credentials(&mut out, options, &files, &corpora);
    println!("{out}");
    if options.write {
        use std::io::Write as _;
        let path = root.join("benches/RESULTS.md");
        let file = std::fs::OpenOptions::new().append(true).open(path);
        file.and_then(|mut f| f.write_all(out.as_bytes())).expect("benches/RESULTS.md");
    }
    right
}

fn head(out: &mut String, options: &Options, ours: &Ours, rivals: &Rivals) {
    let tell = |command: &str, arguments: &[&str]| {
        let run = std::process::Command::new(command).args(arguments).output();
        run.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
    };
    let cpu = tell("sh", &["-c", "sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1"]);
    let load = tell("cut", &["-d", " ", "-f", "1-3", "/proc/loadavg"]);
    let versions: Vec<String> =
        options.libraries.iter().map(|l| format!("{} {}", l.name, l.version())).collect();
    let command: Vec<String> = std::env::args().skip(1).collect();
    let _ = writeln!(out, "\n## Matchers, {} UTC\n", tell("date", &["-u", "+%Y-%m-%d %H:%M"]));
    let _ = writeln!(
        out,
        "{cpu}, Linux {}; load average: {load}. `benches/matchers {}`: {} interleaved rounds, {} KiB of each corpus, one thread, its processor time; MB/s of 10^6 bytes, medians [min–max]; ratios are medians of the rounds' own ratios. {}; {} detectors; {}.",
        tell("uname", &["-r"]),
        command.join(" "),
        options.rounds,
        options.bytes >> 10,
        versions.join("; "),
        ours.detector.infos().len(),
        rivals.hybrids.first().map(|(_, h)| h.describe()).unwrap_or_default()
    );
    for (name, plain) in rivals.one.iter().chain(&rivals.split) {
        let _ = writeln!(
            out,
            "{name}: {} patterns and words, {} refused.",
            plain.patterns,
            plain.rejects.len()
        );
        plain.rejects.iter().for_each(|r| eprintln!("{name} refuses {r}"));
    }
}

/// Ours and all rivals.
pub fn engines<'e>(ours: &'e mut Ours, rivals: &'e mut Rivals) -> Vec<Engine<'e>> {
    let mut engines: Vec<Engine<'e>> =
        vec![Engine { name: "ours".into(), run: Box::new(|p| ours.count(p)) }];
    for (name, hybrid) in &mut rivals.hybrids {
        engines.push(Engine { name: name.clone(), run: Box::new(|p| hybrid.scan(p).len() as u64) });
    }
    for (name, plain) in rivals.split.iter().chain(&rivals.one) {
        engines.push(Engine { name: name.clone(), run: Box::new(|p| plain.count(p)) });
    }
    engines
}

/// `median [min–max]` in MB/s.
fn speed(bytes: usize, times: &Times) -> String {
    let (median, best, worst) = middle(&times.rounds);
    let speed = |seconds: f64| bytes as f64 / 1e6 / seconds;
    format!("{:.0} [{:.0}–{:.0}]", speed(median), speed(worst), speed(best))
}

/// How many times faster ours is than the fastest of the others, round by round.
fn ratio(ours: &Times, others: &[&Times]) -> String {
    let Some(best) =
        others.iter().min_by(|a, b| middle(&a.rounds).0.total_cmp(&middle(&b.rounds).0))
    else {
        return "–".into();
    };
    let ratios: Vec<f64> = best.rounds.iter().zip(&ours.rounds).map(|(b, o)| b / o).collect();
    let (median, least, most) = middle(&ratios);
    format!("{median:.2} [{least:.2}–{most:.2}]")
}

fn table(
    out: &mut String,
    options: &Options,
    corpora: &[Corpus],
    ours: &mut Ours,
    rivals: &mut Rivals,
) -> bool {
    let names: Vec<String> = engines(ours, rivals).iter().map(|e| e.name.clone()).collect();
    let _ = writeln!(
        out,
        "\n| corpus | {} | ours ÷ (c) | ours ÷ (b) | ours ÷ (a) | findings | (c) differs |\n|{}",
        names.join(" | "),
        "---|".repeat(names.len() + 6)
    );
    let mut right = true;
    for corpus in corpora.iter().filter(|c| wanted(options, c)) {
        let pieces = corpus.pieces();
        let mut different = Vec::new();
        for (_, hybrid) in &mut rivals.hybrids {
            let (n, all) = compare(ours, hybrid, &pieces, options.explain);
            right &= n * 1000 <= all * TOLERANCE + 1000;
            let mark = if n * 1000 <= all * TOLERANCE + 1000 { "" } else { " WRONG" };
            different.push(format!("{n}{mark}"));
        }
        if let Some((_, hybrid)) = rivals.hybrids.first_mut() {
            right &= oracle(corpus, ours, hybrid, options.explain);
        }
        let mut engines = engines(ours, rivals);
        let times = rounds(&mut engines, &pieces, options.rounds);
        let bytes = corpus.text.len();
        let of = |letter: &str| -> Vec<&Times> {
            names
                .iter()
                .zip(&times)
                .filter(|(n, _)| n.starts_with(letter))
                .map(|(_, t)| t)
                .collect()
        };
        let speeds: Vec<String> = times.iter().map(|t| speed(bytes, t)).collect();
        let ratios = ["(c)", "(b)", "(a)"].map(|l| ratio(&times[0], &of(l))).join(" | ");
        let line = format!(
            "| {} | {} | {ratios} | {} | {} |",
            corpus.name,
            speeds.join(" | "),
            times[0].count,
            different.join(", ")
        );
        eprintln!("{line}");
        let _ = writeln!(out, "{line}");
    }
    right
}

/// Ours against the plainest way, on the begin of a corpus; exact but for ties.
pub fn oracle(corpus: &Corpus, ours: &mut Ours, hybrid: &mut Hybrid, explain: bool) -> bool {
    let end = (0..=ORACLE.min(corpus.text.len())).rev().find(|i| corpus.text.is_char_boundary(*i));
    let sample = &corpus.text[..end.unwrap_or(0)];
    let (mine, plainest) = (ours.findings(sample), plain(hybrid.oracle(sample)));
    let found = differences(&mine, &plainest);
    let right = found.len() * 1000 <= mine.len() * TOLERANCE + 1000;
    if !right || explain {
        eprintln!(
            "{}: {} of {} findings differ from the oracle",
            corpus.name,
            found.len(),
            mine.len()
        );
        found.iter().take(5).for_each(|f| explain_one(ours, *f));
    }
    right
}

/// The credential detectors alone, against their patterns in one database and against (c).
fn credentials(out: &mut String, options: &Options, files: &[File], corpora: &[Corpus]) -> bool {
    let files = rules::only(files, "credential");
    let mut ours = Ours::new(&files);
    let mut rivals = Rivals::build(&options.libraries, &files, FROZEN, false);
    for library in &options.libraries {
        let plain = Databases::patterns_only(library, &Rules::read(&files));
        rivals.one.push((format!("(a) {}", library.name), plain));
    }
    let _ = writeln!(
        out,
        "\nCredentials alone: {} detectors; (a) is their patterns without words.",
        ours.detector.infos().len()
    );
    table(out, options, corpora, &mut ours, &mut rivals)
}
