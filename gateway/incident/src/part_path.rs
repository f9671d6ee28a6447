//! The path of a part, made safe to record.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where in a request a finding was: `messages[2].content[0].text`.
///
/// Keys of objects are chosen by the client and can be data themselves (`{"ada@example.org": …}`). So only what looks like
/// a field name is kept: letters, `_`, `-`, at most three digits, at most 40 bytes; and what a reader of bodies writes instead of one:
/// `{n}` for the n-th member, and `#name` behind a member whose name it is. Any other key becomes `?`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartPath(String);

impl PartPath {
    /// The safe form of a path; at most 200 bytes.
    pub fn new(path: &str) -> Self {
        let mut safe = String::new();
        for (position, segment) in path.split('.').enumerate() {
            if safe.len() > MAX_PATH {
                safe.push_str(".…");
                break;
            }
            if position > 0 {
                safe.push('.');
            }
            let (key, indices) = segment.split_at(segment.find('[').unwrap_or(segment.len()));
            let (key, key_mark) = unmarked(key);
            let (indices, mark) = unmarked(indices);
            safe.push_str(if is_field_name(key) || is_position(key) { key } else { "?" });
            safe.push_str(key_mark);
            safe.push_str(if are_indices(indices) { indices } else { "[?]" });
            safe.push_str(mark);
        }
        Self(safe)
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PartPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_field_name(key: &str) -> bool {
    key.len() <= 40
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        && key.bytes().filter(u8::is_ascii_digit).count() <= 3
}

/// What stands before `#name`, and `#name` if it is there.
fn unmarked(text: &str) -> (&str, &'static str) {
    text.strip_suffix("#name").map_or((text, ""), |rest| (rest, "#name"))
}

/// `{12}`: a position of up to six digits.
fn is_position(key: &str) -> bool {
    key.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|digits| {
        (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// `[0][12]`: up to four indices of up to six digits.
fn are_indices(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|inner| {
            let all: Vec<&str> = inner.split("][").collect();
            all.len() <= 4
                && all.iter().all(|index| {
                    (1..=6).contains(&index.len()) && index.bytes().all(|b| b.is_ascii_digit())
                })
        })
}

const MAX_PATH: usize = 150;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_stay_and_data_goes() {
        let check = |path, expect| assert_eq!(PartPath::new(path).as_str(), expect);
        check("messages[2].content[0].text", "messages[2].content[0].text");
        check("header.x-title", "header.x-title");
        check("query.user", "query.user");
        check("metadata.ada@example.org", "metadata.?.org");
        check("metadata.811218-9876", "metadata.?");
        check("metadata.Ada Lovelace", "metadata.?");
        check("a[0][1]", "a[0][1]");
        check("a[4111111111111111]", "a[?]");
        check("a[x]", "a[?]");
        check("metadata.{3}#name", "metadata.{3}#name");
        check("a.{0}[1].{17}", "a.{0}[1].{17}");
        check("a.{4111111111111111}", "a.?");
        check("a.{x}#Name", "a.?");
        check("", "");
    }

    #[test]
    fn length_is_bounded() {
        assert!(PartPath::new(&"a.".repeat(10_000)).as_str().len() < 220);
        assert!(PartPath::new(&format!("{}[1]", "a".repeat(10_000))).as_str().len() < 220);
    }
}
