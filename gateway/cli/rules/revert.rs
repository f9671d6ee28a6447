//! `seawall rules revert`: the content of an old bundle as the newest version. History stays a line; nothing old is taken again.

use std::io::{self, Write};
use std::path::PathBuf;

use bundle::{Digest, file_name, pack};

use super::super::{Outcome, Result, bundles};
use super::pack::{read_bundle, refusal, write_new};

/// Options of `rules revert`.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// The bundle with the content that is to come back.
    old: PathBuf,
    /// The newest bundle, whose version it follows.
    #[arg(long, value_name = "BUNDLE")]
    newest: PathBuf,
    /// Folder that the file goes to.
    #[arg(long, short, default_value = ".")]
    output: PathBuf,
}

/// Packs it; it holds from now on for as long as the old one did, and must be signed again.
///
/// # Errors
/// If one of them cannot be read, or the old one is not older.
pub(super) fn run(options: &Options) -> Result {
    let (old, newest) = (read_bundle(&options.old)?, read_bundle(&options.newest)?);
    let version = newest.header.version.saturating_add(1);
    let header = old.header.revert(version, newest.digest, bundles::now());
    let header = header.map_err(|refused| refusal(&[refused]))?;
    let bytes = pack(&header, &old.files).map_err(|refused| refusal(&refused))?;
    write_new(&options.output.join(file_name(&header.name, version)), &bytes)?;
    writeln!(
        io::stdout(),
        "version {version} with the content of {}, sha256 {}, expires {}",
        old.header.version,
        Digest::of(&bytes),
        header.expires
    )?;
    Ok(Outcome::Fine)
}
