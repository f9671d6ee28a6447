//! What the transport answers itself, before or instead of a judgement: status, stable code, cause and mend.
//!
//! The body reads as an error for the SDKs of both dialects. It never quotes what the client sent.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::json;

/// A request that was not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// HTTP status, 4xx or 5xx.
    pub status: u16,
    /// Stable code in kebab case, for programs.
    pub code: &'static str,
    /// What was wrong, for people.
    pub message: Cow<'static, str>,
    /// How to mend it.
    pub help: Cow<'static, str>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
}

impl Rejection {
    /// A rejection without `Retry-After`.
    pub fn new(
        status: u16,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Rejection {
        Rejection { status, code, message: message.into(), help: help.into(), retry_after: None }
    }

    /// The error type both SDK families know for this status.
    pub fn kind(&self) -> &'static str {
        match self.status {
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            503 => "overloaded_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        }
    }

    /// The JSON body.
    pub fn body(&self) -> Bytes {
        let value = json!({
            "type": "error",
            "error": { "type": self.kind(), "code": self.code, "message": self.message, "param": null, "help": self.help },
        });
        Bytes::from(value.to_string())
    }

    /// The headers that belong to [`Rejection::body`], without framing.
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        headers
    }
}
