//! The session: drives one request through the stages of `exchange`, and is the only code that connects judgement to
//! the network.

mod account;
mod answer;
mod arrival;
mod attempts;
mod contradicted;
mod counting;
mod egress;
mod refuse;
mod routes;
mod scratch;
mod unreached;

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use bytes::Bytes;
use census::Census;
use exchange::ledger::Durability;
use exchange::{Book, Case, Code, Desk, Inspected, Ledger, Received, Refusal, guarded};

pub use contradicted::Contradicted;
pub use routes::{Chosen, Route, Routes};
pub use unreached::Unreached;

use account::Account;

use crate::call::{Call, Handler};
use crate::clock::Stopwatch;
use crate::identity::Identities;
use crate::meters::{Ending, Meters};
use crate::spans::{ExchangeSpan, SpanSink, UpstreamSpan};
use crate::{Budget, Deadlines, Engine, Resolver, clock, config};

/// Bodies above this, and those that hold files, are judged off the worker thread, so that other connections are not held up.
/// Bytes.
const OFF_THREAD: usize = 256 << 10;

/// Everything a session needs, shared by all of them.
pub struct Gateway {
    /// What requests are judged by from now on.
    pub book: Arc<ArcSwap<Book>>,
    /// From listener and path to destination.
    pub routes: Routes,
    /// Who is calling.
    pub identities: Arc<ArcSwap<Identities>>,
    /// The way out.
    pub engine: Arc<Engine>,
    /// Which destinations have said that they are elsewhere.
    pub contradicted: Contradicted,
    /// Which addresses could not be connected lately.
    pub unreached: Unreached,
    /// Names to addresses.
    pub resolver: Resolver,
    /// Where decisions are recorded.
    pub ledger: Arc<dyn Ledger>,
    /// Whom this node has counted; opened only for a policy that has counters.
    pub census: Arc<Census>,
    /// Where requests wait for what was asked for, and what was used is remembered.
    pub desk: Arc<dyn Desk>,
    /// When a decision counts as recorded, by listener; the first is for all others.
    pub durability: (Durability, Vec<(String, Durability)>),
    /// Bounds on what a client may send.
    pub limits: config::Limits,
    /// The memory that all buffered bodies share.
    pub budget: Arc<Budget>,
    /// Bounds of waiting for a provider.
    pub deadlines: Deadlines,
    /// Counts and times.
    pub meters: Arc<Meters>,
    /// Whether providers get a fresh `traceparent`.
    pub trace_upstream: bool,
    /// Where finished exchanges are shown as spans, if anywhere.
    pub spans: Option<Arc<dyn SpanSink>>,
    /// This node's name in records.
    pub node: String,
    /// Tells this run of the process apart from others.
    pub boot: String,
}

/// One request under way. Dropping it writes its outcome, if nothing has before.
struct Open<'g> {
    gateway: &'g Gateway,
    case: Arc<Case>,
    watch: Stopwatch,
    durability: Durability,
    /// The attempt that was answered, for the trace.
    upstream: Mutex<Option<UpstreamSpan>>,
    account: Mutex<Account>,
}

#[async_trait]
impl Handler for Gateway {
    async fn handle(&self, call: &mut Call<'_>) {
        let watch = Stopwatch::start();
        let ending = self.serve(call, watch).await;
        self.meters.ended(ending, watch.elapsed());
    }
}

impl Gateway {
    async fn serve(&self, call: &mut Call<'_>, watch: Stopwatch) -> Ending {
        let route = self.routes.choose(&call.connection().listener, call.method(), call.path());
        let book = self.book.load_full();
        // A reloaded policy is taken over only if it declares every routed destination, so this is a second safety.
        let requested =
            route.as_ref().and_then(|route| book.rulebook.destination(&route.destination));
        let path = route.map_or_else(|| call.path().to_owned(), |route| route.path);
        let case = Arc::new(self.arrive(call, book, path, requested));
        let durability = self.durability_of(&case.listener);
        let (upstream, account) = (Mutex::default(), Mutex::default());
        let open = Open { gateway: self, durability, case, watch, upstream, account };
        let ending = open.serve(call).await;
        open.show(ending);
        ending
    }

    fn durability_of(&self, listener: &str) -> Durability {
        let (default, exceptions) = &self.durability;
        exceptions
            .iter()
            .find(|(name, _)| name == listener)
            .map_or(*default, |(_, durability)| *durability)
    }
}

impl Open<'_> {
    async fn serve(&self, call: &mut Call<'_>) -> Ending {
        if self.case.requested.is_none() {
            return self.refuse(call, Refusal::new(Code::NoRoute)).await;
        }
        let started = Stopwatch::start();
        let read = call.read_body(&self.gateway.limits, &self.gateway.budget).await;
        self.spent(started, |times| &mut times.receive);
        let body = match read {
            Ok(body) => body,
            Err(problem) => return self.refuse_body(call, &problem).await,
        };
        let inspected = match self.inspect(body).await {
            Ok(inspected) => self.count(inspected).await,
            Err(refusal) => Err(refusal),
        };
        match inspected {
            Ok((inspected, counting)) => self.attempt_all(call, inspected, counting).await,
            Err(refusal) => self.refuse(call, refusal).await,
        }
    }

    fn note_upstream(&self, upstream: UpstreamSpan) {
        *self.upstream.lock().unwrap_or_else(PoisonError::into_inner) = Some(upstream);
    }

    /// Shows the finished exchange as spans, if anybody looks.
    fn show(&self, ending: Ending) {
        let Some(sink) = &self.gateway.spans else { return };
        let (dialect, operation) = dialect::recognise(&self.case.method, &self.case.path);
        let upstream = self.upstream.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (status, refused) = match ending {
            Ending::Answered => (upstream.as_ref().map_or(0, |upstream| upstream.status), None),
            Ending::Refused(code) => (code.status(), Some(code.name())),
            Ending::ClientGone => (0, None),
        };
        sink.exchange(ExchangeSpan {
            trace: self.case.trace.clone(),
            exchange: self.case.id.clone(),
            started: self.case.arrived,
            ended: clock::unix_nanos(),
            dialect: dialect.name(),
            operation: operation.name(),
            status,
            refused,
            upstream,
        });
    }

    /// Stages 1 to 3. A large body is worked on elsewhere, so that this thread goes on serving.
    async fn inspect(&self, body: Bytes) -> Result<Inspected, Refusal> {
        let received = Received::new(Arc::clone(&self.case), body);
        let started = Stopwatch::start();
        let large = received.is_heavy(OFF_THREAD);
        let inspected = scratch::off_thread(large, move |scratch| {
            guarded(|| received.parse()?.inspect(scratch))
        })
        .await
        .and_then(|inspected| inspected);
        self.spent(started, |times| &mut times.judge);
        self.gateway.meters.inspected(started.elapsed());
        inspected
    }
}
