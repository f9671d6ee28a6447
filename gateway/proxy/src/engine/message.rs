//! HTTP/1.1 messages on the wire: the request as one buffer, the head of an answer, and how its body is framed.
//!
//! Source: RFC 9112. Stricter than it allows receivers to be: an answer that two readers could frame differently
//! is refused, never repaired.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::error::{Fault, SendErrorKind};
use crate::headers::returning;

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
    pub(super) fn check(&self) -> Result<(), Fault> {
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
    pub(super) fn wire(&self, body: Bytes) -> (Bytes, Bytes) {
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

/// How the end of an answer's body is found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// There are this many bytes left.
    Length(u64),
    /// Chunks; see [`Chunks`].
    Chunked(Chunks),
    /// Until the connection ends.
    UntilClose,
}

/// The head of an answer.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) length: Option<u64>,
    pub(super) framing: Framing,
    /// Whether the connection may serve another request afterwards.
    pub(super) keeps: bool,
}

/// Takes the head of an answer from the front of `inbox`, once it is complete.
///
/// `searched` remembers between calls how far the end was looked for. A 1xx comes back as a head like any other.
pub(super) fn take_head(
    inbox: &mut BytesMut,
    searched: &mut usize,
    method: &str,
    most: usize,
) -> Result<Option<Head>, Fault> {
    let from = searched.saturating_sub(HEAD_END.len() - 1);
    let found = memchr::memmem::find(inbox.get(from..).unwrap_or_default(), HEAD_END);
    let Some(end) = found.map(|at| from + at + HEAD_END.len()) else {
        *searched = inbox.len();
        return if inbox.len() > most {
            Err(Fault::answered(SendErrorKind::HeadTooLarge))
        } else {
            Ok(None)
        };
    };
    if end > most {
        return Err(Fault::answered(SendErrorKind::HeadTooLarge));
    }
    *searched = 0;
    parse(inbox.split_to(end).freeze(), method)
        .map(Some)
        .ok_or(Fault::answered(SendErrorKind::BadResponse))
}

fn parse(raw: Bytes, method: &str) -> Option<Head> {
    let mut slots =
        [const { std::mem::MaybeUninit::<httparse::Header<'_>>::uninit() }; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut []);
    match httparse::ParserConfig::default().parse_response_with_uninit_headers(
        &mut response,
        &raw,
        &mut slots,
    ) {
        Ok(httparse::Status::Complete(length)) if length == raw.len() => {}
        _ => return None,
    }
    let status =
        response.code.filter(|code| StatusCode::from_u16(*code).is_ok() && *code != 101)?;
    let mut headers = HeaderMap::with_capacity(response.headers.len());
    for line in response.headers.iter() {
        let name = HeaderName::from_bytes(line.name.as_bytes()).ok()?;
        // PERF: values share the head's buffer.
        let value = HeaderValue::from_maybe_shared(raw.slice_ref(line.value)).ok()?;
        headers.append(name, value);
    }
    let is_11 = response.version == Some(1);
    let length = length(&headers)?;
    // If the announced body comes although there should be none, it must not be read as the next answer.
    let in_doubt = has_no_body(status, method) && announces_body(&headers, length);
    let keeps = is_11 && !says_close(&headers) && !in_doubt;
    let framing = framing(&headers, status, method, is_11, length)?;
    Some(Head { status, headers: returning(headers), length, framing, keeps })
}

/// RFC 9112 §6.3, where it leaves no doubt; `None` where it does.
fn framing(
    headers: &HeaderMap,
    status: u16,
    method: &str,
    is_11: bool,
    length: Option<u64>,
) -> Option<Framing> {
    let mut encodings = headers.get_all(header::TRANSFER_ENCODING).into_iter();
    let encoding = encodings.next();
    if encodings.next().is_some() || (encoding.is_some() && (length.is_some() || !is_11)) {
        return None;
    }
    if has_no_body(status, method) {
        return Some(Framing::Length(0));
    }
    match (encoding, length) {
        (Some(value), _) if value.as_bytes().eq_ignore_ascii_case(b"chunked") => {
            Some(Framing::Chunked(Chunks::default()))
        }
        (Some(_), _) => None,
        (None, Some(length)) => Some(Framing::Length(length)),
        (None, None) => Some(Framing::UntilClose),
    }
}

fn has_no_body(status: u16, method: &str) -> bool {
    method == "HEAD" || status < 200 || status == 204 || status == 304
}

/// Whether a head says that a body follows.
fn announces_body(headers: &HeaderMap, length: Option<u64>) -> bool {
    length.is_some_and(|length| length > 0) || headers.contains_key(header::TRANSFER_ENCODING)
}

/// The declared length; outer `None` if it is declared badly or differently twice.
fn length(headers: &HeaderMap) -> Option<Option<u64>> {
    let mut found = None;
    for value in headers.get_all(header::CONTENT_LENGTH) {
        let text = value
            .to_str()
            .ok()
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))?;
        let length = text.parse::<u64>().ok()?;
        if found.is_some_and(|other| other != length) {
            return None;
        }
        found = Some(length);
    }
    Some(found)
}

