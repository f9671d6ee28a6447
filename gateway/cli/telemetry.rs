//! Metrics and traces to an OpenTelemetry collector (OTLP/HTTP). Records go another way: from the journal, by cursor.
//!
//! Metrics and traces may be lost when the collector is away; records may not, which is why they are not sent from here.

mod counted;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::metrics::{AsyncInstrument, Meter, MeterProvider};
use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor,
};
use proxy::spans::{ExchangeSpan, SpanSink};

use super::metrics::{Durations, Sample, Sources, Value};
use counted::{CountedMetrics, CountedSpans, Waiting};

/// How often metrics are sent.
const METRICS_EVERY: Duration = Duration::from_secs(5);
/// How long one export may take.
const EXPORT_TIME: Duration = Duration::from_secs(10);
/// Largest answer of a collector that is read. Bytes.
const MAX_ANSWER: u64 = 1 << 20;

/// What went wrong with metrics and traces on their way to a collector.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    /// Deliveries of metrics that failed.
    pub(crate) metrics_failed: AtomicU64,
    /// Deliveries of spans that failed.
    pub(crate) traces_failed: AtomicU64,
    /// Spans that no collector got: of deliveries that failed, and those that found the queue full.
    pub(crate) spans_lost: AtomicU64,
}

/// Sends the spans of exchanges in batches.
#[derive(Debug)]
pub(crate) struct Spans {
    processor: BatchSpanProcessor,
    waiting: Arc<Waiting>,
}

/// Starts exporting spans to the collector at `base`.
///
/// # Errors
/// Why the exporter could not be made; most often the address.
pub(crate) fn spans(base: &str, node: &str, exports: &Arc<Exports>) -> Result<Arc<Spans>, String> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client::new())
        .with_endpoint(format!("{}/v1/traces", base.trim_end_matches('/')))
        .build()
        .map_err(|error| format!("telemetry.otlp: {error}"))?;
    let waiting = Arc::new(Waiting::new(Arc::clone(exports)));
    // Never less than what may wait, so that the processor itself loses none.
    let batches = BatchConfigBuilder::default().with_max_queue_size(counted::MOST_WAITING).build();
    let mut processor =
        BatchSpanProcessor::builder(CountedSpans { exporter, waiting: Arc::clone(&waiting) })
            .with_batch_config(batches)
            .build();
    processor.set_resource(&resource(node));
    Ok(Arc::new(Spans { processor, waiting }))
}

/// Starts exporting metrics; they are exported until the returned provider is dropped.
///
/// # Errors
/// Why the exporter could not be made; most often the address.
pub(crate) fn metrics(
    base: &str,
    node: &str,
    sources: &Sources,
) -> Result<SdkMeterProvider, String> {
    let exporter = MetricExporter::builder()
        .with_http()
        .with_http_client(Client::new())
        .with_endpoint(format!("{}/v1/metrics", base.trim_end_matches('/')))
        .build()
        .map_err(|error| format!("telemetry.otlp: {error}"))?;
    let exporter = CountedMetrics { exporter, exports: Arc::clone(&sources.exports) };
    let reader = PeriodicReader::builder(exporter).with_interval(METRICS_EVERY).build();
    let provider =
        SdkMeterProvider::builder().with_resource(resource(node)).with_reader(reader).build();
    let meter = provider.meter("seawall");
    for group in sources.samples().chunk_by(|a, b| a.name == b.name) {
        if let Some(first) = group.first() {
            observe(&meter, sources, first);
        }
    }
    Ok(provider)
}

/// Registers what is asked at each export. The SDK has no histograms that are observed, only such that lock at each value; so
/// their buckets, count and sum go as counters, as in the text form of Prometheus.
fn observe(meter: &Meter, sources: &Sources, sample: &Sample) {
    match &sample.value {
        Value::Counter(_) | Value::Seconds(_) => observe_counter(meter, sources, sample, ""),
        Value::Gauge(_) => {
            let (read, name) = (sources.clone(), sample.name);
            let gauge = meter.f64_observable_gauge(format!("seawall.{name}"));
            let gauge = gauge.with_description(sample.help);
            gauge.with_callback(move |to| tell(&read, name, "", to)).build();
        }
        Value::Times(_) => {
            for part in [".bucket", ".count", ".sum"] {
                observe_counter(meter, sources, sample, part);
            }
        }
    }
}

fn observe_counter(meter: &Meter, sources: &Sources, sample: &Sample, part: &'static str) {
    let (read, name) = (sources.clone(), sample.name);
    let counter = meter.f64_observable_counter(format!("seawall.{name}{part}"));
    let counter = counter.with_description(sample.help);
    counter.with_callback(move |to| tell(&read, name, part, to)).build();
}

