//! What holdings are built from, as it is read: lines whatever they end with, and files of any kind as what they say.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use document::{Hints, Kind, Limits};

use crate::cli::files;

/// Longest document, in bytes.
const MOST: u64 = 1 << 30;

/// Bytes in which a line ends with `\n` alone, so that lines are counted alike.
pub(super) struct Plain<R> {
    inner: R,
    /// A `\r` that stood at the end of what was there.
    held: bool,
}

impl<R: BufRead> Plain<R> {
    pub(super) fn of(inner: R) -> Self {
        Self { inner, held: false }
    }
}

impl<R: BufRead> Read for Plain<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let there = self.inner.fill_buf()?;
            let Some(first) = into.first_mut() else { return Ok(0) };
            if std::mem::take(&mut self.held) && !there.starts_with(b"\n") {
                // It ended no line.
                *first = b'\r';
                return Ok(1);
            }
            if there.is_empty() {
                return Ok(0);
            }
            let end = memchr::memchr(b'\r', there).unwrap_or(there.len()).min(into.len());
            if let (1.., Some(some), Some(into)) = (end, there.get(..end), into.get_mut(..end)) {
                into.copy_from_slice(some);
                self.inner.consume(end);
                return Ok(end);
            }
            self.inner.consume(1);
            self.held = true;
        }
    }
}

/// What a document says, and what of it was not read.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) unread: Vec<String>,
}

/// Reads a document of any kind.
///
/// # Errors
/// Why nothing of it can be read, with the file and the mend.
pub(super) fn document(path: &Path) -> Result<Said, String> {
    let (name, bytes) = (path.display().to_string(), files::read_up_to(path, MOST)?);
    let read = document::read(&bytes, &Hints { name: &name, media_type: "" }, &Limits::default());
    let as_it_stands = matches!(read.kind, Kind::Text | Kind::Json | Kind::Csv | Kind::Xml);
    if as_it_stands && let Ok(text) = String::from_utf8(bytes) {
        return Ok(Said { text, unread: Vec::new() });
    }
    let told = |unread: &document::Unread| {
        let place = if unread.place.is_empty() { "all of it" } else { &unread.place };
        format!("{name}: {place}: not read: {}", unread.why.name())
    };
    let unread: Vec<String> = read.unread.iter().take(TOLD).map(told).collect();
    // What was gleaned from a file that is broken as a whole is not what it says.
    if read.texts.is_empty() || read.unread.iter().any(|unread| unread.place.is_empty()) {
        let why = read.unread.first().map_or("it holds no text", |unread| unread.why.name());
        let kind = read.kind.name();
        return Err(format!("{name}: {kind} of which nothing can be read ({why}); give its text"));
    }
    let texts: Vec<&str> = read.texts.iter().map(|piece| piece.text.as_str()).collect();
    Ok(Said { text: texts.join("\n"), unread })
}

/// Most places of a document, and files of a folder, that are told.
const TOLD: usize = 20;

/// The documents of a folder: its `.txt` files; and what is left out beside them, in one line.
///
/// # Errors
/// What cannot be listed.
pub(super) fn of_folder(folder: &Path) -> Result<(Vec<PathBuf>, Option<String>), String> {
    let others = files::others(folder, "txt")?;
    let names: Vec<String> =
        others.iter().take(TOLD).map(|path| path.display().to_string()).collect();
    let more = if others.len() > TOLD { ", …" } else { "" };
    let told = format!(
        "{}: {} left out, since of a folder only .txt files are read; name them to have them read: {}{more}",
        folder.display(),
        others.len(),
        names.join(", ")
    );
    let told = (!others.is_empty()).then_some(told);
    match files::list(folder, "txt") {
        Ok(paths) => Ok((paths, told)),
        Err(problem) => Err(told.map_or(problem.clone(), |told| format!("{problem}\n{told}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_one_sign() {
        let check = |text: &str, expect: &str| {
            for chunk in 1..5 {
                let inner = io::BufReader::with_capacity(chunk, text.as_bytes());
                let lines = io::BufReader::with_capacity(3, Plain::of(inner)).lines();
                let read: Vec<String> = lines.map(Result::unwrap_or_default).collect();
                assert_eq!(read.join("|"), expect, "{chunk}");
            }
        };
        check("a\r\nb\r\n", "a|b");
        check("a\r\r\nb\rc\n\r\n", "a|b\rc|");
        check("a\r", "a\r");
        check("", "");
    }
}
