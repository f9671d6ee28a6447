//! Why a request was not sent: one table from code to HTTP status, meaning and mend.
//!
//! A refusal never quotes the request. Codes are stable: scripts and support desks depend on them.

use std::borrow::Cow;
use std::fmt;

use dialect::refusal::{AskedFor, FoundAll};

/// The reason for a refusal. [`Code::name`] is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The body or head has no single reading; the name says which rule it broke.
    Unreadable(&'static str),
    /// The body is larger than the configured bound, before or after decompression.
    TooLarge,
    /// A content encoding that the gateway cannot undo.
    UnsupportedEncoding,
    /// The memory for buffered bodies is in use; try again.
    Busy,
    /// No route of this listener leads anywhere for this path.
    NoRoute,
    /// A rule of the policy blocks it.
    Blocked,
    /// Nothing forbids it, but no rule licenses this data for this destination.
    NotLicensed,
    /// The policy sends it elsewhere, and nowhere there may take it.
    NoPermittedDestination,
    /// The policy asks for a stated reason first.
    NeedsJustification,
    /// The policy asks for the approval of a second person first.
    NeedsApproval,
    /// The policy asks for approval, and too many requests wait for that already.
    TooManyWaiting,
    /// The challenge that came with it is not for this request, or was altered.
    ChallengeUnfit,
    /// The challenge that came with it is older than its term.
    ChallengeExpired,
    /// The challenge that came with it was used before.
    ChallengeUsed,
    /// The reason that came with it is none that can be kept.
    JustificationUnfit,
    /// A second person has denied it.
    ApprovalDenied,
    /// After the edits something that should have been removed was still there.
    Residue,
    /// What came as the client's credential holds something else that is sensitive.
    CredentialHoldsData,
    /// The request cannot be said in the dialect of the destination.
    Untranslatable,
    /// Judging it took more work than its size allows.
    TooMuchWork,
    /// The judgement itself failed.
    JudgementFailed,
    /// The decision could not be recorded, and nothing leaves unrecorded.
    Unrecorded,
    /// The persons whose data would leave could not be counted, and nobody's leaves uncounted.
    Uncounted,
    /// The destination's name did not resolve, or to no address that may be used.
    NotResolved,
    /// The destination could not be reached.
    Unreachable,
    /// The destination did not answer in time.
    UpstreamTimeout,
    /// The destination's answer broke off or could not be read.
    AnswerUnreadable,
    /// The answer holds what may not come in.
    AnswerBlocked,
    /// The client did not finish its request, or did not take its answer, in time.
    ClientTimeout,
    /// A credential header holds something else than a key.
    CredentialForm,
    /// The caller's identity token is not one of its identity provider, or not valid now.
    IdentityNotBelieved,
    /// The destination answered with a redirect.
    Redirected,
    /// The purpose that the client states is none of those that are declared of it.
    PurposeNotDeclared,
    /// The legal basis that it states is none of those that are declared of it.
    BasisNotDeclared,
    /// A method that changes or removes something, on a path where no operation is known.
    UnknownMethod,
    /// The name of the model says a place, and another than the destination is for.
    ModelNotTaken,
}

impl Code {
    /// The stable name, as clients and records see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    /// The HTTP status (RFC 9110) that this code is answered with.
    #[must_use]
    pub fn status(self) -> u16 {
        self.entry().1
    }

