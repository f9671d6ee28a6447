//! The approval, or refusal, of a second person: signed for one request, useless for any other.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::challenge::{Challenge, is_id};
use crate::matter::{Matter, framed};

/// Most bytes of what a second person writes beside a verdict.
const MOST: usize = 500;

/// A request that waits for approval, as it is listed. Facts and classes only. It proves nothing: what counts is what the
/// gateway makes of the request when it comes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Name and version of this form: [`Request::SCHEMA`].
    pub schema: String,
    /// The exchange that was refused, and the challenge's id.
    pub id: String,
    /// When it was refused: seconds since 1970-01-01 UTC.
    pub since: u64,
    /// The last second on which it can be approved and sent.
    pub until: u64,
    /// The node that waits.
    pub node: String,
    /// What it is about.
    pub matter: Matter,
}

/// What a second person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It may go, once.
    Approve,
    /// It may not.
    Deny,
}

/// A signed verdict. The signature covers request, verdict, person, role, reason and term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Name and version of this form: [`Approval::SCHEMA`].
    pub schema: String,
    /// Which request.
    pub id: String,
    /// What is said.
    pub verdict: Verdict,
    /// Who says it, as the policy names them.
    pub by: String,
    /// In which role.
    pub role: String,
    /// Why; for a denial the caller is told.
    pub reason: String,
    /// The last second on which it counts: seconds since 1970-01-01 UTC.
    pub until: u64,
    /// Ed25519 (RFC 8032), base64.
    pub signature: String,
}

/// Somebody in a role, with the key by which their signature is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As the policy names them.
    pub name: String,
    /// Ed25519 public key.
    pub key: [u8; 32],
}

/// Why a verdict does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsigned {
    /// It is for another request, or for none that waits for this role.
    Foreign,
    /// The policy names nobody like that, with a key, in that role.
    Unknown,
    /// The person is the one who asks.
    Own,
    /// Its term is over.
    Expired,
    /// The signature is not that person's over this request and this verdict.
    Signature,
}

impl Unsigned {
    /// What is wrong, as the end of a sentence.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Foreign => "it is for another request or role",
            Self::Unknown => "the policy names nobody like that, with a key, in that role",
            Self::Own => "nobody approves what they ask for themselves",
            Self::Expired => "its term is over",
            Self::Signature => "its signature is not that person's over this request",
        }
    }
}

impl Request {
    /// Name and version of the form.
    pub const SCHEMA: &'static str = "seawall.request/1";

    /// Reads a listed request.
    ///
    /// # Errors
    /// What is wrong with the file, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match (read.schema == Self::SCHEMA, is_id(&read.id)) {
            (true, true) => Ok(read),
            (false, _) => Err(format!("is not in the form {}", Self::SCHEMA)),
            (true, false) => Err("has an id that is none".to_owned()),
        }
    }

    /// Its challenge.
    #[must_use]
    pub fn challenge(&self) -> Challenge {
        Challenge { id: self.id.clone(), until: self.until }
    }
}

impl Approval {
    /// Name and version of the form.
    pub const SCHEMA: &'static str = "seawall.approval/1";

    /// Signs a verdict on a request. `until` is cut to the term of the request, `reason` to 500 bytes without control characters.
    #[must_use]
    pub fn sign(
        request: &Request,
        (verdict, reason): (Verdict, &str),
        (by, role): (&str, &str),
        until: u64,
        key: &SigningKey,
    ) -> Self {
        let mut approval = Self {
            schema: Self::SCHEMA.to_owned(),
            id: request.id.clone(),
            verdict,
            by: by.to_owned(),
            role: role.to_owned(),
            reason: bounded(reason),
            until: until.min(request.until),
            signature: String::new(),
        };
        let signature = key.sign(&approval.signed(&request.challenge(), &request.matter));
        approval.signature = BASE64_STANDARD.encode(signature.to_bytes());
        approval
    }

    /// Reads a verdict. `None`: it is in no form that is known.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let read: Self = serde_json::from_str(text).ok()?;
        (read.schema == Self::SCHEMA && is_id(&read.id)).then_some(read)
    }

    /// Whether it counts for a request that came again with this challenge and is of this matter. `people` are those who
    /// have the role of this verdict and a key.
    ///
    /// # Errors
    /// Why it does not.
    pub fn verify(
        &self,
        challenge: &Challenge,
        matter: &Matter,
        people: &[Person],
        now: u64,
    ) -> Result<(), Unsigned> {
        if self.id != challenge.id || !matter.roles().any(|role| role == self.role) {
            return Err(Unsigned::Foreign);
        }
        let person =
            people.iter().find(|person| person.name == self.by).ok_or(Unsigned::Unknown)?;
        if matter.actor.as_ref().is_none_or(|actor| actor.eq_ignore_ascii_case(&self.by)) {
            return Err(Unsigned::Own);
        }
        let key = VerifyingKey::from_bytes(&person.key).map_err(|_| Unsigned::Unknown)?;
        let bytes = BASE64_STANDARD.decode(&self.signature).map_err(|_| Unsigned::Signature)?;
        let signature = Signature::from_slice(&bytes).map_err(|_| Unsigned::Signature)?;
        key.verify_strict(&self.signed(challenge, matter), &signature)
            .map_err(|_| Unsigned::Signature)?;
        if now > self.until { Err(Unsigned::Expired) } else { Ok(()) }
    }

    fn signed(&self, challenge: &Challenge, matter: &Matter) -> Vec<u8> {
        let verdict = match self.verdict {
            Verdict::Approve => "approve",
            Verdict::Deny => "deny",
        };
        framed(&[
            Self::SCHEMA.as_bytes(),
            challenge.id.as_bytes(),
            &challenge.until.to_be_bytes(),
            &matter.digest(),
            verdict.as_bytes(),
            self.by.as_bytes(),
            self.role.as_bytes(),
            self.reason.as_bytes(),
            &self.until.to_be_bytes(),
        ])
    }
}

