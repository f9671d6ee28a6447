//! The state of one reading: what was found so far, what is left of each bound, and the place that is being read.
//!
//! All readers write through [`Reading`], so a bound cannot be forgotten. Places are built here too: [`Reading::within`]
//! enters a part, and whatever is told inside carries it.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::kind::{self, Kind};
use crate::limits::Limits;
use crate::piece::{Cells, Document, Hints, Piece, Role, Unread, Why};

/// What is unpacked before the ratio is asked for.
const FREE_OF_RATIO: usize = 256 << 10;
/// Names in places are cut here, so that a long name cannot fill the memory once for each of its parts.
const NAME_CHARS: usize = 120;

/// One reading under way.
pub(crate) struct Reading<'l> {
    limits: &'l Limits,
    place: String,
    depth: usize,
    text_left: usize,
    unpacked_left: usize,
    entries_left: usize,
    cells_left: usize,
    texts: Vec<Piece>,
    unread: Vec<Unread>,
    /// Whether it was already told that no more pieces or text fit.
    full: bool,
}

impl<'l> Reading<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            place: String::new(),
            depth: 0,
            text_left: limits.text_bytes,
            unpacked_left: limits.unpacked_bytes,
            entries_left: limits.entries,
            cells_left: limits.cells,
            texts: Vec::new(),
            unread: Vec::new(),
            full: false,
        }
    }

    pub(crate) fn finish(self, kind: Kind) -> Document {
        Document { kind, texts: self.texts, unread: self.unread }
    }

    pub(crate) fn limits(&self) -> &'l Limits {
        self.limits
    }

    /// Reads the bytes of one file, whatever they are, at the place that is being read.
    pub(crate) fn file(&mut self, bytes: &[u8], hints: &Hints<'_>) -> Kind {
        if self.depth >= self.limits.nesting {
            self.unread("", Why::TooDeep);
            return Kind::Unknown;
        }
        let (place, depth) = (self.place.len(), self.depth);
        self.depth += 1;
        // Readers stand on other people's parsers; a panic in one of them must end in a value. What was told before stays,
        // and only the place needs mending.
        let read = catch_unwind(AssertUnwindSafe(|| kind::read(self, bytes, hints)));
        self.depth = depth;
        self.place.truncate(place);
        read.unwrap_or_else(|_| {
            self.unread("", Why::Broken);
            Kind::Unknown
        })
    }

    /// Reads a file within the file that is being read: an entry, an attachment, an embedded object.
    pub(crate) fn inner(&mut self, place: &str, bytes: &[u8], hints: &Hints<'_>) {
        self.within(place, |reading| {
            reading.file(bytes, hints);
        });
    }

    /// Counts an entry of a container; `false`, and told, if there are more than the limit.
    pub(crate) fn entry(&mut self) -> bool {
        if self.entries_left == 0 {
            self.unread("", Why::TooMany);
            return false;
        }
        self.entries_left -= 1;
        true
    }

    /// Does something in a part of what is being read. A place that begins with `/` is a path within an archive.
    pub(crate) fn within<T>(&mut self, place: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.place.len();
        self.place = self.full_place(place);
        let result = work(self);
        self.place.truncate(outer);
        result
    }

    fn full_place(&self, place: &str) -> String {
        let mut full = self.place.clone();
        let mut part = place;
        if let Some(path) = place.strip_prefix('/') {
            part = path;
            if !full.is_empty() {
                full.push('/');
            }
        } else if !full.is_empty() && !place.is_empty() {
            full.push_str(", ");
        }
        full.extend(part.chars().filter(|c| !c.is_control()).take(NAME_CHARS));
        full
    }

    /// Tells a piece of text. Blank text is not told.
    pub(crate) fn text(&mut self, role: Role, label: &str, place: &str, text: String) {
        if !text.trim().is_empty() {
            let place = self.full_place(place);
            let label = short(label);
            self.push(Piece { role, label, place, text, cells: None });
        }
    }

    /// Tells a row of a table; `starts` say where in the text each cell begins.
    pub(crate) fn row(
        &mut self,
        role: Role,
        row: u32,
        letters: bool,
        text: String,
        starts: Vec<(u32, u32)>,
    ) {
        let table = self.place.clone();
        let place = self.full_place(&format!("row {row}"));
        let cells = Some(Box::new(Cells { table, row, letters, starts }));
        self.push(Piece { role, label: String::new(), place, text, cells });
    }

    fn push(&mut self, mut piece: Piece) {
        let pieces_full = self.texts.len() >= self.limits.pieces;
        if pieces_full || piece.text.len() > self.text_left {
            if !self.full {
                self.full = true;
                let why = if pieces_full { Why::TooMany } else { Why::TooLarge };
                self.unread_at(piece.place.clone(), why);
            }
            if pieces_full {
                return;
            }
            let end = piece.text.floor_char_boundary(self.text_left);
            piece.text.truncate(end);
            if end == 0 {
                return;
            }
        }
        self.text_left -= piece.text.len();
        self.texts.push(piece);
    }

    /// Whether nothing more can be told; readers of long tables stop then.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Counts a cell; `false`, and told, if there are more than the limit.
    pub(crate) fn cell(&mut self) -> bool {
        if self.cells_left == 0 {
            self.unread("", Why::TooMany);
            return false;
        }
        self.cells_left -= 1;
        true
    }

    /// Tells that a part could not be read.
    pub(crate) fn unread(&mut self, place: &str, why: Why) {
        self.unread_at(self.full_place(place), why);
    }

    fn unread_at(&mut self, place: String, why: Why) {
        let unread = Unread { place, why };
        if self.unread.last() == Some(&unread) || self.unread.len() >= self.limits.unread.max(1) {
            return;
        }
        if self.unread.len() + 1 == self.limits.unread.max(1) {
            self.unread.push(Unread { place: String::new(), why: Why::TooMany });
        } else {
            self.unread.push(unread);
        }
    }

    /// Unpacks an entry to its end, or tells why not.
    pub(crate) fn unpack(
        &mut self,
        place: &str,
        reader: impl Read,
        packed: usize,
    ) -> Option<Vec<u8>> {
        match self.take(reader, packed) {
            Ok(bytes) => Some(bytes),
            Err(why) => {
                self.unread(place, why);
                None
            }
        }
    }

    /// Unpacks to the end within the bounds.
    ///
    /// # Errors
    /// `Ratio` or `TooLarge` if there is more, `Broken` if the reader fails.
    pub(crate) fn take(&mut self, reader: impl Read, packed: usize) -> Result<Vec<u8>, Why> {
        let (bytes, ended) = self.drain(reader, packed);
        ended.map(|()| bytes)
    }

    /// Unpacks within the bounds; what came before the end or the failure, and how it ended, as [`Reading::take`] says.
    pub(crate) fn drain(&mut self, reader: impl Read, packed: usize) -> (Vec<u8>, Result<(), Why>) {
        let by_ratio = packed.saturating_mul(self.limits.ratio).max(FREE_OF_RATIO);
        let most = by_ratio.min(self.unpacked_left);
        let mut bytes = Vec::new();
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        #[expect(
            clippy::disallowed_methods,
            reason = "bounded by take, and the bound is checked below"
        )]
        let read = reader.take(limit).read_to_end(&mut bytes);
        self.unpacked_left = self.unpacked_left.saturating_sub(bytes.len());
        let ended = if bytes.len() > most {
            Err(if most == by_ratio { Why::Ratio } else { Why::TooLarge })
        } else {
            read.map(|_| ()).map_err(|_| Why::Broken)
        };
        (bytes, ended)
    }

    /// Counts bytes that a reader decoded by itself; `false` if there are more than may be.
    pub(crate) fn spend(&mut self, bytes: usize) -> bool {
        let enough = bytes <= self.unpacked_left;
        self.unpacked_left = self.unpacked_left.saturating_sub(bytes);
        enough
    }

    /// How much text may still be told.
    pub(crate) fn text_left(&self) -> usize {
        self.text_left
    }

    /// What may still be unpacked.
    pub(crate) fn unpacked_left(&self) -> usize {
        self.unpacked_left
    }
}

/// A label of bounded length.
pub(crate) fn short(label: &str) -> String {
    label.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect()
}
