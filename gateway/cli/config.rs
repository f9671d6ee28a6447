//! `seawall.toml`: how this node is wired. What may leave it is never decided here, only in the policy.

mod check;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use proxy::config::{
    Dns, Limits, Listener, PoolConfig, Process, ProxyConfig, Time, Trust, Upstream,
};
use proxy::gateway::{self, Routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::files;
use super::toml_file::{self, Places};

/// The whole file. Every key has a default; unknown keys are refused.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Where clients connect.
    pub(crate) listeners: Vec<Listener>,
    /// Where the requests of a listener are asked to go; the first that fits, longest prefix first.
    pub(crate) routes: Vec<Route>,
    /// Which policy and detectors judge them.
    pub(crate) policy: Policy,
    /// The agency's own terms, records and documents, as `seawall holdings build` made them. Default none.
    pub(crate) holdings: Vec<OwnData>,
    /// Where decisions are recorded.
    pub(crate) journal: JournalConfig,
    /// Where requests wait for a stated reason or a second person.
    pub(crate) asks: Asks,
    /// Where the persons are kept that the counters of the policy have seen.
    pub(crate) census: CensusConfig,
    /// The administrators' listener: health, metrics, console.
    pub(crate) admin: Admin,
    /// How callers are told apart.
    pub(crate) identity: Identity,
    /// The node's secrets, each in a file of its own.
    pub(crate) keys: Keys,
    /// The databases that say where addresses are.
    pub(crate) geo: Geo,
    /// Where logs, metrics and traces are sent.
    pub(crate) telemetry: Telemetry,
    /// Bounds of judgement.
    pub(crate) judgement: Judgement,
    /// Bounds on what a client may send.
    pub(crate) limits: Limits,
    /// Deadlines on the way to a provider.
    pub(crate) upstream: Upstream,
    /// Idle connections kept to providers.
    pub(crate) pool: PoolConfig,
    /// Threads, signals, hand-over to a new process.
    pub(crate) process: Process,
    /// Which certificate authorities providers are verified against.
    pub(crate) trust: Trust,
    /// How provider names become addresses.
    pub(crate) dns: Dns,
    /// Where each key stands in the file, and what of it could not be read.
    #[serde(skip)]
    pub(crate) places: Places,
}

/// From a listener and a path to a destination of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    /// The listener's name; absent: every listener.
    #[serde(default)]
    pub(crate) listener: Option<String>,
    /// Path prefix that selects this route and is taken off; absent: every path.
    #[serde(default)]
    pub(crate) prefix: Option<String>,
    /// `openai-chat` or `anthropic-messages`; absent: every dialect.
    #[serde(default)]
    pub(crate) dialect: Option<String>,
    /// A destination that the policy declares.
    pub(crate) destination: String,
}

/// Which policy and detectors judge requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Policy {
    /// Folder of `.policy` files, read with its subfolders; absent: the embedded default policy.
    pub(crate) folder: Option<PathBuf>,
    /// Folder of an agency's own detector files, beside the embedded ones.
    pub(crate) detectors: Option<PathBuf>,
    /// Whether the embedded detectors are used. Default true.
    pub(crate) embedded_detectors: bool,
    /// Files of values that are known to be harmless (`[[allow]]`). Default none.
    pub(crate) allowed: Vec<PathBuf>,
    /// Takes policy, detectors and allow-lists from a signed bundle, in place of the keys above.
    pub(crate) bundle: Option<BundleConfig>,
}

/// Where signed bundles are kept and fetched from; docs/bundles.md is the guide. Verification has no switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BundleConfig {
    /// Folder of the root, the state and the installed bundle; begun with `seawall rules trust`. Default `seawall-bundle`.
    pub(crate) store: PathBuf,
    /// Where new bundles are: a folder, `https://…/`, `s3://BUCKET/FOLDER` or `oci://REGISTRY/REPOSITORY:TAG`; absent: only
    /// `seawall rules install` brings one.
    pub(crate) from: Option<String>,
    /// How often it is asked; sooner after a failure. Default 1 h; 1 s to 7 days.
    pub(crate) every: Time,
    /// How long one request may take, with its body. Default 1 min; 10 ms to 1 h.
    pub(crate) deadline: Time,
    /// Certificate authorities that the server is verified against, in PEM form; absent: the public ones.
    pub(crate) ca_file: Option<PathBuf>,
    /// File with one line, `NAME:SECRET`: user and password of a server or registry, access key and secret of S3.
    pub(crate) credentials: Option<PathBuf>,
    /// Address of the API of an S3-compatible store.
    pub(crate) endpoint: Option<String>,
    /// Region of an S3-compatible store. Default us-east-1.
    pub(crate) region: Option<String>,
}

