//! Counts over all situations, for the tools of rule authors.
//!
//! What can happen at all, and an example of it, `policy` finds with a solver. How often, out of how many situations, takes a
//! decision diagram, which lives here so that nothing on the way of a request depends on it. Work is bounded by memory: what does not
//! fit is not counted, never guessed.

mod counts;
mod diagram;
mod report;

#[cfg(test)]
mod tests;

pub use counts::{Counts, counts};
pub use diagram::{Diagram, Lit, NODES};
pub use report::Report;
