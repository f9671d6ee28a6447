//! Provider names to addresses: asked of name servers by us, never of the C library, and all of them returned.
//!
//! The caller judges every address and connects to one it judged; nothing here or later asks again on its own.
//! INVARIANT: an answer is kept no longer than its TTL and no longer than `dns.cache`.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;

use crate::config::Dns;

/// Where addresses came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The host was an address.
    Literal,
    /// The configuration fixes them.
    Static,
    /// A name server answered just now.
    Answer,
    /// An earlier answer that is still valid.
    Cache,
}

/// All addresses of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Not empty; IPv4 before IPv6, otherwise in the order of the answer.
    pub addresses: Arc<[IpAddr]>,
    /// Where they came from.
    pub origin: Origin,
}

/// Why a name has no addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// Not a host name.
    #[error("the destination's host is not a name or address")]
    BadName,
    /// The name does not exist.
    #[error("the destination's name does not exist")]
    NoSuchName,
    /// The name exists and has no address.
    #[error("the destination's name has no address")]
    NoAddress,
    /// No answer within `dns.timeout`.
    #[error("no name server answered in time")]
    Timeout,
    /// An address of a private network, this host or the local link, for a name not in `dns.private`.
    #[error(
        "the destination's name stands for a private address; if it may, name it in dns.private"
    )]
    PrivateAddress,
    /// The name servers cannot be asked, or fail.
    #[error("the name servers could not answer")]
    Failed,
    /// The configuration of the system's resolver cannot be used.
    #[error("the name servers are not configured: {0}")]
    Config(String),
}

impl ResolveError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ResolveError::BadName => "bad-host-name",
            ResolveError::NoSuchName => "no-such-name",
            ResolveError::NoAddress => "no-address",
            ResolveError::PrivateAddress => "private-address",
            ResolveError::Timeout => "dns-timeout",
            ResolveError::Failed => "dns-failed",
            ResolveError::Config(_) => "dns-not-configured",
        }
    }
}

/// Resolves names; one value serves the whole node.
pub struct Resolver {
    hosts: HashMap<String, Arc<[IpAddr]>>,
    private: Vec<String>,
    servers: TokioResolver,
    timeout: Duration,
    keep: Duration,
    most: usize,
    kept: RwLock<HashMap<String, Kept>>,
    /// Names that are being asked for; who else wants one waits for that answer.
    asking: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

type Answer = Result<Arc<[IpAddr]>, ResolveError>;

struct Kept {
    answer: Answer,
    until: Instant,
}

impl Resolver {
    /// A resolver as configured.
    ///
    /// # Errors
    /// [`ResolveError::Config`] when the system's configuration is wanted and cannot be read.
    pub fn new(dns: &Dns) -> Result<Resolver, ResolveError> {
        let hosts = dns
            .hosts
            .iter()
            .map(|(name, addresses)| (canonical(name), Arc::from(addresses.as_slice())))
            .collect();
        Ok(Resolver {
            hosts,
            private: dns.private.iter().map(|name| canonical(name)).collect(),
            servers: servers(dns)?,
            timeout: dns.timeout.get(),
            keep: dns.cache.get(),
            most: dns.cache_names as usize,
            kept: RwLock::default(),
            asking: Mutex::default(),
        })
    }

    /// All addresses of a host: a name, an IPv4 address, or an IPv6 address with or without brackets.
    ///
    /// # Errors
    /// Why there are none; never with the name in it.
    pub async fn resolve(&self, host: &str) -> Result<Resolved, ResolveError> {
        let unbracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        if let Ok(address) = unbracketed.unwrap_or(host).parse::<IpAddr>() {
            return Ok(Resolved { addresses: Arc::from([address]), origin: Origin::Literal });
        }
        let name = canonical(host);
        if !is_host_name(&name) {
            return Err(ResolveError::BadName);
        }
        if let Some(addresses) = self.hosts.get(&name) {
            return Ok(Resolved { addresses: Arc::clone(addresses), origin: Origin::Static });
        }
        if let Some(answer) = self.cached(&name) {
            return answer.map(|addresses| Resolved { addresses, origin: Origin::Cache });
        }
        let turn = self.turn(&name);
        let _turn = turn.lock().await;
        if let Some(answer) = self.cached(&name) {
            return answer.map(|addresses| Resolved { addresses, origin: Origin::Cache });
        }
        let asked = self.ask(&name).await;
        let until = match &asked {
            Ok((_, until)) => (*until).min(crate::clock::now() + self.keep),
            Err(_) => crate::clock::now() + KEEP_FAILURE,
        };
        let answer = asked.map(|(addresses, _)| addresses);
        self.store(name, answer.clone(), until);
        answer.map(|addresses| Resolved { addresses, origin: Origin::Answer })
    }

