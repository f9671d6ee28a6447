//! What must hold of any bytes; the entry for fuzzing and mutation tests.

use bytes::Bytes;

use crate::{Answer, Dialect, Edit, Head, Limits, Modality, Operation, Part, Request};

/// Reads `body` as a request and as an answer and checks the promises of this crate on it: no edit changes nothing;
/// every text can be replaced by itself, which spells it canonically, and the result is readable; and doing so
/// again changes nothing any more (a JSON text without escapes left is one text then, so it may take a few rounds).
///
/// # Errors
/// The promise that was broken. A body that is refused breaks none.
pub fn exercise(dialect: Dialect, operation: Operation, body: &Bytes) -> Result<(), &'static str> {
    let limits = Limits::default();
    let head = Head { method: "POST", path: "/", query: None, headers: &[] };
    promises(body, |body| {
        let request = Request::parse(dialect, operation, &head, body.clone(), &limits).ok()?;
        let splice = |edits: &[Edit<'_>]| request.splice(edits).ok().map(|spliced| spliced.body);
        Some(Respelled::new(request.parts(), |part| request.text(part), splice))
    })?;
    promises(body, |body| {
        let answer = Answer::parse(dialect, operation, body.clone(), &limits).ok()?;
        Some(Respelled::new(
            answer.parts(),
            |part| answer.text(part),
            |edits| answer.splice(edits, false).ok(),
        ))
    })
}

/// A body without edits, and with every text replaced by itself.
struct Respelled {
    without: Option<Bytes>,
    with: Option<Bytes>,
}

impl Respelled {
    fn new<'t>(
        parts: &[Part],
        text: impl Fn(&Part) -> &'t str,
        splice: impl Fn(&[Edit<'_>]) -> Option<Bytes>,
    ) -> Respelled {
        let own = |(part, found): (usize, &Part)| {
            let with = text(found);
            (found.modality == Modality::Text).then_some(Edit { part, span: (0, with.len()), with })
        };
        let edits: Vec<Edit<'_>> = parts.iter().enumerate().filter_map(own).collect();
        Respelled { without: splice(&[]), with: splice(&edits) }
    }
}

fn promises(body: &Bytes, read: impl Fn(&Bytes) -> Option<Respelled>) -> Result<(), &'static str> {
    let Some(first) = read(body) else { return Ok(()) };
    if first.without.as_ref() != Some(body) {
        return Err("no edit changes nothing");
    }
    let mut body = first.with.ok_or("every text can be replaced by itself")?;
    for _ in 0..ROUNDS {
        let again = read(&body).ok_or("a body with its own texts is readable")?;
        match again.with {
            Some(with) if with == body => return Ok(()),
            Some(with) => body = with,
            None => return Err("every text can be replaced by itself"),
        }
    }
    Err("replacing texts by themselves settles")
}

/// More than there are nested layers.
const ROUNDS: usize = 12;
