//! Text to blocks: words, strings and commas with their places, and the lines they stand in.
//!
//! A word in column 0 opens a block and is also where reading takes up again after a mistake, so one
//! typo costs one block. The tree is complete: comments are kept, and every token knows its bytes, so a
//! formatter or an editor can work on the same tree.

mod cursor;
mod lexer;
mod tree;

pub(crate) use cursor::Cursor;
pub(crate) use lexer::{Shape, Token, lex, written};
pub(crate) use tree::{BLOCKS, Block, LINE_WORDS, Line, TEST, block_word, block_words, parse};
