//! Clients that send exactly the bytes they are told to (HTTP/1), or use the `h2` crate.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// An HTTP/1 answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// Whether the body ended as its framing says.
    pub(crate) complete: bool,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn code(&self) -> String {
        let value: serde_json::Value = serde_json::from_slice(&self.body).expect("a JSON error");
        value["error"]["code"].as_str().expect("a code").to_owned()
    }
}

/// A raw HTTP/1 connection.
pub(crate) struct Raw {
    wire: Box<dyn Wire>,
    unread: Vec<u8>,
}

impl Raw {
    pub(crate) async fn plain(address: SocketAddr) -> Raw {
        Raw { wire: Box::new(TcpStream::connect(address).await.unwrap()), unread: Vec::new() }
    }

    pub(crate) async fn tls(address: SocketAddr, ca: &str) -> Raw {
        let stream = tls(address, ca, b"http/1.1").await;
        Raw { wire: Box::new(stream), unread: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.wire.write_all(bytes.as_ref()).await.unwrap();
        self.wire.flush().await.unwrap();
    }

    /// Sends, and does not mind if the other side stopped listening.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) {
        let _ = self.wire.write_all(bytes).await;
        let _ = self.wire.flush().await;
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn finish(&mut self) {
        self.wire.shutdown().await.unwrap();
    }

    pub(crate) async fn post(&mut self, path: &str, body: &[u8]) -> Answer {
        self.send(format!(
            "POST {path} HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: {}\r\n\r\n",
            body.len()
        ))
        .await;
        self.try_send(body).await;
        self.answer().await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: gateway.test\r\n\r\n")).await;
        self.answer().await
    }

    /// More bytes, or false at the end.
    pub(crate) async fn more(&mut self) -> bool {
        let mut buffer = [0_u8; 65536];
        let read = tokio::time::timeout(Duration::from_secs(30), self.wire.read(&mut buffer))
            .await
            .expect("an answer in time");
        match read {
            Ok(count) if count > 0 => {
                self.unread.extend_from_slice(&buffer[..count]);
                true
            }
            _ => false,
        }
    }

    pub(crate) async fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                let rest = self.unread.split_off(end + 4);
                let head = std::mem::replace(&mut self.unread, rest);
                return String::from_utf8(head).unwrap().to_ascii_lowercase();
            }
            assert!(
                self.more().await,
                "closed before a head: {}",
                String::from_utf8_lossy(&self.unread)
            );
        }
    }

    /// What came beyond what was asked for.
    pub(crate) fn take_unread(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.unread)
    }

    pub(crate) async fn answer(&mut self) -> Answer {
        let head = self.head().await;
        self.body_of(head).await
    }

    pub(crate) async fn body_of(&mut self, head: String) -> Answer {
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let field = |name: &str| {
            head.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
        };
        let (mut body, mut complete) = (Vec::new(), true);
        if let Some(length) = field("content-length") {
            let length: usize = length.parse().unwrap();
            while complete && self.unread.len() < length {
                complete = self.more().await;
            }
            let rest = self.unread.split_off(length.min(self.unread.len()));
            body = std::mem::replace(&mut self.unread, rest);
        } else if field("transfer-encoding").is_some() {
            while let Some(chunk) = self.chunk().await {
                if chunk.is_empty() {
                    return Answer { status, head, body, complete: true };
                }
                body.extend_from_slice(&chunk);
            }
            complete = false;
        }
        Answer { status, head, body, complete }
    }

    /// The next chunk; empty for the last; `None` if the connection ends first.
    pub(crate) async fn chunk(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|window| window == b"\r\n") {
                let size =
                    usize::from_str_radix(std::str::from_utf8(&self.unread[..end]).unwrap(), 16)
                        .unwrap();
                let total = end + 2 + size + 2;
                if self.unread.len() >= total {
                    let chunk = self.unread[end + 2..end + 2 + size].to_vec();
                    self.unread.drain(..total);
                    return Some(chunk);
                }
            }
            if !self.more().await {
                return None;
            }
        }
    }

    /// Whether the other side closes soon.
    pub(crate) async fn is_closed(&mut self) -> bool {
        let mut byte = [0_u8; 1];
        matches!(
            tokio::time::timeout(Duration::from_secs(5), self.wire.read(&mut byte)).await,
            Ok(Ok(0) | Err(_))
        )
    }
}

async fn tls(
    address: SocketAddr,
    ca: &str,
    protocol: &[u8],
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("gateway.test").unwrap();
    tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

/// An HTTP/2 connection.
#[derive(Clone)]
pub(crate) struct Multi {
    sender: h2::client::SendRequest<Bytes>,
}

impl Multi {
    pub(crate) async fn plain(address: SocketAddr) -> Multi {
        Multi::over(TcpStream::connect(address).await.unwrap()).await
    }

    pub(crate) async fn tls(address: SocketAddr, ca: &str) -> Multi {
        Multi::over(tls(address, ca, b"h2").await).await
    }

    async fn over(stream: impl Wire + 'static) -> Multi {
        let (sender, connection) = h2::client::Builder::new()
            .initial_window_size(1 << 20)
            .initial_connection_window_size(8 << 20)
            .handshake(stream)
            .await
            .unwrap();
        tokio::spawn(connection);
        Multi { sender }
    }

    /// Sends the head; the body goes through the returned stream.
    pub(crate) async fn open(
        &self,
        path: &str,
        end: bool,
    ) -> (h2::client::ResponseFuture, h2::SendStream<Bytes>) {
        let request = http::Request::post(format!("https://gateway.test{path}")).body(()).unwrap();
        self.request(request, end).await
    }

    pub(crate) async fn request(
        &self,
        request: http::Request<()>,
        end: bool,
    ) -> (h2::client::ResponseFuture, h2::SendStream<Bytes>) {
        self.sender.clone().ready().await.unwrap().send_request(request, end).unwrap()
    }

    /// Whether the other side takes no more requests.
    pub(crate) async fn is_closed(&self, request: http::Request<()>) -> bool {
        match self.sender.clone().ready().await {
            Err(_) => true,
            Ok(mut sender) => match sender.send_request(request, true) {
                Ok((response, _)) => response.await.is_err(),
                Err(_) => true,
            },
        }
    }

    pub(crate) async fn post(&self, path: &str, body: &[u8]) -> (u16, http::HeaderMap, Vec<u8>) {
        let (response, mut stream) = self.open(path, body.is_empty()).await;
        let mut rest = Bytes::copy_from_slice(body);
        while !rest.is_empty() {
            stream.reserve_capacity(rest.len().min(65536));
            match std::future::poll_fn(|context| stream.poll_capacity(context)).await {
                Some(Ok(count)) => {
                    let piece = rest.split_to(count.min(rest.len()));
                    stream.send_data(piece, rest.is_empty()).unwrap();
                }
                _ => break,
            }
        }
        let (head, mut body) = response.await.unwrap().into_parts();
        let mut all = Vec::new();
        while let Some(data) = body.data().await {
            let data = data.unwrap();
            body.flow_control().release_capacity(data.len()).unwrap();
            all.extend_from_slice(&data);
        }
        (head.status.as_u16(), head.headers, all)
    }
}
