//! Stage 3: the request with what was found in it.

use std::sync::Arc;

use dialect::{Dialect, Operation, Request};
use policy::Situation;

use crate::allowed::LetThrough;
use crate::candidate::Candidate;
use crate::files::File;
use crate::parsed::{Findings, Unlooked};
use crate::{Case, Located};

/// Findings over all parts, data classes with their level, countries of the data subjects; what an allow-list let through.
#[derive(Debug)]
pub struct Inspected {
    pub(crate) case: Arc<Case>,
    pub(crate) dialect: Dialect,
    pub(crate) operation: Operation,
    pub(crate) request: Request,
    pub(crate) findings: Findings,
    pub(crate) files: Vec<File>,
    pub(crate) unlooked: Vec<Unlooked>,
    pub(crate) allowed: LetThrough,
    pub(crate) situation: Situation,
}

impl Inspected {
    /// Adds where the request was asked to go: `requested` must be the candidate of [`Case::requested`], made by
    /// [`Candidate::new`] from the same book.
    #[must_use]
    pub fn locate(self, requested: Arc<Candidate>) -> Located {
        Located { inspected: self, requested }
    }
}
