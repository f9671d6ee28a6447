//! The crate from outside: parts, edits, refusals. Further suites are in the modules below.

use bytes::Bytes;

use crate::{Answer, Dialect, Edit, Head, Limits, Modality, Operation, Request, Unreadable};

mod completeness;
#[expect(clippy::string_slice, reason = "the letters cut here are ASCII")]
mod media;
mod mutations;
mod parts;
mod recorded;
mod refusals;
mod splices;

pub(crate) const CHAT: (Dialect, Operation) = (Dialect::OpenAiChat, Operation::Chat);
pub(crate) const MESSAGES: (Dialect, Operation) = (Dialect::AnthropicMessages, Operation::Chat);

pub(crate) const BARE: Head<'static> =
    Head { method: "POST", path: "/", query: None, headers: &[] };

pub(crate) fn parse(
    (dialect, operation): (Dialect, Operation),
    body: &str,
) -> Result<Request, Unreadable> {
    let path = match operation {
        Operation::Unknown | Operation::ListModels => "/",
        _ => BARE.path,
    };
    Request::parse(
        dialect,
        operation,
        &Head { path, ..BARE },
        Bytes::copy_from_slice(body.as_bytes()),
        &Limits::default(),
    )
}

pub(crate) fn answer((dialect, operation): (Dialect, Operation), body: &str) -> Answer {
    Answer::parse(dialect, operation, Bytes::copy_from_slice(body.as_bytes()), &Limits::default())
        .unwrap()
}

/// Replaces every occurrence of `what` in every text part.
pub(crate) fn replaced(request: &Request, what: &str, with: &str) -> Bytes {
    let mut edits = Vec::new();
    for (part, found) in request.parts().iter().enumerate() {
        let text = request.text(found);
        edits.extend(text.match_indices(what).map(|(at, _)| Edit {
            part,
            span: (at, at + what.len()),
            with,
        }));
    }
    request.splice(&edits).unwrap().body
}

/// The parts as `path | label | role | text`, one a line, for comparison by eye.
pub(crate) fn shown(request: &Request) -> Vec<String> {
    let line = |part: &crate::Part| {
        let crate::Part { role, modality, flows, .. } = *part;
        let kind = if modality == Modality::Text { "" } else { modality.name() };
        let flow = if flows { "~" } else { "" };
        format!(
            "{} | {} | {role:?}{flow} | {kind}{}",
            request.path_of(part),
            request.label(part),
            request.text(part)
        )
    };
    request.parts().iter().map(line).collect()
}
