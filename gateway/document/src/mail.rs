//! Mail: headers, bodies and attachments, and mailboxes of several mails (RFC 5322, 2045–2047, 4155).

mod rest;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::{
    Address, Encoding, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders,
    PartType,
};
use memchr::memmem;

use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::{html, text, xml};

/// Headers that mails begin with; two of them make a mail.
const KNOWN: [&str; 19] = [
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "received",
    "message-id",
    "mime-version",
    "return-path",
    "delivered-to",
    "content-type",
    "reply-to",
    "sender",
    "x-mailer",
    "dkim-signature",
    "in-reply-to",
    "references",
    "x-originating-ip",
    "arc-seal",
];
/// Headers that say how a body is written, and what they usually say. Everything else is told.
const USUAL: [(&str, &[&str]); 2] = [
    ("mime-version", &["1.0"]),
    ("content-transfer-encoding", &["7bit", "8bit", "binary", "base64", "quoted-printable"]),
];

/// Lines of headers in all parts of one mail.
const HEADERS: usize = 100_000;

/// Whether a text begins with the headers of a mail.
pub(crate) fn is_mail(start: &str, hints: &Hints<'_>) -> bool {
    if start.starts_with("From ") && start.contains("\nFrom: ") {
        return true;
    }
    let told = hints.media_type.starts_with("message/") || hints.extension() == "eml";
    let mut known = 0;
    for line in start.lines() {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { break };
        if name.is_empty() || name.bytes().any(|byte| !byte.is_ascii_graphic()) {
            break;
        }
        known += usize::from(KNOWN.iter().any(|header| header.eq_ignore_ascii_case(name)));
    }
    known >= if told { 1 } else { 2 } && (told || has_own_header(start))
}

/// A list of `To:` and `From:` in prose is no mail; some header must be one that people do not write.
fn has_own_header(start: &str) -> bool {
    let lower = start.to_ascii_lowercase();
    ["message-id:", "received:", "mime-version:", "content-type:", "return-path:", "date:"]
        .iter()
        .any(|header| lower.contains(header))
}

/// Tells a mail, or each mail of a mailbox.
pub(crate) fn read(reading: &mut Reading<'_>, bytes: &[u8]) {
    if !bytes.starts_with(b"From ") {
        return one(reading, bytes);
    }
    let mut from = 0;
    let ends: Vec<usize> = memmem::find_iter(bytes, b"\nFrom ").map(|at| at + 1).collect();
    for (number, end) in (1..).zip(ends.into_iter().chain([bytes.len()])) {
        if !reading.entry() {
            return;
        }
        let mail = bytes.get(from..end).unwrap_or_default();
        let line = memchr::memchr(b'\n', mail).map_or(mail.len(), |at| at + 1);
        let (envelope, body) = mail.split_at(line);
        reading.within(&format!("mail {number}"), |reading| {
            reading.text(Role::Metadata, "envelope", "", text::decode_as(envelope, "utf-8"));
            one(reading, body);
        });
        from = end;
    }
}

fn one(reading: &mut Reading<'_>, bytes: &[u8]) {
    if !reading.spend(bytes.len()) {
        return reading.unread("", Why::TooLarge);
    }
    if crowded(bytes, reading.limits().entries) {
        // As one text it can still be searched.
        reading.text(Role::Content, "", "", text::decode_as(bytes, "utf-8"));
        return reading.unread("", Why::TooMany);
    }
    let Some(message) = MessageParser::default().parse(bytes) else {
        return reading.unread("", Why::Broken);
    };
    told(reading, &message, bytes);
}

/// Whether there are more parts or headers than a parser should hold at once. Counts too many rather than too few: a line
/// that begins like a boundary is one.
fn crowded(bytes: &[u8], entries: usize) -> bool {
    let (mut parts, mut headers, mut in_header) = (0_usize, 0_usize, true);
    for line in bytes.split(|byte| *byte == b'\n') {
        if line.starts_with(b"--") {
            parts += 1;
            in_header = true;
        } else if line.is_empty() || line == b"\r" {
            in_header = false;
        } else if in_header {
            headers += 1;
        }
    }
    parts > entries.saturating_mul(2) || headers > HEADERS
}

fn told(reading: &mut Reading<'_>, message: &Message<'_>, bytes: &[u8]) {
    let mut attachment = 0;
    for (number, part) in message.parts.iter().enumerate() {
        if !reading.entry() {
            return;
        }
        headers(reading, part, bytes);
        let body =
            message.text_body.iter().chain(&message.html_body).any(|id| *id as usize == number);
        match &part.body {
            PartType::Multipart(_) => {}
            _ if encrypted(part) => reading.unread("body", Why::Encrypted),
            PartType::Text(text) if body => {
                let text = as_declared(reading, part, text, bytes, "body");
                text::wrapped(reading, "body", &text);
                reading.text(Role::Content, "", "body", text);
            }
            PartType::Html(text) if body => {
                let text = as_declared(reading, part, text, bytes, "body");
                html::read(reading, &text, Role::Content, "body");
            }
            other => {
                attachment += 1;
                attached(reading, part, other, attachment, bytes);
            }
        }
        if part.is_encoding_problem {
            reading.unread(&format!("part {}", number + 1), Why::Broken);
        }
    }
    rest::outside(reading, message, bytes);
}