/// The figures of this name and part as they are now.
fn tell(sources: &Sources, name: &str, part: &str, to: &dyn AsyncInstrument<f64>) {
    for sample in sources.samples().iter().filter(|sample| sample.name == name) {
        let named = |(name, value): &(_, Cow<str>)| KeyValue::new(*name, value.to_string());
        let label = sample.label.as_ref().map(named);
        for (_, bound, value) in points(&sample.value).into_iter().filter(|point| point.0 == part) {
            let bound = bound.map(|bound| match bound {
                f64::INFINITY => KeyValue::new("le", "+Inf"),
                bound => KeyValue::new("le", bound.to_string()),
            });
            to.observe(value, &label.iter().cloned().chain(bound).collect::<Vec<_>>());
        }
    }
}

/// What one sample consists of: part, upper bound in seconds, value.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn points(value: &Value) -> Vec<(&'static str, Option<f64>, f64)> {
    match value {
        Value::Counter(value) | Value::Gauge(value) => vec![("", None, *value as f64)],
        Value::Seconds(value) => vec![("", None, *value)],
        Value::Times(Durations { buckets, count, sum }) => {
            let mut below = 0;
            let bucket = |(bound, counted): &(f64, u64)| {
                below += counted;
                (".bucket", Some(*bound), below as f64)
            };
            let mut points: Vec<_> = buckets.iter().map(bucket).collect();
            points.extend([(".count", None, *count as f64), (".sum", None, *sum)]);
            points
        }
    }
}

fn resource(node: &str) -> Resource {
    Resource::builder()
        .with_service_name("seawall")
        .with_attributes([
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", node.to_owned()),
        ])
        .build()
}

impl SpanSink for Spans {
    fn exchange(&self, span: ExchangeSpan) {
        let (Ok(trace), Ok(id)) =
            (TraceId::from_hex(&span.trace.trace_id), SpanId::from_hex(&span.trace.span_id))
        else {
            return;
        };
        let parent = span.trace.parent.as_deref().and_then(|parent| SpanId::from_hex(parent).ok());
        let mut attributes = vec![
            KeyValue::new("seawall.exchange", span.exchange.clone()),
            KeyValue::new("seawall.dialect", span.dialect),
            KeyValue::new("gen_ai.operation.name", span.operation),
            KeyValue::new("http.response.status_code", i64::from(span.status)),
        ];
        attributes.extend(span.refused.map(|code| KeyValue::new("error.type", code)));
        let status = if span.refused.is_some() { Status::error("refused") } else { Status::Unset };
        if let Some(upstream) = &span.upstream {
            let attributes = vec![
                KeyValue::new("seawall.destination", upstream.destination.clone()),
                KeyValue::new("server.address", upstream.address.ip().to_string()),
                KeyValue::new("server.port", i64::from(upstream.address.port())),
                KeyValue::new("http.response.status_code", i64::from(upstream.status)),
            ];
            let child = SpanId::from_bytes((u64::from_be_bytes(id.to_bytes()) ^ 1).to_be_bytes());
            let times = (upstream.started, span.ended);
            self.end(data(
                trace,
                child,
                Some(id),
                SpanKind::Client,
                "provider",
                times,
                attributes,
                Status::Unset,
            ));
        }
        self.end(data(
            trace,
            id,
            parent,
            SpanKind::Server,
            "exchange",
            (span.started, span.ended),
            attributes,
            status,
        ));
    }
}

impl Spans {
    fn end(&self, span: SpanData) {
        if self.waiting.enter() {
            self.processor.on_end(span);
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "they are the fields of one struct of the SDK")]
fn data(
    trace: TraceId,
    id: SpanId,
    parent: Option<SpanId>,
    kind: SpanKind,
    name: &'static str,
    (started, ended): (u64, u64),
    attributes: Vec<KeyValue>,
    status: Status,
) -> SpanData {
    SpanData {
        span_context: SpanContext::new(
            trace,
            id,
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: parent.unwrap_or(SpanId::INVALID),
        parent_span_is_remote: kind == SpanKind::Server,
        span_kind: kind,
        name: name.into(),
        start_time: time(started),
        end_time: time(ended),
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status,
        instrumentation_scope: InstrumentationScope::builder("seawall").build(),
    }
}

fn time(unix_nanos: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(unix_nanos)
}

/// The HTTP client of the exporters. It blocks, and is used only from the SDK's own export threads.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(EXPORT_TIME))
            .http_status_as_error(false)
            .build();
        Self(config.new_agent())
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let response = self.0.run(http::Request::from_parts(head, body.to_vec()))?;
        let (head, body) = response.into_parts();
        let bytes = body.into_with_config().limit(MAX_ANSWER).read_to_vec()?;
        Ok(http::Response::from_parts(head, Bytes::from(bytes)))
    }
}
