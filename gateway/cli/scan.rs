//! `seawall scan`: findings in files or standard input.

mod explain;
mod input;
mod report;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use detect::{Fuel, Level, Text};
use exchange::{Found, Scratch, Search};
use policy::{Clock, Day};
use serde::Deserialize;

use super::{Failure, Outcome, Result, allow_files, books, holding_files};
use explain::Explained;
use input::{Form, Input};
use report::Report;

/// Options of `seawall scan`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Files to read, of any kind: text, PDF, office, web, mail, tables, archives. None, or `-`: standard input.
    files: Vec<PathBuf>,
    /// How to write findings.
    #[arg(long, value_enum, default_value_t)]
    format: ScanFormat,
    /// Read one {"text": …} a line and write one {"spans": […]} a line, in the same order.
    #[arg(long)]
    jsonl: bool,
    /// What offsets count.
    #[arg(long, value_enum, default_value_t)]
    offsets: Offsets,
    /// Write the text with each finding replaced by its kind. Only for text.
    #[arg(long, conflicts_with_all = ["jsonl", "format"])]
    redact: bool,
    /// Tell for each place what was tried there and why it is reported or not, in place of the findings.
    #[arg(long, conflicts_with_all = ["jsonl", "redact", "format"])]
    explain: bool,
    /// Least confidence that is reported.
    #[arg(long, value_enum, default_value_t)]
    level: LevelName,
    /// Exit with 1 if there are findings, or places that could not be read.
    #[arg(long)]
    fail_on: bool,
    /// Folder of more detector files, beside the embedded ones.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
    /// File of the agency's own data, as `seawall holdings build` made it; may stand several times.
    #[arg(long, value_name = "FILE", requires = "key_file")]
    holdings: Vec<PathBuf>,
    /// File of values that are known to be harmless ([[allow]]); may stand several times.
    #[arg(long, value_name = "FILE")]
    allowed: Vec<PathBuf>,
    /// File with the key that the holdings were built with.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum ScanFormat {
    #[default]
    Pretty,
    Jsonl,
    Sarif,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Offsets {
    #[default]
    Byte,
    Char,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum LevelName {
    Possible,
    #[default]
    Likely,
    Confirmed,
}

impl LevelName {
    fn level(self) -> Level {
        match self {
            Self::Possible => Level::Possible,
            Self::Likely => Level::Likely,
            Self::Confirmed => Level::Confirmed,
        }
    }
}

struct Scanner<'a> {
    search: Search,
    today: Day,
    scratch: Scratch,
    options: &'a Options,
    /// What could not be scanned while the rest was.
    problems: Vec<String>,
    /// What could not be opened.
    unopened: Vec<String>,
}

pub(super) fn run(options: &Options) -> Result {
    let detector = books::detector(options.detectors.as_deref(), true).map_err(Failure::Usage)?;
    let mut search =
        holding_files::beside(detector, &options.holdings, options.key_file.as_deref())
            .map_err(Failure::Usage)?;
    allow_files::add(&mut search, &options.allowed, |_, problem| Some(problem))
        .map_err(Failure::Usage)?;
    let today = Day::from_unix(super::now(), &Clock::utc());
    let (scratch, problems, unopened) = (Scratch::default(), Vec::new(), Vec::new());
    let mut scanner = Scanner { search, today, scratch, options, problems, unopened };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let found = if options.jsonl { scanner.lines(&mut out)? } else { scanner.whole(&mut out)? };
    out.flush()?;
    if !scanner.unopened.is_empty() {
        scanner.problems.iter().for_each(|problem| super::complain(problem));
        return Err(Failure::Usage(scanner.unopened));
    }
    super::broken(scanner.problems)?;
    Ok(if options.fail_on && found > 0 { Outcome::No } else { Outcome::Fine })
}

