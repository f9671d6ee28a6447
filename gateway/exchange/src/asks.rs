//! Asking: what a decision that asks is bound to, whether everything is there, and the [`Grant`] by which it may go once.
//!
//! The decision itself stays as it is and is recorded so; a grant is a value that enters beside it. Redactions apply as ever.

mod matter;
mod told;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use ask::{Approval, Challenge, Held, Justification, Key, Matter, Pending, Person, Request, Unfit};
use detect::Text;
use incident::{Asked as Told, Verdict as Said};
use policy::Level;

use self::told::Sealed;
use crate::headers::picked;
use crate::search::Scratch;
use crate::{Case, Code, Located, Refusal};

/// The header in which a client sends a challenge back.
pub const CHALLENGE: &str = "seawall-challenge";

/// The header in which a client states its reason.
pub const JUSTIFICATION: &str = "seawall-justification";

/// What a client sent back of what it was asked for. Never leaves. `Debug` says only what is there.
#[derive(Clone, Default)]
pub struct Presented {
    /// The challenge.
    pub challenge: Option<String>,
    /// The reason, as it stood in its header.
    pub justification: Option<String>,
}

impl Presented {
    /// Picks the headers out; names are lower case. One that comes twice has no single reading and fits nothing.
    pub fn of<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Self {
        let [challenge, justification] = picked(headers, [CHALLENGE, JUSTIFICATION]);
        Self { challenge, justification }
    }
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (challenge, reason) = (self.challenge.is_some(), self.justification.is_some());
        write!(f, "Presented(challenge: {challenge}, justification: {reason})")
    }
}

/// Why a desk did not do its work. For the operator; holds nothing of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskFailure {
    /// As many requests wait already as one caller, or all, may have.
    TooMany,
    /// It could not, for this reason.
    Broken(String),
}

/// The future of a desk's answer.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DeskFailure>> + Send + 'a>>;

/// Where requests wait, approvals arrive, and what was used is remembered; the outer world implements it.
pub trait Desk: Send + Sync {
    /// The key that seals challenges; it lives with the memory of what was used.
    fn key(&self) -> &Key;

    /// Lists a request that waits for approval, and gives back the one of the same matter that is listed already, if any. One
    /// caller cannot take the places of all.
    fn register(&self, request: Request) -> Answer<'_, Request>;

    /// All verdicts on a request that have arrived, not verified.
    fn verdicts(&self, id: String) -> Answer<'_, Vec<Approval>>;

    /// Remembers durably that a challenge is used; false if it was before. `now` is the latest reading in seconds.
    fn spend(&self, challenge: Challenge, now: u64) -> Answer<'_, bool>;
}

/// Leave to send what was asked about, once: everything was there, and it is remembered that it is used. Made only by
/// [`spend`], not `Clone`.
#[derive(Debug)]
pub struct Grant {
    held: Held,
    told: Told,
}

/// Uses up what was held.
///
/// # Errors
/// `challenge-used` if it was used before, `unrecorded` if it could not be remembered.
pub async fn spend(desk: &dyn Desk, checked: Checked, now: u64) -> Result<Grant, Refusal> {
    let challenge = checked.held.challenge().clone();
    match desk.spend(challenge, now).await {
        Ok(true) => Ok(Grant { held: checked.held, told: checked.told }),
        Ok(false) => Err(Refusal::new(Code::ChallengeUsed)),
        Err(_) => Err(Refusal::new(Code::Unrecorded)),
    }
}

impl Grant {
    /// Whether it is for this matter.
    pub(crate) fn is_for(&self, matter: &Matter) -> bool {
        self.held.is_for(matter)
    }

    /// For the record.
    #[must_use]
    pub fn told(&self) -> Told {
        Told { state: "granted".to_owned(), ..self.told.clone() }
    }
}

/// Everything that was asked for is there, and not spent yet.
#[derive(Debug)]
pub struct Checked {
    held: Held,
    told: Told,
}

impl Checked {
    /// For the record of a request that carried it and was refused all the same.
    #[must_use]
    pub fn told(&self, why: Code) -> Told {
        Told { state: "refused".to_owned(), why: Some(why.name().to_owned()), ..self.told.clone() }
    }
}

/// Why a request waits or is refused, and what the record says of what was asked for.
pub type Waits = Box<(Refusal, Option<Told>)>;

impl Located {
    /// The challenge that the client sent, if it fits this matter.
    ///
    /// # Errors
    /// Why it does not.
    pub fn presented(&self, matter: &Matter, key: &Key) -> Option<Result<Challenge, Unfit>> {
        let text = self.case().presented.challenge.as_deref()?;
        Some(Challenge::open(text, key, matter, self.case().latest_second()))
    }

