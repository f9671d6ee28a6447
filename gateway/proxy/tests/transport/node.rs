//! A gateway with a small handler, on free ports of the loopback.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use proxy::config::{Limits, Listener, Process, ProxyConfig, Time, TlsFiles};
use proxy::{
    BodyProblem, Budget, Call, Counters, Deadlines, Engine, Handler, Peer, Protocols, Reply,
    RequestHead, Start, Stop, prepare,
};
use tokio::sync::oneshot;

/// Certificates made for one test.
pub(crate) struct Authority {
    pub(crate) folder: tempfile::TempDir,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    pub(crate) certificate: String,
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), &certificate).unwrap();
        Authority { folder, issuer: rcgen::Issuer::new(params, key), certificate }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Certificate and key in PEM for a name.
    pub(crate) fn issue(&self, name: &str) -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec![name.to_owned()])
            .unwrap()
            .signed_by(&key, &self.issuer)
            .unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    pub(crate) fn files(&self, name: &str) -> TlsFiles {
        let (certificate, key) = self.issue(name);
        let files = TlsFiles {
            certificate: self.folder.path().join(format!("{name}.crt")),
            key: self.folder.path().join(format!("{name}.key")),
        };
        std::fs::write(&files.certificate, certificate).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files
    }
}

pub(crate) fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A running gateway; stops when dropped.
pub(crate) struct Node {
    pub(crate) plain: SocketAddr,
    pub(crate) strict: SocketAddr,
    pub(crate) tls: SocketAddr,
    pub(crate) engine: Arc<Engine>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) target: Arc<Mutex<Target>>,
    stop: Option<oneshot::Sender<()>>,
    _authority: Authority,
}

/// Where the handler sends what it is asked to relay, and how it went.
#[derive(Default)]
pub(crate) struct Target {
    pub(crate) peer: Option<Peer>,
    pub(crate) deadlines: Option<Deadlines>,
    pub(crate) errors: Vec<proxy::SendError>,
    /// Whether the connection was a kept one, and the version spoken.
    pub(crate) replies: Vec<(bool, http::Version)>,
}

