//! The process: one pingora server, one data-plane service with all listeners, background work, stop and hand-over.
//!
//! pingora waits out its whole grace period, so the server runs on a thread of its own, which is left behind as soon as
//! the last connection has ended.

use std::collections::HashMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use pingora_core::listeners::ListenerConfig;
use pingora_core::protocols::l4::stream::L4BufferSettings;
use pingora_core::server::configuration::{Opt, ServerConf};
use pingora_core::server::{
    ExecutionPhase, RunArgs, Server, ShutdownSignal, ShutdownSignalWatch, ShutdownWatch,
};
use pingora_core::services::background::{BackgroundService, background_service};
use pingora_core::services::listening::Service;
use pingora_proxy::HttpProxy;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, oneshot};

use crate::call::Handler;
use crate::config::{Listener, OutOfBounds, ProxyConfig};
use crate::counters::Counters;
use crate::front::{Door, Front, tls};
use crate::private_folder::{self, NotPrivate};
use crate::shell::Shell;

/// Work beside the data plane, on a thread and runtime of its own.
pub struct Background {
    name: String,
    run: Work,
}

type Work = Box<dyn FnOnce(ShutdownWatch) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

impl Background {
    /// Work that is started with the server; it should end soon after the watch turns true.
    pub fn new<F>(
        name: impl Into<String>,
        run: impl FnOnce(ShutdownWatch) -> F + Send + 'static,
    ) -> Background
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Background { name: name.into(), run: Box::new(|watch| Box::pin(run(watch))) }
    }
}

/// How to start.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Take the listening sockets over from the running process.
    pub upgrade: bool,
    /// Where the front counts.
    pub counters: Arc<Counters>,
}

/// Why the server cannot start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServeError {
    /// Values out of bounds, all of them.
    #[error("the configuration cannot be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Config(Vec<OutOfBounds>),
    /// A certificate or key cannot be used.
    #[error("listener {listener}: {why}")]
    Tls {
        /// Name of the listener.
        listener: String,
        /// File and reason.
        why: String,
    },
    /// An address cannot be listened on.
    #[error("listener {listener}: {why}")]
    Address {
        /// Name of the listener.
        listener: String,
        /// The reason.
        why: String,
    },
    /// Other users could take part in a hand-over.
    #[error("process.upgrade_socket: {0}")]
    UpgradeSocket(NotPrivate),
    /// The server's thread cannot be started.
    #[error("the server cannot be started: {0}")]
    Thread(String),
}

/// A server that can be run.
pub struct Prepared {
    server: Server,
    running: Running,
    stop: Duration,
}

/// What must end before the process may.
#[derive(Clone, Default)]
struct Running {
    connections: Arc<AtomicUsize>,
    background: Arc<AtomicUsize>,
}

/// Stops a server that was started with [`Prepared::run_until`].
pub struct Stop {
    asked: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Stop {
    /// A stop that is asked for by sending to (or dropping) the sender.
    pub fn new() -> (oneshot::Sender<()>, Stop) {
        let (ask, asked) = oneshot::channel();
        (ask, Stop { asked: Mutex::new(Some(asked)) })
    }
}

#[async_trait]
impl ShutdownSignalWatch for Stop {
    async fn recv(&self) -> ShutdownSignal {
        match self.asked.lock().await.take() {
            // A dropped sender asks too.
            Some(asked) => drop(asked.await),
            None => std::future::pending().await,
        }
        ShutdownSignal::GracefulTerminate
    }
}

impl Prepared {
    /// Serves until a signal: SIGTERM lets running exchanges finish, SIGQUIT also hands the listening sockets to a
    /// process started with `--upgrade`, SIGINT stops at once. Returns when all is done.
    ///
    /// # Errors
    /// [`ServeError::Thread`].
    pub fn run(self) -> Result<(), ServeError> {
        self.serve(RunArgs::default)
    }

    /// Serves until `stop` is asked for and all is done; for tests and the demo.
    ///
    /// # Errors
    /// [`ServeError::Thread`].
    pub fn run_until(self, stop: Stop) -> Result<(), ServeError> {
        self.serve(|| RunArgs { shutdown_signal: Box::new(stop) })
    }

