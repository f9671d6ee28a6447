//! The head of a request, checked and written as one buffer.

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderName, HeaderValue};

use crate::engine::error::{Fault, SendErrorKind};

/// Fields that the engine writes itself.
const FRAMING: [&str; 5] =
    ["host", "content-length", "transfer-encoding", "connection", "accept-encoding"];

/// Up to here copying a body is cheaper than a second buffer.
const JOIN_BYTES: usize = 16 * 1024;

/// The head of a request to a provider. Framing (`Content-Length`) and `Host` are written by the engine.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    /// Method, upper case.
    pub method: &'a str,
    /// Name and, if not the default, port: `Host`, or `:authority` on HTTP/2.
    pub host: &'a str,
    /// Origin form: path and query as they go on the wire.
    pub target: &'a str,
    /// Fields in their order, names in lower case.
    pub headers: &'a [(String, String)],
}

impl std::fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "RequestHead {{ method: {}, target: {} bytes, headers: {} }}",
            self.method,
            self.target.len(),
            self.headers.len()
        )
    }
}

impl RequestHead<'_> {
    /// Whether every part can go on the wire without being read as something else.
    pub(in crate::engine) fn check(&self) -> Result<(), Fault> {
        let visible =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
        let field_fits = |(name, value): &(String, String)| {
            let name_fits = HeaderName::from_lowercase(name.as_bytes())
                .is_ok_and(|name| !FRAMING.contains(&name.as_str()));
            name_fits && value.bytes().all(|byte| byte == b'\t' || (0x20..=0x7e).contains(&byte))
        };
        let fits = !self.method.is_empty()
            && self.method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
            && self.method != "CONNECT"
            && visible(self.host)
            && visible(self.target)
            && self.target.starts_with('/')
            && self.headers.iter().all(field_fits);
        if fits { Ok(()) } else { Err(Fault::clean(SendErrorKind::Head)) }
    }

    /// Whether a body, even an empty one, is announced.
    fn announces_body(&self, body: &[u8]) -> bool {
        !body.is_empty() || !matches!(self.method, "GET" | "HEAD" | "DELETE" | "OPTIONS")
    }

    /// The request for the wire. A small body is part of the first buffer, a large one stays where it is.
    pub(in crate::engine) fn wire(&self, body: Bytes) -> (Bytes, Bytes) {
        let fields: usize =
            self.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        let joined = if body.len() <= JOIN_BYTES { body.len() } else { 0 };
        let mut out = BytesMut::with_capacity(
            fields + self.method.len() + self.target.len() + self.host.len() + 112 + joined,
        );
        for part in [
            self.method,
            " ",
            self.target,
            " HTTP/1.1\r\nhost: ",
            self.host,
            "\r\naccept-encoding: identity\r\n",
        ] {
            out.put_slice(part.as_bytes());
        }
        for (name, value) in self.headers {
            for part in [name.as_str(), ": ", value.as_str(), "\r\n"] {
                out.put_slice(part.as_bytes());
            }
        }
        if self.announces_body(&body) {
            out.put_slice(b"content-length: ");
            out.put_slice(HeaderValue::from(body.len()).as_bytes());
            out.put_slice(b"\r\n");
        }
        out.put_slice(b"\r\n");
        // PERF: one buffer is one write and one segment for an ordinary prompt.
        if joined > 0 {
            out.put_slice(&body);
            return (out.freeze(), Bytes::new());
        }
        (out.freeze(), body)
    }
}
