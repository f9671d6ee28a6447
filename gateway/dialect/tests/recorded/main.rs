//! Recorded interactions of many providers, when they are at hand beside the repository.

mod recordings;
mod stream;
mod translate;
