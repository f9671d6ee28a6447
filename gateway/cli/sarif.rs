//! SARIF 2.1.0 (OASIS), as code forges take it: what `scan` and `rules check` have in common.

use serde_json::{Value, json};

/// One log of one run: the rules that it has results of, each with its title, and the results.
pub(super) fn log<'r>(rules: impl Iterator<Item = (&'r str, &'r str)>, results: &[Value]) -> Value {
    let rules: Vec<Value> = rules
        .map(|(id, title)| json!({ "id": id, "shortDescription": { "text": title } }))
        .collect();
    json!({
        "version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{
            "tool": { "driver": { "name": "seawall", "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// The path of a file as a URI reference (RFC 3986).
pub(super) fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
