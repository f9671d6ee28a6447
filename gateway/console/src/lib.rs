//! The administrators' listener, apart from the data plane: health, metrics, records, and the page that shows them.
//!
//! It knows the node only through [`Node`], so a fault here cannot reach the data plane. Everything the page shows it
//! gets from the API below; there is no third-party origin, and the content security policy allows none.
//!
//! | path | answers |
//! |---|---|
//! | `GET /healthz` | 200 while the process serves |
//! | `GET /readyz` | 200 when it can take requests, else 503 with the reasons |
//! | `GET /metrics` | counters and times, OpenMetrics text |
//! | `GET /api/v1/node` | version, policy, journal |
//! | `GET /api/v1/records?epoch=E&before=N&limit=M` | the newest records before index N of epoch E, newest first, on into earlier epochs |
//! | `GET /` | the page |

mod api;
mod host;
mod page;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpSocket;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 128;

/// What the console may ask of the node it belongs to.
pub trait Node: Send + Sync + 'static {
    /// Why the node cannot take requests now; empty when it can. For operators: holds nothing of any request.
    fn unready(&self) -> Vec<String>;
    /// All counters and times as OpenMetrics text.
    fn metrics(&self) -> String;
    /// What the node runs.
    fn card(&self) -> Card;
    /// At most `limit` records before an index of an epoch (or the newest), newest first, each with its `epoch` and `index`.
    ///
    /// # Errors
    /// What the journal says when it cannot be read.
    fn records(&self, before: Option<Before>, limit: usize) -> Result<Vec<Value>, String>;
}

/// A place in the journal: what lies before it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// The epoch, counted from 1.
    pub epoch: u64,
    /// The index in it; `u64::MAX` is behind all of it.
    pub index: u64,
}

/// What a node runs.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// The node's name in records.
    pub node: String,
    /// The version of the gateway.
    pub version: String,
    /// The name of the policy in force.
    pub policy: String,
    /// SHA-256 of the policy's sources, hex.
    pub policy_digest: String,
    /// How many entries the journal holds.
    pub records: u64,
    /// Set while the whole policy is only watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observing: Option<Observing>,
}

/// A policy that is only watched: nothing is taken out or stopped, but by an invariant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observing {
    /// The last day, `2026-12-31`.
    pub until: String,
    /// Requests that it let pass since the node started.
    pub passed: u64,
    /// Those of them that would not have gone as they were.
    pub would_differ: u64,
}

/// Binds the listener's address. The port is shared with a process that is being replaced, so that an upgrade has no gap.
///
/// # Errors
/// What the system says about the address.
pub fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Serves until `stop` resolves. Requests must name an address, `localhost` or one of `hosts` as their host; others
/// get 421.
///
/// # Errors
/// What the system says about the listener.
pub async fn serve(
    socket: TcpSocket,
    node: Arc<dyn Node>,
    hosts: Vec<String>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = api::router(node, host::Hosts::new(hosts));
    axum::serve(socket.listen(BACKLOG)?, router).with_graceful_shutdown(stop).await
}
