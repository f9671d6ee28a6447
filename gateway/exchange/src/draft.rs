//! From a decision to the final bytes: translate, edit, re-scan.
//!
//! INVARIANT: a [`Draft`] holds bytes in which the detector finds nothing that the decision removes, but for what was
//! put in its place. Bytes that were neither translated nor edited are the inspected bytes themselves.

use std::sync::Arc;

use bytes::Bytes;
use dialect::{Dialect, Edit, Head, Request, Spliced, translate};
use incident::BodyDigest;
use policy::{Action, ClassLevels, Decision, DestinationInfo};
use protect::Vault;

use crate::candidate::Candidate;
use crate::edits::{self, Put, Replacement};
use crate::parsed::{self, Findings};
use crate::received::unreadable;
use crate::search::Scratch;
use crate::{Case, Code, Grant, Located, Person, Refusal, address};

/// The final bytes for one candidate, not yet recorded and so not yet permitted to leave.
#[derive(Debug)]
pub struct Draft {
    pub(crate) case: Arc<Case>,
    /// Counts the attempts of an exchange from 1.
    pub(crate) attempt: u32,
    pub(crate) candidate: Arc<Candidate>,
    pub(crate) decision: Decision,
    pub(crate) vault: Vault,
    /// The client's dialect.
    pub(crate) from: Dialect,
    /// The destination's dialect.
    pub(crate) to: Dialect,
    /// What translating the answer needs of the request.
    pub(crate) translation: translate::Options,
    pub(crate) target: String,
    pub(crate) headers: Arc<[(String, String)]>,
    pub(crate) body: Bytes,
    /// Of the body, as the record says it and the receipt is bound to it.
    pub(crate) sent: BodyDigest,
    /// Fields that the destination's dialect cannot express.
    pub(crate) lost: Vec<String>,
    /// By what it may go, if the decision asks for something first.
    pub(crate) granted: Option<Grant>,
    /// By counter of the policy: the persons of whom it sends something, until they are kept.
    pub(crate) uncounted: Vec<Vec<Person>>,
}

impl Draft {
    /// The same bytes for another attempt: it needs a record and a permit of its own.
    pub fn renumber(&mut self, attempt: u32) {
        self.attempt = attempt;
    }

    /// Whom it is for.
    #[must_use]
    pub fn candidate(&self) -> &Arc<Candidate> {
        &self.candidate
    }

    /// Whether it goes by a grant: then its record is durable before it leaves, whatever the listener says.
    #[must_use]
    pub fn is_granted(&self) -> bool {
        self.granted.is_some()
    }

    /// Whether it would send something of persons that are not kept yet.
    pub(crate) fn is_uncounted(&self) -> bool {
        self.uncounted.iter().any(|persons| !persons.is_empty())
    }

    /// Whether something was asked for and is not there.
    pub(crate) fn still_waits(&self) -> bool {
        !self.decision.asks.is_empty() && self.granted.is_none()
    }

    /// What was decided.
    #[must_use]
    pub fn action(&self) -> Action {
        self.decision.action
    }

    /// All of it.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// What would leave, for a person who may see it: target, headers without credentials, and the body. It is not a
    /// [`crate::Permit`]; nothing can be sent from it.
    #[must_use]
    pub fn shown(&self) -> serde_json::Value {
        let credential = |name: &str| crate::headers::is_credential(name);
        let headers: Vec<_> = self.headers.iter().filter(|(name, _)| !credential(name)).collect();
        serde_json::json!({
            "target": self.target, "headers": headers, "lost": self.lost,
            "body": String::from_utf8_lossy(&self.body),
        })
    }

    /// Bytes of the final body.
    #[must_use]
    pub fn body_len(&self) -> usize {
        self.body.len()
    }
}

/// The request said in the destination's dialect, with what is found in it there.
struct Translated {
    request: Request,
    findings: Findings,
    lost: Vec<String>,
}

