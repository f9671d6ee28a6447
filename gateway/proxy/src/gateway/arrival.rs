//! From a call to a [`Case`]: who, from where, when, asking for what.

use std::sync::Arc;

use exchange::{Book, Case, Credential, Presented, Stated};
use incident::{Domain, pseudonym};
use policy::{Day, DestinationId, Identity, Minute};

use super::Gateway;
use crate::call::Call;
use crate::{clock, trace};

impl Gateway {
    /// Gathers what is known before the body is read. The clock is read once, here.
    pub(super) fn arrive(
        &self,
        call: &Call<'_>,
        book: Arc<Book>,
        path: String,
        requested: Option<DestinationId>,
    ) -> Case {
        let arrived = clock::unix_nanos();
        let headers = call.headers();
        let named = || {
            headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        };
        // Reasons may be written in any language; what is no UTF-8 is there, but cannot be read.
        let said = || {
            headers.iter().map(|(name, value)| {
                (name.as_str(), std::str::from_utf8(value.as_bytes()).unwrap_or("\u{fffd}"))
            })
        };
        let identities = self.identities.load();
        let known = |key: &str| identities.key(key);
        // A token for the gateway is no credential of a provider, whichever header it comes in.
        let beside = named().filter(|(name, _)| !identities.takes_tokens_in(name));
        let (leaving, credential) =
            Case::sort_headers(beside, |key| known(key).is_some_and(|k| k.issued_here));
        let peer = call.connection().peer.ip();
        let presented = credential.as_ref().and_then(Credential::key);
        let key = presented.and_then(known);
        let seconds = |nanos: u64| i64::try_from(nanos / 1_000_000_000).unwrap_or(i64::MAX);
        let latest_reading = clock::latest(arrived);
        let believed = identities.bearer(said(), seconds(latest_reading));
        let not_believed = believed.as_ref().err().map(|unfit| unfit.told());
        let bearer = believed.ok().flatten();
        let person = bearer.as_ref().and_then(|bearer| bearer.person.clone());
        let names: Vec<&str> =
            key.map(|key| key.name.as_str()).into_iter().chain(person.as_deref()).collect();
        let identity = Identity {
            key: key.map(|key| key.name.clone()),
            networks: identities.networks(peer),
            spiffe: None,
            lists: identities.lists(&names, bearer.as_ref()),
        };
        let client = book.rulebook.client(&identity);
        let day_of = |nanos: u64| Day::from_unix(seconds(nanos), book.rulebook.clock());
        let (day, latest) = (day_of(arrived), day_of(latest_reading));
        let minute = (latest_reading <= arrived)
            .then(|| Minute::from_unix(seconds(arrived), book.rulebook.clock()));
        let period = month(day);
        let hide = |domain, value: &str| {
            pseudonym(&book.keys.pseudonyms, domain, &period, value.as_bytes())
        };
        Case {
            id: clock::ulid(arrived),
            arrived,
            day,
            minute,
            latest,
            latest_reading,
            presented: Presented::of(said()),
            stated: Stated::of(said()),
            listener: call.connection().listener.to_string(),
            people: book.rulebook.people_of(&identity),
            identity,
            client,
            address_pseudonym: hide(Domain::Source, &peer.to_string()),
            caller_pseudonym: person
                .as_deref()
                .or(presented)
                .map(|who| hide(Domain::Identity, who)),
            person,
            not_believed,
            node: self.node.clone(),
            boot: self.boot.clone(),
            method: call.method().to_owned(),
            path,
            query: call.query().map(str::to_owned),
            headers: leaving,
            credential,
            requested,
            trace: trace::continued(headers.get("traceparent").and_then(|v| v.to_str().ok())),
            period,
            book,
        }
    }
}

/// The month of a day, `2026-11`: the period in which pseudonyms and tokens stay the same.
fn month(day: Day) -> String {
    let mut text = day.to_string();
    text.truncate(7);
    text
}
