//! What a request head must be, judged before any other code reads it.
//!
//! Source: RFC 9110, RFC 9112 (framing, Host, request target), RFC 9113 §8.3. Stricter than they allow receivers to be:
//! whatever two readers could understand differently is refused, with a stable code and a way to mend it.

mod authority;
mod diagnosis;
mod fields;
mod grammar;
mod rejections;
mod target;

use http::{HeaderValue, header};
use pingora_http::RequestHeader;

use crate::config::Limits;
use crate::rejection::Rejection;
use diagnosis::diagnose;
use fields::Fields;
use grammar::is_token;
use rejections::{bad, bad_method, bad_target, no_host};

pub(super) use authority::without_port;
pub(super) use fields::Body;
pub(crate) use rejections::upgrade_unsupported;
pub(super) use rejections::{broken_chunks, foreign_origin, h2_not_here, unknown_host};

/// What an HTTP/2 preface looks like when it is read as a head (RFC 9113 §3.4).
pub(super) const PREFACE_HEAD: &[u8] = b"PRI * HTTP/2.0\r\n\r\n";

/// More than the configured count can ever be, so the parser never ends for lack of room.
const SLOTS: usize = 256;

/// Judges the first bytes of a connection, before a line is complete: what will certainly never become a head.
pub(super) fn early(bytes: &[u8]) -> Option<Rejection> {
    match bytes.first() {
        Some(0x16) => Some(Rejection::new(
            400,
            "tls-on-plain-listener",
            "This listener speaks plain HTTP, and the client began TLS.",
            "Use http:// with this port, or the port of a TLS listener.",
        )),
        Some(b'\r' | b'\n') => Some(bad(
            "empty-first-line",
            "The request begins with an empty line.",
            "Begin with the request line.",
        )),
        Some(byte) if !is_token(*byte) => Some(bad_method()),
        _ => None,
    }
}

/// Judges a complete raw head, up to and including its empty line.
///
/// # Errors
/// Why it may not come in.
pub(super) fn raw(head: &[u8]) -> Result<Body, Rejection> {
    let mut slots = [const { std::mem::MaybeUninit::<httparse::Header<'_>>::uninit() }; SLOTS];
    let mut request = httparse::Request::new(&mut []);
    match httparse::ParserConfig::default().parse_request_with_uninit_headers(
        &mut request,
        head,
        &mut slots,
    ) {
        Ok(httparse::Status::Complete(length)) if length == head.len() => judge(&request),
        _ => Err(diagnose(head)),
    }
}

/// Judges a head that arrived parsed, by HTTP/2; `ends`: no body follows it.
pub(crate) fn parsed(request: &RequestHeader, ends: bool, limits: &Limits) -> Option<Rejection> {
    within(request, limits).and_then(|()| judge_parsed(request, ends)).err()
}

/// A head within the bounds of the listener.
fn within(request: &RequestHeader, limits: &Limits) -> Result<(), Rejection> {
    let size: usize =
        request.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size.saturating_add(request.raw_path().len()) > limits.head.get() {
        return Err(Rejection::new(
            431,
            "head-too-large",
            "The request head is too long.",
            "Send less in headers.",
        ));
    }
    if request.headers.len() > usize::from(limits.headers) {
        return Err(Rejection::new(
            431,
            "too-many-headers",
            "The request head has too many header lines.",
            "Send fewer.",
        ));
    }
    Ok(())
}

fn judge_parsed(request: &RequestHeader, ends: bool) -> Result<(), Rejection> {
    let name = request.method.as_str();
    method(name)?;
    if !ends {
        may_have_body(name)?;
    }
    match request.raw_path() {
        path @ [b'/', ..] => target::origin(path)?,
        _ => return Err(bad_target()),
    }
    expectation(request.headers.get(header::EXPECT).map(HeaderValue::as_bytes))?;
    let host = match request.uri.authority() {
        Some(named) => named.as_str().as_bytes(),
        None => request.headers.get(header::HOST).ok_or_else(no_host)?.as_bytes(),
    };
    authority::check(host)
}

fn judge(request: &httparse::Request<'_, '_>) -> Result<Body, Rejection> {
    let name = request.method.unwrap_or_default();
    method(name)?;
    let is_10 = request.version == Some(0);
    let fields = Fields::collect(request.headers)?;
    let body = fields.framing(is_10)?;
    if fields.announces_body() {
        may_have_body(name)?;
    }
    expectation(fields.expect)?;
    let host = fields.host.ok_or_else(no_host)?;
    authority::check(host)?;
    match request.path.unwrap_or_default().as_bytes() {
        path @ [b'/', ..] => target::origin(path)?,
        address => target::absolute(address, host)?,
    }
    Ok(body)
}

fn method(name: &str) -> Result<(), Rejection> {
    match name {
        "CONNECT" | "TRACE" => Err(Rejection::new(
            405,
            "method-not-allowed",
            "This listener does not tunnel or echo.",
            "Send the request itself, to the gateway as base URL.",
        )),
        _ if name.is_empty()
            || name.len() > 32
            || !name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-') =>
        {
            Err(bad_method())
        }
        _ => Ok(()),
    }
}

/// RFC 9110 §9.3.1: a body of these has no meaning, so servers that pass over it read its bytes as another request.
fn may_have_body(method: &str) -> Result<(), Rejection> {
    match method {
        "GET" | "HEAD" | "DELETE" | "OPTIONS" => Err(bad(
            "body-not-allowed",
            "The request has a body, and its method has none.",
            "Send it with POST, or without the body.",
        )),
        _ => Ok(()),
    }
}

fn expectation(value: Option<&[u8]>) -> Result<(), Rejection> {
    match value {
        Some(value) if !value.eq_ignore_ascii_case(b"100-continue") => Err(Rejection::new(
            417,
            "unknown-expectation",
            "Expect is not 100-continue.",
            "Leave Expect out.",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
