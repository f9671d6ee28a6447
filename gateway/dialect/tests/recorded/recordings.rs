//! The recorded interactions of chat completions and messages, read from beside the repository; none when absent.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use dialect::Dialect;

/// One body of a recorded interaction.
pub(crate) struct Recording {
    /// Where it is, e.g. `openai/012`.
    pub(crate) name: String,
    /// By the path it was recorded on.
    pub(crate) dialect: Dialect,
    /// The body.
    pub(crate) bytes: Vec<u8>,
}

/// Recorded answers of a kind (`json`, `sse`).
pub(crate) fn answers(kind: &str) -> Vec<Recording> {
    bodies("response", kind)
}

/// Recorded JSON requests.
pub(crate) fn requests() -> Vec<Recording> {
    bodies("request", "json")
}

/// A small generator of pseudo-random numbers (xorshift64), so that seeded cuts are the same everywhere.
pub(crate) fn random(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    usize::try_from(*seed % 1_000_003).unwrap_or(0)
}

fn bodies(side: &str, kind: &str) -> Vec<Recording> {
    let root =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/eval/api_bodies"));
    let Ok(index) = std::fs::read(root.join("index.json")) else {
        // Past the harness, which keeps what a passed test prints.
        std::io::stderr().write_all(b"skipped: no recordings beside the repository\n").unwrap();
        return Vec::new();
    };
    let entries: Vec<serde_json::Value> = serde_json::from_slice(&index).unwrap();
    let found: Vec<Recording> =
        entries.iter().filter_map(|entry| body(&root, entry, side, kind)).collect();
    eprintln!("{} recorded {side} bodies of kind {kind}", found.len());
    found
}

fn body(root: &Path, entry: &serde_json::Value, side: &str, kind: &str) -> Option<Recording> {
    let endpoint = entry["endpoint"].as_str()?;
    let dialect = match endpoint {
        _ if endpoint.ends_with("/chat/completions") => Dialect::OpenAiChat,
        _ if endpoint.ends_with("/v1/messages") => Dialect::AnthropicMessages,
        _ => return None,
    };
    let name = entry["id"].as_str()?.to_owned();
    if entry[format!("{side}_kind")].as_str() != Some(kind) {
        return None;
    }
    let bytes = std::fs::read(root.join(format!("{name}.{side}.{kind}"))).ok()?;
    Some(Recording { name, dialect, bytes })
}