    /// What happened, in one sentence.
    #[must_use]
    pub fn message(self) -> &'static str {
        self.entry().2
    }

    /// What the reader can do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        self.entry().3
    }

    /// Name, status, message and remedy. Over 60 lines, since whoever words one refusal should see the others.
    fn entry(self) -> (&'static str, u16, &'static str, &'static str) {
        match self {
            Self::Unreadable(name @ "malformed-body") => (
                name,
                400,
                "The body broke off, or its chunks are not well formed.",
                "Send as many bytes as Content-Length says, or well-formed chunks.",
            ),
            Self::Unreadable(name @ "corrupt-encoding") => (
                name,
                400,
                "The body is not what its content encoding says.",
                "Send it whole in the encoding that Content-Encoding names, or without one.",
            ),
            Self::Unreadable(name) => (
                name,
                400,
                "The request does not have one single reading.",
                "Send valid JSON in UTF-8, with each key once and nothing after it.",
            ),
            Self::TooLarge => (
                "too-large",
                413,
                "The request is larger than this gateway reads.",
                "Send less at once, or ask for a higher limits.body.",
            ),
            Self::UnsupportedEncoding => (
                "unsupported-encoding",
                415,
                "The content encoding is not one the gateway can undo.",
                "Use gzip, br, zstd, deflate or none.",
            ),
            Self::Busy => (
                "busy",
                503,
                "The memory for buffered requests is in use.",
                "Try again after the time in Retry-After.",
            ),
            Self::NoRoute => (
                "no-route",
                404,
                "No route of this listener takes this request.",
                "Check the base URL, or add a [[route]] to seawall.toml.",
            ),
            Self::Blocked => (
                "blocked",
                403,
                "The policy does not let this request leave.",
                "Remove the data named by the rule, or use a destination that may have it.",
            ),
            Self::NotLicensed => (
                "not-licensed",
                403,
                "No rule of the policy permits this kind of data at this destination.",
                "Remove that data, use another destination, or ask the policy's owner for a rule.",
            ),
            Self::NoPermittedDestination => (
                "no-permitted-destination",
                403,
                "The policy sends this request to a pool in which no destination may take it now.",
                "Try later, or ask the policy's owner.",
            ),
            Self::NeedsJustification => (
                "needs-justification",
                403,
                "The policy asks for a stated reason before this leaves.",
                "Ask the policy's owner why.",
            ),
            Self::NeedsApproval => (
                "needs-approval",
                403,
                "The policy asks for the approval of a second person before this leaves.",
                "Ask the role named by the rule.",
            ),
            Self::TooManyWaiting => (
                "too-many-waiting",
                429,
                "The policy asks for the approval of a second person, and too many requests wait for that already.",
                "Have those that wait approved and send them, or wait until their term is over.",
            ),
            Self::ChallengeUnfit => (
                "challenge-unfit",
                403,
                "The challenge is not for this request: caller, destination, data or policy differ, or it was altered.",
                "Send the request without seawall-challenge and take the new one.",
            ),
            Self::ChallengeExpired => (
                "challenge-expired",
                403,
                "The challenge is older than its term.",
                "Send the request without seawall-challenge and take the new one.",
            ),
            Self::ChallengeUsed => (
                "challenge-used",
                403,
                "The challenge was used before; each is good for one request, also if that failed.",
                "Send the request without seawall-challenge and take the new one.",
            ),
            Self::JustificationUnfit => (
                "justification-unfit",
                403,
                "A reason was asked for, and what was sent cannot be kept as one.",
                "Send seawall-justification with a reason of 8 letters to 500 bytes, in UTF-8 or percent-encoded, that names no person, number or secret.",
            ),
            Self::ApprovalDenied => (
                "approval-denied",
                403,
                "A second person has denied that this leaves.",
                "Remove the data named by the rule, or speak with the role that denied it.",
            ),
            Self::Residue => (
                "residue",
                403,
                "Data that had to be removed was still there after editing, so nothing was sent.",
                "Report the record id to the operator of the gateway.",
            ),
            Self::CredentialHoldsData => (
                "credential-holds-data",
                403,
                "The credential holds sensitive data that is no key, and cannot be edited.",
                "Send the provider's key, and nothing else, as the credential.",
            ),
            Self::Untranslatable => (
                "untranslatable",
                400,
                "The request cannot be expressed in the dialect of its permitted destination.",
                "Leave out the field named in the message, or call that destination in its own dialect.",
            ),
            Self::ModelNotTaken => (
                "model-not-taken",
                403,
                "The name of the model chooses where it runs, and the policy permits this destination only with names that choose its own place.",
                "Name the model as the destination offers it in its own place, or ask the policy's owner.",
            ),
            Self::TooMuchWork => (
                "too-much-work",
                422,
                "Inspecting this request takes more work than its size allows.",
                "Send the text in smaller pieces.",
            ),
            Self::JudgementFailed => (
                "judgement-failed",
                500,
                "The gateway could not judge this request, so it was not sent.",
                "Report the record id to the operator of the gateway.",
            ),
            Self::Unrecorded => (
                "unrecorded",
                503,
                "The decision could not be recorded, and nothing leaves unrecorded.",
                "Try again; the operator must look at the journal.",
            ),
            Self::Uncounted => (
                "uncounted",
                503,
                "The policy counts the persons whose data leaves, and these could not be counted, so nothing was sent.",
                "Try again; the operator must look at the folder of counted persons.",
            ),
            Self::NotResolved => (
                "not-resolved",
                502,
                "The destination's name did not resolve to an address that may be used.",
                "Try again; the record tells the operator why (candidate.unresolved).",
            ),
            Self::Unreachable => {
                ("unreachable", 502, "The destination could not be reached.", "Try again later.")
            }
            Self::UpstreamTimeout => (
                "upstream-timeout",
                504,
                "The destination did not answer in time.",
                "Try again later.",
            ),
            Self::AnswerUnreadable => (
                "answer-unreadable",
                502,
                "The destination's answer broke off or could not be read.",
                "Try again later.",
            ),
            Self::AnswerBlocked => (
                "answer-blocked",
                403,
                "The policy does not let this answer in.",
                "Ask the policy's owner; the record names the rule.",
            ),
            Self::ClientTimeout => (
                "client-timeout",
                408,
                "The request did not arrive in time.",
                "Send it faster, or ask for a higher limits.body_time.",
            ),
            Self::CredentialForm => (
                "credential-form",
                400,
                "A credential header of the request holds something else than one key.",
                "Send `Authorization: Bearer KEY`, or `x-api-key: KEY`, once, with the key alone.",
            ),
            Self::IdentityNotBelieved => (
                "identity-not-believed",
                401,
                "The identity token is not believed.",
                "Log in again for a new token, or ask the operator which identity provider the gateway believes.",
            ),
            Self::Redirected => (
                "upstream-redirect",
                502,
                "The destination answered with a redirect, which would lead where nothing was decided.",
                "The operator must give the policy the destination's final url.",
            ),
            Self::PurposeNotDeclared => (
                "purpose-not-declared",
                403,
                "The policy declares no such purpose of this caller.",
                "Send in seawall-purpose one that the policy declares of your application, or leave it out.",
            ),
            Self::BasisNotDeclared => (
                "basis-not-declared",
                403,
                "The policy declares no such legal basis of this caller.",
                "Send in seawall-legal-basis one that the policy declares of your application, or leave it out.",
            ),
            Self::UnknownMethod => (
                "unknown-method",
                403,
                "The gateway knows no operation of this method and path, and the method may change something.",
                "Use GET or POST; what manages a provider's account is called without the gateway.",
            ),
        }
    }
}

