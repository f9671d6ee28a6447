//! What a trace shows of an exchange. Where spans go is the business of whoever composes the node.

use std::net::SocketAddr;

use exchange::Trace;

/// One finished exchange, with the attempt that was answered, if any.
#[derive(Clone, Debug)]
pub struct ExchangeSpan {
    /// Its place in the trace.
    pub trace: Trace,
    /// The exchange's id.
    pub exchange: String,
    /// Unix nanoseconds.
    pub started: u64,
    /// Unix nanoseconds.
    pub ended: u64,
    /// The dialect's name.
    pub dialect: &'static str,
    /// The operation's name.
    pub operation: &'static str,
    /// The status that the client got; 0 if it went away before.
    pub status: u16,
    /// The refusal's code, if it was refused.
    pub refused: Option<&'static str>,
    /// The attempt that was answered.
    pub upstream: Option<UpstreamSpan>,
}

/// One attempt on a provider.
#[derive(Clone, Debug)]
pub struct UpstreamSpan {
    /// The destination's name in the policy.
    pub destination: String,
    /// The address that was connected.
    pub address: SocketAddr,
    /// The provider's status.
    pub status: u16,
    /// Unix nanoseconds.
    pub started: u64,
}

/// Takes finished exchanges. Must not block.
pub trait SpanSink: Send + Sync {
    /// Called once for each exchange.
    fn exchange(&self, span: ExchangeSpan);
}
