//! A stretch of text read once more: other forms folded, written characters and runs decoded.

use super::address;
use super::bytes::before;
use super::fold::{Fold, fold, is_control, spelled};
use super::local::{Says, local};
use super::run::{self, RUN_MIN, Runs};
use super::view::View;
use super::{DEPTH, MADE_MIN, ROOM_MIN, wrapped};
use crate::finding::Span;

/// Longest word that is looked at to tell whether its letters are of one script.
const WORD_MAX: usize = 64;
/// Longest begin of a data URL.
const SCHEME_MAX: usize = 64;

/// Reads a stretch into `view`, until it is full; runs that were not read to their end go to `unread`. Unseen characters say nothing, or
/// (`spell`) the ASCII that they spell.
pub(crate) fn decode(
    text: &str,
    span: Span,
    spell: bool,
    view: &mut View,
    runs: &mut Runs,
    unread: &mut Vec<Span>,
) {
    let mut reader = Reader {
        text,
        spell,
        bytes: text.as_bytes(),
        view,
        runs,
        plain: span.start,
        token: span.start,
        word: (span.start, false),
    };
    let mut at = span.start;
    while at < span.end && !reader.view.is_full() {
        at = reader.step(at, unread);
    }
    if reader.plain < span.end {
        let plain = reader.plain;
        reader.view.keep(text, plain, span.end);
    }
}

struct Reader<'t, 'w> {
    text: &'t str,
    /// Whether unseen characters say what they spell.
    spell: bool,
    bytes: &'t [u8],
    view: &'w mut View,
    runs: &'w mut Runs,
    /// The first byte that was not taken over yet.
    plain: usize,
    /// The end of the token that was looked at.
    token: usize,
    /// The end of the word that was looked at, and whether its look-alikes are folded.
    word: (usize, bool),
}

impl Reader<'_, '_> {
    /// Reads on from a place; where the next one is.
    fn step(&mut self, at: usize, unread: &mut Vec<Span>) -> usize {
        let Some(byte) = self.bytes.get(at).copied() else { return at + 1 };
        if byte >= 0x80 {
            return self.beyond(at);
        }
        if run::is_digit(byte) && at >= self.token {
            self.token = run::token_end(self.bytes, at);
            if self.token - at >= RUN_MIN
                && !self.is_escaped_again(at)
                && let Some((from, run)) = run::find(self.runs, self.bytes, at, self.token)
            {
                if run.read {
                    self.take_says(self.scheme(from), run.end);
                } else {
                    unread.push(Span { start: from, end: run.end });
                }
                self.token = self.token.max(run.end);
                return run.end;
            }
        }
        if !matches!(
            byte,
            b'%' | b'&' | b'\\' | b'=' | b'+' | b'(' | b'[' | b'{' | b'<' | b' ' | b'U' | b'u'
        ) && !is_control(byte)
            && !address::may_begin(byte)
        {
            return at + 1;
        }
        if matches!(byte, b'+' | b'=' | b'<')
            && let Some(end) = wrapped::read(self.runs, self.bytes, at)
        {
            self.take_says(at, end);
            return end;
        }
        match local(self.bytes, at) {
            Some(local) => {
                let mut utf8 = [0; 4];
                let with = match local.says {
                    Says::Char(c) => &*c.encode_utf8(&mut utf8),
                    Says::Nothing => "",
                };
                self.put(at, local.end, with);
                local.end
            }
            None => at + 1,
        }
    }

    /// Whether digits go on an escape that was written several times over: `%252525`, `=3D3D3D`. They are no run in base 16.
    fn is_escaped_again(&self, at: usize) -> bool {
        let left = match self.view.text.as_bytes().last() {
            Some(byte) if self.plain == at => *byte,
            _ => before(self.bytes, at),
        };
        let digits = self.bytes.get(at..at + 4);
        left == b'%' && digits == Some(b"2525") || left == b'=' && digits == Some(b"3D3D")
    }

    /// Where the URL begins whose data begin at a place: `data:text/plain;base64,`.
    fn scheme(&self, at: usize) -> usize {
        let before =
            self.bytes.get(self.plain.max(at.saturating_sub(SCHEME_MAX))..at).unwrap_or_default();
        if !before.ends_with(b";base64,") {
            return at;
        }
        memchr::memmem::rfind(before, b"data:").map_or(at, |from| at - (before.len() - from))
    }

    fn put(&mut self, from: usize, to: usize, with: &str) {
        self.view.keep(self.text, self.plain, from);
        self.view.put(from, to, with);
        self.plain = to;
    }

    /// Puts what `runs` says.
    fn take_says(&mut self, from: usize, to: usize) {
        self.view.keep(self.text, self.plain, from);
        self.view.put(from, to, &self.runs.says);
        self.plain = to;
    }

    /// A character beyond ASCII.
    fn beyond(&mut self, at: usize) -> usize {
        let Some(c) = self.text.get(at..).and_then(|rest| rest.chars().next()) else {
            return at + 1;
        };
        let end = at + c.len_utf8();
        let with = match fold(c) {
            Fold::Gone if self.spell => spelled(c),
            Fold::Same => return end,
            Fold::Gone | Fold::Mark => None,
            Fold::Form(with) | Fold::Common(with) => Some(with),
            Fold::Alike(with) if self.is_mixed(at) => Some(with),
            Fold::Alike(_) => return end,
        };
        let mut utf8 = [0; 4];
        self.put(at, end, with.map_or("", |with| with.encode_utf8(&mut utf8)));
        end
    }

    /// Whether the word at a place has ASCII in it, or nothing but look-alikes.
    fn is_mixed(&mut self, at: usize) -> bool {
        if at < self.word.0 {
            return self.word.1;
        }
        let back = self.text.get(..at).unwrap_or("").chars().rev().take(WORD_MAX);
        let on = self.text.get(at..).unwrap_or("").chars().take(WORD_MAX);
        let inside = |c: &char| {
            c.is_alphanumeric() || matches!(fold(*c), Fold::Gone | Fold::Mark) && !c.is_ascii()
        };
        let (mut ascii, mut foreign) = (false, false);
        let mut note = |c: char| match c {
            _ if c.is_ascii() => ascii = true,
            _ => foreign |= fold(c) == Fold::Same,
        };
        back.take_while(inside).for_each(&mut note);
        let mut end = at;
        on.take_while(inside).for_each(|c| {
            end += c.len_utf8();
            note(c);
        });
        self.word = (end, ascii || !foreign);
        self.word.1
    }
}

/// What a value says when it is decoded, however deep; `None` if that cannot be read to its end.
pub(crate) fn said(value: &str) -> Option<String> {
    let (mut view, mut runs, mut beyond) = (View::default(), Runs::default(), Vec::new());
    let mut says = value.to_owned();
    runs.allow(MADE_MIN);
    for _ in 0..=DEPTH {
        view.begin(ROOM_MIN);
        let span = Span { start: 0, end: says.len() };
        decode(&says, span, false, &mut view, &mut runs, &mut beyond);
        if view.is_full() || !beyond.is_empty() {
            return None;
        }
        if !view.is_changed() {
            return Some(says);
        }
        std::mem::swap(&mut says, &mut view.text);
    }
    None
}