/// The text of a part; told as unread where its character set is not known or does not fit.
fn as_declared(
    reading: &mut Reading<'_>,
    part: &MessagePart<'_>,
    text: &str,
    bytes: &[u8],
    place: &str,
) -> String {
    let set = part.content_type().and_then(|kind| kind.attribute("charset"));
    let known = set
        .is_none_or(|set| charset_decoder(set.as_bytes()).is_some() || text::is_ascii_or_utf8(set));
    if known && !text.contains('\u{fffd}') {
        return text.to_owned();
    }
    let body = bytes.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    if set.is_some() || part.encoding != Encoding::None {
        reading.unread(&format!("{place}, character set"), Why::Unsupported);
    }
    // What stands there as it is can still be guessed.
    if part.encoding == Encoding::None { text::decode_as(body, "") } else { text.to_owned() }
}

fn attached(
    reading: &mut Reading<'_>,
    part: &MessagePart<'_>,
    body: &PartType<'_>,
    number: usize,
    bytes: &[u8],
) {
    let name = part.attachment_name().unwrap_or("");
    let colon = if name.is_empty() { "" } else { ": " };
    let place = format!("attachment {number}{colon}{name}");
    reading.text(Role::Metadata, "file name", &place, name.to_owned());
    let media_type = part.content_type().map_or_else(String::new, |kind| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or(""))
    });
    let hints = Hints { name, media_type: &media_type };
    match body {
        PartType::Text(text) | PartType::Html(text) => {
            let text = as_declared(reading, part, text, bytes, &place);
            reading.inner(&place, text.as_bytes(), &hints)
        }
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            reading.inner(&place, bytes, &hints)
        }
        PartType::Message(message) => {
            let hints = Hints { name: "attached.eml", media_type: "message/rfc822" };
            reading.inner(&place, message.raw_message(), &hints);
        }
        PartType::Multipart(_) => {}
    }
}

/// S/MIME and PGP (RFC 8551, RFC 3156).
fn encrypted(part: &MessagePart<'_>) -> bool {
    let pgp = |bytes: &[u8]| memmem::find(bytes, b"-----BEGIN PGP MESSAGE-----").is_some();
    let inside = match &part.body {
        PartType::Text(text) => pgp(text.as_bytes()),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => pgp(bytes),
        _ => false,
    };
    let smime = part.content_type().is_some_and(|kind| {
        let subtype = kind.subtype().unwrap_or("");
        let signed = kind.attribute("smime-type").is_some_and(|kind| kind.contains("signed"));
        (subtype.ends_with("pkcs7-mime") && !signed) || subtype == "pgp-encrypted"
    });
    inside || smime
}

fn headers(reading: &mut Reading<'_>, part: &MessagePart<'_>, bytes: &[u8]) {
    let mut own_names = Vec::new();
    for header in &part.headers {
        let name = header.name.as_str().to_ascii_lowercase();
        if let HeaderName::Other(name) = &header.name {
            own_names.push(name.as_ref());
        }
        let (from, to) = (header.offset_start as usize, header.offset_end as usize);
        let written = text::decode_as(bytes.get(from..to).unwrap_or_default(), "utf-8");
        let usual = USUAL.iter().find(|(usual, _)| *usual == name);
        if usual.is_some_and(|(_, all)| all.contains(&&*written.trim().to_ascii_lowercase())) {
            continue;
        }
        let value = match &header.value {
            HeaderValue::Address(address) => addresses(address),
            HeaderValue::Text(text) => text.to_string(),
            HeaderValue::TextList(list) => list.join(", "),
            // Dates, routes and types are told as they are written.
            _ => written.clone(),
        };
        let seen =
            matches!(name.as_str(), "from" | "to" | "cc" | "subject" | "reply-to" | "sender");
        let role = if seen { Role::Content } else { xml::role_of(&name) };
        let place = format!("header {name}");
        let said_twice = written.contains('*');
        if rest::says_more(&written, &value) {
            reading.text(Role::Metadata, &name, &format!("{place}, as written"), written);
        }
        reading.text(role, &name, &place, value);
        if said_twice {
            parameters(reading, &header.value, &place);
        }
    }
    reading.text(Role::Metadata, "names of headers", "", own_names.join("\n"));
}

/// The parameters of types and dispositions that are written in another way than they are meant (RFC 2231).
fn parameters(reading: &mut Reading<'_>, value: &HeaderValue<'_>, place: &str) {
    let attributes = value.as_content_type().and_then(|kind| kind.attributes()).unwrap_or_default();
    for attribute in attributes {
        if attribute.value.contains(|c: char| !c.is_ascii_alphanumeric()) {
            reading.text(Role::Metadata, &attribute.name, place, attribute.value.to_string());
        }
    }
}

fn addresses(address: &Address<'_>) -> String {
    let mut out = String::new();
    for one in address.iter() {
        if !out.is_empty() {
            out.push_str(", ");
        }
        match (&one.name, &one.address) {
            (Some(name), Some(address)) => out.push_str(&format!("{name} <{address}>")),
            (one, other) => out.push_str(one.as_ref().or(other.as_ref()).map_or("", |text| text)),
        }
    }
    out
}
