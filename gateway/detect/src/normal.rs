//! What a text says when it is read as a person or a machine would: look-alikes, unseen characters, encodings, spaced and spelled values.
//!
//! The text itself is scanned as it is. Around each place that `trigger` marks, and only there, it is read once more into a view; the
//! engine scans that view as it does any text, and what it finds is mapped back. A view may say something encoded again, so views nest, at
//! most [`DEPTH`] deep; what is encoded deeper than that, or unpacks to too much, is reported as unread.
//!
//! Reading order: `trigger` with `high` (what is worth a second look) → `decode` with `local`, `run`, `wrapped`, `fold` (characters and
//! runs) and `spaced` with `word` (what stands apart) → `view` (the way back) → `settled` with `open` (streams).
//!
//! Invariants: pure; work is linear in the text and burns fuel; spans are on character boundaries of the text; a text without a mark
//! costs one pass and no memory.

mod decode;
mod fold;
mod high;
mod local;
mod open;
mod run;
mod settled;
mod spaced;
mod trigger;
mod view;
mod word;
mod wrapped;

use crate::compile::Engine;
use crate::context::WINDOW_MAX;
use crate::engine::{Subject, Work};
use crate::finding::Span;
use crate::fuel::{Fuel, Spent};
use crate::neighbours::Neighbours;
use crate::plain::{ceil, floor};
use crate::resolve::{Hit, strength};
use run::Runs;
pub(crate) use settled::settled;
use trigger::{Kind, Mark};
use view::View;

/// Views within views.
const DEPTH: usize = 4;
/// Bytes before a mark that are read with it: the widest window of context, and a value that began there.
const BACK: usize = WINDOW_MAX + 128;
/// Bytes after a mark that are read with it.
const AHEAD: usize = 384;
/// Most bytes that the views of one stretch take together, beside its own length.
const UNPACKED_MAX: usize = 1 << 20;

/// Working memory.
#[derive(Default)]
pub(crate) struct Normal {
    runs: Runs,
    marks: Vec<Mark>,
    /// Marks of views.
    inner: Vec<Mark>,
    stretches: Vec<Stretch>,
    chain: Vec<View>,
    spare: Vec<View>,
    /// The hits of the text itself, then those of its views.
    hits: Vec<Hit>,
    /// Hits in bytes that read as before: they count only if the text itself has them too.
    same: Vec<Hit>,
    beyond: Vec<Span>,
    /// What could not be read to its end, in the text's own bytes.
    pub(crate) unread: Vec<Span>,
}

/// A part of a text that is read once more.
#[derive(Clone, Copy)]
struct Stretch {
    span: Span,
    decode: bool,
    squeeze: bool,
}

/// What a scan of views works with.
struct Desk<'a, 't> {
    engine: &'a Engine,
    subject: Subject<'t>,
    work: &'a mut Work,
    fuel: &'a mut Fuel,
    /// Bytes that views may still take.
    room: usize,
}

impl Normal {
    /// Adds what a text says in other ways to its hits in `work`.
    pub(crate) fn hits(
        &mut self,
        engine: &Engine,
        subject: Subject<'_>,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        self.unread.clear();
        trigger::marks(subject.text, &mut self.runs, &mut self.marks);
        if self.marks.is_empty() {
            return Ok(());
        }
        std::mem::swap(&mut self.hits, &mut work.hits);
        self.same.clear();
        self.gather(subject.text);
        let done = self.stretches(Desk { engine, subject, work, fuel, room: 0 });
        self.settle();
        std::mem::swap(&mut self.hits, &mut work.hits);
        done
    }

    /// The stretches around marks.
    fn gather(&mut self, text: &str) {
        self.marks.sort_unstable_by_key(|m| m.span.start);
        self.stretches.clear();
        for mark in &self.marks {
            let start = word_start(text, mark.span.start);
            let end = word_end(text, mark.span.end.min(text.len()));
            let apart = mark.kind == Kind::Apart;
            match self.stretches.last_mut() {
                Some(last) if start <= last.span.end => {
                    last.span.end = last.span.end.max(end);
                    last.decode |= !apart;
                    last.squeeze |= apart;
                }
                _ => self.stretches.push(Stretch {
                    span: Span { start, end },
                    decode: !apart,
                    squeeze: apart,
                }),
            }
        }
    }

    fn stretches(&mut self, mut desk: Desk<'_, '_>) -> Result<(), Spent> {
        let stretches = std::mem::take(&mut self.stretches);
        let text = desk.subject.text;
        let mut done = Ok(());
        for stretch in &stretches {
            desk.room = UNPACKED_MAX + 8 * stretch.span.len();
            done = done.and_then(|()| self.explore(&mut desk, text, *stretch));
        }
        self.stretches = stretches;
        done
    }

