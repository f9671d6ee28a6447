//! The tables.

use std::fmt::Write as _;
use std::path::Path;

use crate::Options;
use crate::corpora::{self, Corpus};
use crate::generate;
use crate::hs::Library;
use crate::hybrid::{Hybrid, Tuning};
use crate::measure::{Engine, Times, allocations, latencies, middle, now, rounds};
use crate::ours::{Ours, Plain as Finding, differences, plain};
use crate::plain::Plain;
use crate::rules::{self, File, Rules};

/// The frozen configuration of (c).
const FROZEN: Tuning = Tuning { depth: 5, merged: false };
/// Findings of (c) that may differ from ours, of a thousand: where a window cuts a word, and ties between readings.
const TOLERANCE: usize = 2;
/// Bytes of each corpus that the oracle reads.
const ORACLE: usize = 24 << 10;

/// One side of the comparison, ready to run.
struct Rivals {
    hybrids: Vec<(String, Hybrid)>,
    one: Vec<(String, Plain)>,
    split: Vec<(String, Plain)>,
    /// What building each took: name, seconds, bytes of C, bytes of ours.
    built: Vec<(String, f64, usize, usize)>,
}

fn timed<T>(make: impl FnOnce() -> T) -> (T, f64) {
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
            let (one, seconds) = timed(|| Plain::one(library, &rules));
            rivals.built.push((format!("(a) {}", library.name), seconds, one.bytes(), 0));
            rivals.one.push((format!("(a) {}", library.name), one));
            let (split, seconds) = timed(|| Plain::split(library, &rules));
            rivals.built.push((format!("(b) {}", library.name), seconds, split.bytes(), 0));
            rivals.split.push((format!("(b) {}", library.name), split));
        }
        rivals
    }
}

