//! Names and addresses, and a name server that answers what it is told.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;

use super::{Origin, ResolveError, Resolver, is_host_name, is_private};
use crate::config::{Dns, Time};

fn resolver() -> Resolver {
    let mut dns = Dns {
        servers: vec!["127.0.0.1:9".parse().unwrap()],
        timeout: Time::millis(200),
        ..Dns::default()
    };
    dns.hosts.insert(
        "API.Example".to_owned(),
        vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()],
    );
    Resolver::new(&dns).unwrap()
}

#[tokio::test]
async fn literals_and_fixed_names_need_no_server() {
    let resolver = resolver();
    for (host, count, origin) in [
        ("10.0.0.1", 1, Origin::Literal),
        ("[2001:db8::1]", 1, Origin::Literal),
        ("api.example", 2, Origin::Static),
        ("API.EXAMPLE.", 2, Origin::Static),
    ] {
        let resolved = resolver.resolve(host).await.unwrap();
        assert_eq!((resolved.addresses.len(), resolved.origin), (count, origin), "{host}");
    }
}

#[tokio::test]
async fn a_dead_server_is_a_value_within_the_deadline() {
    let begun = crate::clock::now();
    let error = resolver().resolve("elsewhere.example").await.unwrap_err();
    assert!(matches!(error, ResolveError::Timeout | ResolveError::Failed), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn names_that_could_be_read_two_ways_are_refused() {
    for name in
        ["127.1", "0x7f000001", "a..b", "", "-a.b", "a b", "a/b", "1.2.3.4.5", "localhost:80"]
    {
        assert!(!is_host_name(name), "{name}");
    }
    for name in ["localhost", "api.openai.com", "my_bucket.s3.example", "xn--bcher-kva.example"] {
        assert!(is_host_name(name), "{name}");
    }
}

/// A name server that answers each question for an A record with these addresses, all others with none.
async fn name_server(addresses: &'static [[u8; 4]]) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question).await {
            let reply = reply(&question[..length], addresses);
            let _ = socket.send_to(&reply, from).await;
        }
    });
    address
}

/// RFC 1035 §4.1: the question's id and question, and an answer for each address that points back at the name.
fn reply(question: &[u8], addresses: &[[u8; 4]]) -> Vec<u8> {
    let end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
    let is_a = question[end - 4..end] == [0, 1, 0, 1];
    let addresses = if is_a { addresses } else { &[] };
    let mut reply =
        [&question[..2], &[0x81, 0x80, 0, 1, 0, addresses.len() as u8, 0, 0, 0, 0]].concat();
    reply.extend_from_slice(&question[12..end]);
    for address in addresses {
        reply.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        reply.extend_from_slice(address);
    }
    reply
}

async fn asked(addresses: &'static [[u8; 4]], private: &[&str]) -> Result<usize, ResolveError> {
    let dns = Dns {
        servers: vec![name_server(addresses).await],
        timeout: Time::millis(5000),
        private: private.iter().map(|name| (*name).to_owned()).collect(),
        ..Dns::default()
    };
    let resolver = Resolver::new(&dns).unwrap();
    resolver.resolve("api.foreign.example").await.map(|resolved| resolved.addresses.len())
}

#[tokio::test]
async fn one_private_address_among_public_ones_is_enough() {
    const MIXED: &[[u8; 4]] = &[[93, 184, 215, 14], [10, 0, 0, 1]];
    assert_eq!(asked(&[[93, 184, 215, 14], [1, 1, 1, 1]], &[]).await, Ok(2));
    assert_eq!(asked(MIXED, &[]).await, Err(ResolveError::PrivateAddress));
    assert_eq!(ResolveError::PrivateAddress.code(), "private-address");
    assert_eq!(asked(MIXED, &["foreign.example"]).await, Err(ResolveError::PrivateAddress));
    assert_eq!(asked(MIXED, &["API.foreign.example."]).await, Ok(2));
    assert_eq!(asked(&[], &[]).await, Err(ResolveError::NoAddress));
}

#[test]
fn what_is_not_of_the_public_internet_is_private() {
    let check = |address: &str, expect: bool| {
        assert_eq!(is_private(&address.parse::<IpAddr>().unwrap()), expect, "{address}");
    };
    for (address, expect) in [
        // This host, private networks, the local link.
        ("0.0.0.0", true),
        ("127.0.0.1", true),
        ("127.255.255.254", true),
        ("::", true),
        ("::1", true),
        ("10.0.0.1", true),
        ("172.16.0.1", true),
        ("172.31.255.255", true),
        ("172.32.0.1", false),
        ("192.168.1.1", true),
        ("169.254.169.254", true),
        ("fe80::1", true),
        ("febf::1", true),
        ("fec0::1", true),
        ("fc00::1", true),
        ("fdff::1", true),
        // A carrier's customers, benchmarks, protocols, documentation.
        ("100.63.255.255", false),
        ("100.64.0.0", true),
        ("100.127.255.255", true),
        ("100.128.0.0", false),
        ("198.17.255.255", false),
        ("198.18.0.1", true),
        ("198.19.255.255", true),
        ("198.20.0.0", false),
        ("192.0.0.8", true),
        ("192.0.1.1", false),
        ("192.0.2.1", true),
        ("198.51.100.1", true),
        ("203.0.113.1", true),
        ("2001:db8::1", true),
        ("3fff:fff::1", true),
        ("3fff:1000::1", false),
        // Many at once, and nobody yet.
        ("224.0.0.1", true),
        ("239.255.255.255", true),
        ("240.0.0.1", true),
        ("255.255.255.255", true),
        ("ff02::1", true),
        // IPv4 inside of IPv6: mapped, compatible, translated.
        ("::ffff:10.0.0.1", true),
        ("::ffff:127.0.0.1", true),
        ("::ffff:100.64.0.1", true),
        ("::ffff:8.8.8.8", false),
        ("::10.0.0.1", true),
        ("::ffff:0:10.0.0.1", true),
        // NAT64, by the well-known prefix and by a network's own, which has the address elsewhere.
        ("64:ff9b::10.0.0.1", true),
        ("64:ff9b::169.254.169.254", true),
        ("64:ff9b::8.8.8.8", false),
        ("64:ff9b:1::8.8.8.8", true),
        ("64:ff9b:1:a00:0:100:808:808", true),
        // 6to4 and Teredo, whatever they hold.
        ("2002:a00:1::1", true),
        ("2002:c0a8:101::1", true),
        ("2002:808:808::1", true),
        ("2001:0:808:808:0:ffff:f5ff:fffe", true),
        ("2001:1ff::1", true),
        ("2001:200::1", false),
        // Providers.
        ("8.8.8.8", false),
        ("160.79.104.10", false),
        ("223.255.255.254", false),
        ("2606:4700::6810:85e5", false),
        ("2a00:1450:4001::1", false),
        ("4000::1", true),
        ("192.88.99.1", true),
    ] {
        check(address, expect);
    }
}

#[tokio::test]
async fn a_silent_name_server_is_a_value_in_time() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let servers = vec![silent.local_addr().unwrap()];
    let dns = Dns { servers, timeout: Time::millis(300), ..Dns::default() };
    let begun = crate::clock::now();
    let error = Resolver::new(&dns).unwrap().resolve("silent.example").await.unwrap_err();
    assert_eq!(error, ResolveError::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(10));
}
