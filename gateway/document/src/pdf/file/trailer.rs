//! Trailers and tables of offsets: what they say of the file, and whether they lead to objects that were found.

use memchr::memmem;

use crate::reading::Reading;

use super::super::lexer::Lexer;
use super::super::object::{Dict, Object};
use super::super::{filter, table};
use super::{ENTRY, File, remark};

impl File<'_> {
    /// Tables of offsets lead viewers to objects; each must be one that was found.
    pub(super) fn follow_tables(&mut self, reading: &mut Reading<'_>, tables: &[(Dict, usize)]) {
        let mut left = self.bytes.len().saturating_mul(4);
        let mut offsets = table::written(self.bytes, &mut left);
        for (dict, start) in tables {
            let raw = self.bytes.get(*start..start + self.stream_length(dict, *start, true));
            let (decoded, _) = filter::decode(reading, self, dict, raw.unwrap_or_default());
            let before = offsets.len();
            offsets.extend(table::packed(&decoded, &self.array_of(dict, b"W")).take(left / ENTRY));
            left = left.saturating_sub((offsets.len() - before).saturating_mul(ENTRY));
        }
        if left < ENTRY {
            self.fuel.set(0);
        }
        let strays = |at: &usize| {
            table::object_at(self.bytes, *at).is_some_and(|object| !self.starts.contains(&object))
        };
        self.hidden |= offsets.iter().any(strays);
    }

    fn array_of(&self, dict: &Dict, key: &[u8]) -> Vec<Object> {
        dict.get(key).map(|array| self.array(array)).unwrap_or_default()
    }

    /// Reads all trailers. They may lie within each other in a file that is made so, and each byte is read for each of them,
    /// hence the bound.
    pub(super) fn trailers(&mut self) {
        let mut left = self.bytes.len().saturating_mul(4);
        for found in memmem::find_iter(self.bytes, b"trailer") {
            let mut lexer = Lexer::of_file(self.bytes, found + 7);
            lexer.skip_space();
            if !self.bytes.get(lexer.at..).is_some_and(|rest| rest.starts_with(b"<<")) {
                continue;
            }
            let object = lexer.next();
            if let Some(Object::Dict(dict)) = object {
                self.merge(&dict);
                self.strings.extend(dict.strings());
            }
            remark(&lexer.comments, &mut self.outside);
            let read = lexer.at.saturating_sub(found);
            if read > left {
                self.fuel.set(0);
                return;
            }
            left -= read;
        }
    }

    pub(super) fn merge(&mut self, dict: &Dict) {
        for (key, value) in &dict.0 {
            if matches!(key.as_slice(), b"Root" | b"Info" | b"Encrypt") {
                self.trailer.0.retain(|(known, _)| known != key);
                self.trailer.0.push((key.clone(), value.clone()));
            }
        }
    }
}
