//! Attempts: each candidate is decided once, and each time bytes are to be sent to it, that is recorded first.

mod asking;
mod sending;

use std::sync::Arc;
use std::time::Instant;

use exchange::{
    AnswerSummary, Candidate, Code, Course, Draft, End, Inspected, Located, Refusal, Replied,
    guarded,
};
use incident::Asked;
use policy::{Decision, DestinationId, PoolId};

use super::Open;
use super::counting::Counting;
use crate::call::Call;
use crate::clock::{self, Stopwatch};
use crate::meters::Ending;
use crate::spans::UpstreamSpan;
use crate::{Reply, SendError, SendErrorKind};

/// What became of trying one destination.
enum Tried {
    /// It answers.
    Answers(Box<Answers>),
    /// The client went away.
    Gone,
    /// Bytes may have left, or nothing can be recorded: nothing else may be tried.
    Over(Refusal),
    /// No byte of the request left, so another candidate may be tried.
    NotReached(Refusal),
}

impl Tried {
    /// Where no member of a pool may take it, what is told is the rule that would have it go there.
    fn or_by(self, rule: Refusal) -> Self {
        match self {
            Self::NotReached(last)
                if last.code == Code::NoPermittedDestination && last.rule.is_none() =>
            {
                Self::NotReached(Refusal { found: last.found, ..rule })
            }
            other => other,
        }
    }
}

/// An answer whose head is here.
struct Answers {
    reply: Box<Reply>,
    draft: Draft,
    /// Runs since the request was given to the engine.
    started: Stopwatch,
    /// When `upstream.total` is over.
    until: Instant,
}

/// One request on its way to whoever may and can take it.
struct Attempts<'o, 'g> {
    open: &'o Open<'g>,
    located: Arc<Located>,
    /// Its persons; settled when all attempts are over.
    counting: Counting,
    /// Whether a kept connection was found dead before: it is tried anew once.
    renewed: bool,
}

impl Open<'_> {
    /// Stage 4 and all attempts.
    pub(super) async fn attempt_all(
        &self,
        call: &mut Call<'_>,
        inspected: Inspected,
        counting: Counting,
    ) -> Ending {
        let tried = match self.place(self.case.requested).await {
            Ok(requested) => {
                let located = Arc::new(inspected.locate(requested));
                Attempts { open: self, located, counting, renewed: false }.run(call).await
            }
            Err(refusal) => return self.refuse(call, refusal).await,
        };
        match tried {
            Tried::Answers(answers) => self.answer(call, *answers).await,
            Tried::Gone => {
                self.close(End::ClientGone, AnswerSummary::default());
                Ending::ClientGone
            }
            Tried::Over(refusal) | Tried::NotReached(refusal) => self.end(call, &refusal).await,
        }
    }

    /// A destination with all addresses of its name. A name that does not resolve has none.
    async fn place(&self, destination: Option<DestinationId>) -> Result<Arc<Candidate>, Refusal> {
        let destination = destination.ok_or_else(|| Refusal::new(Code::NoRoute))?;
        let book = &self.case.book;
        let resolved = self.gateway.resolver.resolve(&book.endpoint(destination).host).await;
        let candidate = guarded(|| {
            Ok(match &resolved {
                Ok(resolved) => Candidate::new(book, destination, &resolved.addresses),
                Err(error) => Candidate::unresolved(book, destination, error.code()),
            })
        })?;
        let said = self.gateway.contradicted.said(book.destination(destination));
        Ok(said.map_or(Arc::clone(&candidate), |said| {
            Arc::new(Arc::unwrap_or_clone(candidate).contradicted(said))
        }))
    }

    async fn answer(&self, call: &mut Call<'_>, answers: Answers) -> Ending {
        let Answers { reply, draft, started, until } = answers;
        // What the provider was sent is kept no longer: the answer may take its time.
        let (from, replied) = (Arc::clone(draft.candidate()), Replied::new(draft));
        call.release_body();
        self.note_upstream(UpstreamSpan {
            destination: replied.destination().name.clone(),
            address: reply.address,
            status: reply.status,
            started: clock::unix_nanos().saturating_sub(started.micros().saturating_mul(1_000)),
        });
        journal::crash_point("proxy.answer.begun");
        let (end, answer) = self.pump(call, *reply, &from, replied, until).await;
        journal::crash_point("proxy.answer.ended");
        self.close(end, answer);
        match end {
            End::Complete => Ending::Answered,
            End::ClientGone | End::Stopped => Ending::ClientGone,
            End::Upstream(code) | End::Cut(code) | End::Refused(code) => Ending::Refused(code),
        }
    }
}

impl Attempts<'_, '_> {
    async fn run(mut self, call: &mut Call<'_>) -> Tried {
        let requested = Arc::clone(self.located.requested());
        match self.decide(&requested).await {
            Ok(Course::Send(decision)) => self.send_to(call, &requested, decision, None).await,
            Ok(Course::Ask(decision, refusal)) => {
                self.ask(call, &requested, decision, refusal).await
            }
            Ok(Course::Reroute(decision, pool, refusal)) => {
                match self.record_unsent(&requested, &decision, None, None).await {
                    Ok(()) => self.reroute(call, pool).await.or_by(refusal),
                    Err(refusal) => Tried::Over(refusal),
                }
            }
            Ok(Course::Refuse(decision, refusal)) => {
                self.not_sent(&requested, &decision, refusal).await
            }
            Err(refusal) => Tried::Over(refusal),
        }
    }

