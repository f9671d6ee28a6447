//! Findings of the rule files as they lie in `rules/detectors/`, without the rest of the gateway: the loop of whoever writes rules.
//!
//! `spans [--level possible|likely|confirmed] [--offsets char|byte] [--rules DIR] [--plain | --examples]`
//!
//! Reads `{"text": …}` a line on standard input (`--plain`: all of it as one text) and writes `{"spans": […]}` a line. Offsets are
//! characters unless told otherwise. `--examples` runs the examples of all detectors instead.

#![expect(clippy::disallowed_methods, reason = "whole files and input of whoever runs it")]

use std::error::Error;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

use detect::{Detector, Fuel, Level, RuleFile, Scratch, Text};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Options {
    level: Level,
    bytes: bool,
    plain: bool,
    examples: bool,
    rules: PathBuf,
}

fn main() -> Outcome<()> {
    let options = options()?;
    let detector = compile(&options.rules)?;
    let mut scratch = Scratch::default();
    let mut out = io::BufWriter::new(io::stdout().lock());
    if options.examples {
        let problems = detector.check_examples();
        problems.iter().try_for_each(|problem| writeln!(out, "{problem}"))?;
        out.flush()?;
        return if problems.is_empty() { Ok(()) } else { Err("some examples fail".into()) };
    }
    let mut input = io::stdin().lock();
    if options.plain {
        let mut text = String::new();
        input.read_to_string(&mut text)?;
        writeln!(out, "{}", spans(&detector, &mut scratch, &options, &text)?)?;
        return Ok(out.flush()?);
    }
    for line in input.lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let row: Value = serde_json::from_str(&line)?;
        let text = row.get("text").and_then(Value::as_str).ok_or("a line without a text")?;
        writeln!(out, "{}", spans(&detector, &mut scratch, &options, text)?)?;
    }
    Ok(out.flush()?)
}

fn options() -> Outcome<Options> {
    let mut options = Options {
        level: Level::Likely,
        bytes: false,
        plain: false,
        examples: false,
        rules: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/detectors"),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--plain" => options.plain = true,
            "--examples" => options.examples = true,
            "--rules" => options.rules = PathBuf::from(value()?),
            "--offsets" => options.bytes = value()? == "byte",
            "--level" => {
                let name = value()?;
                options.level = [Level::Possible, Level::Likely, Level::Confirmed]
                    .into_iter()
                    .find(|level| level.name() == name)
                    .ok_or_else(|| format!("no such level: {name}"))?;
            }
            _ => return Err(format!("no such option: {word}").into()),
        }
    }
    Ok(options)
}

fn compile(folder: &Path) -> Outcome<Detector> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push((path.display().to_string(), std::fs::read_to_string(&path)?));
        }
    }
    files.sort();
    let files: Vec<_> = files.iter().map(|(name, text)| RuleFile { name, text }).collect();
    Detector::compile(&files).map_err(|problems| {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n").into()
    })
}

fn spans(
    detector: &Detector,
    scratch: &mut Scratch,
    options: &Options,
    text: &str,
) -> Outcome<Value> {
    let mut fuel = Fuel::new(u64::MAX);
    let found = detector.scan(scratch, &[Text::alone("", text)], &mut fuel)?;
    let (mut byte, mut character) = (0, 0);
    // Findings come in order, so that characters are counted once.
    let mut offset = |at: usize| {
        if !options.bytes {
            character += text.get(byte..at).map_or(0, |between| between.chars().count());
            byte = at;
        }
        if options.bytes { at } else { character }
    };
    let rows: Vec<_> = found
        .iter()
        .filter(|finding| finding.level() >= options.level)
        .flat_map(|finding| finding.pieces().iter().map(move |piece| (finding, piece.span)))
        .map(|(finding, span)| {
            let info = detector.info(finding.detector());
            json!({
                "s": offset(span.start), "e": offset(span.end), "type": info.id,
                "class": info.family, "level": finding.level().name(),
                "score": f64::from((finding.score() * 100.0).round()) / 100.0, "country": info.country,
            })
        })
        .collect();
    Ok(json!({ "spans": rows }))
}
