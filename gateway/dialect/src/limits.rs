//! The bounds within which a body is read. Each has a default and a refusal of its own.

/// Bounds on the reading of one body. Reaching one is an [`crate::Unreadable`], never a silent cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers that may stand inside each other in one JSON text; at most [`Limits::DEPTH_MAX`]. Refusal `too-deep`.
    pub depth: usize,
    /// Parts in one body with its head. Refusal `too-many-parts`.
    pub parts: usize,
    /// Bytes of text that had to be decoded (escapes, percent), over all layers. Refusal `too-large-decoded`.
    pub decoded_bytes: usize,
    /// How many times a JSON text may stand as a string inside another. What lies deeper stays one text, with an
    /// opaque part beside it when it still holds escapes. At most 8 are followed.
    pub nested_json_layers: u8,
}

impl Limits {
    /// The greatest depth that is honoured; the reader recurses, so its stack use is bounded by this.
    pub const DEPTH_MAX: usize = 256;
}

impl Default for Limits {
    /// depth 128, 200,000 parts, 64 MiB decoded, 4 layers.
    fn default() -> Self {
        Limits { depth: 128, parts: 200_000, decoded_bytes: 64 << 20, nested_json_layers: 4 }
    }
}
