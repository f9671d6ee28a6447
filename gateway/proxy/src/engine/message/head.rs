//! The head of an answer, and what it says about the end of its body and of the connection.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::framing::{Chunks, Framing};
use crate::engine::error::{Fault, SendErrorKind};
use crate::headers::returning;

const HEAD_END: &[u8] = b"\r\n\r\n";

const MOST_FIELDS: usize = 128;

/// The head of an answer.
#[derive(Debug)]
pub(in crate::engine) struct Head {
    pub(in crate::engine) status: u16,
    pub(in crate::engine) headers: HeaderMap,
    pub(in crate::engine) length: Option<u64>,
    pub(in crate::engine) framing: Framing,
    /// Whether the connection may serve another request afterwards.
    pub(in crate::engine) keeps: bool,
}

/// Takes the head of an answer from the front of `inbox`, once it is complete.
///
/// `searched` remembers between calls how far the end was looked for. A 1xx comes back as a head like any other.
pub(in crate::engine) fn take_head(
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
