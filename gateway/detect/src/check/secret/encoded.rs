//! Secrets that can be told by what they decode to: tokens with a header, pairs in base64, Kubernetes secrets.

use super::chance::{is_placeholder, kinds};

/// RFC 7519: a header that decodes to a JSON object with an algorithm, and a payload that decodes to an object.
pub(in crate::check) fn jwt(value: &str) -> bool {
    let mut parts = value.split('.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else { return false };
    let mut head = [0u8; 256];
    let Some(n) = decode(header, &mut head) else { return false };
    let head = head.get(..n).unwrap_or_default();
    let has_algorithm = head.windows(5).any(|w| w == b"\"alg\"");
    let mut start = [0u8; 3];
    let begins = payload.get(..4).and_then(|p| decode(p, &mut start)).is_some();
    head.first() == Some(&b'{') && has_algorithm && begins && start.first() == Some(&b'{')
}

/// RFC 7617: base64 of printable `user:password`.
pub(in crate::check) fn basic_pair(value: &str) -> bool {
    let encoded = value.rsplit_once([' ', '"', '\'', ':']).map_or(value, |(_, rest)| rest);
    let mut text = [0u8; 192];
    let Some(n) = decode(encoded.trim_end_matches('='), &mut text) else { return false };
    let text = text.get(..n).unwrap_or_default();
    let printable = text.iter().all(|b| (0x20..0x7F).contains(b) || *b >= 0x80);
    let colon = text.iter().position(|b| *b == b':');
    printable && colon.is_some_and(|at| at > 0 && n - at > 3)
}

/// A manifest of kind Secret with at least one value in base64; ends with its last value.
pub(in crate::check) fn kubernetes_secret(value: &str) -> Option<usize> {
    let lower = |line: &str| line.trim().to_ascii_lowercase().replace(['"', '\''], "");
    let (mut at, mut end) = (0, None);
    let (mut kind, mut block) = (false, false);
    // How far the name of the data is indented: its values are further.
    let mut data = None;
    for line in value.split_inclusive('\n') {
        let plain = lower(line);
        let indent = line.len() - line.trim_start().len();
        kind |= plain == "kind: secret";
        if plain.starts_with("---") {
            break;
        }
        if data.is_none_or(|data| indent <= data) {
            data = (plain == "data:" || plain == "stringdata:").then_some(indent);
        } else {
            let (name, text) = plain.split_once(':').unwrap_or(("", plain.as_str()));
            block = block && name.is_empty() || text.trim() == "|";
            let text = text.trim();
            if text.len() > 8 && is_base64(text) && !is_placeholder(text) {
                end = Some(at + line.trim_end().len());
            }
        }
        at += line.len();
    }
    end.filter(|_| kind)
}

fn is_base64(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
        && kinds(text) >= 1
}

/// Decodes base64, of either alphabet and without padding, as far as `out` reaches; `None` on a foreign byte.
fn decode(text: &str, out: &mut [u8]) -> Option<usize> {
    let (mut buffer, mut held, mut n) = (0u32, 0, 0);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            let Some(place) = out.get_mut(n) else { return Some(n) };
            *place = u8::try_from(buffer >> held & 0xFF).ok()?;
            n += 1;
        }
        buffer &= (1 << held) - 1;
    }
    Some(n)
}

/// RFC 7518 section 6: the private member of a key, `d`, or the key itself, `k`; ends with its value.
pub(in crate::check) fn jwk(value: &str) -> Option<usize> {
    let member = |name: &str| {
        let (before, after) = value.split_once(name)?;
        let from = before.len() + name.len() + after.find('"')? + 1;
        let colon = value.get(before.len() + name.len()..from)?;
        let rest = value.get(from..)?;
        let length = rest
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            .count();
        let kept = colon.trim_end_matches('"').trim() == ":" && length >= 16;
        kept.then_some(from + length)
    };
    let symmetric = value.get(..24).is_some_and(|head| head.contains("oct"));
    member(if symmetric { "\"k\"" } else { "\"d\"" })
}
