//! What a text says when it is read as a person or a machine would: look-alikes, unseen characters, encodings, spaced and spelled values.
//!
//! The text itself is scanned as it is. Around each place that `trigger` marks, and only there, it is read once more into a view; the
//! engine scans that view as it does any text, and what it finds is mapped back. A view may say something encoded again, so views nest, at
//! most [`DEPTH`] deep; what is encoded deeper than that, or unpacks to too much, is reported as unread.
//!
//! Reading order: `trigger` with `high` (what is worth a second look) → `stretch`, `explore` (what is read, views within views) → `way` (how it is read) → `decode` with `bytes`, `local`, `address`, `run`,
//! `wrapped`, `fold` (characters and runs; `base`, `unpack`, `tell`: what a run says), `spaced` with `word` and `row` (what stands apart), `joint` (what parts a number), `compose` (letters and their marks) →
//! `view` (the way back) → `settled` with `open` and `written` (streams).
//!
//! Invariants: pure; what is made (decoded, unpacked, put into views) is at most [`MADE_MIN`] and [`MADE_PER_BYTE`] for each byte of the
//! scan and a quarter of the fuel, and what it costs to scan views another half; what would take more is unread. The views of a stretch take at most
//! [`ROOM_MIN`] and [`ROOM_PER_BYTE`] bytes of memory for each of its own, which are at most some [`stretch::STRETCH_MAX`]. Spans are on character
//! boundaries of the text; a text without a mark costs one pass and no memory.

mod address;
mod base;
mod bytes;
mod compose;
mod decode;
mod explore;
mod fold;
mod high;
mod joint;
mod local;
mod open;
mod row;
mod run;
mod settled;
mod spaced;
mod stretch;
mod tell;
mod trigger;
mod unpack;
mod view;
mod way;
mod word;
mod wrapped;
mod written;

use crate::compile::Engine;
use crate::engine::{Subject, Work};
use crate::finding::Span;
use crate::fuel::{Fuel, MAX_FINDINGS, Spent};
use crate::resolve::{Hit, strength};
pub(crate) use decode::said;
use explore::Desk;
pub use fold::as_seen;
pub(crate) use fold::spoken;
use run::Runs;
pub(crate) use settled::settled;
use stretch::Stretch;
use trigger::Mark;
use view::View;
pub(crate) use written::back;

/// Views within views.
const DEPTH: usize = 4;
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
            stretch::gather(subject.text, &mut self.marks, &mut self.stretches);
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