impl Default for BundleConfig {
    fn default() -> Self {
        Self {
            store: PathBuf::from("seawall-bundle"),
            from: None,
            every: Time::seconds(3600),
            deadline: Time::seconds(60),
            ca_file: None,
            credentials: None,
            endpoint: None,
            region: None,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        let (folder, detectors, bundle) = (None, None, None);
        Self { folder, detectors, embedded_detectors: true, allowed: Vec::new(), bundle }
    }
}

/// A file of the agency's own data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnData {
    /// How the policy calls it: `detect holdings.NAME`. The file must bear this name. Small letters, digits and hyphens, at most 64.
    pub(crate) name: String,
    /// The file that `seawall holdings build` wrote.
    pub(crate) file: PathBuf,
    /// File with the key that it was built with: 64 hex digits.
    pub(crate) key: PathBuf,
}

/// Where decisions are recorded, and when one counts as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct JournalConfig {
    /// Folder of the log; made if missing.
    pub(crate) folder: PathBuf,
    /// `durable`: on disk before the first byte leaves. `async`: queued; a kill or a power cut can lose the decisions of
    /// the last 50 ms.
    pub(crate) record: Record,
    /// Listeners whose decisions are recorded differently from `record`.
    pub(crate) listeners: BTreeMap<String, Record>,
    /// The log's name in its checkpoints, at most 180 bytes without spaces or `+`; absent: `seawall.invalid/` and the node's name.
    pub(crate) origin: Option<String>,
    /// Largest size of the log in bytes; when it is reached, requests are refused. Default 64 GiB; at least 1 MiB.
    pub(crate) max_bytes: u64,
    /// How often new records are signed; until then exports do not show them, and whoever can write to the folder could
    /// change them. Default 1 s; 10 ms to 1 min.
    pub(crate) checkpoint: Time,
    /// How long a request waits for its decision to be on disk before it is refused. Default 10 s.
    pub(crate) append_deadline: Time,
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("seawall-journal"),
            record: Record::Durable,
            listeners: BTreeMap::new(),
            origin: None,
            max_bytes: 64 << 30,
            checkpoint: Time::seconds(1),
            append_deadline: Time::seconds(10),
        }
    }
}

/// When a decision counts as recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Record {
    /// On disk before the first byte leaves.
    Durable,
    /// Queued before the first byte leaves.
    Async,
}

/// Where requests wait for what a rule asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Asks {
    /// Folder with the key that seals challenges, the marks of those that are used, requests that wait for approval and signed
    /// verdicts; made if missing. Each node has its own. Absent: beside the journal's folder, with `.asks` behind its name.
    pub(crate) folder: Option<PathBuf>,
}

/// Where the persons are kept that the counters of the policy have seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CensusConfig {
    /// Folder with a keyed hash for each person, counter and day, up to 400 days back; made if missing, and only if the policy has
    /// counters. Each node has its own. Absent: beside the journal's folder, with `.census` behind its name.
    pub(crate) folder: Option<PathBuf>,
}

/// The administrators' listener, apart from the data plane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Admin {
    /// Address and port; keep it off networks that clients reach. Default 127.0.0.1:9797.
    pub(crate) address: SocketAddr,
    /// Names by which it may be addressed, beside addresses and `localhost`. Default none.
    pub(crate) hosts: Vec<String>,
}

impl Default for Admin {
    fn default() -> Self {
        Self { address: SocketAddr::from(([127, 0, 0, 1], 9797)), hosts: Vec::new() }
    }
}

/// How callers are told apart. Who they are to the policy is said in the policy (`clients`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Identity {
    /// This node's name in records, at most 100 bytes without spaces or `+`; absent: `seawall`.
    pub(crate) node: Option<String>,
    /// Names for source networks; the longest prefix that holds the caller's address wins.
    pub(crate) networks: Vec<Network>,
    /// File of known client keys: `[[key]]` with `name`, `sha256` (hex) and `issued_here` (true: never forwarded).
    pub(crate) keys: Option<PathBuf>,
    /// Lists of people and applications: the name that the policy's `people NAME` declares, to a file with one member a line.
    pub(crate) people: BTreeMap<String, PathBuf>,
    /// The identity provider whose tokens say who is calling, and the lists of the policy that it keeps. Absent: none is believed.
    pub(crate) token: Option<Token>,
}

