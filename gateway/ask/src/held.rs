//! Whether everything is there that was asked for.

use crate::approval::{Approval, Person, Unsigned, Verdict};
use crate::{Challenge, Justification, Matter};

/// Everything that was asked for is there, and it has not been spent yet. Made only by [`hold`], not `Clone`.
#[derive(Debug)]
pub struct Held {
    challenge: Challenge,
    matter: [u8; 32],
    reason: Option<Justification>,
    approvals: Vec<Approved>,
}

/// A verdict that counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// Who approved.
    pub by: String,
    /// In which role.
    pub role: String,
    /// The last second on which it counts.
    pub until: u64,
    /// The signature, in base64: with the request's facts it can be verified again.
    pub signature: String,
}

/// Why it has to wait longer, or for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// These roles have not approved; and what was there and did not count.
    Waiting(Vec<String>, Vec<Unsigned>),
    /// Somebody who may say so has denied it, for this reason.
    Denied {
        /// Who.
        by: String,
        /// In which role.
        role: String,
        /// Why.
        reason: String,
    },
}

/// Puts together what was asked for: `challenge` was opened with this matter, `reason` was read and looked at if one is asked for.
/// `people` are those with a key in a role.
///
/// # Errors
/// What is still missing. A denial wins over any approval.
pub fn hold(
    challenge: Challenge,
    matter: &Matter,
    reason: Option<Justification>,
    verdicts: &[Approval],
    people: impl Fn(&str) -> Vec<Person>,
    now: u64,
) -> Result<Held, Pending> {
    let (mut counted, mut failed) = (Vec::new(), Vec::new());
    for verdict in verdicts {
        match verdict.verify(&challenge, matter, &people(&verdict.role), now) {
            Ok(()) => counted.push(verdict),
            Err(why) => failed.push(why),
        }
    }
    if let Some(no) = counted.iter().find(|verdict| verdict.verdict == Verdict::Deny) {
        let (by, role, reason) = (no.by.clone(), no.role.clone(), no.reason.clone());
        return Err(Pending::Denied { by, role, reason });
    }
    let (mut approvals, mut missing) = (Vec::new(), Vec::new());
    for role in matter.roles() {
        match counted.iter().find(|verdict| verdict.role == role) {
            Some(yes) => approvals.push(Approved {
                by: yes.by.clone(),
                role: role.to_owned(),
                until: yes.until,
                signature: yes.signature.clone(),
            }),
            None => missing.push(role.to_owned()),
        }
    }
    if !missing.is_empty() || (matter.wants_reason() && reason.is_none()) {
        return Err(Pending::Waiting(missing, failed));
    }
    Ok(Held { challenge, matter: matter.digest(), reason, approvals })
}

impl Held {
    /// Which challenge is to be spent.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// Whether it is for this matter.
    #[must_use]
    pub fn is_for(&self, matter: &Matter) -> bool {
        self.matter == matter.digest()
    }

    /// The stated reason.
    #[must_use]
    pub fn reason(&self) -> Option<&Justification> {
        self.reason.as_ref()
    }

    /// Who approved.
    #[must_use]
    pub fn approvals(&self) -> &[Approved] {
        &self.approvals
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

    use super::*;
    use crate::approval::tests::{NOW, person, request};
    use crate::matter::tests::sample;

    /// What is made of verdicts by dora, who is dpo, and a reason.
    fn check(verdicts: &[(Verdict, &str)], with_reason: bool) -> Result<Held, Pending> {
        let (dora, key) = person("dora", 1);
        let request = request(sample());
        let verdicts: Vec<Approval> = verdicts
            .iter()
            .map(|verdict| Approval::sign(&request, *verdict, ("dora", "dpo"), NOW, &key))
            .collect();
        let people = |role: &str| if role == "dpo" { vec![dora.clone()] } else { Vec::new() };
        let reason = with_reason.then(|| Justification::read(Some("a good reason")).unwrap());
        hold(request.challenge(), &request.matter, reason, &verdicts, people, NOW)
    }

    #[test]
    fn reason_and_approval_are_both_needed() {
        let held = check(&[(Verdict::Approve, "")], true).unwrap();
        assert!(held.is_for(&sample()));
        assert_eq!(held.approvals()[0].by, "dora");
        let waiting = Pending::Waiting(vec!["dpo".to_owned()], Vec::new());
        assert_eq!(check(&[], true).unwrap_err(), waiting);
        let waiting = Pending::Waiting(Vec::new(), Vec::new());
        assert_eq!(check(&[(Verdict::Approve, "")], false).unwrap_err(), waiting);
    }

    #[test]
    fn a_denial_wins() {
        let found = check(&[(Verdict::Approve, ""), (Verdict::Deny, "not this one")], true);
        let (by, role) = ("dora".to_owned(), "dpo".to_owned());
        let denied = Pending::Denied { by, role, reason: "not this one".to_owned() };
        assert_eq!(found.unwrap_err(), denied);
    }
}
