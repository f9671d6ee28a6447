//! A request that has been read.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

use crate::document::{self, Document};
use crate::escape::unescape;
use crate::head::{Head, Kept};
use crate::json::Kind;
use crate::limits::Limits;
use crate::operation::{Dialect, Operation};
use crate::part::{Modality, Origin, Part, RawSpan, Role};
use crate::payload::{self, Carried};
use crate::splice::{self, Edit, EditProblem};
use crate::table::{Side, table};
use crate::unreadable::Unreadable;
use crate::walk::{Settings, Walk};

/// A request: its bytes, its parts, and the settings that must have one reading.
#[derive(Clone)]
pub struct Request {
    document: Document,
    head: Kept,
    found: Settings,
}

/// A request after edits. What no edit touched is byte for byte what was received.
#[derive(Clone, PartialEq, Eq)]
pub struct Spliced {
    /// The path, percent-encoded.
    pub path: String,
    /// The query without its `?`, percent-encoded.
    pub query: Option<String>,
    /// The headers that leave, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl fmt::Debug for Spliced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spliced({} bytes of body, {} headers)", self.body.len(), self.headers.len())
    }
}

impl Request {
    /// Reads a request. Parts of the body come first, in document order, then those of path, query and headers.
    ///
    /// An unknown operation, or a body that is no JSON object, gives an opaque part for the whole body, beside the
    /// texts that can be seen in it.
    ///
    /// # Errors
    /// A body that breaks the format of a known operation, has more than one reading, or exceeds a limit.
    pub fn parse(
        dialect: Dialect,
        operation: Operation,
        head: &Head<'_>,
        body: Bytes,
        limits: &Limits,
    ) -> Result<Request, Unreadable> {
        let known = dialect != Dialect::Unknown && operation != Operation::Unknown;
        let mut walk = match operation {
            Operation::Chat | Operation::CountTokens if known => {
                let mut walk = Walk::new(
                    body,
                    table(dialect, operation, Side::Request),
                    Side::Request,
                    limits,
                );
                walk.json()?;
                walk
            }
            Operation::ListModels if known && body.is_empty() => {
                Walk::new(body, table(dialect, operation, Side::Request), Side::Request, limits)
            }
            _ => not_understood(body, Side::Request, limits)?,
        };
        walk.head(head, dialect, operation)?;
        Ok(Request { head: Kept::new(head), found: walk.found, document: walk.document })
    }

    /// All parts.
    pub fn parts(&self) -> &[Part] {
        &self.document.parts
    }

    /// The decoded text of a part; empty unless its modality is text.
    pub fn text(&self, part: &Part) -> &str {
        self.document.str_at(part.text)
    }

    /// The nearest name: of the member that holds the part, of the query parameter or of the header. May be empty.
    pub fn label(&self, part: &Part) -> &str {
        self.document.str_at(part.label)
    }

    /// Where the part stands, for example `messages[2].content[0].text`, `query.user` or `header.x-title`.
    ///
    /// Names that are no words of the dialects could be data; they stand as `{n}`, their position in the object,
    /// and a part that is itself a name ends in `#name`. So the path may be logged.
    pub fn path_of(&self, part: &Part) -> String {
        match part.origin {
            Origin::Json { .. } | Origin::Body => self.document.path_of(part.origin),
            origin => self.head.path_of(&self.document, origin, part.label),
        }
    }