/// An identity provider (OpenID Connect) whose signed tokens are believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    /// The header that carries the token, with or without `Bearer` before it; what comes in it never leaves. Default `seawall-identity`.
    #[serde(default = "identity_header")]
    pub(crate) header: String,
    /// What the token's `iss` has to be.
    pub(crate) issuer: String,
    /// What its `aud` has to be, or hold.
    pub(crate) audience: String,
    /// File with the provider's public keys, as its `jwks_uri` gives them.
    pub(crate) keys: PathBuf,
    /// The claim that names the person: on record as a pseudonym, and the name that lists in files know. Default `sub`.
    #[serde(default = "person_claim")]
    pub(crate) person: String,
    /// The claim that lists the groups that the person is in. Default `groups`.
    #[serde(default = "groups_claim")]
    pub(crate) groups: String,
    /// Lists of the policy (`people NAME`) that the provider keeps: the groups whose members are on each.
    #[serde(default)]
    pub(crate) people: BTreeMap<String, Vec<String>>,
}

fn identity_header() -> String {
    "seawall-identity".to_owned()
}

fn person_claim() -> String {
    "sub".to_owned()
}

fn groups_claim() -> String {
    "groups".to_owned()
}

/// A named source network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Network {
    /// The name that the policy's `clients network NAME` refers to.
    pub(crate) name: String,
    /// Address and prefix length, for example `10.20.0.0/16` or `2001:db8::/32`.
    pub(crate) cidr: String,
}

/// The node's secrets. A file that does not exist is made with fresh random content, readable by its owner only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Keys {
    /// 32 random bytes from which token and pseudonym keys are derived.
    pub(crate) secret: PathBuf,
    /// Ed25519 private key (PKCS#8 PEM) that signs the journal's checkpoints.
    pub(crate) signing: PathBuf,
    /// Files with the public keys that signed the journal before, when `signing` was replaced by a new key.
    pub(crate) previous: Vec<PathBuf>,
    /// For destinations whose key the gateway holds: destination name to a file with that key.
    pub(crate) destinations: BTreeMap<String, PathBuf>,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            secret: PathBuf::from("seawall-keys/secret"),
            signing: PathBuf::from("seawall-keys/journal.pem"),
            previous: Vec::new(),
            destinations: BTreeMap::new(),
        }
    }
}

/// The databases that say where addresses are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Geo {
    /// A country database in mmdb form (`country_code` or `country.iso_code`); absent: every place is unprovable.
    pub(crate) country_database: Option<PathBuf>,
}

/// Where logs, metrics and traces are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Telemetry {
    /// Base URL of an OpenTelemetry collector (OTLP/HTTP), for example `http://127.0.0.1:4318`; absent: nothing is sent.
    pub(crate) otlp: Option<String>,
    /// Whether providers get a fresh `traceparent` (never the caller's). Default false: none.
    pub(crate) trace_upstream: bool,
}

/// Bounds of judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Judgement {
    /// Units of work allowed for each byte of a body. Default 512; 1 to 1000000.
    pub(crate) fuel_per_byte: u64,
    /// Units of work allowed beside those. Default 1000000; 1000 to 10^12.
    pub(crate) fuel_base: u64,
    /// Largest answer read whole and largest event of a streamed one, in bytes. Default 32 MiB; 64 KiB to 1 GiB.
    pub(crate) answer: u64,
}

impl Default for Judgement {
    fn default() -> Self {
        Self { fuel_per_byte: 512, fuel_base: 1_000_000, answer: 32 << 20 }
    }
}

impl Default for Config {
    /// The embedded default: one listener on loopback, both dialects routed to their vendors.
    fn default() -> Self {
        let route = |dialect: &str, destination: &str| Route {
            listener: None,
            prefix: None,
            dialect: Some(dialect.to_owned()),
            destination: destination.to_owned(),
        };
        Self {
            listeners: vec![Listener {
                name: "main".to_owned(),
                address: SocketAddr::from(([127, 0, 0, 1], 8787)),
                tls: None,
                h2c: false,
                hosts: Vec::new(),
                origins: Vec::new(),
            }],
            routes: vec![route("openai-chat", "openai"), route("anthropic-messages", "anthropic")],
            policy: Policy::default(),
            holdings: Vec::new(),
            journal: JournalConfig::default(),
            asks: Asks::default(),
            census: CensusConfig::default(),
            admin: Admin::default(),
            identity: Identity::default(),
            keys: Keys::default(),
            geo: Geo::default(),
            telemetry: Telemetry::default(),
            judgement: Judgement::default(),
            limits: Limits::default(),
            upstream: Upstream::default(),
            pool: PoolConfig::default(),
            process: Process::default(),
            trust: Trust::default(),
            dns: Dns::default(),
            places: Places::default(),
        }
    }
}

