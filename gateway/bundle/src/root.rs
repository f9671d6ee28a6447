//! The root: which keys count in which role. The first is installed out of band; each further one is signed by the one before.
//!
//! INVARIANT: in a [`Root`] every key is known, distinct and used; every threshold can be reached and is at least one; a key stands in
//! two roles only where the root says so by name, and never if one of them is `root` or `invariants`.

use std::collections::BTreeMap;

use crate::json::{MAX_JSON, Object, Problems};
use crate::name::{is_agency, is_word};
use crate::signers::{Signed, Signers};
use crate::{Digest, Document, KeyId, Mark, PublicKey, Refused, State};

/// The role whose keys sign the next root.
pub const ROOT: &str = "root";

/// The role whose keys sign required invariants. Optional; where it is, no bundle is taken without their statement.
pub const INVARIANTS: &str = "invariants";

/// How many of which keys must sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// So many of them, at least 1.
    pub threshold: usize,
    /// The names of the keys, as in the root's `keys`.
    pub keys: Vec<String>,
}

/// A root that was read and is consistent. Whether it may be believed is the question of where it came from: see [`Root::read`], [`rotate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    name: String,
    audience: String,
    version: u64,
    keys: BTreeMap<String, PublicKey>,
    roles: BTreeMap<String, Role>,
    in_two_roles: Vec<String>,
    digest: Digest,
}

impl Root {
    /// Reads a root that came out of band: by hand, with the machine. Its bytes are believed as they are; a later one comes in by
    /// [`rotate`] only, and the [`State`] holds the digest of the one that is installed.
    ///
    /// # Errors
    /// All problems at once, each with its JSON path.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Refused>> {
        let mut problems = Problems::new(Document::Root);
        let root = Self::read_fields(bytes, &mut problems);
        if let Some(root) = &root {
            root.check(&mut problems);
        }
        problems.or(root)
    }

    /// The policy that bundles are of.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the agency that bundles are for.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Its place in the line of roots, from 1.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Version and digest, as the state holds them.
    pub fn mark(&self) -> Mark {
        Mark { version: self.version, digest: self.digest }
    }

    /// Who must sign: all roles by name, with [`ROOT`] and [`INVARIANTS`].
    pub fn roles(&self) -> &BTreeMap<String, Role> {
        &self.roles
    }

    /// The roles that must sign every bundle.
    pub fn bundle_roles(&self) -> impl Iterator<Item = &str> {
        self.roles.keys().map(String::as_str).filter(|name| ![ROOT, INVARIANTS].contains(name))
    }

    /// A role by name; `None` where the root does not have it, as may be with [`INVARIANTS`] only.
    pub(crate) fn role(&self, name: &str) -> Option<&Role> {
        self.roles.get(name)
    }

    /// A key by the name of its signer.
    pub(crate) fn public(&self, name: &str) -> Option<&PublicKey> {
        self.keys.get(name)
    }

    /// A key by its id, with the name of its signer.
    pub(crate) fn key(&self, id: KeyId) -> Option<(&str, &PublicKey)> {
        self.keys.iter().find(|(_, key)| key.id() == id).map(|(name, key)| (name.as_str(), key))
    }

    fn read_fields(bytes: &[u8], problems: &mut Problems) -> Option<Self> {
        let mut fields = Object::parse(bytes, problems)?;
        let (word, agency) = ("a name of small letters, digits and hyphens", "the id of an agency");
        let name = fields.text("name", word, |t| is_word(t).then(|| t.to_owned()), problems);
        let audience =
            fields.text("audience", agency, |t| is_agency(t).then(|| t.to_owned()), problems);
        let version = fields.number("version", 1, problems);
        let keys = fields.object("keys", problems).map(|fields| read_keys(fields, problems));
        let roles = fields.object("roles", problems).map(|fields| read_roles(fields, problems));
        let in_two_roles = fields.texts("in_two_roles", "names of keys", is_word, problems);
        fields.done(problems);
        Some(Self {
            name: name?,
            audience: audience?,
            version: version?,
            keys: keys?,
            roles: roles?,
            in_two_roles: in_two_roles?,
            digest: Digest::of(bytes),
        })
    }

    /// What fields say of each other.
    fn check(&self, problems: &mut Problems) {
        if !self.roles.contains_key(ROOT) {
            problems.add("$.roles.root", "is missing: its keys sign the next root");
        }
        if self.bundle_roles().next().is_none() {
            problems
                .add("$.roles", "expected at least one role that signs bundles, such as authors");
        }
        for (name, role) in &self.roles {
            role.check(&format!("$.roles.{name}"), self, problems);
        }
        for (name, key) in &self.keys {
            self.check_key(name, key, problems);
        }
        for (n, name) in self.in_two_roles.iter().enumerate() {
            if self.roles_of(name).len() < 2 {
                problems.add(&format!("$.in_two_roles[{n}]"), "does not stand in two roles");
            }
        }
    }

    fn check_key(&self, name: &str, key: &PublicKey, problems: &mut Problems) {
        let path = format!("$.keys.{name}");
        let before = |(other, _): &(&String, &PublicKey)| other.as_str() < name;
        let earlier = || self.keys.iter().take_while(before).map(|(_, other)| other);
        if earlier().any(|other| other.to_bytes() == key.to_bytes()) {
            problems.add(&path, "is the key of another signer too, and would count twice");
        } else if earlier().any(|other| other.id() == key.id()) {
            problems.add(&path, "has the id of another signer's key; make a new one");
        }
        let roles = self.roles_of(name);
        let alone = roles.iter().any(|role| [ROOT, INVARIANTS].contains(role));
        match roles.len() {
            0 => problems.add(&path, "stands in no role"),
            1 => {}
            _ if alone => problems.add(&path, "stands in `root` or `invariants` and in another role"),
            _ if !self.in_two_roles.iter().any(|n| n == name) => problems.add(
                &path,
                "stands in two roles, so one person would be two signers; if that is meant, name it in in_two_roles",
            ),
            _ => {}
        }
    }

    fn roles_of(&self, key: &str) -> Vec<&str> {
        let holds = |role: &Role| role.keys.iter().any(|name| name == key);
        self.roles.iter().filter(|(_, role)| holds(role)).map(|(name, _)| name.as_str()).collect()
    }

    /// The public keys of a role and how many must sign: what a role is, whatever its keys are called.
    fn keys_of(&self, role: &str) -> Option<(usize, Vec<[u8; 32]>)> {
        let Role { threshold, keys } = self.role(role)?;
        let mut keys: Vec<_> =
            keys.iter().filter_map(|name| self.public(name)).map(PublicKey::to_bytes).collect();
        keys.sort_unstable();
        Some((*threshold, keys))
    }
}

