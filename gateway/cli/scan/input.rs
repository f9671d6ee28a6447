//! What `seawall scan` reads: texts as they stand, and files of other kinds as what they say.

use std::io;
use std::path::{Path, PathBuf};

use document::{Document, Hints, Kind, Limits};

use super::super::{Failure, files};

/// Longest file and standard input, in bytes.
const MOST: u64 = 1 << 30;

/// How standard input is called.
const STDIN: &str = "<stdin>";

/// One file, or standard input.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) form: Form,
    /// It can be written again with something taken out.
    pub(super) editable: bool,
}

/// How it is read.
pub(super) enum Form {
    /// As one text, in which places are lines and columns.
    Text(String),
    /// As several, each with its place in words.
    File(Document),
}

impl Input {
    /// Decides by content, and by name where content cannot tell: plain text, JSON and the like stay as they are.
    fn of(name: String, bytes: Vec<u8>, as_text: bool) -> Input {
        let read =
            document::read(&bytes, &Hints { name: &name, media_type: "" }, &Limits::default());
        let is_table = [".csv", ".tsv"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        let stays = match read.kind {
            Kind::Text | Kind::Json | Kind::Xml => true,
            Kind::Csv => !is_table,
            _ => false,
        };
        let editable = read.kind.is_text();
        if !(stays || (as_text && editable)) {
            return Input { name, form: Form::File(read), editable };
        }
        match String::from_utf8(bytes) {
            Ok(text) => Input { name, form: Form::Text(text), editable },
            // In another character set: what it says was decoded, and is not what would be written.
            Err(_) if read.unread.is_empty() => {
                let text = read.texts.into_iter().map(|piece| piece.text).collect();
                Input { name, form: Form::Text(text), editable: false }
            }
            Err(_) => Input { name, form: Form::File(read), editable: false },
        }
    }

    /// Whether it is a file with a name.
    pub(super) fn is_named(&self) -> bool {
        !self.name.is_empty() && self.name != STDIN
    }

    /// Whether it is read as a file of several texts.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.form, Form::File(_))
    }

    /// Each text with the field name that gives it context.
    pub(super) fn texts(&self) -> Vec<(&str, &str)> {
        match &self.form {
            Form::Text(text) => vec![("", text)],
            Form::File(file) => {
                file.texts.iter().map(|piece| (piece.label.as_str(), piece.text.as_str())).collect()
            }
        }
    }

    /// One of the texts.
    pub(super) fn text(&self, number: usize) -> &str {
        match &self.form {
            Form::Text(text) => text,
            Form::File(file) => file.texts.get(number).map_or("", |piece| &piece.text),
        }
    }

    /// Where a byte of a text stands: `name:line:column`, or the name and the place in words.
    pub(super) fn told_place(&self, text: usize, at: usize) -> String {
        let name = &self.name;
        match self.place(text, at) {
            Some(place) if place.is_empty() => name.clone(),
            Some(place) => format!("{name}, {place}"),
            None => {
                let (line, column) = policy::position(self.text(text), at);
                format!("{name}:{line}:{column}")
            }
        }
    }

    /// Where a byte of a text stands, in words; `None` for what has lines and columns.
    pub(super) fn place(&self, text: usize, at: usize) -> Option<String> {
        let Form::File(file) = &self.form else { return None };
        file.texts.get(text).map(|piece| piece.place_at(at))
    }
}

/// Whether standard input is meant.
pub(super) fn is_stdin(paths: &[PathBuf]) -> bool {
    paths.is_empty() || paths == [PathBuf::from("-")]
}

/// Reads what can be read of all that is named, and tells what cannot; `as_text` says to leave as it is whatever can be edited.
///
/// # Errors
/// That standard input cannot be read.
pub(super) fn read(paths: &[PathBuf], as_text: bool) -> Result<(Vec<Input>, Vec<String>), Failure> {
    let (mut problems, mut inputs) = (Vec::new(), Vec::new());
    if is_stdin(paths) {
        let bytes = files::bounded(io::stdin().lock(), MOST)?;
        inputs.push(Input::of(STDIN.to_owned(), bytes, as_text));
        return Ok((inputs, problems));
    }
    for path in paths {
        match files::read_up_to(path, MOST) {
            Ok(bytes) => inputs.push(Input::of(name_of(path), bytes, as_text)),
            Err(problem) => problems.push(problem),
        }
    }
    Ok((inputs, problems))
}

fn name_of(path: &Path) -> String {
    path.display().to_string()
}
