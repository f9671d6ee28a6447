//! An answer that was read whole.

use bytes::Bytes;
use detect::Scratch;
use dialect::{Answer, Edit, Modality, translate};
use protect::{Seen, Target};

use super::Replied;
use crate::parsed::text_of;
use crate::{Code, Refusal};

/// A part, a span of its text, and what stands there instead.
type Change = (usize, (usize, usize), String);

impl Replied {
    pub(super) fn read_whole(
        &mut self,
        content_type: Option<&str>,
        body: Bytes,
        scratch: &mut Scratch,
    ) -> Result<Bytes, Refusal> {
        if body.is_empty() {
            self.judge.admit(&self.case)?;
            return Ok(body);
        }
        let json = content_type.is_some_and(|kind| kind.contains("json"));
        let operation = dialect::recognise(&self.case.method, &self.case.path).1;
        let answer = if json {
            Answer::parse(self.to, operation, body.clone(), &self.case.book.limits).ok()
        } else {
            None
        };
        let Some(answer) = answer else {
            self.judge.note_class(self.case.book.rulebook.unread());
            self.judge.admit(&self.case)?;
            return Ok(body);
        };
        let edits = self.edits(&answer, scratch)?;
        let spliced = answer
            .splice(
                &edits
                    .iter()
                    .map(|(part, span, with)| Edit { part: *part, span: *span, with })
                    .collect::<Vec<_>>(),
            )
            .map_err(|_| Refusal::new(Code::AnswerUnreadable))?;
        if self.from == self.to {
            return Ok(spliced);
        }
        let said =
            translate::answer(self.to, self.from, &spliced, self.translation.model.as_deref())
                .map_err(|problem| Refusal::because(Code::AnswerUnreadable, problem.to_string()))?;
        self.summary.lost.extend(said.lost);
        Ok(Bytes::from(said.body))
    }

    /// Tokens and findings of all parts, with what stands in their place.
    fn edits(&mut self, answer: &Answer, scratch: &mut Scratch) -> Result<Vec<Change>, Refusal> {
        let mut edits = Vec::new();
        let mut texts = Vec::new();
        let mut owners = Vec::new();
        for (index, part) in answer.parts().iter().enumerate() {
            if part.modality != Modality::Text {
                let rulebook = &self.case.book.rulebook;
                let class = if part.modality == Modality::Opaque {
                    rulebook.unread()
                } else {
                    rulebook.opaque()
                };
                // Log probabilities spell out as numbers what the text beside them says, which is inspected.
                if !answer.path_of(part).contains("logprobs") {
                    self.judge.note_class(class);
                }
                continue;
            }
            let text = answer.text(part);
            let mut seen = Seen::new(Target::Plain);
            let found = self.vault.find(&seen, text, true);
            let passed = self.vault.pass(&mut seen, text);
            self.summary.restored += passed.restored as u64;
            self.summary.unrestorable += passed.unrestorable as u64;
            edits.extend(found.hits.into_iter().map(|hit| (index, (hit.start, hit.end), hit.with)));
            texts.push(text_of(part, answer.label(part), text));
            owners.push(index);
        }
        let case = std::sync::Arc::clone(&self.case);
        let mut fuel = case.book.fuel(answer.body().len());
        let findings = case
            .book
            .detector
            .scan(scratch, &texts, &mut fuel)
            .map_err(|_| Refusal::new(Code::TooMuchWork))?;
        for finding in findings {
            self.judge.note(&case, finding);
        }
        self.judge.note_overruled(&case, findings.overruled);
        self.judge.admit(&case)?;
        let tokens = edits.len();
        for finding in findings {
            let Some(mut with) = self.judge.mask(&case, finding) else { continue };
            for piece in finding.pieces() {
                let (part, span) =
                    (owners[piece.text as usize], (piece.span.start, piece.span.end));
                let restored = edits[..tokens]
                    .iter()
                    .any(|(p, s, _)| *p == part && s.0 < span.1 && span.0 < s.1);
                if !restored {
                    edits.push((part, span, std::mem::take(&mut with)));
                    self.summary.masked += 1;
                }
            }
        }
        Ok(edits)
    }
}
