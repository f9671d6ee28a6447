//! Attempts: each candidate is decided anew, recorded, and only then sent to.

use std::net::SocketAddr;

use incident::Timings;
use policy::{DestinationId, PoolId};

use exchange::{
    Candidate, Closed, Code, Course, Draft, End, Inspected, Located, Permit, Refusal, Replied,
    ledger,
};

use super::{OFF_THREAD, Open, scratch};
use crate::call::Call;
use crate::clock::Stopwatch;
use crate::meters::Ending;
use crate::spans::UpstreamSpan;
use crate::{Reply, SendError, SendErrorKind};

/// Most addresses of one destination that are tried.
const ADDRESSES: usize = 3;

/// What became of trying one destination.
enum Tried {
    /// The client has its answer, or went away.
    Done(Ending),
    /// No byte of the request left, so another candidate may be tried.
    NotReached(Refusal),
}

/// What is known at the end of an attempt, beside the answer itself.
struct Ended {
    end: End,
    status: u16,
    address: Option<SocketAddr>,
    sent: u64,
    delivered: u64,
}

/// One request under way, with the count of its attempts.
struct Attempts<'o, 'g> {
    open: &'o Open<'g>,
    located: Located,
    number: u32,
}

impl Open<'_> {
    /// Stage 4 and all attempts.
    pub(super) async fn attempt_all(&self, call: &mut Call<'_>, inspected: Inspected) -> Ending {
        let requested = self.place(self.case.requested).await;
        let located = inspected.locate(requested);
        Attempts { open: self, located, number: 0 }.run(call).await
    }

    /// A destination with all addresses of its name. A name that does not resolve has none.
    async fn place(&self, destination: DestinationId) -> Candidate {
        let book = &self.case.book;
        let resolved = self.gateway.resolver.resolve(&book.endpoint(destination).host).await;
        let addresses = resolved.as_ref().map_or(&[][..], |resolved| &resolved.addresses);
        Candidate::new(book, destination, addresses)
    }
}

impl Attempts<'_, '_> {
    async fn run(&mut self, call: &mut Call<'_>) -> Ending {
        let requested = self.located.requested().clone();
        let tried = match self.located.decide(&requested) {
            Course::Send(_) => self.send_to(call, &requested).await,
            Course::Reroute(decision, pool) => {
                let entry = self.entry(&requested, &decision, None);
                if self.open.gateway.ledger.append(entry, self.open.durability).await.is_err() {
                    return self.open.refuse(call, Refusal::new(Code::Unrecorded)).await;
                }
                self.open.gateway.meters.decided(decision.action);
                self.reroute(call, pool).await
            }
            Course::Refuse(decision, refusal) => {
                let entry = self.entry(&requested, &decision, Some(&refusal));
                return self.open.refuse_by(call, self.number, entry, refusal, &decision).await;
            }
        };
        match tried {
            Tried::Done(ending) => ending,
            Tried::NotReached(refusal) => {
                super::refuse::answer(call, &refusal, &self.open.case.id).await;
                self.open.closed(self.number, End::Refused(refusal.code));
                Ending::Refused(refusal.code)
            }
        }
    }

    /// Decides again for each member of a pool, in its order; the first that may and can take it wins.
    async fn reroute(&mut self, call: &mut Call<'_>, pool: PoolId) -> Tried {
        let mut last = Refusal::new(Code::NoPermittedDestination);
        let members = self.open.case.book.rulebook.pools()[pool.index()].members.clone();
        for member in members {
            let candidate = self.open.place(member).await;
            match self.located.decide(&candidate) {
                Course::Send(_) => match self.send_to(call, &candidate).await {
                    Tried::NotReached(refusal) => last = refusal,
                    done => return done,
                },
                Course::Reroute(decision, _) | Course::Refuse(decision, _) => {
                    let entry = self.entry(&candidate, &decision, Some(&last));
                    if self.open.gateway.ledger.append(entry, self.open.durability).await.is_err() {
                        return Tried::NotReached(Refusal::new(Code::Unrecorded));
                    }
                }
            }
        }
        Tried::NotReached(last)
    }

    /// Tries the addresses of a candidate in turn; each is a decision and a record of its own.
    async fn send_to(&mut self, call: &mut Call<'_>, candidate: &Candidate) -> Tried {
        let mut last = Refusal::new(Code::NotResolved);
        for site in candidate.sites.iter().take(ADDRESSES) {
            let draft = match self.draft(candidate).await {
                Ok(draft) => draft,
                Err(refusal) => return self.refuse_draft(call, candidate, refusal).await,
            };
            journal::crash_point("proxy.decision.before");
            self.open.gateway.meters.decided(draft.action());
            let receipt = match ledger::record(
                &*self.open.gateway.ledger,
                self.open.durability,
                &self.located,
                &draft,
            )
            .await
            {
                Ok(receipt) => receipt,
                Err(refusal) => return Tried::NotReached(refusal),
            };
            journal::crash_point("proxy.decision.recorded");
            let (permit, replied) = match Permit::new(draft, site.address, receipt) {
                Ok(permitted) => permitted,
                Err(refusal) => return Tried::NotReached(refusal),
            };
            match self.send(call, permit, replied).await {
                Tried::NotReached(refusal) => last = refusal,
                done => return done,
            }
        }
        if candidate.sites.is_empty() {
            return self.refuse_draft(call, candidate, last).await;
        }
        Tried::NotReached(last)
    }

