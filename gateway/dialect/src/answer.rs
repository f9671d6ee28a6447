//! A whole answer, not streamed, that has been read.

use std::fmt;

use bytes::Bytes;

use crate::document::Document;
use crate::limits::Limits;
use crate::operation::{Dialect, Operation};
use crate::part::{Part, RawSpan};
use crate::request::not_understood;
use crate::splice::{self, Edit, EditProblem};
use crate::table::{Side, table};
use crate::unreadable::{Code, Unreadable};
use crate::walk::Walk;

/// An answer or error body: its bytes and parts.
#[derive(Clone)]
pub struct Answer {
    document: Document,
}

impl Answer {
    /// Reads an answer. One that is not JSON, or of an unknown operation, gives an opaque part for the whole body.
    ///
    /// Half surrogate pairs, which models do send when they are cut, stand for U+FFFD.
    ///
    /// # Errors
    /// An answer that has more than one reading (a name twice, data after the end) or exceeds a limit.
    pub fn parse(
        dialect: Dialect,
        operation: Operation,
        body: Bytes,
        limits: &Limits,
    ) -> Result<Answer, Unreadable> {
        let known = dialect != Dialect::Unknown && operation != Operation::Unknown;
        if !known {
            return Ok(Answer { document: not_understood(body, Side::Answer, limits)?.document });
        }
        let mut walk =
            Walk::new(body.clone(), table(dialect, operation, Side::Answer), Side::Answer, limits);
        match walk.json() {
            Ok(()) => Ok(Answer { document: walk.document }),
            Err(error) if error.is(Code::NotJson) || error.is(Code::InvalidUtf8) => {
                Ok(Answer { document: not_understood(body, Side::Answer, limits)?.document })
            }
            Err(error) => Err(error),
        }
    }

    /// All parts, in document order.
    pub fn parts(&self) -> &[Part] {
        &self.document.parts
    }

    /// The decoded text of a part; empty unless its modality is text.
    pub fn text(&self, part: &Part) -> &str {
        self.document.str_at(part.text)
    }

    /// The nearest name; may be empty.
    pub fn label(&self, part: &Part) -> &str {
        self.document.str_at(part.label)
    }

    /// Where the part stands, as [`crate::Request::path_of`] tells it.
    pub fn path_of(&self, part: &Part) -> String {
        self.document.path_of(part.origin)
    }

    /// The bytes of the body that hold a part; of one inside a JSON string, the outermost string.
    pub fn raw_span(&self, part: &Part) -> RawSpan {
        self.document.raw_span(part.origin)
    }

    /// The body as received.
    pub fn body(&self) -> &Bytes {
        &self.document.body
    }

    /// The body with edits, in any order. Without edits it is the body as received. With `blank_logprobs`, log
    /// probabilities, which spell the text once more, become `null`.
    ///
    /// # Errors
    /// An edit that is out of its text or overlaps another.
    pub fn splice(&self, edits: &[Edit<'_>], blank_logprobs: bool) -> Result<Bytes, EditProblem> {
        if edits.is_empty() && !blank_logprobs {
            return Ok(self.document.body.clone());
        }
        let edits = splice::sorted(&self.document, edits)?;
        let body = splice::body(&self.document, &edits);
        Ok(if blank_logprobs { splice::without_logprobs(&body) } else { body })
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({:?})", self.document)
    }
}
