//! The sink that sends entries to an OpenTelemetry collector: OTLP/HTTP in its JSON encoding.
//!
//! It reads by cursor and tries for ever: a collector that is away for a week gets the week. A record may arrive twice,
//! never not at all; `log.record.uid` tells the copies. What a collector refuses as malformed (400, 413, 422) is sent
//! again alone, and if it is still refused it is counted, told in the log and left in the journal.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use incident::{OtlpContext, log_record};
use serde_json::{Value, json};

use crate::cursor::Cursor;
use crate::reader::{Entry, Position, Reader};

/// Where and how to send. [`OtlpOptions::new`] gives the defaults.
#[derive(Clone, Debug)]
pub struct OtlpOptions {
    /// The whole URL, such as `http://127.0.0.1:4318/v1/logs`.
    pub endpoint: String,
    /// Headers to add, for authentication.
    pub headers: Vec<(String, String)>,
    /// Resource attributes, such as `service.name`.
    pub resource: Vec<(String, String)>,
    /// The file of the cursor.
    pub cursor: PathBuf,
    /// Bytes of entries in one request, at most; a larger entry goes alone. Default 512 KiB.
    pub batch_bytes: usize,
    /// How long one request may take. Default 10 s.
    pub timeout: Duration,
    /// How often to look for new entries. Default 500 ms.
    pub poll: Duration,
    /// The longest wait between tries; waits double from 100 ms up to it. Default 30 s.
    pub max_backoff: Duration,
}

impl OtlpOptions {
    /// The defaults.
    pub fn new(endpoint: impl Into<String>, cursor: impl Into<PathBuf>) -> Self {
        Self {
            endpoint: endpoint.into(),
            headers: Vec::new(),
            resource: vec![("service.name".to_owned(), "seawall".to_owned())],
            cursor: cursor.into(),
            batch_bytes: 512 << 10,
            timeout: Duration::from_secs(10),
            poll: Duration::from_millis(500),
            max_backoff: Duration::from_secs(30),
        }
    }
}

/// What a sink has done.
#[derive(Debug, Default)]
pub struct SinkMetrics {
    /// Entries that the receiver took.
    pub exported: AtomicU64,
    /// Requests that failed and were tried again.
    pub failures: AtomicU64,
    /// Entries that the receiver called malformed.
    pub refused: AtomicU64,
    /// Signed entries that are still to be sent.
    pub lag: AtomicU64,
}

/// A running sink; dropping it stops it.
#[derive(Debug)]
pub struct OtlpSink {
    metrics: Arc<SinkMetrics>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl OtlpSink {
    /// Starts the thread of the sink.
    ///
    /// # Errors
    /// If the thread cannot be started. An unreachable collector is no error.
    pub fn start(reader: Reader, options: OtlpOptions) -> io::Result<Self> {
        let metrics = Arc::new(SinkMetrics::default());
        let stop = Arc::new(AtomicBool::new(false));
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(options.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        let (shared, stopped) = (Arc::clone(&metrics), Arc::clone(&stop));
        let run = Run { reader, options, agent, metrics: shared, stop: stopped };
        let thread = thread::Builder::new().name("journal-otlp".into()).spawn(move || run.run())?;
        Ok(Self { metrics, stop, thread: Some(thread) })
    }

    /// The counters.
    pub fn metrics(&self) -> Arc<SinkMetrics> {
        Arc::clone(&self.metrics)
    }
}

impl Drop for OtlpSink {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                log::error!("the OTLP sink panicked");
            }
        }
    }
}

enum Answer {
    Taken,
    Malformed,
    Failed(String),
}

struct Run {
    reader: Reader,
    options: OtlpOptions,
    agent: ureq::Agent,
    metrics: Arc<SinkMetrics>,
    stop: Arc<AtomicBool>,
}

