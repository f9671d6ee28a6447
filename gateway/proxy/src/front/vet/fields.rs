//! The fields that decide where a request goes and where it ends (RFC 9110 §7.2, RFC 9112 §6.3).

use super::grammar::{is_control, is_length};
use super::rejections::{bad, control_character};
use crate::rejection::Rejection;

/// How the body of a request that may come in ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::front) enum Body {
    /// At the end of its head, or after a declared length.
    Declared,
    /// With its last chunk.
    Chunked,
}

/// The fields that decide where a request goes and where it ends.
#[derive(Default)]
pub(super) struct Fields<'h> {
    pub(super) host: Option<&'h [u8]>,
    length: Option<&'h [u8]>,
    encoding: Option<&'h [u8]>,
    pub(super) expect: Option<&'h [u8]>,
}

impl<'h> Fields<'h> {
    pub(super) fn collect(headers: &[httparse::Header<'h>]) -> Result<Fields<'h>, Rejection> {
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

    pub(super) fn framing(&self, is_10: bool) -> Result<Body, Rejection> {
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

    pub(super) fn announces_body(&self) -> bool {
        let is_long = |value: &[u8]| value.iter().any(|digit| *digit != b'0');
        self.encoding.is_some() || self.length.is_some_and(is_long)
    }
}
