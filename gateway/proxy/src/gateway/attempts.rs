//! Attempts: each candidate is decided once, and each time bytes are to be sent to it, that is recorded first.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use policy::{Decision, DestinationId, PoolId};

use exchange::{
    Candidate, Code, Course, Draft, End, Inspected, Located, Permit, Refusal, Replied, guarded,
    ledger,
};

use super::{OFF_THREAD, Open, scratch};
use crate::call::Call;
use crate::clock::{self, Stopwatch};
use crate::meters::Ending;
use crate::spans::UpstreamSpan;
use crate::{Reply, SendError, SendErrorKind};

/// Most addresses of one destination that are tried.
const ADDRESSES: usize = 3;

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
    /// Whether a kept connection was found dead before: it is tried anew once.
    renewed: bool,
}

impl Open<'_> {
    /// Stage 4 and all attempts.
    pub(super) async fn attempt_all(&self, call: &mut Call<'_>, inspected: Inspected) -> Ending {
        let tried = match self.place(self.case.requested).await {
            Ok(requested) => {
                let located = Arc::new(inspected.locate(requested));
                Attempts { open: self, located, renewed: false }.run(call).await
            }
            Err(refusal) => return self.refuse(call, refusal).await,
        };
        match tried {
            Tried::Answers(answers) => self.answer(call, *answers).await,
            Tried::Gone => {
                self.close(End::ClientGone, exchange::AnswerSummary::default());
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
        guarded(|| {
            Ok(match &resolved {
                Ok(resolved) => Candidate::new(book, destination, &resolved.addresses),
                Err(error) => Candidate::unresolved(book, destination, error.code()),
            })
        })
    }

    async fn answer(&self, call: &mut Call<'_>, answers: Answers) -> Ending {
        let Answers { reply, draft, started, until } = answers;
        // What the provider was sent is kept no longer: the answer may take its time.
        let (from, replied) = (Arc::clone(draft.candidate()), Replied::new(draft));
        call.release_body();
        self.note_upstream(UpstreamSpan {
            destination: replied.destination().to_owned(),
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
            Ok(Course::Send(decision)) => self.send_to(call, &requested, decision).await,
            Ok(Course::Reroute(decision, pool)) => {
                match self.record_unsent(&requested, &decision, None).await {
                    Ok(()) => self.reroute(call, pool).await,
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
            Ok(Course::Send(decision)) => return self.send_to(call, candidate, decision).await,
            // A member of a pool is not asked where else to go.
            Ok(Course::Reroute(decision, _)) => {
                (decision, Refusal::new(Code::NoPermittedDestination))
            }
            Ok(Course::Refuse(decision, refusal)) => (decision, refusal),
            Err(refusal) => return Tried::Over(refusal),
        };
        match self.record_unsent(candidate, &decision, Some(&refusal)).await {
            // Why one member may not have it is on record; the client is told that none can.
            Ok(()) => Tried::NotReached(Refusal::new(Code::NoPermittedDestination)),
            Err(refusal) => Tried::Over(refusal),
        }
    }

    /// Tries the addresses of a candidate in turn; each time is an attempt with a record of its own.
    async fn send_to(
        &mut self,
        call: &mut Call<'_>,
        candidate: &Arc<Candidate>,
        decision: Decision,
    ) -> Tried {
        let addresses = self.addresses(candidate);
        if addresses.is_empty() {
            return self.not_sent(candidate, &decision, Refusal::new(Code::NotResolved)).await;
        }
        let mut draft = match self.draft(candidate, decision.clone()).await {
            Ok(draft) => draft,
            Err(refusal) => return self.not_sent(candidate, &decision, refusal).await,
        };
        let mut last = Refusal::new(Code::Unreachable);
        for address in addresses {
            loop {
                let until = clock::now() + self.open.gateway.deadlines.total;
                let started = Stopwatch::start();
                match self.attempt(call, &mut draft, address).await {
                    Sent::Answers(reply) => {
                        let answers = Answers { reply, draft, started, until };
                        return Tried::Answers(Box::new(answers));
                    }
                    Sent::Gone => return Tried::Gone,
                    Sent::Over(refusal) => return Tried::Over(refusal),
                    Sent::Stale => {}
                    Sent::NotReached(refusal) => {
                        last = refusal;
                        break;
                    }
                }
            }
        }
        Tried::NotReached(last)
    }

    /// The addresses to try, those last that could not be reached lately.
    fn addresses(&self, candidate: &Candidate) -> Vec<IpAddr> {
        let mut addresses: Vec<IpAddr> = candidate.sites.iter().map(|site| site.address).collect();
        let now = clock::now();
        let port = self.port(candidate);
        addresses.sort_by_key(|address| {
            self.open.gateway.unreached.holds(SocketAddr::new(*address, port), now)
        });
        addresses.truncate(ADDRESSES);
        addresses
    }

    /// Whether no address of a candidate could be reached lately. One without addresses has its own refusal.
    fn is_unreached(&self, candidate: &Candidate) -> bool {
        let (now, port) = (clock::now(), self.port(candidate));
        let unreached = &self.open.gateway.unreached;
        let mut addresses = candidate.sites.iter().map(|site| SocketAddr::new(site.address, port));
        !candidate.sites.is_empty() && addresses.all(|address| unreached.holds(address, now))
    }

    fn port(&self, candidate: &Candidate) -> u16 {
        self.open.case.book.endpoint(candidate.facts.destination).port
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

    /// Prepares the bytes for a candidate that it may be sent to.
    async fn draft(
        &self,
        candidate: &Arc<Candidate>,
        decision: Decision,
    ) -> Result<Draft, Refusal> {
        let started = Stopwatch::start();
        let large = self.located.is_heavy(OFF_THREAD);
        let (located, candidate) = (Arc::clone(&self.located), Arc::clone(candidate));
        let draft = scratch::off_thread(large, move |scratch| {
            guarded(|| located.draft(&candidate, decision, 0, scratch))
        })
        .await
        .and_then(|drafted| drafted);
        self.open.spent(started, |times| &mut times.judge);
        draft
    }

    /// A candidate that gets nothing, for a reason of its own.
    async fn not_sent(
        &self,
        candidate: &Candidate,
        decision: &Decision,
        refusal: Refusal,
    ) -> Tried {
        match self.record_unsent(candidate, decision, Some(&refusal)).await {
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
    ) -> Result<(), Refusal> {
        let number = self.open.next_decision();
        let entry = guarded(|| Ok(self.located.unsent(number, candidate, decision, refusal)))?;
        self.open.append(entry).await?;
        self.open.gateway.meters.decided(decision.action);
        Ok(())
    }

    /// One attempt on one address: recorded, permitted, sent.
    async fn attempt(&mut self, call: &mut Call<'_>, draft: &mut Draft, address: IpAddr) -> Sent {
        draft.renumber(self.open.next_decision());
        journal::crash_point("proxy.decision.before");
        self.open.gateway.meters.decided(draft.action());
        let started = Stopwatch::start();
        let ledger = &*self.open.gateway.ledger;
        let receipt = ledger::record(ledger, self.open.durability, &self.located, draft).await;
        self.open.spent(started, |times| &mut times.record);
        let permit = match receipt.and_then(|receipt| Permit::new(draft, address, receipt)) {
            Ok(permit) => permit,
            Err(refusal) => return Sent::Over(refusal),
        };
        journal::crash_point("proxy.decision.recorded");
        self.send(call, permit).await
    }

    async fn send(&mut self, call: &mut Call<'_>, permit: Permit) -> Sent {
        let (length, address) = (permit.body_len() as u64, permit.address());
        let gateway = self.open.gateway;
        self.open.account().address = Some(address);
        let started = Stopwatch::start();
        let reply = tokio::select! {
            reply = gateway.send(permit) => reply,
            () = call.client_gone() => {
                // How much of it had left is not known; it was allowed to leave whole.
                self.open.account().sent = length;
                return Sent::Gone;
            }
        };
        self.open.spent(started, |times| &mut times.first_byte);
        match reply {
            Ok(reply) => {
                gateway.unreached.reached(address);
                let mut account = self.open.account();
                (account.status, account.sent) = (reply.status, length);
                Sent::Answers(Box::new(reply))
            }
            Err(error) => self.failed(&error, address, length),
        }
    }

    fn failed(&mut self, error: &SendError, address: SocketAddr, length: u64) -> Sent {
        let refusal = Refusal::new(code_of(error));
        let sent = if error.may_have_left() { length } else { 0 };
        self.open.attempt_failed(End::Upstream(refusal.code), sent);
        if matches!(
            error.kind(),
            SendErrorKind::Connect | SendErrorKind::ConnectTimeout | SendErrorKind::Tls
        ) {
            self.open.gateway.unreached.failed(address, clock::now());
        }
        if error.stale() && !std::mem::replace(&mut self.renewed, true) {
            return Sent::Stale;
        }
        if error.may_have_left() { Sent::Over(refusal) } else { Sent::NotReached(refusal) }
    }
}

/// What became of one attempt.
enum Sent {
    /// The head of an answer is here.
    Answers(Box<Reply>),
    /// The client went away.
    Gone,
    /// A kept connection was dead before a byte of an answer: a provider closes idle connections when it likes, so this
    /// is tried anew once, as all HTTP clients do, as an attempt of its own.
    Stale,
    /// Bytes may have left.
    Over(Refusal),
    /// No byte left.
    NotReached(Refusal),
}

/// Of two reasons why a pool could not help the one that somebody can do something about.
fn worth_telling(before: Refusal, now: Refusal) -> Refusal {
    if now.code == Code::NoPermittedDestination { before } else { now }
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
