//! Views within views: a stretch is read in its ways, each view is scanned and read on, and what is found is mapped back to the text.

use super::stretch::Stretch;
use super::view::View;
use super::way::{self, Ways};
use super::{DEPTH, HITS_MAX, Normal, ROOM_MIN, ROOM_PER_BYTE, trigger};
use crate::compile::Engine;
use crate::engine::{Subject, Work};
use crate::finding::Span;
use crate::fuel::{Fuel, Spent};
use crate::neighbours::Neighbours;
use crate::resolve::Hit;

/// What a scan of views works with.
pub(super) struct Desk<'a, 't> {
    pub(super) engine: &'a Engine,
    pub(super) subject: Subject<'t>,
    pub(super) work: &'a mut Work,
    pub(super) fuel: &'a mut Fuel,
    /// Bytes of memory that views may still take.
    pub(super) room: usize,
}

impl Normal {
    /// Reads all stretches; one that takes too much is unread.
    pub(super) fn stretches(&mut self, mut desk: Desk<'_, '_>) {
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
                let start = says.floor_char_boundary(mark.span.start);
                let end = says.ceil_char_boundary(mark.span.end);
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
}
