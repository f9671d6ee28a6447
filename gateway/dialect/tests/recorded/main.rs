//! Recorded interactions of many providers, when they are at hand beside the repository.
#![expect(clippy::print_stderr, reason = "tells what was at hand and what is not translated")]

mod recordings;
mod stream;
mod translate;