impl Located {
    /// Lets a draft go by a grant.
    ///
    /// # Errors
    /// `judgement-failed` if the grant is for something else: a defect of the caller.
    pub fn grant(&self, draft: &mut Draft, grant: Grant) -> Result<(), Refusal> {
        if !grant.is_for(&self.matter(&draft.candidate, &draft.decision)) {
            return Err(Refusal::new(Code::JudgementFailed));
        }
        draft.granted = Some(grant);
        Ok(())
    }

    /// Prepares the bytes for a candidate that [`Located::decide`] lets it be sent to.
    ///
    /// # Errors
    /// `untranslatable`, `residue`, `too-much-work`, or an unreadable result: nothing may be sent then.
    pub fn draft(
        &self,
        candidate: &Arc<Candidate>,
        decision: Decision,
        attempt: u32,
        scratch: &mut Scratch,
    ) -> Result<Draft, Refusal> {
        let inspected = &self.inspected;
        let case = &inspected.case;
        let info = case.book.destination(candidate.facts.destination);
        let endpoint = case.book.endpoint(candidate.facts.destination);
        let from = inspected.dialect;
        let to = if from == Dialect::Unknown { from } else { endpoint.dialect.unwrap_or(from) };
        let translated = if to == from { None } else { Some(self.translate(info, to, scratch)?) };
        let (request, findings) = match &translated {
            Some(t) => (&t.request, &t.findings),
            None => (&inspected.request, &inspected.findings),
        };
        let mut vault = Vault::default();
        let mut replacements =
            edits::redactions(case, info, request, findings, &decision, &mut vault)?;
        let put = Put::of(&replacements);
        if translated.is_none() && Some(candidate.facts.destination) != case.requested {
            replacements.extend(edits::model(request, info));
        }
        let mut spliced = splice(request, &replacements)?;
        if translated.is_some() || !replacements.is_empty() || !decision.redact.is_empty() {
            let edited = Edited { to, info, decision: &decision, put };
            spliced = self.clean(edited, spliced, &mut vault, scratch)?;
        }
        spliced.body = pinned(info, spliced.body)?;
        let mut headers = address::headers(case, info, to, spliced.headers);
        headers.extend(address::credential(case, info, to));
        let (query, cut) = address::query(case, info, spliced.query.as_deref());
        let mut lost = translated.map(|t| t.lost).unwrap_or_default();
        lost.extend(cut.then(|| "query".to_owned()));
        let uncounted = self.leaving(&decision);
        Ok(Draft {
            case: Arc::clone(case),
            attempt,
            candidate: Arc::clone(candidate),
            decision,
            vault,
            from,
            to,
            translation: if to == from {
                translate::Options::default()
            } else {
                wanted(case, &inspected.request)
            },
            target: endpoint.target(&spliced.path, query),
            headers: headers.into(),
            sent: case.digest(&spliced.body),
            body: spliced.body,
            lost,
            granted: None,
            uncounted,
        })
    }

    fn translate(
        &self,
        info: &DestinationInfo,
        to: Dialect,
        scratch: &mut Scratch,
    ) -> Result<Translated, Refusal> {
        let inspected = &self.inspected;
        let case = &inspected.case;
        let said = translate::request(
            inspected.dialect,
            to,
            inspected.request.body(),
            info.model.as_deref(),
        )
        .map_err(|problem| {
            let help = format!("{}, or call that destination in its own dialect", problem.mend);
            Refusal::mended(Code::Untranslatable, &problem.told(), &help)
        })?;
        let headers = address::fresh_headers(to);
        let request = self.parse(to, said.path, None, &headers, Bytes::from(said.body))?;
        let found = parsed::inspect(case, &request, &inspected.files, &Put::default(), scratch)?;
        Ok(Translated { request, findings: found.findings, lost: said.lost })
    }

