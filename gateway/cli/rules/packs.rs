//! `seawall rules packs`: what rules there are ready-made, for whoever writes a policy.

use std::io::{self, Write};
use std::path::PathBuf;

use policy::PackInfo;

use super::super::{Failure, Format, Outcome, Result, books};

/// Which packs to list.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// Only these packs. None: all.
    names: Vec<String>,
    /// Folder of packs, in the place of embedded ones of the same name.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Lists them in alphabetical order.
///
/// # Errors
/// A name that no pack has.
pub(in super::super) fn list(options: &Options) -> Result {
    let shelf = books::shelf(options.packs.as_deref()).map_err(Failure::Usage)?;
    let mut packs = policy::packs(&shelf);
    // Those of the folder come first, and the sort of `packs` keeps that order.
    packs.dedup_by(|later, first| later.name == first.name);
    let problems = unknown(&options.names, &packs);
    if !problems.is_empty() {
        return Err(Failure::Usage(problems));
    }
    packs.retain(|pack| options.names.is_empty() || options.names.contains(&pack.name));
    let mut out = io::stdout().lock();
    if options.format == Format::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(&packs).unwrap_or_default())?;
        return Ok(Outcome::Fine);
    }
    for pack in &packs {
        write(pack, &mut out)?;
    }
    let waiting: usize = packs.iter().map(|pack| pack.verify).sum();
    writeln!(out, "{} packs; {waiting} facts to confirm", packs.len())?;
    Ok(Outcome::Fine)
}

fn write(pack: &PackInfo, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}  {}", pack.name, pack.sentence)?;
    for (what, told) in [("law", &pack.law), ("source", &pack.sources)] {
        told.iter().try_for_each(|told| writeln!(out, "    {what}  {told}"))?;
    }
    if !pack.needs.is_empty() {
        writeln!(out, "    needs  {}", pack.needs.join(", "))?;
    }
    let review = pack.review.as_deref().map_or_else(String::new, |day| format!("; review {day}"));
    let PackInfo { rules, invariants, tests, verify, .. } = pack;
    writeln!(
        out,
        "    {rules} rules, {invariants} invariants, {tests} tests, {verify} facts to confirm{review}"
    )
}

/// Names that no pack has, with what is near.
fn unknown(names: &[String], packs: &[PackInfo]) -> Vec<String> {
    let known = || packs.iter().map(|pack| pack.name.as_str());
    let strange = names.iter().filter(|name| !known().any(|known| known == *name));
    let told = strange.map(|name| match policy::nearest(name, known()) {
        Some(near) => format!("there is no pack called `{name}`; did you mean `{near}`?"),
        None => format!("there is no pack called `{name}`; without a name all are listed"),
    });
    told.collect()
}