    /// The lock of those who want this name.
    fn turn(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = asking.get(name).and_then(Weak::upgrade) {
            return turn;
        }
        asking.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        asking.insert(name.to_owned(), Arc::downgrade(&turn));
        turn
    }

    async fn ask(&self, name: &str) -> Result<(Arc<[IpAddr]>, Instant), ResolveError> {
        // The final dot keeps the system's search domains out of it.
        let lookup = self.servers.lookup_ip(format!("{name}."));
        let answer =
            tokio::time::timeout(self.timeout, lookup).await.map_err(|_| ResolveError::Timeout)?;
        let answer = answer.map_err(|error| problem(&error))?;
        let addresses: Vec<IpAddr> = answer.iter().collect();
        if addresses.is_empty() {
            return Err(ResolveError::NoAddress);
        }
        // One private address among others is enough: whoever answers so wants to get inside.
        if addresses.iter().any(is_private) && !self.private.iter().any(|known| known == name) {
            return Err(ResolveError::PrivateAddress);
        }
        Ok((Arc::from(addresses), answer.valid_until()))
    }

    fn cached(&self, name: &str) -> Option<Answer> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let entry = kept.get(name)?;
        (entry.until > crate::clock::now()).then(|| entry.answer.clone())
    }

    fn store(&self, name: String, answer: Answer, until: Instant) {
        let now = crate::clock::now();
        if until <= now {
            return;
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= self.most {
            kept.retain(|_, entry| entry.until > now);
        }
        if kept.len() < self.most {
            kept.insert(name, Kept { answer, until });
        }
    }
}

fn servers(dns: &Dns) -> Result<TokioResolver, ResolveError> {
    let not_configured = |error: NetError| ResolveError::Config(error.to_string());
    let mut builder = if dns.servers.is_empty() {
        TokioResolver::builder_tokio().map_err(not_configured)?
    } else {
        let asked = dns.servers.iter().copied().map(server).collect();
        TokioResolver::builder_with_config(
            ResolverConfig::from_parts(None, Vec::new(), asked),
            TokioRuntimeProvider::default(),
        )
    };
    let options = builder.options_mut();
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.timeout = dns.timeout.get();
    options.attempts = 2;
    // Answers are kept here, under our bound, and nowhere else.
    options.cache_size = 0;
    if !dns.servers.is_empty() {
        options.use_hosts_file = ResolveHosts::Never;
    }
    builder.build().map_err(not_configured)
}

fn server(address: SocketAddr) -> NameServerConfig {
    let at = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    NameServerConfig::new(
        address.ip(),
        true,
        vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())],
    )
}

fn problem(error: &NetError) -> ResolveError {
    if error.is_nx_domain() {
        ResolveError::NoSuchName
    } else if error.is_no_records_found() {
        ResolveError::NoAddress
    } else if matches!(error, NetError::Timeout) {
        ResolveError::Timeout
    } else {
        ResolveError::Failed
    }
}

fn canonical(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// Whether an address is not one of the public Internet's: this host, a private network, the local link, many at once,
/// or one that leads to such through a translator or relay. What a relay leads to depends on which is near, so
/// all relayed addresses count. Sources: the IANA special-purpose address registries.
fn is_private(address: &IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => match v6.segments() {
            // The well-known NAT64 prefix leads to the IPv4 address in the last bits (RFC 6052). Where a local one
            // (64:ff9b:1::/48, RFC 8215) has it, only its network knows: it is none of 2000::/3 and falls through.
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                is_private_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
            }
            // Protocol assignments, with Teredo (RFC 4380); 6to4 (RFC 3056); documentation (RFC 3849, RFC 9637).
            [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => true,
            [first, ..] => first & 0xe000 != 0x2000,
        },
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    // 100.64.0.0/10 is shared by the customers of a carrier (RFC 6598), 198.18.0.0/15 is for benchmarks (RFC 2544), and
    // 192.0.0.0/24 for protocols (RFC 6890), 192.88.99.0/24 for relays to IPv6 (RFC 7526); the first octets are this host and
    // multicast.
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || first == 0
        || first >= 224
        || (first == 100 && second & 0xc0 == 64)
        || (first == 198 && second & 0xfe == 18)
        || matches!((first, second, third), (192, 0, 0) | (192, 88, 99))
}

/// RFC 1123 §2.1, and underscores, which some providers use. A last label of digits would be an address in
/// an old spelling, which readers understand differently.
fn is_host_name(name: &str) -> bool {
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let looks_like_address =
        last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    name.len() <= 253 && name.split('.').all(label_fits) && !looks_like_address
}

/// How long a name that could not be had is not asked for again.
const KEEP_FAILURE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
