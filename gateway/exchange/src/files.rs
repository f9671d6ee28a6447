//! Files that a request carries inline: what they say, as further texts to inspect.
//!
//! A file is *whole* when all of it was read, in the one way that every reader takes it. It then says nothing but its texts, which
//! are inspected like those of the request, and it has no class of its own. Anything else keeps the class of what nobody read,
//! beside what was found in it. Pictures and sound are never whole; what a picture says of itself is inspected.
//!
//! INVARIANT: nothing in a file is ever edited. What would have to be taken out of one keeps the request from leaving.

use std::sync::Arc;

use dialect::{Carried, Modality, Part, Request, carries_bytes};
use document::{Document, Hints, Kind, Limits};

/// A file of a request.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Index of the part that carries it.
    pub(crate) part: usize,
    /// Of its bytes and of what is said of them.
    digest: [u8; 32],
    /// Its texts with their places, and what was not read.
    pub(crate) document: Arc<Document>,
    /// All of it was read.
    pub(crate) whole: bool,
}

/// Most files of one request that are read; further ones are unread.
const MOST_FILES: usize = 100;
/// Text and unpacked bytes of all files of a request: so much, and so many times the length of its body.
const TEXT: (usize, usize, usize) = (1 << 20, 4, 32 << 20);
const UNPACKED: (usize, usize, usize) = (8 << 20, 16, 128 << 20);

/// Reads the files of a request. What is in `known` was read before and is not read again. The same request gives the same files.
pub(crate) fn read(request: &Request, known: &[File]) -> Vec<File> {
    let bound = |(least, times, most): (usize, usize, usize)| {
        request.body().len().saturating_mul(times).saturating_add(least).min(most)
    };
    let (mut text, mut unpacked) = (bound(TEXT), bound(UNPACKED));
    let mut files = Vec::new();
    for (index, part) in request.parts().iter().enumerate() {
        if !matches!(part.modality, Modality::File | Modality::Image) || files.len() >= MOST_FILES {
            continue;
        }
        let Some(carried) = request.carried(part) else { continue };
        let name = name_of(request, index);
        let digest = digest(&carried, name);
        let limits = Limits { text_bytes: text, unpacked_bytes: unpacked, ..Limits::default() };
        let document = match known.iter().find(|file| file.digest == digest) {
            Some(file) => Arc::clone(&file.document),
            None => Arc::new(document::read(
                &carried.bytes,
                &Hints { name, media_type: &carried.media_type },
                &limits,
            )),
        };
        text = text.saturating_sub(document.texts.iter().map(|piece| piece.text.len()).sum());
        unpacked = unpacked.saturating_sub(document.unpacked);
        let whole = is_whole(part, &carried, &document);
        files.push(File { part: index, digest, document, whole });
    }
    files
}

/// The name that stands beside a file, if it has one. It helps to tell a table from prose, and decides nothing else.
fn name_of(request: &Request, at: usize) -> &str {
    let near = at.saturating_sub(BESIDE)..(at + BESIDE + 1).min(request.parts().len());
    let mut near = near.filter_map(|other| request.parts().get(other));
    let named =
        near.find(|part| part.modality == Modality::Text && request.label(part) == "filename");
    named.map_or("", |part| request.text(part))
}

/// Parts before and behind a file among which its name is looked for.
const BESIDE: usize = 2;

fn digest(carried: &Carried, name: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for said in [name, &carried.media_type] {
        hasher.update(&(said.len() as u64).to_le_bytes()).update(said.as_bytes());
    }
    *hasher.update(&carried.bytes).finalize().as_bytes()
}

/// Whether all of a file was read, as everybody reads it.
fn is_whole(part: &Part, carried: &Carried, document: &Document) -> bool {
    if part.modality != Modality::File || !document.unread.is_empty() || document.texts.is_empty() {
        return false;
    }
    let bytes = &carried.bytes;
    let one_way = match document.kind {
        // Characters are taken for bytes in more than one way, and bare base64 of text for text.
        kind if kind.is_text() => carried.is_data_url && std::str::from_utf8(bytes).is_ok(),
        // Where it begins further in, or an archive stands behind it, others may see something else.
        Kind::Pdf => bytes.starts_with(b"%PDF-") && !ends_as_archive(bytes),
        Kind::Docx | Kind::Xlsx | Kind::Pptx | Kind::Odt | Kind::Ods | Kind::Odp | Kind::Zip => {
            bytes.starts_with(b"PK\x03\x04")
        }
        Kind::Rtf | Kind::Gzip | Kind::Tar | Kind::Xz | Kind::Zstd => true,
        _ => false,
    };
    one_way && !document.texts.iter().any(|piece| carries_bytes(&piece.text))
}

/// Whether the end of an archive's directory stands where readers of archives look for it.
fn ends_as_archive(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(ARCHIVE_END)..).unwrap_or(bytes);
    tail.windows(4).any(|four| four == b"PK\x05\x06")
}

/// The longest comment of an archive, and the record before it (APPNOTE 4.3.16).
const ARCHIVE_END: usize = 65_535 + 22;
