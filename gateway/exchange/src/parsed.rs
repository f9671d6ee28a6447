//! Stage 2: the request as parts of text.

mod content;
mod language;
mod said;
mod unlooked;

use std::sync::Arc;

use detect::{Piece, Span, Text};
use dialect::{Dialect, Operation, Request};
use policy::{ClassLevels, Languages, Level, Situation, Subjects};

use self::said::Said;
pub(crate) use self::said::text_of;
pub(crate) use self::unlooked::Unlooked;
use crate::allowed::LetThrough;
use crate::edits::Put;
use crate::files::{self, File};
use crate::search::{Finding, Scratch};
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
        credential_is_a_key(&self.case, scratch)?;
        let Inspection { findings, files, mut unlooked, mut classes, mut subjects, allowed } =
            inspect(&self.case, &self.request, &[], &Put::default(), scratch)?;
        if self.operation == Operation::Unknown {
            // What an operation does that nobody knows can be in its path alone: it is unread even without a body.
            classes.set(book.rulebook.unread(), Level::Confirmed);
            subjects.unknown = true;
            unlooked.push(Unlooked { part: None, kind: "operation", why: "unsupported" });
        }
        let situation = Situation {
            classes,
            subjects,
            operation: content::operation(self.operation),
            content: content::kinds(&self.request),
            languages: match book.rulebook.asks_for_languages() {
                true => language::told(&self.request, &files),
                false => Languages::unknown(),
            },
            volume: Some(self.request.body().len() as u64),
            ..self.case.situation()
        };
        Ok(Inspected {
            case: self.case,
            dialect: self.dialect,
            operation: self.operation,
            request: self.request,
            findings,
            files,
            unlooked,
            allowed,
            situation,
        })
    }
}

/// Refuses a credential in which something other than a credential is found: it would leave unedited.
fn credential_is_a_key(case: &Case, scratch: &mut Scratch) -> Result<(), Refusal> {
    let Some(credential) = case.credential.as_ref().filter(|own| !own.issued_here) else {
        return Ok(());
    };
    let search = &case.book.search;
    // Without a label: the header's name would make a key of whatever stands in it.
    let text = Text::alone("", credential.key().unwrap_or(&credential.value));
    let mut fuel = case.book.fuel(text.body.len());
    let found = search
        .scan(scratch, &[text], case.latest, &mut fuel)
        .map_err(|_| Refusal::new(Code::TooMuchWork))?;
    let is_data = |finding: &Finding| {
        finding.level() >= Level::Likely && search.known(finding.detector()).family != CREDENTIALS
    };
    if found.findings.iter().any(is_data) || !found.unread.is_empty() {
        return Err(Refusal::new(Code::CredentialHoldsData));
    }
    Ok(())
}

/// The family of the detectors of keys and passwords.
pub(crate) const CREDENTIALS: &str = "credential";

/// Where a piece of a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Index into `Request::parts`.
    pub(crate) part: usize,
    /// In that part's text, or in a text of the file that it carries.
    pub(crate) span: Span,
    /// Which of the files, and which of its texts.
    pub(crate) file: Option<(usize, usize)>,
}

/// A finding, or what gave way to one, together with where its pieces stand.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) finding: Finding,
    pub(crate) pieces: Vec<Spot>,
}

impl Located {
    /// Whether it stands in a file, where nothing can be edited.
    pub(crate) fn is_in_a_file(&self) -> bool {
        self.pieces.iter().any(|spot| spot.file.is_some())
    }
}

pub(crate) type Findings = Vec<Located>;

/// What was found in a request, and what that makes of it.
#[derive(Debug)]
pub(crate) struct Inspection {
    pub(crate) findings: Findings,
    pub(crate) files: Vec<File>,
    pub(crate) unlooked: Vec<Unlooked>,
    pub(crate) classes: ClassLevels,
    pub(crate) subjects: Subjects,
    pub(crate) allowed: LetThrough,
}

/// Scans all text parts of a request and the texts of its files: the findings, the data classes with their levels, the data
/// subjects' countries. Files in `known` are not read again, and what stands within what was `put` in the place of a value is none.
pub(crate) fn inspect(
    case: &Case,
    request: &Request,
    known: &[File],
    put: &Put,
    scratch: &mut Scratch,
) -> Result<Inspection, Refusal> {
    let book = &case.book;
    let mut classes = ClassLevels::none();
    let mut subjects = Subjects::default();
    let files = files::read(request, known);
    let said = Said::of(request, &files);
    let mut left = unlooked::of_parts(book, request, &files, &mut classes, &mut subjects);
    let mut fuel = book.fuel(request.body().len() + said.in_files);
    let found = book
        .search
        .scan_readings(scratch, &said.texts, &said.again, case.latest, &mut fuel)
        .map_err(|_| Refusal::new(Code::TooMuchWork))?;
    if !found.unread.is_empty() {
        // Encoded deeper or larger than is read: nobody knows what it says, nor of whom.
        classes.set(book.rulebook.unread(), Level::Confirmed);
        subjects.unknown = true;
        left.extend(found.unread.iter().map(|piece| {
            let part = said.owners.get(piece.text as usize).map(|(part, _)| *part);
            Unlooked { part, kind: "text", why: "encoded" }
        }));
    }
    let found = found.with_overruled(&book.rulebook);
    let mut findings = Vec::with_capacity(found.findings.len());
    for finding in found.findings {
        let ours = |piece: &Piece| put.holds(said.texts[piece.text as usize].body, piece.span);
        if finding.pieces().iter().all(ours) {
            continue;
        }
        note(book, &finding, &mut classes, &mut subjects);
        let pieces = finding.pieces().iter().map(|piece| said.spot(piece)).collect();
        findings.push(Located { finding, pieces });
    }
    let mut allowed = LetThrough::default();
    found.allowed.iter().for_each(|spared| allowed.count(spared.entry));
    findings.retain(|located| tells(book, &located.finding, &classes));
    Ok(Inspection { findings, files, unlooked: left, classes, subjects, allowed })
}

/// Whether what has to be taken out of a class includes a finding of it. What gave way and is only possible does not, where
/// something surer says the class: it would cut into the values that stand there for nothing.
pub(crate) fn tells(book: &Book, finding: &Finding, classes: &ClassLevels) -> bool {
    let nothing_surer = || {
        let mut of = book.rulebook.class_of(finding.detector().0).iter();
        of.any(|class| classes.get(*class) == Some(finding.level()))
    };
    !finding.gave_way() || finding.level() >= Level::Likely || nothing_surer()
}

/// Adds what one finding says to the classes and the data subjects of a situation. What gave way says nothing of subjects.
pub(crate) fn note(
    book: &Book,
    finding: &Finding,
    classes: &mut ClassLevels,
    subjects: &mut Subjects,
) {
    for class in book.rulebook.class_of(finding.detector().0) {
        classes.set(*class, finding.level());
    }
    if finding.gave_way() {
        return;
    }
    // Whose data a value without a country is, is not known: unknown, not nobody.
    let country = book.search.known(finding.detector()).country;
    match country.and_then(|code| geo::Country::parse(code).ok()) {
        Some(country) if subjects.countries.contains(&country) => {}
        Some(country) => subjects.countries.push(country),
        None => subjects.unknown = true,
    }
}