impl Node {
    pub(crate) async fn start() -> Node {
        Node::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut ProxyConfig)) -> Node {
        let authority = Authority::new();
        let (plain, strict, tls) = (free_address(), free_address(), free_address());
        let listener = |name: &str, address, tls, h2c| Listener {
            name: name.to_owned(),
            address,
            tls,
            h2c,
            hosts: Vec::new(),
            origins: Vec::new(),
        };
        let mut config = ProxyConfig {
            listeners: vec![
                listener("plain", plain, None, true),
                listener("strict", strict, None, false),
                listener("tls", tls, Some(authority.files("gateway.test")), false),
            ],
            process: Process {
                threads: 1,
                stop: Time::seconds(0),
                upgrade_socket: authority.folder.path().join("run/upgrade.sock"),
                ..Process::default()
            },
            ..ProxyConfig::default()
        };
        config.trust.ca_file = Some(authority.file());
        change(&mut config);
        let engine = Engine::new(&config).unwrap();
        let budget = Budget::new(config.limits.memory.get());
        let target = Arc::new(Mutex::new(Target::default()));
        let handler = Relay {
            engine: Arc::clone(&engine),
            budget: Arc::clone(&budget),
            limits: config.limits,
            target: Arc::clone(&target),
        };
        let start = Start::default();
        let counters = Arc::clone(&start.counters);
        let sweeper = engine.sweeper();
        let (ask, stop) = Stop::new();
        std::thread::spawn(move || {
            prepare(&config, start, handler, vec![sweeper]).unwrap().run_until(stop).unwrap();
        });
        for address in [plain, strict, tls] {
            wait_for(address).await;
        }
        Node {
            plain,
            strict,
            tls,
            engine,
            budget,
            counters,
            target,
            stop: Some(ask),
            _authority: authority,
        }
    }

    pub(crate) fn certificate(&self) -> &str {
        &self._authority.certificate
    }

    pub(crate) fn aim(&self, address: SocketAddr, protocols: Protocols) {
        self.aim_at(Peer { address, tls: None, trust: 1, protocols });
    }

    pub(crate) fn aim_at(&self, peer: Peer) {
        self.target.lock().unwrap().peer = Some(peer);
    }

    /// Waits until no body is held any more: a call ends a moment after its answer.
    pub(crate) async fn settle(&self) {
        for _ in 0..100 {
            if self.budget.in_use() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} bytes are still held", self.budget.in_use());
    }

    pub(crate) fn last_error(&self) -> proxy::SendError {
        *self.target.lock().unwrap().errors.last().expect("an error upstream")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

pub(crate) async fn wait_for(address: SocketAddr) {
    for _ in 0..500 {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the gateway does not listen");
}

/// The handler: reads the body, and relays it or says what it saw.
pub(crate) struct Relay {
    pub(crate) engine: Arc<Engine>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) limits: Limits,
    pub(crate) target: Arc<Mutex<Target>>,
}

#[async_trait]
impl Handler for Relay {
    async fn handle(&self, call: &mut Call<'_>) {
        match call.path() {
            "/local/panic" => panic!("as asked for by the test"),
            "/local/silent" => return,
            "/local/cut" => {
                let _ = call.start_stream(200, HeaderMap::new()).await;
                let _ = call.write(Bytes::from_static(b"begun")).await;
                return;
            }
            _ => {}
        }
        let body = match call.read_body(&self.limits, &self.budget).await {
            Ok(body) => body,
            Err(problem) => {
                if problem != BodyProblem::Gone {
                    let said = serde_json::json!({"error": {"code": format!("{problem:?}")}});
                    let _ = call.respond(400, json(), Bytes::from(said.to_string())).await;
                }
                return;
            }
        };
        if call.path() == "/local/hold" {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        if call.path().starts_with("/local/") {
            let seen = describe(call, &body);
            let _ = call.respond(200, json(), Bytes::from(seen)).await;
        } else {
            self.relay(call, body).await;
        }
    }
}

impl Relay {
    async fn relay(&self, call: &mut Call<'_>, body: Bytes) {
        let (peer, deadlines) = {
            let target = self.target.lock().unwrap();
            (target.peer.clone().expect("a peer"), target.deadlines.unwrap_or(DEADLINES))
        };
        let may_leave = |name: &str| name == "content-type" || name.starts_with("x-");
        let headers: Vec<(String, String)> = call
            .headers()
            .iter()
            .filter(|(name, _)| may_leave(name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let target = call
            .query()
            .map_or_else(|| call.path().to_owned(), |query| format!("{}?{query}", call.path()));
        let method = call.method().to_owned();
        let head = RequestHead {
            method: &method,
            host: "provider.test",
            target: &target,
            headers: &headers,
        };
        let sent = tokio::select! {
            sent = self.engine.send(&peer, &head, body, &deadlines) => sent,
            () = call.client_gone() => return,
        };
        match sent {
            Ok(reply) => {
                self.target.lock().unwrap().replies.push((reply.reused, reply.version));
                if let Err(error) = pump(call, reply).await {
                    self.target.lock().unwrap().errors.push(error);
                    call.abort().await;
                }
            }
            Err(error) => {
                self.target.lock().unwrap().errors.push(error);
                let _ = call
                    .respond(502, json(), Bytes::from(format!("{{\"code\":\"{}\"}}", error.code())))
                    .await;
            }
        }
    }
}

async fn pump(call: &mut Call<'_>, mut reply: Reply) -> Result<(), proxy::SendError> {
    let headers = std::mem::take(&mut reply.headers);
    if reply.length.is_some() || matches!(reply.status, 204 | 304) {
        let mut body = Vec::new();
        while let Some(piece) = reply.next().await? {
            body.extend_from_slice(&piece);
        }
        let _ = call.respond(reply.status, headers, Bytes::from(body)).await;
        return Ok(());
    }
    if call.start_stream(reply.status, headers).await.is_err() {
        return Ok(());
    }
    loop {
        let piece = tokio::select! {
            piece = reply.next() => piece?,
            () = call.client_gone() => return Ok(()),
        };
        let Some(piece) = piece else { break };
        if call.write(piece).await.is_err() {
            return Ok(());
        }
    }
    let _ = call.finish().await;
    Ok(())
}

fn describe(call: &Call<'_>, body: &Bytes) -> String {
    let connection = call.connection();
    let name = connection.tls.as_ref().and_then(|tls| tls.server_name.as_deref());
    format!(
        "method={} path={} query={:?} version={:?} listener={} local={} peer={} sni={name:?} length={} sum={}",
        call.method(),
        call.path(),
        call.query(),
        call.version(),
        connection.listener,
        connection.local,
        connection.peer.ip(),
        body.len(),
        sum(body),
    )
}

/// FNV-1a, enough to tell bodies apart.
pub(crate) fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A body that does not repeat.
pub(crate) fn filler(length: usize) -> Vec<u8> {
    (0..length as u64).map(|at| ((at.wrapping_mul(2_654_435_761) >> 13) % 251) as u8).collect()
}

fn json() -> HeaderMap {
    HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))])
}

const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_secs(5),
    first_byte: Duration::from_secs(20),
    between_reads: Duration::from_secs(20),
    total: Duration::from_secs(60),
};
