//! What is known of a request from its first byte on, and true at every stage.

use std::fmt;
use std::sync::Arc;

use incident::Pseudonym;
use policy::{Client, Day, DestinationId, Identity, People};

use crate::{Book, Code, Presented, Refusal, Stated, headers};

/// The trace identifiers of an exchange (W3C Trace Context), inside the gateway only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// 32 lower-case hex digits.
    pub trace_id: String,
    /// 16 lower-case hex digits: the span of this exchange.
    pub span_id: String,
    /// The caller's span, if it sent a valid `traceparent`.
    pub parent: Option<String>,
}

/// A client's own API key. Goes to the operator that it was issued for, or nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The lower-case name of the header that carried it.
    pub header: String,
    /// The header's whole value.
    pub value: String,
    /// Whether the gateway itself issued it; such a key never leaves.
    pub issued_here: bool,
}

impl Credential {
    /// The key itself, without a scheme in front. `None`: it is not in the one form that is read, and the request is
    /// refused.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        headers::key_in(&self.header, &self.value)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}, {} bytes)", self.header, self.value.len())
    }
}

/// The facts of a request that every stage and every record needs. Shared, never changed.
pub struct Case {
    /// The exchange: a ULID, 26 characters of Crockford base32.
    pub id: String,
    /// When the head was complete: nanoseconds since 1970-01-01 UTC, as read once.
    pub arrived: u64,
    /// The day in the policy's clock, from the same reading.
    pub day: Day,
    /// The time of day in the policy's clock, from the same reading; none if the clock ran backwards before it, or if nobody
    /// knows.
    pub minute: Option<policy::Minute>,
    /// The latest day that this node's clock has shown; later than `day` if it ran backwards since.
    pub latest: Day,
    /// The reading that this day was taken from: nanoseconds since 1970-01-01 UTC, at least `arrived`.
    pub latest_reading: u64,
    /// In which period the same value keeps the same token: the month of `day`.
    pub period: String,
    /// What it is judged by, from beginning to end, even if a new policy is loaded meanwhile.
    pub book: Arc<Book>,
    /// The name of the listener.
    pub listener: String,
    /// What is known of the caller.
    pub identity: Identity,
    /// Who that is in the policy's terms.
    pub client: Client,
    /// On which lists of people it is.
    pub people: People,
    /// Keyed pseudonym of the caller's address.
    pub address_pseudonym: Pseudonym,
    /// Keyed pseudonym of the person that a token of the caller names, or else of the key that it presented.
    pub caller_pseudonym: Option<Pseudonym>,
    /// The person that a token of the caller names. Never leaves.
    pub person: Option<String>,
    /// Why the token that the caller presented is not believed.
    pub not_believed: Option<&'static str>,
    /// This node, and this boot of it.
    pub node: String,
    /// Tells this run of the process apart from others.
    pub boot: String,
    /// The request method.
    pub method: String,
    /// The path, without the route's prefix and without the query.
    pub path: String,
    /// The query, without `?`, as it came.
    pub query: Option<String>,
    /// The headers that would leave, lower-case names, in order.
    pub headers: Vec<(String, String)>,
    /// The caller's credential, if any.
    pub credential: Option<Credential>,
    /// What the caller sent back of what it was asked for.
    pub presented: Presented,
    /// What the caller states of this request.
    pub stated: Stated,
    /// Where the caller asked it to go; `None`: no route leads anywhere, and the request is refused.
    pub requested: Option<DestinationId>,
    /// Its trace.
    pub trace: Trace,
}

impl Case {
    /// What is known of it before anything was read: who sent it and when.
    pub(crate) fn situation(&self) -> policy::Situation {
        let (client, minute, latest) = (self.client, self.minute, self.latest);
        let validity = self.book.validity(self.latest_reading);
        // What the caller may not state was refused with the head.
        let stated = self.stated.read(&self.book.rulebook, client).unwrap_or_default();
        let on_the_day = policy::Situation::on(self.day);
        let people = self.people.clone();
        policy::Situation { client, people, stated, minute, latest, validity, ..on_the_day }
    }