    /// Whether everything that was asked for is there, for a challenge that fits.
    ///
    /// # Errors
    /// What is missing, or that it was denied.
    pub fn check(
        &self,
        matter: &Matter,
        challenge: &Challenge,
        verdicts: &[Approval],
        scratch: &mut Scratch,
    ) -> Result<Checked, Waits> {
        let case = self.case();
        let mut told = told::of(matter, challenge, "refused");
        let reason = match matter.wants_reason().then(|| case.reason(scratch)).transpose() {
            Ok(reason) => reason,
            // A denial is told whatever the reason is.
            Err(refusal) if !matter.wants_approval() => return Err(refused(refusal, told)),
            Err(refusal) => match self.hold(matter, challenge, None, verdicts) {
                Err(Pending::Denied { by, role, reason }) => {
                    return Err(self.denied(told, (by, role, reason), scratch));
                }
                _ => return Err(refused(refusal, told)),
            },
        };
        told.justification = reason.as_ref().map(|reason| reason.as_str().to_owned());
        match self.hold(matter, challenge, reason, verdicts) {
            Ok(held) => {
                told.verdicts = held.approvals().iter().map(approved).collect();
                Ok(Checked { held, told })
            }
            Err(Pending::Denied { by, role, reason }) => {
                Err(self.denied(told, (by, role, reason), scratch))
            }
            Err(Pending::Waiting(roles, why)) => {
                "waiting".clone_into(&mut told.state);
                Err(Box::new((told::waiting(matter, &roles, &why), Some(told))))
            }
        }
    }

    fn hold(
        &self,
        matter: &Matter,
        challenge: &Challenge,
        reason: Option<Justification>,
        verdicts: &[Approval],
    ) -> Result<Held, Pending> {
        let rulebook = &self.case().book.rulebook;
        let people = |role: &str| {
            let people = rulebook.role_named(role).map_or(&[][..], |role| rulebook.people(role));
            let keyed = people
                .iter()
                .filter_map(|person| Some(Person { name: person.name.clone(), key: person.key? }));
            keyed.collect()
        };
        let now = self.case().latest_second();
        ask::hold(challenge.clone(), matter, reason, verdicts, people, now)
    }

    fn denied(
        &self,
        mut told: Told,
        (by, role, reason): (String, String, String),
        scratch: &mut Scratch,
    ) -> Waits {
        // What a second person wrote goes back to the caller, and so must hold nothing sensitive either.
        let is_clean = !reason.is_empty() && self.case().is_clean(&reason, scratch);
        let why = if is_clean { format!(" The reason given: {reason}") } else { String::new() };
        let message = format!("{} Denied as {role}.{why}", Code::ApprovalDenied.message());
        let verdict = "deny".to_owned();
        told.verdicts = vec![Said { verdict, by, role, ..Said::default() }];
        refused(Refusal::because(Code::ApprovalDenied, message), told)
    }

    /// What a client is asked for, added to its refusal: a challenge, what to send, until when.
    #[must_use]
    pub fn asking(
        &self,
        refusal: Refusal,
        matter: &Matter,
        challenge: &Challenge,
        key: &Key,
    ) -> Refusal {
        told::asking(refusal, &Sealed { matter, challenge, text: challenge.sealed(key, matter) })
    }

    /// For the record of a challenge that is given out.
    #[must_use]
    pub fn issued(&self, matter: &Matter, challenge: &Challenge) -> Told {
        told::of(matter, challenge, "issued")
    }
}

impl Case {
    /// The latest reading of the clock, in seconds since 1970-01-01 UTC: what had ended stays so if it is set back.
    #[must_use]
    pub fn latest_second(&self) -> u64 {
        self.latest_reading.max(self.arrived) / 1_000_000_000
    }

    /// The reason that the client stated.
    ///
    /// # Errors
    /// `justification-unfit` if there is none, it is out of its bounds, or it holds sensitive data itself.
    fn reason(&self, scratch: &mut Scratch) -> Result<Justification, Refusal> {
        let unfit = |what: &str| {
            Refusal::because(
                Code::JustificationUnfit,
                format!("{} {what}", Code::JustificationUnfit.message()),
            )
        };
        let reason = Justification::read(self.presented.justification.as_deref())
            .map_err(|problem| unfit(problem.message()))?;
        if self.is_clean(reason.as_str(), scratch) {
            Ok(reason)
        } else {
            Err(unfit("It holds sensitive data itself."))
        }
    }

    /// Whether nothing is found in a text that is kept on record or told.
    fn is_clean(&self, text: &str, scratch: &mut Scratch) -> bool {
        let mut fuel = self.book.fuel(text.len());
        let found =
            self.book.search.scan(scratch, &[Text::alone("", text)], self.latest, &mut fuel);
        found.is_ok_and(|found| {
            found.unread.is_empty()
                && found.findings.iter().all(|finding| finding.level() < Level::Likely)
        })
    }
}

fn refused(refusal: Refusal, mut told: Told) -> Waits {
    told.why = Some(refusal.code.name().to_owned());
    Box::new((refusal, Some(told)))
}

fn approved(approval: &ask::Approved) -> Said {
    Said {
        verdict: "approve".to_owned(),
        by: approval.by.clone(),
        role: approval.role.clone(),
        until: approval.until,
        signature: approval.signature.clone(),
    }
}

/// The refusal of a challenge that does not fit.
#[must_use]
pub fn unfit(why: Unfit) -> Refusal {
    Refusal::new(match why {
        Unfit::Form | Unfit::Foreign => Code::ChallengeUnfit,
        Unfit::Expired => Code::ChallengeExpired,
    })
}
