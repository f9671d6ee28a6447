//! The answer on its way back: inspected, restored, and translated to the client's dialect, whole or as it streams.
//!
//! A pure step: bytes in, bytes and a [`Flow`] out. Events are held until their texts can no longer become something
//! else (the rest of a token, the rest of a finding) and then leave byte for byte as they came, or with just the
//! changed text spliced in. What is held is bounded by what a whole answer may take ([`Replied::held`] tells it).

mod echo;
mod flow;
mod judge;
mod queue;
mod view;
mod whole;
mod work;

use std::sync::Arc;

use bytes::Bytes;
use dialect::{Dialect, refusal, stream::Reader, translate};
use policy::DestinationInfo;
use protect::Vault;

use crate::search::Scratch;
use crate::{Case, Code, Draft, Refusal, guarded};
use judge::AnswerJudge;
use queue::Queue;
use work::Work;

/// Whether the answer goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// More may follow.
    Open,
    /// The final error event was written; nothing may follow and the upstream must be stopped.
    Cut(Code),
}

/// What the outcome record says of an answer.
#[derive(Clone, Debug, Default)]
pub struct AnswerSummary {
    /// Tokens that were replaced by their values.
    pub restored: u64,
    /// What looked like a token of ours but is not in this exchange; left as it came.
    pub unrestorable: u64,
    /// Findings by class, detector and level.
    pub findings: Vec<incident::FoundGroup>,
    /// What an allow-list let through.
    pub allowed: Vec<incident::Allowed>,
    /// The action that was decided on the answer; empty if it was not judged.
    pub action: &'static str,
    /// The situation, the candidate and the decision on the answer, in the policy's own form.
    pub judged: incident::Verbatim,
    /// Why, if somebody has to look at it.
    pub explained: Vec<String>,
    /// Whether the answer was changed other than by restoring.
    pub masked: u64,
    /// Fields that the client's dialect cannot express.
    pub lost: Vec<String>,
    /// The field by which it said that it was made elsewhere than its destination is, and what it said there.
    pub contradicted: Option<String>,
}

/// The answer of one attempt.
pub struct Replied {
    case: Arc<Case>,
    from: Dialect,
    to: Dialect,
    vault: Vault,
    translation: translate::Options,
    judge: AnswerJudge,
    streaming: Option<Streaming>,
    summary: AnswerSummary,
}

/// A streamed answer under way.
struct Streaming {
    reader: Reader,
    translator: Option<translate::Stream>,
    queue: Queue,
    /// The provider said that the stream is complete.
    done: bool,
    ended: bool,
}

impl Replied {
    /// Prepares for the answer to a draft that was sent. The draft's bytes are let go.
    #[must_use]
    pub fn new(draft: Draft) -> Self {
        let judge = AnswerJudge::new(&draft.case, draft.candidate.facts.clone());
        Self {
            case: draft.case,
            from: draft.from,
            to: draft.to,
            vault: draft.vault,
            translation: draft.translation,
            judge,
            streaming: None,
            summary: AnswerSummary::default(),
        }
    }

    /// What of the answer says that it was made elsewhere than its destination is, as soon as that has come.
    #[must_use]
    pub fn contradicted(&self) -> Option<&str> {
        self.summary.contradicted.as_deref()
    }

    /// The destination that answers.
    #[must_use]
    pub fn destination(&self) -> &DestinationInfo {
        self.case.book.destination(self.judge.destination())
    }

    /// Processes an answer that was read whole.
    ///
    /// # Errors
    /// `answer-blocked` if the policy does not let it in, `answer-unreadable` if it cannot be read or translated.
    pub fn whole(
        &mut self,
        content_type: Option<&str>,
        body: Bytes,
        scratch: &mut Scratch,
    ) -> Result<Bytes, Refusal> {
        guarded(|| self.read_whole(content_type, body, scratch))
    }

    /// Prepares for a streamed answer.
    ///
    /// # Errors
    /// `answer-blocked` if the policy lets no answer of this destination in.
    pub fn start(&mut self) -> Result<(), Refusal> {
        self.judge.admit(&self.case)?;
        let bounds = &self.case.book.bounds;
        let translator = (self.from != self.to)
            .then(|| translate::Stream::new(self.to, self.from, &self.translation));
        self.streaming = Some(Streaming {
            reader: Reader::new(self.to, bounds.answer, self.case.book.limits),
            translator,
            queue: Queue::default(),
            done: false,
            ended: false,
        });
        Ok(())
    }

    /// Takes more bytes of a streamed answer and appends what may leave to `out`.
    pub fn step(&mut self, bytes: &[u8], scratch: &mut Scratch, out: &mut Vec<u8>) -> Flow {
        self.guard_stream(out, |replied, out| {
            if let Some(streaming) = &mut replied.streaming {
                streaming.reader.feed(bytes);
            }
            replied.drain(false, scratch, out)
        })
    }