/// Compares what the rivals verify with what we find; counts differences and findings.
fn compare(ours: &mut Ours, hybrid: &mut Hybrid, pieces: &[&str], explain: bool) -> (usize, usize) {
    let (mut different, mut all) = (0, 0);
    for piece in pieces {
        let mine = ours.findings(piece);
        let theirs = plain(hybrid.scan(piece));
        all += mine.len();
        let found = differences(&mine, &theirs);
        different += found.len();
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

/// Tries settings of (c) and prints the speeds: coarse databases alone, the coarse pass, all of it, ours.
pub fn tune(root: &Path, options: &Options) -> bool {
    let files = rules::files(&root.join("rules/detectors"));
    let corpora = corpora::all(root, &files, options.bytes);
    let mut ours = Ours::new(&files);
    for library in &options.libraries {
        for merged in [false, true] {
            let tuning = Tuning { merged, ..FROZEN };
            let (mut hybrid, built) = timed(|| Hybrid::new(library, Rules::read(&files), tuning));
            println!("{} {tuning:?} {built:.1} s, {}", library.name, hybrid.describe());
            for corpus in corpora.iter().filter(|c| wanted(options, c)) {
                tune_one(corpus, &mut hybrid, &mut ours, options.rounds);
            }
        }
    }
    true
}

fn tune_one(corpus: &Corpus, hybrid: &mut Hybrid, ours: &mut Ours, times: usize) {
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
    let hybrid = std::cell::RefCell::new(hybrid);
    let name = String::new;
    let mut engines = [
        Engine { name: name(), run: Box::new(|p| hybrid.borrow_mut().coarse(p) as u64) },
        Engine { name: name(), run: Box::new(|p| hybrid.borrow_mut().scan(p).len() as u64) },
        Engine { name: name(), run: Box::new(|p| ours.count(p)) },
    ];
    if std::env::var_os("MATCHERS_LOOP").is_some() {
        for _ in 0..1000 {
            pieces.iter().for_each(|p| {
                (engines[1].run)(p);
            });
        }
    }
    let times = rounds(&mut engines, &pieces, times);
    let speed = |i: usize| rate(middle(&times[i].rounds).0);
    println!(
        "  {:20} databases {}; coarse {:.0} ({} places), all {:.0} ({}), ours {:.0}",
        corpus.name,
        stages.join(", "),
        speed(0),
        times[0].count,
        speed(1),
        times[1].count,
        speed(2)
    );
}

fn wanted(options: &Options, corpus: &Corpus) -> bool {
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
    hostile(&mut out, options, &corpora, &mut ours, &mut rivals);
    messages(&mut out, &corpora, &mut ours, &mut rivals);
    built(&mut out, &ours, &rivals);
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
        "{cpu}, Linux {}; load average: {load}. `benches/matchers {}`: {} interleaved rounds, {} KiB of each corpus, one core; MB/s of 10^6 bytes, medians [min–max]; ratios are medians of the rounds' own ratios. {}; {} detectors; {}.",
        tell("uname", &["-r"]),
        command.join(" "),
        options.rounds,
        options.bytes >> 10,
        versions.join("; "),
        ours.detector.infos().len(),
        rivals.hybrids.first().map(|(_, h)| h.describe()).unwrap_or_default()
    );
    for (name, plain) in rivals.one.iter().chain(&rivals.split) {
        let _ = writeln!(out, "{name}: {} patterns and words, {} refused.", plain.patterns, plain.rejects.len());
        plain.rejects.iter().for_each(|r| eprintln!("{name} refuses {r}"));
    }
}

fn engines<'e>(ours: &'e mut Ours, rivals: &'e mut Rivals) -> Vec<Engine<'e>> {
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
    let Some(best) = others.iter().min_by(|a, b| middle(&a.rounds).0.total_cmp(&middle(&b.rounds).0)) else {
        return "–".into();
    };
    let ratios: Vec<f64> = best.rounds.iter().zip(&ours.rounds).map(|(b, o)| b / o).collect();
    let (median, least, most) = middle(&ratios);
    format!("{median:.2} [{least:.2}–{most:.2}]")
}

fn table(out: &mut String, options: &Options, corpora: &[Corpus], ours: &mut Ours, rivals: &mut Rivals) -> bool {
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
        right &= oracle(corpus, ours, rivals, options.explain);
        let mut engines = engines(ours, rivals);
        let times = rounds(&mut engines, &pieces, options.rounds);
        let bytes = corpus.text.len();
        let of = |letter: &str| -> Vec<&Times> {
            names.iter().zip(&times).filter(|(n, _)| n.starts_with(letter)).map(|(_, t)| t).collect()
        };
        let speeds: Vec<String> = times.iter().map(|t| speed(bytes, t)).collect();
        let ratios = ["(c)", "(b)", "(a)"].map(|l| ratio(&times[0], &of(l))).join(" | ");
        let line = format!("| {} | {} | {ratios} | {} | {} |", corpus.name, speeds.join(" | "), times[0].count, different.join(", "));
        eprintln!("{line}");
        let _ = writeln!(out, "{line}");
    }
    right
}

/// Ours against the plainest way, on the begin of a corpus; exact but for ties.
fn oracle(corpus: &Corpus, ours: &mut Ours, rivals: &mut Rivals, explain: bool) -> bool {
    let Some((_, hybrid)) = rivals.hybrids.first_mut() else { return true };
    let end = (0..=ORACLE.min(corpus.text.len())).rev().find(|i| corpus.text.is_char_boundary(*i));
    let sample = &corpus.text[..end.unwrap_or(0)];
    let (mine, plainest) = (ours.findings(sample), plain(hybrid.oracle(sample)));
    let found = differences(&mine, &plainest);
    let right = found.len() * 1000 <= mine.len() * TOLERANCE + 1000;
    if !right || explain {
        eprintln!("{}: {} of {} findings differ from the oracle", corpus.name, found.len(), mine.len());
        found.iter().take(5).for_each(|f| explain_one(ours, *f));
    }
    right
}