impl Config {
    /// Reads a file; relative paths in it are relative to its folder.
    ///
    /// # Errors
    /// Every problem at once: place, what was expected, how to mend it.
    pub(crate) fn load(path: &Path) -> Result<Self, Vec<String>> {
        match Self::read(path) {
            (Some(config), problems) if problems.is_empty() => Ok(config),
            (_, problems) => Err(problems),
        }
    }

    /// Reads what can be read of a file, and tells every problem of the rest. What it names is not opened.
    pub(crate) fn read(path: &Path) -> (Option<Self>, Vec<String>) {
        let text = match files::read(path) {
            Ok(text) => text,
            Err(problem) => return (None, vec![problem]),
        };
        let help = "`seawall config schema` lists every key";
        let read: toml_file::Reading<Self> = toml_file::read(path, &text, help);
        let mut problems = read.problems;
        let config = read.value.map(|mut config| {
            config.places = read.places;
            config.resolve_paths(path.parent().unwrap_or(Path::new("")));
            problems.extend(config.check());
            config
        });
        (config, problems)
    }

    /// This node's name in records.
    pub(crate) fn node(&self) -> &str {
        self.identity.node.as_deref().unwrap_or("seawall")
    }

    /// Where requests wait for what was asked for.
    pub(crate) fn desk(&self) -> PathBuf {
        let beside = || files::beside(&self.journal.folder, "asks");
        self.asks.folder.clone().unwrap_or_else(beside)
    }

    /// Where the persons are kept that were counted.
    pub(crate) fn census(&self) -> PathBuf {
        let beside = || files::beside(&self.journal.folder, "census");
        self.census.folder.clone().unwrap_or_else(beside)
    }

    /// The journal's name in its checkpoints, without the epoch.
    pub(crate) fn origin(&self) -> String {
        let default = || format!("seawall.invalid/{}", self.node());
        self.journal.origin.clone().unwrap_or_else(default)
    }

    /// The routes as the data plane follows them.
    pub(crate) fn routes(&self) -> Routes {
        let route = |route: &Route| gateway::Route {
            listener: route.listener.clone(),
            prefix: route.prefix.clone(),
            dialect: route.dialect.as_deref().and_then(dialect::Dialect::named),
            destination: route.destination.clone(),
        };
        Routes::new(self.routes.iter().map(route).collect())
    }

    /// What the data plane needs of it.
    pub(crate) fn proxy(&self) -> ProxyConfig {
        ProxyConfig {
            listeners: self.listeners.clone(),
            limits: self.limits,
            upstream: self.upstream,
            pool: self.pool,
            process: self.process.clone(),
            trust: self.trust.clone(),
            dns: self.dns.clone(),
        }
    }

    fn resolve_paths(&mut self, base: &Path) {
        let resolve = |path: &mut PathBuf| *path = base.join(&*path);
        resolve(&mut self.journal.folder);
        resolve(&mut self.keys.secret);
        resolve(&mut self.keys.signing);
        self.keys.previous.iter_mut().for_each(resolve);
        resolve(&mut self.process.upgrade_socket);
        self.keys.destinations.values_mut().for_each(resolve);
        self.identity.people.values_mut().for_each(resolve);
        self.identity.token.iter_mut().for_each(|token| resolve(&mut token.keys));
        self.policy.allowed.iter_mut().for_each(resolve);
        self.holdings.iter_mut().flat_map(|own| [&mut own.file, &mut own.key]).for_each(resolve);
        if let Some(bundle) = &mut self.policy.bundle {
            resolve(&mut bundle.store);
            [&mut bundle.ca_file, &mut bundle.credentials].into_iter().flatten().for_each(resolve);
            let folder = bundle.from.iter_mut().filter(|from| !from.contains("://"));
            folder.for_each(|from| *from = base.join(&*from).display().to_string());
        }
        let optional = [
            &mut self.asks.folder,
            &mut self.census.folder,
            &mut self.policy.folder,
            &mut self.policy.detectors,
            &mut self.identity.keys,
            &mut self.geo.country_database,
            &mut self.trust.ca_file,
        ];
        optional.into_iter().flatten().for_each(resolve);
        for listener in &mut self.listeners {
            if let Some(tls) = &mut listener.tls {
                resolve(&mut tls.certificate);
                resolve(&mut tls.key);
            }
        }
    }
}
