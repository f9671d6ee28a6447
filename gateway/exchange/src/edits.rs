//! Which bytes of a request are replaced by what.

use detect::Span;
use dialect::Request;
use policy::{ClassId, Decision, DestinationInfo, Method};
use protect::{Scope, Tokeniser, Vault};

use crate::Case;
use crate::parsed::{Findings, Located};

/// What stands for an agency or application in a token's scope when the caller is not known.
const ANONYMOUS: &str = "anonymous";

/// One span of one part's decoded text, and what stands there instead.
#[derive(Clone)]
pub(crate) struct Replacement {
    pub(crate) part: usize,
    pub(crate) span: Span,
    pub(crate) with: String,
}

/// The replacements that a decision asks for. A value split over parts is replaced in its first piece and removed
/// from the others.
pub(crate) fn redactions(
    case: &Case,
    info: &DestinationInfo,
    request: &Request,
    findings: &Findings,
    decision: &Decision,
    vault: &mut Vault,
) -> Vec<Replacement> {
    if decision.redact.is_empty() || findings.is_empty() {
        return Vec::new();
    }
    let client = case.book.rulebook.client_info(case.client);
    let scope = Scope {
        tenant: client.agency.as_deref().unwrap_or(ANONYMOUS),
        destination: &info.name,
        application: client.application.as_deref().unwrap_or(ANONYMOUS),
        period: &case.period,
    };
    let tokeniser = Tokeniser::new(&case.book.keys.tokens, &scope);
    let mut replacements = Vec::with_capacity(findings.len());
    for located in findings {
        // INVARIANT: possible findings are replaced too: the policy has decided on the class, and less leaves.
        let Some((class, method)) = strongest(case, located, decision) else { continue };
        let word = &case.book.rulebook.classes()[class.index()].name;
        let value: String = located
            .pieces
            .iter()
            .filter_map(|(part, span)| text_at(request, *part, *span))
            .collect();
        let mut with = protect::replacement(method_of(method), word, &value, &tokeniser, vault);
        for (part, span) in &located.pieces {
            replacements.push(Replacement {
                part: *part,
                span: *span,
                with: std::mem::take(&mut with),
            });
        }
    }
    replacements
}

/// Renames the model to the one that a rerouted-to destination declares.
pub(crate) fn model(request: &Request, info: &DestinationInfo) -> Option<Replacement> {
    let name = info.model.as_ref()?;
    let part = request.model_part()?;
    let end = request.text(&request.parts()[part]).len();
    Some(Replacement { part, span: Span { start: 0, end }, with: name.clone() })
}

/// The strongest method among the classes of a finding: removing beats masking beats a token.
fn strongest(case: &Case, located: &Located, decision: &Decision) -> Option<(ClassId, Method)> {
    let classes = case.book.rulebook.class_of(located.finding.detector().0);
    decision
        .redact
        .iter()
        .filter(|(class, _)| classes.contains(class))
        .copied()
        .max_by_key(|(_, method)| *method)
}

/// The policy's word for what `protect` does.
pub(crate) fn method_of(method: Method) -> protect::Method {
    match method {
        Method::Token => protect::Method::Token,
        Method::Mask => protect::Method::Mask,
        Method::Remove => protect::Method::Remove,
    }
}

fn text_at(request: &Request, part: usize, span: Span) -> Option<&str> {
    request.text(request.parts().get(part)?).get(span.start..span.end)
}
