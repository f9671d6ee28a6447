//! An agency's own holdings, as what they are to policies.

use std::fmt;

use holdings::Holdings;

/// An agency's own data under the name that the configuration gives it.
pub struct Holding {
    pub(super) id: String,
    pub(super) family: &'static str,
    pub(super) title: &'static str,
    pub(super) holdings: Holdings,
}

impl Holding {
    /// `name` is how policies call it, without `holdings.` before.
    #[must_use]
    pub fn new(name: &str, holdings: Holdings) -> Self {
        let (family, title) = described(holdings.facts().kind()).unwrap_or(DOCUMENTS);
        Self { id: id_of(name), family, title, holdings }
    }

    /// As policies and records name it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The file that is searched for.
    #[must_use]
    pub fn holdings(&self) -> &Holdings {
        &self.holdings
    }

    /// Id and family of holdings of a kind (`dictionary`, `records`, `documents`), as a policy names them, without a file.
    #[must_use]
    pub fn entry(name: &str, kind: &str) -> Option<(String, String)> {
        described(kind).map(|(family, _)| (id_of(name), family.to_owned()))
    }
}

/// The family of values of an agency's own records.
pub(super) const RECORDS: &str = "own-records";
/// The family and the title of registered documents.
pub(super) const DOCUMENTS: (&str, &str) = ("own-documents", "Passage of a registered document");

/// Family and title of holdings of a kind.
fn described(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "dictionary" => ("own-terms", "Term of the agency's own"),
        "records" => (RECORDS, "Value beside others of the same record of the agency's own"),
        "documents" => DOCUMENTS,
        _ => return None,
    })
}

/// The id of holdings with this name.
fn id_of(name: &str) -> String {
    format!("holdings.{name}")
}

impl fmt::Debug for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holding({}, {:?})", self.id, self.holdings)
    }
}
