//! What a request head must be, judged before any other code reads it.
//!
//! Source: RFC 9110, RFC 9112 (framing, Host, request target), RFC 9113 §8.3. Stricter than they allow receivers to be:
//! whatever two readers could understand differently is refused, with a stable code and a way to mend it.

use http::header;
use pingora_http::RequestHeader;

use crate::config::Limits;
use crate::rejection::Rejection;

/// What an HTTP/2 preface looks like when it is read as a head (RFC 9113 §3.4).
pub(crate) const PREFACE_HEAD: &[u8] = b"PRI * HTTP/2.0\r\n\r\n";

/// Judges the first bytes of a connection, before a line is complete: what will certainly never become a head.
pub(crate) fn early(bytes: &[u8]) -> Option<Rejection> {
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

/// How the body of a request that may come in ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// At the end of its head, or after a declared length.
    Declared,
    /// With its last chunk.
    Chunked,
}

/// Judges a complete raw head, up to and including its empty line.
///
/// # Errors
/// Why it may not come in.
pub(crate) fn raw(head: &[u8]) -> Result<Body, Rejection> {
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
    let size: usize =
        request.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size.saturating_add(request.raw_path().len()) > limits.head.get() {
        return Some(Rejection::new(
            431,
            "head-too-large",
            "The request head is too long.",
            "Send less in headers.",
        ));
    }
    if request.headers.len() > usize::from(limits.headers) {
        return Some(Rejection::new(
            431,
            "too-many-headers",
            "The request head has too many header lines.",
            "Send fewer.",
        ));
    }
    let name = request.method.as_str();
    let judged = method(name)
        .and_then(|()| if ends { Ok(()) } else { may_have_body(name) })
        .and_then(|()| match request.raw_path().first() {
            Some(b'/') => origin(request.raw_path()),
            _ => Err(bad_target()),
        })
        .and_then(|()| {
            expectation(request.headers.get(header::EXPECT).map(http::HeaderValue::as_bytes))
        })
        .and_then(|()| match request.uri.authority() {
            Some(named) => authority(named.as_str().as_bytes()),
            None => request
                .headers
                .get(header::HOST)
                .map_or_else(|| Err(no_host()), |host| authority(host.as_bytes())),
        });
    judged.err()
}

/// The answer to a request to change the protocol.
pub(crate) fn upgrade_unsupported() -> Rejection {
    Rejection::new(
        501,
        "upgrade-unsupported",
        "This gateway does not relay upgraded connections.",
        "Use the provider's HTTP interface instead of WebSocket.",
    )
}

/// The answer to an HTTP/2 preface where only HTTP/1 is spoken without TLS.
pub(crate) fn h2_not_here() -> Rejection {
    Rejection::new(
        505,
        "h2c-not-enabled",
        "This listener does not accept HTTP/2 without TLS.",
        "Use HTTP/1.1, TLS, or set h2c = true on the listener.",
    )
}

fn judge(request: &httparse::Request<'_, '_>) -> Result<Body, Rejection> {
    let name = request.method.unwrap_or_default();
    method(name)?;
    let target = request.path.unwrap_or_default().as_bytes();
    let is_10 = request.version == Some(0);
    let fields = Fields::collect(request.headers)?;
    let body = fields.framing(is_10)?;
    if fields.announces_body() {
        may_have_body(name)?;
    }
    expectation(fields.expect)?;
    let host = fields.host.ok_or_else(no_host)?;
    authority(host)?;
    match target.first() {
        Some(b'/') => origin(target)?,
        _ => absolute(target, host)?,
    }
    Ok(body)
}

/// The fields that decide where a request goes and where it ends.
#[derive(Default)]
struct Fields<'h> {
    host: Option<&'h [u8]>,
    length: Option<&'h [u8]>,
    encoding: Option<&'h [u8]>,
    expect: Option<&'h [u8]>,
}

