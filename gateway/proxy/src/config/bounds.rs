//! Which values of a configuration can be used.

use std::fmt;

use super::{ProxyConfig, Size, Time};

/// A socket's path fits in `sockaddr_un` (108 bytes) with its end.
const MOST_SOCKET_PATH: usize = 107;

/// A value that cannot be used, told with its key and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfBounds {
    /// Dotted key, for example `limits.head_time`.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for OutOfBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}

impl ProxyConfig {
    /// All values out of bounds, in the order of the keys; empty when the configuration can be used.
    pub fn check(&self) -> Vec<OutOfBounds> {
        let mut found = Findings::default();
        self.check_listeners(&mut found);
        self.check_limits(&mut found);
        self.check_upstream(&mut found);
        self.check_process(&mut found);
        found.0
    }

    fn check_listeners(&self, found: &mut Findings) {
        if self.listeners.is_empty() {
            found.add("listeners", "is empty; name at least one address that clients connect to");
        }
        for (at, listener) in self.listeners.iter().enumerate() {
            let earlier = self.listeners.iter().take(at);
            for other in earlier {
                if other.name == listener.name {
                    found.add(
                        &format!("listeners[{at}].name"),
                        "is used twice; give each listener its own name",
                    );
                }
                if other.address == listener.address {
                    found.add(
                        &format!("listeners[{at}].address"),
                        "is used twice; give each listener its own address",
                    );
                }
            }
            if listener.h2c && listener.tls.is_some() {
                found.add(
                    &format!("listeners[{at}].h2c"),
                    "is for plain listeners; with TLS, HTTP/2 is negotiated anyway",
                );
            }
        }
    }

    fn check_limits(&self, found: &mut Findings) {
        let limits = &self.limits;
        found.bound("limits.body", limits.body, Size::kibibytes(1), Size::mebibytes(1024));
        found.bound("limits.decode_ratio", limits.decode_ratio, 1, 10_000);
        found.bound("limits.decode_layers", limits.decode_layers, 0, 4);
        found.bound("limits.head", limits.head, Size::kibibytes(1), Size::kibibytes(256));
        found.bound("limits.headers", limits.headers, 8, 200);
        found.bound("limits.head_time", limits.head_time, Time::millis(100), Time::seconds(300));
        found.bound(
            "limits.handshake_time",
            limits.handshake_time,
            Time::millis(100),
            Time::seconds(60),
        );
        found.bound("limits.idle", limits.idle, Time::seconds(1), Time::seconds(3600));
        found.bound("limits.body_time", limits.body_time, Time::millis(100), Time::seconds(3600));
        found.bound("limits.write_time", limits.write_time, Time::millis(100), Time::seconds(3600));
        if limits.memory < limits.body {
            found.add("limits.memory", "is below limits.body; a single body must fit");
        }
        found.bound("limits.h2_streams", limits.h2_streams, 1, 1000);
        found.bound("limits.requests_per_connection", limits.requests_per_connection, 1, u32::MAX);
        found.bound("limits.connections", limits.connections, 1, 1_000_000);
    }

    fn check_upstream(&self, found: &mut Findings) {
        let (upstream, short) = (&self.upstream, Time::millis(10));
        found.bound("upstream.connect", upstream.connect, short, Time::seconds(300));
        found.bound("upstream.first_byte", upstream.first_byte, short, Time::seconds(3600));
        found.bound("upstream.between_reads", upstream.between_reads, short, Time::seconds(3600));
        found.bound("upstream.total", upstream.total, short, Time::seconds(86_400));
        found.bound(
            "upstream.response_head",
            upstream.response_head,
            Size::kibibytes(1),
            Size::mebibytes(1),
        );
        found.bound("pool.idle_per_peer", self.pool.idle_per_peer, 0, 4096);
        found.bound("pool.idle_age", self.pool.idle_age, Time::seconds(1), Time::seconds(600));
        found.bound("pool.h2_streams", self.pool.h2_streams, 1, 1000);
    }

    fn check_process(&self, found: &mut Findings) {
        found.bound("process.threads", self.process.threads, 0, 256);
        found.bound("process.grace", self.process.grace, Time::seconds(0), Time::seconds(86_400));
        found.bound("process.stop", self.process.stop, Time::seconds(0), Time::seconds(300));
        if self.process.upgrade_socket.as_os_str().len() > MOST_SOCKET_PATH {
            found.add(
                "process.upgrade_socket",
                &format!(
                    "is longer than {MOST_SOCKET_PATH} bytes, which the system does not allow"
                ),
            );
        }
        found.bound("dns.timeout", self.dns.timeout, Time::millis(100), Time::seconds(60));
        found.bound("dns.cache", self.dns.cache, Time::seconds(0), Time::seconds(3600));
        found.bound("dns.cache_names", self.dns.cache_names, 1, 65_536);
        for (name, addresses) in &self.dns.hosts {
            if addresses.is_empty() {
                found.add(
                    &format!("dns.hosts.{name}"),
                    "has no address; give at least one or remove the name",
                );
            }
        }
    }
}

#[derive(Default)]
struct Findings(Vec<OutOfBounds>);

impl Findings {
    fn add(&mut self, key: &str, message: &str) {
        self.0.push(OutOfBounds { key: key.to_owned(), message: message.to_owned() });
    }

    fn bound<T: PartialOrd + fmt::Display>(&mut self, key: &str, value: T, least: T, most: T) {
        if value < least || value > most {
            self.add(key, &format!("is {value}; allowed is {least} to {most}"));
        }
    }
}