    fn serve(self, args: impl FnOnce() -> RunArgs + Send + 'static) -> Result<(), ServeError> {
        let Prepared { server, running, stop } = self;
        let mut phases = server.watch_execution_phase();
        let thread = std::thread::Builder::new()
            .name("server".to_owned())
            .spawn(move || server.run(args()))
            .map_err(|error| ServeError::Thread(error.to_string()))?;
        loop {
            match phases.blocking_recv() {
                Ok(ExecutionPhase::ShutdownGracePeriod) => {
                    running.wait(&thread, stop);
                    break;
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
        if thread.is_finished()
            && let Err(panic) = thread.join()
        {
            std::panic::resume_unwind(panic);
        }
        Ok(())
    }
}

impl Running {
    /// Waits until no connection is left, then up to `stop` for the work beside them; no longer than the server itself.
    fn wait(&self, server: &JoinHandle<()>, stop: Duration) {
        let mut quiet: Option<Instant> = None;
        while !server.is_finished() {
            std::thread::sleep(LOOK_EVERY);
            if self.connections.load(Ordering::Acquire) > 0 {
                quiet = None;
                continue;
            }
            let quiet = quiet.get_or_insert_with(crate::clock::now).elapsed();
            let all = self.background.load(Ordering::Acquire) == 0;
            if quiet >= if all { SETTLE } else { stop.max(SETTLE) } {
                return;
            }
        }
    }
}

/// Checks the configuration and builds the server.
///
/// # Errors
/// [`ServeError`], before anything is opened.
pub fn prepare<H: Handler>(
    config: &ProxyConfig,
    start: Start,
    handler: H,
    background: Vec<Background>,
) -> Result<Prepared, ServeError> {
    let problems = config.check();
    if !problems.is_empty() {
        return Err(ServeError::Config(problems));
    }
    private_folder::of(&config.process.upgrade_socket).map_err(ServeError::UpgradeSocket)?;
    let mut doors = HashMap::new();
    for listener in &config.listeners {
        let acceptor = listener.tls.as_ref().map(tls::acceptor).transpose();
        let acceptor =
            acceptor.map_err(|why| ServeError::Tls { listener: listener.name.clone(), why })?;
        if !start.upgrade {
            probe(listener.address)
                .map_err(|why| ServeError::Address { listener: listener.name.clone(), why })?;
        }
        doors.insert(listener.address, Door::new(listener, acceptor));
    }
    let options = Opt { upgrade: start.upgrade, ..Opt::default() };
    let mut server = Server::new_with_opt_and_conf(options, server_conf(config));
    server.bootstrap();
    let shell = Shell { handler, limits: config.limits, counters: Arc::clone(&start.counters) };
    let mut proxy = HttpProxy::new(shell, Arc::clone(&server.configuration));
    proxy.handle_init_modules();
    let running = Running::default();
    let front = Front {
        doors,
        limits: config.limits,
        counters: start.counters,
        open: Arc::clone(&running.connections),
        shell: Arc::new(proxy),
    };
    let mut service = Service::new("data plane".to_owned(), front);
    for listener in &config.listeners {
        let buffers = L4BufferSettings::default().write(WRITE_BUFFER_BYTES);
        service.add_listener(ListenerConfig::tcp(listener.address.to_string()).l4_buffer(buffers));
    }
    server.add_service(service);
    for Background { name, run } in background {
        running.background.fetch_add(1, Ordering::AcqRel);
        let once = Once { work: Mutex::new(Some(run)), running: Arc::clone(&running.background) };
        let mut service = background_service(&name, once);
        service.threads = Some(1);
        server.add_service(service);
    }
    Ok(Prepared { server, running, stop: config.process.stop.get() })
}

/// What is wrong with the certificates and keys of listeners, each with its listener.
pub fn certificate_problems(listeners: &[Listener]) -> Vec<OutOfBounds> {
    let told = |(at, listener): (usize, &Listener)| {
        let found = listener.tls.as_ref().map(tls::problems).unwrap_or_default();
        found.into_iter().map(move |(key, message)| OutOfBounds {
            key: format!("listeners[{at}].tls.{key}"),
            message,
        })
    };
    listeners.iter().enumerate().flat_map(told).collect()
}

/// Finds out whether an address can be listened on, because pingora panics if not.
fn probe(address: std::net::SocketAddr) -> Result<(), String> {
    std::net::TcpListener::bind(address).map(drop).map_err(|error| format!("{address}: {error}"))
}

fn server_conf(config: &ProxyConfig) -> ServerConf {
    let process = &config.process;
    let threads = match process.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        threads => usize::from(threads),
    };
    ServerConf {
        threads,
        ca_file: config.trust.ca_file.as_deref().map(text),
        upgrade_sock: text(&process.upgrade_socket),
        grace_period_seconds: Some(process.grace.get().as_secs()),
        graceful_shutdown_timeout_seconds: Some(process.stop.get().as_secs()),
        max_retries: 1,
        ..ServerConf::default()
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Runs its work when the server starts it.
struct Once {
    work: Mutex<Option<Work>>,
    running: Arc<AtomicUsize>,
}

#[async_trait]
impl BackgroundService for Once {
    async fn start(&self, shutdown: ShutdownWatch) {
        let work = self.work.lock().await.take();
        if let Some(run) = work {
            run(shutdown).await;
            self.running.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// A connection that was just accepted is not counted yet.
const SETTLE: Duration = Duration::from_millis(100);
/// PERF: head and body of an ordinary answer leave in one write.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;
