//! What a decision that asks is bound to.

use std::collections::BTreeSet;

use ask::{Asked, Matter};
use incident::{Domain, keyed_hash};
use policy::{Ask, Decision};
use sha2::{Digest, Sha256};

use crate::candidate::Candidate;
use crate::parsed::Unlooked;
use crate::{Inspected, Located};

impl Located {
    /// All facts of a decision that asks, as they are when the request is tried again. Time, day, size and the addresses of the
    /// destination are left out: they differ between two tries, and a rule that minds them decides otherwise then.
    #[must_use]
    pub fn matter(&self, candidate: &Candidate, decision: &Decision) -> Matter {
        let inspected = &self.inspected;
        let case = &inspected.case;
        let rulebook = &case.book.rulebook;
        let situation = rulebook.record_situation(&self.situation_for(candidate).0);
        let decided = rulebook.record_decision(decision);
        let facts = serde_json::json!({
            "direction": situation.direction, "subjects": situation.subjects,
            "subjects_unknown": situation.subjects_unknown, "content": situation.content,
            "content_unknown": situation.content_unknown, "action": decided.action,
            "redact": decided.redact, "reroute": decided.reroute, "method": case.method,
            "listener": case.listener, "purpose": situation.purpose, "basis": situation.basis,
        });
        let names = [&situation.agency, &situation.department, &situation.application];
        let caller = names.into_iter().flatten().cloned().collect::<Vec<_>>().join("/");
        let presented = case.caller_pseudonym.as_ref().unwrap_or(&case.address_pseudonym);
        let identity = &case.identity;
        Matter {
            policy: case.book.digests.policy.clone(),
            actor: [&case.person, &identity.key, &identity.spiffe]
                .into_iter()
                .flatten()
                .next()
                .cloned(),
            caller: if caller.is_empty() { "anonymous".to_owned() } else { caller },
            presented: presented.mac.clone(),
            operation: format!("{} {}", inspected.dialect.name(), inspected.operation.name()),
            destination: case.book.destination(candidate.facts.destination).name.clone(),
            rules: decided.rules,
            asks: decision.asks.iter().map(|ask| asked(rulebook, ask)).collect(),
            classes: situation.classes,
            facts: hex::encode(Sha256::digest(facts.to_string())),
            findings: inspected.hash_of_findings(),
        }
    }
}

fn asked(rulebook: &policy::Rulebook, ask: &Ask) -> Asked {
    match ask {
        Ask::Justification => Asked::Justification,
        Ask::Approval(role) => Asked::Approval(rulebook.role(*role).unwrap_or("").to_owned()),
    }
}

impl Inspected {
    /// Keyed hash of each value that was found, once, wherever it stands, and of the bytes of each part that could not be read:
    /// what nobody read is only the same if it is the same to the last byte.
    fn hash_of_findings(&self) -> String {
        let mut all: BTreeSet<Vec<u8>> = BTreeSet::new();
        for found in &self.findings {
            let detector = self.case.book.search.known(found.finding.detector()).id;
            let value: String = found.pieces.iter().filter_map(|spot| self.text_at(spot)).collect();
            all.insert(framed(&[detector.as_bytes(), value.as_bytes()]));
        }
        for unlooked in &self.unlooked {
            all.insert(self.unread_bytes(unlooked));
        }
        let parts: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
        let (key, period) = (&self.case.book.keys.pseudonyms, &self.case.period);
        keyed_hash(key, Domain::Findings, period, &framed(&parts))
    }

    fn unread_bytes(&self, unlooked: &Unlooked) -> Vec<u8> {
        let head = [unlooked.kind.as_bytes(), unlooked.why.as_bytes()];
        let part = unlooked.part.and_then(|part| self.request.parts().get(part));
        let body = self.request.body();
        let within = part.and_then(|part| self.request.raw_span(part));
        let bytes = within.and_then(|span| body.get(span.start..span.end));
        let (path, query) = (&self.case.path, self.case.query.as_deref().unwrap_or(""));
        match bytes {
            Some(bytes) => framed(&[head[0], head[1], bytes]),
            // An operation that nobody knows, or something in the head: all of the request.
            None => framed(&[head[0], head[1], path.as_bytes(), query.as_bytes(), body]),
        }
    }
}

/// Parts with their lengths before them: no two lists of parts give the same bytes.
fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
