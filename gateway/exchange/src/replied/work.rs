//! What judging a text of an answer needs of the exchange, and what both kinds of texts share.

use detect::Text;
use protect::{Seen, Target, Vault};

use super::AnswerSummary;
use super::judge::AnswerJudge;
use crate::search::{Finding, Found, Scratch};
use crate::{Case, Code, Refusal};

/// What judging needs of the exchange.
pub(super) struct Work<'a> {
    pub(super) case: &'a Case,
    pub(super) vault: &'a Vault,
    pub(super) judge: &'a mut AnswerJudge,
    pub(super) summary: &'a mut AnswerSummary,
    pub(super) scratch: &'a mut Scratch,
}

/// What replaces a span of a text.
#[derive(Clone)]
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) with: String,
    /// It takes something out; a token's value is put back.
    pub(super) masks: bool,
}

/// What became of texts that are complete.
#[derive(Default)]
pub(super) struct Completed {
    /// Index of the text, and what changes in it.
    pub(super) edits: Vec<(usize, Edit)>,
    /// Nothing at all was found in them, nor let through.
    pub(super) clean: bool,
}

impl Edit {
    pub(super) fn token(start: usize, end: usize, with: String) -> Self {
        Self { start, end, with, masks: false }
    }
}

impl Work<'_> {
    /// What is found in texts that are complete, and behind it what gave way to something surer. What is encoded deeper or larger
    /// than is read is noted as unread.
    ///
    /// # Errors
    /// `too-much-work`, or the refusal of an answer that the policy does not let in unread.
    fn scan(&mut self, texts: &[Text<'_>]) -> Result<Found, Refusal> {
        let mut fuel = self.case.book.fuel(texts.iter().map(|text| text.body.len()).sum());
        let found = self.case.book.search.scan(self.scratch, texts, self.case.latest, &mut fuel);
        let found = found.map_err(|_| Refusal::new(Code::TooMuchWork))?;
        self.judge.note_unlooked(self.case, !found.unread.is_empty(), false)?;
        Ok(found.with_overruled(&self.case.book.rulebook))
    }

    /// What is found in a text that grows, behind the end of one that it may go on from. Values are not looked for again: where one
    /// stands again may have been let out.
    ///
    /// # Errors
    /// `too-much-work`.
    pub(super) fn scan_growing(&mut self, texts: &[Text<'_>]) -> Result<Found, Refusal> {
        let mut fuel = self.case.book.fuel(texts.iter().map(|text| text.body.len()).sum());
        let (search, latest) = (&self.case.book.search, self.case.latest);
        let found = search.scan_once(self.scratch, texts, &[], latest, &mut fuel);
        found.map_err(|_| Refusal::new(Code::TooMuchWork))
    }

    /// Notes findings and decides anew if they say something new.
    ///
    /// # Errors
    /// The refusal of an answer that the policy does not let in.
    pub(super) fn note<'f>(
        &mut self,
        findings: impl Iterator<Item = &'f Finding>,
    ) -> Result<(), Refusal> {
        let mut again = false;
        for finding in findings {
            again |= self.judge.note(self.case, finding);
        }
        if again { self.judge.admit(self.case) } else { Ok(()) }
    }

    /// Judges texts that are complete: puts values back, takes out what the policy wants out.
    ///
    /// # Errors
    /// The refusal of an answer that the policy does not let in.
    pub(super) fn complete(&mut self, texts: &[Text<'_>]) -> Result<Completed, Refusal> {
        let mut tokens = Vec::with_capacity(texts.len());
        for text in texts {
            tokens.push(self.tokens(text.body));
        }
        let Found { findings, allowed, .. } = self.scan(texts)?;
        allowed.iter().for_each(|spared| self.judge.note_allowed(spared.entry));
        let clean = findings.is_empty() && allowed.is_empty() && tokens.iter().all(Vec::is_empty);
        // What is a token of ours is the client's own value, whatever it looks like.
        let due: Vec<_> = findings
            .iter()
            .filter(|finding| {
                finding.pieces().iter().any(|piece| {
                    let span = (piece.span.start, piece.span.end);
                    !apart(span, &tokens[piece.text as usize]).is_empty()
                })
            })
            .collect();
        self.note(due.iter().copied())?;
        for finding in due {
            let Some(mut with) = self.judge.mask(self.case, finding) else { continue };
            for piece in finding.pieces() {
                let edits = &mut tokens[piece.text as usize];
                // What was masked before counts too: findings of holdings may overlap others.
                for (start, end) in apart((piece.span.start, piece.span.end), edits) {
                    let with = std::mem::take(&mut with);
                    put(edits, Edit { start, end, with, masks: true });
                    self.summary.masked += 1;
                }
            }
        }
        let edits = tokens.into_iter().enumerate();
        let edits = edits.flat_map(|(at, edits)| edits.into_iter().map(move |edit| (at, edit)));
        Ok(Completed { edits: edits.collect(), clean })
    }

    fn tokens(&mut self, text: &str) -> Vec<Edit> {
        let mut seen = Seen::new(Target::Plain);
        let found = self.vault.find(&seen, text, true);
        let passed = self.vault.pass(&mut seen, text);
        self.summary.restored += passed.restored as u64;
        self.summary.unrestorable += passed.unrestorable as u64;
        found.hits.into_iter().map(|hit| Edit::token(hit.start, hit.end, hit.with)).collect()
    }
}

/// What of a span lies outside of all edits, which are in order and do not overlap.
pub(super) fn apart(span: (usize, usize), edits: &[Edit]) -> Vec<(usize, usize)> {
    let first = edits.partition_point(|edit| edit.end <= span.0);
    let over = edits.iter().skip(first).take_while(|edit| edit.start < span.1);
    let (mut at, mut parts) = (span.0, Vec::new());
    for edit in over {
        if at < edit.start {
            parts.push((at, edit.start));
        }
        at = at.max(edit.end);
    }
    if at < span.1 {
        parts.push((at, span.1));
    }
    parts
}

/// Adds an edit that overlaps none.
pub(super) fn put(edits: &mut Vec<Edit>, edit: Edit) {
    let at = edits.partition_point(|other| other.start < edit.start);
    edits.insert(at, edit);
}

#[cfg(test)]
mod tests {
    use super::{Edit, apart};

    #[test]
    fn what_lies_outside_of_edits() {
        let check = |edits: &[(usize, usize)], expect: &[(usize, usize)]| {
            let edits: Vec<_> =
                edits.iter().map(|(from, to)| Edit::token(*from, *to, String::new())).collect();
            assert_eq!(apart((10, 20), &edits), expect);
        };
        check(&[], &[(10, 20)]);
        check(&[(0, 10), (20, 30)], &[(10, 20)]);
        check(&[(12, 14)], &[(10, 12), (14, 20)]);
        check(&[(5, 12), (14, 16), (19, 25)], &[(12, 14), (16, 19)]);
        check(&[(5, 25)], &[]);
    }
}
