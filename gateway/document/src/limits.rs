//! The bounds of one reading. Units are bytes unless a name says otherwise.

/// What one call of [`crate::read`] may take, over all files within the file together.
///
/// Memory stays within a multiple of the file, `unpacked_bytes` and `text_bytes` together: an object of a PDF takes some twenty
/// times its bytes while it is looked at. Work is bounded by them too; in a PDF, where objects refer to each other and operators to
/// objects, by 32 MiB of parsing and 32 times the file. A bound that is hit is told as [`crate::Unread`], with what was read until
/// then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Text that is kept, all pieces together. Hit: `too-large`.
    pub text_bytes: usize,
    /// What is unpacked or decoded from compressed data, all entries and streams together. Hit: `too-large`.
    pub unpacked_bytes: usize,
    /// How many times its packed size one entry may unpack to; a first 256 KiB are free of this bound, because small
    /// files of blanks are common. Deflate itself ends at 1,032. Hit: `ratio`.
    pub ratio: usize,
    /// How many files may stand within each other: a document in a mail in an archive is 3. Hit: `too-deep`.
    pub nesting: usize,
    /// Entries of all archives, parts of all mails and embedded files together. Hit: `too-many`.
    pub entries: usize,
    /// Pages of a PDF, slides of a presentation. Hit: `too-many`.
    pub pages: usize,
    /// Cells of sheets and tables that hold something, all together. Hit: `too-many`.
    pub cells: usize,
    /// Pieces of text. Hit: `too-many`.
    pub pieces: usize,
    /// Places that are told as unread; the last one then says that there are more. At least 1.
    pub unread: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 64 << 20,
            unpacked_bytes: 256 << 20,
            ratio: 250,
            nesting: 8,
            entries: 10_000,
            pages: 10_000,
            cells: 2_000_000,
            pieces: 1_000_000,
            unread: 1_000,
        }
    }
}