fn hostile(out: &mut String, options: &Options, corpora: &[Corpus], ours: &mut Ours, rivals: &mut Rivals) {
    let prose = corpora.iter().find(|c| c.name == "prose").map(|c| c.pieces()).unwrap_or_default();
    let bytes: usize = prose.iter().map(|p| p.len()).sum();
    let mut engines = engines(ours, rivals);
    engines.retain(|e| e.name == "ours" || e.name.starts_with("(c)"));
    let on_prose = rounds(&mut engines, &prose, options.rounds.min(3));
    let names: Vec<&str> = engines.iter().map(|e| e.name.as_str()).collect();
    let _ = writeln!(
        out,
        "\n| hostile text, 64 KiB and 256 KiB in one piece | {} | ours ÷ ours on prose | 256 ÷ 64 KiB |\n|{}",
        names.join(" | "),
        "---|".repeat(names.len() + 3)
    );
    for (name, text) in generate::hostile(256 << 10) {
        let small = rounds(&mut engines, &[&text[..64 << 10]], options.rounds.min(3));
        let large = rounds(&mut engines, &[&text], options.rounds.min(3));
        let rate = |bytes: usize, t: &Times| bytes as f64 / 1e6 / middle(&t.rounds).0;
        let speeds: Vec<String> = small
            .iter()
            .zip(&large)
            .map(|(s, l)| format!("{:.0}, {:.0}", rate(64 << 10, s), rate(text.len(), l)))
            .collect();
        let share = rate(text.len(), &large[0]) / rate(bytes, &on_prose[0]);
        let mark = if share < 0.1 { " below a tenth" } else { "" };
        let growth = rate(text.len(), &large[0]) / rate(64 << 10, &small[0]);
        let _ = writeln!(out, "| {name} | {} | {share:.2}{mark} | {growth:.2} |", speeds.join(" | "));
    }
}

fn messages(out: &mut String, corpora: &[Corpus], ours: &mut Ours, rivals: &mut Rivals) {
    let Some(corpus) = corpora.iter().find(|c| c.piece == corpora::MESSAGE) else { return };
    let pieces = corpus.pieces();
    let _ = writeln!(out, "\n| 2 KB chat message | p50 µs | p99 µs | allocations a scan |\n|---|---|---|---|");
    for engine in &mut engines(ours, rivals) {
        let (half, most) = latencies(engine, &pieces, 3);
        let counted = allocations(|| pieces.iter().for_each(|p| {
            (engine.run)(p);
        }));
        let each = counted as f64 / pieces.len() as f64;
        let _ = writeln!(out, "| {} | {half:.1} | {most:.1} | {each:.2} |", engine.name);
    }
}

fn built(out: &mut String, ours: &Ours, rivals: &Rivals) {
    let _ = writeln!(out, "\n| | compiled in s | MiB of C databases and scratch | MiB of Rust automata |\n|---|---|---|---|");
    let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    let _ = writeln!(out, "| ours | {:.2} | – | {:.1} |", ours.compiled, mib(ours.detector.memory()));
    for (name, seconds, c, rust) in &rivals.built {
        let _ = writeln!(out, "| {name} | {seconds:.2} | {:.1} | {:.1} |", mib(*c), mib(*rust));
    }
}

/// The credential detectors alone, against their patterns in one database and against (c).
fn credentials(out: &mut String, options: &Options, files: &[File], corpora: &[Corpus]) -> bool {
    let files = rules::only(files, "credential");
    let mut ours = Ours::new(&files);
    let mut rivals = Rivals::build(&options.libraries, &files, FROZEN, false);
    for library in &options.libraries {
        let plain = Plain::patterns_only(library, &Rules::read(&files));
        rivals.one.push((format!("(a) {}", library.name), plain));
    }
    let _ = writeln!(out, "\nCredentials alone: {} detectors; (a) is their patterns without words.", ours.detector.infos().len());
    table(out, options, corpora, &mut ours, &mut rivals)
}
