//! An answer that was read whole.

use bytes::Bytes;
use dialect::{Answer, Edit, Modality, translate};

use super::{Replied, untranslatable};
use crate::parsed::text_of;
use crate::search::Scratch;
use crate::{Code, Refusal};

impl Replied {
    pub(super) fn read_whole(
        &mut self,
        content_type: Option<&str>,
        body: Bytes,
        scratch: &mut Scratch,
    ) -> Result<Bytes, Refusal> {
        self.heed(&body);
        self.judge.admit(&self.case)?;
        if body.is_empty() {
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
            self.judge.note_unlooked(&self.case, true, false)?;
            return Ok(body);
        };
        let spliced = self.spliced(&answer, scratch)?;
        if self.from == self.to {
            return Ok(spliced);
        }
        let translate::Options { model, created, .. } = &self.translation;
        let said = translate::answer(self.to, self.from, &spliced, model.as_deref(), *created)
            .map_err(untranslatable)?;
        self.summary.lost.extend(said.lost);
        Ok(Bytes::from(said.body))
    }

    /// The answer with values put back and what the policy wants out taken out.
    fn spliced(&mut self, answer: &Answer, scratch: &mut Scratch) -> Result<Bytes, Refusal> {
        let (mut texts, mut owners) = (Vec::new(), Vec::new());
        let (mut unread, mut opaque) = (false, false);
        for (index, part) in answer.parts().iter().enumerate() {
            match part.modality {
                Modality::Text => {
                    let (label, body) = (answer.label(part), answer.text(part));
                    texts.push(text_of(part, label, body));
                    owners.push(index);
                }
                // Log probabilities spell out as numbers what the text beside them says, which is inspected.
                Modality::Opaque => unread |= !answer.path_of(part).contains("logprobs"),
                _ => opaque = true,
            }
        }
        let mut work = self.work(scratch);
        work.judge.note_unlooked(work.case, unread, opaque)?;
        let done = work.complete(&texts)?;
        let masked = done.edits.iter().any(|(_, edit)| edit.masks);
        let edits: Vec<Edit<'_>> = done
            .edits
            .iter()
            .map(|(at, edit)| Edit {
                part: owners[*at],
                span: (edit.start, edit.end),
                with: &edit.with,
            })
            .collect();
        answer.splice(&edits, masked).map_err(|_| Refusal::new(Code::AnswerUnreadable))
    }
}
