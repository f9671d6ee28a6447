//! `seawall approvals`: what waits for a second person, and what they say; docs/asks.md is the guide.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ask::{Approval, Request, Verdict};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::{Args, Subcommand};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey;

use super::config::Config;
use super::desk::Folder;
use super::{Failure, Format, Outcome, Result, RuleSource, books, files, secrets};

/// The commands.
#[derive(Subcommand)]
pub(super) enum Command {
    /// List what waits for approval.
    List(Where),
    /// Show one request: who, where, by which rules, which classes. Never the text.
    Show {
        #[command(flatten)]
        place: Where,
        /// The id, as the caller was told it.
        id: String,
    },
    /// Sign that a request may go, once.
    Approve(Say),
    /// Sign that a request may not go; the caller is told why.
    Deny(Say),
    /// Make a key, unless the file is there, and print the line for the policy.
    Key {
        /// File of the private key (Ed25519, PKCS#8 PEM); keep it where only you can read it.
        file: PathBuf,
        /// Your name, as the policy is to say it.
        #[arg(long = "as", value_name = "NAME", default_value = "NAME")]
        name: String,
    },
}

/// Where requests wait.
#[derive(Args, Clone)]
pub(super) struct Where {
    /// Configuration file of the node; default seawall.toml, if it is here.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Who says what about which request.
#[derive(Args)]
pub(super) struct Say {
    #[command(flatten)]
    place: Where,
    /// The id, as the caller was told it.
    id: String,
    /// Your name, as the policy says it.
    #[arg(long = "as", value_name = "NAME")]
    name: String,
    /// File of your private key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The role you speak in; needed if several are asked for.
    #[arg(long)]
    role: Option<String>,
    /// Why; the caller of a denied request is told. Must name no person, number or secret.
    #[arg(long, default_value = "")]
    reason: String,
    /// For how many minutes it counts; never longer than the request waits.
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    minutes: u64,
}

pub(super) fn run(command: &Command) -> Result {
    match command {
        Command::List(place) => list(place),
        Command::Show { place, id } => show(place, id),
        Command::Approve(say) => sign(say, Verdict::Approve),
        Command::Deny(say) => sign(say, Verdict::Deny),
        Command::Key { file, name } => key(file, name),
    }
}

impl Where {
    fn config(&self) -> std::result::Result<Config, Failure> {
        let here = PathBuf::from("seawall.toml");
        match &self.config {
            Some(path) => Config::load(path).map_err(Failure::Usage),
            None if here.exists() => Config::load(&here).map_err(Failure::Usage),
            None => Ok(Config::default()),
        }
    }

    fn folder(&self) -> std::result::Result<Folder, Failure> {
        Ok(Folder::at(&self.config()?.desk()))
    }

    fn find(&self, folder: &Folder, id: &str) -> std::result::Result<Request, Failure> {
        let found = folder.requests().0.into_iter().find(|request| request.id == id);
        found.ok_or_else(|| {
            let told =
                format!("no request {id} waits here; `seawall approvals list` shows those that do");
            Failure::Usage(vec![told])
        })
    }
}

fn list(place: &Where) -> Result {
    let folder = place.folder()?;
    let (requests, problems) = folder.requests();
    problems.iter().for_each(|problem| super::warn(problem));
    let now = now();
    let waiting = requests.iter().filter(|request| request.until >= now);
    let mut out = io::stdout().lock();
    if place.format == Format::Json {
        let rows: Vec<_> = waiting.map(|request| told(request, &folder)).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&rows).unwrap_or_default())?;
        return Ok(Outcome::Fine);
    }
    let waiting: Vec<_> = waiting.collect();
    if waiting.is_empty() {
        writeln!(out, "nothing waits for approval")?;
    }
    for request in waiting {
        let matter = &request.matter;
        let roles: Vec<&str> = matter.roles().collect();
        writeln!(
            out,
            "{}  until {}  {} to {}  rule {}  for {}{}",
            request.id,
            ask::readable(request.until),
            matter.actor.as_deref().unwrap_or("unknown"),
            matter.destination,
            matter.rules.first().map_or("", String::as_str),
            roles.join(", "),
            said(&folder, &request.id),
        )?;
    }
    Ok(Outcome::Fine)
}

/// What was said about a request so far, not verified here.
fn said(folder: &Folder, id: &str) -> String {
    let verdicts = folder.verdicts(id);
    let words = verdicts.iter().map(|verdict| {
        let word = match verdict.verdict {
            Verdict::Approve => "approved",
            Verdict::Deny => "denied",
        };
        format!("; {word} by {} as {}", verdict.by, verdict.role)
    });
    words.collect()
}

fn told(request: &Request, folder: &Folder) -> serde_json::Value {
    serde_json::json!({ "request": request, "verdicts": folder.verdicts(&request.id) })
}

