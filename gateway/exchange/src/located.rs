//! Stage 4: the request with the place it was asked to go to; every attempt starts from here.

use std::borrow::Cow;
use std::sync::Arc;

use policy::{Decision, Level, Situation};

use crate::candidate::Candidate;
use crate::{Case, Course, Inspected, edits};

/// All facts that a rule may ask about, for every attempt alike.
#[derive(Debug)]
pub struct Located {
    pub(crate) inspected: Inspected,
    pub(crate) requested: Arc<Candidate>,
}

impl Located {
    /// The destination that the client asked for.
    #[must_use]
    pub fn requested(&self) -> &Arc<Candidate> {
        &self.requested
    }

    /// The facts of the request.
    #[must_use]
    pub fn case(&self) -> &Arc<Case> {
        &self.inspected.case
    }

    /// The situation with names, as records have it.
    #[must_use]
    pub fn situation(&self) -> serde_json::Value {
        serde_json::to_value(
            self.inspected.case.book.rulebook.record_situation(&self.inspected.situation),
        )
        .unwrap_or_default()
    }

    /// Bytes of the body.
    #[must_use]
    pub fn body_len(&self) -> usize {
        self.inspected.request.body().len()
    }

    /// Whether preparing a draft may take long: its body, or what its files say, is longer than `bytes`.
    #[must_use]
    pub fn is_heavy(&self, bytes: usize) -> bool {
        let texts = self.inspected.files.iter().flat_map(|file| &file.document.texts);
        self.body_len() + texts.map(|piece| piece.text.len()).sum::<usize>() > bytes
    }

    /// What the policy makes of a candidate. Pure: the same situation, candidate and book give the same course.
    #[must_use]
    pub fn decide(&self, candidate: &Candidate) -> Course {
        let rulebook = &self.inspected.case.book.rulebook;
        let (situation, decision) = self.situation_for(candidate);
        match Course::of(rulebook, decision) {
            Course::Refuse(decision, mut refusal) => {
                refusal.found = self.inspected.told(&situation, &candidate.facts, &decision);
                Course::Refuse(decision, refusal)
            }
            Course::Ask(decision, mut refusal) => {
                refusal.found = self.inspected.told(&situation, &candidate.facts, &decision);
                Course::Ask(decision, refusal)
            }
            course => course,
        }
    }

    /// The situation that is decided for a candidate, and the decision. Nothing in a file can be taken out, so a file from which
    /// something would have to be is what it was before it was read: opaque.
    pub(crate) fn situation_for(&self, candidate: &Candidate) -> (Cow<'_, Situation>, Decision) {
        let Inspected { situation, findings, case, .. } = &self.inspected;
        let rulebook = &case.book.rulebook;
        let decision = rulebook.decide(situation, &candidate.facts);
        let due = |located: &crate::parsed::Located| {
            located.is_in_a_file() && edits::strongest(case, located, &decision).is_some()
        };
        if decision.redact.is_empty() || !findings.iter().any(due) {
            return (Cow::Borrowed(situation), decision);
        }
        let mut situation = situation.clone();
        situation.classes.set(rulebook.opaque(), Level::Confirmed);
        situation.subjects.unknown = true;
        let decision = rulebook.decide(&situation, &candidate.facts);
        (Cow::Owned(situation), decision)
    }
}
