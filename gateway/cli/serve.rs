//! `seawall serve`: composes the rooms and runs the gateway.

mod announce;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use census::Census;
use exchange::ledger::Durability;
use exchange::{Book, Desk, Ledger};
use journal::Journal;
use journal::reader::Reader;
use journal::sink::{OtlpOptions, OtlpSink};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use proxy::gateway::{Contradicted, Gateway, Unreached};
use proxy::identity::Identities;
use proxy::meters::Meters;
use proxy::spans::SpanSink;
use proxy::{Background, Budget, Counters, Deadlines, Engine, Prepared, Resolver, Start};

use super::bundles::keeper::Keeper;
use super::bundles::{self, expiry, trial};
use super::config::{Config, Record};
use super::desk::FolderDesk;
use super::lifecycle::Writer;
use super::metrics::{BundleFigures, Sources};
use super::node_card::NodeCard;
use super::reload::Reloader;
use super::secrets::Absent;
use super::{
    Failure, Outcome, Result, archive, books, census_folder, files, identities, preflight, records,
    telemetry,
};

/// Options of `seawall serve`.
#[derive(clap::Args, Default)]
pub(super) struct Options {
    /// Configuration file; without one, seawall.toml if it is here, else the embedded default.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Take over the listening sockets of the process that runs now: send it SIGQUIT within five seconds, and it hands them over,
    /// finishes its work and ends.
    #[arg(long)]
    upgrade: bool,
}

pub(super) fn run(options: &Options) -> Result {
    let config = configuration(options)?;
    let node = Node::open(config, options.upgrade)?;
    let prepared = node.prepare()?;
    let ran = prepared.run();
    node.end();
    ran.map(|()| Outcome::Fine).map_err(|problem| Failure::Broken(problem.to_string()))
}

fn configuration(options: &Options) -> std::result::Result<Config, Failure> {
    let here = PathBuf::from("seawall.toml");
    match &options.config {
        Some(path) => preflight::read(path).map_err(Failure::Usage),
        None if here.exists() => preflight::read(&here).map_err(Failure::Usage),
        None => Ok(Config::default()),
    }
}

/// A node with everything opened, not yet listening.
pub(super) struct Node {
    config: Arc<Config>,
    book: Arc<ArcSwap<Book>>,
    identities: Arc<ArcSwap<Identities>>,
    journal: Arc<Journal>,
    writer: Writer,
    sources: Sources,
    desk: Arc<FolderDesk>,
    census: Arc<Census>,
    sink: Option<OtlpSink>,
    metrics: Option<SdkMeterProvider>,
    upgrade: bool,
    keeper: Option<Arc<Keeper>>,
}

impl Node {
    /// Opens policy, keys and journal. Nothing listens yet, so a mistake stops the start.
    pub(super) fn open(config: Config, upgrade: bool) -> std::result::Result<Self, Failure> {
        let beside = preflight::beside_the_book(&config);
        if !beside.is_empty() {
            return Err(Failure::Usage(preflight::problems(&config)));
        }
        let book = books::open(&config, Absent::Make, |_| Vec::new())
            .map_err(|faults| Failure::Usage(faults.all()))?;
        let keeper = keeper(&config).map_err(Failure::Usage)?;
        books::warn_of_doubts(&config, &book);
        let identities = identities::open(&config).map_err(Failure::Usage)?;
        archive::keep(&archive::beside(&config.journal.folder), &book).map_err(Failure::Broken)?;
        let (journal, recovery) = records::open(&config).map_err(Failure::Broken)?;
        let desk = FolderDesk::open(&config.desk()).map_err(Failure::Broken)?;
        let census = Census::at(&config.census());
        census_folder::make_ready(&census, &book);
        let journal = Arc::new(journal);
        go_on_from(records::latest_on_record(&config).map_err(Failure::Broken)?);
        let writer = Writer::new(config.node());
        writer.started(&journal, &book, &recovery).map_err(Failure::Broken)?;
        if let Some(card) = keeper.as_ref().and_then(|keeper| keeper.card.load_full()) {
            let (replay, problems) = trial::again(&config, &book);
            problems.iter().for_each(|problem| super::complain(problem));
            writer.event(&journal, card.installed(replay)).map_err(Failure::Broken)?;
        }
        let book = Arc::new(ArcSwap::from_pointee(book));
        let sources = Sources {
            meters: Arc::new(Meters::default()),
            counters: Arc::new(Counters::default()),
            budget: Budget::new(config.limits.memory.get()),
            engine: Engine::new(&config.proxy())
                .map_err(|error| Failure::Broken(error.to_string()))?,
            journal: Arc::clone(&journal),
            sink: None,
            exports: Arc::new(telemetry::Exports::default()),
            persons: (Arc::clone(&census), Arc::clone(&book)),
            bundles: keeper.as_ref().map(BundleFigures::of),
        };
        let mut node = Self {
            config: Arc::new(config),
            book,
            identities: Arc::new(ArcSwap::from_pointee(identities)),
            journal,
            writer,
            sources,
            desk: Arc::new(desk),
            census,
            sink: None,
            metrics: None,
            upgrade,
            keeper: keeper.map(Arc::new),
        };
        node.start_exports().map_err(Failure::Broken)?;
        Ok(node)
    }