impl Role {
    fn check(&self, path: &str, root: &Root, problems: &mut Problems) {
        for (n, name) in self.keys.iter().enumerate() {
            if root.public(name).is_none() {
                problems.add(&format!("{path}.keys[{n}]"), "is not in keys");
            }
            if self.keys.iter().take(n).any(|earlier| earlier == name) {
                problems.add(&format!("{path}.keys[{n}]"), "stands here twice");
            }
        }
        if self.threshold > self.keys.len() {
            problems.add(&format!("{path}.threshold"), "is more than there are keys");
        }
    }
}

fn read_keys(mut fields: Object, problems: &mut Problems) -> BTreeMap<String, PublicKey> {
    let mut keys = BTreeMap::new();
    for name in fields.names() {
        if !is_word(&name) {
            problems.add(&fields.at(&name), "expected a name of small letters, digits and hyphens");
        }
        let read = |text: &str| PublicKey::parse(text).ok().filter(|key| key.to_string() == text);
        let key = fields.text(&name, "the second line of a minisign.pub, RW…", read, problems);
        keys.extend(key.map(|key| (name, key)));
    }
    keys
}

fn read_roles(mut fields: Object, problems: &mut Problems) -> BTreeMap<String, Role> {
    let mut roles = BTreeMap::new();
    for name in fields.names() {
        if !is_word(&name) {
            problems.add(&fields.at(&name), "expected a name of small letters, digits and hyphens");
        }
        let Some(mut role) = fields.object(&name, problems) else { continue };
        let threshold = role.number("threshold", 1, problems).and_then(|n| usize::try_from(n).ok());
        let keys = role.texts("keys", "names of keys", is_word, problems);
        role.done(problems);
        if let (Some(threshold), Some(keys)) = (threshold, keys) {
            roles.insert(name, Role { threshold, keys });
        }
    }
    roles
}

/// The next root, and the state that knows it.
///
/// It must be signed by the threshold of the role `root` of the installed root and, so that no root is taken whose keys nobody has, by
/// its own. Its version is one more; name and audience stay, for another agency's root is not a new version of this one. Where the
/// role `invariants` is changed or left out, its own keys must have signed too: else an agency could rid itself of the key that holds it.
///
/// # Errors
/// All problems that can be known at once. Until the signatures of the installed root's keys were verified, nothing is parsed.
pub fn rotate(
    installed: &Root,
    next: &Signed<'_>,
    state: &State,
) -> Result<(Root, State), Vec<Refused>> {
    let differs = wrong_root(installed, state);
    let old = Signers::of(next, MAX_JSON, installed);
    let mut problems: Vec<Refused> = differs.into_iter().collect();
    let old = match old {
        Ok(signers) => {
            problems.extend(signers.missing(ROOT, installed));
            signers
        }
        Err(of_signatures) => return Err([problems, of_signatures].concat()),
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    let root = Root::read(next.bytes)?;
    let (version, expected) = (root.version, installed.version.saturating_add(1));
    if version != expected {
        problems.push(Refused::RootVersion { version, expected });
    }
    if root.name != installed.name {
        problems.push(Refused::Name { expected: installed.name.clone(), found: root.name.clone() });
    }
    if root.audience != installed.audience {
        let expected = installed.audience.clone();
        problems.push(Refused::Audience { expected, found: root.audience.clone() });
    }
    match Signers::of(next, MAX_JSON, &root) {
        Ok(signers) => problems.extend(signers.missing(ROOT, &root)),
        Err(of_signatures) => problems.extend(of_signatures),
    }
    if root.keys_of(INVARIANTS) != installed.keys_of(INVARIANTS) {
        problems.extend(old.missing(INVARIANTS, installed));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let state = State { root: root.mark(), ..state.clone() };
    Ok((root, state))
}

/// The problem if a root is not the one that the state knows.
pub(crate) fn wrong_root(root: &Root, state: &State) -> Option<Refused> {
    let version = root.version;
    (root.mark() != state.root)
        .then_some(Refused::RootDiffers { version, expected: state.root.version })
}
