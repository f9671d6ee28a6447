//! Stage 4: the request with the place it was asked to go to; every attempt starts from here.

use std::sync::Arc;

use crate::candidate::Candidate;
use crate::{Case, Course, Inspected};

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

    /// What the policy makes of a candidate. Pure: the same situation, candidate and book give the same course.
    #[must_use]
    pub fn decide(&self, candidate: &Candidate) -> Course {
        let rulebook = &self.inspected.case.book.rulebook;
        Course::of(rulebook, rulebook.decide(&self.inspected.situation, &candidate.facts))
    }
}
