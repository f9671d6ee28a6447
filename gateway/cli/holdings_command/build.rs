//! `seawall holdings build dictionary|records|documents`: reads the sources, hashes them, replaces the output as a whole.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use holdings::{
    DictionaryBuilder, DictionaryRules, DocumentRules, DocumentsBuilder, Key, Problem, Progress,
    RecordRules, RecordsBuilder, Report, Spill,
};
use tempfile::NamedTempFile;

use super::KeyFile;
use super::origins::Origins;
use super::sources::{self, Plain};
use crate::cli::secrets::Absent;
use crate::cli::telling::Telling;
use crate::cli::{Failure, Outcome, Result, complain, files, holding_files, toml_file, warn};

/// Which kind of holdings.
#[derive(clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Terms, one a line (UTF-8). Findings call a term by the number of its line, counted over all inputs.
    Dictionary(Options),
    /// Records, from CSV with a line of headings. Needs --rules, which name columns and what must stand together.
    Records(Options),
    /// Documents, each a file of any kind that can be read; of a folder all .txt files. Findings call a document by its path as given.
    Documents(Options),
}

/// Options of all kinds.
#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// The sources.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    key: KeyFile,
    /// Where the holdings go; replaced as a whole when they are complete.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Rules in TOML: the name that [[holdings]] in seawall.toml gives it, and options, as docs/holdings.md shows them. Without: the
    /// output's name, and what is usual.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// What separates the columns of records. Default: a comma, in `.tsv` files a tab.
    #[arg(long, value_name = "CHARACTER", value_parser = separator)]
    separator: Option<u8>,
    /// Memory for sorting in MiB; what does not fit is put aside in the folder of the output.
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    memory: u32,
}

type Done<T> = std::result::Result<T, Failure>;

pub(super) fn run(command: &Command) -> Result {
    let (Command::Dictionary(options) | Command::Records(options) | Command::Documents(options)) =
        command;
    // Rules are read before a job begins: a key must not be made for a build that cannot be.
    let rules = options.rules_text()?;
    let (report, origins) = match command {
        Command::Dictionary(_) => dictionary(options, rules)?,
        Command::Records(_) => records(options, rules)?,
        Command::Documents(_) => documents(options, rules)?,
    };
    for refused in &report.examples {
        let column = if refused.column.is_empty() {
            String::new()
        } else {
            format!(", column `{}`", refused.column)
        };
        let place = origins.place(refused.line);
        warn(&format!("{place}{column}: left out: {}", refused.why));
    }
    if report.refused > report.examples.len() as u64 {
        warn(&format!("{} in all were left out", report.refused));
    }
    if report.common > 0 {
        warn(&format!(
            "{} values or phrases are so common that they count only beside others, or not at all",
            report.common
        ));
    }
    if nothing_in(&report) {
        complain(&format!(
            "{}: nothing was taken, so it stays as it was; mend the sources or the rules",
            options.output.display()
        ));
        return Ok(Outcome::No);
    }
    writeln!(
        io::stdout(),
        "{}: {} taken, {} left out, {} hashes, {} bytes",
        options.output.display(),
        report.taken,
        report.refused,
        report.entries,
        report.bytes
    )?;
    Ok(Outcome::Fine)
}

/// Whether a file would be of no use. Rows are taken without any value, so what counts there is what they hold.
fn nothing_in(report: &Report) -> bool {
    report.taken == 0 || report.entries == 0
}

fn separator(given: &str) -> std::result::Result<u8, &'static str> {
    match given.as_bytes() {
        [one] if one.is_ascii_punctuation() && *one != b'"' => Ok(*one),
        b"\t" | b"\\t" => Ok(b'\t'),
        _ => Err("expected one character such as ; or , or |, or \\t for a tab"),
    }
}

impl Options {
    /// The rules' file name and text.
    fn rules_text(&self) -> Done<Option<(String, String)>> {
        let Some(path) = &self.rules else { return Ok(None) };
        let text = files::read(path).map_err(|problem| Failure::Usage(vec![problem]))?;
        Ok(Some((path.display().to_string(), text)))
    }

