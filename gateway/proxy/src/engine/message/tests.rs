//! Messages on the wire, whole and cut at every byte.

#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use bytes::{Bytes, BytesMut};

use super::framing::Chunks;
use super::{Framing, Head, RequestHead, Taken, take_head};
use crate::engine::error::{Fault, SendErrorKind};

fn head_of(text: &str, method: &str) -> Result<Option<Head>, Fault> {
    let mut inbox = BytesMut::from(text);
    take_head(&mut inbox, &mut 0, method, 4096)
}

fn check_framing(text: &str, method: &str, expect: Option<(Framing, bool)>) {
    let found = head_of(text, method).map(|head| head.map(|head| (head.framing, head.keeps)));
    match expect {
        Some(expect) => assert_eq!(found, Ok(Some(expect)), "{text:?}"),
        None => assert_eq!(found, Err(Fault::answered(SendErrorKind::BadResponse)), "{text:?}"),
    }
}

fn ok(lines: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n")
}

#[test]
fn an_answer_is_framed_in_one_way_or_refused() {
    check_framing(&ok("Content-Length: 5\r\n"), "POST", Some((Framing::Length(5), true)));
    check_framing(
        &ok("Content-Length: 5\r\nContent-Length: 5\r\nConnection: x, Close\r\n"),
        "POST",
        Some((Framing::Length(5), false)),
    );
    check_framing(
        &ok("Transfer-Encoding: Chunked\r\n"),
        "POST",
        Some((Framing::Chunked(Chunks::default()), true)),
    );
    check_framing(&ok(""), "POST", Some((Framing::UntilClose, true)));
    check_framing(&ok("Content-Length: 5\r\n"), "HEAD", Some((Framing::Length(0), false)));
    check_framing(&ok(""), "HEAD", Some((Framing::Length(0), true)));
    check_framing("HTTP/1.1 204 No Content\r\n\r\n", "POST", Some((Framing::Length(0), true)));
    check_framing(
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        "GET",
        Some((Framing::Length(0), false)),
    );
    check_framing(
        "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n",
        "GET",
        Some((Framing::Length(5), false)),
    );
    for broken in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Bad Name: 1\r\n",
        "X: a\r\n folded\r\n",
    ] {
        check_framing(&ok(broken), "POST", None);
    }
    check_framing("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", None);
    check_framing("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "GET", None);
    check_framing("ICY 200 OK\r\n\r\n", "GET", None);
}

#[test]
fn a_head_is_found_however_it_is_cut_and_bounded() {
    let text = ok("Content-Length: 2\r\nX-A: b\r\n") + "hi";
    for cut in 0..text.len() {
        let mut inbox = BytesMut::from(&text.as_bytes()[..cut]);
        let mut searched = 0;
        let early = take_head(&mut inbox, &mut searched, "GET", 4096).unwrap();
        assert_eq!(early.is_some(), cut >= text.len() - 2);
        if early.is_none() {
            inbox.extend_from_slice(&text.as_bytes()[cut..]);
            assert_eq!(
                take_head(&mut inbox, &mut searched, "GET", 4096).unwrap().unwrap().status,
                200
            );
            assert_eq!(&inbox[..], b"hi");
        }
    }
    let long = ok(&format!("X: {}\r\n", "a".repeat(5000)));
    assert_eq!(head_of(&long, "GET").unwrap_err(), Fault::answered(SendErrorKind::HeadTooLarge));
}

/// Feeds a chunked body in pieces; the data, and whether the end was reached.
fn dechunk(pieces: &[&[u8]]) -> Option<(Vec<u8>, bool, usize)> {
    let mut framing = Framing::Chunked(Chunks::default());
    let (mut inbox, mut data) = (BytesMut::new(), Vec::new());
    for piece in pieces {
        inbox.extend_from_slice(piece);
        loop {
            match framing.take(&mut inbox)? {
                Taken::Data(bytes) => data.extend_from_slice(&bytes),
                Taken::More => break,
                Taken::End => return Some((data, true, inbox.len())),
            }
        }
    }
    Some((data, framing.is_at_end(), inbox.len()))
}

