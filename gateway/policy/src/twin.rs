//! The JSON twin of a policy: the same blocks as structured data, for consoles, generators and other tools.
//!
//! Both directions and the schema are made from [`crate::grammar`], so there is one account of what can be said. The twin holds
//! every block, prose and tests among them; comments, blanks and the order of lines within a block are not in it. What can
//! be exported says the same after it is imported; what is imported is exported as it was.

mod export;
mod import;
mod once;
mod problem;
mod read;
mod schema;
mod write;

pub use export::export;
pub(crate) use export::export_block;
pub use import::import;
pub use problem::Problem;
pub use schema::schema;

/// The form of the document; it changes when an older reader would misread a newer document.
const VERSION: u64 = 1;
