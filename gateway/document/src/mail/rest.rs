//! What a mail says outside of its parts and beside what its headers were understood to say.
//!
//! Programs pass over preambles, lines that are no headers, text behind the last boundary, comments in addresses. People who open
//! the source do not, nor does a model that is given it.

use std::collections::HashSet;
use std::ops::Range;

use encoding_rs::Encoding;
use mail_parser::{Message, MimeHeaders, PartType};

use crate::piece::Role;
use crate::reading::Reading;
use crate::text;

/// Tells the bytes that belong to no header and to no body; boundaries are left out.
pub(super) fn outside(reading: &mut Reading<'_>, message: &Message<'_>, bytes: &[u8]) {
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut boundaries = HashSet::new();
    for part in &message.parts {
        for header in &part.headers {
            taken.push(header.offset_field as usize..header.offset_end as usize);
        }
        let (body, end) = (part.offset_body as usize, part.offset_end as usize);
        match &part.body {
            PartType::Multipart(_) => {
                let boundary = part.content_type().and_then(|kind| kind.attribute("boundary"));
                boundaries.extend(boundary.map(str::to_owned));
            }
            // One that is not encoded stands here with offsets of its own, and is read for itself.
            PartType::Message(inner) if part.encoding == mail_parser::Encoding::None => {
                if let Some(root) = inner.parts.first() {
                    taken.push(root.offset_header as usize..root.offset_end as usize);
                    let boundary = root.content_type().and_then(|kind| kind.attribute("boundary"));
                    boundaries.extend(boundary.map(str::to_owned));
                }
            }
            _ => taken.push(body..end),
        }
    }
    taken.sort_unstable_by_key(|range| range.start);
    let mut left = Vec::new();
    let mut end = 0;
    for range in taken.into_iter().chain(std::iter::once(bytes.len()..bytes.len())) {
        left.extend(bytes.get(end..range.start).unwrap_or_default());
        left.push(b'\n');
        end = end.max(range.end);
    }
    let left = text::decode_as(&left, "utf-8");
    let lines: Vec<&str> = left.lines().filter(|line| !is_boundary(line, &boundaries)).collect();
    reading.text(Role::Metadata, "outside of parts", "", lines.join("\n"));
}

/// Whether a line does nothing but part the parts. What a reader took for the end of one may be cut: hence also without dashes.
fn is_boundary(line: &str, boundaries: &HashSet<String>) -> bool {
    let line = line.trim();
    let bare = line.strip_prefix("--").unwrap_or(line);
    line.is_empty()
        || line == "--"
        || boundaries.contains(bare)
        || bare.strip_suffix("--").is_some_and(|bare| boundaries.contains(bare))
}

/// Whether a header says a word that is not among those that were told. Encoded words count as told where their set is known.
pub(super) fn says_more(written: &str, told: &str) -> bool {
    let told: HashSet<&str> = words(told).collect();
    let pieces = written.split_ascii_whitespace().filter(|piece| !is_encoded(piece));
    pieces.flat_map(words).any(|word| !told.contains(word))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn is_encoded(piece: &str) -> bool {
    let inner = piece.strip_prefix("=?").and_then(|rest| rest.strip_suffix("?="));
    let set = inner.and_then(|inner| inner.split_once('?')).map(|(set, _)| set);
    set.is_some_and(|set| Encoding::for_label(set.as_bytes()).is_some())
}
