//! What a text says when it is read as a person or a machine would: look-alikes, unseen characters, encodings, spaced and spelled values.
//!
//! The text itself is scanned as it is. Around each place that `trigger` marks, and only there, it is read once more into a view; the
//! engine scans that view as it does any text, and what it finds is mapped back. A view may say something encoded again, so views nest, at
//! most [`DEPTH`] deep; what is encoded deeper than that, or unpacks to too much, is reported as unread.
//!
//! Reading order: `trigger` with `high` (what is worth a second look) → `way` (how it is read) → `decode` with `local`, `address`, `run`,
//! `wrapped`, `fold` (characters and runs; `base`, `unpack`, `tell`: what a run says), `spaced` with `word` and `row` (what stands apart), `joint` (what parts a number), `compose` (letters and their marks) →
//! `view` (the way back) → `settled` with `open` and `written` (streams).
//!
//! Invariants: pure; what is made (decoded, unpacked, put into views) is at most [`MADE_MIN`] and [`MADE_PER_BYTE`] for each byte of the
//! scan and a quarter of the fuel, and what it costs to scan views another half; what would take more is unread. The views of a stretch take at most
//! [`ROOM_MIN`] and [`ROOM_PER_BYTE`] bytes of memory for each of its own, which are at most some [`STRETCH_MAX`]. Spans are on character
//! boundaries of the text; a text without a mark costs one pass and no memory.

mod address;
mod base;
mod compose;
mod decode;
mod fold;
mod high;
mod joint;
mod local;
mod open;
mod row;
mod run;
mod settled;
mod spaced;
mod tell;
mod trigger;
mod unpack;
mod view;
mod way;
mod word;
mod wrapped;
mod written;

use crate::compile::Engine;
use crate::context::WINDOW_MAX;
use crate::engine::{Subject, Work};
use crate::finding::Span;
use crate::fuel::{Fuel, MAX_FINDINGS, Spent};
use crate::neighbours::Neighbours;
use crate::plain::{ceil, floor};
use crate::resolve::{Hit, strength};
use run::Runs;
pub(crate) use settled::settled;
use trigger::Mark;
use view::View;
use way::Ways;
pub(crate) use written::back;

/// Views within views.
const DEPTH: usize = 4;
/// Bytes before a mark that are read with it: the widest window of context, and a value that began there.
const BACK: usize = WINDOW_MAX + 128;
/// Bytes after a mark that are read with it.
const AHEAD: usize = 384;
/// Longest stretch that another mark is taken into: what it takes to read one does not grow with the text.
const STRETCH_MAX: usize = 128 * 1024;
/// Bytes that may be made in a scan, and beside those for each byte of its texts.
const MADE_MIN: usize = 4 << 20;
const MADE_PER_BYTE: usize = 16;
/// Bytes of memory that the views of one stretch may take at one time, and beside those for each of its own.
const ROOM_MIN: usize = 4 << 20;
const ROOM_PER_BYTE: usize = 16;
/// Bytes of a view's memory that are kept for the next one.
const KEPT: usize = 1 << 20;
/// Most hits of a text and its views, of either kind.
const HITS_MAX: usize = 4 * MAX_FINDINGS;

/// Working memory.
#[derive(Default)]
pub(crate) struct Normal {
    runs: Runs,
    /// What views may still spend.
    fuel: Fuel,
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
    ways: Ways,
}

/// What a scan of views works with.
struct Desk<'a, 't> {
    engine: &'a Engine,
    subject: Subject<'t>,
    work: &'a mut Work,
    fuel: &'a mut Fuel,
    /// Bytes of memory that views may still take.
    room: usize,
}

impl Normal {
    /// Begins a scan of texts of so many bytes together.
    pub(crate) fn begin(&mut self, bytes: usize, fuel: &Fuel) {
        let made = bytes.saturating_mul(MADE_PER_BYTE).saturating_add(MADE_MIN);
        self.runs.allow(made.min(usize::try_from(fuel.left() / 4).unwrap_or(usize::MAX)));
        self.fuel = Fuel::new(fuel.left() / 2);
    }

