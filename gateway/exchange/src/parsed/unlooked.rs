//! What was not read of a request, and why.

use dialect::{Modality, Part, Request};
use policy::{ClassId, ClassLevels, Level, Subjects};

use crate::Book;
use crate::files::File;

/// Most places of one file that are told.
const UNLOOKED_MAX: usize = 256;

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
            classes.set(class_of(part, book), Level::Confirmed);
            subjects.unknown = true;
            left.extend(why(index, part, file));
        }
    }
    left
}

/// The class of a part that no text was read from.
fn class_of(part: &Part, book: &Book) -> ClassId {
    match part.modality {
        Modality::Opaque => book.rulebook.unread(),
        _ => book.rulebook.opaque(),
    }
}

/// Why a part that is no text counts as unlooked: the places of its file that were not read, or what it is.
fn why(index: usize, part: &Part, file: Option<&File>) -> Vec<Unlooked> {
    let told = |kind, why| Unlooked { part: Some(index), kind, why };
    match file {
        None => vec![told(part.modality.name(), "unsupported")],
        // Pictures and sound are never whole; any other file may be read in another way.
        Some(File { document, .. }) if document.unread.is_empty() => {
            let picture = part.modality != Modality::File;
            vec![told(document.kind.name(), if picture { "unsupported" } else { "ambiguous" })]
        }
        Some(File { document, .. }) => {
            let places = document.unread.iter().take(UNLOOKED_MAX);
            places.map(|unread| told(document.kind.name(), unread.why.name())).collect()
        }
    }
}
