//! Stage 2: the request as parts of text.

use std::sync::Arc;

use detect::{DetectorId, Finding, Fuel, Scratch, Text};
use dialect::{Dialect, Modality, Operation, Part, Request, Role};
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
    /// `too-much-work` if the fuel for a body of this size is spent; `credential-holds-data` if the client's credential
    /// is no mere key.
    pub fn inspect(self, scratch: &mut Scratch) -> Result<Inspected, Refusal> {
        let book = &self.case.book;
        let mut fuel = book.fuel(self.request.body().len());
        credential_is_a_key(&self.case, scratch, &mut fuel)?;
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
            latest: self.case.latest,
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

/// Refuses a credential in which something other than a credential is found: it would leave unedited.
fn credential_is_a_key(case: &Case, scratch: &mut Scratch, fuel: &mut Fuel) -> Result<(), Refusal> {
    let Some(credential) = case.credential.as_ref().filter(|own| !own.issued_here) else {
        return Ok(());
    };
    let detector = &case.book.detector;
    // Without a label: the header's name would make a key of whatever stands in it.
    let text = Text::alone("", credential.key().unwrap_or(&credential.value));
    let found =
        detector.scan(scratch, &[text], fuel).map_err(|_| Refusal::new(Code::TooMuchWork))?;
    let is_data = |finding: &Finding| {
        finding.level() >= Level::Likely && detector.info(finding.detector()).family != CREDENTIALS
    };
    if found.iter().any(is_data) || !found.unread.is_empty() {
        return Err(Refusal::new(Code::CredentialHoldsData));
    }
    Ok(())
}

/// The family of the detectors of keys and passwords.
const CREDENTIALS: &str = "credential";

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
            texts.push(text_of(part, request.label(part), request.text(part)));
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
    for (detector, level) in found.overruled {
        note_classes(book, *detector, *level, &mut classes);
    }
    if !found.unread.is_empty() {
        // Encoded deeper or larger than is read: nobody knows what it says, nor of whom.
        classes.set(book.rulebook.unread(), Level::Confirmed);
        subjects.unknown = true;
    }
    Ok((findings, classes, subjects))
}

/// A part as the detector sees it: what one role says may hold a split value; what is said, defined, set or sent unknown is its own
/// context. A system prompt is not context of what the user says: it speaks of what may come, not of a person.
pub(crate) fn text_of<'t>(part: &Part, label: &'t str, body: &'t str) -> Text<'t> {
    let circle = match part.role {
        Role::User | Role::Assistant | Role::Tool => 1,
        Role::System => 2,
        Role::Definition => 3,
        Role::Setting => 4,
        Role::Unknown => 5,
        Role::Path | Role::Query | Role::Header => 0,
    };
    Text { label, body, flows: part.flows, voice: part.role as u8, circle }
}

/// The class of a part that no text was read from.
fn unlooked(part: &Part, book: &Book) -> ClassId {
    match part.modality {
        Modality::Opaque => book.rulebook.unread(),
        _ => book.rulebook.opaque(),
    }
}

/// Adds the classes of a detector.
pub(crate) fn note_classes(
    book: &Book,
    detector: DetectorId,
    level: Level,
    classes: &mut ClassLevels,
) {
    for class in book.rulebook.class_of(detector.0) {
        classes.set(*class, level);
    }
}

/// Adds what one finding says to the classes and the data subjects of a situation.
pub(crate) fn note(
    book: &Book,
    finding: &Finding,
    classes: &mut ClassLevels,
    subjects: &mut Subjects,
) {
    note_classes(book, finding.detector(), finding.level(), classes);
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
