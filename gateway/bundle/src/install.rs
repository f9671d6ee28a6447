//! The verdict over a bundle: [`install`] a new one, or [`open`] the one that is installed, as after a start.
//!
//! First everything that needs no parsing: size, signatures, whether the root is the one of the state. Only if nothing is wrong with
//! that, the file is parsed, and everything that is wrong then is told together.

use semver::Version;

use crate::json::MAX_JSON;
use crate::refused::too_large;
use crate::root::wrong_root;
use crate::signers::{Signed, Signers};
use crate::{
    Bundle, Digest, Header, INVARIANTS, MAX_BUNDLE, MAX_GAP, Mark, Refused, Required, Root,
    Signing, State, Time,
};

/// What a gateway itself brings to the verdict.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// The root that is installed.
    pub root: &'a Root,
    /// What it remembers.
    pub state: &'a State,
    /// What its clock shows.
    pub now: Time,
    /// Which release it is.
    pub gateway: &'a Version,
}

/// A bundle that may be compiled, and the state that must be on disk before it decides anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The bundle.
    pub bundle: Bundle,
    /// The state to write.
    pub state: State,
    /// Who signed the bundle, for the record.
    pub signers: Vec<Signing>,
    /// Who signed the required invariants; empty where the root has no role for them.
    pub required_signers: Vec<Signing>,
}

/// Whether what is given is new, or installed already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Install,
    Open,
}

/// Verifies a new bundle. `required` is the statement of the required invariants: needed where the root has the role
/// `invariants`, else not looked at.
///
/// # Errors
/// Why it is refused: all that can be known at once. What was installed stays in force, and so does the state, but for
/// [`State::seen`].
pub fn install(
    bundle: &Signed<'_>,
    required: Option<&Signed<'_>>,
    trust: &Trust<'_>,
) -> Result<Verified, Vec<Refused>> {
    judge(bundle, required, trust, Purpose::Install)
}

/// Verifies the bundle that is installed, as after a start: all of [`install`] again, but that it must be the very file that the state
/// names, and that it may have expired. That a policy has expired is a fact for the policy itself, which gets stricter
/// ([`Header::left`]); a gateway that did not start would tell nobody why.
///
/// # Errors
/// Why it is refused: all that can be known at once.
pub fn open(
    bundle: &Signed<'_>,
    required: Option<&Signed<'_>>,
    trust: &Trust<'_>,
) -> Result<Verified, Vec<Refused>> {
    judge(bundle, required, trust, Purpose::Open)
}

fn judge(
    bundle: &Signed<'_>,
    required: Option<&Signed<'_>>,
    trust: &Trust<'_>,
    purpose: Purpose,
) -> Result<Verified, Vec<Refused>> {
    let (root, state) = (trust.root, trust.state);
    let required = root.role(INVARIANTS).map(|_| required);

    let mut problems: Vec<Refused> = wrong_root(root, state).into_iter().collect();
    let roles: Vec<&str> = root.bundle_roles().collect();
    let signers = keep(signed_by(bundle, MAX_BUNDLE, &roles, root), &mut problems);
    let required_signers = match required {
        Some(Some(statement)) => {
            keep(signed_by(statement, MAX_JSON, &[INVARIANTS], root), &mut problems)
        }
        Some(None) => {
            problems.push(Refused::NoRequired);
            None
        }
        None => Some(Vec::new()),
    };
    if purpose == Purpose::Open && too_large(bundle.bytes, MAX_BUNDLE).is_none() {
        problems.extend(not_installed(bundle.bytes, state));
    }
    let (Some(signers), Some(required_signers), true) =
        (signers, required_signers, problems.is_empty())
    else {
        return Err(problems);
    };

    let statement = required.flatten().map(|s| (Required::read(s.bytes), Digest::of(s.bytes)));
    let required = match statement {
        Some((statement, digest)) => {
            keep(statement, &mut problems).map(|statement| (statement, digest))
        }
        None => None,
    };
    let read = keep(Bundle::read(bundle.bytes), &mut problems);
    if let Some((statement, digest)) = &required {
        problems.extend(wrong_required(statement, *digest, read.as_ref(), trust));
    }
    if let Some(bundle) = &read {
        problems.extend(wrong_place(&bundle.header, trust));
        if purpose == Purpose::Install {
            problems.extend(wrong_version(bundle, state));
            problems.extend(wrong_time(&bundle.header, trust));
        }
    }
    let (Some(bundle), true) = (read, problems.is_empty()) else { return Err(problems) };
    let state = State {
        policy: Some(Mark { version: bundle.header.version, digest: bundle.digest }),
        required: required
            .map(|(s, digest)| Mark { version: s.version, digest })
            .or(state.required),
        ..state.seen(trust.now)
    };
    Ok(Verified { bundle, state, signers, required_signers })
}

