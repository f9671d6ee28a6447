//! `seawall rules draft`: a policy to start from, out of decision records.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use incident::{Body, Record};
use policy::{Draft, RecordedSituation};

use super::super::{Failure, Outcome, Result, entries};

/// What was seen, and where the draft goes.
#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// Folder of a journal, or records as `seawall journal export` writes them, one a line; `-` for standard input.
    records: PathBuf,
    /// Policy folder that declares classes, callers and destinations; none: the embedded default policy.
    #[arg(long, value_name = "DIR")]
    policy: Option<PathBuf>,
    /// Folder of more detector files, beside the embedded ones; `detectors` in the policy folder if there is one.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
    /// Folder of packs, in the place of embedded ones of the same name.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Holdings that the policy names: a name, a colon, and dictionary, records or documents.
    #[arg(long, value_name = "NAME:KIND")]
    holdings: Vec<String>,
    /// Folder to write the draft to; it must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes the draft and says what it holds.
///
/// # Errors
/// What cannot be read or written.
pub(super) fn run(options: &Options) -> Result {
    let rulebook = super::rulebook(&super::Options::of_folder(
        options.policy.clone(),
        options.detectors.clone(),
        options.packs.clone(),
        options.holdings.clone(),
    ))?;
    let mut draft = Draft::new(&rulebook);
    let passed = read(&options.records, &mut draft)?;
    let Some(sources) = draft.sources() else {
        return Err(Failure::Usage(vec![format!(
            "{}: holds no decision of a policy; `seawall journal export` writes them",
            options.records.display()
        )]));
    };
    make(&options.out)?;
    let mut out = io::stdout().lock();
    for source in &sources {
        let path = options.out.join(&source.path);
        std::fs::write(&path, &source.text)
            .map_err(|error| Failure::Broken(format!("{}: {error}", path.display())))?;
        writeln!(out, "{}", path.display())?;
    }
    if passed > 0 {
        writeln!(out, "{passed} lines are no decisions of a policy and were passed over")?;
    }
    let again = options.out.display();
    writeln!(out, "now read it, decide, and check it: seawall rules check {again}")?;
    Ok(Outcome::Fine)
}

/// Notes every decision; the number of records that are none.
fn read(path: &Path, draft: &mut Draft<'_>) -> std::result::Result<u64, Failure> {
    let mut passed = 0;
    entries::each(path, |_, line| {
        passed += u64::from(note(line, draft).is_none());
        Ok(())
    })?;
    Ok(passed)
}

fn note(line: &[u8], draft: &mut Draft<'_>) -> Option<()> {
    let Body::Decision(decision) = Record::parse(line)?.body else { return None };
    let situation: RecordedSituation = decision.situation.read().ok()?;
    draft.note(&situation, &decision.candidate.destination);
    Some(())
}

fn make(folder: &Path) -> std::result::Result<(), Failure> {
    let name = folder.display();
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::Usage(vec![format!("{name}: cannot be made ({error})")]))?;
    let is_empty = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty {
        return Ok(());
    }
    Err(Failure::Usage(vec![format!("{name}: holds files already; name a folder that is empty")]))
}