    /// Bytes held back of a streamed answer, near enough for a memory budget.
    #[must_use]
    pub fn held(&self) -> usize {
        self.streaming.as_ref().map_or(0, |s| s.reader.held() + s.queue.footprint())
    }

    /// Whether the stream said that it is complete, and all of it was let out. Clients leave then, before the provider ends.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.streaming.as_ref().is_some_and(|s| s.done && !s.ended && s.queue.is_empty())
    }

    /// The streamed answer has ended: appends what was still held to `out`.
    pub fn finish(&mut self, scratch: &mut Scratch, out: &mut Vec<u8>) -> Flow {
        self.guard_stream(out, |replied, out| {
            replied.drain(true, scratch, out)?;
            if let Some(translator) = replied.streaming.as_mut().and_then(|s| s.translator.as_mut())
            {
                translator.finish(out);
            }
            Ok(())
        })
    }

    /// The stream broke off upstream: what was held is dropped and the dialect's error event is written.
    pub fn break_off(&mut self, code: Code, out: &mut Vec<u8>) {
        self.cut(&Refusal::new(code), out);
    }

    /// What became of the answer, for the outcome record.
    #[must_use]
    pub fn summary(mut self) -> AnswerSummary {
        self.judge.summarise(&self.case, &mut self.summary);
        if let Some(translator) = self.streaming.as_ref().and_then(|s| s.translator.as_ref()) {
            self.summary.lost.extend(translator.lost().iter().cloned());
        }
        self.summary
    }

    /// Runs a step; a refusal or a panic in it cuts the stream.
    fn guard_stream(
        &mut self,
        out: &mut Vec<u8>,
        step: impl FnOnce(&mut Self, &mut Vec<u8>) -> Result<(), Refusal>,
    ) -> Flow {
        if self.streaming.as_ref().is_none_or(|streaming| streaming.ended) {
            return Flow::Open;
        }
        let kept = out.len();
        match guarded(|| step(self, out)) {
            Ok(()) => Flow::Open,
            Err(refusal) => {
                if refusal.code == Code::JudgementFailed {
                    out.truncate(kept);
                }
                self.cut(&refusal, out);
                Flow::Cut(refusal.code)
            }
        }
    }

    fn cut(&mut self, refusal: &Refusal, out: &mut Vec<u8>) {
        if let Some(streaming) = &mut self.streaming {
            streaming.ended = true;
            streaming.queue = Queue::default();
        }
        out.extend(refusal::event(self.from, &refused(refusal, &self.case.id)));
    }

    /// Moves events from the reader through the queue to the client.
    fn drain(
        &mut self,
        last: bool,
        scratch: &mut Scratch,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        let Some(mut streaming) = self.streaming.take() else { return Ok(()) };
        let drained = self.drain_into(&mut streaming, last, scratch, out);
        self.streaming = Some(streaming);
        drained
    }

    fn drain_into(
        &mut self,
        s: &mut Streaming,
        last: bool,
        scratch: &mut Scratch,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        while let Some(event) = s.reader.next().map_err(|_| Refusal::new(Code::AnswerUnreadable))? {
            s.done |= event.is_done();
            self.heed(event.data().as_bytes());
            let taken = s.queue.take(event, &mut self.work(scratch));
            s.let_out(out)?;
            taken?;
        }
        if last && let Some(tail) = s.reader.finish() {
            s.queue.take(tail, &mut self.work(scratch))?;
        }
        let settled = s.queue.settle_all(last, &mut self.work(scratch));
        s.let_out(out)?;
        settled
    }

    fn work<'w>(&'w mut self, scratch: &'w mut Scratch) -> Work<'w> {
        Work {
            case: &self.case,
            vault: &self.vault,
            judge: &mut self.judge,
            summary: &mut self.summary,
            scratch,
        }
    }
}

impl Streaming {
    /// Hands on what is ready, translated if the client speaks another dialect.
    fn let_out(&mut self, out: &mut Vec<u8>) -> Result<(), Refusal> {
        while let Some(event) = self.queue.ready()? {
            match &mut self.translator {
                None => out.extend_from_slice(&event),
                Some(translator) => translator.feed(&event, out).map_err(untranslatable)?,
            }
        }
        Ok(())
    }
}

fn untranslatable(problem: translate::Untranslatable) -> Refusal {
    Refusal::mended(Code::AnswerUnreadable, &problem.told(), &problem.mend)
}

/// A refusal in the form that the dialects write.
pub fn refused<'r>(refusal: &'r Refusal, record: &'r str) -> refusal::Refused<'r> {
    refusal::Refused {
        status: refusal.code.status(),
        code: refusal.code.name(),
        rule: refusal.rule.as_deref().unwrap_or(""),
        message: &refusal.message,
        law: refusal.law.as_deref().unwrap_or(""),
        remedy: &refusal.remedy,
        record,
        found: refusal.found.as_deref(),
        ask: refusal.ask.as_deref(),
    }
}

#[cfg(test)]
mod tests;