/// A request that is not sent, with all that its sender may know about why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable reason.
    pub code: Code,
    /// The rule, exception or invariant that decided, if the policy did.
    pub rule: Option<Box<str>>,
    /// What happened, for a person. Names places and kinds, never text.
    pub message: Cow<'static, str>,
    /// The law that the rule cites.
    pub law: Option<Box<str>>,
    /// What the sender can do.
    pub remedy: Cow<'static, str>,
    /// What was found that keeps it from leaving: places and kinds, never text. And what would be sent instead, which names only
    /// destinations that the caller's listener leads to.
    pub found: Option<Box<FoundAll>>,
    /// What is asked for before it can be sent, and how to send that.
    pub ask: Option<Box<AskedFor>>,
}

impl Refusal {
    /// A refusal with the table's own words.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            rule: None,
            message: Cow::Borrowed(code.message()),
            law: None,
            remedy: Cow::Borrowed(code.remedy()),
            found: None,
            ask: None,
        }
    }

    /// A refusal that says more precisely what happened. `message` must not quote the request.
    #[must_use]
    pub fn because(code: Code, message: impl Into<String>) -> Self {
        Self { message: Cow::Owned(message.into()), ..Self::new(code) }
    }

    /// A refusal by one who knows what happened and what helps; both become sentences. Neither may quote the request.
    pub(crate) fn mended(code: Code, told: &str, help: &str) -> Self {
        let mut letters = help.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let remedy = first.into_iter().chain(letters).chain(['.']).collect();
        Self { remedy, ..Self::because(code, format!("{told}.")) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}
