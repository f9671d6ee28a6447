//! Small providers: HTTP/1 written by hand, so that they can misbehave, and HTTP/2.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::client::Wire;
use crate::node::{Authority, sum};

/// What a provider saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) connections: AtomicUsize,
    pub(crate) requests: AtomicUsize,
    /// Heads as they arrived, HTTP/1 only.
    pub(crate) heads: Mutex<Vec<String>>,
    /// Clients that went away in the middle of an endless answer.
    pub(crate) aborted: AtomicUsize,
}

impl Seen {
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn last_head(&self) -> String {
        self.heads.lock().unwrap().last().expect("a request").clone()
    }

    pub(crate) async fn wait_for_abort(&self) {
        for _ in 0..200 {
            if self.aborted.load(Ordering::SeqCst) > 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the provider was not told that the client left");
    }
}

pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
}

fn acceptor(authority: &Authority, name: &str, protocols: &[&[u8]]) -> tokio_rustls::TlsAcceptor {
    let (certificate, key) = authority.issue(name);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    tokio_rustls::TlsAcceptor::from(Arc::new(config))
}

impl Provider {
    pub(crate) async fn h1() -> Provider {
        Provider::start(None, false).await
    }

    pub(crate) async fn h2() -> Provider {
        Provider::start(None, true).await
    }

    /// With TLS, speaking what the client prefers of `protocols`.
    pub(crate) async fn tls(authority: &Authority, name: &str, protocols: &[&[u8]]) -> Provider {
        Provider::start(Some(acceptor(authority, name, protocols)), false).await
    }

    async fn start(tls: Option<tokio_rustls::TlsAcceptor>, h2: bool) -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, tls) = (Arc::clone(&shared), tls.clone());
                seen.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let Some(tls) = tls else {
                        return if h2 {
                            serve_h2(stream, seen).await
                        } else {
                            serve_h1(stream, seen).await
                        };
                    };
                    if let Ok(stream) = tls.accept(stream).await {
                        let agreed_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                        if agreed_h2 {
                            serve_h2(stream, seen).await
                        } else {
                            serve_h1(stream, seen).await
                        }
                    }
                });
            }
        });
        Provider { address, seen }
    }
}

async fn serve_h1(mut wire: impl Wire, seen: Arc<Seen>) {
    let mut unread = Vec::new();
    let mut served = 0;
    loop {
        let Some(end) = until(&mut wire, &mut unread, |bytes| {
            bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4)
        })
        .await
        else {
            return;
        };
        let head = String::from_utf8(unread.drain(..end).collect()).unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        seen.requests.fetch_add(1, Ordering::SeqCst);
        seen.heads.lock().unwrap().push(head.clone());
        served += 1;
        if path == "/dies-when-reused" && served > 1 {
            return;
        }
        if path == "/early" {
            let _ =
                wire.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge").await;
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())
            .unwrap_or(0);
        let Some(_) =
            until(&mut wire, &mut unread, |bytes| (bytes.len() >= length).then_some(length)).await
        else {
            return;
        };
        let body: Vec<u8> = unread.drain(..length).collect();
        if path != "/early" && !answer_h1(&mut wire, &path, &head, &body, &seen).await {
            return;
        }
    }
}