fn show(place: &Where, id: &str) -> Result {
    let folder = place.folder()?;
    let request = place.find(&folder, id)?;
    let mut out = io::stdout().lock();
    if place.format == Format::Json {
        let told = told(&request, &folder);
        writeln!(out, "{}", serde_json::to_string_pretty(&told).unwrap_or_default())?;
        return Ok(Outcome::Fine);
    }
    let matter = &request.matter;
    let classes: Vec<String> =
        matter.classes.iter().map(|(class, level)| format!("{class} ({level})")).collect();
    let rows = [
        ("request", request.id.clone()),
        ("since", ask::readable(request.since)),
        ("until", ask::readable(request.until)),
        ("asked by", matter.actor.clone().unwrap_or_else(|| "unknown".to_owned())),
        ("caller", matter.caller.clone()),
        ("operation", matter.operation.clone()),
        ("to", matter.destination.clone()),
        ("found", classes.join(", ")),
        ("rules", matter.rules.join(", ")),
        ("waits for", matter.roles().collect::<Vec<_>>().join(", ")),
        ("policy", matter.policy.clone()),
        ("findings", format!("{} (keyed hash)", matter.findings)),
    ];
    for (name, value) in rows {
        writeln!(out, "{name:10} {value}")?;
    }
    for rule in rules_of(place, &request) {
        writeln!(out, "{rule}")?;
    }
    let said = said(&folder, id);
    if !said.is_empty() {
        writeln!(out, "so far     {}", said.trim_start_matches("; "))?;
    }
    Ok(Outcome::Fine)
}

/// Sentences and laws of the rules, if the policy in force is still the one that asked.
fn rules_of(place: &Where, request: &Request) -> Vec<String> {
    let Ok(book) = policy_of(place) else { return Vec::new() };
    if secrets::hex(&book.rulebook.digest()) != request.matter.policy {
        return vec![
            "the policy has changed since: this request can no longer be approved".to_owned(),
        ];
    }
    let rules =
        book.rulebook.rules().iter().filter(|rule| request.matter.rules.contains(&rule.name));
    let line = |rule: &policy::RuleInfo| {
        let law = rule.law.as_deref().map(|law| format!(" ({law})")).unwrap_or_default();
        format!("rule       {}: {}{law}", rule.name, rule.sentence)
    };
    rules.map(line).collect()
}

fn policy_of(place: &Where) -> std::result::Result<exchange::Book, Vec<String>> {
    let here = PathBuf::from("seawall.toml");
    let config = place.config.clone().or_else(|| here.exists().then_some(here));
    books::offline(&RuleSource { config, ..RuleSource::default() })
}

fn sign(say: &Say, verdict: Verdict) -> Result {
    let folder = say.place.folder()?;
    let request = say.place.find(&folder, &say.id)?;
    let role = role(say, &request)?;
    let key = private_key(&say.key)?;
    let now = now();
    if say.minutes == 0 && verdict == Verdict::Approve {
        super::complain("not signed, since it would not count: --minutes 0 is over at once");
        return Ok(Outcome::No);
    }
    let until = now.saturating_add(say.minutes.saturating_mul(60));
    // A denial holds as long as the request waits.
    let until = if verdict == Verdict::Deny { request.until } else { until };
    let words = (verdict, say.reason.as_str());
    let approval = Approval::sign(&request, words, (&say.name, &role), until, &key);
    let book = policy_of(&say.place).map_err(Failure::Usage)?;
    let counts = |verdict: &Approval| {
        let people = keyed(&book, &verdict.role);
        verdict.verify(&request.challenge(), &request.matter, &people, now)
    };
    if let Err(why) = counts(&approval) {
        super::complain(&format!("not signed, since it would not count: {}", why.message()));
        return Ok(Outcome::No);
    }
    let said = folder.verdicts(&request.id);
    let denied = said.iter().find(|said| said.verdict == Verdict::Deny && counts(said).is_ok());
    if let Some(no) = denied.filter(|_| verdict == Verdict::Approve) {
        super::complain(&format!(
            "not signed, since it would not count: {} denied it as {}, and a denial wins; what is asked again after {} can be approved",
            no.by,
            no.role,
            ask::readable(request.until)
        ));
        return Ok(Outcome::No);
    }
    let path = folder.add(&approval)?;
    let word = if verdict == Verdict::Approve { "approved" } else { "denied" };
    let (id, until) = (&request.id, ask::readable(approval.until));
    writeln!(io::stdout(), "{word} {id} as {role} until {until}: {}", path.display())?;
    Ok(Outcome::Fine)
}

/// Those who have a role and a key.
fn keyed(book: &exchange::Book, role: &str) -> Vec<ask::Person> {
    let people = book.rulebook.role_named(role).map_or(&[][..], |role| book.rulebook.people(role));
    let person =
        |person: &policy::Person| Some(ask::Person { name: person.name.clone(), key: person.key? });
    people.iter().filter_map(person).collect()
}

fn role(say: &Say, request: &Request) -> std::result::Result<String, Failure> {
    let roles: Vec<&str> = request.matter.roles().collect();
    match (&say.role, &roles[..]) {
        (Some(role), _) => Ok(role.clone()),
        (None, [one]) => Ok((*one).to_owned()),
        (None, _) => {
            Err(Failure::Usage(vec![format!("say in which role: --role {}", roles.join("|"))]))
        }
    }
}

fn private_key(path: &Path) -> std::result::Result<SigningKey, Failure> {
    let text = files::read(path).map_err(|problem| Failure::Usage(vec![problem]))?;
    SigningKey::from_pkcs8_pem(&text).map_err(|_| {
        let told =
            "expected an Ed25519 private key (PKCS#8 PEM); `seawall approvals key FILE` makes one";
        Failure::Usage(vec![format!("{}: {told}", path.display())])
    })
}

fn key(file: &Path, name: &str) -> Result {
    if !file.exists() {
        secrets::make_signing_key(file).map_err(Failure::Broken)?;
    }
    let public = BASE64_STANDARD.encode(private_key(file)?.verifying_key().to_bytes());
    writeln!(io::stdout(), "people {name} key {public}")?;
    Ok(Outcome::Fine)
}

fn now() -> u64 {
    u64::try_from(super::now()).unwrap_or(0)
}
