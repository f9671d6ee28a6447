//! What runs unpack to: gzip (RFC 1952) and zlib (RFC 1950), a block at a time, for as long as it is text.

use flate2::{Decompress, FlushDecompress, Status};

use super::tell::Telling;

/// Most bytes that one run may unpack to.
const UNPACKED_MAX: usize = 256 * 1024;
/// Bytes that are unpacked before they are looked at.
const BLOCK: usize = 16 * 1024;
/// Bytes behind a member of a gzip file: checksum and length.
const TRAILER: usize = 8;
/// Bytes that beginning a stream counts as.
pub(super) const MEMBER: usize = 256;

/// How a run is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zlib,
}

impl Packing {
    /// What bytes are packed with, if they are.
    pub(super) fn of(bytes: &[u8]) -> Option<Packing> {
        match bytes {
            [0x1F, 0x8B, 8, ..] => Some(Packing::Gzip),
            [0x78, second, _, ..] if (0x7800 + u16::from(*second)) % 31 == 0 => Some(Packing::Zlib),
            _ => None,
        }
    }
}

/// How far unpacking came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fed {
    /// All that was given is unpacked, and there may be more.
    More,
    /// The end of the stream.
    Done,
    /// The stream is broken here.
    Broken,
    /// It is no text.
    Other,
    /// It is larger than is read.
    TooLarge,
}

/// Working memory.
#[derive(Default)]
pub(super) struct Unpacker {
    inflate: Option<Decompress>,
    /// What is unpacked and was not told yet, with room behind it.
    block: Vec<u8>,
    filled: usize,
    /// Bytes of the packed stream that were used up.
    used: usize,
    /// Bytes that it unpacked to.
    made: usize,
    /// Whether the head of the stream is behind.
    begun: bool,
    telling: Telling,
}

impl Unpacker {
    pub(super) fn begin(&mut self, packing: Packing) {
        let zlib = packing == Packing::Zlib;
        self.inflate.get_or_insert_with(|| Decompress::new(zlib)).reset(zlib);
        self.block.resize(BLOCK, 0);
        (self.filled, self.used, self.made, self.begun) = (0, 0, 0, zlib);
        self.telling = Telling::default();
    }

    /// Bytes that the run unpacked to so far.
    pub(super) fn made(&self) -> usize {
        self.made
    }

    /// Unpacks on, given all bytes of the packed stream that are known, and appends what they say.
    pub(super) fn feed(&mut self, packed: &[u8], says: &mut String) -> Fed {
        loop {
            if !self.begun {
                let head = packed.get(self.used..).and_then(gzip_head);
                let Some(head) = head else { return Fed::More };
                self.used += head;
                self.begun = true;
            }
            match self.step(packed) {
                _ if self.made >= UNPACKED_MAX => return Fed::TooLarge,
                Fed::Done if self.next_member(packed) => {}
                Fed::More if self.filled == self.block.len() => {
                    if !self.tell(says) {
                        return Fed::Other;
                    }
                }
                fed => return fed,
            }
        }
    }

    /// Unpacks into the room of the block.
    fn step(&mut self, packed: &[u8]) -> Fed {
        let Some(inflate) = &mut self.inflate else { return Fed::Broken };
        let before = (inflate.total_in(), inflate.total_out());
        let input = packed.get(self.used..).unwrap_or_default();
        let room = self.block.get_mut(self.filled..).unwrap_or_default();
        let status = inflate.decompress(input, room, FlushDecompress::None);
        let since = |from: u64, to: u64| usize::try_from(to - from).unwrap_or(0);
        let made = since(before.1, inflate.total_out());
        self.used += since(before.0, inflate.total_in());
        self.filled += made;
        self.made += made;
        match status {
            Ok(Status::StreamEnd) => Fed::Done,
            Ok(_) => Fed::More,
            Err(_) => Fed::Broken,
        }
    }

    /// Goes on to the next member of a gzip file, if there is one.
    fn next_member(&mut self, packed: &[u8]) -> bool {
        let next = self.used + TRAILER;
        let gzip = packed.get(next..).and_then(Packing::of) == Some(Packing::Gzip);
        if let Some(inflate) = self.inflate.as_mut().filter(|_| gzip) {
            inflate.reset(false);
            (self.used, self.begun) = (next, false);
            self.made += MEMBER;
        }
        gzip
    }

    /// Tells the block; `false`: it is no text.
    fn tell(&mut self, says: &mut String) -> bool {
        let told = self.block.get(..self.filled).and_then(|block| self.telling.more(block, says));
        let Some(told) = told else { return false };
        self.block.copy_within(told..self.filled, 0);
        self.filled -= told;
        self.filled < self.block.len()
    }

    /// Tells what is left; whether all of it was text.
    pub(super) fn finish(&mut self, says: &mut String) -> bool {
        self.tell(says) && self.telling.is_text()
    }
}

/// Bytes of a gzip header. `None`: it has not ended.
fn gzip_head(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(*bytes.get(10)?) + (usize::from(*bytes.get(11)?) << 8);
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += bytes.get(at..)?.iter().position(|b| *b == 0)? + 1;
        }
    }
    at += if flags & 2 != 0 { 2 } else { 0 };
    (at <= bytes.len()).then_some(at)
}
