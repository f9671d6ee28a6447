//! `seawall serve`: composes the rooms and runs the gateway.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use exchange::Book;
use exchange::ledger::Durability;
use journal::Journal;
use proxy::config::Listener;
use proxy::gateway::{Gateway, Route, Routes};
use proxy::meters::Meters;
use proxy::{Background, Budget, Counters, Deadlines, Engine, Prepared, Resolver, Start};

use super::config::{Config, Record};
use super::{Failure, Outcome, Result, books, identities, lifecycle, records, reload, telemetry};

/// Options of `seawall serve`.
#[derive(clap::Args, Default)]
pub(super) struct Options {
    /// Configuration file; without one, seawall.toml if it is here, else the embedded default.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Take over the listening sockets of the process that runs now, which then finishes its work and ends.
    #[arg(long)]
    upgrade: bool,
}

pub(super) fn run(options: &Options) -> Result {
    let config = configuration(options)?;
    let node = Node::open(config, options.upgrade)?;
    let prepared = node.prepare()?;
    node.announce()?;
    prepared.run()
}

fn configuration(options: &Options) -> std::result::Result<Config, Failure> {
    let here = PathBuf::from("seawall.toml");
    match &options.config {
        Some(path) => Config::load(path).map_err(Failure::Usage),
        None if here.exists() => Config::load(&here).map_err(Failure::Usage),
        None => Ok(Config::default()),
    }
}

/// A node with everything opened, not yet listening.
pub(super) struct Node {
    config: Arc<Config>,
    book: Arc<ArcSwap<Book>>,
    journal: Arc<Journal>,
    meters: Arc<Meters>,
    counters: Arc<Counters>,
    budget: Arc<Budget>,
    engine: Arc<Engine>,
    upgrade: bool,
}

impl Node {
    /// Opens policy, keys and journal. Nothing listens yet, so a mistake stops the start.
    pub(super) fn open(config: Config, upgrade: bool) -> std::result::Result<Self, Failure> {
        let book = books::open(&config).map_err(Failure::Usage)?;
        books::check_routes(&config, &book).map_err(Failure::Usage)?;
        let journal = records::open(&config).map_err(Failure::Broken)?;
        let engine = Engine::new(&config.proxy()).map_err(|error| Failure::Broken(error.to_string()))?;
        let node = Self {
            budget: Budget::new(config.limits.memory.bytes()),
            config: Arc::new(config),
            book: Arc::new(ArcSwap::from_pointee(book)),
            journal: Arc::new(journal),
            meters: Arc::new(Meters::default()),
            counters: Arc::new(Counters::default()),
            engine,
            upgrade,
        };
        lifecycle::started(&node.journal, &node.config, &node.book.load()).map_err(Failure::Broken)?;
        Ok(node)
    }

    /// Binds the listeners.
    pub(super) fn prepare(&self) -> std::result::Result<Prepared, Failure> {
        let start = Start { upgrade: self.upgrade, counters: Arc::clone(&self.counters) };
        let gateway = self.gateway()?;
        proxy::prepare(&self.config.proxy(), start, gateway, self.background())
            .map_err(|error| Failure::Broken(error.to_string()))
    }

    fn gateway(&self) -> std::result::Result<Gateway, Failure> {
        let config = &self.config;
        Ok(Gateway {
            book: Arc::clone(&self.book),
            routes: Routes::new(config.routes.iter().map(route).collect()),
            identities: identities::open(config).map_err(Failure::Usage)?,
            engine: Arc::clone(&self.engine),
            resolver: Resolver::new(&config.dns).map_err(|error| Failure::Broken(error.to_string()))?,
            ledger: Arc::clone(&self.journal) as Arc<dyn exchange::Ledger>,
            durability: durability(config),
            limits: config.limits,
            budget: Arc::clone(&self.budget),
            deadlines: Deadlines::from(&config.upstream),
            meters: Arc::clone(&self.meters),
            trace_upstream: config.telemetry.trace_upstream,
        })
    }

    fn background(&self) -> Vec<Background> {
        let mut services = vec![self.engine.sweeper(), reload::watch(self.config.clone(), self.book.clone(), self.journal.clone(), self.meters.clone())];
        services.push(console::serve(self.config.admin.address, self.console()));
        services.extend(telemetry::export(&self.config, &self.journal, &self.meters));
        services
    }

    fn console(&self) -> console::State {
        console::State {
            journal: Arc::clone(&self.journal),
            meters: Arc::clone(&self.meters),
            counters: Arc::clone(&self.counters),
            budget: Arc::clone(&self.budget),
            book: Arc::clone(&self.book),
        }
    }

    /// Tells where it listens, for people and for scripts.
    fn announce(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for Listener { name, address, tls, .. } in &self.config.listeners {
            let scheme = if tls.is_some() { "https" } else { "http" };
            writeln!(out, "listening {name} {scheme}://{address}")?;
        }
        writeln!(out, "console http://{}", self.config.admin.address)?;
        out.flush()
    }
}

fn route(route: &super::config::Route) -> Route {
    Route {
        listener: route.listener.clone(),
        prefix: route.prefix.clone(),
        dialect: route.dialect.as_deref().and_then(dialect::Dialect::named),
        destination: route.destination.clone(),
    }
}

fn durability(config: &Config) -> (Durability, Vec<(String, Durability)>) {
    let of = |record: Record| match record {
        Record::Durable => Durability::Durable,
        Record::Async => Durability::Async,
    };
    let exceptions = config.journal.listeners.iter().map(|(name, record)| (name.clone(), of(*record))).collect();
    (of(config.journal.record), exceptions)
}

impl Drop for Node {
    fn drop(&mut self) {
        lifecycle::stopped(&self.journal);
    }
}
