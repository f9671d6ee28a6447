//! What a reading gives: pieces of text with their places, and places that could not be read.

use std::fmt;

use crate::kind::Kind;

/// What is said about a file from outside. Both may be empty, and both may lie: content decides.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'h> {
    /// The name of the file; its extension tells a table of values from prose.
    pub name: &'h str,
    /// The declared media type, such as `text/csv; charset=utf-8`.
    pub media_type: &'h str,
}

impl Hints<'_> {
    /// The extension of the name, in lower case.
    pub(crate) fn extension(&self) -> String {
        self.name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase()
    }

    /// The character set that the media type declares.
    pub(crate) fn charset(&self) -> Option<&str> {
        let (_, rest) = self.media_type.split_once("charset=")?;
        Some(rest.split(';').next().unwrap_or(rest).trim().trim_matches('"'))
    }
}

/// What was read from a file.
#[derive(Clone)]
pub struct Document {
    /// What the file is.
    pub kind: Kind,
    /// All texts, in the order of the file.
    pub texts: Vec<Piece>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// Bytes that were unpacked or decoded, of [`crate::Limits::unpacked_bytes`].
    pub unpacked: usize,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Document({}, {} texts, {} unread)",
            self.kind.name(),
            self.texts.len(),
            self.unread.len()
        )
    }
}

/// Whose text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// What a reader of the file sees.
    Content,
    /// What travels along: author, title, comments, tracked changes, hidden text, sheets and slides, names of files.
    Metadata,
    /// A statement about how the file may be handled: sensitivity labels and classification headers.
    Label,
}

impl Role {
    /// `content`, `metadata` or `label`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Metadata => "metadata",
            Self::Label => "label",
        }
    }
}

/// One piece of text with where it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Piece {
    /// Content, metadata or label.
    pub role: Role,
    /// The nearest name of a field, header or property; gives context. May be empty.
    pub label: String,
    /// Where it stands, in words for a person: `page 3`, `sheet Staff, row 7`, `attachment 2: report.pdf, page 1`. Empty for
    /// the body of a file that is one text.
    pub place: String,
    /// The text.
    pub text: String,
    pub(crate) cells: Option<Box<Cells>>,
}

/// Where the cells of a row begin in its text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Cells {
    /// The place of the table, without the row.
    pub(crate) table: String,
    /// From 1.
    pub(crate) row: u32,
    /// Whether columns are called A, B, C or by number.
    pub(crate) letters: bool,
    /// First byte in the text, that of its heading if it has one, and column from 0; ascending.
    pub(crate) starts: Vec<(u32, u32)>,
}

impl Piece {
    /// Where byte `at` of the text stands: as [`Piece::place`], but to the cell for rows of tables (`sheet Staff, B7`).
    #[must_use]
    pub fn place_at(&self, at: usize) -> String {
        let Some(cells) = &self.cells else { return self.place.clone() };
        let before = cells.starts.partition_point(|(start, _)| *start as usize <= at);
        let Some((_, column)) = before.checked_sub(1).and_then(|last| cells.starts.get(last))
        else {
            return self.place.clone();
        };
        let gap = if cells.table.is_empty() { "" } else { ", " };
        if cells.letters {
            format!("{}{gap}{}{}", cells.table, column_letters(*column), cells.row)
        } else {
            format!("{}{gap}row {}, column {}", cells.table, cells.row, column + 1)
        }
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({}, {} bytes)", self.role.name(), self.text.len())
    }
}

/// The name of a column of a sheet, from 0: A, B, … Z, AA.
pub(crate) fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// A place that could not be read, or not to its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where; empty for the whole file.
    pub place: String,
    /// Why.
    pub why: Why,
}

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unread({})", self.why.name())
    }
}

/// Why something was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// It needs a key or a password.
    Encrypted,
    /// It is not what its kind says it must be.
    Broken,
    /// It is of a kind that no reader here understands: pictures, sound, programs, old binary formats.
    Unsupported,
    /// More bytes than [`crate::Limits::text_bytes`] or [`crate::Limits::unpacked_bytes`].
    TooLarge,
    /// More files within files than [`crate::Limits::nesting`].
    TooDeep,
    /// More entries, pages, cells, pieces or unread places than the limits name.
    TooMany,
    /// It unpacks to more than [`crate::Limits::ratio`] times its size.
    Ratio,
}

impl Why {
    /// The stable name: `encrypted`, `broken`, `unsupported`, `too-large`, `too-deep`, `too-many` or `ratio`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Broken => "broken",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too-large",
            Self::TooDeep => "too-deep",
            Self::TooMany => "too-many",
            Self::Ratio => "ratio",
        }
    }
}
