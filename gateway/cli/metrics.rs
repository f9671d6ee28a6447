//! All counters of the node as one list of samples, from which both the metrics page and the OpenTelemetry exporter are fed.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arc_swap::{ArcSwap, ArcSwapOption};
use census::{Census, Tag};
use exchange::Book;
use journal::Journal;
use journal::sink::SinkMetrics;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use proxy::meters::{BOUNDS, Meters, Times};
use proxy::{Budget, Counters, Engine};

use super::bundles::keeper::{Counts, Keeper};
use super::bundles::{self, Card};
use super::census_folder;
use super::telemetry::Exports;

/// What a sample says.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Only grows.
    Counter(u64),
    /// Goes up and down.
    Gauge(u64),
    /// Only grows, in seconds.
    Seconds(f64),
    /// Durations, counted by how long they were.
    Times(Durations),
}

impl Value {
    fn kind(&self) -> MetricType {
        match self {
            Self::Counter(_) | Self::Seconds(_) => MetricType::Counter,
            Self::Gauge(_) => MetricType::Gauge,
            Self::Times(_) => MetricType::Histogram,
        }
    }
}

/// Durations as they were counted at one time.
#[derive(Clone, Debug)]
pub(crate) struct Durations {
    /// Upper bound in seconds, and how many took longer than the bound before and at most this one.
    pub(crate) buckets: Vec<(f64, u64)>,
    /// How many there were.
    pub(crate) count: u64,
    /// How long they took together, in seconds.
    pub(crate) sum: f64,
}

impl Durations {
    fn of(times: &Times) -> Self {
        let (counts, micros) = times.read();
        let bounds = BOUNDS.iter().map(|bound| seconds(*bound)).chain([f64::INFINITY]);
        let buckets = bounds.zip(counts).collect();
        Self { buckets, count: counts.iter().sum(), sum: seconds(micros) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 285 years")]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

/// One figure. The name has no prefix and no suffix.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    /// A label's name and value; never anything of a request.
    pub(crate) label: Option<(&'static str, Cow<'static, str>)>,
    pub(crate) value: Value,
}

/// Where the figures are kept.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(crate) meters: Arc<Meters>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) journal: Arc<Journal>,
    /// Of the sink that sends records to a collector, if there is one.
    pub(crate) sink: Option<Arc<SinkMetrics>>,
    pub(crate) exports: Arc<Exports>,
    /// Whom the node has counted, and what it is judged by.
    pub(crate) persons: (Arc<Census>, Arc<ArcSwap<Book>>),
    /// Of the bundle in force, where the policy comes as one.
    pub(crate) bundles: Option<BundleFigures>,
}

/// What is told of bundles in figures.
#[derive(Clone)]
pub(crate) struct BundleFigures {
    card: Arc<ArcSwapOption<Card>>,
    counts: Arc<Counts>,
}

impl BundleFigures {
    pub(crate) fn of(keeper: &Keeper) -> Self {
        Self { card: Arc::clone(&keeper.card), counts: Arc::clone(&keeper.counts) }
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources")
    }
}

impl Sources {
    /// Every figure as it is now. Samples of one name follow each other.
    pub(crate) fn samples(&self) -> Vec<Sample> {
        let mut list = List(Vec::with_capacity(96));
        self.exchanges(&mut list);
        self.network(&mut list);
        self.records(&mut list);
        self.sent_on(&mut list);
        self.bundles(&mut list);
        self.persons(&mut list);
        list.0
    }

    /// The metrics page.
    pub(crate) fn page(&self) -> String {
        let mut registry = Registry::with_prefix("seawall");
        registry.register_collector(Box::new(self.clone()));
        let mut page = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut page, &registry);
        page
    }

    fn exchanges(&self, list: &mut List) {
        let m = &self.meters;
        list.counter(
            "requests_answered",
            "Requests whose provider's answer reached the client",
            m.answered.get(),
        );
        list.counter("requests_abandoned", "Requests whose client went away", m.client_gone.get());
        for (code, counter) in Meters::CODES.iter().zip(m.refused.iter()) {
            list.labelled(
                "requests_refused",
                "Requests refused, by code",
                ("code", code.name()),
                counter.get(),
            );
        }
        for (action, counter) in Meters::ACTIONS.iter().zip(&m.decisions) {
            list.labelled(
                "decisions",
                "Decisions of the policy, by action",
                ("action", action.name()),
                counter.get(),
            );
        }
        for (action, counter) in Meters::ACTIONS.iter().zip(&m.observed) {
            list.labelled(
                "observed",
                "Requests that a policy which is only watched let pass, by what would have happened",
                ("action", action.name()),
                counter.get(),
            );
        }
        let granted = "Requests that went by a stated reason or the approval of a second person";
        list.counter("granted", granted, m.granted.get());
        list.counter("tokens_restored", "Tokens restored in answers", m.restored.get());
        list.counter(
            "tokens_unrestorable",
            "Texts in answers that look like a token of no value",
            m.unrestorable.get(),
        );
        list.counter("findings_masked", "Findings masked in answers", m.masked.get());
        let elsewhere = "Answers that say they were made elsewhere than their destination is";
        list.counter("places_contradicted", elsewhere, m.contradicted.get());
        let reloads = "Attempts to load a policy; after a failed one the old policy stays";
        list.labelled("policy_reloads", reloads, ("result", "ok"), m.reloads.get());
        list.labelled("policy_reloads", reloads, ("result", "failed"), m.reloads_refused.get());
        list.add(
            "request_duration_seconds",
            "Time from a request's head to the end of its answer",
            Value::Times(Durations::of(&m.total)),
        );
        list.add(
            "inspection_duration_seconds",
            "Time for reading and inspecting a request",
            Value::Times(Durations::of(&m.inspection)),
        );
    }

