//! Stage 1: a request as it was received, whole.

use std::sync::Arc;

use bytes::Bytes;
use dialect::{Head, Operation, Request};

use crate::{Case, Code, Parsed, Refusal};

/// Who, from where, through which listener, with which head and which decoded body; and the book it is judged by.
#[derive(Debug)]
pub struct Received {
    pub(crate) case: Arc<Case>,
    pub(crate) body: Bytes,
}

impl Received {
    /// `body` is whole and decoded: exactly the bytes that would be forwarded.
    #[must_use]
    pub fn new(case: Arc<Case>, body: Bytes) -> Self {
        Self { case, body }
    }

    /// Bytes of the body.
    #[must_use]
    pub fn body_len(&self) -> usize {
        self.body.len()
    }

    /// Whether judging it may take long: its body is longer than `bytes`, or may hold files that unpack to more.
    #[must_use]
    pub fn is_heavy(&self, bytes: usize) -> bool {
        self.body.len() > bytes || dialect::may_hold_files(&self.body)
    }

    /// Reads the body into parts.
    ///
    /// # Errors
    /// Refuses a credential that is not a key, a method that does more than ask where no operation is known, and what two
    /// parsers could read differently, with the place and the mend.
    pub fn parse(self) -> Result<Parsed, Refusal> {
        let case = &self.case;
        case.check_head()?;
        let (dialect, operation) = dialect::recognise(&case.method, &case.path);
        // A licence for what could not be read speaks of content. It lets nobody delete a model.
        let asks = matches!(case.method.as_str(), "GET" | "HEAD" | "POST");
        if operation == Operation::Unknown && !asks {
            return Err(Refusal::new(Code::UnknownMethod));
        }
        let head = Head {
            method: &case.method,
            path: &case.path,
            query: case.query.as_deref(),
            headers: &case.headers,
        };
        let request = Request::parse(dialect, operation, &head, self.body, &case.book.limits)
            .map_err(unreadable)?;
        Ok(Parsed { case: self.case, dialect, operation, request })
    }
}

pub(crate) fn unreadable(problem: dialect::Unreadable) -> Refusal {
    Refusal::mended(Code::Unreadable(problem.code()), &problem.told(), problem.help())
}
