//! The numbers under one hash: of records, or of words of documents, in ascending order.
//!
//! A single number stands in the payload, several in a list among the postings. No number there is trusted: a list ends where the
//! section does.

use crate::file::u32_at;
use crate::table::Payload;

/// Numbers, read where they stand.
pub(crate) enum Numbers<'f> {
    One(u32),
    List(&'f [u8]),
}

impl<'f> Numbers<'f> {
    /// What a payload says. None of what is only the beginning of something, or too common to be listed.
    pub(crate) fn of(payload: Payload, postings: &'f [u8]) -> Numbers<'f> {
        match payload.value() {
            None | Some(Payload::COMMON) => Numbers::List(&[]),
            Some(place) if payload.marked() => {
                let list = postings.get(4 * place as usize..).unwrap_or(&[]);
                let bytes = (u32_at(list, 0) as usize).checked_mul(4);
                let rest = list.get(4..).zip(bytes);
                Numbers::List(rest.and_then(|(rest, bytes)| rest.get(..bytes)).unwrap_or(&[]))
            }
            Some(one) => Numbers::One(one),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::List(list) => list.len() / 4,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a number is among them.
    pub(crate) fn contain(&self, number: u32) -> bool {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle) < number {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low < self.len() && self.get(low) == number
    }

    pub(crate) fn get(&self, nth: usize) -> u32 {
        match self {
            Self::One(number) => *number,
            Self::List(list) => u32_at(list, 4 * nth),
        }
    }
}