    /// Tells the paths of many parts.
    pub fn paths(&self) -> Paths<'_> {
        Paths { request: self, document: self.document.paths() }
    }

    /// The bytes of the body that hold a part (of one inside a JSON string: the outermost string); `None` for the head.
    pub fn raw_span(&self, part: &Part) -> Option<RawSpan> {
        matches!(part.origin, Origin::Json { .. } | Origin::Body)
            .then(|| self.document.raw_span(part.origin))
    }

    /// The bytes that a part without text carries inline as base64, with or without a data URL around it. `None`: it carries
    /// none, names what lies elsewhere, or is in a form that decoders read differently. White space is passed over.
    pub fn carried(&self, part: &Part) -> Option<Carried> {
        // What is a setting refers to something.
        if part.modality == Modality::Text || part.role == Role::Setting {
            return None;
        }
        let Origin::Json { layer, node } = part.origin else { return None };
        let node = self.document.nodes.get(node as usize).copied();
        let node = node.filter(|node| node.kind == Kind::String)?;
        let raw = self.document.str_at(self.document.raw(layer, node));
        let text = if node.escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) };
        payload::spelled(&text)
    }

    /// The model asked for.
    pub fn model(&self) -> Option<&str> {
        self.found.model.map(|place| self.document.str_at(place))
    }

    /// The index in [`Request::parts`] of the model asked for.
    pub fn model_part(&self) -> Option<usize> {
        self.found.model_part.map(|part| part as usize)
    }

    /// Whether the client asked for usage at the end of a stream (`stream_options.include_usage`).
    pub fn include_usage(&self) -> bool {
        let options = self.document.member(0, "stream_options");
        let wanted = options.and_then(|options| self.document.member(options, "include_usage"));
        let wanted = wanted.and_then(|wanted| self.document.nodes.get(wanted as usize));
        wanted.is_some_and(|node| {
            node.kind == Kind::Literal && self.document.plain_text(*node) == "true"
        })
    }

    /// Whether the answer is to be streamed.
    pub fn stream(&self) -> bool {
        self.found.stream
    }

    /// Whether the provider is asked to keep the conversation.
    pub fn store(&self) -> bool {
        self.found.store
    }

    /// The body as received.
    pub fn body(&self) -> &Bytes {
        &self.document.body
    }

    /// The request with edits, in any order. An edited number becomes a string. Without edits all is as received.
    ///
    /// # Errors
    /// An edit that is out of its text, overlaps another, or cannot stand where the part stands.
    pub fn splice(&self, edits: &[Edit<'_>]) -> Result<Spliced, EditProblem> {
        let mut head = self.head.clone();
        if edits.is_empty() {
            return Ok(Spliced {
                path: head.path,
                query: head.query,
                headers: head.headers,
                body: self.document.body.clone(),
            });
        }
        let edits = splice::sorted(&self.document, edits)?;
        head.splice(&self.document, &edits)?;
        let body = splice::body(&self.document, &edits);
        Ok(Spliced { path: head.path, query: head.query, headers: head.headers, body })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({:?})", self.document)
    }
}

/// Tells the paths of parts as [`Request::path_of`] does. PERF: asked in the order of the parts, all paths together
/// cost one pass over the body.
pub struct Paths<'r> {
    request: &'r Request,
    document: document::Paths<'r>,
}

impl Paths<'_> {
    /// Where the part stands.
    pub fn of(&mut self, part: &Part) -> String {
        match part.origin {
            Origin::Json { layer, node } => self.document.of(layer, node).to_owned(),
            _ => self.request.path_of(part),
        }
    }

    #[cfg(test)]
    pub(crate) fn steps(&self) -> usize {
        self.document.steps
    }
}

impl fmt::Debug for Paths<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Paths of {:?}", self.request)
    }
}

/// An opaque part for the whole body, and whatever texts strict JSON shows in it.
pub(crate) fn not_understood(
    body: Bytes,
    side: Side,
    limits: &Limits,
) -> Result<Walk<'_>, Unreadable> {
    let anything = table(Dialect::Unknown, Operation::Unknown, side);
    let mut walk = Walk::new(body.clone(), anything, side, limits);
    match walk.json() {
        Ok(()) => {}
        Err(error) if error.is_bound() => return Err(error),
        Err(_) => walk = Walk::new(body, anything, side, limits),
    }
    if !walk.document.parts.iter().any(|part| part.origin == Origin::Body) {
        walk.whole_body()?;
    }
    Ok(walk)
}
