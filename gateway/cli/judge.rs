//! `seawall judge`: one request through the pure pipeline, or one decision record again, offline.

mod again;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use exchange::{Book, Candidate, Case, Course, Inspected, Received, Refusal, Scratch, guarded};
use policy::{Day, DestinationId, Identity, Minute};
use proxy::gateway::{Chosen, Routes};
use serde::Deserialize;
use serde_json::{Value, json};

use super::config::Config;
use super::{Failure, Outcome, Result, RuleSource, books, files};

/// Options of `seawall judge`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// A recorded request: {"method", "path", "query", "headers", "body" or "body_text", "listener", "destination",
    /// "day", "time", "key", "networks", "people", "addresses"}; only "body" is needed for a POST to /v1/chat/completions.
    #[arg(long, value_name = "FILE", required_unless_present = "record")]
    request: Option<PathBuf>,
    /// Decision records as the journal exports them, one a line; `-` for standard input. Each is decided again.
    ///
    /// Each by the policy it names, or all by --policy, to see what that policy would have done.
    #[arg(long, value_name = "FILE", conflicts_with = "request")]
    record: Option<PathBuf>,
    /// Folder of the policies that were in force, by digest. The gateway keeps it beside its journal.
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
    #[command(flatten)]
    source: RuleSource,
}

pub(super) fn run(options: &Options) -> Result {
    match (&options.request, &options.record) {
        (_, Some(path)) => again::Again::new(options)?.judge(path),
        (Some(path), None) => {
            judge_request(Arc::new(book(options)?), &config(options)?.routes(), path)
        }
        (None, None) => Err(Failure::Usage(vec!["name a request or a record".to_owned()])),
    }
}

fn config(options: &Options) -> std::result::Result<Config, Failure> {
    match &options.source.config {
        Some(path) => Config::load(path).map_err(Failure::Usage),
        None => Ok(Config::default()),
    }
}

fn book(options: &Options) -> std::result::Result<Book, Failure> {
    books::offline(&options.source).map_err(Failure::Usage)
}

/// A recorded request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default = "post")]
    method: String,
    #[serde(default = "chat")]
    path: String,
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// The body as JSON; it is judged as this file spells it.
    #[serde(default)]
    body: Option<Box<serde_json::value::RawValue>>,
    /// The body as text, for what is no JSON.
    #[serde(default)]
    body_text: Option<String>,
    #[serde(default = "main")]
    listener: String,
    #[serde(default)]
    destination: Option<String>,
    #[serde(default)]
    day: Option<String>,
    time: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    networks: Vec<String>,
    #[serde(default)]
    people: BTreeMap<String, bool>,
    #[serde(default)]
    addresses: Vec<IpAddr>,
}

fn post() -> String {
    "POST".to_owned()
}

fn main() -> String {
    "main".to_owned()
}

fn chat() -> String {
    "/v1/chat/completions".to_owned()
}

fn judge_request(book: Arc<Book>, routes: &Routes, path: &Path) -> Result {
    let text = files::read(path).map_err(|problem| Failure::Usage(vec![problem]))?;
    let request: Request = serde_json::from_str(&text).map_err(|error| {
        Failure::Usage(vec![format!(
            "{}:{}:{}: {}",
            path.display(),
            error.line(),
            error.column(),
            kind(&error)
        )])
    })?;
    let body = match (&request.body, &request.body_text) {
        (Some(body), _) => body.get().to_owned(),
        (None, Some(text)) => text.clone(),
        (None, None) => String::new(),
    };
    let case = Arc::new(
        case(&book, routes, &request)
            .map_err(|problem| Failure::Usage(vec![format!("{}: {problem}", path.display())]))?,
    );
    let mut scratch = Scratch::default();
    let received = Received::new(Arc::clone(&case), Bytes::from(body));
    let inspected = guarded(|| received.parse()?.inspect(&mut scratch));
    let told = match inspected {
        Ok(inspected) => attempts(&case, inspected, &request.addresses, &mut scratch),
        Err(refusal) => json!({ "refusal": told(&refusal) }),
    };
    let sent = told["sent"].is_object();
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&told).unwrap_or_default())?;
    Ok(if sent { Outcome::Fine } else { Outcome::No })
}

/// What a JSON error means, without the text it stands in.
fn kind(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Syntax => "this is not JSON",
        serde_json::error::Category::Eof => "the JSON ends too early",
        _ => "a field has an unknown name or a wrong type",
    }
}

