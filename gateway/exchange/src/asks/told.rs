//! What client and record are told about what is asked for.

use ask::{Asked, Challenge, Matter, Unsigned};
use dialect::refusal::AskedFor;
use incident::Asked as Told;

use super::{CHALLENGE, JUSTIFICATION};
use crate::{Code, Refusal};

/// What a client waits for, with the challenge as it gets it.
pub(super) struct Sealed<'w> {
    pub(super) matter: &'w Matter,
    pub(super) challenge: &'w Challenge,
    pub(super) text: String,
}

/// What helps a caller whose request nobody can approve.
const UNNAMED: &str = "Call with a key that the gateway knows by name: nobody approves what they ask for themselves, so who asks \
                       has to be known.";

/// The words for what is asked, as in the policy.
fn words(matter: &Matter) -> Vec<String> {
    let words = matter.asks.iter().map(|asked| match asked {
        Asked::Justification => "justification".to_owned(),
        Asked::Approval(role) => format!("approval of {role}"),
    });
    words.collect()
}

/// For the record.
pub(super) fn of(matter: &Matter, challenge: &Challenge, state: &str) -> Told {
    Told {
        state: state.to_owned(),
        id: challenge.id.clone(),
        until: challenge.until,
        asks: words(matter),
        matter: matter.id(),
        findings: matter.findings.clone(),
        actor: matter.actor.clone(),
        ..Told::default()
    }
}

/// Adds to a refusal what the client can send, and until when.
pub(super) fn asking(mut refusal: Refusal, sealed: &Sealed<'_>) -> Refusal {
    let Sealed { matter, challenge, text } = sealed;
    let until = ask::readable(challenge.until);
    let mut send = vec![(CHALLENGE.to_owned(), text.clone())];
    let mut first = String::new();
    if matter.wants_approval() {
        if matter.actor.is_none() {
            refusal.remedy = UNNAMED.into();
            return refusal;
        }
        let roles: Vec<&str> = matter.roles().collect();
        first = format!("Have request {} approved as {}. ", challenge.id, roles.join(" and "));
    }
    let mut headers = format!("the header {CHALLENGE}");
    if matter.wants_reason() {
        send.push((JUSTIFICATION.to_owned(), "why this has to leave".to_owned()));
        headers = format!("the headers {CHALLENGE} and {JUSTIFICATION} (your reason)");
    }
    refusal.remedy = format!(
        "{first}Send the same request again with {headers}, as `ask.send` shows, until {until}."
    )
    .into();
    let id = challenge.id.clone();
    refusal.ask = Some(Box::new(AskedFor { id, asks: words(matter), until, send }));
    refusal
}

/// The refusal of a request that still waits, with what was there and did not count.
pub(super) fn waiting(matter: &Matter, roles: &[String], failed: &[Unsigned]) -> Refusal {
    let code = if matter.wants_approval() { Code::NeedsApproval } else { Code::NeedsJustification };
    let mut message = format!("{} It waits for: {}.", code.message(), roles.join(", "));
    for why in failed {
        message.push_str(&format!(" A verdict does not count: {}.", why.message()));
    }
    Refusal::because(code, message)
}