impl Run {
    fn run(&self) {
        let Some(mut cursor) = self.take_cursor() else { return };
        while !self.stopped() {
            let position = cursor.position();
            match self.reader.next(position, self.options.batch_bytes) {
                Ok((entries, next)) if entries.is_empty() && next == position => {
                    self.metrics.lag.store(0, Ordering::Relaxed);
                    self.rest(self.options.poll);
                }
                Ok((entries, next)) => {
                    self.measure(position);
                    if self.send(&entries) {
                        self.store(&mut cursor, next);
                    }
                }
                Err(error) => {
                    log::error!("the OTLP sink cannot read the journal: {error}");
                    self.rest(self.options.max_backoff);
                }
            }
        }
    }

    /// Another process may hold the cursor until it has drained.
    fn take_cursor(&self) -> Option<Cursor> {
        while !self.stopped() {
            match Cursor::take(&self.options.cursor) {
                Ok(Some(cursor)) => return Some(cursor),
                Ok(None) => self.rest(self.options.poll),
                Err(error) => {
                    log::error!("{}: {error}", self.options.cursor.display());
                    self.rest(self.options.max_backoff);
                }
            }
        }
        None
    }

    fn store(&self, cursor: &mut Cursor, next: Position) {
        if let Err(error) = cursor.store(next) {
            // What was sent is sent again: twice is allowed, a cursor that runs ahead of the disk is not.
            log::error!("{}: {error}", self.options.cursor.display());
            self.rest(self.options.max_backoff);
        }
        self.measure(next);
    }

    /// Tells how much is still to be sent. What cannot be read just now keeps its figure.
    fn measure(&self, position: Position) {
        if let Ok(lag) = self.reader.lag(position) {
            self.metrics.lag.store(lag, Ordering::Relaxed);
        }
    }

    /// Sends entries until they are taken or refused for good. `false` if the sink was stopped before.
    fn send(&self, entries: &[Entry]) -> bool {
        let mut wait = Duration::from_millis(100);
        while !self.stopped() && !entries.is_empty() {
            match self.post(entries) {
                Answer::Taken => {
                    self.metrics.exported.fetch_add(entries.len() as u64, Ordering::Relaxed);
                    return true;
                }
                Answer::Malformed => {
                    if let [entry] = entries {
                        log::error!("the collector refuses the entry at {:?}", entry.position);
                        self.metrics.refused.fetch_add(1, Ordering::Relaxed);
                        return true;
                    }
                    let (first, second) = entries.split_at(entries.len() / 2);
                    return self.send(first) && self.send(second);
                }
                Answer::Failed(why) => {
                    self.metrics.failures.fetch_add(1, Ordering::Relaxed);
                    if let Some(first) = entries.first() {
                        self.measure(first.position);
                    }
                    log::warn!("the collector did not take {} entries: {why}", entries.len());
                    self.rest(wait);
                    wait = (wait * 2).min(self.options.max_backoff);
                }
            }
        }
        !self.stopped()
    }

    fn post(&self, entries: &[Entry]) -> Answer {
        let mut request = self.agent.post(&self.options.endpoint).content_type("application/json");
        for (name, value) in &self.options.headers {
            request = request.header(name, value);
        }
        match request.send(self.body(entries).to_string().as_bytes()) {
            Ok(response) => match response.status().as_u16() {
                200..=299 => Answer::Taken,
                400 | 413 | 422 => Answer::Malformed,
                status => Answer::Failed(format!("status {status}")),
            },
            Err(error) => Answer::Failed(error.to_string()),
        }
    }

    fn body(&self, entries: &[Entry]) -> Value {
        let observed = crate::clock::unix_nanos();
        let records: Vec<Value> = entries
            .iter()
            .map(|entry| {
                let position = (entry.position.epoch, entry.position.index);
                log_record(&entry.bytes, &OtlpContext { position, observed })
            })
            .collect();
        let attributes: Vec<Value> = self
            .options
            .resource
            .iter()
            .map(|(key, value)| json!({ "key": key, "value": { "stringValue": value } }))
            .collect();
        json!({ "resourceLogs": [{
            "resource": { "attributes": attributes },
            "scopeLogs": [{ "scope": { "name": "seawall.journal" }, "logRecords": records }],
        }] })
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Waits; stopping the sink ends the wait.
    fn rest(&self, time: Duration) {
        if !self.stopped() {
            thread::park_timeout(time);
        }
    }
}
