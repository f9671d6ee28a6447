//! The smallest writer of the MaxMind DB format 2.0 that the tests need.
//! <https://maxmind.github.io/MaxMind-DB/>

use crate::prefix::Prefix;
use std::net::IpAddr;

/// What an entry holds.
pub(super) enum Record {
    /// `{"country_code": …}`
    Flat(&'static str),
    /// `{"continent": {…}, "country": {"geoname_id": …, "iso_code": …}}`
    Nested(&'static str),
    /// `{"anycast": true, "country_code": "US"}`
    Anycast,
    /// `{"country": {"iso_code": "US"}, "traits": {"is_anycast": true}}`
    TraitAnycast,
    /// `{}`
    Empty,
    /// `{"country_code": 49}`
    CodeIsNumber,
    /// `"DE"`
    NotAMap,
}

impl Record {
    pub(super) fn flat(code: &'static str) -> Self {
        Self::Flat(code)
    }

    pub(super) fn nested(code: &'static str) -> Self {
        Self::Nested(code)
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Flat(code) => map(&[("country_code", text(code))]),
            Self::Nested(code) => map(&[
                ("continent", map(&[("code", text("XX"))])),
                ("country", map(&[("geoname_id", number(2_921_044)), ("iso_code", text(code))])),
            ]),
            Self::Anycast => map(&[("anycast", truth()), ("country_code", text("US"))]),
            Self::TraitAnycast => map(&[
                ("country", map(&[("iso_code", text("US"))])),
                ("traits", map(&[("is_anycast", truth())])),
            ]),
            Self::Empty => map(&[]),
            Self::CodeIsNumber => map(&[("country_code", number(49))]),
            Self::NotAMap => text("DE"),
        }
    }
}

/// Where a bit leads.
#[derive(Clone, Copy)]
enum Child {
    Nothing,
    Node(usize),
    Data(usize),
}

pub(super) struct Writer {
    ip_version: u16,
    record_size: u16,
    build: u64,
    nodes: Vec<[Child; 2]>,
    data: Vec<u8>,
}

impl Writer {
    pub(super) fn new(ip_version: u16, record_size: u16, build: u64) -> Self {
        Self { ip_version, record_size, build, nodes: vec![[Child::Nothing; 2]], data: Vec::new() }
    }

    /// Adds an entry. Entries must not overlap.
    pub(super) fn entry(mut self, block: &str, record: Record) -> Self {
        let at = self.data.len();
        self.data.extend(record.bytes());
        let (address, length) = block.parse::<Prefix>().unwrap().parts();
        let (bits, length) = match (address, self.ip_version) {
            (IpAddr::V4(v4), 4) => (u128::from(v4.to_bits()) << 96, length),
            (IpAddr::V4(v4), _) => (u128::from(v4.to_bits()), length + 96),
            (IpAddr::V6(v6), _) => (v6.to_bits(), length),
        };
        let bit = |depth: u8| usize::from(bits >> (127 - depth) & 1 == 1);
        let mut node = 0;
        for depth in 0..length - 1 {
            node = match self.nodes[node][bit(depth)] {
                Child::Node(next) => next,
                _ => {
                    self.nodes.push([Child::Nothing; 2]);
                    let next = self.nodes.len() - 1;
                    self.nodes[node][bit(depth)] = Child::Node(next);
                    next
                }
            };
        }
        self.nodes[node][bit(length - 1)] = Child::Data(at);
        self
    }

    pub(super) fn finish(&self) -> Vec<u8> {
        let count = self.nodes.len();
        let mut bytes = Vec::new();
        for node in &self.nodes {
            let [left, right] = node.map(|child| match child {
                Child::Nothing => count as u32,
                Child::Node(n) => n as u32,
                Child::Data(at) => (count + 16 + at) as u32,
            });
            match self.record_size {
                24 => [left, right].iter().for_each(|n| bytes.extend(&n.to_be_bytes()[1..])),
                28 => {
                    bytes.extend(&left.to_be_bytes()[1..]);
                    bytes.push((left >> 24 << 4 | right >> 24) as u8);
                    bytes.extend(&right.to_be_bytes()[1..]);
                }
                _ => [left, right].iter().for_each(|n| bytes.extend(n.to_be_bytes())),
            }
        }
        bytes.extend([0; 16]);
        bytes.extend(&self.data);
        bytes.extend(self.metadata(count as u32));
        bytes
    }

    /// The marker and the metadata, for a tree of so many nodes.
    pub(super) fn metadata(&self, nodes: u32) -> Vec<u8> {
        let mut bytes = b"\xab\xcd\xefMaxMind.com".to_vec();
        bytes.extend(map(&[
            ("binary_format_major_version", short(2)),
            ("binary_format_minor_version", short(0)),
            ("build_epoch", long(self.build)),
            ("database_type", text("Test-Country")),
            ("description", map(&[("en", text("made by a test"))])),
            ("ip_version", short(self.ip_version)),
            ("languages", vec![0x00, 0x04]),
            ("node_count", number(nodes)),
            ("record_size", short(self.record_size)),
        ]));
        bytes
    }
}

fn text(text: &str) -> Vec<u8> {
    assert!(text.len() < 29, "longer texts have a longer head");
    [&[0x40 | text.len() as u8], text.as_bytes()].concat()
}

fn short(n: u16) -> Vec<u8> {
    [&[0xa2][..], &n.to_be_bytes()].concat()
}

fn number(n: u32) -> Vec<u8> {
    [&[0xc4][..], &n.to_be_bytes()].concat()
}

fn long(n: u64) -> Vec<u8> {
    [&[0x08, 0x02][..], &n.to_be_bytes()].concat()
}

fn truth() -> Vec<u8> {
    vec![0x01, 0x07]
}

fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![0xe0 | entries.len() as u8];
    for (key, value) in entries {
        bytes.extend(text(key));
        bytes.extend(value);
    }
    bytes
}
