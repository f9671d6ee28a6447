//! HTTP/1.1 messages on the wire: the request as one buffer, the head of an answer, and how its body is framed.
//!
//! Source: RFC 9112. Stricter than it allows receivers to be: an answer that two readers could frame differently
//! is refused, never repaired.

mod framing;
mod head;
mod request;

pub(super) use framing::{Framing, Taken};
pub(super) use head::{Head, take_head};
pub use request::RequestHead;

#[cfg(test)]
mod tests;