    /// Decides on a candidate and prepares the bytes for it.
    async fn draft(&mut self, candidate: &Candidate) -> Result<Draft, Refusal> {
        self.number += 1;
        let Course::Send(decision) = self.located.decide(candidate) else {
            return Err(Refusal::new(Code::JudgementFailed));
        };
        let (located, number) = (&self.located, self.number);
        let large = located.body_len() > OFF_THREAD;
        let work = |scratch: &mut detect::Scratch| {
            exchange::guarded(|| located.draft(candidate, decision, number, scratch))
        };
        if large {
            tokio::task::block_in_place(|| scratch::with(work))
        } else {
            scratch::with(work)
        }
    }

    /// A candidate that may have it, but for which no bytes could be made or found no address.
    async fn refuse_draft(
        &mut self,
        call: &mut Call<'_>,
        candidate: &Candidate,
        refusal: Refusal,
    ) -> Tried {
        let decision = self.located.decide(candidate);
        let entry = self.entry(candidate, decision.decision(), Some(&refusal));
        Tried::Done(
            self.open.refuse_by(call, self.number, entry, refusal, decision.decision()).await,
        )
    }

    async fn send(&self, call: &mut Call<'_>, permit: Permit, replied: Replied) -> Tried {
        let sent = permit.body_len() as u64;
        let started = Stopwatch::start();
        let gateway = self.open.gateway;
        let reply = tokio::select! {
            reply = gateway.send(permit) => reply,
            () = call.client_gone() => {
                self.close(Ended { end: End::ClientGone, status: 0, address: None, sent, delivered: 0 }, replied, started);
                return Tried::Done(Ending::ClientGone);
            }
        };
        match reply {
            Ok(reply) => Tried::Done(self.answer(call, reply, replied, sent, started).await),
            Err(error) => {
                let refusal = Refusal::new(code_of(&error));
                let left = if error.may_have_left() { sent } else { 0 };
                let end = End::Upstream(refusal.code);
                self.close(
                    Ended { end, status: 0, address: None, sent: left, delivered: 0 },
                    replied,
                    started,
                );
                if error.may_have_left() {
                    super::refuse::answer(call, &refusal, &self.open.case.id).await;
                    return Tried::Done(Ending::Refused(refusal.code));
                }
                Tried::NotReached(refusal)
            }
        }
    }

    async fn answer(
        &self,
        call: &mut Call<'_>,
        reply: Reply,
        replied: Replied,
        sent: u64,
        started: Stopwatch,
    ) -> Ending {
        let (status, address) = (reply.status, Some(reply.address));
        self.open.note_upstream(UpstreamSpan {
            destination: replied.destination().to_owned(),
            address: reply.address,
            status,
            started: crate::clock::unix_nanos()
                .saturating_sub(started.micros().saturating_mul(1_000)),
        });
        journal::crash_point("proxy.answer.begun");
        let answered = self.open.pump(call, reply, replied).await;
        journal::crash_point("proxy.answer.ended");
        let ending = answered.ending();
        let ended = Ended { end: answered.end, status, address, sent, delivered: answered.bytes };
        self.close(ended, answered.replied, started);
        ending
    }

    /// The outcome record. That it could not be written changes nothing for the client any more; it is counted.
    fn close(&self, ended: Ended, replied: Replied, started: Stopwatch) {
        let total = self.open.watch.micros();
        let upstream = started.micros();
        let closed = Closed {
            case: &self.open.case,
            attempt: self.number,
            end: ended.end,
            upstream_status: ended.status,
            address: ended.address,
            sent: ended.sent,
            delivered: ended.delivered,
            answer: replied.summary(),
            timings: Timings { total, judge: total.saturating_sub(upstream), ..Timings::default() },
        };
        self.open.gateway.meters.answered(&closed.answer);
        if self.open.gateway.ledger.close(closed.entry()).is_err() {
            self.open.gateway.meters.outcome_lost();
        }
    }

    fn entry(
        &mut self,
        candidate: &Candidate,
        decision: &policy::Decision,
        refusal: Option<&Refusal>,
    ) -> Vec<u8> {
        if refusal.is_none() || self.number == 0 {
            self.number += 1;
        }
        self.located.unsent(self.number, candidate, decision, refusal)
    }
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
