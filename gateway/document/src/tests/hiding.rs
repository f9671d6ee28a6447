//! Places of files that most programs pass over: each is told, or the file is unread.

mod archives;
mod mails;
mod pdfs;
mod texts;
mod words;

/// The headers that each mail here begins with.
const TOP: &str = "From: a@example.com\r\nTo: b@example.com\r\nDate: x\r\nMIME-Version: 1.0\r\n";
