//! Exporters that count what they could not deliver. The SDK only logs it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::Exports;

/// How many spans may wait for delivery, those under way included.
pub(super) const MOST_WAITING: usize = 2048;

/// The spans between the exchange and the collector.
#[derive(Debug)]
pub(super) struct Waiting {
    spans: AtomicUsize,
    exports: Arc<Exports>,
}

impl Waiting {
    pub(super) fn new(exports: Arc<Exports>) -> Self {
        Self { spans: AtomicUsize::new(0), exports }
    }

    /// Whether there is room for one more span, which then waits; otherwise it is lost, and counted.
    pub(super) fn enter(&self) -> bool {
        let room = self.spans.fetch_add(1, Ordering::Relaxed) < MOST_WAITING;
        if !room {
            self.spans.fetch_sub(1, Ordering::Relaxed);
            self.exports.spans_lost.fetch_add(1, Ordering::Relaxed);
        }
        room
    }

    fn leave(&self, spans: usize, result: &OTelSdkResult) {
        self.spans.fetch_sub(spans, Ordering::Relaxed);
        if result.is_err() {
            self.exports.traces_failed.fetch_add(1, Ordering::Relaxed);
            self.exports.spans_lost.fetch_add(spans as u64, Ordering::Relaxed);
        }
    }
}

/// The SDK's exporter of spans, with its failures counted.
#[derive(Debug)]
pub(super) struct CountedSpans<E> {
    pub(super) exporter: E,
    pub(super) waiting: Arc<Waiting>,
}

impl<E: SpanExporter> SpanExporter for CountedSpans<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let result = self.exporter.export(batch).await;
        self.waiting.leave(spans, &result);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.exporter.shutdown()
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// The SDK's exporter of metrics, with its failures counted.
pub(super) struct CountedMetrics<E> {
    pub(super) exporter: E,
    pub(super) exports: Arc<Exports>,
}

impl<E: PushMetricExporter> PushMetricExporter for CountedMetrics<E> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let result = self.exporter.export(metrics).await;
        if result.is_err() {
            self.exports.metrics_failed.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.exporter.shutdown()
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_sdk::error::OTelSdkError;

    use super::*;

    #[test]
    fn what_finds_no_room_or_no_collector_is_counted() {
        let exports = Arc::new(Exports::default());
        let waiting = Waiting::new(Arc::clone(&exports));
        let lost = || exports.spans_lost.load(Ordering::Relaxed);
        assert_eq!((0..MOST_WAITING + 5).filter(|_| waiting.enter()).count(), MOST_WAITING);
        assert_eq!(lost(), 5);
        waiting.leave(500, &Ok(()));
        assert_eq!((0..501).filter(|_| waiting.enter()).count(), 500);
        assert_eq!(lost(), 6);
        waiting.leave(10, &Err(OTelSdkError::InternalFailure("away".to_owned())));
        assert_eq!(lost(), 16);
        assert_eq!(exports.traces_failed.load(Ordering::Relaxed), 1);
    }
}
