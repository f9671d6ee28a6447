//! One growing text of a streamed answer: what of it is settled, and what stands in its place.
//!
//! Invariants: what is let out ends inside no token and no finding, seen whole or in part; every finding that ends in
//! what is let out was noted, admitted by the policy and masked if it says so. Text that was let out stays as context,
//! so a finding that began in it (a text that was taken for ended and went on) is still masked from there on. So is one
//! that began in the text of the same kind before it, of which the end is kept.

use std::borrow::Cow;
use std::collections::VecDeque;

use detect::Text;
use dialect::stream::Change;
use protect::{Nest, Seen, Target};

use super::view::View;
use super::work::{Edit, Work, apart, put};
use crate::Refusal;
use crate::search::Search;

/// A piece of a text: which event carried it, as which of its deltas, and how long it is.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) event: u64,
    pub(super) delta: usize,
    pub(super) len: usize,
}

/// A piece whose text is final, with what changes in it.
pub(super) struct Settled {
    pub(super) piece: Piece,
    pub(super) changes: Vec<Change>,
    /// Something was taken out, not only put back.
    pub(super) masked: bool,
}

/// What is known of how a text goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// More may come.
    Open,
    /// It seems complete: findings stand as they are, and only a token that was begun is waited for.
    Pause,
    /// No more comes.
    End,
}

/// A text that later events may continue.
pub(super) struct Flowing {
    /// The end of the text of the same kind that ended before this one, until this one has context enough of its own.
    before: String,
    /// The end of what was let out (as it came), then what is pending.
    text: String,
    /// How much of `text` is context.
    context: usize,
    pieces: VecDeque<Piece>,
    /// What the tokens before the pending part say.
    seen: Seen,
    /// Brackets of all that came, if it is JSON source by definition.
    nest: Option<Nest>,
    /// Whether the text is read as JSON; not known before its first character.
    json: Option<bool>,
}

impl Flowing {
    /// `before` is what [`Flowing::into_end`] left of the text of the same kind that ended last, if a value may go on from there.
    pub(super) fn new(json: bool, before: String) -> Self {
        Self {
            before,
            text: String::new(),
            context: 0,
            pieces: VecDeque::new(),
            seen: Seen::new(if json { Target::JsonString } else { Target::Plain }),
            nest: json.then(Nest::json),
            json: json.then_some(true),
        }
    }

    pub(super) fn push(&mut self, piece: Piece, text: &str) {
        if self.json.is_none() {
            self.json = text.trim_start().chars().next().map(|first| matches!(first, '{' | '['));
        }
        if let Some(nest) = &mut self.nest {
            nest.pass(text);
        }
        self.text.push_str(text);
        self.pieces.push_back(piece);
    }

    /// The end of a text that was let out, as context of the next of its kind.
    pub(super) fn into_end(self, search: &Search) -> String {
        let mut end = self.before + &self.text;
        end.drain(..search.context_from(&end, end.len()));
        end
    }

    /// Bytes held.
    pub(super) fn footprint(&self) -> usize {
        self.before.capacity()
            + self.text.capacity()
            + self.pieces.capacity() * size_of::<Piece>()
            + size_of::<Self>()
    }

    /// Settles every piece that nothing which follows can change.
    ///
    /// # Errors
    /// The refusal of an answer that the policy does not let in.
    pub(super) fn settle(
        &mut self,
        ending: Ending,
        work: &mut Work<'_>,
    ) -> Result<Vec<Settled>, Refusal> {
        if self.pieces.is_empty() {
            return Ok(Vec::new());
        }
        let complete = self.nest.as_ref().is_some_and(Nest::is_complete);
        let ending = if complete { ending.max(Ending::Pause) } else { ending };
        let search = &work.case.book.search;
        let from = search.context_from(&self.text, self.context);
        if from > 0 {
            self.before.clear();
        }
        let subject = Subject::of(&self.text, from, self.json == Some(true));
        let tokens = work.vault.find(&self.seen, self.pending(), ending == Ending::End);
        let mut certain =
            if ending == Ending::End { self.text.len() } else { self.context + tokens.decided };
        if ending == Ending::Open {
            certain = certain.min(subject.source(self.settled(&subject.text, work)));
        }
        if self.boundary(certain, &[]) == self.context {
            return Ok(Vec::new());
        }
        let at = self.context;
        let mut edits: Vec<Edit> = tokens
            .hits
            .into_iter()
            .map(|hit| Edit::token(at + hit.start, at + hit.end, hit.with))
            .collect();
        edits.sort_by_key(|edit| edit.start);
        let boundary = self.judge(&subject, certain, &mut edits, work)?;
        let passed = work.vault.pass(&mut self.seen, self.text.get(at..boundary).unwrap_or(""));
        work.summary.restored += passed.restored as u64;
        work.summary.unrestorable += passed.unrestorable as u64;
        edits.retain(|edit| edit.end <= boundary);
        work.summary.masked += edits.iter().filter(|edit| edit.masks).count() as u64;
        Ok(self.release(boundary, &edits, search))
    }

    /// Up to where findings in what is scanned are final, by itself and as what goes on from the text before.
    fn settled(&self, text: &str, work: &mut Work<'_>) -> usize {
        let search = &work.case.book.search;
        let alone = search.settled(work.scratch, text);
        if self.before.is_empty() {
            return alone;
        }
        let joined = [&self.before, text].concat();
        alone.min(search.settled(work.scratch, &joined).saturating_sub(self.before.len()))
    }

