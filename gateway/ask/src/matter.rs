//! What is asked about: everything that one leave is bound to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// A stated reason.
    Justification,
    /// The approval of somebody in this role.
    Approval(String),
}

/// Facts of a request and what was decided on it: kinds and names, never text. Whatever differs makes another matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// Digest of the policy, in hexadecimal: a new policy voids what was asked under the old.
    pub policy: String,
    /// The name of the caller's key or certificate; none if the node knows no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Agency, department and application, or `anonymous`.
    pub caller: String,
    /// Pseudonym of the key that was presented, or of the address if there was none.
    pub presented: String,
    /// Dialect and operation.
    pub operation: String,
    /// Where it would go.
    pub destination: String,
    /// The rules that matched, strictest first.
    pub rules: Vec<String>,
    /// What they ask for.
    pub asks: Vec<Asked>,
    /// Class and level of what was found.
    pub classes: Vec<(String, String)>,
    /// SHA-256, in hexadecimal, of all other facts and of what else was decided, such as what is taken out.
    pub facts: String,
    /// Keyed hash of what was found and of what could not be read. Not of the body, which clients change between tries.
    pub findings: String,
}

impl Matter {
    /// SHA-256 of all of it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let asks = self.asks.iter().map(|asked| match asked {
            Asked::Justification => "justification".to_owned(),
            Asked::Approval(role) => format!("approval of {role}"),
        });
        let classes = self.classes.iter().flat_map(|(class, level)| [class.clone(), level.clone()]);
        let actor = self.actor.iter().cloned();
        let lists = [list(actor), list(self.rules.iter().cloned()), list(asks), list(classes)];
        let single = [
            &self.policy,
            &self.caller,
            &self.presented,
            &self.operation,
            &self.destination,
            &self.facts,
            &self.findings,
        ];
        let parts: Vec<&[u8]> = [&b"seawall.matter/1"[..]]
            .into_iter()
            .chain(single.iter().map(|text| text.as_bytes()))
            .chain(lists.iter().map(Vec::as_slice))
            .collect();
        Sha256::digest(framed(&parts)).into()
    }

    /// The digest in hexadecimal.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(self.digest())
    }

    /// The first eight bytes of SHA-256 of the name of the caller's key or certificate, in hexadecimal: a name that may stand in a
    /// path. All callers without a name have the same.
    #[must_use]
    pub fn actor_id(&self) -> String {
        let digest: [u8; 32] = Sha256::digest(self.actor.as_deref().unwrap_or_default()).into();
        hex::encode(&digest[..8])
    }

    /// Whether the approval of anybody is asked for.
    #[must_use]
    pub fn wants_approval(&self) -> bool {
        self.asks.iter().any(|asked| matches!(asked, Asked::Approval(_)))
    }

    /// Whether a reason is asked for.
    #[must_use]
    pub fn wants_reason(&self) -> bool {
        self.asks.contains(&Asked::Justification)
    }

    /// The roles whose approval is asked for.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.asks.iter().filter_map(|asked| match asked {
            Asked::Approval(role) => Some(role.as_str()),
            Asked::Justification => None,
        })
    }
}

fn list(texts: impl Iterator<Item = String>) -> Vec<u8> {
    let texts: Vec<String> = texts.collect();
    framed(&texts.iter().map(String::as_bytes).collect::<Vec<_>>())
}

/// Parts with their number and lengths before them: no two lists of parts give the same bytes.
pub(crate) fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = (parts.len() as u64).to_be_bytes().to_vec();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A matter for tests of other modules, which asks for both.
    pub(crate) fn sample() -> Matter {
        Matter {
            policy: "p1".to_owned(),
            actor: Some("anna".to_owned()),
            caller: "ministry/benefits".to_owned(),
            presented: "k1".to_owned(),
            operation: "openai-chat chat".to_owned(),
            destination: "openai".to_owned(),
            rules: vec!["health-waits".to_owned()],
            asks: vec![Asked::Justification, Asked::Approval("dpo".to_owned())],
            classes: vec![("health".to_owned(), "likely".to_owned())],
            facts: "f1".to_owned(),
            findings: "h1".to_owned(),
        }
    }

    /// Any matter; names are short, so that equal ones come up.
    pub(crate) fn any() -> impl Strategy<Value = Matter> {
        let name = || "[ab]{0,2}";
        let names = || prop::collection::vec(name(), 0..3);
        let asked = prop_oneof![Just(Asked::Justification), name().prop_map(Asked::Approval)];
        let first = (name(), prop::option::of(name()), name(), name(), name(), name());
        let second = (
            names(),
            prop::collection::vec(asked, 0..3),
            prop::collection::vec((name(), name()), 0..2),
            name(),
            name(),
        );
        (first, second).prop_map(|(first, second)| {
            let (policy, actor, caller, presented, operation, destination) = first;
            let (rules, asks, classes, facts, findings) = second;
            Matter {
                policy,
                actor,
                caller,
                presented,
                operation,
                destination,
                rules,
                asks,
                classes,
                facts,
                findings,
            }
        })
    }

    proptest! {
        #[test]
        fn two_matters_have_one_digest_only_if_they_are_the_same(one in any(), other in any()) {
            prop_assert_eq!(one == other, one.digest() == other.digest());
        }
    }
}
