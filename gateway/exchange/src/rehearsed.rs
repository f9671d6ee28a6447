//! A text judged as if somebody had sent it: what the tests of a policy ask for. Offline; nothing can be sent from it.

use std::sync::Arc;

use bytes::Bytes;
use dialect::Dialect;
use policy::{
    Action, Candidate as Facts, ClassId, Content, Day, Decision, Direction, Languages, Situation,
};

use crate::candidate::Candidate;
use crate::{Book, Case, Inspected, Located, Presented, Received, Refusal, Scratch, Stated, Trace};

/// What became of a text.
#[derive(Debug)]
pub struct Rehearsed {
    /// What was decided on.
    pub situation: Situation,
    /// What was decided, as if the policy were not only watched.
    pub decision: Decision,
    /// What was found, in the order of the text.
    pub heard: Vec<Heard>,
    /// Why it would not be sent although the policy lets it.
    pub refusal: Option<Refusal>,
}

/// Something that was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What it counts as.
    pub classes: Vec<ClassId>,
    /// Id of the detector.
    pub detector: String,
    /// Where it begins: a byte of the text.
    pub at: usize,
}

impl Case {
    /// A chat of nobody, which never came: for judging offline.
    #[must_use]
    pub fn offline(book: &Arc<Book>, day: Day) -> Self {
        let source = incident::Domain::Source;
        Self {
            id: "offline".to_owned(),
            arrived: 0,
            day,
            minute: None,
            latest: day,
            latest_reading: 0,
            period: day.to_string().chars().take(7).collect(),
            book: Arc::clone(book),
            listener: "main".to_owned(),
            identity: policy::Identity::default(),
            client: policy::Client::ANONYMOUS,
            people: book.rulebook.people_of(&policy::Identity::default()),
            address_pseudonym: incident::pseudonym(&book.keys.pseudonyms, source, "", b""),
            caller_pseudonym: None,
            person: None,
            not_believed: None,
            node: "offline".to_owned(),
            boot: "offline".to_owned(),
            method: "POST".to_owned(),
            path: "/v1/chat/completions".to_owned(),
            query: None,
            headers: Vec::new(),
            credential: None,
            presented: Presented::default(),
            stated: Stated::default(),
            requested: None,
            trace: Trace::default(),
        }
    }
}

/// Judges a text as a message that the caller of `given` sends to a candidate on its day: through the dialect, the search, the
/// decision and, if it may go, the edits and the second look at what would leave. Of an answer only search and decision.
///
/// # Errors
/// Why it was refused before anything was decided.
pub fn rehearse(
    book: &Arc<Book>,
    text: &str,
    given: &Situation,
    facts: &Facts,
    scratch: &mut Scratch,
) -> Result<Rehearsed, Refusal> {
    let (path, body) = said(book, text, facts);
    let case = Arc::new(Case {
        client: given.client,
        people: given.people.clone(),
        minute: given.minute,
        latest: given.latest,
        requested: Some(facts.destination),
        path,
        ..Case::offline(book, given.day)
    });
    let mut inspected = Received::new(case, Bytes::from(body)).parse()?.inspect(scratch)?;
    let heard = inspected.heard(text);
    let s = &mut inspected.situation;
    // What the test says itself of the request is kept; what it leaves open is that of a message.
    s.direction = given.direction;
    s.stated = given.stated;
    s.counted = given.counted.clone();
    s.operation = given.operation.or(s.operation);
    s.volume = given.volume.or(s.volume);
    if given.content != Content::unknown() {
        s.content = given.content.clone();
    }
    if given.languages != Languages::unknown() {
        s.languages = given.languages.clone();
    }
    let candidate = Arc::new(Candidate {
        facts: facts.clone(),
        sites: Vec::new(),
        unresolved: None,
        contradicted: None,
    });
    let located = inspected.locate(Arc::clone(&candidate));
    let (situation, mut decision) = located.situation_for(&candidate);
    if let Some(enforced) = decision.observed.take() {
        decision = *enforced;
    }
    let refusal = located.would_not_go(&candidate, &decision, scratch);
    Ok(Rehearsed { situation: situation.into_owned(), decision, heard, refusal })
}

/// A message in the dialect that the destination speaks: its path and its body.
fn said(book: &Book, text: &str, facts: &Facts) -> (String, String) {
    let messages = serde_json::json!([{ "role": "user", "content": text }]);
    let model = book.destination(facts.destination).some_model();
    match book.endpoint(facts.destination).dialect {
        Some(Dialect::AnthropicMessages) => {
            let body = serde_json::json!({ "model": model, "max_tokens": 1, "messages": messages });
            ("/v1/messages".to_owned(), body.to_string())
        }
        _ => {
            let body = serde_json::json!({ "model": model, "messages": messages });
            ("/v1/chat/completions".to_owned(), body.to_string())
        }
    }
}

impl Located {
    /// Why what may go would not be sent all the same.
    fn would_not_go(
        &self,
        candidate: &Arc<Candidate>,
        decision: &Decision,
        scratch: &mut Scratch,
    ) -> Option<Refusal> {
        let goes = matches!(decision.action, Action::Allow | Action::Redact);
        let is_request = self.inspected.situation.direction == Direction::Request;
        if !goes || !is_request {
            return None;
        }
        self.draft(candidate, decision.clone(), 1, scratch).err()
    }
}

impl Inspected {
    /// What was found in the part that holds the text.
    fn heard(&self, text: &str) -> Vec<Heard> {
        let is_text = |part: usize| {
            let part = self.request.parts().get(part);
            part.is_some_and(|part| self.request.text(part) == text)
        };
        let mut heard: Vec<Heard> = Vec::new();
        for found in &self.findings {
            let detector = found.finding.detector();
            let first = found.pieces.iter().find(|spot| spot.file.is_none() && is_text(spot.part));
            heard.extend(first.map(|spot| Heard {
                classes: self.case.book.rulebook.class_of(detector.0).to_vec(),
                detector: self.case.book.search.known(detector).id.to_owned(),
                at: spot.span.start,
            }));
        }
        heard.sort_by_key(|one| one.at);
        heard
    }
}