/// When it is judged: now, unless the request names a day; of a named day the time is known only if it is named too.
fn when(book: &Book, request: &Request) -> std::result::Result<(Day, Option<Minute>), String> {
    let now = i64::try_from(proxy::clock::unix_nanos() / 1_000_000_000).unwrap_or(0);
    let clock = book.rulebook.clock();
    let time = match &request.time {
        Some(time) => {
            Some(Minute::parse(time).ok_or("time: expected a time of day such as 14:30")?)
        }
        None => None,
    };
    Ok(match &request.day {
        Some(day) => (Day::parse(day).ok_or("day: expected a date such as 2026-11-21")?, time),
        None => (Day::from_unix(now, clock), time.or(Some(Minute::from_unix(now, clock)))),
    })
}

fn case(book: &Arc<Book>, routes: &Routes, request: &Request) -> std::result::Result<Case, String> {
    let (requested, path) = requested(book, routes, request)?;
    let (day, minute) = when(book, request)?;
    let identity = Identity {
        key: request.key.clone(),
        networks: request.networks.clone(),
        spiffe: None,
        lists: request.people.clone().into_iter().collect(),
    };
    let lower: Vec<(String, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
        .collect();
    let pairs = lower.iter().map(|(name, value)| (name.as_str(), *value));
    let stated = exchange::Stated::of(pairs.clone());
    let (headers, credential) = Case::sort_headers(pairs, |_| false);
    Ok(Case {
        minute,
        stated,
        listener: request.listener.clone(),
        client: book.rulebook.client(&identity),
        people: book.rulebook.people_of(&identity),
        identity,
        method: request.method.clone(),
        path,
        query: request.query.clone(),
        headers,
        credential,
        requested: Some(requested),
        ..Case::offline(book, day)
    })
}

/// Where the request goes and by what path: as it says itself, else by the routes, as the gateway would.
fn requested(
    book: &Book,
    routes: &Routes,
    request: &Request,
) -> std::result::Result<(DestinationId, String), String> {
    let chosen = match &request.destination {
        Some(destination) => {
            Some(Chosen { destination: destination.clone(), path: request.path.clone() })
        }
        None => routes.choose(&request.listener, &request.method, &request.path),
    };
    let known = chosen
        .and_then(|chosen| Some((book.rulebook.destination(&chosen.destination)?, chosen.path)));
    known.ok_or_else(|| {
        let names: Vec<&str> =
            book.rulebook.destinations().iter().map(|info| info.name.as_str()).collect();
        format!(
            "destination: no route leads to a destination of this policy; name one of {}",
            names.join(", ")
        )
    })
}

/// The requested destination, and after a reroute each member of the pool, until one may have it.
fn attempts(
    case: &Arc<Case>,
    inspected: Inspected,
    addresses: &[IpAddr],
    scratch: &mut Scratch,
) -> Value {
    let book = &case.book;
    let Some(requested) = case.requested else { return json!({ "attempts": [], "sent": null }) };
    let located = inspected.locate(Candidate::new(book, requested, addresses));
    let mut queue = vec![requested];
    let mut told = Vec::new();
    let mut rerouted = false;
    while let Some(destination) = (!queue.is_empty()).then(|| queue.remove(0)) {
        let candidate = Candidate::new(book, destination, addresses);
        let course = located.decide(&candidate);
        let mut entry = json!({
            "destination": book.destination(destination).name,
            "grade": book.rulebook.record_candidate(&candidate.facts).grade,
            "decision": book.rulebook.record_decision(course.decision()),
        });
        match course {
            Course::Send(decision) => {
                match guarded(|| located.draft(&candidate, decision, 1, scratch)) {
                    Ok(draft) => {
                        told.push(entry);
                        return json!({ "situation": located.situation(), "attempts": told, "sent": draft.shown() });
                    }
                    Err(refusal) => entry["refusal"] = self::told(&refusal),
                }
            }
            Course::Reroute(_, pool, _) if !rerouted => {
                rerouted = true;
                queue.extend(
                    book.rulebook.pool(pool).map(|pool| pool.members.clone()).unwrap_or_default(),
                );
            }
            Course::Reroute(..) => {}
            Course::Ask(_, refusal) | Course::Refuse(_, refusal) => {
                entry["refusal"] = self::told(&refusal)
            }
        }
        told.push(entry);
    }
    json!({ "situation": located.situation(), "attempts": told, "sent": null })
}

fn told(refusal: &Refusal) -> Value {
    json!({
        "code": refusal.code.name(), "rule": refusal.rule, "message": refusal.message, "law": refusal.law,
        "remedy": refusal.remedy, "instead": refusal.found.as_ref().map(|found| &found.instead),
    })
}