    fn name(&self) -> String {
        self.output.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn memory(&self) -> usize {
        (self.memory as usize) << 20
    }
}

fn usage(problem: &Problem) -> Failure {
    Failure::Usage(problem.lines().to_vec())
}

const HELP: &str = "docs/holdings.md shows every key of the rules";

/// Refuses rules that cannot be read: every problem at once, with what was expected.
fn readable<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Done<()> {
    let read: toml_file::Reading<T> = toml_file::read(Path::new(file), text, HELP);
    if read.problems.is_empty() { Ok(()) } else { Err(Failure::Usage(read.problems)) }
}

/// Refuses a name by which no configuration could take the holdings.
fn usable(options: &Options, name: &str) -> Done<()> {
    if holding_files::is_name(name) {
        return Ok(());
    }
    let (place, mend) = match &options.rules {
        Some(rules) => (rules, "change `name` there"),
        None => (&options.output, "call the output by such a name, or give one in --rules"),
    };
    let what = holding_files::NAME;
    Err(Failure::Usage(vec![format!(
        "{}: the name `{name}` cannot stand in seawall.toml: {what}; {mend}",
        place.display()
    )]))
}

/// What is wrong with the sources, of which so much is told.
#[derive(Default)]
struct Mistakes {
    told: Vec<String>,
    more: u64,
}

impl Mistakes {
    fn add(&mut self, what: String) {
        if self.told.len() < MISTAKES { self.told.push(what) } else { self.more += 1 }
    }

    fn none(mut self) -> Done<()> {
        if self.told.is_empty() {
            return Ok(());
        }
        if self.more > 0 {
            self.told.push(format!("and {} more like these", self.more));
        }
        Err(Failure::Usage(self.told))
    }
}

/// Most mistakes of sources that are told one by one.
const MISTAKES: usize = 100;

/// A build under way: where it puts things aside, and where it writes.
struct Job<'o> {
    key: Key,
    aside: Aside,
    fresh: NamedTempFile,
    output: &'o Path,
    telling: Telling,
}

