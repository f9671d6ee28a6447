//! How a bundle lies in a folder, on a web server or in a bucket: under its name, with a file for each signature beside it.
//!
//! ```text
//! latest                                     one line: the name of the newest bundle; written last. A folder needs none
//! ministry-000043.policy-bundle
//! ministry-000043.policy-bundle.anna.minisig one for each signer, by the name that the root gives them
//! required.json  required.json.ida.minisig   where the root has keys for required invariants
//! ```
//!
//! Files of a version never change under their names, so a gateway that comes while a new one is put there finds the old one whole or
//! the new one whole.

use bundle::{INVARIANTS, MAX_BUNDLE, MAX_SIGNATURE, MAX_SIGNATURES, ROOT, Root, signature_name};

use crate::{Delivery, Fault, REQUIRED_FILE, SignedFile};

/// The file that names the newest bundle.
pub const LATEST: &str = "latest";

/// The largest `latest`. Bytes.
pub(crate) const MAX_LATEST: usize = 256;

/// The largest statement of required invariants. Bytes.
const MAX_STATEMENT: usize = 1 << 20;

/// Where files can be had by their names.
pub(crate) trait Files {
    /// A file of at most so many bytes; `None` if there is none.
    fn get(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Fault>;
}

/// The version in the name of a bundle of this root's policy; `None` for any other file.
pub(crate) fn version_in(name: &str, root: &Root) -> Option<u64> {
    let digits = name.strip_prefix(root.name())?.strip_prefix('-')?;
    let version = digits.split('.').next()?.parse().ok()?;
    (bundle::file_name(root.name(), version) == name).then_some(version)
}

/// The name in a `latest`: exactly the name of a bundle of this policy, or nothing is asked for by it.
pub(crate) fn named_in(latest: &[u8], root: &Root) -> Result<String, Fault> {
    let text = std::str::from_utf8(latest).ok().map(str::trim_end);
    let name = text.filter(|name| version_in(name, root).is_some());
    name.map(str::to_owned).ok_or_else(|| {
        let wanted = bundle::file_name(root.name(), 1);
        let message = format!(
            "`{LATEST}` does not hold the name of a bundle, such as {wanted}, and nothing else"
        );
        Fault::new("form", message)
    })
}

/// A bundle by its name, with all that belongs to it.
pub(crate) fn collect(files: &impl Files, name: &str, root: &Root) -> Result<Delivery, Fault> {
    let absent = || {
        Fault::new("absent", format!("{name}: is not there, though it is said to be the newest"))
    };
    let bytes = files.get(name, MAX_BUNDLE)?.ok_or_else(absent)?;
    with_what_lies_beside(files, name, bytes, root)
}

/// The same for a bundle that was read already.
pub(crate) fn with_what_lies_beside(
    files: &impl Files,
    name: &str,
    bytes: Vec<u8>,
    root: &Root,
) -> Result<Delivery, Fault> {
    let bundle = SignedFile { bytes, signatures: signatures(files, name, root)? };
    let required =
        if root.roles().contains_key(INVARIANTS) { statement(files, root)? } else { None };
    Ok(Delivery { bundle, required })
}

fn statement(files: &impl Files, root: &Root) -> Result<Option<SignedFile>, Fault> {
    let Some(bytes) = files.get(REQUIRED_FILE, MAX_STATEMENT)? else { return Ok(None) };
    Ok(Some(SignedFile { bytes, signatures: signatures(files, REQUIRED_FILE, root)? }))
}

/// The signatures of the signers whom the root names, as far as they are there. Who has signed beside them does not count anyway.
fn signatures(files: &impl Files, name: &str, root: &Root) -> Result<Vec<Vec<u8>>, Fault> {
    let mut found = Vec::new();
    for signer in signers(root).into_iter().take(MAX_SIGNATURES) {
        found.extend(files.get(&signature_name(name, signer), MAX_SIGNATURE)?);
    }
    Ok(found)
}

/// Whoever can sign a bundle or a statement, each once.
fn signers(root: &Root) -> Vec<&str> {
    let roles = root.roles().iter().filter(|(role, _)| *role != ROOT);
    let mut names: Vec<&str> =
        roles.flat_map(|(_, role)| role.keys.iter().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether a file is a signature of another, by its name.
pub(crate) fn is_signature_of(name: &str, file: &str) -> bool {
    let signer = name.strip_prefix(file).and_then(|rest| rest.strip_suffix(".minisig"));
    signer.is_some_and(|signer| signer.starts_with('.'))
}
