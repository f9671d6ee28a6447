//! Detectors that no class of a policy names: what they find is `unclassed` and stops a request, which an author hardly means.

use std::collections::{BTreeMap, BTreeSet};

use detect::Info;
use policy::Rulebook;

use super::shipped;

/// One sentence for each family of an author's own whose name is like that of another, and one for all the others.
pub(crate) fn detectors(rulebook: &Rulebook, infos: &[Info]) -> Vec<String> {
    let named: BTreeSet<&str> = rulebook
        .classes()
        .iter()
        .flat_map(|class| class.detect.iter().map(String::as_str))
        .collect();
    // A policy without any such line is about something else.
    if named.is_empty() {
        return Vec::new();
    }
    let is_named =
        |info: &&Info| named.contains(info.id.as_str()) || named.contains(info.family.as_str());
    let mut first = BTreeMap::<&str, &Info>::new();
    for info in infos.iter().filter(|info| !is_named(info)) {
        first.entry(&info.family).or_insert(info);
    }
    let known = || infos.iter().map(|info| info.family.as_str()).filter(|f| named.contains(f));
    let (mut told, mut others) = (Vec::new(), Vec::new());
    for (family, info) in first {
        let near = policy::nearest(family, known()).filter(|_| !is_shipped(info));
        match near {
            Some(near) => told.push(mistyped(info, near)),
            None => others.push(format!("{family} ({}:{})", info.file, info.line)),
        }
    }
    if !others.is_empty() {
        told.push(format!(
            "no class of the policy names these families of detectors: {}; what they find is `unclassed` and stops a request; put them under a class",
            others.join(", ")
        ));
    }
    told
}

fn mistyped(info: &Info, near: &str) -> String {
    format!(
        "{}:{}: no class of the policy names `{}` or its family `{}`, so what it finds is `unclassed` and stops a request; did you mean `{near}`?",
        info.file, info.line, info.id, info.family
    )
}

fn is_shipped(info: &Info) -> bool {
    shipped::detectors().iter().any(|(name, _)| *name == info.file)
}