    /// The bundle in force, and how asking for a new one went.
    fn bundles(&self, list: &mut List) {
        let Some(BundleFigures { card, counts }) = &self.bundles else { return };
        if let Some(card) = card.load_full() {
            let (now, header) = (bundles::latest(), &card.header);
            let positive = |seconds: i64| u64::try_from(seconds).unwrap_or(0);
            list.gauge("policy_bundle_version", "Version of the bundle in force", header.version);
            let highest = "Highest version of a bundle that was ever taken";
            list.gauge("policy_bundle_highest_version", highest, card.highest);
            let age = "Seconds since the bundle in force was packed";
            list.gauge("policy_bundle_age_seconds", age, positive(now.since(header.created)));
            let left = "Seconds until the bundle in force expires; 0 when it has";
            list.gauge("policy_bundle_expires_in_seconds", left, positive(header.left(now)));
        }
        for (result, count) in
            [("same", &counts.same), ("installed", &counts.installed), ("refused", &counts.refused)]
        {
            let help = "Times a source was asked for a bundle, by what came of it";
            list.labelled(
                "policy_bundle_fetches",
                help,
                ("result", result),
                count.load(Ordering::Relaxed),
            );
        }
    }

    /// What the policy's counters have seen. One of which nobody knows is left out.
    fn persons(&self, list: &mut List) {
        let (census, book) = &self.persons;
        let help = "1 while nobody knows how many persons were counted: none whose data would leave is sent";
        list.gauge("census_failed", help, u64::from(census.fault().is_some()));
        let book = book.load();
        let today = census_folder::today(&book);
        for counter in book.rulebook.counters() {
            let first = counter.window.first(today).number();
            if let Some(count) = census.count(Tag::of(&counter.name), first) {
                list.0.push(Sample {
                    name: "counted_persons",
                    help: "Persons that a counter of the policy has seen on this node",
                    label: Some(("counter", Cow::Owned(counter.name.clone()))),
                    value: Value::Gauge(count),
                });
            }
        }
    }

    fn network(&self, list: &mut List) {
        let front = &self.counters;
        let events = [
            ("connections", &front.connections),
            ("connections-refused", &front.connections_refused),
            ("h2-connections", &front.h2_connections),
            ("tls-failed", &front.tls_failed),
            ("heads-refused", &front.heads_refused),
            ("heads-slow", &front.heads_slow),
            ("requests", &front.requests),
            ("handlers-failed", &front.handlers_failed),
        ];
        for (event, value) in events {
            list.labelled(
                "front",
                "Events at the listeners",
                ("event", event),
                value.load(Ordering::Relaxed),
            );
        }
        let engine = self.engine.counters();
        for (event, value) in [
            ("opened", engine.opened),
            ("reused", engine.reused),
            ("stale", engine.stale),
            ("expired", engine.expired),
        ] {
            list.labelled(
                "upstream_connections",
                "Connections to providers, by event",
                ("event", event),
                value,
            );
        }
        list.gauge("upstream_idle", "Idle connections kept to providers", engine.idle);
        list.gauge(
            "memory_held_bytes",
            "Bytes that buffered bodies hold",
            self.budget.in_use() as u64,
        );
        list.gauge(
            "memory_budget_bytes",
            "Bytes that buffered bodies may hold",
            self.budget.capacity() as u64,
        );
        list.counter(
            "memory_refused",
            "Requests refused because the memory was in use",
            self.budget.refused(),
        );
    }

