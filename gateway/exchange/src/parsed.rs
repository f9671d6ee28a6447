//! Stage 2: the request as parts of text.

use std::sync::Arc;

use detect::{Finding, Fuel, Scratch, Text};
use dialect::{Dialect, Modality, Operation, Part, Request};
use policy::{ClassId, ClassLevels, Direction, Level, Situation, Subjects};

use crate::{Book, Case, Code, Inspected, Refusal};

/// The dialect, the operation and every part, of every modality; what is not understood is a part too.
#[derive(Debug)]
pub struct Parsed {
    pub(crate) case: Arc<Case>,
    pub(crate) dialect: Dialect,
    pub(crate) operation: Operation,
    pub(crate) request: Request,
}

impl Parsed {
    /// Looks for sensitive data over all parts together: a value may be split over neighbours.
    ///
    /// # Errors
    /// `too-much-work` if the fuel for a body of this size is spent.
    pub fn inspect(self, scratch: &mut Scratch) -> Result<Inspected, Refusal> {
        let book = &self.case.book;
        let mut fuel = book.fuel(self.request.body().len());
        let (findings, mut classes, mut subjects) =
            inspect(&self.case, &self.request, scratch, &mut fuel)?;
        if self.operation == Operation::Unknown {
            // What an operation does that nobody knows can be in its path alone: it is unread even without a body.
            classes.set(book.rulebook.unread(), Level::Confirmed);
            subjects.unknown = true;
        }
        let situation = Situation {
            direction: Direction::Request,
            classes,
            subjects,
            client: self.case.client,
            day: self.case.day,
        };
        Ok(Inspected {
            case: self.case,
            dialect: self.dialect,
            operation: self.operation,
            request: self.request,
            findings,
            situation,
        })
    }
}

/// A finding together with the parts (indices into `Request::parts`) that its pieces lie in.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) finding: Finding,
    /// For each piece: the index of its part and the span in that part's text.
    pub(crate) pieces: Vec<(usize, detect::Span)>,
}

pub(crate) type Findings = Vec<Located>;

/// Scans all text parts of a request: the findings, the data classes with their levels, the data subjects' countries.
pub(crate) fn inspect(
    case: &Case,
    request: &Request,
    scratch: &mut Scratch,
    fuel: &mut Fuel,
) -> Result<(Findings, ClassLevels, Subjects), Refusal> {
    let book = &case.book;
    let mut classes = ClassLevels::none();
    let mut subjects = Subjects::default();
    let mut texts = Vec::with_capacity(request.parts().len());
    let mut owners = Vec::with_capacity(request.parts().len());
    for (index, part) in request.parts().iter().enumerate() {
        if part.modality == Modality::Text {
            texts.push(Text {
                label: request.label(part),
                body: request.text(part),
                flows: part.flows,
            });
            owners.push(index);
        } else {
            classes.set(unlooked(part, book), Level::Confirmed);
            subjects.unknown = true;
        }
    }
    let found =
        book.detector.scan(scratch, &texts, fuel).map_err(|_| Refusal::new(Code::TooMuchWork))?;
    let mut findings = Vec::with_capacity(found.len());
    for finding in found {
        note(book, finding, &mut classes, &mut subjects);
        let pieces = finding.pieces().iter().map(|p| (owners[p.text as usize], p.span)).collect();
        findings.push(Located { finding: finding.clone(), pieces });
    }
    Ok((findings, classes, subjects))
}

/// The class of a part that no text was read from.
fn unlooked(part: &Part, book: &Book) -> ClassId {
    match part.modality {
        Modality::Opaque => book.rulebook.unread(),
        _ => book.rulebook.opaque(),
    }
}

/// Adds what one finding says to the classes and the data subjects of a situation.
pub(crate) fn note(
    book: &Book,
    finding: &Finding,
    classes: &mut ClassLevels,
    subjects: &mut Subjects,
) {
    for class in book.rulebook.class_of(finding.detector().0) {
        classes.set(*class, finding.level());
    }
    // Whose data a value without a country is, is not known: unknown, not nobody.
    match book
        .detector
        .info(finding.detector())
        .country
        .as_deref()
        .and_then(|code| geo::Country::parse(code).ok())
    {
        Some(country) if subjects.countries.contains(&country) => {}
        Some(country) => subjects.countries.push(country),
        None => subjects.unknown = true,
    }
}
