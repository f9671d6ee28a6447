//! Streams: up to where a growing text is settled, in itself and in all its views.

use super::bytes::count_back;
use super::fold::is_control;
use super::joint;
use super::run::{self, Runs};
use super::trigger::{self, Mark};
use super::view::View;
use super::way::{self, Way, Ways};
use super::{DEPTH, open};
use crate::finding::Span;

/// Bytes at the end of a growing text in which a single sign is worth a view.
const NEAR: usize = 128;
/// Bytes before them that are read with it: the longest pattern and its words.
const WITH: usize = 1024;
/// Bytes that may be made at one time: decoded, unpacked, put into views, and read as they stand.
const MADE_MAX: usize = 2 << 20;
/// Most bytes of memory that one view takes.
const VIEW_MAX: usize = 1 << 20;

/// Up to where a growing text is settled, given how far one is that is read as it stands.
///
/// The end of the text is read as a scan reads it, views within views, and the first place that is open in any of them is open. Where that
/// would take too much, all that can be held back is open.
pub(crate) fn settled(text: &str, reach: usize, plain: &impl Fn(&str, usize) -> usize) -> usize {
    let mut tools =
        Tail { runs: Runs::default(), marks: Vec::new(), unread: Vec::new(), reach, spent: false };
    tools.runs.allow(MADE_MAX);
    let mark = tools.settled(text, 0, plain);
    if !tools.spent {
        return mark;
    }
    let held = text.ceil_char_boundary(text.len().saturating_sub(reach + run::RUN_MAX));
    plain(text, mark.min(held))
}

/// Working memory of [`settled`].
struct Tail {
    runs: Runs,
    marks: Vec<Mark>,
    unread: Vec<Span>,
    /// Bytes at the end that matter.
    reach: usize,
    /// Whether it took more than it may.
    spent: bool,
}

impl Tail {
    fn settled(
        &mut self,
        text: &str,
        depth: usize,
        plain: &impl Fn(&str, usize) -> usize,
    ) -> usize {
        let open = text.floor_char_boundary(open::open(text.as_bytes()));
        let mut mark = open;
        if let Some(head) = text.get(..open).filter(|head| head.len() < text.len()) {
            mark = mark.min(plain(head, open));
        }
        if depth < DEPTH {
            let from = self.begin(text);
            let whole = Span { start: from, end: text.len() };
            mark = mark.min(self.views(text, whole, depth, plain));
            // What is written at the end and not complete is left out, so that what stands before it is seen to be open. A row may
            // begin inside of what is written.
            let written = text.floor_char_boundary(open::written(text.as_bytes()));
            let mut ends = vec![open.max(from), written.max(from)];
            ends.dedup();
            for end in ends.into_iter().filter(|end| *end < text.len()) {
                mark = mark.min(self.views(text, Span { start: from, end }, depth, plain));
            }
        }
        plain(text, mark)
    }

    /// Where the tail begins: not inside a run.
    fn begin(&self, text: &str) -> usize {
        let near = text.len().saturating_sub(self.reach);
        let run = count_back(text.as_bytes(), near, run::RUN_MAX, |b| {
            run::is_digit(b) || matches!(b, b'\n' | b'=')
        });
        text.floor_char_boundary(near - run)
    }

    fn views(
        &mut self,
        text: &str,
        span: Span,
        depth: usize,
        plain: &impl Fn(&str, usize) -> usize,
    ) -> usize {
        let Some(tail) = text.get(span.start..span.end) else { return text.len() };
        let mut marks = std::mem::take(&mut self.marks);
        if self.runs.take(tail.len()) {
            trigger::marks(tail, &mut self.runs, &mut marks);
        }
        if self.runs.left() == 0 {
            self.spent = true;
            return text.len();
        }
        // At the very end a place may not tell yet what it is.
        let last = tail.as_bytes().get(tail.len().saturating_sub(NEAR)..).unwrap_or_default();
        let sign = |b: &u8| *b >= 0x80 || is_control(*b) || b"%&\\=+([{<".contains(b);
        let mut ways = Ways::of_all(&marks);
        if last.iter().any(sign) {
            ways.add(Way::Decode);
        }
        if last.contains(&0xF3) {
            ways.add(Way::Spell);
        }
        if last.iter().any(|b| joint::tells(*b)) {
            ways.add(Way::Join);
        }
        // Where nothing is marked only the end can become something else.
        let from = if marks.is_empty() {
            tail.floor_char_boundary(tail.len().saturating_sub(WITH))
        } else {
            0
        };
        let (tail, start) = (tail.get(from..).unwrap_or(tail), span.start + from);
        self.marks = marks;
        let mut mark = text.len();
        for way in ways {
            let mut view = View::default();
            view.begin(VIEW_MAX);
            self.unread.clear();
            let whole = Span { start: 0, end: tail.len() };
            way::read(way, tail, whole, &mut view, &mut self.runs, &mut self.unread);
            // What is read as it stands is looked at twice, at its end.
            if view.is_full() || !self.runs.take(view.text.len() + 2 * self.reach) {
                self.spent = true;
                return mark;
            }
            if !view.is_changed() {
                continue;
            }
            let says = std::mem::take(&mut view.text);
            let inner = self.settled(&says, depth + 1, plain);
            if inner < says.len() {
                mark = mark.min(start + view.place(inner));
            }
        }
        mark
    }
}
