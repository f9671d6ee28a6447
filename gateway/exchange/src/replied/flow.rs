//! One growing text of a streamed answer: what of it is settled, and what stands in its place.
//!
//! Invariants: what is let out ends inside no token and no finding, seen whole or in part; every finding that ends in
//! what is let out was noted, admitted by the policy and masked if it says so. Text that was let out stays as context,
//! so a finding that began in it (a text that was taken for ended and went on) is still masked from there on.

use std::borrow::Cow;
use std::collections::VecDeque;

use detect::Text;
use dialect::stream::Change;
use protect::{Nest, Seen, Target};

use super::view::View;
use super::work::{Edit, Work, apart};
use crate::Refusal;

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
    pub(super) fn new(json: bool) -> Self {
        Self {
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

    /// Bytes held.
    pub(super) fn footprint(&self) -> usize {
        self.text.capacity() + self.pieces.capacity() * size_of::<Piece>() + size_of::<Self>()
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
        let reach = work.case.book.search.context();
        let from = floor(&self.text, self.context.saturating_sub(reach));
        let subject = Subject::of(&self.text, from, self.json == Some(true));
        let tokens = work.vault.find(&self.seen, self.pending(), ending == Ending::End);
        let mut certain =
            if ending == Ending::End { self.text.len() } else { self.context + tokens.decided };
        if ending == Ending::Open {
            let settled = work.case.book.search.settled(work.scratch, &subject.text);
            certain = certain.min(subject.source(settled));
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
        let boundary = self.judge(&subject, certain, &mut edits, work)?;
        let passed = work.vault.pass(&mut self.seen, self.text.get(at..boundary).unwrap_or(""));
        work.summary.restored += passed.restored as u64;
        work.summary.unrestorable += passed.unrestorable as u64;
        edits.retain(|edit| edit.end <= boundary);
        work.summary.masked += edits.iter().filter(|edit| edit.masks).count() as u64;
        edits.sort_by_key(|edit| edit.start);
        Ok(self.release(boundary, &edits, reach))
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
        let (found, _) = work.scan(&[Text::alone("", &subject.text)])?;
        // A passage that is longer than what is waited for leaves in pieces, each judged for itself.
        let cut = self.boundary(certain, &[]);
        let spans: Vec<_> = found
            .iter()
            .filter_map(|finding| {
                let pieces = finding.pieces();
                let (first, last) = (pieces.first()?, pieces.last()?);
                let mut span = (subject.source(first.span.start), subject.source(last.span.end));
                if finding.may_be_cut() && span.0 < cut {
                    span.1 = span.1.min(cut);
                }
                (span.1 > self.context).then_some((finding, (span.0.max(self.context), span.1)))
            })
            // What is a token of ours is the client's own value, whatever it looks like.
            .filter(|(_, span)| !apart(*span, edits).is_empty())
            .collect();
        let barriers: Vec<_> = edits
            .iter()
            .map(|edit| (edit.start, edit.end))
            .chain(spans.iter().map(|(_, span)| *span))
            .collect();
        let boundary = self.boundary(certain, &barriers);
        let due: Vec<_> = spans.into_iter().filter(|(_, span)| span.1 <= boundary).collect();
        work.note(due.iter().map(|(finding, _)| *finding))?;
        for (finding, span) in due {
            let Some(mut with) = work.judge.mask(work.case, finding) else { continue };
            for (start, end) in apart(span, edits) {
                edits.push(Edit { start, end, with: std::mem::take(&mut with), masks: true });
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
    fn release(&mut self, boundary: usize, edits: &[Edit], reach: usize) -> Vec<Settled> {
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
        if self.context > 4 * reach {
            let cut = floor(&self.text, self.context - reach);
            self.text.drain(..cut);
            self.context -= cut;
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

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