impl<'h> Fields<'h> {
    fn collect(headers: &[httparse::Header<'h>]) -> Result<Fields<'h>, Rejection> {
        let mut fields = Fields::default();
        for line in headers {
            let value = line.value;
            if value.iter().any(|byte| is_control(*byte)) {
                return Err(control_character());
            }
            // PERF: lengths differ for nearly all names, so few are compared.
            let repeated = match line.name.len() {
                4 if line.name.eq_ignore_ascii_case("host") => fields.host.replace(value).is_some(),
                6 if line.name.eq_ignore_ascii_case("expect") => {
                    fields.expect.replace(value).is_some()
                }
                14 if line.name.eq_ignore_ascii_case("content-length") => {
                    fields.length.replace(value).is_some()
                }
                17 if line.name.eq_ignore_ascii_case("transfer-encoding") => {
                    fields.encoding.replace(value).is_some()
                }
                _ => false,
            };
            if repeated {
                return Err(bad(
                    "repeated-field",
                    "Host, Content-Length, Transfer-Encoding or Expect is given twice.",
                    "Send each of them once.",
                ));
            }
        }
        Ok(fields)
    }

    fn framing(&self, is_10: bool) -> Result<Body, Rejection> {
        match (self.length, self.encoding) {
            (Some(_), Some(_)) => Err(bad(
                "length-and-encoding",
                "Content-Length and Transfer-Encoding are both given.",
                "Send one of them; two readers would see different bodies.",
            )),
            (None, Some(_)) if is_10 => Err(bad(
                "encoding-on-http10",
                "Transfer-Encoding is given in HTTP/1.0.",
                "Use HTTP/1.1 or Content-Length.",
            )),
            (None, Some(value)) if !value.eq_ignore_ascii_case(b"chunked") => Err(bad(
                "unknown-transfer-encoding",
                "Transfer-Encoding is not exactly chunked.",
                "Use chunked, or Content-Length.",
            )),
            (Some(value), None) if !is_length(value) => Err(bad(
                "bad-content-length",
                "Content-Length is not a plain decimal number.",
                "Send digits only, once.",
            )),
            (None, Some(_)) => Ok(Body::Chunked),
            _ => Ok(Body::Declared),
        }
    }

    fn announces_body(&self) -> bool {
        let is_long = |value: &[u8]| value.iter().any(|digit| *digit != b'0');
        self.encoding.is_some() || self.length.is_some_and(is_long)
    }
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

/// Origin form: a path that all servers read alike, perhaps a query.
fn origin(target: &[u8]) -> Result<(), Rejection> {
    visible(target)?;
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    if is_plain(path) { Ok(()) } else { Err(odd_path()) }
}

/// Whether a path means the same to every server, also to those that remove dot segments, join slashes, cut
/// parameters off, or undo escapes first.
fn is_plain(path: &[u8]) -> bool {
    let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        if (segment.is_empty() && !is_last) || !is_plain_segment(segment) {
            return false;
        }
    }
    true
}

fn is_plain_segment(segment: &[u8]) -> bool {
    let (mut rest, mut length, mut dots) = (segment, 0_usize, 0_usize);
    while let Some((first, mut after)) = rest.split_first() {
        let mut byte = *first;
        if let (b'%', Some((digits, beyond))) = (byte, after.split_at_checked(2)) {
            (byte, after) = (unhex(digits), beyond);
            if is_control(byte) || matches!(byte, b'/' | b'\\' | b'%' | b'\t') {
                return false;
            }
        }
        if byte == b';' {
            return false;
        }
        length += 1;
        dots += usize::from(byte == b'.');
        rest = after;
    }
    dots != length || !matches!(length, 1 | 2)
}

fn unhex(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |value, digit| {
        value << 4 | (*digit as char).to_digit(16).map_or(0, |digit| digit as u8)
    })
}

/// Visible ASCII in which each percent sign begins an escape.
fn visible(target: &[u8]) -> Result<(), Rejection> {
    let mut rest = target;
    while let Some((byte, after)) = rest.split_first() {
        rest = match byte {
            b'%' => match after {
                [high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    after
                }
                _ => return Err(bad_target()),
            },
            b'#' | b'\\' => return Err(bad_target()),
            0x21..=0x7e => after,
            _ => return Err(bad_target()),
        };
    }
    Ok(())
}

/// Absolute form, which must name the same authority as `Host`.
fn absolute(target: &[u8], host: &[u8]) -> Result<(), Rejection> {
    let after = strip_prefix_ignoring_case(target, b"http://").map(|rest| (rest, &b":80"[..]));
    let after = after.or_else(|| {
        strip_prefix_ignoring_case(target, b"https://").map(|rest| (rest, &b":443"[..]))
    });
    let (rest, default_port) = after.ok_or_else(bad_target)?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
    let (named, path) = rest.split_at(end);
    authority(named)?;
    origin(path)?;
    let without =
        |name: &[u8]| name.strip_suffix(default_port).unwrap_or(name).to_ascii_lowercase();
    if without(named) == without(host) {
        Ok(())
    } else {
        Err(bad(
            "host-mismatch",
            "The request target and Host name different hosts.",
            "Send the same host in both.",
        ))
    }
}

/// A host name or address, perhaps with a port: no user information, no path, no list.
fn authority(value: &[u8]) -> Result<(), Rejection> {
    let is_bracketed = value.first() == Some(&b'[');
    let end = match value.iter().position(|byte| *byte == if is_bracketed { b']' } else { b':' }) {
        Some(at) if is_bracketed => at + 1,
        Some(at) => at,
        None => value.len(),
    };
    let (name, port) = value.split_at(end);
    let name_fits = match name {
        [b'[', inner @ .., b']'] => {
            std::str::from_utf8(inner).is_ok_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok())
        }
        _ => !name.is_empty() && name.len() <= 253 && name.iter().all(|byte| is_host_byte(*byte)),
    };
    let port_fits = match port {
        [] => true,
        [b':', digits @ ..] => {
            is_length(digits)
                && std::str::from_utf8(digits)
                    .is_ok_and(|text| text.parse::<u16>().is_ok_and(|port| port > 0))
        }
        _ => false,
    };
    if name_fits && port_fits { Ok(()) } else { Err(odd_host()) }
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

/// Finds out why the parser refused a head; only the reason is wanted, so speed does not matter.
fn diagnose(head: &[u8]) -> Rejection {
    let mut lines =
        head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    let words: Vec<&[u8]> = first.split(|byte| *byte == b' ').collect();
    match words.as_slice() {
        [name, ..] if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) => {
            return bad_method();
        }
        [_, _, b"HTTP/1.1" | b"HTTP/1.0"] => {}
        [_, _, version] if version.starts_with(b"HTTP/") => {
            return Rejection::new(
                505,
                "unknown-http-version",
                "The HTTP version is not 1.0 or 1.1.",
                "Use HTTP/1.1 or negotiate HTTP/2.",
            );
        }
        _ => return bad_target(),
    }
    if words.get(1).is_some_and(|target| {
        target.is_empty() || target.iter().any(|byte| !(0x21..=0x7e).contains(byte))
    }) {
        return bad_target();
    }
    lines.find_map(diagnose_line).unwrap_or_else(|| {
        bad("bad-head", "The request head cannot be read.", "Check the client's HTTP library.")
    })
}