    /// Adds what a text says in other ways to its hits in `work`.
    ///
    /// # Errors
    /// [`Spent`] if the fuel does not suffice for what was made and looked at.
    pub(crate) fn hits(
        &mut self,
        engine: &Engine,
        subject: Subject<'_>,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        self.unread.clear();
        let before = (self.runs.left(), self.fuel.left());
        trigger::marks(subject.text, &mut self.runs, &mut self.marks);
        if !self.marks.is_empty() {
            std::mem::swap(&mut self.hits, &mut work.hits);
            self.same.clear();
            self.gather(subject.text);
            let own = self.hits.len();
            let mut share = std::mem::take(&mut self.fuel);
            self.stretches(Desk { engine, subject, work, fuel: &mut share, room: 0 });
            self.fuel = share;
            self.drop_lengthened(subject.text, own);
            self.settle();
            std::mem::swap(&mut self.hits, &mut work.hits);
            self.give_back();
        }
        fuel.burn(before.0 - self.runs.left())?;
        fuel.burn_since(before.1, &self.fuel)
    }

    /// Gives memory back that only a few texts need.
    fn give_back(&mut self) {
        self.spare.iter_mut().for_each(|view| view.shrink(KEPT));
        self.hits.shrink_to(MAX_FINDINGS);
        self.same.shrink_to(MAX_FINDINGS);
        for marks in [&mut self.marks, &mut self.inner] {
            marks.clear();
            marks.shrink_to(MAX_FINDINGS);
        }
        self.stretches.clear();
        self.stretches.shrink_to(MAX_FINDINGS);
    }

    /// The stretches around marks. One that is long enough is not made longer; the next one goes back to the begin of a mark.
    fn gather(&mut self, text: &str) {
        self.marks.sort_unstable_by_key(|m| m.span.start);
        self.stretches.clear();
        let mut before = Span { start: 0, end: 0 };
        for mark in &self.marks {
            let start = word_start(text, mark.span.start);
            let start = if start < before.end { start.min(before.start) } else { start };
            if mark.span.end > before.end {
                before = mark.span;
            }
            let end = word_end(text, mark.span.end.min(text.len()));
            let ways = Ways::of(mark.kind);
            match self.stretches.last_mut() {
                Some(last) if start <= last.span.end && last.span.len() < STRETCH_MAX => {
                    last.span.end = last.span.end.max(end);
                    last.ways = last.ways.and(ways);
                }
                _ => self.stretches.push(Stretch { span: Span { start, end }, ways }),
            }
        }
    }

    /// Reads all stretches; one that takes too much is unread.
    fn stretches(&mut self, mut desk: Desk<'_, '_>) {
        let stretches = std::mem::take(&mut self.stretches);
        let text = desk.subject.text;
        for stretch in &stretches {
            desk.room = ROOM_MIN + ROOM_PER_BYTE * stretch.span.len();
            if self.explore(&mut desk, text, *stretch).is_err() {
                self.unread.push(stretch.span);
            }
        }
        self.stretches = stretches;
    }

    /// Reads one stretch of a text, which is the innermost view if there is one, in the ways that its marks ask for.
    fn explore(
        &mut self,
        desk: &mut Desk<'_, '_>,
        text: &str,
        stretch: Stretch,
    ) -> Result<(), Spent> {
        for way in stretch.ways {
            desk.fuel.burn(stretch.span.len())?;
            let mut view = self.spare.pop().unwrap_or_default();
            view.begin(desk.room);
            self.beyond.clear();
            way::read(way, text, stretch.span, &mut view, &mut self.runs, &mut self.beyond);
            for i in 0..self.beyond.len() {
                self.unread_in_view(self.beyond[i]);
            }
            if view.is_full() || !self.runs.take(view.text.len()) {
                self.unread_in_view(stretch.span);
                self.spare.push(view);
            } else if view.is_changed() {
                self.enter(desk, view, stretch)?;
            } else {
                self.spare.push(view);
            }
        }
        Ok(())
    }