    /// Decides on each member of a pool, in its order but those last that could not be reached lately; the first that
    /// may and can take it wins.
    async fn reroute(&mut self, call: &mut Call<'_>, pool: PoolId) -> Tried {
        let mut last = Refusal::new(Code::NoPermittedDestination);
        let pool = self.open.case.book.rulebook.pool(pool);
        let members = pool.map(|pool| pool.members.clone()).unwrap_or_default();
        let mut unreached = Vec::new();
        for member in members {
            let candidate = match self.open.place(Some(member)).await {
                Ok(candidate) => candidate,
                Err(refusal) => return Tried::Over(refusal),
            };
            if self.is_unreached(&candidate) {
                unreached.push(candidate);
                continue;
            }
            match self.try_member(call, &candidate).await {
                Tried::NotReached(refusal) => last = worth_telling(last, refusal),
                done => return done,
            }
        }
        for candidate in unreached {
            match self.try_member(call, &candidate).await {
                Tried::NotReached(refusal) => last = worth_telling(last, refusal),
                done => return done,
            }
        }
        Tried::NotReached(last)
    }

    async fn try_member(&mut self, call: &mut Call<'_>, candidate: &Arc<Candidate>) -> Tried {
        let (decision, refusal) = match self.decide(candidate).await {
            Ok(Course::Send(decision)) => {
                return self.send_to(call, candidate, decision, None).await;
            }
            Ok(Course::Ask(decision, refusal)) if decision.reroute.is_none() => {
                return self.ask_for_member(call, candidate, decision, refusal).await;
            }
            // A member of a pool is not asked where else to go.
            Ok(Course::Reroute(decision, ..) | Course::Ask(decision, _)) => {
                (decision, Refusal::new(Code::NoPermittedDestination))
            }
            Ok(Course::Refuse(decision, refusal)) => (decision, refusal),
            Err(refusal) => return Tried::Over(refusal),
        };
        match self.record_unsent(candidate, &decision, Some(&refusal), None).await {
            // Why one member may not have it is on record; the client is told that none can.
            Ok(()) => {
                let found = refusal.found;
                Tried::NotReached(Refusal { found, ..Refusal::new(Code::NoPermittedDestination) })
            }
            Err(refusal) => Tried::Over(refusal),
        }
    }

    /// What the policy makes of a candidate. A judgement that fails is recorded here.
    async fn decide(&self, candidate: &Candidate) -> Result<Course, Refusal> {
        let started = Stopwatch::start();
        let course = guarded(|| {
            journal::crash_point("proxy.judgement");
            Ok(self.located.decide(candidate))
        });
        self.open.spent(started, |times| &mut times.judge);
        match course {
            Ok(course) => Ok(course),
            Err(refusal) => {
                let number = self.open.next_decision();
                self.open.append(self.open.case.refused(number, &refusal)).await?;
                Err(refusal)
            }
        }
    }

    /// A candidate that gets nothing, for a reason of its own.
    async fn not_sent(
        &self,
        candidate: &Candidate,
        decision: &Decision,
        refusal: Refusal,
    ) -> Tried {
        match self.record_unsent(candidate, decision, Some(&refusal), None).await {
            Ok(()) => Tried::NotReached(refusal),
            Err(refusal) => Tried::Over(refusal),
        }
    }

    /// Records a decision by which nothing is sent to this candidate.
    async fn record_unsent(
        &self,
        candidate: &Candidate,
        decision: &Decision,
        refusal: Option<&Refusal>,
        asked: Option<Asked>,
    ) -> Result<(), Refusal> {
        let number = self.open.next_decision();
        let entry =
            guarded(|| Ok(self.located.unsent(number, candidate, decision, refusal, asked)))?;
        self.open.append(entry).await?;
        self.open.gateway.meters.decided(decision);
        Ok(())
    }
}

/// Of two reasons why a pool could not help the one that somebody can do something about; best what is asked for, by the first. Where
/// none may take it, what the first says that says what was found.
fn worth_telling(before: Refusal, now: Refusal) -> Refusal {
    let says_more = before.code != Code::NoPermittedDestination || before.found.is_some();
    let keep = before.ask.is_some() || now.code == Code::NoPermittedDestination && says_more;
    if keep { before } else { now }
}

pub(super) fn code_of(error: &SendError) -> Code {
    match error.kind() {
        SendErrorKind::FirstByteTimeout
        | SendErrorKind::ReadTimeout
        | SendErrorKind::TotalTimeout => Code::UpstreamTimeout,
        SendErrorKind::BadResponse | SendErrorKind::HeadTooLarge | SendErrorKind::TooLarge => {
            Code::AnswerUnreadable
        }
        _ => Code::Unreachable,
    }
}
