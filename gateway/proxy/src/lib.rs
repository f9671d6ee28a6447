//! The outside world of the data plane: listeners, sessions, the upstream engine.
//!
//! Order of a request: [`serve`] opens the listeners, `front` accepts a connection and vets each raw head,
//! `shell` hands the request as a [`Call`] to the [`Handler`], which answers it, and, if judgement permits,
//! sends bytes through the [`Engine`] to an address from the [`Resolver`].
//!
//! INVARIANT: the [`Engine`] is the only code that connects to a provider; the pingora shell never proxies.

mod body;
mod budget;
mod call;
pub mod clock;
pub mod config;
mod counters;
mod engine;
mod front;
pub mod gateway;
mod headers;
pub mod identity;
pub mod meters;
mod private_folder;
mod rejection;
mod resolve;
mod serve;
mod shell;
pub mod spans;
pub mod trace;

pub use body::BodyProblem;
pub use budget::{Budget, Hold};
pub use call::{Call, Connection, Gone, Handler, TlsFacts};
pub use counters::Counters;
pub use engine::{
    Deadlines, Engine, EngineCounters, EngineError, Peer, Protocols, Reply, RequestHead, SendError,
    SendErrorKind,
};
/// Turns true when the server begins to stop.
pub use pingora_core::server::ShutdownWatch;
pub use private_folder::NotPrivate;
pub use rejection::Rejection;
pub use resolve::{Origin, ResolveError, Resolved, Resolver};
pub use serve::{Background, Prepared, ServeError, Start, Stop, certificate_problems, prepare};

/// The points of the data plane at which a fault test can end the process; see `journal::crash_point`.
pub const POINTS: &[&str] = &[
    "proxy.judgement",
    "proxy.persons.kept",
    "proxy.decision.before",
    "proxy.decision.recorded",
    "proxy.permit.opened",
    "proxy.answer.begun",
    "proxy.answer.ended",
];