    /// Looks at a view, which is the innermost one for that time.
    fn enter(
        &mut self,
        desk: &mut Desk<'_, '_>,
        mut view: View,
        stretch: Stretch,
    ) -> Result<(), Spent> {
        let room = desk.room;
        desk.room = room.saturating_sub(view.size());
        let says = std::mem::take(&mut view.text);
        self.chain.push(view);
        let done = self.look(desk, &says, stretch);
        desk.room = room;
        if let Some(mut view) = self.chain.pop() {
            view.text = says;
            self.spare.push(view);
        }
        done
    }

    /// Scans the innermost view, and goes on to what it says in its turn.
    fn look(&mut self, desk: &mut Desk<'_, '_>, says: &str, stretch: Stretch) -> Result<(), Spent> {
        let whole = self.chain.len() > 1
            || stretch.span.start == 0 && stretch.span.end == desk.subject.text.len();
        let neighbours = if whole { desk.subject.neighbours } else { Neighbours::none() };
        let subject = Subject { label: desk.subject.label, text: says, neighbours };
        desk.engine.hits(subject, desk.work, desk.fuel)?;
        for i in 0..desk.work.hits.len() {
            self.take(desk.work.hits[i])?;
        }
        desk.fuel.burn(says.len())?;
        let mut marks = std::mem::take(&mut self.inner);
        trigger::marks(says, &mut self.runs, &mut marks);
        let ways = Ways::of_all(&marks);
        let deeper = self.chain.len() < DEPTH;
        if !deeper {
            for mark in &marks {
                let start = floor(says, mark.span.start);
                let end = ceil(says, mark.span.end.min(says.len()));
                self.unread_in_view(Span { start, end });
            }
        }
        self.inner = marks;
        if deeper && ways != Ways::default() {
            let span = Span { start: 0, end: says.len() };
            return self.explore(desk, says, Stretch { span, ways });
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

    fn take(&mut self, hit: Hit) -> Result<(), Spent> {
        let Some((span, changed)) = self.back(hit.span) else { return Ok(()) };
        let list = if changed { &mut self.hits } else { &mut self.same };
        if list.len() >= HITS_MAX {
            return Err(Spent);
        }
        list.push(Hit { span, ..hit });
        Ok(())
    }

    /// Notes a stretch of the text that the next view is made from as unread.
    fn unread_in_view(&mut self, span: Span) {
        if let Some((span, _)) = self.back(span) {
            self.unread.push(span);
        }
    }

    /// Drops what only adds the next line to a value that the text itself has whole: a telephone number, and below it a postal code.
    fn drop_lengthened(&mut self, text: &str, own: usize) {
        let place = |h: &Hit| (h.detector, h.span.start);
        let Some((own, new)) = self.hits.split_at_mut_checked(own) else { return };
        own.sort_unstable_by_key(place);
        for hit in new {
            let whole =
                own.binary_search_by_key(&place(hit), place).ok().and_then(|at| own.get(at));
            let added = whole.filter(|whole| whole.level >= hit.level);
            let added = added.and_then(|whole| text.get(whole.span.end..hit.span.end));
            if added.is_some_and(|added| added.contains('\n')) {
                hit.span.end = hit.span.start;
            }
        }
        self.hits.retain(|hit| hit.span.end > hit.span.start);
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
        self.unread.dedup_by(|next, last| next.end <= last.end);
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
        decode::decode(&says, span, false, &mut view, &mut runs, &mut beyond);
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

/// What a character is taken for; `None` if it is not seen.
pub(crate) fn spoken(c: char) -> Option<char> {
    match fold::fold(c) {
        _ if u8::try_from(c).is_ok_and(fold::is_control) => None,
        _ if c.is_ascii() => Some(c),
        fold::Fold::Gone | fold::Fold::Mark => None,
        fold::Fold::Same => Some(c),
        fold::Fold::Form(with) | fold::Fold::Common(with) | fold::Fold::Alike(with) => Some(with),
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
