//! The reason that a caller states. It is data of the caller: bounded, never sent on, and kept with the record.

use std::fmt;

/// Most bytes of a reason, decoded.
const MOST: usize = 500;

/// Fewest letters and digits: an `x` is no reason.
const FEWEST: usize = 8;

/// A stated reason. Whether it holds sensitive data itself is for the detectors to say, before it is used. `Debug` prints its
/// length.
#[derive(Clone, PartialEq, Eq)]
pub struct Justification(String);

/// What is wrong with a stated reason. Quotes nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JustificationProblem {
    /// There is none.
    Missing,
    /// It is shorter than a reason can be.
    Short,
    /// It is longer than is kept.
    Long,
    /// It is not printable text in UTF-8.
    Unreadable,
}

impl Justification {
    /// Reads a header: printable text in UTF-8. `%` with two hex digits stands for a byte of it, so `%` itself is `%25`; not all
    /// clients can send what is not ASCII otherwise.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(header: Option<&str>) -> Result<Self, JustificationProblem> {
        let header = header.map(str::trim).filter(|text| !text.is_empty());
        let header = header.ok_or(JustificationProblem::Missing)?;
        if header.len() > MOST * 3 {
            return Err(JustificationProblem::Long);
        }
        let text = unescaped(header).ok_or(JustificationProblem::Unreadable)?;
        if text.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
            return Err(JustificationProblem::Unreadable);
        }
        if text.len() > MOST {
            return Err(JustificationProblem::Long);
        }
        if text.chars().filter(|c| c.is_alphanumeric()).count() < FEWEST {
            return Err(JustificationProblem::Short);
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Justification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Justification({} bytes)", self.0.len())
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

impl JustificationProblem {
    /// What happened, in one sentence.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Missing => "No reason was stated.",
            Self::Short => "The stated reason is shorter than eight letters.",
            Self::Long => "The stated reason is longer than 500 bytes.",
            Self::Unreadable => "The stated reason is not printable text in UTF-8.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expect: Result<&str, JustificationProblem>) {
        let read = Justification::read(Some(header));
        assert_eq!(read.as_ref().map(Justification::as_str).map_err(|p| *p), expect);
    }

    #[test]
    fn a_reason_is_bounded_printable_text() {
        check(" Case 4711, asked for by the court ", Ok("Case 4711, asked for by the court"));
        check("R%C3%BCckfrage der Klinik", Ok("Rückfrage der Klinik"));
        check("100%25 of the files", Ok("100% of the files"));
        check("because", Err(JustificationProblem::Short));
        check(" ", Err(JustificationProblem::Missing));
        check("broken %C3 letters", Err(JustificationProblem::Unreadable));
        check("half an escape %4", Err(JustificationProblem::Unreadable));
        check("a line%0Abreak in it", Err(JustificationProblem::Unreadable));
        check(&"a".repeat(500), Ok(&"a".repeat(500)));
        check(&"a".repeat(501), Err(JustificationProblem::Long));
        assert_eq!(Justification::read(None), Err(JustificationProblem::Missing));
        assert_eq!(
            format!("{:?}", Justification::read(Some("a good reason"))),
            "Ok(Justification(13 bytes))"
        );
    }
}