    fn records(&self, list: &mut List) {
        list.counter(
            "outcomes_lost",
            "Outcome records that could not be written",
            self.meters.outcomes_lost.get(),
        );
        let journal = self.journal.metrics();
        let counters = [
            ("journal_appends", "Entries taken by the journal", &journal.appends),
            ("journal_bytes", "Bytes of entries taken by the journal", &journal.bytes),
            ("journal_failed", "Entries that the journal did not take", &journal.failed),
            (
                "journal_late",
                "Entries refused because the disk did not answer in time",
                &journal.late,
            ),
            ("journal_syncs", "Syncs to disk", &journal.syncs),
            ("journal_checkpoints", "Checkpoints signed", &journal.checkpoints),
            (
                "journal_seal_failures",
                "Checkpoints that could not be published",
                &journal.seal_failures,
            ),
        ];
        for (name, help, value) in counters {
            list.counter(name, help, value.load(Ordering::Relaxed));
        }
        let syncing = seconds(journal.sync_nanos.load(Ordering::Relaxed) / 1000);
        list.add("journal_sync_seconds", "Time spent in syncs", Value::Seconds(syncing));
        let gauges = [
            (
                "journal_queue_depth",
                "Entries that wait for the journal's writer",
                &journal.queue_depth,
            ),
            (
                "journal_queue_bytes",
                "Bytes that wait for the journal's writer",
                &journal.queue_bytes,
            ),
            (
                "journal_backlog_bytes",
                "Bytes on disk that are not yet in tiles; beyond a bound requests are refused",
                &journal.backlog_bytes,
            ),
            ("journal_durable", "Entries of this epoch that are on disk", &journal.durable_size),
            ("journal_signed", "Entries of this epoch that are signed", &journal.signed_size),
            ("journal_used_bytes", "Bytes that the journal takes on disk", &journal.used_bytes),
            (
                "journal_poisoned",
                "1 after a failed sync: nothing is recorded any more",
                &journal.poisoned,
            ),
        ];
        for (name, help, value) in gauges {
            list.gauge(name, help, value.load(Ordering::Relaxed));
        }
    }

    /// What goes to collectors. Records wait for one that is away; metrics and traces do not.
    fn sent_on(&self, list: &mut List) {
        if let Some(sink) = &self.sink {
            let counters = [
                ("sink_sent", "Records that a collector took", &sink.exported),
                (
                    "sink_failures",
                    "Deliveries of records that failed and are tried again",
                    &sink.failures,
                ),
                ("sink_refused", "Records that a collector called malformed", &sink.refused),
            ];
            for (name, help, value) in counters {
                list.labelled(name, help, ("sink", "otlp"), value.load(Ordering::Relaxed));
            }
            list.0.push(Sample {
                name: "sink_lag",
                help: "Signed records that a collector has not taken yet",
                label: Some(("sink", "otlp".into())),
                value: Value::Gauge(sink.lag.load(Ordering::Relaxed)),
            });
        }
        let exports = &self.exports;
        let help = "Deliveries of telemetry that failed; of metrics the next one tells all again";
        for (signal, failures) in
            [("metrics", &exports.metrics_failed), ("traces", &exports.traces_failed)]
        {
            list.labelled(
                "telemetry_failures",
                help,
                ("signal", signal),
                failures.load(Ordering::Relaxed),
            );
        }
        list.labelled(
            "telemetry_lost",
            "Spans that no collector got",
            ("signal", "traces"),
            exports.spans_lost.load(Ordering::Relaxed),
        );
    }
}

struct List(Vec<Sample>);

impl List {
    fn add(&mut self, name: &'static str, help: &'static str, value: Value) {
        self.0.push(Sample { name, help, label: None, value });
    }

    fn counter(&mut self, name: &'static str, help: &'static str, value: u64) {
        self.add(name, help, Value::Counter(value));
    }

    fn gauge(&mut self, name: &'static str, help: &'static str, value: u64) {
        self.add(name, help, Value::Gauge(value));
    }

    fn labelled(
        &mut self,
        name: &'static str,
        help: &'static str,
        label: (&'static str, &'static str),
        value: u64,
    ) {
        let label = Some((label.0, Cow::Borrowed(label.1)));
        self.0.push(Sample { name, help, label, value: Value::Counter(value) });
    }
}

impl Collector for Sources {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let samples = self.samples();
        for group in samples.chunk_by(|a, b| a.name == b.name) {
            let Some(first) = group.first() else { continue };
            let mut family =
                encoder.encode_descriptor(first.name, first.help, None, first.value.kind())?;
            for sample in group {
                match &sample.label {
                    Some((name, value)) => {
                        one(sample, family.encode_family(&[(*name, value.as_ref())])?)?;
                    }
                    None => one(sample, family.encode_family::<[(&str, &str); 0]>(&[])?)?,
                }
            }
        }
        Ok(())
    }
}

fn one(sample: &Sample, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
    match &sample.value {
        Value::Counter(value) => ConstCounter::new(*value).encode(encoder),
        Value::Gauge(value) => {
            ConstGauge::new(i64::try_from(*value).unwrap_or(i64::MAX)).encode(encoder)
        }
        Value::Seconds(value) => ConstCounter::new(*value).encode(encoder),
        Value::Times(Durations { buckets, count, sum }) => {
            encoder.encode_histogram::<[(&str, &str); 0]>(*sum, *count, buckets, None)
        }
    }
}