impl Scanner<'_> {
    /// Each input as what it is.
    fn whole(&mut self, out: &mut impl Write) -> std::result::Result<usize, Failure> {
        let (inputs, unopened) = input::read(&self.options.files, self.options.redact)?;
        if self.options.redact {
            // What is written in one go is whole, or nothing.
            only_text(&inputs, unopened.clone())?;
        }
        self.unopened = unopened;
        let (mut reports, mut total) = (Vec::new(), 0);
        for input in inputs {
            if self.options.explain {
                total += self.explain(out, &input)?;
                continue;
            }
            let Some(found) = self.find(&input.name, &input.texts(), input.is_file()) else {
                continue;
            };
            let report = Report { input, found };
            total += report.count();
            match (self.options.redact, self.options.format) {
                (true, _) => write!(out, "{}", self.redacted(&report))?,
                (_, ScanFormat::Pretty) => report.pretty(out, &self.search)?,
                (_, ScanFormat::Jsonl) => {
                    writeln!(out, "{}", report.json(&self.search, self.options.offsets))?;
                }
                (_, ScanFormat::Sarif) => reports.push(report),
            }
        }
        if self.options.format == ScanFormat::Sarif && !self.options.redact && !self.options.explain
        {
            let log = report::sarif(&self.search, &reports);
            writeln!(out, "{}", serde_json::to_string_pretty(&log).unwrap_or_default())?;
        }
        Ok(total)
    }

    fn redacted(&self, report: &Report) -> String {
        match &report.input.form {
            Form::Text(text) => report::redacted(text, &report.found, &self.search),
            Form::File(_) => String::new(),
        }
    }

    /// How many of the places are reported.
    fn explain(
        &mut self,
        out: &mut impl Write,
        input: &Input,
    ) -> std::result::Result<usize, Failure> {
        let texts = texts(&input.texts(), input.is_file());
        let readings = self
            .search
            .explain(&mut self.scratch, &texts, self.today, &mut Fuel::new(u64::MAX))
            .map_err(|_| {
                let what = "too much to explain; give a shorter text";
                Failure::Usage(vec![format!("{}: {what}", input.name)])
            })?;
        let explained = Explained {
            search: &self.search,
            input,
            least: self.options.level.level(),
            today: self.today,
        };
        Ok(explained.write(out, &readings)?)
    }

    /// Each line of each input as one text.
    fn lines(&mut self, out: &mut impl Write) -> std::result::Result<usize, Failure> {
        if input::is_stdin(&self.options.files) {
            return self.lines_of("<stdin>", io::stdin().lock(), out);
        }
        let mut total = 0;
        for path in &self.options.files {
            let name = path.display().to_string();
            let file = File::open(path).map_err(|error| {
                Failure::Usage(vec![format!("{name}: cannot be opened ({error})")])
            })?;
            total += self.lines_of(&name, BufReader::new(file), out)?;
        }
        Ok(total)
    }

    fn lines_of(
        &mut self,
        name: &str,
        input: impl BufRead,
        out: &mut impl Write,
    ) -> std::result::Result<usize, Failure> {
        #[derive(Deserialize)]
        struct Row {
            text: String,
        }
        let mut total = 0;
        for (number, line) in input.lines().enumerate() {
            let line = line.map_err(|error| {
                Failure::Usage(vec![format!("{name}:{}: cannot be read ({error})", number + 1)])
            })?;
            if line.trim().is_empty() {
                continue;
            }
            let row: Row = serde_json::from_str(&line).map_err(|error| {
                Failure::Usage(vec![format!(
                    "{name}:{}:{}: expected {{\"text\": \"…\"}}",
                    number + 1,
                    error.column()
                )])
            })?;
            let place = format!("{name}:{}", number + 1);
            let Some(found) = self.find(&place, &[("", &row.text)], false) else {
                // Behind it the lines that are written would no longer be those that were read.
                return Err(Failure::Broken(self.problems.pop().unwrap_or_default()));
            };
            let input = Input { name: String::new(), form: Form::Text(row.text), editable: true };
            let report = Report { input, found };
            total += report.count();
            writeln!(out, "{}", report.json(&self.search, self.options.offsets))?;
        }
        Ok(total)
    }

    /// What is found in the texts of one file, which are each other's context; if that is too much, the problem is noted.
    fn find(&mut self, name: &str, texts: &[(&str, &str)], is_file: bool) -> Option<Found> {
        let texts = self::texts(texts, is_file);
        let mut fuel = Fuel::new(u64::MAX);
        let Ok(mut found) = self.search.scan(&mut self.scratch, &texts, self.today, &mut fuel)
        else {
            let what = "there is more in it than one scan may find; give it in parts";
            self.problems.push(format!("{name}: {what}"));
            return None;
        };
        let least = self.options.level.level();
        found.findings.retain(|finding| finding.level() >= least);
        Some(found)
    }
}

/// The texts of one file are each other's context.
fn texts<'t>(texts: &[(&'t str, &'t str)], is_file: bool) -> Vec<Text<'t>> {
    let circle = u8::from(is_file);
    let text = |(label, body)| Text { label, body, flows: false, voice: 0, circle };
    texts.iter().copied().map(text).collect()
}

/// Refuses what cannot be written again with something taken out.
fn only_text(inputs: &[Input], mut problems: Vec<String>) -> std::result::Result<(), Failure> {
    let told = inputs.iter().filter_map(|input| match &input.form {
        Form::Text(_) if input.editable => None,
        Form::Text(_) => Some((input, "text in another character set than UTF-8")),
        Form::File(file) => Some((input, file.kind.name())),
    });
    problems.extend(told.map(|(input, kind)| {
        format!(
            "{}: is {kind}, and only text can be redacted; `seawall scan` without --redact tells what stands where in it",
            input.name
        )
    }));
    if problems.is_empty() { Ok(()) } else { Err(Failure::Usage(problems)) }
}