fn bounded(text: &str) -> String {
    let mut bounded = String::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        if bounded.len() + c.len_utf8() > MOST {
            break;
        }
        bounded.push(c);
    }
    bounded
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matter::tests::{any, sample};

    pub(crate) const NOW: u64 = 1_795_219_200;

    pub(crate) fn request(matter: Matter) -> Request {
        Request {
            schema: Request::SCHEMA.to_owned(),
            id: "01KABCDEFGHJKMNPQRSTVWXYZ0".to_owned(),
            since: NOW,
            until: NOW + 86_400,
            node: "n".to_owned(),
            matter,
        }
    }

    pub(crate) fn person(name: &str, seed: u8) -> (Person, SigningKey) {
        let key = SigningKey::from_bytes(&[seed; 32]);
        (Person { name: name.to_owned(), key: key.verifying_key().to_bytes() }, key)
    }

    fn check(
        change: impl Fn(&mut Approval, &mut Challenge, &mut Matter),
        expect: Result<(), Unsigned>,
    ) {
        let (dora, key) = person("dora", 1);
        let request = request(sample());
        let signed = (Verdict::Approve, "");
        let mut approval = Approval::sign(&request, signed, ("dora", "dpo"), NOW + 60, &key);
        let (mut challenge, mut matter) = (request.challenge(), request.matter);
        change(&mut approval, &mut challenge, &mut matter);
        assert_eq!(approval.verify(&challenge, &matter, &[dora], NOW + 60), expect);
    }

    #[test]
    fn a_signed_approval_counts_for_its_request() {
        check(|_, _, _| (), Ok(()));
    }

    #[test]
    fn what_was_altered_does_not_count() {
        check(|approval, _, _| approval.verdict = Verdict::Deny, Err(Unsigned::Signature));
        check(|approval, _, _| approval.until += 1, Err(Unsigned::Signature));
        check(|approval, _, _| approval.reason.push('x'), Err(Unsigned::Signature));
        check(|approval, _, _| approval.signature.clear(), Err(Unsigned::Signature));
        check(|approval, _, _| approval.by = "eve".to_owned(), Err(Unsigned::Unknown));
        check(|approval, _, _| approval.role = "soc".to_owned(), Err(Unsigned::Foreign));
        check(|_, challenge, _| challenge.until += 1, Err(Unsigned::Signature));
        check(
            |_, challenge, _| challenge.id = "01KABCDEFGHJKMNPQRSTVWXYZ1".to_owned(),
            Err(Unsigned::Foreign),
        );
        check(|_, _, matter| matter.findings = "h2".to_owned(), Err(Unsigned::Signature));
        check(|_, _, matter| matter.destination = "other".to_owned(), Err(Unsigned::Signature));
    }

    #[test]
    fn who_asks_does_not_approve() {
        check(|_, _, matter| matter.actor = Some("Dora".to_owned()), Err(Unsigned::Own));
        check(|_, _, matter| matter.actor = None, Err(Unsigned::Own));
    }

    #[test]
    fn a_term_ends() {
        let (dora, key) = person("dora", 1);
        let request = request(sample());
        let signed = (Verdict::Approve, "");
        let approval = Approval::sign(&request, signed, ("dora", "dpo"), u64::MAX, &key);
        assert_eq!(approval.until, request.until, "no longer than the request waits");
        let verify = |now| {
            approval.verify(&request.challenge(), &request.matter, std::slice::from_ref(&dora), now)
        };
        assert_eq!(verify(request.until), Ok(()));
        assert_eq!(verify(request.until + 1), Err(Unsigned::Expired));
    }

    #[test]
    fn files_of_another_form_are_none() {
        assert!(Approval::parse("{}").is_none());
        assert!(Request::parse("{}").is_err());
        let mut listed = request(sample());
        let text = serde_json::to_string(&listed).unwrap_or_default();
        assert_eq!(Request::parse(&text).as_ref(), Ok(&listed));
        listed.id = "../../etc/passwd/../../..x".to_owned();
        assert!(Request::parse(&serde_json::to_string(&listed).unwrap_or_default()).is_err());
    }

    proptest! {
        #[test]
        fn an_approval_of_one_matter_counts_for_no_other(one in any(), other in any()) {
            let (dora, key) = person("dora", 1);
            let role = one.roles().next().unwrap_or("a").to_owned();
            let signed = (Verdict::Approve, "");
            let approval = Approval::sign(&request(one.clone()), signed, ("dora", &role), NOW, &key);
            let counts = approval.verify(&request(one.clone()).challenge(), &other, &[dora], NOW);
            prop_assert!(counts.is_err() || one == other);
        }
    }
}
