//! Heads that come in, and heads that do not, each with its code.

use super::{early, raw};

fn check(head: &str, expect: Option<&str>) {
    let found = raw(head.as_bytes()).err();
    assert_eq!(found.map(|rejection| rejection.code), expect, "{head:?}");
}

fn get(lines: &str) -> String {
    format!("GET /v1/models HTTP/1.1\r\n{lines}\r\n")
}

fn target(target: &str) -> String {
    format!("POST {target} HTTP/1.1\r\nHost: a.example\r\n\r\n")
}

#[test]
fn ordinary_heads_come_in() {
    for lines in [
        "Host: a.example\r\n",
        "host: a.example:8080\r\nAccept: */*\r\n",
        "Host: 127.0.0.1:1\r\nContent-Length: 0\r\n",
        "Host: [::1]:8080\r\nContent-Length: 00\r\n",
        "Host: a\r\nX-Odd: caf\u{e9}\tx\r\nX-Empty:\r\n",
    ] {
        check(&get(lines), None);
    }
    check(&target("/v1/x?user=a%20b&q={}|\""), None);
    check(&target("http://A.example:80/v1"), None);
    for path in ["/", "/v1/", "/v1/...", "/v1/.well-known", "/v1/a.b%20c", "/v1/x?a=../..//;%2f%00"]
    {
        check(&target(path), None);
    }
    let post = "POST / HTTP/1.1\r\nHost: a\r\n";
    check(&format!("{post}Transfer-Encoding: Chunked\r\n\r\n"), None);
    check(&format!("{post}Expect: 100-Continue\r\nContent-Length: 12\r\n\r\n"), None);
    check("GET / HTTP/1.0\r\nHost: a\r\n\r\n", None);
}

#[test]
fn ambiguous_framing_is_refused() {
    for (lines, code) in [
        ("Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n", "length-and-encoding"),
        ("Host: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n", "repeated-field"),
        ("Host: a\r\nContent-Length: 3, 3\r\n", "bad-content-length"),
        ("Host: a\r\nContent-Length: +3\r\n", "bad-content-length"),
        ("Host: a\r\nContent-Length: 0x3\r\n", "bad-content-length"),
        ("Host: a\r\nContent-Length:\r\n", "bad-content-length"),
        ("Host: a\r\nContent-Length: 99999999999999999999\r\n", "bad-content-length"),
        ("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", "unknown-transfer-encoding"),
        ("Host: a\r\nTransfer-Encoding: xchunked\r\n", "unknown-transfer-encoding"),
        (
            "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "repeated-field",
        ),
        ("Host: a\r\nTransfer-Encoding:\x0bchunked\r\n", "control-character"),
        ("Host: a\r\nTransfer-Encoding : chunked\r\n", "space-before-colon"),
        ("Host: a\r\nX: 1\r\n Transfer-Encoding: chunked\r\n", "folded-header"),
        ("Host: a\r\nX: a\0b\r\n", "control-character"),
        ("Host: a\r\nX: a\rContent-Length: 3\r\n", "control-character"),
        ("Host: a\r\nX(y): 1\r\n", "bad-header-name"),
        ("Host: a\r\n: 1\r\n", "bad-header-name"),
        ("Host: a\r\nno colon here\r\n", "bad-header-name"),
        ("Host: a\r\nExpect: 200-ok\r\n", "unknown-expectation"),
    ] {
        check(&get(lines), Some(code));
    }
    check(
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        Some("encoding-on-http10"),
    );
}

#[test]
fn a_body_comes_only_with_a_method_that_has_one() {
    for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
        for line in ["Content-Length: 3", "Content-Length: 10", "Transfer-Encoding: chunked"] {
            let head = format!("{method} / HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n");
            check(&head, Some("body-not-allowed"));
        }
    }
}

#[test]
fn paths_that_servers_read_differently_are_refused() {
    for path in [
        "/v1/../api/pull",
        "/v1/..",
        "/./v1",
        "/v1/%2e%2E/x",
        "/v1/.%2e",
        "/v1/%2e",
        "//files",
        "/v1//files",
        "/v1/x;a=1",
        "/v1/x%3ba=1",
        "/v1/..%2fx",
        "/v1/a%5Cb",
        "/v1/%252e%252e/x",
        "/v1/a%00",
        "/v1/a%0d%0aX",
        "/../x?y",
        "http://a.example/../x",
    ] {
        check(&target(path), Some("odd-path"));
    }
}

#[test]
fn the_host_is_one_plain_name() {
    for (lines, code) in [
        ("", "missing-host"),
        ("Host: a\r\nHost: a\r\n", "repeated-field"),
        ("Host:\r\n", "odd-host"),
        ("Host: user@a\r\n", "odd-host"),
        ("Host: a, b\r\n", "odd-host"),
        ("Host: a/b\r\n", "odd-host"),
        ("Host: a:\r\n", "odd-host"),
        ("Host: a:0\r\n", "odd-host"),
        ("Host: a:99999\r\n", "odd-host"),
        ("Host: a:80:80\r\n", "odd-host"),
        ("Host: [::1\r\n", "odd-host"),
        ("Host: [a]\r\n", "odd-host"),
        ("Host: a[b\r\n", "odd-host"),
        ("Host: b\u{fc}cher.example\r\n", "odd-host"),
    ] {
        check(&get(lines), Some(code));
    }
    check(&target("http://b.example/"), Some("host-mismatch"));
    check(&target("https://a.example:80/"), Some("host-mismatch"));
}

#[test]
fn methods_targets_and_versions_are_plain() {
    for (head, code) in [
        (target("v1/x"), "bad-target"),
        (target("/a#b"), "bad-target"),
        (target("/a\\b"), "bad-target"),
        (target("/a%2"), "bad-target"),
        (target("/a%zz"), "bad-target"),
        (target("/a\u{e9}"), "bad-target"),
        (target("/a b"), "bad-target"),
        (target("*"), "bad-target"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "bad-target"),
        (target("ftp://a.example/"), "bad-target"),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n".to_owned(), "method-not-allowed"),
        ("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "method-not-allowed"),
        ("get / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "bad-method"),
        (" GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "bad-method"),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "bad-target"),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n".to_owned(), "unknown-http-version"),
        ("GET /\r\nHost: a\r\n\r\n".to_owned(), "bad-target"),
    ] {
        check(&head, Some(code));
    }
}

#[test]
fn what_cannot_become_a_head_is_told_at_once() {
    let code = |bytes: &[u8]| early(bytes).map(|rejection| rejection.code);
    assert_eq!(code(&[0x16, 3, 1]), Some("tls-on-plain-listener"));
    assert_eq!(code(b"\r\nGET"), Some("empty-first-line"));
    assert_eq!(code(b"{\"a\":1}"), Some("bad-method"));
    assert_eq!(code(b"GE"), None);
    assert_eq!(code(b""), None);
}

proptest::proptest! {
    /// Whatever bytes come, judging them ends without a panic, and nothing ambiguous slips through.
    #[test]
    fn any_bytes_are_judged(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = raw(&bytes);
        let _ = early(&bytes);
    }
}
