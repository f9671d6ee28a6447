//! One growing text of a streamed answer: what of it is settled, and what stands in its place.

use std::collections::VecDeque;

use detect::{CONTEXT, Scratch, Text};
use dialect::stream::escape_json_text;
use protect::{Seen, Target, Vault};

use super::AnswerSummary;
use super::judge::AnswerJudge;
use crate::{Case, Code, Refusal};

/// What settling a text needs of the exchange.
pub(super) struct Work<'a> {
    pub(super) case: &'a Case,
    pub(super) vault: &'a Vault,
    pub(super) judge: &'a mut AnswerJudge,
    pub(super) summary: &'a mut AnswerSummary,
    pub(super) scratch: &'a mut Scratch,
}

/// A piece of a text: which event carried it, as which of its deltas, and how long it is.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) event: u64,
    pub(super) delta: usize,
    pub(super) len: usize,
}

/// A piece whose text is final: `None` if it stays what it was.
pub(super) type Settled = (Piece, Option<String>);

/// What replaces a span of the pending text.
struct Edit {
    start: usize,
    end: usize,
    with: String,
}

/// A text that later events may continue.
#[derive(Default)]
pub(super) struct Flowing {
    /// The end of what was let out (as it came), then what is pending.
    text: String,
    /// How much of `text` is context.
    context: usize,
    pieces: VecDeque<Piece>,
    /// What the tokens before the pending part say.
    seen: Seen,
    json: bool,
}

impl Flowing {
    pub(super) fn new(json: bool) -> Self {
        let seen = Seen::new(if json { Target::JsonString } else { Target::Plain });
        Self { json, seen, ..Self::default() }
    }

    pub(super) fn push(&mut self, piece: Piece, text: &str) {
        self.text.push_str(text);
        self.pieces.push_back(piece);
    }

    /// Settles every piece that nothing which follows can change; all of them if this is the `last` of the text.
    ///
    /// # Errors
    /// The refusal of an answer that the policy does not let in.
    pub(super) fn settle(
        &mut self,
        label: &str,
        last: bool,
        work: &mut Work<'_>,
    ) -> Result<Vec<Settled>, Refusal> {
        let found = work.vault.find(&self.seen, self.pending(), last);
        let certain = if last {
            self.text.len()
        } else {
            (self.context + found.decided).min(work.case.book.detector.settled(&self.text))
        };
        let at = self.context;
        let tokens = found.hits.into_iter().map(|hit| Edit {
            start: at + hit.start,
            end: at + hit.end,
            with: hit.with,
        });
        let mut edits: Vec<Edit> = tokens.collect();
        let masks = self.masks(label, certain, &edits, work)?;
        let masked = masks.len();
        edits.extend(masks);
        let boundary = self.boundary(certain, &edits);
        let first_mask = edits.len() - masked;
        work.summary.masked +=
            edits.iter().skip(first_mask).filter(|edit| edit.end <= boundary).count() as u64;
        let passed = work.vault.pass(&mut self.seen, self.text.get(at..boundary).unwrap_or(""));
        work.summary.restored += passed.restored as u64;
        work.summary.unrestorable += passed.unrestorable as u64;
        edits.retain(|edit| edit.end <= boundary);
        edits.sort_by_key(|edit| edit.start);
        Ok(self.release(boundary, &edits))
    }

    fn pending(&self) -> &str {
        self.text.get(self.context..).unwrap_or("")
    }

    /// Findings in the certain part, noted and decided; what they are replaced by.
    fn masks(
        &self,
        label: &str,
        certain: usize,
        tokens: &[Edit],
        work: &mut Work<'_>,
    ) -> Result<Vec<Edit>, Refusal> {
        let book = &work.case.book;
        let texts = [Text::alone(label, &self.text)];
        let mut fuel = book.fuel(self.text.len());
        let found = book
            .detector
            .scan(work.scratch, &texts, &mut fuel)
            .map_err(|_| Refusal::new(Code::TooMuchWork))?;
        let boundary = self.boundary(certain, tokens);
        let fresh = |finding: &&detect::Finding| {
            finding.pieces().first().is_some_and(|p| p.span.start >= self.context)
                && finding.pieces().last().is_some_and(|p| p.span.end <= certain)
        };
        let mut again = false;
        for finding in found.iter().filter(fresh) {
            if finding.pieces().last().is_some_and(|p| p.span.end <= boundary) {
                again |= work.judge.note(work.case, finding);
            }
        }
        if again {
            work.judge.admit(work.case)?;
        }
        let mut masks = Vec::new();
        for finding in found.iter().filter(fresh) {
            let Some(mut with) = work.judge.mask(work.case, finding) else { continue };
            if self.json {
                with = escape_json_text(&with).into_owned();
            }
            masks.extend(finding.pieces().iter().map(|p| Edit {
                start: p.span.start,
                end: p.span.end,
                with: std::mem::take(&mut with),
            }));
        }
        // What is a token of ours is the client's own value, whatever it looks like.
        masks.retain(|mask| {
            !tokens.iter().any(|token| token.start < mask.end && mask.start < token.end)
        });
        Ok(masks)
    }

    /// The end of the last piece that lies in the certain part and is not cut by an edit.
    fn boundary(&self, certain: usize, edits: &[Edit]) -> usize {
        let mut boundary = self.context;
        let mut end = self.context;
        for piece in &self.pieces {
            end += piece.len;
            if end > certain {
                break;
            }
            if !edits.iter().any(|edit| edit.start < end && end < edit.end) {
                boundary = end;
            }
        }
        boundary
    }

    /// Takes out the pieces up to the boundary. The text that replaces a span goes into the piece where it starts.
    fn release(&mut self, boundary: usize, edits: &[Edit]) -> Vec<Settled> {
        let mut settled = Vec::new();
        let mut start = self.context;
        while let Some(piece) =
            self.pieces.front().copied().filter(|piece| start + piece.len <= boundary)
        {
            let end = start + piece.len;
            let touched = edits.iter().any(|edit| edit.start < end && start < edit.end);
            settled.push((piece, touched.then(|| rewritten(&self.text, start, end, edits))));
            self.pieces.pop_front();
            start = end;
        }
        self.context = start;
        self.forget();
        settled
    }

    /// Keeps only so much context as findings need.
    fn forget(&mut self) {
        if self.context <= 2 * CONTEXT {
            return;
        }
        let mut cut = self.context - CONTEXT;
        while !self.text.is_char_boundary(cut) {
            cut += 1;
        }
        self.text.drain(..cut);
        self.context -= cut;
    }
}

/// `text[start..end]` with the edits that touch it.
fn rewritten(text: &str, start: usize, end: usize, edits: &[Edit]) -> String {
    let mut out = String::new();
    let mut at = start;
    for edit in edits.iter().filter(|edit| edit.start < end && start < edit.end) {
        out.push_str(text.get(at..edit.start.max(at)).unwrap_or(""));
        if edit.start >= start {
            out.push_str(&edit.with);
        }
        at = edit.end.min(end);
    }
    out.push_str(text.get(at..end).unwrap_or(""));
    out
}
