//! `seawall rules doc`: the policy as a book, for whoever signs it.

use std::io::{self, Write};
use std::path::PathBuf;

use author::{Book, Detector, Medium};
use policy::{Catalogue, Clock, Day};

use super::super::style::Style;
use super::super::{Failure, Outcome, Result, books, now};

/// What the book is to be about.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// Policy folder or one policy file; none: the embedded default policy.
    folder: Option<PathBuf>,
    /// File to write, in place of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How to write it: one HTML file that needs nothing else, or Markdown.
    #[arg(long, value_enum, default_value_t)]
    format: Kind,
    /// The day on which the policy is read, as in 2026-11-21; none: today, by the clock of the policy.
    #[arg(long, value_name = "DAY", value_parser = day)]
    on: Option<Day>,
    /// Folder of more detector files, beside the embedded ones; `detectors` in the policy folder if there is one.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
    /// Folder of packs, in the place of embedded ones of the same name.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Holdings that the policy names, as a node's configuration would: a name, a colon, and dictionary, records or documents.
    #[arg(long, value_name = "NAME:KIND")]
    holdings: Vec<String>,
}

/// The two ways to write it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// For a browser and for paper.
    #[default]
    Html,
    /// For a repository.
    Md,
}

fn day(text: &str) -> std::result::Result<Day, String> {
    Day::parse(text).ok_or_else(|| "write the day as in 2026-11-21".to_owned())
}

/// Writes the book.
///
/// # Errors
/// Files that cannot be read or written, and a policy with mistakes: it decides nothing, so there is nothing to say of it.
pub(super) fn run(options: &Options) -> Result {
    let rules = options.rules();
    let (texts, mut problems) = books::detector_texts(rules.detectors().as_deref(), true);
    let detector = books::compile_detector(&texts, std::mem::take(&mut problems));
    let nameable = rules.nameable(detector.as_ref().ok(), &texts)?;
    let sources = books::sources_with(options.folder.as_deref(), options.packs.as_deref())
        .map_err(Failure::Usage)?;
    if let Err(problems) = detector {
        return Err(Failure::Usage(problems));
    }
    let names = nameable.for_policy(&sources);
    let catalogue = Catalogue { detectors: &names };
    let (today, seconds) = options.moment(policy::Outline::of(&sources, &catalogue).clock());
    let report = policy::check(&sources, &catalogue, Some(seconds));
    let detectors: Vec<_> = names
        .iter()
        .map(|(id, family)| Detector {
            id: id.clone(),
            family: family.clone(),
            title: String::new(),
        })
        .collect();
    let Some(book) = Book::of(&sources, &detectors, &report, today) else {
        let told = report.diagnostics.render(Style::of_stdout().colour());
        return Err(Failure::Usage(vec![format!("the policy has mistakes\n{told}")]));
    };
    let text = book.write(match options.format {
        Kind::Html => Medium::Html,
        Kind::Md => Medium::Markdown,
    });
    match &options.out {
        Some(file) => std::fs::write(file, text).map_err(|error| {
            Failure::Usage(vec![format!(
                "{}: cannot be written ({error}); check the folder and its permissions",
                file.display()
            )])
        })?,
        None => io::stdout().lock().write_all(text.as_bytes())?,
    }
    Ok(Outcome::Fine)
}

impl Options {
    fn rules(&self) -> super::Options {
        super::Options::of_folder(
            self.folder.clone(),
            self.detectors.clone(),
            self.packs.clone(),
            self.holdings.clone(),
        )
    }

    /// The day of the book by the policy's clock, and a second of it.
    fn moment(&self, clock: &Clock) -> (Day, i64) {
        let Some(day) = self.on else { return (Day::from_unix(now(), clock), now()) };
        let epoch = Day::parse("1970-01-01").unwrap_or(day);
        let midnight = i64::from(day.days_since(epoch)) * 86_400;
        // No clock is a whole day away from UTC, so one of these is on the day.
        let near = [0, 43_200, 86_399].map(|seconds| midnight + seconds).into_iter();
        let mut on_it = near.filter(|seconds| Day::from_unix(*seconds, clock) == day);
        (day, on_it.next().unwrap_or(midnight))
    }
}
