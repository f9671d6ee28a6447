//! What was not read of a request, and why.

use dialect::{Modality, Part, Request};
use policy::{ClassId, ClassLevels, Level, Subjects};

use crate::Book;
use crate::files::File;

/// Most places of one file that are told.
const UNLOOKED_MAX: usize = 256;

/// Why something is not text by its nature: no reader exists for what it is.
const UNSUPPORTED: &str = "unsupported";

/// Something that was not read, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unlooked {
    /// Index into `Request::parts`; none for the request as a whole.
    pub(crate) part: Option<usize>,
    pub(crate) kind: &'static str,
    pub(crate) why: &'static str,
}

/// The parts of a request that no text was read from, or not all: nobody knows what they say, nor of whom.
pub(super) fn of_parts(
    book: &Book,
    request: &Request,
    files: &[File],
    classes: &mut ClassLevels,
    subjects: &mut Subjects,
) -> Vec<Unlooked> {
    let mut left = Vec::new();
    for (index, part) in request.parts().iter().enumerate() {
        let file = files.iter().find(|file| file.part == index);
        if part.modality != Modality::Text && !file.is_some_and(|file| file.whole) {
            let told = why(index, part, file, || request.carried(part).is_some());
            for class in told.iter().map(|unlooked| unlooked.class(request, book)) {
                classes.set(class, Level::Confirmed);
            }
            subjects.unknown = true;
            left.extend(told.into_iter().take(UNLOOKED_MAX));
        }
    }
    left
}

impl Unlooked {
    /// `unread` for what should have been readable, `opaque` for what is not text by its nature.
    pub(crate) fn class(&self, request: &Request, book: &Book) -> ClassId {
        let part = self.part.and_then(|part| request.parts().get(part));
        match part.map(|part| part.modality) {
            Some(Modality::File | Modality::Image | Modality::Audio) if self.why == UNSUPPORTED => {
                book.rulebook.opaque()
            }
            _ => book.rulebook.unread(),
        }
    }
}

/// Why a part that is no text counts as unlooked: the places of its file that were not read, or what it is.
fn why(
    index: usize,
    part: &Part,
    file: Option<&File>,
    is_carried: impl FnOnce() -> bool,
) -> Vec<Unlooked> {
    let told = |kind, why| Unlooked { part: Some(index), kind, why };
    let is_file = part.modality == Modality::File;
    let Some(File { document, .. }) = file else {
        // A file that is there and was not opened is one too many.
        let why = if is_file && is_carried() { "too-many" } else { UNSUPPORTED };
        return vec![told(part.modality.name(), why)];
    };
    let kind = document.kind.name();
    let mut all: Vec<_> =
        document.unread.iter().map(|unread| told(kind, unread.why.name())).collect();
    // Pictures and sound are never whole; any other file may be read in another way.
    if !is_file {
        all.insert(0, told(kind, UNSUPPORTED));
    } else if all.is_empty() {
        all.push(told(kind, "ambiguous"));
    }
    all
}