    /// Reads the edited bytes again, as the destination will, and takes out what only shows now: what stood beside a value may be
    /// read otherwise without it.
    ///
    /// # Errors
    /// `residue` if after [`ROUNDS`] something is there that should be gone, or data that was not there before and may not go.
    fn clean(
        &self,
        mut edited: Edited<'_>,
        mut last: Spliced,
        vault: &mut Vault,
        scratch: &mut Scratch,
    ) -> Result<Spliced, Refusal> {
        let case = &self.inspected.case;
        for _ in 0..ROUNDS {
            let Spliced { path, query, headers, body } = &last;
            let request = self.parse(edited.to, path, query.as_deref(), headers, body.clone())?;
            let files = &self.inspected.files;
            let found = parsed::inspect(case, &request, files, &edited.put, scratch)?;
            if !self.left(edited.decision, &found.classes)? {
                return Ok(last);
            }
            let replacements = edits::redactions(
                case,
                edited.info,
                &request,
                &found.findings,
                edited.decision,
                vault,
            )?;
            if replacements.is_empty() {
                break;
            }
            edited.put.add(&replacements);
            last = splice(&request, &replacements)?;
        }
        Err(Refusal::new(Code::Residue))
    }

    /// Whether classes that had to be taken out are still there.
    ///
    /// # Errors
    /// `residue` if others are there that were not.
    fn left(&self, decision: &Decision, classes: &ClassLevels) -> Result<bool, Refusal> {
        let before: &ClassLevels = &self.inspected.situation.classes;
        let mut left = false;
        for (class, level) in classes.iter().filter(|(_, level)| *level >= policy::Level::Likely) {
            if decision.redact.iter().any(|(redacted, _)| *redacted == class) {
                left = true;
            } else if before.get(class) < Some(level) {
                return Err(Refusal::new(Code::Residue));
            }
        }
        Ok(left)
    }

    fn parse(
        &self,
        dialect: Dialect,
        path: &str,
        query: Option<&str>,
        headers: &[(String, String)],
        body: Bytes,
    ) -> Result<Request, Refusal> {
        let case = &self.inspected.case;
        let operation = if dialect == self.inspected.dialect {
            self.inspected.operation
        } else {
            dialect::recognise(&case.method, path).1
        };
        let head = Head { method: &case.method, path, query, headers };
        Request::parse(dialect, operation, &head, body, &case.book.limits).map_err(unreadable)
    }
}

/// How often edited bytes are read again, and edited, before what is left in them is a reason to send nothing.
const ROUNDS: usize = 4;

/// How a request was edited.
struct Edited<'d> {
    to: Dialect,
    info: &'d DestinationInfo,
    decision: &'d Decision,
    put: Put,
}

const NANOSECONDS: u64 = 1_000_000_000;

/// What the client's request says of the answer, which comes in another dialect.
fn wanted(case: &Case, request: &Request) -> translate::Options {
    translate::Options {
        model: request.model().map(str::to_owned),
        include_usage: request.include_usage(),
        created: case.arrived / NANOSECONDS,
    }
}

fn splice(request: &Request, replacements: &[Replacement]) -> Result<Spliced, Refusal> {
    let edits: Vec<Edit<'_>> = replacements
        .iter()
        .map(|r| Edit { part: r.part, span: (r.span.start, r.span.end), with: &r.with })
        .collect();
    request.splice(&edits).map_err(|_| Refusal::new(Code::Residue))
}

#[cfg(test)]
mod tests;

/// The body with the fields that the destination pins. What has no body says nothing.
///
/// # Errors
/// `model-not-taken` if the name of its model says another place, `untranslatable` if the body has no place for the fields.
fn pinned(info: &DestinationInfo, body: Bytes) -> Result<Bytes, Refusal> {
    if body.is_empty() {
        return Ok(body);
    }
    if !info.models.is_empty() {
        let named = dialect::field_at_top(&body, "model");
        if !named.is_some_and(|name| info.takes_model(&name)) {
            return Err(Refusal::new(Code::ModelNotTaken));
        }
    }
    info.pins.iter().try_fold(body, |body, (field, value)| {
        dialect::with_field(&body, field, value).ok_or_else(|| {
            let told = "the destination pins a field of the body, and this body is no JSON object that could have it";
            let help = "call an operation of the destination that takes a JSON object";
            Refusal::mended(Code::Untranslatable, told, help)
        })
    })
}
