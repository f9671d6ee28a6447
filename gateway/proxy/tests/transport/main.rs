//! The transport from outside: real sockets, a small handler, small providers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed test should stop here"
)]

mod bodies;
mod client;
mod handover;
mod heads;
mod node;
mod provider;
mod relay;
