//! One line for people.

use std::fmt;

use crate::record::{
    Allowed, Body, Client, Decision, Ending, Findings, Lifecycle, Outcome, Record,
};

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.body {
            Body::Decision(decision) => decision.fmt(f),
            Body::Outcome(outcome) => outcome.fmt(f),
            Body::Lifecycle(event) => event.fmt(f),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{} {}: {}", self.exchange, self.attempt, self.action, Who(&self.client))?;
        write!(f, " {} {}", self.dialect, self.operation)?;
        if let Some(model) = &self.model {
            write!(f, " {model}")?;
        }
        write!(f, " to {} ({})", self.candidate.destination, self.candidate.grade)?;
        if self.candidate.destination != self.requested {
            write!(f, " instead of {}", self.requested)?;
        }
        write!(f, ", {}{}", Found(&self.findings), LetThrough(&self.allowed))?;
        if let Some(rule) = self.rules.first() {
            write!(f, ", rule {}", rule.id)?;
        }
        if let Some(refusal) = &self.refusal {
            write!(f, ", refused: {refusal}")?;
        }
        if let Some(asked) = &self.asked {
            write!(f, ", {} {}", asked.asks.join(" and "), asked.state)?;
        }
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, status {}", self.exchange, self.ending, self.status)?;
        write!(f, ", {} bytes sent, {} delivered", self.bytes_sent, self.bytes_delivered)?;
        if self.restored + self.unrestorable > 0 {
            write!(f, ", {} tokens restored, {} not", self.restored, self.unrestorable)?;
        }
        if self.findings.total() > 0 {
            write!(f, ", answer: {}", Found(&self.findings))?;
        }
        if let Some(said) = &self.contradicted {
            write!(f, ", made elsewhere: {said}")?;
        }
        write!(f, "{}, {} µs", LetThrough(&self.allowed), self.timings.total)
    }
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { version, policy, .. } => {
                write!(f, "started {version} with policy {}", Short(policy))
            }
            Self::Stop { reason } => write!(f, "stopping: {reason}"),
            Self::PolicyReloaded { previous, policy, .. } => {
                write!(f, "policy {} replaces {}", Short(policy), Short(previous))
            }
            Self::PolicyReloadFailed { policy, problems, first } => write!(
                f,
                "policy reload failed with {problems} problems, {} stays: {first}",
                Short(policy)
            ),
            Self::ReloadFailed { policy, problems, first } => write!(
                f,
                "reload failed with {problems} problems beside the policy, {} stays: {first}",
                Short(policy)
            ),
            Self::BundleInstalled { version, digest, signers, same, stricter, looser, .. } => {
                write!(
                    f,
                    "bundle {version} ({}) installed, signed by {}; of what was decided last {same} the same, {stricter} \
                 stricter, {looser} looser",
                    Short(digest),
                    signers.join(", ")
                )
            }
            Self::BundleRefused { installed, problems, first, .. } => write!(
                f,
                "bundle refused with {problems} problems, version {installed} stays: {first}"
            ),
            Self::PolicyExpires { version, days, .. } => {
                write!(f, "the policy, bundle {version}, expires within {days} days")
            }
            Self::PolicyExpired { version, closed, .. } => write!(
                f,
                "the policy, bundle {version}, has expired; closed: {}",
                closed.join(", ")
            ),
            Self::CountingFailed { why } => write!(f, "persons are not counted: {why}"),
            Self::TornTailRepaired { epoch, bytes, kept } => write!(
                f,
                "journal epoch {epoch} had a torn tail of {bytes} bytes, {kept} whole entries kept"
            ),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Ending {
    /// The word in records and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::ClientAbort => "client-abort",
            Self::UpstreamError => "upstream-error",
            Self::Cut => "cut",
            Self::Refused => "refused",
            Self::Panic => "panic",
            Self::Timeout => "timeout",
            Self::Unrecorded => "unrecorded",
            Self::Shutdown => "shutdown",
        }
    }
}

struct Who<'w>(&'w Client);

impl fmt::Display for Who<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [&self.0.agency, &self.0.department, &self.0.application];
        let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
        if names.is_empty() { f.write_str("anonymous") } else { f.write_str(&names.join("/")) }
    }
}

struct Found<'f>(&'f Findings);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = self.0.classes();
        if classes.is_empty() {
            return f.write_str("nothing found");
        }
        let shown: Vec<&str> = classes.iter().take(6).copied().collect();
        write!(f, "{} found: {}", self.0.total(), shown.join(", "))?;
        if classes.len() > 6 { write!(f, " and {} more", classes.len() - 6) } else { Ok(()) }
    }
}

/// By which entries of an allow-list values were let through.
struct LetThrough<'a>(&'a [Allowed]);

impl fmt::Display for LetThrough<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|by| write!(f, ", {} allowed by {}", by.count, by.entry))
    }
}

/// The first digits of a digest.
struct Short<'d>(&'d str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get(..12).unwrap_or(self.0))
    }
}