fn says_close(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::CONNECTION).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|token| token.trim().eq_ignore_ascii_case("close"))
}

/// Where a chunked body stands (RFC 9112 §7.1). Extensions and trailers are read over.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chunks(Step);

#[derive(Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Size,
    Data(u64),
    DataEnd,
    Trailers(usize),
    Done,
}

/// What a framing makes of the bytes at hand.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Data(Bytes),
    More,
    End,
}

impl Framing {
    /// Takes the next piece of the body from the front of `inbox`. `None` if the framing is broken.
    pub(super) fn take(&mut self, inbox: &mut BytesMut) -> Option<Taken> {
        match self {
            Framing::Length(0) => Some(Taken::End),
            _ if inbox.is_empty() && !self.is_at_end() => Some(Taken::More),
            Framing::Length(left) => Some(Taken::Data(split(inbox, left))),
            Framing::UntilClose => Some(Taken::Data(inbox.split().freeze())),
            Framing::Chunked(chunks) => chunks.take(inbox),
        }
    }

    /// Whether the end was reached.
    pub(super) fn is_at_end(&self) -> bool {
        matches!(self, Framing::Length(0) | Framing::Chunked(Chunks(Step::Done)))
    }

    /// How many bytes are worth making room for.
    pub(super) fn wants(&self) -> usize {
        match self {
            Framing::Length(left) => {
                usize::try_from(*left).unwrap_or(usize::MAX).clamp(LEAST_ROOM, MOST_ROOM)
            }
            Framing::Chunked(Chunks(Step::Data(left))) => {
                usize::try_from(*left).unwrap_or(usize::MAX).clamp(LEAST_ROOM, MOST_ROOM)
            }
            _ => LEAST_ROOM,
        }
    }
}

impl Chunks {
    fn take(&mut self, inbox: &mut BytesMut) -> Option<Taken> {
        loop {
            match &mut self.0 {
                // The parser takes an empty size for zero, which would end the body early.
                Step::Size if !inbox.first().is_none_or(u8::is_ascii_hexdigit) => return None,
                Step::Size => match httparse::parse_chunk_size(inbox).ok()? {
                    httparse::Status::Complete((used, size)) => {
                        inbox.advance(used);
                        self.0 = if size == 0 { Step::Trailers(0) } else { Step::Data(size) };
                    }
                    httparse::Status::Partial if inbox.len() > MOST_SIZE_LINE => return None,
                    httparse::Status::Partial => return Some(Taken::More),
                },
                Step::Data(_) if inbox.is_empty() => return Some(Taken::More),
                Step::Data(left) => {
                    let data = split(inbox, left);
                    if *left == 0 {
                        self.0 = Step::DataEnd;
                    }
                    return Some(Taken::Data(data));
                }
                Step::DataEnd if inbox.len() < 2 => return Some(Taken::More),
                Step::DataEnd => {
                    inbox.strip(b"\r\n")?;
                    self.0 = Step::Size;
                }
                Step::Trailers(read) => {
                    let Some(end) = memchr::memchr(b'\n', inbox) else {
                        return if inbox.len() > MOST_TRAILERS { None } else { Some(Taken::More) };
                    };
                    let line = inbox.split_to(end + 1);
                    *read += line.len();
                    if !line.ends_with(b"\r\n") || *read > MOST_TRAILERS {
                        return None;
                    }
                    if line.len() == 2 {
                        self.0 = Step::Done;
                    }
                }
                Step::Done => return Some(Taken::End),
            }
        }
    }
}

trait Strip {
    /// Takes `prefix` away; `None` if it is not there.
    fn strip(&mut self, prefix: &[u8]) -> Option<()>;
}

impl Strip for BytesMut {
    fn strip(&mut self, prefix: &[u8]) -> Option<()> {
        self.starts_with(prefix).then(|| self.advance(prefix.len()))
    }
}

fn split(inbox: &mut BytesMut, left: &mut u64) -> Bytes {
    let count = usize::try_from(*left).unwrap_or(usize::MAX).min(inbox.len());
    *left -= count as u64;
    inbox.split_to(count).freeze()
}

const HEAD_END: &[u8] = b"\r\n\r\n";
const FRAMING: [&str; 5] =
    ["host", "content-length", "transfer-encoding", "connection", "accept-encoding"];
/// Up to here copying a body is cheaper than a second buffer.
const JOIN_BYTES: usize = 16 * 1024;
const MOST_FIELDS: usize = 128;
const MOST_SIZE_LINE: usize = 1024;
const MOST_TRAILERS: usize = 8 * 1024;
const LEAST_ROOM: usize = 8 * 1024;
const MOST_ROOM: usize = 64 * 1024;

#[cfg(test)]
mod tests;
