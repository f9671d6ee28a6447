//! Sends to a candidate that may have it: its addresses in turn, each time an attempt with a record of its own.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use exchange::asks::Checked;
use exchange::ledger::Durability;
use exchange::{Candidate, Code, Draft, End, Permit, Refusal, guarded, ledger, register};
use policy::Decision;

use super::{Answers, Attempts, Tried, code_of};
use crate::call::Call;
use crate::clock::{self, Stopwatch};
use crate::gateway::{OFF_THREAD, scratch};
use crate::{Reply, SendError, SendErrorKind};

/// Most addresses of one destination that are tried.
const ADDRESSES: usize = 3;

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

impl Attempts<'_, '_> {
    /// Tries the addresses of a candidate in turn; each time is an attempt with a record of its own.
    pub(super) async fn send_to(
        &mut self,
        call: &mut Call<'_>,
        candidate: &Arc<Candidate>,
        decision: Decision,
        checked: Option<Checked>,
    ) -> Tried {
        let addresses = self.addresses(candidate);
        if addresses.is_empty() {
            return self.not_sent(candidate, &decision, Refusal::new(Code::NotResolved)).await;
        }
        let mut draft = match self.draft(candidate, decision.clone()).await {
            Ok(draft) => draft,
            Err(refusal) => return self.not_sent(candidate, &decision, refusal).await,
        };
        let mut asked = None;
        if let Some(checked) = checked {
            // Used up only now, when nothing but the network can keep it from leaving.
            let spent = self.spend(checked).await;
            let granted = spent.and_then(|grant| {
                asked = Some(grant.told());
                let granted = guarded(|| self.located.grant(&mut draft, grant));
                granted.map_err(|refusal| Box::new((refusal, None)))
            });
            if let Err(waits) = granted {
                return self.waits(candidate, &decision, waits).await;
            }
        }
        if let Err(refusal) = register::count(&self.counting, &mut draft).await {
            let recorded = self.record_unsent(candidate, &decision, Some(&refusal), asked).await;
            return Tried::Over(recorded.err().unwrap_or(refusal));
        }
        journal::crash_point("proxy.persons.kept");
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
    pub(super) fn is_unreached(&self, candidate: &Candidate) -> bool {
        let (now, port) = (clock::now(), self.port(candidate));
        let unreached = &self.open.gateway.unreached;
        let mut addresses = candidate.sites.iter().map(|site| SocketAddr::new(site.address, port));
        !candidate.sites.is_empty() && addresses.all(|address| unreached.holds(address, now))
    }

    fn port(&self, candidate: &Candidate) -> u16 {
        self.open.case.book.endpoint(candidate.facts.destination).port
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

    /// One attempt on one address: recorded, permitted, sent.
    async fn attempt(&mut self, call: &mut Call<'_>, draft: &mut Draft, address: IpAddr) -> Sent {
        draft.renumber(self.open.next_decision());
        journal::crash_point("proxy.decision.before");
        self.open.gateway.meters.decided(draft.decision());
        let started = Stopwatch::start();
        let ledger = &*self.open.gateway.ledger;
        let durability =
            if draft.is_granted() { Durability::Durable } else { self.open.durability };
        let receipt = ledger::record(ledger, durability, &self.located, draft).await;
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