/// The value, or its problems among the others.
fn keep<T>(result: Result<T, Vec<Refused>>, problems: &mut Vec<Refused>) -> Option<T> {
    result.map_err(|list| problems.extend(list)).ok()
}

/// Who signed a file, if all these roles did.
fn signed_by(
    signed: &Signed<'_>,
    most: usize,
    roles: &[&str],
    root: &Root,
) -> Result<Vec<Signing>, Vec<Refused>> {
    let signers = Signers::of(signed, most, root)?;
    let missing: Vec<Refused> =
        roles.iter().filter_map(|role| signers.missing(role, root)).collect();
    if missing.is_empty() { Ok(signers.into_list()) } else { Err(missing) }
}

fn not_installed(bytes: &[u8], state: &State) -> Option<Refused> {
    let (expected, found) = (state.policy.map(|mark| mark.digest), Digest::of(bytes));
    (expected != Some(found)).then_some(Refused::NotInstalled { expected, found })
}

/// Whether the statement is for this agency, the newest, and of what the header names.
fn wrong_required(
    statement: &Required,
    digest: Digest,
    bundle: Option<&Bundle>,
    trust: &Trust<'_>,
) -> Vec<Refused> {
    let mut problems = Vec::new();
    if !statement.audience.iter().any(|agency| agency == trust.root.audience()) {
        let expected = trust.root.audience().to_owned();
        problems.push(Refused::RequiredAudience { expected });
    }
    let version = statement.version;
    if let Some(mark) = trust.state.required
        && (version < mark.version || (version == mark.version && digest != mark.digest))
    {
        problems.push(Refused::RequiredOld { version, highest: mark.version });
    }
    if let Some(Bundle { header, .. }) = bundle
        && header.required_invariants != statement.invariants
    {
        problems.push(Refused::RequiredNotSigned {
            signed: statement.invariants,
            header: header.required_invariants,
        });
    }
    problems
}

/// Whether it belongs on this gateway.
fn wrong_place(header: &Header, trust: &Trust<'_>) -> Vec<Refused> {
    let mut problems = Vec::new();
    let different = |expected: &str, found: &str| {
        (expected != found).then(|| (expected.to_owned(), found.to_owned()))
    };
    if let Some((expected, found)) = different(trust.root.name(), &header.name) {
        problems.push(Refused::Name { expected, found });
    }
    if let Some((expected, found)) = different(trust.root.audience(), &header.audience) {
        problems.push(Refused::Audience { expected, found });
    }
    if *trust.gateway < header.min_gateway {
        let (needed, this) = (header.min_gateway.to_string(), trust.gateway.to_string());
        problems.push(Refused::Gateway { needed, this });
    }
    problems
}

/// Whether it comes behind what is installed. Versions in between may be missing, for a room that is served by hand gets few of
/// them; but the very next one must follow from the one that is installed.
fn wrong_version(bundle: &Bundle, state: &State) -> Vec<Refused> {
    let Some(Mark { version: highest, digest: expected }) = state.policy else { return Vec::new() };
    let (version, found) = (bundle.header.version, bundle.header.previous);
    if version <= highest {
        vec![Refused::Old { version, highest }]
    } else if version - highest > MAX_GAP {
        vec![Refused::Jump { version, highest }]
    } else if version == highest + 1 && found != Some(expected) {
        vec![Refused::Previous { expected, found }]
    } else {
        Vec::new()
    }
}

/// Whether it holds at the latest time ever seen.
fn wrong_time(header: &Header, trust: &Trust<'_>) -> Vec<Refused> {
    let now = trust.state.latest(trust.now);
    let Header { not_before, expires, .. } = *header;
    let mut problems = Vec::new();
    if now < not_before {
        problems.push(Refused::Early { not_before, now });
    }
    if now >= expires {
        problems.push(Refused::Expired { expires, now, ahead: now.since(trust.now) });
    }
    problems
}