    /// Splits headers as received into those that would leave and the credential.
    ///
    /// Names must be lower case. Only what is kept is copied. `issued_here` says whether a key is one of the gateway's
    /// own. Of several credentials one that is not in the form that is read comes first, so that it is refused; then one
    /// that the gateway issued, so that it is never left out of account; then the first. A header that comes twice has
    /// no single reading.
    pub fn sort_headers<'h>(
        received: impl Iterator<Item = (&'h str, &'h str)>,
        issued_here: impl Fn(&str) -> bool,
    ) -> (Vec<(String, String)>, Option<Credential>) {
        let mut leaving = Vec::new();
        let mut presented: Vec<Credential> = Vec::new();
        for (name, value) in received {
            if !headers::is_credential(name) {
                if headers::may_leave(name) {
                    leaving.push((name.to_owned(), value.to_owned()));
                }
            } else if let Some(first) = presented.iter_mut().find(|known| known.header == name) {
                // Told apart by a comma, as HTTP joins lines: two keys are in no form that is read.
                first.value.push_str(", ");
                first.value.push_str(value);
                first.issued_here = false;
            } else if !value.is_empty() {
                let mut credential = Credential {
                    header: name.to_owned(),
                    value: value.to_owned(),
                    issued_here: false,
                };
                credential.issued_here = credential.key().is_some_and(&issued_here);
                presented.push(credential);
            }
        }
        let rank = |credential: &Credential| match credential.key() {
            None => 0,
            Some(_) if credential.issued_here => 1,
            Some(_) => 2,
        };
        (leaving, presented.into_iter().min_by_key(rank))
    }

    /// What is wrong with the head of the request, whatever its body says.
    ///
    /// # Errors
    /// `identity-not-believed` if the caller's token is none of its identity provider's, or not valid now; `credential-form` unless
    /// the credential, if there is one, is a key and nothing else; `purpose-not-declared` or `basis-not-declared` if the caller
    /// states what it may not.
    pub fn check_head(&self) -> Result<(), Refusal> {
        if let Some(why) = self.not_believed {
            return Err(Refusal::because(Code::IdentityNotBelieved, why));
        }
        match &self.credential {
            Some(credential) if credential.key().is_none() => {
                Err(Refusal::new(Code::CredentialForm))
            }
            _ => self.stated.read(&self.book.rulebook, self.client).map(drop),
        }
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("id", &self.id)
            .field("listener", &self.listener)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
impl Case {
    /// A chat from a caller of whom nothing is known, to a destination of the book.
    pub(crate) fn sample(book: &Arc<Book>, destination: &str) -> Arc<Self> {
        let day = Day::from_unix(1_795_219_200, book.rulebook.clock()); // 2026-11-21
        let source = incident::Domain::Source;
        Arc::new(Self {
            id: "01TEST".to_owned(),
            listener: "test".to_owned(),
            node: "test".to_owned(),
            boot: "test".to_owned(),
            address_pseudonym: incident::pseudonym(&book.keys.pseudonyms, source, "2026-11", b"x"),
            requested: book.rulebook.destination(destination),
            ..Self::offline(book, day)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(received: &[(&str, &str)], expect: Option<(&str, bool, bool)>) {
        let (leaving, credential) =
            Case::sort_headers(received.iter().copied(), |key| key == "ours");
        assert_eq!(leaving, [], "a credential is no header that leaves by itself");
        let told =
            credential.as_ref().map(|c| (c.header.as_str(), c.key().is_some(), c.issued_here));
        assert_eq!(told, expect);
    }

    #[test]
    fn one_credential_is_chosen_and_never_one_that_hides_another() {
        check(&[], None);
        check(&[("x-api-key", "")], None);
        check(&[("authorization", "Bearer theirs")], Some(("authorization", true, false)));
        check(&[("authorization", "Bearer ours")], Some(("authorization", true, true)));
        check(
            &[("x-api-key", "theirs"), ("authorization", "Bearer ours")],
            Some(("authorization", true, true)),
        );
        check(
            &[("x-api-key", "theirs"), ("authorization", "Token ours")],
            Some(("authorization", false, false)),
        );
        check(
            &[("authorization", "Bearer theirs"), ("authorization", "Bearer ours")],
            Some(("authorization", false, false)),
        );
    }
}
