//! What a node's configuration says about the data plane: listeners, bounds, deadlines, pools, names.
//!
//! Every key has a default, a unit and bounds; unknown keys are refused. [`ProxyConfig::check`] reports all
//! values out of bounds at once. What may leave the node is never decided here, only in the policy.

mod bounds;
mod units;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use bounds::OutOfBounds;
pub use units::{Size, Time};

/// The data plane of one node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProxyConfig {
    /// Where clients connect. At least one.
    pub listeners: Vec<Listener>,
    /// Bounds on what a client may send.
    pub limits: Limits,
    /// Deadlines on the way to a provider.
    pub upstream: Upstream,
    /// Idle connections kept to providers.
    pub pool: PoolConfig,
    /// Threads, signals, hand-over to a new process.
    pub process: Process,
    /// Which certificate authorities providers are verified against.
    pub trust: Trust,
    /// How provider names become addresses.
    pub dns: Dns,
}

/// One address that clients connect to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// Name in records and metrics; unique.
    pub name: String,
    /// Address and port, for example `127.0.0.1:8080`.
    pub address: SocketAddr,
    /// Certificate and key; absent means plain HTTP.
    #[serde(default)]
    pub tls: Option<TlsFiles>,
    /// Whether HTTP/2 without TLS (prior knowledge) is accepted on a plain listener. Default: false.
    #[serde(default)]
    pub h2c: bool,
    /// Names and addresses, without port, that clients use for this listener; requests with another Host are refused.
    /// Default: none, which accepts every Host.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Origins of web pages whose requests are accepted, for example `https://chat.gov.example`. Default: none, so
    /// that no page can use the gateway through its visitor's browser; programs send no Origin.
    #[serde(default)]
    pub origins: Vec<String>,
}

/// PEM files of a listener's identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// Certificate chain, leaf first.
    pub certificate: PathBuf,
    /// Private key (PKCS#8, PKCS#1 or SEC1).
    pub key: PathBuf,
}

/// Bounds on what a client may send, and the memory all clients share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest request body on the wire and after decoding. Default 32 MiB; 1 KiB to 1 GiB.
    pub body: Size,
    /// Largest ratio of decoded to encoded body. Default 200; 1 to 10000. Bodies that decode to less than 1 MiB are not judged by it.
    pub decode_ratio: u32,
    /// Most content encodings stacked on one body. Default 2; 0 to 4.
    pub decode_layers: u8,
    /// Largest request head in bytes. Default 32 KiB; 1 KiB to 256 KiB.
    pub head: Size,
    /// Most header lines. Default 100; 8 to 200.
    pub headers: u16,
    /// Time from the first byte of a head to its end, and from connecting to the first byte. Default 10 s; 100 ms to 5 min.
    pub head_time: Time,
    /// Time for a TLS handshake. Default 10 s; 100 ms to 1 min.
    pub handshake_time: Time,
    /// How long a connection may wait for its next request. Default 60 s; 1 s to 1 h.
    pub idle: Time,
    /// Time for a whole request body, however slowly it drips. Default 2 min; 100 ms to 1 h.
    pub body_time: Time,
    /// Longest wait for a client to take written bytes. Default 1 min; 100 ms to 1 h.
    pub write_time: Time,
    /// Bytes all buffered bodies of the node may hold together. Default 512 MiB; at least `body`.
    pub memory: Size,
    /// Most concurrent HTTP/2 streams on a connection. Default 100; 1 to 1000.
    pub h2_streams: u32,
    /// Requests on one connection before it is closed. Default 10000; at least 1.
    pub requests_per_connection: u32,
    /// Most open connections of all clients; further ones are closed at once and counted. Default 10000; 1 to 1000000.
    pub connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body: Size::mebibytes(32),
            decode_ratio: 200,
            decode_layers: 2,
            head: Size::kibibytes(32),
            headers: 100,
            head_time: Time::seconds(10),
            handshake_time: Time::seconds(10),
            idle: Time::seconds(60),
            body_time: Time::seconds(120),
            write_time: Time::seconds(60),
            memory: Size::mebibytes(512),
            h2_streams: 100,
            requests_per_connection: 10_000,
            connections: 10_000,
        }
    }
}

