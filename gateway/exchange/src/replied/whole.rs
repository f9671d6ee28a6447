//! An answer that was read whole.

use bytes::Bytes;
use detect::{Scratch, Text};
use dialect::{Answer, Edit, Modality, translate};
use policy::Method;

use super::Replied;
use crate::{Code, Refusal};

impl Replied {
    pub(super) fn read_whole(
        &mut self,
        status: u16,
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
        let answer = if json { Answer::parse(self.to, operation, body.clone(), &self.case.book.limits).ok() } else { None };
        let Some(answer) = answer else {
            self.judge.note_unread(self.case.book.rulebook.unread());
            self.judge.admit(&self.case)?;
            return Ok(body);
        };
        let edits = self.edits(&answer, scratch)?;
        let spliced = answer
            .splice(&edits.iter().map(|(part, span, with)| Edit { part: *part, span: *span, with }).collect::<Vec<_>>())
            .map_err(|_| Refusal::new(Code::AnswerUnreadable))?;
        if self.from == self.to {
            return Ok(spliced);
        }
        translate::answer(self.to, self.from, status, &spliced, self.asked_model.as_deref())
            .map(Bytes::from)
            .map_err(|problem| Refusal::because(Code::AnswerUnreadable, problem.to_string()))
    }

    /// Tokens and findings of all parts, with what stands in their place.
    fn edits(&mut self, answer: &Answer, scratch: &mut Scratch) -> Result<Vec<(usize, (usize, usize), String)>, Refusal> {
        let mut edits = Vec::new();
        let mut texts = Vec::new();
        let mut owners = Vec::new();
        for (index, part) in answer.parts().iter().enumerate() {
            if part.modality != Modality::Text {
                continue;
            }
            let text = answer.text(part);
            let found = self.vault.find(text, true);
            self.summary.restored += found.hits.len() as u64;
            self.summary.unrestorable += found.unrestorable.len() as u64;
            edits.extend(found.hits.iter().map(|hit| (index, (hit.start, hit.end), hit.value.to_owned())));
            texts.push(Text { label: answer.label(part), body: text, flows: part.flows });
            owners.push(index);
        }
        let case = std::sync::Arc::clone(&self.case);
        let mut fuel = case.book.fuel(answer.body().len());
        let findings = case.book.detector.scan(scratch, &texts, &mut fuel).map_err(|_| Refusal::new(Code::TooMuchWork))?;
        for finding in findings {
            self.judge.note(&case, finding);
        }
        self.judge.admit(&case)?;
        let tokens = edits.len();
        for finding in findings {
            let Some((class, method)) = self.judge.masks(&case, finding) else { continue };
            let mut with = if method == Method::Remove { protect::remove(class) } else { protect::mask(class, "") };
            for piece in finding.pieces() {
                let (part, span) = (owners[piece.text as usize], (piece.span.start, piece.span.end));
                let restored = edits[..tokens].iter().any(|(p, s, _)| *p == part && s.0 < span.1 && span.0 < s.1);
                if !restored {
                    edits.push((part, span, std::mem::take(&mut with)));
                    self.summary.masked += 1;
                }
            }
        }
        Ok(edits)
    }
}