async fn answer_h1(wire: &mut impl Wire, path: &str, head: &str, body: &[u8], seen: &Seen) -> bool {
    let whole = |status: &str, extra: &str, text: &str| {
        format!("HTTP/1.1 {status}\r\n{extra}Content-Length: {}\r\n\r\n{text}", text.len())
    };
    let echo = format!("length={} sum={}", body.len(), sum(body));
    let text = match path.split('?').next().unwrap() {
        "/chunked" => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n".to_owned(),
        "/until-close" => {
            let _ = wire.write_all(b"HTTP/1.1 200 OK\r\nX-Kind: open\r\n\r\nuntil the end").await;
            let _ = wire.shutdown().await;
            return false;
        }
        "/truncated" => {
            let _ = wire.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this").await;
            let _ = wire.shutdown().await;
            return false;
        }
        "/sse" => return events(wire, 4, seen).await,
        "/endless" => return events(wire, usize::MAX, seen).await,
        "/interim" => format!("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n{}", whole("200 OK", "", &echo)),
        "/no-content" => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "/hops" => whole("200 OK", "Connection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-End: 1\r\n", &echo),
        "/close" => whole("200 OK", "Connection: close\r\n", &echo),
        "/two-readings" => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "/not-http" => "SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned(),
        "/long-head" => format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(100_000)),
        "/upgrades" => "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n".to_owned(),
        "/silent" => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            return false;
        }
        _ if head.starts_with("HEAD") => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", echo.len()),
        _ => whole("200 OK", "", &echo),
    };
    wire.write_all(text.as_bytes()).await.is_ok() && wire.flush().await.is_ok()
}

async fn events(wire: &mut impl Wire, count: usize, seen: &Seen) -> bool {
    let _ = wire.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    for at in 0..count {
        let event = format!("data: {at}\n\n");
        let written = wire.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await;
        // Nobody sends anything after a request, so whatever can be read is the end.
        let mut byte = [0_u8; 1];
        let left = tokio::time::timeout(Duration::from_millis(100), wire.read(&mut byte)).await;
        if written.is_err() || wire.flush().await.is_err() || left.is_ok() {
            seen.aborted.fetch_add(1, Ordering::SeqCst);
            return false;
        }
    }
    wire.write_all(b"0\r\n\r\n").await.is_ok()
}

async fn until(
    wire: &mut impl Wire,
    unread: &mut Vec<u8>,
    found: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    loop {
        if let Some(at) = found(unread) {
            return Some(at);
        }
        let mut buffer = [0_u8; 65536];
        match wire.read(&mut buffer).await {
            Ok(count) if count > 0 => unread.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}

async fn serve_h2(wire: impl Wire + 'static, seen: Arc<Seen>) {
    let mut builder = h2::server::Builder::new();
    builder.initial_window_size(1 << 20).initial_connection_window_size(8 << 20);
    let Ok(mut connection) = builder.handshake::<_, Bytes>(wire).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        if request.uri().path() == "/last" {
            connection.graceful_shutdown();
        }
        let seen = Arc::clone(&seen);
        tokio::spawn(answer_h2(request, respond, seen));
    }
}

async fn answer_h2(
    request: http::Request<h2::RecvStream>,
    mut respond: h2::server::SendResponse<Bytes>,
    seen: Arc<Seen>,
) {
    seen.requests.fetch_add(1, Ordering::SeqCst);
    let (head, mut body) = request.into_parts();
    let mut all = Vec::new();
    while let Some(Ok(data)) = body.data().await {
        let _ = body.flow_control().release_capacity(data.len());
        all.extend_from_slice(&data);
    }
    let count = match head.uri.path() {
        "/sse" => 4,
        "/endless" => usize::MAX,
        _ => {
            let text = format!("length={} sum={}", all.len(), sum(&all));
            let response =
                http::Response::builder().header("content-length", text.len()).body(()).unwrap();
            if let Ok(mut stream) = respond.send_response(response, false) {
                let _ = stream.send_data(Bytes::from(text), true);
            }
            return;
        }
    };
    let Ok(mut stream) = respond.send_response(http::Response::new(()), false) else { return };
    for at in 0..count {
        let sent = stream.send_data(Bytes::from(format!("data: {at}\n\n")), false);
        let reset = std::future::poll_fn(|context| stream.poll_reset(context));
        let left = tokio::time::timeout(Duration::from_millis(100), reset).await;
        if sent.is_err() || left.is_ok() {
            seen.aborted.fetch_add(1, Ordering::SeqCst);
            return;
        }
    }
    let _ = stream.send_data(Bytes::new(), true);
}