#[test]
fn chunks_are_the_same_however_they_are_cut() {
    let wire: &[u8] =
        b"5\r\nhello\r\n1;ext=\"1\"\r\n \r\nA\r\nworld\r\n\r\n!\r\n0\r\nTrailer: x\r\n\r\n";
    let expect = Some((b"hello world\r\n\r\n!".to_vec(), true, 0));
    assert_eq!(dechunk(&[wire]), expect);
    for cut in 0..wire.len() {
        assert_eq!(dechunk(&[&wire[..cut], &wire[cut..]]), expect, "cut at {cut}");
    }
    let singles: Vec<&[u8]> = wire.chunks(1).collect();
    assert_eq!(dechunk(&singles), expect);
}

#[test]
fn broken_chunks_are_refused() {
    for wire in [
        &b"5\r\nhelloX\r\n0\r\n\r\n"[..],
        b"g\r\nhello\r\n",
        b"-5\r\nhello\r\n",
        b"ffffffffffffffffff\r\n",
        b"0\r\nTrailer: x\n\n",
        b"\r\n",
    ] {
        assert_eq!(dechunk(&[wire]), None, "{}", String::from_utf8_lossy(wire));
    }
    assert_eq!(dechunk(&[&[b'1'; 2000]]), None);
    let mut trailers = b"0\r\n".to_vec();
    trailers.extend_from_slice(&b"X: 1\r\n".repeat(2000));
    assert_eq!(dechunk(&[&trailers]), None);
}

fn head<'a>(method: &'a str, target: &'a str, headers: &'a [(String, String)]) -> RequestHead<'a> {
    RequestHead { method, host: "api.example", target, headers }
}

#[test]
fn a_request_is_one_buffer_if_it_is_small() {
    let headers = vec![("x-a".to_owned(), "b".to_owned())];
    let (wire, rest) = head("POST", "/v1/x?y=1", &headers).wire(Bytes::from_static(b"{}"));
    let expect = "POST /v1/x?y=1 HTTP/1.1\r\nhost: api.example\r\naccept-encoding: identity\r\nx-a: b\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(wire, expect.as_bytes());
    assert!(rest.is_empty());
    let (wire, rest) = head("POST", "/", &[]).wire(Bytes::from(vec![b'a'; 20_000]));
    assert!(wire.ends_with(b"content-length: 20000\r\n\r\n"));
    assert_eq!(rest.len(), 20_000);
    let (wire, _) = head("GET", "/", &[]).wire(Bytes::new());
    assert!(!wire.windows(14).any(|window| window == b"content-length"));
    let (wire, _) = head("POST", "/", &[]).wire(Bytes::new());
    assert!(wire.ends_with(b"content-length: 0\r\n\r\n"));
}

#[test]
fn a_head_that_could_smuggle_is_not_sent() {
    let field = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    for headers in [
        field("x-a", "b\r\nhost: other"),
        field("x-a", "b\n"),
        field("x-a", "\0"),
        field("X-A", "b"),
        field("x a", "b"),
        field("content-length", "9"),
        field("transfer-encoding", "chunked"),
        field("connection", "close"),
        field("host", "other"),
    ] {
        assert!(head("POST", "/", &headers).check().is_err(), "{headers:?}");
    }
    for (method, target) in [
        ("GET /", "/"),
        ("CONNECT", "/"),
        ("", "/"),
        ("GET", ""),
        ("GET", "x"),
        ("GET", "/ HTTP/1.1\r\n"),
        ("GET", "/a b"),
    ] {
        assert!(head(method, target, &[]).check().is_err(), "{method} {target}");
    }
    assert!(head("POST", "/v1/x", &field("x-a", "b c")).check().is_ok());
}
