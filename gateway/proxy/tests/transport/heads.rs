//! What the front lets in, and how it turns away the rest.

#![expect(clippy::disallowed_methods, reason = "measures time")]

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use proxy::config::{Size, Time};

use crate::client::{Multi, Raw};
use crate::node::Node;

async fn check(node: &Node, request: &str, status: u16, code: &str) {
    let mut client = Raw::plain(node.strict).await;
    client.send(request).await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{request:?}");
    assert!(answer.head.contains("connection: close"), "{}", answer.head);
    assert!(client.is_closed().await, "{request:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn doubtful_heads_are_refused_and_the_connection_closed() {
    let node = Node::start().await;
    for (request, status, code) in [
        ("GET / HTTP/1.1\r\n\r\n", 400, "missing-host"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "repeated-field"),
        ("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, "odd-host"),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "length-and-encoding",
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            400,
            "repeated-field",
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            400,
            "unknown-transfer-encoding",
        ),
        (
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "encoding-on-http10",
        ),
        ("GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n", 400, "folded-header"),
        ("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400, "bare-line-feed"),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "space-before-colon"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400, "control-character"),
        ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "host-mismatch"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-target"),
        ("POST /v1/../x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "odd-path"),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 400, "body-not-allowed"),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-target"),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 405, "method-not-allowed"),
        ("get / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-method"),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "empty-first-line"),
        ("\u{16}\u{3}\u{1}", 400, "tls-on-plain-listener"),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n", 417, "unknown-expectation"),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "unknown-http-version"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "h2c-not-enabled"),
    ] {
        check(&node, request, status, code).await;
    }
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: 1\r\n".repeat(200));
    check(&node, &many, 431, "too-many-headers").await;
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(40_000));
    check(&node, &long, 431, "head-too-large").await;
    let endless = "a".repeat(50_000);
    check(&node, &format!("GET /{endless}"), 431, "head-too-large").await;
    assert_eq!(
        node.counters.requests.load(Ordering::Relaxed),
        0,
        "none of them reached the handler"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_request_on_the_same_connection_is_vetted_too() {
    let node = Node::start().await;
    let mut client = Raw::plain(node.plain).await;
    assert_eq!(client.get("/local/a").await.status, 200);
    client
        .send(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        )
        .await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "length-and-encoding"));
    assert!(client.is_closed().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_kept_and_carry_their_facts() {
    let node = Node::start().await;
    let mut client = Raw::plain(node.plain).await;
    for at in 0..5 {
        let answer = client.post(&format!("/local/x?n={at}"), b"body").await;
        assert!(answer.head.contains("connection: keep-alive"), "{}", answer.head);
        let expect = format!(
            "method=POST path=/local/x query=Some(\"n={at}\") version=HTTP/1.1 listener=plain local={}",
            node.plain
        );
        assert!(answer.text().starts_with(&expect), "{}", answer.text());
    }
    let before = node.counters.connections.load(Ordering::Relaxed);
    let mut client = Raw::tls(node.tls, node.certificate()).await;
    let answer = client.get("/local/x").await;
    assert!(
        answer.text().contains("listener=tls")
            && answer.text().contains("sni=Some(\"gateway.test\")"),
        "{}",
        answer.text()
    );
    assert_eq!(client.get("/local/x").await.status, 200);
    assert_eq!(node.counters.connections.load(Ordering::Relaxed), before + 1);
    let over_h2 = Multi::tls(node.tls, node.certificate()).await.post("/local/x", b"").await.2;
    let over_h2 = String::from_utf8(over_h2).unwrap();
    assert!(
        over_h2.contains("version=HTTP/2.0 listener=tls")
            && over_h2.contains("sni=Some(\"gateway.test\")"),
        "{over_h2}"
    );
    let plain_h2 = Multi::plain(node.plain).await.post("/local/x", b"").await.2;
    assert!(String::from_utf8(plain_h2).unwrap().contains("listener=plain"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_serves_only_so_many_requests() {
    let node = Node::start_with(|config| config.limits.requests_per_connection = 2).await;
    let mut client = Raw::plain(node.plain).await;
    assert!(client.get("/local/a").await.head.contains("connection: keep-alive"));
    assert!(client.get("/local/a").await.head.contains("connection: close"));
    assert!(client.is_closed().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_end_at_the_total_deadline() {
    let node = Node::start_with(|config| config.limits.head_time = Time::millis(600)).await;
    let begun = Instant::now();
    let mut client = Raw::plain(node.plain).await;
    for byte in b"GET / HTTP/1.1\r\n" {
        client.try_send(&[*byte]).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (408, "head-too-slow"));
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(node.counters.heads_slow.load(Ordering::Relaxed), 1);
    // A client that says nothing at all, or less than an HTTP/2 preface, or no TLS hello, does not hang either.
    for (address, bytes) in [
        (node.plain, &b""[..]),
        (node.plain, b"PRI * HT"),
        (node.tls, b""),
        (node.tls, b"\x16\x03"),
    ] {
        let mut client = Raw::plain(address).await;
        client.send(bytes).await;
        while client.more().await {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_request_on_an_h2c_listener_is_answered() {
    let node = Node::start().await;
    let mut client = Raw::plain(node.plain).await;
    client.send("GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(client.answer().await.code(), "missing-host");
    let mut client = Raw::plain(node.plain).await;
    client.send("GET /local/x HTTP/1.0\r\nHost: a\r\n\r\n").await;
    let answer = client.answer().await;
    assert!(answer.status == 200 && answer.head.contains("connection: close"));
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_are_closed() {
    let node = Node::start_with(|config| config.limits.idle = Time::seconds(1)).await;
    let mut client = Raw::plain(node.plain).await;
    assert_eq!(client.get("/local/a").await.status, 200);
    assert!(client.is_closed().await);
    let multi = Multi::plain(node.plain).await;
    assert_eq!(multi.post("/local/a", b"").await.0, 200);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let request = http::Request::get("https://gateway.test/local/a").body(()).unwrap();
    assert!(multi.is_closed(request).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn upgrades_are_refused_and_an_offer_of_h2_is_passed_over() {
    let node = Node::start().await;
    let request = |protocol: &str| {
        format!(
            "GET /local/a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n\r\n"
        )
    };
    let mut client = Raw::plain(node.plain).await;
    client.send(request("websocket")).await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (501, "upgrade-unsupported"));
    let mut client = Raw::plain(node.plain).await;
    client.send(request("h2c\r\nUpgrade: websocket")).await;
    assert_eq!(client.answer().await.code(), "upgrade-unsupported");
    let mut client = Raw::plain(node.plain).await;
    client.send(request("h2c")).await;
    assert_eq!(client.answer().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn handlers_that_fail_are_answered_for() {
    let node = Node::start().await;
    for path in ["/local/panic", "/local/silent"] {
        let answer = Raw::plain(node.plain).await.get(path).await;
        assert_eq!((answer.status, answer.code().as_str()), (500, "internal-error"), "{path}");
    }
    let answer = Raw::plain(node.plain).await.get("/local/cut").await;
    assert_eq!((answer.status, answer.complete), (200, false));
    assert_eq!(node.counters.handlers_failed.load(Ordering::Relaxed), 2);
    let (status, _, body) = Multi::plain(node.plain).await.post("/local/panic", b"").await;
    assert!(status == 500 && String::from_utf8(body).unwrap().contains("internal-error"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipelined_request_is_not_answered_from_unvetted_bytes() {
    let node = Node::start().await;
    let mut client = Raw::plain(node.plain).await;
    client
        .send("GET /local/a HTTP/1.1\r\nHost: a\r\n\r\nGET /local/b HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    assert_eq!(client.answer().await.status, 200);
    assert!(client.is_closed().await);
    assert_eq!(node.counters.requests.load(Ordering::Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_over_h2_are_bounded_and_vetted() {
    let node = Node::start_with(|config| config.limits.head = Size::kibibytes(4)).await;
    let multi = Multi::plain(node.plain).await;
    assert_eq!(multi.post("/local/a%zz", b"").await.0, 400);
    assert_eq!(multi.post("/local/../a", b"").await.0, 400);
    let request = http::Request::get("https://gateway.test/local/a").body(()).unwrap();
    let (response, mut body) = multi.request(request, false).await;
    body.send_data(bytes::Bytes::from_static(b"smuggled"), true).unwrap();
    assert_eq!(response.await.unwrap().status(), 400);
    let (status, _, body) = multi.post(&format!("/local/{}", "a".repeat(3900)), b"").await;
    assert!(status == 200 || status == 431, "{status} {}", String::from_utf8_lossy(&body));
    let long = multi.post(&format!("/local/{}", "a".repeat(5000)), b"").await;
    assert_eq!(long.0, 431);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_known_names_and_known_web_pages_come_in() {
    let node = Node::start_with(|config| {
        config.listeners[0].hosts = vec!["Gateway.test".to_owned(), "[::1]".to_owned()];
        config.listeners[0].origins = vec!["https://chat.test".to_owned()];
    })
    .await;
    for (address, lines, status, code) in [
        (node.plain, "Host: gateway.test:8080", 200, ""),
        (node.plain, "Host: [::1]:8080", 200, ""),
        (node.plain, "Host: evil.test", 421, "unknown-host"),
        (node.plain, "Host: gateway.test\r\nOrigin: https://chat.test", 200, ""),
        (node.plain, "Host: gateway.test\r\nOrigin: https://evil.test", 403, "foreign-origin"),
        (node.plain, "Host: gateway.test\r\nOrigin: null", 403, "foreign-origin"),
        (node.strict, "Host: any.test", 200, ""),
        (node.strict, "Host: any.test\r\nOrigin: http://any.test", 403, "foreign-origin"),
    ] {
        let mut client = Raw::plain(address).await;
        client
            .send(format!("POST /local/a HTTP/1.1\r\n{lines}\r\nContent-Length: 0\r\n\r\n"))
            .await;
        let answer = client.answer().await;
        assert_eq!(answer.status, status, "{lines}");
        assert!(status == 200 || answer.code() == code, "{lines}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_bound_are_closed_and_counted() {
    let node = Node::start_with(|config| config.limits.connections = 2).await;
    // Those that waited for the listeners may still be open for a moment.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (mut first, mut second) = (Raw::plain(node.plain).await, Raw::plain(node.plain).await);
    assert_eq!(first.get("/local/a").await.status, 200);
    assert_eq!(second.get("/local/a").await.status, 200);
    assert!(Raw::plain(node.plain).await.is_closed().await);
    assert!(node.counters.connections_refused.load(Ordering::Relaxed) >= 1);
    drop(first);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(Raw::plain(node.plain).await.get("/local/a").await.status, 200);
}
