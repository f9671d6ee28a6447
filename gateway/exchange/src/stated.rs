//! What a client states of one request: its purpose and its legal basis, out of what the policy declares of the caller.

use std::fmt;

use policy::{Client, NotDeclared, Rulebook};

use crate::headers::picked;
use crate::{Code, Refusal};

/// The header in which a client states the purpose of a request.
const PURPOSE: &str = "seawall-purpose";

/// The header in which it states the legal basis.
const BASIS: &str = "seawall-legal-basis";

/// The names as they stood in the headers. Never leaves; `Debug` says only what is there.
#[derive(Clone, Default)]
pub struct Stated {
    purpose: Option<String>,
    basis: Option<String>,
}

impl Stated {
    /// Picks the headers out; names are lower case. One that comes twice has no single reading: no policy declares both as one.
    pub fn of<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Self {
        let [purpose, basis] = picked(headers, [PURPOSE, BASIS]);
        Self { purpose, basis }
    }

    /// What that is to the policy.
    ///
    /// # Errors
    /// `purpose-not-declared` or `basis-not-declared` if the caller may not choose it. The name is not told: nobody knows what
    /// a client writes into a header.
    pub(crate) fn read(
        &self,
        rulebook: &Rulebook,
        client: Client,
    ) -> Result<policy::Stated, Refusal> {
        let read = rulebook.stated(client, self.purpose.as_deref(), self.basis.as_deref());
        read.map_err(|missing| {
            Refusal::new(match missing {
                NotDeclared::Purpose => Code::PurposeNotDeclared,
                NotDeclared::Basis => Code::BasisNotDeclared,
            })
        })
    }
}

impl fmt::Debug for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (purpose, basis) = (self.purpose.is_some(), self.basis.is_some());
        write!(f, "Stated(purpose: {purpose}, basis: {basis})")
    }
}