fn diagnose_line(line: &[u8]) -> Option<Rejection> {
    if matches!(line.first(), Some(b' ' | b'\t')) {
        return Some(bad(
            "folded-header",
            "A header line continues the one before it.",
            "Put each header on one line.",
        ));
    }
    if line.iter().any(|byte| is_control(*byte)) {
        return Some(control_character());
    }
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
    let name = line.get(..colon).unwrap_or_default();
    if name.iter().all(|byte| is_token(*byte)) && colon < line.len() && !name.is_empty() {
        return None;
    }
    let spaced = colon < line.len() && matches!(name.last(), Some(b' ' | b'\t'));
    match line {
        [] => None,
        _ if spaced => Some(bad(
            "space-before-colon",
            "A header name is followed by a space before its colon.",
            "Put the colon right after the name.",
        )),
        _ => Some(bad(
            "bad-header-name",
            "A header name has a character that is not allowed.",
            "Use letters, digits and hyphens.",
        )),
    }
}

fn bad(code: &'static str, message: &'static str, help: &'static str) -> Rejection {
    Rejection::new(400, code, message, help)
}

fn bad_method() -> Rejection {
    bad(
        "bad-method",
        "The request does not begin with a method in upper-case letters.",
        "Check the client's HTTP library and the URL scheme.",
    )
}

fn bad_target() -> Rejection {
    bad(
        "bad-target",
        "The request target is not a path of visible ASCII.",
        "Percent-encode everything else, and leave out the fragment.",
    )
}

fn odd_path() -> Rejection {
    bad(
        "odd-path",
        "The path has a dot segment, an empty segment, a semicolon, or an escape that servers read differently.",
        "Send the API's path as it is documented.",
    )
}

/// The answer to a chunked body whose first bytes are not chunks.
pub(super) fn broken_chunks() -> Rejection {
    bad(
        "body-malformed",
        "The request body's chunks are broken.",
        "Check the client's chunked encoding; extensions and trailers are not accepted.",
    )
}

/// The answer to a request that addresses a name which the listener does not have.
pub(super) fn unknown_host() -> Rejection {
    Rejection::new(
        421,
        "unknown-host",
        "This listener is not known by the name in Host.",
        "Use one of its names, or add the name to the listener's hosts on the gateway.",
    )
}

/// The answer to a request that a web page sent.
pub(super) fn foreign_origin() -> Rejection {
    Rejection::new(
        403,
        "foreign-origin",
        "The request comes from a web page, and this listener does not know its origin.",
        "Send it from a program, or add the origin to the listener's origins on the gateway.",
    )
}

/// A vetted authority without its port.
pub(super) fn without_port(authority: &[u8]) -> &[u8] {
    let end = if authority.first() == Some(&b'[') {
        authority.iter().position(|byte| *byte == b']').map(|at| at + 1)
    } else {
        authority.iter().position(|byte| *byte == b':')
    };
    end.and_then(|end| authority.get(..end)).unwrap_or(authority)
}

fn no_host() -> Rejection {
    bad("missing-host", "The request has no Host.", "Send Host with the name of the gateway.")
}

fn odd_host() -> Rejection {
    bad(
        "odd-host",
        "Host is not a host name or address with an optional port.",
        "Send one name, without user, path or list.",
    )
}

fn control_character() -> Rejection {
    bad("control-character", "A header value has a control character.", "Remove it.")
}

fn is_length(value: &[u8]) -> bool {
    !value.is_empty() && value.len() <= 18 && value.iter().all(u8::is_ascii_digit)
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Control characters other than the tab.
fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7f
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
}

fn strip_prefix_ignoring_case<'t>(target: &'t [u8], prefix: &[u8]) -> Option<&'t [u8]> {
    let (begin, rest) = target.split_at_checked(prefix.len())?;
    begin.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// More than the configured count can ever be, so the parser never ends for lack of room.
const SLOTS: usize = 256;

#[cfg(test)]
mod tests;
