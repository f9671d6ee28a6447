//! What is wrong with a document.

use crate::hidden::shown;

/// One mistake in a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as in `$.files[0].blocks[2].when[1]`.
    pub path: String,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", shown(&self.path), shown(&self.message))
    }
}

/// Mistakes as they are found.
pub(super) type Problems = Vec<Problem>;

/// Adds a mistake.
pub(super) fn tell(problems: &mut Problems, path: &str, message: impl Into<String>) {
    problems.push(Problem { path: path.to_owned(), message: message.into() });
}

/// What is said of a key that is not known: the nearest, or all.
pub(super) fn unknown(key: &str, known: &[String]) -> String {
    match crate::nearest(key, known.iter().map(String::as_str)) {
        Some(near) => format!("is not known; did you mean `{near}`?"),
        None => format!("is not known; expected one of {}", known.join(", ")),
    }
}
