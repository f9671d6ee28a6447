//! Signed bundles as this node has them: what is installed, what is to be, and since when it is in force.
//!
//! `bundle` gives the verdict, `delivery` the bytes and the disk; what must be tried before a policy decides anything is `trial`, what
//! happens while the gateway runs is `keeper`.

pub(crate) mod content;
pub(crate) mod expiry;
pub(crate) mod keeper;
pub(crate) mod trial;

use std::path::Path;

use bundle::{Digest, Header, Refused, Root, Signing, State, Time, Trust, Verified};
use delivery::{Access, Fault, Kept, Source, Store};
use incident::Lifecycle;
use semver::Version;

use super::config::{BundleConfig, Config};
use super::files;
pub(crate) use content::Content;
use trial::Replay;

/// What of a bundle a book is made of.
#[derive(Clone, Debug)]
pub(crate) struct Bundled {
    pub(crate) content: Content,
    /// When it expires, in seconds since 1970-01-01 UTC.
    pub(crate) expires: i64,
}

/// The bundle that is installed.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    pub(crate) bundled: Bundled,
    pub(crate) card: Card,
}

/// What is told of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) header: Header,
    pub(crate) digest: Digest,
    pub(crate) signers: Vec<String>,
    /// The highest version that was ever taken.
    pub(crate) highest: u64,
}

impl Card {
    /// Of a bundle that was verified.
    pub(crate) fn of(verified: &Verified) -> Self {
        let signer = |signing: &Signing| signing.signer.clone();
        let highest = verified.state.policy.map_or(0, |mark| mark.version);
        let mut signers: Vec<String> = verified.signers.iter().map(signer).collect();
        signers.sort();
        Self {
            header: verified.bundle.header.clone(),
            digest: verified.bundle.digest,
            signers,
            highest,
        }
    }

    /// The record of its coming into force, by which an auditor can tell who signed what decides.
    pub(crate) fn installed(&self, replay: Replay) -> Lifecycle {
        let Replay { same, stricter, looser, unknown } = replay;
        Lifecycle::BundleInstalled {
            version: self.header.version,
            digest: self.digest.to_string(),
            signers: self.signers.clone(),
            expires: self.header.expires.unix(),
            same,
            stricter,
            looser,
            unknown,
        }
    }
}

/// The release of this gateway.
///
/// # Errors
/// Never for a release that was built from a manifest that cargo takes.
pub(crate) fn release() -> Result<Version, String> {
    Version::parse(env!("CARGO_PKG_VERSION")).map_err(|error| error.to_string())
}

/// What the clock shows.
pub(crate) fn now() -> Time {
    Time::from_unix(super::now())
}

/// The latest that the clock has shown to this process, and before it to the journal.
pub(crate) fn latest() -> Time {
    let nanos = proxy::clock::latest(proxy::clock::unix_nanos());
    Time::from_unix(i64::try_from(nanos / 1_000_000_000).unwrap_or(i64::MAX))
}

/// The store that a configuration names.
pub(crate) fn store(config: &BundleConfig) -> Store {
    Store::at(&config.store, journal::crash_point)
}

/// A root and a state, read from a store.
///
/// # Errors
/// All problems at once, each with its mend.
pub(crate) fn trusted(kept: &Kept) -> Result<(Root, State), Vec<String>> {
    let (root, state) = (Root::read(&kept.root), State::read(&kept.state));
    match (root, state) {
        (Ok(root), Ok(state)) => Ok((root, state)),
        (root, state) => {
            let of_state = state.err().unwrap_or_default();
            Err(told(&[root.err().unwrap_or_default(), of_state].concat()))
        }
    }
}

/// The bundle that a node judges by, verified again; `None` if its configuration names a folder instead.
///
/// # Errors
/// What is wrong with the store or the bundle in it, and what to do: a node that is to have a bundle does not run without.
pub(crate) fn installed(config: &Config) -> Result<Option<Installed>, Vec<String>> {
    let Some(own) = &config.policy.bundle else { return Ok(None) };
    let store = store(own);
    let kept = store.read().map_err(|fault| vec![fault.message])?;
    let (root, state) = trusted(&kept)?;
    let Some(delivery) = &kept.delivery else {
        let mend = "install the first with `seawall rules install BUNDLE --config FILE`";
        return Err(vec![format!("{}: holds no bundle yet; {mend}", store.folder().display())]);
    };
    let gateway = release().map_err(|problem| vec![problem])?;
    let trust = Trust { root: &root, state: &state, now: now(), gateway: &gateway };
    let verified = delivery.open(&trust).map_err(|refused| told(&refused))?;
    let content = Content::of(&verified.bundle)?;
    // What has expired stays expired, also if the clock was set back while the gateway was down.
    let _ = proxy::clock::latest(nanos(state.last_seen_time));
    let bundled = Bundled { content, expires: verified.bundle.header.expires.unix() };
    Ok(Some(Installed { bundled, card: Card::of(&verified) }))
}

fn nanos(time: Time) -> u64 {
    u64::try_from(time.unix()).unwrap_or(0).saturating_mul(1_000_000_000)
}

/// Refusals as lines for people: what was found, and what to do.
pub(crate) fn told(refused: &[Refused]) -> Vec<String> {
    refused.iter().map(|problem| format!("{problem}; {}", problem.mend())).collect()
}

/// Where a configuration says that new bundles are; `None` if they are brought by hand.
///
/// # Errors
/// What is wrong with the address or the files that it needs, behind the name of the key.
pub(crate) fn source(config: &BundleConfig) -> Result<Option<Source>, String> {
    let Some(from) = &config.from else { return Ok(None) };
    let read = |path: &Path| files::read_up_to(path, 1 << 20);
    let authorities = config.ca_file.as_deref().map(read).transpose()?;
    let credentials = config.credentials.as_deref().map(secret_pair).transpose()?;
    let access = Access {
        authorities,
        credentials,
        endpoint: config.endpoint.clone(),
        region: config.region.clone(),
        deadline: config.deadline.get(),
    };
    Source::new(from, &access).map(Some).map_err(|problem| format!("policy.bundle.from {problem}"))
}

/// The line of a file, `NAME:SECRET`. Nothing of it is told.
fn secret_pair(path: &Path) -> Result<String, String> {
    let text = files::read(path)?;
    let line = text.trim_end();
    let is_pair =
        line.split_once(':').is_some_and(|(name, secret)| !name.is_empty() && !secret.is_empty());
    if is_pair && line.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(line.to_owned());
    }
    Err(format!("{}: expected one line, NAME:SECRET, and nothing else", path.display()))
}

/// Why a bundle was not taken: a stable word for the first reason, and all of them for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) code: &'static str,
    pub(crate) problems: Vec<String>,
}

impl From<Fault> for Rejection {
    fn from(fault: Fault) -> Self {
        Self { code: fault.code, problems: vec![fault.message] }
    }
}

impl From<Vec<Refused>> for Rejection {
    fn from(refused: Vec<Refused>) -> Self {
        let code = refused.first().map_or("refused", Refused::code);
        Self { code, problems: told(&refused) }
    }
}