impl<'o> Job<'o> {
    fn begin(options: &'o Options) -> Done<Job<'o>> {
        let output = options.output.as_path();
        let folder = folder_of(output);
        let failed = |error: io::Error| {
            let name = folder.display();
            Failure::Usage(vec![format!(
                "{name}: cannot be written to ({error}); check the folder and its permissions"
            )])
        };
        let aside = Aside(tempfile::tempfile_in(folder).map_err(failed)?);
        let fresh = NamedTempFile::new_in(folder).map_err(failed)?;
        let known = options.key.key_file.exists();
        let key = options.key.key(Absent::Make)?;
        if !known {
            warn(&format!(
                "{}: made, since it was not there; keep it, and give it to the gateway",
                options.key.key_file.display()
            ));
        }
        Ok(Job { key, aside, fresh, output, telling: Telling::new() })
    }

    /// Puts the complete file in the place of the old one, which stays as it is for whoever has it open.
    fn replace(fresh: NamedTempFile, output: &Path) -> io::Result<()> {
        if let Ok(old) = std::fs::metadata(output) {
            fresh.as_file().set_permissions(old.permissions())?;
        }
        fresh.as_file().sync_all()?;
        fresh.persist(output).map_err(|error| error.error)?;
        File::open(folder_of(output))?.sync_all()
    }
}

fn folder_of(output: &Path) -> &Path {
    output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Runs the end of a build, whatever its kind.
fn finish(
    fresh: NamedTempFile,
    output: &Path,
    telling: &Telling,
    end: impl FnOnce(&mut dyn Write, &mut dyn FnMut(Progress)) -> io::Result<Report>,
) -> Done<Report> {
    let mut out = BufWriter::with_capacity(1 << 20, fresh.as_file());
    let report = end(&mut out, &mut |progress| {
        telling.say(progress.stage, progress.done, Some(progress.of))
    })?;
    out.flush()?;
    drop(out);
    telling.clear();
    if !nothing_in(&report) {
        Job::replace(fresh, output)?;
    }
    Ok(report)
}

fn dictionary(options: &Options, rules: Option<(String, String)>) -> Done<(Report, Origins)> {
    let rules = match rules {
        Some((file, text)) => {
            readable::<DictionaryRules>(&file, &text)?;
            DictionaryRules::parse(&file, &text).map_err(|problem| usage(&problem))?
        }
        None => DictionaryRules::named(&options.name()),
    };
    usable(options, rules.name())?;
    let job = Job::begin(options)?;
    let Job { key, mut aside, fresh, output, telling } = job;
    let mut builder = DictionaryBuilder::new(rules, &key, options.memory(), &mut aside);
    let (mut number, mut origins, mut mistakes) = (0, Origins::default(), Mistakes::default());
    for path in &options.inputs {
        origins.begin(u64::from(number), path);
        for line in opened(path)?.lines() {
            number += 1;
            let line = match line {
                Ok(line) => line,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    let place = origins.place(u64::from(number));
                    mistakes.add(format!("{place}: it is not UTF-8; save the file as UTF-8"));
                    continue;
                }
                Err(error) => return Err(Failure::Broken(format!("{}: {error}", path.display()))),
            };
            if !line.trim().is_empty() {
                builder.term(number, line.trim_start_matches('\u{feff}'))?;
            }
            telling.now_and_then("read", u64::from(number));
        }
    }
    mistakes.none()?;
    let report = finish(fresh, output, &telling, |out, progress| builder.finish(out, progress))?;
    Ok((report, origins))
}

fn records(options: &Options, rules: Option<(String, String)>) -> Done<(Report, Origins)> {
    let (file, text) = rules.ok_or_else(|| {
        Failure::Usage(vec!["--rules is needed for records: it names the columns and which of them must stand together".to_owned()])
    })?;
    readable::<RecordRules>(&file, &text)?;
    let rules = RecordRules::parse(&file, &text).map_err(|problem| usage(&problem))?;
    usable(options, rules.name())?;
    let job = Job::begin(options)?;
    let columns: Vec<String> = rules.columns().map(ToOwned::to_owned).collect();
    let Job { key, mut aside, fresh, output, telling } = job;
    let mut builder = RecordsBuilder::new(rules, &key, options.memory(), &mut aside);
    let (mut number, mut lines, mut origins) = (0, 0, Origins::default());
    let mut mistakes = Mistakes::default();
    for path in &options.inputs {
        origins.begin(lines, path);
        let before = lines;
        let tabs = path.extension().is_some_and(|extension| extension == "tsv");
        let delimiter = options.separator.unwrap_or(if tabs { b'\t' } else { b',' });
        let plain = Plain::of(opened(path)?);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(plain);
        let places = match places(path, &mut reader, &columns) {
            Ok(places) => places,
            Err(problems) => {
                problems.into_iter().for_each(|problem| mistakes.add(problem));
                continue;
            }
        };
        let mut row = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut row) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if error.is_io_error() => {
                    return Err(Failure::Broken(broken_row(path, &error)));
                }
                Err(error) => {
                    mistakes.add(broken_row(path, &error));
                    continue;
                }
            }
            number += 1;
            lines = before + row.position().map_or(number, csv::Position::line);
            let values: Vec<&str> =
                places.iter().map(|place| row.get(*place).unwrap_or("")).collect();
            builder.row(lines, &values)?;
            telling.now_and_then("read", number);
        }
    }
    mistakes.none()?;
    let report = finish(fresh, output, &telling, |out, progress| builder.finish(out, progress))?;
    Ok((report, origins))
}

/// Where the columns of the rules stand in a file.
///
/// # Errors
/// Every column that is not there once.
fn places(
    path: &Path,
    reader: &mut csv::Reader<Plain<Box<dyn BufRead>>>,
    columns: &[String],
) -> std::result::Result<Vec<usize>, Vec<String>> {
    let headings = reader.headers().map_err(|error| vec![broken_row(path, &error)])?;
    let file = path.display();
    let place = |column: &String| {
        let is = |heading: &str| heading.trim_start_matches('\u{feff}').trim() == column;
        let mut found = headings.iter().enumerate().filter(|(_, heading)| is(heading));
        match (found.next(), found.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => Err(format!(
                "{file}:1: two columns are called `{column}`; which is meant? name each once"
            )),
            (None, _) => Err(format!(
                "{file}: there is no column `{column}` in its first line; name it there or mend the rules"
            )),
        }
    };
    let found: Vec<_> = columns.iter().map(place).collect();
    let mut problems: Vec<String> = found.iter().filter_map(|place| place.clone().err()).collect();
    if problems.is_empty() {
        return Ok(found.into_iter().flatten().collect());
    }
    if let Some((shown, given)) = other_separator(headings) {
        problems.push(format!("{file}: is the separator {shown}? then give --separator '{given}'"));
    }
    Err(problems)
}

