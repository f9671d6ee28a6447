//! Which bytes of a request are replaced by what.

use std::collections::BTreeSet;

use detect::Span;
use dialect::Request;
use policy::{ClassId, Decision, DestinationInfo, Method};
use protect::{Scope, Tokeniser, Vault};

use crate::parsed::{Findings, Located};
use crate::{Case, Code, Refusal};

/// What stands for an agency or application in a token's scope when the caller is not known.
const ANONYMOUS: &str = "anonymous";

/// One span of one part's decoded text, and what stands there instead.
#[derive(Clone)]
pub(crate) struct Replacement {
    pub(crate) part: usize,
    pub(crate) span: Span,
    pub(crate) with: String,
}

/// What was put in the place of values, as it stands in the text. It was not said by anybody, so it is no residue: the mask of a class
/// that is called `secret` is no marking.
#[derive(Default)]
pub(crate) struct Put {
    texts: BTreeSet<String>,
    longest: usize,
}

impl Put {
    pub(crate) fn of(replacements: &[Replacement]) -> Self {
        let mut put = Self::default();
        put.add(replacements);
        put
    }

    pub(crate) fn add(&mut self, replacements: &[Replacement]) {
        let texts = replacements.iter().map(|r| &r.with).filter(|with| !with.is_empty());
        self.texts.extend(texts.cloned());
        self.longest = self.texts.iter().map(String::len).max().unwrap_or(0);
    }

    /// Whether a span lies within something that was put there. All of that is in square brackets, in ASCII.
    pub(crate) fn holds(&self, text: &str, span: Span) -> bool {
        if span.len() > self.longest {
            return false;
        }
        let is = |at: &usize, sign: u8| text.as_bytes().get(*at) == Some(&sign);
        let mut before = (0..=span.start).rev().take(self.longest);
        let mut behind = (span.end - 1..text.len()).take(self.longest);
        let open = before.find(|at| is(at, b'['));
        let close = behind.find(|at| is(at, b']'));
        open.zip(close)
            .and_then(|(open, close)| text.get(open..=close))
            .is_some_and(|told| self.texts.contains(told))
    }
}

/// What has to be taken out as one: where it stands, and how.
struct Due {
    pieces: Vec<(usize, Span)>,
    class: ClassId,
    method: Method,
}

/// The replacements that a decision asks for. A value split over parts is replaced in its first piece and removed
/// from the others. What overlaps is replaced as one, by the strongest method among it: what gave way to a surer reading is taken
/// out of that too.
///
/// # Errors
/// `residue` if something that has to be taken out stands in a file, where nothing can be.
pub(crate) fn redactions(
    case: &Case,
    info: &DestinationInfo,
    request: &Request,
    findings: &Findings,
    decision: &Decision,
    vault: &mut Vault,
) -> Result<Vec<Replacement>, Refusal> {
    if decision.redact.is_empty() || findings.is_empty() {
        return Ok(Vec::new());
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
    for due in apart(due(case, findings, decision)?) {
        let word = &case.book.rulebook.classes()[due.class.index()].name;
        let value: String =
            due.pieces.iter().filter_map(|(part, span)| text_at(request, *part, *span)).collect();
        let method = method_of(due.method);
        let mut with = protect::replacement(method, word, &value, &tokeniser, vault);
        for (part, span) in due.pieces {
            replacements.push(Replacement { part, span, with: std::mem::take(&mut with) });
        }
    }
    Ok(replacements)
}

/// What of the findings a decision takes out.
fn due(case: &Case, findings: &Findings, decision: &Decision) -> Result<Vec<Due>, Refusal> {
    let mut all = Vec::with_capacity(findings.len());
    for located in findings {
        // INVARIANT: possible findings are replaced too. Where one value of a class is likely, others that look like it are more
        // probably of it than elsewhere, and what has left cannot be called back.
        let Some((class, method)) = strongest(case, located, decision) else { continue };
        if located.is_in_a_file() {
            let told =
                "data that has to be taken out stands in an attached file, which cannot be edited";
            let help = "send what the file says as text, or leave the file out";
            return Err(Refusal::mended(Code::Residue, told, help));
        }
        let pieces = located.pieces.iter().map(|spot| (spot.part, spot.span)).collect();
        all.push(Due { pieces, class, method });
    }
    Ok(all)
}

/// Joins what overlaps: what gave way, and an agency's own data, may lie across other findings and across each other.
fn apart(all: Vec<Due>) -> Vec<Due> {
    let mut places: Vec<(usize, Span, usize)> = Vec::with_capacity(all.len());
    for (nth, due) in all.iter().enumerate() {
        places.extend(due.pieces.iter().map(|(part, span)| (*part, *span, nth)));
    }
    places.sort_unstable();
    // To which of them each belongs: to itself, or through others to the one that stands for all that overlap.
    let mut group: Vec<usize> = (0..all.len()).collect();
    let mut last: Option<(usize, usize, usize)> = None;
    for (part, span, nth) in places {
        last = match last {
            Some((before, end, other)) if before == part && span.start < end => {
                let (one, two) = (first_of(&group, other), first_of(&group, nth));
                group[one.max(two)] = one.min(two);
                Some((part, end.max(span.end), nth))
            }
            _ => Some((part, span.end, nth)),
        };
    }
    let mut joined: Vec<Option<Due>> = Vec::with_capacity(all.len());
    for (nth, due) in all.into_iter().enumerate() {
        let stands = first_of(&group, nth);
        joined.push(None);
        match joined[stands].take() {
            None => joined[stands] = Some(due),
            Some(before) => joined[stands] = Some(before.and(due)),
        }
    }
    joined.into_iter().flatten().collect()
}

fn first_of(group: &[usize], mut nth: usize) -> usize {
    while group[nth] != nth {
        nth = group[nth];
    }
    nth
}

impl Due {
    /// Both as one: what is stronger decides how, of equals the longer one.
    fn and(self, other: Due) -> Due {
        let weight = |due: &Due| (due.method, due.pieces.iter().map(|(_, span)| span.len()).sum());
        let stronger: (Method, usize) = weight(&other);
        let (class, method) = if stronger > weight(&self) {
            (other.class, other.method)
        } else {
            (self.class, self.method)
        };
        let mut all = self.pieces;
        all.extend(other.pieces);
        all.sort_unstable();
        let mut pieces: Vec<(usize, Span)> = Vec::with_capacity(all.len());
        for (part, span) in all {
            match pieces.last_mut() {
                Some((before, known)) if *before == part && span.start < known.end => {
                    known.end = known.end.max(span.end);
                }
                _ => pieces.push((part, span)),
            }
        }
        Due { pieces, class, method }
    }
}

/// Renames the model to the one that a rerouted-to destination declares.
pub(crate) fn model(request: &Request, info: &DestinationInfo) -> Option<Replacement> {
    let name = info.model.as_ref()?;
    let part = request.model_part()?;
    let end = request.text(&request.parts()[part]).len();
    Some(Replacement { part, span: Span { start: 0, end }, with: name.clone() })
}

/// The strongest method among the classes of a finding: removing beats masking beats a token.
pub(crate) fn strongest(
    case: &Case,
    located: &Located,
    decision: &Decision,
) -> Option<(ClassId, Method)> {
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