    fn pending(&self) -> &str {
        self.text.get(self.context..).unwrap_or("")
    }

    /// Finds what is in the text, notes and admits what ends before the boundary, and adds the masks for it. Every
    /// finding keeps the boundary out of it, whether or not it is complete or decided.
    fn judge(
        &self,
        subject: &Subject<'_>,
        certain: usize,
        edits: &mut Vec<Edit>,
        work: &mut Work<'_>,
    ) -> Result<usize, Refusal> {
        let said = |body| Text { flows: true, circle: 1, ..Text::alone("", body) };
        let texts = [said(&self.before), said(&subject.text)];
        let own = u32::from(!self.before.is_empty());
        let found = work.scan_growing(if own == 1 { &texts } else { &texts[1..] })?;
        // What has not all come may not be readable yet.
        let unread =
            |piece: &detect::Piece| piece.text == own && subject.source(piece.span.start) < certain;
        work.judge.note_unlooked(work.case, found.unread.iter().any(unread), false)?;
        let found = found.with_overruled(&work.case.book.rulebook);
        // A passage that is longer than what is waited for leaves in pieces, each judged for itself.
        let cut = self.boundary(certain, &[]);
        let spans: Vec<_> = found
            .findings
            .iter()
            .filter_map(|finding| {
                let mut pieces = finding.pieces().iter().filter(|piece| piece.text == own);
                let first = pieces.next()?;
                let last = pieces.next_back().unwrap_or(first);
                let mut span = (subject.source(first.span.start), subject.source(last.span.end));
                if finding.may_be_cut() && span.0 < cut {
                    span.1 = span.1.min(cut);
                }
                (span.1 > self.context).then_some((finding, (span.0.max(self.context), span.1)))
            })
            // What is a token of ours is the client's own value, whatever it looks like.
            .filter(|(_, span)| !apart(*span, edits).is_empty())
            .collect();
        let allowed = found.allowed.iter().filter(|spared| spared.piece.text == own);
        let allowed = allowed.map(|spared| {
            let span = spared.piece.span;
            (spared.entry, (subject.source(span.start), subject.source(span.end)))
        });
        let barriers: Vec<_> = edits
            .iter()
            .map(|edit| (edit.start, edit.end))
            .chain(spans.iter().map(|(_, span)| *span))
            .chain(allowed.clone().map(|(_, span)| span))
            .collect();
        let boundary = self.boundary(certain, &barriers);
        for (entry, _) in allowed.filter(|(_, (_, end))| self.context < *end && *end <= boundary) {
            work.judge.note_allowed(entry);
        }
        let due: Vec<_> = spans.into_iter().filter(|(_, span)| span.1 <= boundary).collect();
        work.note(due.iter().map(|(finding, _)| *finding))?;
        for (finding, span) in due {
            let Some(mut with) = work.judge.mask(work.case, finding) else { continue };
            for (start, end) in apart(span, edits) {
                let with = std::mem::take(&mut with);
                put(edits, Edit { start, end, with, masks: true });
            }
        }
        Ok(boundary)
    }

    /// The end of the last piece that lies in the certain part and ends inside none of the barriers.
    fn boundary(&self, certain: usize, barriers: &[(usize, usize)]) -> usize {
        let mut boundary = self.context;
        let mut end = self.context;
        for piece in &self.pieces {
            end += piece.len;
            if end > certain {
                break;
            }
            if !barriers.iter().any(|(from, to)| *from < end && end < *to) {
                boundary = end;
            }
        }
        boundary
    }

    /// Takes out the pieces up to the boundary. The text that replaces a span goes into the piece where it starts.
    fn release(&mut self, boundary: usize, edits: &[Edit], search: &Search) -> Vec<Settled> {
        let mut settled = Vec::new();
        let mut start = self.context;
        while let Some(piece) =
            self.pieces.front().copied().filter(|piece| start + piece.len <= boundary)
        {
            let end = start + piece.len;
            let touching = edits.iter().filter(|edit| edit.start < end && start < edit.end);
            let changes = touching.clone().map(|edit| Change {
                delta: piece.delta,
                span: (edit.start.max(start) - start, edit.end.min(end) - start),
                with: if edit.start >= start { edit.with.clone() } else { String::new() },
            });
            let masked = touching.clone().any(|edit| edit.masks);
            settled.push(Settled { piece, changes: changes.collect(), masked });
            self.pieces.pop_front();
            start = end;
        }
        self.context = start;
        let past = search.context_from(&self.text, self.context);
        if past > 3 * (self.context - past) {
            self.text.drain(..past);
            self.context -= past;
        }
        settled
    }
}

/// What is scanned: the text from a place on, or what it says if it is JSON.
struct Subject<'t> {
    text: Cow<'t, str>,
    view: Option<View>,
    from: usize,
}

impl<'t> Subject<'t> {
    fn of(text: &'t str, from: usize, json: bool) -> Self {
        let rest = text.get(from..).unwrap_or("");
        if !json || !rest.contains('\\') {
            return Self { text: Cow::Borrowed(rest), view: None, from };
        }
        let mut view = View::of(rest);
        let text = Cow::Owned(std::mem::take(&mut view.text));
        Self { text, view: Some(view), from }
    }

    /// The place in the text of a place in what is scanned.
    fn source(&self, at: usize) -> usize {
        self.from + self.view.as_ref().map_or(at, |view| view.source(at))
    }
}