/// What seems to separate the columns if all headings stand in one: as people call it, and as the option takes it.
fn other_separator(headings: &csv::StringRecord) -> Option<(&'static str, &'static str)> {
    let only = if headings.len() == 1 { headings.get(0)? } else { return None };
    let known = [(';', "`;`", ";"), ('\t', "a tab", "\\t"), ('|', "`|`", "|"), (',', "`,`", ",")];
    known.into_iter().find(|(c, ..)| only.contains(*c)).map(|(_, shown, given)| (shown, given))
}

/// What is wrong with a row, without what it holds.
fn broken_row(path: &Path, error: &csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    let what = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8",
        csv::ErrorKind::UnequalLengths { .. } => {
            "it has another number of fields than the first line"
        }
        _ => "it cannot be read",
    };
    format!("{}:{line}: {what}", path.display())
}

fn documents(options: &Options, rules: Option<(String, String)>) -> Done<(Report, Origins)> {
    let (rules, base) = match (rules, &options.rules) {
        (Some((file, text)), Some(path)) => {
            readable::<DocumentRules>(&file, &text)?;
            let rules = DocumentRules::parse(&file, &text).map_err(|problem| usage(&problem))?;
            (rules, folder_of(path).to_owned())
        }
        _ => (DocumentRules::named(&options.name()), PathBuf::new()),
    };
    usable(options, rules.name())?;
    let job = Job::begin(options)?;
    let boilerplate: Vec<PathBuf> =
        rules.boilerplate().iter().map(|path| base.join(path)).collect();
    let Job { key, mut aside, fresh, output, telling } = job;
    let mut builder = DocumentsBuilder::new(rules, &key, options.memory(), &mut aside);
    let mut mistakes = Mistakes::default();
    for path in &boilerplate {
        match sources::document(path) {
            Ok(said) => builder.boilerplate(&said.text)?,
            Err(problem) => mistakes.add(problem),
        }
    }
    let (mut number, mut origins) = (0, Origins::of_documents());
    for path in all_documents(&options.inputs, &mut mistakes) {
        let said = match sources::document(&path) {
            Ok(said) => said,
            Err(problem) => {
                mistakes.add(problem);
                continue;
            }
        };
        said.unread.iter().for_each(|unread| warn(unread));
        origins.begin(number, &path);
        builder.document(&path.display().to_string(), &said.text)?;
        number += 1;
        telling.say("read", number, None);
    }
    mistakes.none()?;
    let report = finish(fresh, output, &telling, |out, progress| builder.finish(out, progress))?;
    Ok((report, origins))
}

/// The documents that are named, and those of folders; what is left out of a folder is told.
fn all_documents(inputs: &[PathBuf], mistakes: &mut Mistakes) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for input in inputs {
        if !input.is_dir() {
            all.push(input.clone());
            continue;
        }
        match sources::of_folder(input) {
            Ok((paths, left_out)) => {
                left_out.iter().for_each(|told| warn(told));
                all.extend(paths);
            }
            Err(problem) => mistakes.add(problem),
        }
    }
    all
}

fn opened(path: &Path) -> Done<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).map_err(|error| {
        let name = path.display();
        Failure::Usage(vec![format!(
            "{name}: cannot be opened ({error}); check the path and its permissions"
        )])
    })?;
    Ok(Box::new(BufReader::with_capacity(1 << 20, file)))
}

/// A file without a name, which is gone when the build ends, however it ends.
struct Aside(File);

impl Spill for Aside {
    fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let at = self.0.seek(SeekFrom::End(0))?;
        self.0.write_all(bytes)?;
        Ok(at)
    }

    fn read_at(&mut self, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(at))?;
        self.0.read_exact(into)
    }
}
