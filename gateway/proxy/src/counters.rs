//! What the front counts; read by whoever exposes metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the start of the process.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections accepted.
    pub connections: AtomicU64,
    /// Connections closed at once because too many were open.
    pub connections_refused: AtomicU64,
    /// Connections that spoke HTTP/2.
    pub h2_connections: AtomicU64,
    /// TLS handshakes that failed or took too long.
    pub tls_failed: AtomicU64,
    /// Heads refused for what they said.
    pub heads_refused: AtomicU64,
    /// Heads refused because they took too long.
    pub heads_slow: AtomicU64,
    /// Requests handed to the handler.
    pub requests: AtomicU64,
    /// Handlers that panicked or did not answer.
    pub handlers_failed: AtomicU64,
}

/// Adds one to a counter.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
