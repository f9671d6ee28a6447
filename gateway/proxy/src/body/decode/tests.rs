//! Encodings undone, bounded and refused.

#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use http::{HeaderMap, HeaderValue, header};

use super::{BodyProblem, Coding, codings, undo_here};
use crate::budget::Budget;
use crate::config::{Limits, Size};

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn raw_deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn brotli(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    brotli::CompressorWriter::new(&mut out, 4096, 5, 20).write_all(data).unwrap();
    out
}

fn zstd(data: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(data, 3).unwrap()
}

fn decode(codings: &[Coding], wire: Vec<u8>, limits: &Limits) -> Result<Vec<u8>, BodyProblem> {
    let budget = Budget::new(64 << 20);
    let hold = budget.hold(wire.len()).unwrap();
    undo_here(codings, Bytes::from(wire), limits, hold).map(|(bytes, _)| bytes.to_vec())
}

fn check(codings: &[Coding], wire: Vec<u8>, expect: Result<&[u8], BodyProblem>) {
    assert_eq!(
        decode(codings, wire, &Limits::default()),
        expect.map(<[u8]>::to_vec),
        "{codings:?}"
    );
}

const TEXT: &[u8] =
    b"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello hello hello\"}]}";

#[test]
fn every_encoding_and_stacks_of_them_are_undone() {
    check(&[Coding::Gzip], gzip(TEXT), Ok(TEXT));
    check(&[Coding::Deflate], zlib(TEXT), Ok(TEXT));
    check(&[Coding::Deflate], raw_deflate(TEXT), Ok(TEXT));
    check(&[Coding::Brotli], brotli(TEXT), Ok(TEXT));
    check(&[Coding::Zstd], zstd(TEXT), Ok(TEXT));
    check(&[Coding::Gzip, Coding::Brotli], brotli(&gzip(TEXT)), Ok(TEXT));
    check(&[Coding::Zstd, Coding::Deflate], zlib(&zstd(TEXT)), Ok(TEXT));
}

#[test]
fn what_follows_or_is_missing_is_refused() {
    type Encoder = fn(&[u8]) -> Vec<u8>;
    let all: [(Coding, Encoder); 5] = [
        (Coding::Gzip, gzip),
        (Coding::Deflate, zlib),
        (Coding::Deflate, raw_deflate),
        (Coding::Brotli, brotli),
        (Coding::Zstd, zstd),
    ];
    for (coding, encode) in all {
        let mut longer = encode(TEXT);
        longer.extend_from_slice(b"{\"second\":\"reading\"}");
        check(&[coding], longer, Err(BodyProblem::Corrupt));
        let mut much_longer = encode(TEXT);
        much_longer.extend_from_slice(&[b'x'; 9000]);
        check(&[coding], much_longer, Err(BodyProblem::Corrupt));
        let mut shorter = encode(TEXT);
        shorter.truncate(shorter.len() - 3);
        check(&[coding], shorter, Err(BodyProblem::Corrupt));
        check(
            &[coding],
            b"plain text that is not encoded at all".to_vec(),
            Err(BodyProblem::Corrupt),
        );
    }
}

#[test]
fn bombs_stop_at_the_ratio_and_at_the_size() {
    let zeros = vec![0_u8; 8 << 20];
    let limits = Limits::default();
    for (coding, wire) in [
        (Coding::Gzip, gzip(&zeros)),
        (Coding::Brotli, brotli(&zeros)),
        (Coding::Zstd, zstd(&zeros)),
    ] {
        assert_eq!(decode(&[coding], wire.clone(), &limits), Err(BodyProblem::RatioTooHigh));
        let small = Limits { body: Size::kibibytes(512), ..limits };
        assert_eq!(
            decode(&[coding], wire, &small),
            Err(BodyProblem::DecodedTooLarge { limit: 512 << 10 })
        );
    }
    let nested = gzip(&gzip(&zeros));
    assert_eq!(
        decode(&[Coding::Gzip, Coding::Gzip], nested, &limits),
        Err(BodyProblem::RatioTooHigh)
    );
}

#[test]
fn decoded_bytes_are_paid_from_the_budget() {
    let budget = Budget::new(10_000);
    let hold = budget.hold(100).unwrap();
    let result =
        undo_here(&[Coding::Gzip], Bytes::from(gzip(&[7_u8; 20_000])), &Limits::default(), hold);
    assert_eq!(result.err(), Some(BodyProblem::Busy));
    assert_eq!(budget.in_use(), 0);
}

#[test]
fn encodings_are_read_in_order_and_bounded() {
    let read = |lines: &[&'static str], most| {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(line));
        }
        codings(&headers, most)
    };
    assert_eq!(read(&["GZIP , br", "identity"], 2), Ok(vec![Coding::Gzip, Coding::Brotli]));
    assert_eq!(read(&[], 2), Ok(vec![]));
    assert_eq!(read(&["gzip, gzip, gzip"], 2), Err(BodyProblem::UnknownEncoding));
    assert_eq!(read(&["compress"], 2), Err(BodyProblem::UnknownEncoding));
    assert_eq!(read(&["aws-chunked"], 2), Err(BodyProblem::UnknownEncoding));
}
