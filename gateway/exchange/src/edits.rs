//! Which bytes of a request are replaced by what.

use detect::Span;
use dialect::Request;
use policy::{ClassId, Decision, DestinationInfo, Method};
use protect::{Scope, Tokeniser, Vault};

use crate::Case;
use crate::parsed::{Findings, Located};

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
    let tokeniser = Tokeniser::new(&case.book.keys.tokens, &scope(case, info));
    let mut replacements = Vec::with_capacity(findings.len());
    for located in findings {
        let Some((class, method)) = strongest(case, located, decision) else { continue };
        let word = &case.book.rulebook.class(class).name;
        let value: String = located.pieces.iter().filter_map(|(part, span)| text_at(request, *part, *span)).collect();
        let mut with = match method {
            Method::Remove => protect::remove(word),
            Method::Mask => protect::mask(word, &value),
            Method::Token => tokeniser.token(word, &value, vault),
        };
        for (part, span) in &located.pieces {
            replacements.push(Replacement { part: *part, span: *span, with: std::mem::take(&mut with) });
        }
    }
    replacements
}

/// Renames the model to the one that a rerouted-to destination declares.
pub(crate) fn model(request: &Request, info: &DestinationInfo) -> Option<Replacement> {
    let name = info.model.as_ref()?;
    let part = request.parts().iter().position(|part| request.path_of(part) == "model")?;
    let end = request.text(&request.parts()[part]).len();
    Some(Replacement { part, span: Span { start: 0, end }, with: name.clone() })
}

/// Who may see two equal tokens for one value: same agency, destination, application and period.
fn scope<'a>(case: &'a Case, info: &'a DestinationInfo) -> Scope<'a> {
    Scope {
        tenant: case.client.agency().unwrap_or("anonymous"),
        destination: &info.name,
        application: case.client.application().unwrap_or("anonymous"),
        period: &case.book.token_period,
    }
}

/// The strongest method among the classes of a finding: removing beats masking beats a token.
fn strongest(case: &Case, located: &Located, decision: &Decision) -> Option<(ClassId, Method)> {
    let classes = case.book.rulebook.class_of(located.finding.detector().0);
    decision.redact.iter().filter(|(class, _)| classes.contains(class)).copied().max_by_key(|(_, method)| match method {
        Method::Token => 0,
        Method::Mask => 1,
        Method::Remove => 2,
    })
}

fn text_at(request: &Request, part: usize, span: Span) -> Option<&str> {
    request.text(request.parts().get(part)?).get(span.start..span.end)
}
