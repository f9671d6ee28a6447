//! `seawall rules sign`: a signature beside a file, in minisign's form.

use std::path::PathBuf;

use bundle::{SigningKey, sign, signature_name};

use super::super::{Failure, Result, files};
use super::bundle_keys::write;

/// Options of `rules sign`.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// The bundle, root or statement.
    file: PathBuf,
    /// The signer's private key, as `rules keygen` or `minisign -G -W` made it. One with a password signs with `minisign -S`.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// What the root calls the signer; absent: the name of the key's file.
    #[arg(long = "as", value_name = "SIGNER")]
    signer: Option<String>,
    /// A sentence that is signed with it, for the record.
    #[arg(long, default_value = "")]
    comment: String,
}

/// Signs.
///
/// # Errors
/// If the key or the file cannot be read. Nothing of the key is told.
pub(super) fn run(options: &Options) -> Result {
    let usage = |problem: String| Failure::Usage(vec![problem]);
    let text = zeroize::Zeroizing::new(files::read(&options.key).map_err(usage)?);
    let key = SigningKey::parse(&text)
        .map_err(|problem| usage(format!("{}: {problem}", options.key.display())))?;
    let stem = || options.key.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let signer = options.signer.clone().unwrap_or_else(stem);
    let bytes = files::read_bytes(&options.file).map_err(usage)?;
    let signature =
        sign(&key, &bytes, &options.comment).map_err(|problem| usage(problem.to_string()))?;
    let name = options.file.file_name().unwrap_or_default().to_string_lossy();
    write(&options.file.with_file_name(signature_name(&name, &signer)), signature.as_bytes())
}
