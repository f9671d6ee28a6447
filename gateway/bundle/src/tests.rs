//! Every attack of which a bundle is to be safe, against one small ministry. Each test changes one thing of a delivery that is taken.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop here")]

mod archives;
mod changed;
mod headers;
mod lines;
mod required;
mod roots;
mod signatures;
mod stock;
mod support;