    /// What requests are judged by now.
    pub(super) fn book(&self) -> Arc<Book> {
        self.book.load_full()
    }

    /// Starts sending records and metrics to the collector, if there is one.
    fn start_exports(&mut self) -> std::result::Result<(), String> {
        let Some(base) = self.config.telemetry.otlp.clone() else { return Ok(()) };
        // Beside the journal, not in it: what verifies a journal knows no other files.
        let cursor = files::beside(&self.config.journal.folder, "otlp-cursor");
        let mut options =
            OtlpOptions::new(format!("{}/v1/logs", base.trim_end_matches('/')), cursor);
        options.resource = vec![
            ("service.name".to_owned(), "seawall".to_owned()),
            ("service.instance.id".to_owned(), self.config.node().to_owned()),
        ];
        let reader =
            Reader::open(&self.config.journal.folder).map_err(|error| error.to_string())?;
        let sink =
            OtlpSink::start(reader, options).map_err(|error| format!("telemetry.otlp: {error}"))?;
        self.sources.sink = Some(sink.metrics());
        self.sink = Some(sink);
        self.metrics = Some(telemetry::metrics(&base, self.config.node(), &self.sources)?);
        Ok(())
    }

    /// Checks that all addresses are free and builds the server.
    pub(super) fn prepare(&self) -> std::result::Result<Prepared, Failure> {
        let start = Start { upgrade: self.upgrade, counters: Arc::clone(&self.sources.counters) };
        let gateway = self.gateway()?;
        let mut background = vec![
            self.sources.engine.sweeper(),
            self.reloader().watch(),
            self.console()?,
            announce::when_ready(&self.config),
            census_folder::watch(
                Arc::clone(&self.census),
                Arc::clone(&self.book),
                Arc::clone(&self.journal),
                self.writer.clone(),
            ),
        ];
        background.extend(self.keeper.as_ref().map(|keeper| {
            expiry::watch(Arc::clone(keeper), Arc::clone(&self.journal), self.writer.clone())
        }));
        if self.upgrade {
            // The library that takes the sockets over ends this process, without a word, if nobody hands them over.
            let socket = self.config.process.upgrade_socket.display();
            super::warn(&format!(
                "waiting five seconds at {socket} for the running gateway to hand over its listeners: send it SIGQUIT (kill -QUIT); \
                 if this process ends now, none did, and the running one goes on"
            ));
        }
        proxy::prepare(&self.config.proxy(), start, gateway, background)
            .map_err(|error| Failure::Broken(error.to_string()))
    }