    /// Reads one stretch of a text, which is the innermost view if there is one, in the ways that its marks ask for.
    fn explore(
        &mut self,
        desk: &mut Desk<'_, '_>,
        text: &str,
        stretch: Stretch,
    ) -> Result<(), Spent> {
        for squeeze in [false, true] {
            if !(if squeeze { stretch.squeeze } else { stretch.decode }) {
                continue;
            }
            let mut view = self.spare.pop().unwrap_or_default();
            view.clear();
            if squeeze {
                spaced::squeeze(text, stretch.span, &mut view);
            } else {
                self.beyond.clear();
                decode::decode(text, stretch.span, &mut view, &mut self.runs, &mut self.beyond);
                for i in 0..self.beyond.len() {
                    self.give_up(self.beyond[i]);
                }
            }
            desk.fuel.burn(stretch.span.len() + view.text.len())?;
            let says = std::mem::take(&mut view.text);
            let changed = view.is_changed();
            self.chain.push(view);
            let done = if changed { self.look(desk, &says, stretch) } else { Ok(()) };
            if let Some(mut view) = self.chain.pop() {
                view.text = says;
                self.spare.push(view);
            }
            done?;
        }
        Ok(())
    }

    /// Scans the innermost view, and goes on to what it says in its turn.
    fn look(&mut self, desk: &mut Desk<'_, '_>, says: &str, stretch: Stretch) -> Result<(), Spent> {
        let Some(room) = desk.room.checked_sub(says.len()) else {
            self.give_up_view(says.len());
            return Ok(());
        };
        desk.room = room;
        let whole = self.chain.len() > 1
            || stretch.span.start == 0 && stretch.span.end == desk.subject.text.len();
        let neighbours = if whole { desk.subject.neighbours } else { Neighbours::none() };
        let subject = Subject { label: desk.subject.label, text: says, neighbours };
        desk.engine.hits(subject, desk.work, desk.fuel)?;
        for i in 0..desk.work.hits.len() {
            self.take(desk.work.hits[i]);
        }
        let mut marks = std::mem::take(&mut self.inner);
        trigger::marks(says, &mut self.runs, &mut marks);
        desk.fuel.burn(says.len())?;
        let decode = marks.iter().any(|m| m.kind != Kind::Apart);
        let squeeze = marks.iter().any(|m| m.kind == Kind::Apart);
        let deeper = self.chain.len() < DEPTH;
        if !deeper {
            for mark in marks.iter().filter(|m| m.kind == Kind::Encoded) {
                self.unread_in_view(mark.span);
            }
        }
        self.inner = marks;
        if deeper && (decode || squeeze) {
            let span = Span { start: 0, end: says.len() };
            return self.explore(desk, says, Stretch { span, decode, squeeze });
        }
        Ok(())
    }

    /// Maps a span of the innermost view back to the text; whether anything in it read differently.
    fn back(&self, span: Span) -> Option<(Span, bool)> {
        self.chain.iter().rev().try_fold((span, false), |(span, changed), view| {
            let (span, here) = view.source(span)?;
            Some((span, changed || here))
        })
    }

    fn take(&mut self, hit: Hit) {
        let Some((span, changed)) = self.back(hit.span) else { return };
        let list = if changed { &mut self.hits } else { &mut self.same };
        list.push(Hit { span, ..hit });
    }

    /// A run of the text that the innermost view is made from.
    fn give_up(&mut self, span: Span) {
        self.unread_in_view(span);
    }

    fn give_up_view(&mut self, length: usize) {
        self.unread_in_view(Span { start: 0, end: length });
    }

    fn unread_in_view(&mut self, span: Span) {
        if let Some((span, _)) = self.back(span) {
            self.unread.push(span);
        }
    }

    /// Of hits that are alike the strongest stays; those in unchanged bytes only lift what was found there.
    fn settle(&mut self) {
        let known = |h: &Hit| (h.span, h.detector);
        self.hits.sort_unstable_by(|a, b| known(a).cmp(&known(b)).then_with(|| strength(a, b)));
        self.hits.dedup_by_key(|h| known(h));
        for hit in &self.same {
            if let Ok(at) = self.hits.binary_search_by_key(&known(hit), known)
                && let Some(found) = self.hits.get_mut(at)
                && hit.level > found.level
            {
                *found = *hit;
            }
        }
        self.unread.sort_unstable();
        self.unread.dedup();
    }
}

/// Where a word begins, about [`BACK`] bytes before a place.
fn word_start(text: &str, at: usize) -> usize {
    if at <= BACK {
        return 0;
    }
    let from = ceil(text, at - BACK);
    let word = |b: &u8| b.is_ascii_alphanumeric();
    let cut = text
        .as_bytes()
        .get(from..at)
        .unwrap_or_default()
        .iter()
        .take(128)
        .take_while(|b| word(b))
        .count();
    if cut == 128 { from } else { ceil(text, from + cut) }
}

/// Where a word ends, about [`AHEAD`] bytes after a place.
fn word_end(text: &str, at: usize) -> usize {
    let from = floor(text, text.len().min(at + AHEAD));
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    floor(text, from + rest.iter().take(128).take_while(|b| b.is_ascii_alphanumeric()).count())
}
