//! What whoever writes policies reads: an editor's answers while they write, and the book that counsel signs.
//!
//! Nothing here knows the language. What may stand at a caret, what a word stands for, what a group means and what is wrong
//! all come from the compiler in `policy`; this room only puts it into the words of the language server protocol, of HTML and
//! of Markdown. It touches no file and no clock: [`Shelf`] hands them in.
//!
//! Reading order: `text` (places as editors count them), `desk` (one policy folder, with what is not saved yet), then one file
//! for each question of an editor, `server` (methods to questions); `book` (what counsel reads).

mod book;
mod complete;
mod desk;
mod hover;
mod lens;
mod names;
mod problems;
mod server;
mod symbols;
#[cfg(test)]
mod tests;
mod text;

pub use book::{Book, Medium};
pub use desk::Detector;
pub use server::{Folder, Refused, Server, Shelf};
