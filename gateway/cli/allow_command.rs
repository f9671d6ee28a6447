//! `seawall allow`: an entry for an allow-list, to be read, completed and put into its file.

use std::io::{self, Write};
use std::path::PathBuf;

use detect::{Fuel, Outcome as Tried, Text};
use exchange::{AllowEntry, Search};
use policy::{Clock, Day};

use super::secrets::hex;
use super::{Failure, Outcome, Result, books, files};

/// Most bytes of standard input.
const MAX_BYTES: u64 = 64 << 10;

/// What the entry says beside the value, which comes from standard input, so that no history of commands keeps it.
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
    /// Write the value itself, for whoever reviews the file, and not the digest of its normal form.
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
    let given = String::from_utf8(files::bounded(io::stdin().lock(), MAX_BYTES)?)
        .map_err(|_| wrong("standard input is not UTF-8; give the value and nothing else"))?;
    let value = given.trim();
    let detector = books::detector(options.detectors.as_deref(), true).map_err(Failure::Usage)?;
    let mut search = Search::new(detector);
    let today = Day::from_unix(super::now(), &Clock::utc());
    let detectors = finding(&search, &options.label, value, today)?;
    if detectors.is_empty() {
        return Err(wrong(
            "nothing is found in the value alone; if something is where it stands, name the word beside it with --label",
        ));
    }
    let (values, sha256) = match exchange::allowed_digest(value) {
        Some(digest) if !options.plain => (Vec::new(), vec![digest]),
        _ => (vec![value.to_owned()], Vec::new()),
    };
    let entry = AllowEntry {
        name: options.name.clone(),
        reason: options.reason.clone(),
        owner: options.owner.clone(),
        granted: today,
        until,
        detectors,
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

/// The detectors that find the value or something in it.
fn finding(
    search: &Search,
    label: &str,
    value: &str,
    today: Day,
) -> std::result::Result<Vec<String>, Failure> {
    let tried = search
        .explain(&Text::alone(label, value), today, &mut Fuel::new(u64::MAX))
        .map_err(|_| Failure::Usage(vec!["the value is too long; give it alone".to_owned()]))?;
    let found = |outcome| matches!(outcome, Tried::Stands(_) | Tried::GivesWay(..));
    let mut ids: Vec<String> = tried
        .iter()
        .filter(|trial| found(trial.outcome))
        .map(|trial| search.known(trial.detector).id.to_owned())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
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
