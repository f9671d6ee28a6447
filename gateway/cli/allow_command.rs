//! `seawall allow`: an entry for an allow-list, to be read, completed and put into its file.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use detect::{Fuel, Outcome as Tried, Text, Trial};
use exchange::{AllowEntry, Search};
use policy::{Clock, Day};

use super::secrets::hex;
use super::{Failure, Outcome, Result, books, files};

/// Most bytes of standard input.
const MAX_BYTES: u64 = 64 << 10;

/// What the entry says beside its values, which come from standard input, one a line, so that no history of commands keeps them.
#[derive(clap::Args)]
pub(super) struct Options {
    /// What records call it by: small letters, digits and hyphens.
    name: String,
    /// Why the value is harmless.
    #[arg(long)]
    reason: String,
    /// Who answers for that.
    #[arg(long)]
    owner: String,
    /// The last day on which it holds, such as 2027-06-30; at most 366 days from today.
    #[arg(long, value_name = "DAY")]
    until: String,
    /// A word that stands beside the value where it is found, such as phone, if nothing is found in it alone.
    #[arg(long, value_name = "WORD", default_value = "")]
    label: String,
    /// Write the values themselves, for whoever reviews the file, and not the digests of their normal forms.
    #[arg(long)]
    plain: bool,
    /// Folder of more detector files, beside the embedded ones.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Result {
    let wrong = |what: &str| Failure::Usage(vec![what.to_owned()]);
    let until = Day::parse(&options.until)
        .ok_or_else(|| wrong("--until: expected a day such as 2027-06-30"))?;
    let given =
        String::from_utf8(files::bounded(io::stdin().lock(), MAX_BYTES)?).map_err(|_| {
            wrong("standard input is not UTF-8; give one value a line and nothing else")
        })?;
    let detector = books::detector(options.detectors.as_deref(), true).map_err(Failure::Usage)?;
    let mut search = Search::new(detector);
    let today = Day::from_unix(super::now(), &Clock::utc());
    let Values { values, detectors } = Values::read(&search, &options.label, &given)?;
    let digests = || values.iter().filter_map(|value| exchange::allowed_digest(value)).collect();
    let (values, sha256) = if options.plain { (values, vec![]) } else { (vec![], digests()) };
    let entry = AllowEntry {
        name: options.name.clone(),
        reason: options.reason.clone(),
        owner: options.owner.clone(),
        granted: today,
        until,
        detectors: detectors.into_iter().collect(),
        values,
        sha256,
    };
    let text = written(&entry);
    search.allow(vec![entry], true).map_err(|faults| {
        Failure::Usage(faults.iter().map(|f| format!("{}: {}", f.key, f.what)).collect())
    })?;
    write!(io::stdout(), "{text}")?;
    Ok(Outcome::Fine)
}

/// The values of an entry, and the detectors that find them or something in them.
struct Values {
    values: Vec<String>,
    detectors: BTreeSet<String>,
}

impl Values {
    /// One value a line. An entry lets through whole values only, so a line that no detector takes for one would never match.
    fn read(search: &Search, label: &str, given: &str) -> std::result::Result<Self, Failure> {
        let mut all = Self { values: Vec::new(), detectors: BTreeSet::new() };
        let (mut problems, mut forms) = (Vec::new(), BTreeSet::new());
        for (number, line) in (1..).zip(given.lines()) {
            let value = line.trim();
            if value.is_empty() {
                continue;
            }
            match finders(search, label, value) {
                Ok(found) if forms.insert(detect::normal_form(value)) => {
                    all.detectors.extend(found);
                    all.values.push(value.to_owned());
                }
                Ok(_) => {}
                Err(problem) => problems.push(format!("line {number}: {problem}")),
            }
        }
        if problems.is_empty() && all.values.is_empty() {
            problems.push("standard input is empty; give one value a line".to_owned());
        }
        if problems.is_empty() { Ok(all) } else { Err(Failure::Usage(problems)) }
    }
}

/// The detectors that find a value or something in it, if one of them finds it as a whole. What is wrong otherwise quotes no value.
fn finders(
    search: &Search,
    label: &str,
    value: &str,
) -> std::result::Result<BTreeSet<String>, String> {
    let form = detect::normal_form(value).ok_or_else(|| {
        format!("is longer than {} bytes; give the value alone", detect::HARMLESS_MAX)
    })?;
    let tried = search
        .detector()
        .explain(&Text::alone(label, value), None, &mut Fuel::new(u64::MAX))
        .map_err(|_| "is too long; give the value alone".to_owned())?;
    let found = |trial: &&Trial| matches!(trial.outcome, Tried::Stands(_) | Tried::GivesWay(..));
    let whole = |trial: &Trial| {
        let read = value.get(trial.span.start..trial.span.end).and_then(detect::normal_form);
        read.is_some_and(|read| read == form)
    };
    let found: Vec<&Trial> = tried.iter().filter(found).collect();
    if found.iter().any(|trial| whole(trial)) {
        return Ok(found.iter().map(|t| search.known(t.detector).id.to_owned()).collect());
    }
    Err(match found.first() {
        Some(part) => format!(
            "only a part of it is found ({} at column {}), and an entry lets through whole values; give that value alone",
            search.known(part.detector).id,
            policy::position(value, part.span.start).1
        ),
        None => "nothing is found in it alone; if something is where it stands, name the word beside it with --label".to_owned(),
    })
}

/// The entry as it stands in a file.
fn written(entry: &AllowEntry) -> String {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let list = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|one| text(one)).collect();
        format!("[{}]", texts.join(", "))
    };
    let value = if entry.values.is_empty() {
        let digests: Vec<String> = entry.sha256.iter().map(|digest| hex(digest)).collect();
        format!("sha256 = {}", list(&digests))
    } else {
        format!("values = {}", list(&entry.values))
    };
    format!(
        "[[allow]]\nname = {}\n{value}\ndetectors = {}\nreason = {}\nowner = {}\ngranted = {}\nuntil = {}\n",
        text(&entry.name),
        list(&entry.detectors),
        text(&entry.reason),
        text(&entry.owner),
        entry.granted,
        entry.until
    )
}
