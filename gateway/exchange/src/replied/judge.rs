//! What the policy makes of an answer, as its classes become known.

use detect::DetectorId;
use incident::{FoundGroup, Verbatim};
use policy::{Action, Decision, DestinationId, Direction, Level, Method, Situation};

use super::AnswerSummary;
use crate::allowed::LetThrough;
use crate::course;
use crate::parsed::{note, tells};
use crate::search::Finding;
use crate::{Case, Code, Refusal, told};

/// The growing situation of an answer, and the decision on it so far.
pub(super) struct AnswerJudge {
    situation: Situation,
    candidate: policy::Candidate,
    decision: Option<Decision>,
    findings: Vec<(u16, Level, u64)>,
    allowed: LetThrough,
}

impl AnswerJudge {
    pub(super) fn new(case: &Case, candidate: policy::Candidate) -> Self {
        let situation = Situation { direction: Direction::Answer, ..case.situation() };
        Self {
            situation,
            candidate,
            decision: None,
            findings: Vec::new(),
            allowed: LetThrough::default(),
        }
    }

    pub(super) fn destination(&self) -> DestinationId {
        self.candidate.destination
    }

    /// Decides on what is known so far.
    ///
    /// # Errors
    /// `answer-blocked`, with the rule, unless the policy lets it in, redacted or not.
    pub(super) fn admit(&mut self, case: &Case) -> Result<(), Refusal> {
        let decision = case.book.rulebook.decide(&self.situation, &self.candidate);
        let admitted = matches!(decision.action, Action::Allow | Action::Redact);
        let refusal = (!admitted).then(|| course::refusal(&case.book.rulebook, &decision));
        self.decision = Some(decision);
        match refusal {
            None => Ok(()),
            // What cannot be read is the provider's fault, not the policy's.
            Some(_) if self.situation.classes.get(case.book.rulebook.unread()).is_some() => {
                Err(Refusal::new(Code::AnswerUnreadable))
            }
            Some(refusal) => Err(Refusal { code: Code::AnswerBlocked, ..refusal }),
        }
    }

    /// Adds a finding; of what gave way to a surer one only its classes, as in requests. Returns whether something became known that
    /// was not, so that it must be decided again.
    pub(super) fn note(&mut self, case: &Case, finding: &Finding) -> bool {
        let before = self.situation.classes;
        let subjects = self.situation.subjects.clone();
        note(&case.book, finding, &mut self.situation.classes, &mut self.situation.subjects);
        if !finding.gave_way() {
            self.count(finding);
        }
        before != self.situation.classes || subjects != self.situation.subjects
    }

    /// Counts a value that an entry of an allow-list let through.
    pub(super) fn note_allowed(&mut self, entry: u32) {
        self.allowed.count(entry);
    }

    fn count(&mut self, finding: &Finding) {
        let (id, level) = (finding.detector().0, finding.level());
        match self.findings.iter_mut().find(|(known, at, _)| *known == id && *at == level) {
            Some((.., count)) => *count += 1,
            None => self.findings.push((id, level, 1)),
        }
    }

    /// Notes content that no text was read from, and decides anew if that was not known yet.
    ///
    /// # Errors
    /// As [`AnswerJudge::admit`].
    pub(super) fn note_unlooked(
        &mut self,
        case: &Case,
        unread: bool,
        opaque: bool,
    ) -> Result<(), Refusal> {
        let before = self.situation.classes;
        let rulebook = &case.book.rulebook;
        if unread {
            self.situation.classes.set(rulebook.unread(), Level::Confirmed);
        }
        if opaque {
            self.situation.classes.set(rulebook.opaque(), Level::Confirmed);
        }
        // Whom what nobody read speaks of, nobody knows.
        self.situation.subjects.unknown |= unread || opaque;
        if before == self.situation.classes { Ok(()) } else { self.admit(case) }
    }

    /// What stands in the place of a finding, if the decision takes it out. A token could not be put back by anyone, so
    /// in an answer it is a mask.
    pub(super) fn mask(&self, case: &Case, finding: &Finding) -> Option<String> {
        let decision = self.decision.as_ref()?;
        if !tells(&case.book, finding, &self.situation.classes) {
            return None;
        }
        let classes = case.book.rulebook.class_of(finding.detector().0);
        let (class, method) = decision
            .redact
            .iter()
            .filter(|(class, _)| classes.contains(class))
            .max_by_key(|(_, m)| *m)?;
        Some(match method {
            Method::Remove => String::new(),
            Method::Token | Method::Mask => {
                protect::mask(&case.book.rulebook.classes()[class.index()].name)
            }
        })
    }

    fn found(&self, case: &Case) -> Vec<FoundGroup> {
        let group = |(id, level, count): &(u16, Level, u64)| FoundGroup {
            class: case.book.class_name(DetectorId(*id)).to_owned(),
            detector: case.book.search.known(DetectorId(*id)).id.to_owned(),
            level: level.name().to_owned(),
            count: *count,
        };
        self.findings.iter().map(group).collect()
    }

    pub(super) fn summarise(&self, case: &Case, summary: &mut AnswerSummary) {
        summary.findings = self.found(case);
        summary.allowed = self.allowed.told(case.book.search.allowed());
        let rulebook = &case.book.rulebook;
        if let Some(decision) = &self.decision {
            summary.action = decision.action.name();
            summary.explained =
                told::explained(rulebook, decision, &self.situation, &self.candidate);
            summary.judged = Verbatim::of(&Judged {
                situation: rulebook.record_situation(&self.situation),
                candidate: rulebook.record_candidate(&self.candidate),
                decision: rulebook.record_decision(decision),
            });
        }
    }
}

/// What an outcome record says of the decision on the answer, enough to decide it again.
#[derive(serde::Serialize)]
struct Judged {
    situation: policy::RecordedSituation,
    candidate: policy::RecordedCandidate,
    decision: policy::RecordedDecision,
}
