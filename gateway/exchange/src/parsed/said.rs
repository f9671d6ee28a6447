//! The texts of a request and of its files, as the detector sees them.

use detect::{Piece, Text};
use dialect::{Modality, Part, Request, Role};

use super::Spot;
use crate::files::File;

/// The numbers of circles and voices from here on are those of files.
const FILE_CIRCLES: u8 = 32;

/// Names of parameters of a query that carry the caller's key.
const QUERY_KEYS: [&str; 7] =
    ["key", "api_key", "api-key", "apikey", "access_token", "token", "subscription-key"];

/// All texts of a request, those of its files behind its own.
pub(super) struct Said<'t> {
    pub(super) texts: Vec<Text<'t>>,
    /// For each text: its part, and which text of which file it is.
    pub(super) owners: Vec<(usize, Option<(usize, usize)>)>,
    /// The texts that are second readings.
    pub(super) again: Vec<usize>,
    /// Bytes of the texts in files.
    pub(super) in_files: usize,
}

impl<'t> Said<'t> {
    /// Takes up all of them.
    pub(super) fn of(request: &'t Request, files: &'t [File]) -> Self {
        let parts = request.parts();
        let mut said = Self {
            texts: Vec::with_capacity(parts.len()),
            owners: Vec::with_capacity(parts.len()),
            again: Vec::new(),
            in_files: 0,
        };
        for (index, part) in parts.iter().enumerate() {
            if part.modality == Modality::Text {
                if part.is_second_reading() {
                    said.again.push(said.texts.len());
                }
                said.texts.push(text_of(part, request.label(part), request.text(part)));
                said.owners.push((index, None));
            }
        }
        for (nth, file) in files.iter().enumerate() {
            for (at, piece) in file.document.texts.iter().enumerate() {
                said.texts.push(text_in(nth, piece));
                said.owners.push((file.part, Some((nth, at))));
                said.in_files += piece.text.len();
            }
        }
        said
    }

    /// Where a piece of these texts stands.
    pub(super) fn spot(&self, piece: &Piece) -> Spot {
        let (part, file) = self.owners[piece.text as usize];
        Spot { part, span: piece.span, file }
    }
}

/// A text of a file as the detector sees it: the texts of one file are each other's context, and of nothing else.
fn text_in(file: usize, piece: &document::Piece) -> Text<'_> {
    let circle = FILE_CIRCLES + (file % usize::from(u8::MAX - FILE_CIRCLES)) as u8;
    Text { label: &piece.label, body: &piece.text, flows: false, voice: circle, circle }
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
    // A key in a query is how some clients call their provider: it is cut where the provider is another one, and a key only if it
    // looks like one.
    let calls =
        part.role == Role::Query && QUERY_KEYS.contains(&label.to_ascii_lowercase().as_str());
    let label = if calls { "" } else { label };
    Text { label, body, flows: part.flows, voice: part.role as u8, circle }
}
