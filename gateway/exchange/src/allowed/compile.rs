//! From the entries of authors to digests; all mistakes of all entries at once.

use detect::Info;
use sha2::{Digest, Sha256};

use super::{AllowEntry, AllowFault, Allowed, Entry, LONGEST_TERM, allowed_digest};
use crate::parsed::CREDENTIALS;

impl Allowed {
    /// Compiles entries against the detectors that they name. `required`: detectors and families that no entry reaches, because
    /// whoever requires that they are looked for is somebody else.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub(crate) fn compile(
        entries: Vec<AllowEntry>,
        infos: &[Info],
        required: &[String],
    ) -> Result<Self, Vec<AllowFault>> {
        let mut faults = Vec::new();
        let along =
            infos.iter().map(|info| !is_never(info, required) && info.family != CREDENTIALS);
        let names = vec![false; infos.len()];
        let mut made = Self { names, along: along.collect(), ..Self::default() };
        let mut hash = Sha256::new();
        for (at, entry) in entries.into_iter().enumerate() {
            let mut fault = |key: &str, what: String| {
                faults.push(AllowFault { entry: at, key: key.to_owned(), what })
            };
            made.check(&entry, &mut fault);
            let names = named(&entry.detectors, (infos, required), &mut fault);
            for digest in digests(&entry, &mut fault) {
                hash.update(digest);
                made.values.entry(digest).or_default().push(at as u32);
            }
            for (any, this) in made.names.iter_mut().zip(&names) {
                *any |= this;
            }
            hash.update(format!("{}\n{}\n{}\n", entry.name, entry.granted, entry.until));
            hash.update(names.iter().map(|named| u8::from(*named)).collect::<Vec<u8>>());
            let AllowEntry { name, reason, owner, granted, until, .. } = entry;
            made.entries.push(Entry { name, reason, owner, granted, until, names });
        }
        made.digest = hash.finalize().into();
        if faults.is_empty() { Ok(made) } else { Err(faults) }
    }

    /// What is wrong with an entry beside what it names and its values.
    fn check(&self, entry: &AllowEntry, fault: &mut impl FnMut(&str, String)) {
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=64).contains(&entry.name.len()) || !entry.name.chars().all(letter) {
            fault("name", "expected 1 to 64 small letters, digits and hyphens".to_owned());
        } else if self.entries.iter().any(|other| other.name == entry.name) {
            fault("name", "is the name of another entry, too; name each once".to_owned());
        } else if is_value(entry) {
            fault("name", "is the value, and records tell names; call it by what it is".to_owned());
        }
        for (key, text) in [("reason", &entry.reason), ("owner", &entry.owner)] {
            if text.trim().is_empty() || text.len() > 500 || text.chars().any(char::is_control) {
                fault(key, "expected one line of 1 to 500 bytes".to_owned());
            }
        }
        let term = entry.until.days_since(entry.granted);
        if term < 0 {
            fault("until", "lies before the day on which it was granted".to_owned());
        } else if term > LONGEST_TERM {
            let what = format!(
                "is {term} days after it was granted; at most {LONGEST_TERM} are allowed: look at it once a year"
            );
            fault("until", what);
        }
    }
}

/// Whether the name of an entry is one of its values, or holds one, in whatever way it is written there.
fn is_value(entry: &AllowEntry) -> bool {
    let bare = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let name = bare(&entry.name);
    let is = |value: &String| {
        let value = bare(value);
        value == name || (value.len() >= HELD_MIN && name.contains(&value))
    };
    // Of a digest, what was written is not known, so the name is tried as values are written.
    let between =
        ["-", "", " ", ".", "/", "_", ":", ", "].map(|sign| entry.name.replace('-', sign));
    let digests = digests(entry, &mut |_, _| ());
    let known = |text: &str| allowed_digest(text).is_some_and(|d| digests.contains(&d));
    let is_digest = |text: &String| known(text) || known(&format!("+{text}"));
    entry.values.iter().any(is) || between.iter().any(is_digest)
}

/// Letters and digits of a value from which on a name may not hold it: less of them may stand in a word.
const HELD_MIN: usize = 6;

/// The detectors that an entry names.
fn named(
    names: &[String],
    (infos, required): (&[Info], &[String]),
    fault: &mut impl FnMut(&str, String),
) -> Vec<bool> {
    let mut all = vec![false; infos.len()];
    if names.is_empty() {
        fault("detectors", "is empty; name detectors or families of them".to_owned());
    }
    for (at, name) in names.iter().enumerate() {
        let key = format!("detectors[{at}]");
        let is = |info: &Info| info.id == *name || info.family == *name;
        let (never, may): (Vec<usize>, Vec<usize>) = (0..infos.len())
            .filter(|n| infos.get(*n).is_some_and(is))
            .partition(|n| infos.get(*n).is_some_and(|info| is_never(info, required)));
        match (may.is_empty(), never.is_empty()) {
            (true, true) => {
                let known = infos.iter().flat_map(|info| [info.id.as_str(), info.family.as_str()]);
                let meant = policy::nearest(name, known)
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                fault(&key, format!("there is no such detector or family{meant}"));
            }
            (true, false) => fault(
                &key,
                "markings of classification, private keys and what required files look for are never harmless; take it out"
                    .to_owned(),
            ),
            _ => may.into_iter().for_each(|n| all[n] = true),
        }
    }
    all
}

/// What no entry reaches, also where it names its family.
fn is_never(info: &Info, required: &[String]) -> bool {
    let is_required = required.iter().any(|name| *name == info.id || *name == info.family);
    is_required || info.never_harmless || info.family.starts_with("marking-")
}

/// The digests of an entry's values.
fn digests(entry: &AllowEntry, fault: &mut impl FnMut(&str, String)) -> Vec<[u8; 32]> {
    if entry.values.is_empty() && entry.sha256.is_empty() {
        fault(
            "values",
            "has no value; give `values`, or `sha256` as `seawall allow` prints it".to_owned(),
        );
    }
    let mut all = entry.sha256.clone();
    for (at, value) in entry.values.iter().enumerate() {
        match allowed_digest(value) {
            Some(digest) => all.push(digest),
            None => fault(
                &format!("values[{at}]"),
                format!(
                    "is empty, encoded too deep, or longer than {} bytes; give the value itself",
                    detect::HARMLESS_MAX
                ),
            ),
        }
    }
    all
}