/// Deadlines on the way to a provider. All are upper bounds of waiting; none extends another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Upstream {
    /// TCP and TLS together. Default 10 s; 10 ms to 5 min.
    pub connect: Time,
    /// From the last byte of the request to the end of the response head. Default 5 min (models think long); 10 ms to 1 h.
    pub first_byte: Time,
    /// Longest silence while a body is sent or received. Default 2 min; 10 ms to 1 h.
    pub between_reads: Time,
    /// The whole exchange with the provider. Default 30 min; 10 ms to 24 h.
    pub total: Time,
    /// Largest response head in bytes. Default 64 KiB; 1 KiB to 1 MiB.
    pub response_head: Size,
}

impl Default for Upstream {
    fn default() -> Self {
        Upstream {
            connect: Time::seconds(10),
            first_byte: Time::seconds(300),
            between_reads: Time::seconds(120),
            total: Time::seconds(1800),
            response_head: Size::kibibytes(64),
        }
    }
}

/// Idle connections kept to providers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PoolConfig {
    /// Most idle connections per peer (address, name, trust). Default 128; 0 switches keeping off; to 4096.
    pub idle_per_peer: u32,
    /// How long an idle connection is kept; should stay below what providers allow. Default 30 s; 1 s to 10 min.
    pub idle_age: Time,
    /// Most concurrent streams put on one HTTP/2 connection. Default 64; 1 to 1000.
    pub h2_streams: u32,
}

impl Default for PoolConfig {
    fn default() -> Self {
        PoolConfig { idle_per_peer: 128, idle_age: Time::seconds(30), h2_streams: 64 }
    }
}

/// Threads, signals, hand-over to a new process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Process {
    /// Worker threads of the data plane; 0 means one a core. Default 0; to 256.
    pub threads: u16,
    /// After SIGTERM or SIGQUIT: how long running exchanges may go on; the process ends as soon as none does. Default
    /// 5 min; to 24 h.
    pub grace: Time,
    /// After `grace`: how long the runtime may take to stop. Default 5 s; to 5 min.
    pub stop: Time,
    /// Socket over which a new process started with `--upgrade` receives the listening sockets. Its folder is made if
    /// missing and must belong to this user and be closed to all others.
    pub upgrade_socket: PathBuf,
}

impl Default for Process {
    fn default() -> Self {
        Process {
            threads: 0,
            grace: Time::seconds(300),
            stop: Time::seconds(5),
            upgrade_socket: PathBuf::from("seawall-run/upgrade.sock"),
        }
    }
}

/// Which certificate authorities providers are verified against. Verification cannot be switched off.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Trust {
    /// PEM file with certificate authorities; absent means those of the system.
    pub ca_file: Option<PathBuf>,
}

/// How provider names become addresses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Dns {
    /// Name servers (`address:port`); empty means those of the system.
    pub servers: Vec<SocketAddr>,
    /// Names with fixed addresses, which are then never asked for: tests, air-gapped sites.
    pub hosts: BTreeMap<String, Vec<IpAddr>>,
    /// Names that may stand for addresses of private networks, this host or the local link; all others may not.
    pub private: Vec<String>,
    /// Longest wait for an answer, retries included. Default 5 s; 100 ms to 1 min.
    pub timeout: Time,
    /// Longest time an answer is kept, whatever its TTL says. Default 5 min; 0 to 1 h.
    pub cache: Time,
    /// Most names kept. Default 1024; 1 to 65536.
    pub cache_names: u32,
}

impl Default for Dns {
    fn default() -> Self {
        Dns {
            servers: Vec::new(),
            hosts: BTreeMap::new(),
            private: Vec::new(),
            timeout: Time::seconds(5),
            cache: Time::seconds(300),
            cache_names: 1024,
        }
    }
}

#[cfg(test)]
mod tests;