    fn gateway(&self) -> std::result::Result<Gateway, Failure> {
        let config = &self.config;
        let spans = match &config.telemetry.otlp {
            Some(base) => Some(
                telemetry::spans(base, config.node(), &self.sources.exports)
                    .map_err(Failure::Broken)? as Arc<dyn SpanSink>,
            ),
            None => None,
        };
        Ok(Gateway {
            book: Arc::clone(&self.book),
            routes: config.routes(),
            identities: Arc::clone(&self.identities),
            engine: Arc::clone(&self.sources.engine),
            contradicted: Contradicted::default(),
            unreached: Unreached::default(),
            resolver: Resolver::new(&config.dns)
                .map_err(|error| Failure::Broken(error.to_string()))?,
            ledger: Arc::clone(&self.journal) as Arc<dyn Ledger>,
            census: Arc::clone(&self.census),
            desk: Arc::clone(&self.desk) as Arc<dyn Desk>,
            durability: durability(config),
            limits: config.limits,
            budget: Arc::clone(&self.sources.budget),
            deadlines: Deadlines::from(&config.upstream),
            meters: Arc::clone(&self.sources.meters),
            trace_upstream: config.telemetry.trace_upstream,
            spans,
            node: self.writer.node.clone(),
            boot: self.writer.boot.clone(),
        })
    }

    fn reloader(&self) -> Reloader {
        Reloader {
            config: Arc::clone(&self.config),
            book: Arc::clone(&self.book),
            identities: Arc::clone(&self.identities),
            journal: Arc::clone(&self.journal),
            meters: Arc::clone(&self.sources.meters),
            writer: self.writer.clone(),
            census: Arc::clone(&self.census),
            keeper: self.keeper.clone(),
        }
    }

    fn console(&self) -> std::result::Result<Background, Failure> {
        let address = self.config.admin.address;
        let broken =
            |error: io::Error| Failure::Broken(format!("admin.address {address}: {error}"));
        let socket = console::bind(address).map_err(broken)?;
        let node = Arc::new(NodeCard {
            name: self.config.node().to_owned(),
            folder: self.config.journal.folder.clone(),
            book: Arc::clone(&self.book),
            sources: self.sources.clone(),
        });
        let hosts = self.config.admin.hosts.clone();
        Ok(Background::new("console", move |mut shutdown| async move {
            let stop = async move { drop(shutdown.changed().await) };
            if let Err(error) = console::serve(socket, node, hosts, stop).await {
                super::complain(&format!("the console ended: {error}"));
            }
        }))
    }

    /// Records the end and closes what was opened.
    pub(super) fn end(self) {
        drop((self.sink, self.metrics));
        self.writer.stopping(&self.journal, "asked to");
    }
}

/// What a node needs for its bundles, with what is installed; `None` if its policy is a folder.
fn keeper(config: &Config) -> std::result::Result<Option<Keeper>, Vec<String>> {
    let (Some(own), Some(found)) = (&config.policy.bundle, bundles::installed(config)?) else {
        return Ok(None);
    };
    let card = Arc::new(ArcSwapOption::from_pointee(found.card));
    Keeper::new(own, card).map(Some).map_err(|problem| vec![problem])
}

/// The clock goes on from the latest time on record, so that what had expired does not come alive again with a clock
/// that was set back meanwhile.
fn go_on_from(latest: u64) {
    let now = proxy::clock::unix_nanos();
    if proxy::clock::latest(latest) > now.saturating_add(NOTABLE) {
        super::complain(
            "the clock stands before the newest record of the journal; until it is set right, the strictest of the \
             days between decides (see docs/guarantees.md)",
        );
    }
}

/// A clock that is this far behind is told about, in nanoseconds: clocks that are kept right move less.
const NOTABLE: u64 = 60_000_000_000;

fn durability(config: &Config) -> (Durability, Vec<(String, Durability)>) {
    let of = |record: Record| match record {
        Record::Durable => Durability::Durable,
        Record::Async => Durability::Async,
    };
    let exceptions =
        config.journal.listeners.iter().map(|(name, record)| (name.clone(), of(*record))).collect();
    (of(config.journal.record), exceptions)
}
