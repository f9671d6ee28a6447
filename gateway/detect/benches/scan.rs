//! How fast the shipped detectors scan, and how often they speak on clean text.
//!
//! `cargo bench -p detect`: MB/s (10^6 bytes), median and best of seven rounds, and findings at level likely and above per MB. Corpora are read from
//! `../shared/eval/corpora` beside the repository and skipped when absent; the generated texts have known counts, which are asserted.
#![expect(clippy::disallowed_methods, reason = "measures time")]
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench prints and stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use detect::{Detector, Fuel, Level, RuleFile, Scratch, Text};

const MESSAGE: usize = 4096;
const ROUNDS: usize = 7;

fn main() {
    let started = Instant::now();
    let detector = compile();
    println!(
        "{} detectors, {} KiB of automata, compiled in {:?}",
        detector.infos().len(),
        detector.memory() / 1024,
        started.elapsed()
    );
    println!(
        "{:10} {:>9} {:>8} {:>8} {:>10} {:>9} {:>8}",
        "corpus", "bytes", "MB/s", "best", "us/4KiB", "findings", "per MB"
    );
    for name in ["prose", "chat", "code", "logs", "json", "techdoc"] {
        match corpus(name) {
            Some(text) => report(&detector, name, &text, None),
            None => println!("{name:10} absent"),
        }
    }
    for name in ["json", "chat"] {
        if let Some(text) = corpus(name) {
            fields(&detector, name, &text);
        }
    }
    let plain = "The committee met again on Tuesday and agreed that the road should be mended before the winter.\n".repeat(4000);
    report(&detector, "plain", &plain, Some(0));
    let dense = "Write to jane.doe@mail.example.org or pay IBAN DE89 3704 0044 0532 0130 00 from 84.17.44.21 now.\n".repeat(2000);
    report(&detector, "dense", &dense, Some(6000));
    report(&detector, "digit runs", &"1234567890 ".repeat(40_000), None);
    report(&detector, "at runs", &"a.b.c.d@".repeat(40_000), None);
    report(&detector, "nested", &"eyJhbGciOiJ-".repeat(40_000), None);
    report(&detector, "spaced", &"1 2 3 4 ".repeat(40_000), None);
}

fn compile() -> Detector {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/detectors");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .map(|p| {
            (
                p.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&p).unwrap(),
            )
        })
        .collect();
    files.sort();
    let files: Vec<RuleFile<'_>> =
        files.iter().map(|(name, text)| RuleFile { name, text }).collect();
    Detector::compile(&files).unwrap_or_else(|problems| {
        panic!("{}", problems.first().map(ToString::to_string).unwrap_or_default())
    })
}

fn corpus(name: &str) -> Option<String> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval/corpora").join(name);
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).ok()?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    let read = |p: &std::path::PathBuf| {
        std::fs::read(p).ok().map(|b| String::from_utf8_lossy(&b).into_owned())
    };
    Some(paths.iter().filter_map(read).collect::<Vec<_>>().join("\n"))
}

/// The text in messages of about four kilobytes, as the gateway sees it.
fn messages(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > MESSAGE {
        let at = (0..=MESSAGE).rev().find(|i| rest.is_char_boundary(*i)).unwrap_or(0);
        let (head, tail) = rest.split_at(at);
        out.push(head);
        rest = tail;
    }
    out.push(rest);
    out
}

/// The strings of JSON text, names and values, in order, still escaped.
fn strings(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut open, mut escaped) = (None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (byte, open) {
            (_, Some(_)) if escaped => escaped = false,
            (b'\\', Some(_)) => escaped = true,
            (b'"', Some(from)) => {
                out.extend(text.get(from..at));
                open = None;
            }
            (b'"', None) => open = Some(at + 1),
            _ => {}
        }
    }
    out
}

/// What the fields of records say of each other: the same strings each alone, as one circle, and as what one speaker says.
fn fields(detector: &Detector, name: &str, text: &str) {
    let mut scratch = Scratch::default();
    for (kind, circle, flows) in [("alone", 0, false), ("circle", 1, false), ("flowing", 1, true)] {
        let strings = strings(text);
        let mut by_detector: BTreeMap<&str, usize> = BTreeMap::new();
        let start = Instant::now();
        for chunk in strings.chunks(500) {
            let texts: Vec<Text<'_>> =
                chunk.iter().map(|body| Text { circle, flows, ..Text::alone("", body) }).collect();
            let found = detector.scan(&mut scratch, &texts, &mut Fuel::new(u64::MAX)).unwrap();
            for finding in found.iter().filter(|f| f.level() >= Level::Likely) {
                let id = detector.info(finding.detector()).id.as_str();
                *by_detector.entry(id).or_default() += 1;
            }
        }
        let mb = text.len() as f64 / 1e6;
        let speed = mb / start.elapsed().as_secs_f64();
        let findings: usize = by_detector.values().sum();
        println!(
            "{name} fields {kind:8} {speed:>8.0} MB/s {findings:>9} {:>8.2} per MB",
            findings as f64 / mb
        );
        println!("           {by_detector:?}");
    }
}

fn report(detector: &Detector, name: &str, text: &str, expect: Option<usize>) {
    let mut scratch = Scratch::default();
    let pieces = messages(text);
    let mut times = Vec::new();
    let mut by_detector: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..ROUNDS {
        let start = Instant::now();
        for body in &pieces {
            let found = detector
                .scan(&mut scratch, &[Text::alone("", body)], &mut Fuel::new(u64::MAX))
                .unwrap();
            if round == 0 {
                for finding in found.iter().filter(|f| f.level() >= Level::Likely) {
                    *by_detector
                        .entry(detector.info(finding.detector()).id.as_str())
                        .or_default() += 1;
                }
            }
        }
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let (best, seconds) = (times[0], times[ROUNDS / 2]);
    let findings: usize = by_detector.values().sum();
    let mb = text.len() as f64 / 1e6;
    println!(
        "{name:10} {:>9} {:>8.0} {:>8.0} {:>10.2} {findings:>9} {:>8.2}",
        text.len(),
        mb / seconds,
        mb / best,
        best * 1e6 / pieces.len() as f64,
        findings as f64 / mb
    );
    let mut most: Vec<_> = by_detector.into_iter().collect();
    most.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let line: Vec<String> = most.iter().take(12).map(|(id, n)| format!("{id} {n}")).collect();
    if !line.is_empty() {
        println!("           {}", line.join(", "));
    }
    if let Some(expect) = expect
        && text.len() < MESSAGE * 1000
    {
        // Messages are cut without regard to values, so a few may be lost at the cuts.
        assert!(
            findings <= expect && findings + pieces.len() >= expect,
            "{name}: {findings} findings, expected about {expect}"
        );
    }
}
