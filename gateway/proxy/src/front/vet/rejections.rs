//! What a client is told whose request does not come in, where several checks or the front tell it alike.

use crate::rejection::Rejection;

pub(super) fn bad(code: &'static str, message: &'static str, help: &'static str) -> Rejection {
    Rejection::new(400, code, message, help)
}

pub(super) fn bad_method() -> Rejection {
    bad(
        "bad-method",
        "The request does not begin with a method in upper-case letters.",
        "Check the client's HTTP library and the URL scheme.",
    )
}

pub(super) fn bad_target() -> Rejection {
    bad(
        "bad-target",
        "The request target is not a path of visible ASCII.",
        "Percent-encode everything else, and leave out the fragment.",
    )
}

pub(super) fn odd_path() -> Rejection {
    bad(
        "odd-path",
        "The path has a dot segment, an empty segment, a semicolon, or an escape that servers read differently.",
        "Send the API's path as it is documented.",
    )
}

pub(super) fn no_host() -> Rejection {
    bad("missing-host", "The request has no Host.", "Send Host with the name of the gateway.")
}

pub(super) fn odd_host() -> Rejection {
    bad(
        "odd-host",
        "Host is not a host name or address with an optional port.",
        "Send one name, without user, path or list.",
    )
}

pub(super) fn control_character() -> Rejection {
    bad("control-character", "A header value has a control character.", "Remove it.")
}

/// The answer to a chunked body whose first bytes are not chunks.
pub(in crate::front) fn broken_chunks() -> Rejection {
    bad(
        "body-malformed",
        "The request body's chunks are broken.",
        "Check the client's chunked encoding; extensions and trailers are not accepted.",
    )
}

/// The answer to a request that addresses a name which the listener does not have.
pub(in crate::front) fn unknown_host() -> Rejection {
    Rejection::new(
        421,
        "unknown-host",
        "This listener is not known by the name in Host.",
        "Use one of its names, or add the name to the listener's hosts on the gateway.",
    )
}

/// The answer to a request that a web page sent.
pub(in crate::front) fn foreign_origin() -> Rejection {
    Rejection::new(
        403,
        "foreign-origin",
        "The request comes from a web page, and this listener does not know its origin.",
        "Send it from a program, or add the origin to the listener's origins on the gateway.",
    )
}

/// The answer to a request to change the protocol.
pub(crate) fn upgrade_unsupported() -> Rejection {
    Rejection::new(
        501,
        "upgrade-unsupported",
        "This gateway does not relay upgraded connections.",
        "Use the provider's HTTP interface instead of WebSocket.",
    )
}

/// The answer to an HTTP/2 preface where only HTTP/1 is spoken without TLS.
pub(in crate::front) fn h2_not_here() -> Rejection {
    Rejection::new(
        505,
        "h2c-not-enabled",
        "This listener does not accept HTTP/2 without TLS.",
        "Use HTTP/1.1, TLS, or set h2c = true on the listener.",
    )
}
