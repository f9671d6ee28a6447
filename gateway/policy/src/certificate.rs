//! What was proved of a policy, and of which: for who asks later whether that still holds.
//!
//! A proof is about texts, the names that they may use, and the days from one on. If none of these changed, and the prover is
//! the same, what was proved holds without proving anew; a later day is among those it was proved for.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Catalogue, Clock, Day, Proof, Report, Source, Verdict, Within};

/// The name and version of the form.
pub const CERTIFICATE: &str = "seawall.certificate/1";

/// What was proved. Digests are SHA-256, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// [`CERTIFICATE`].
    pub schema: String,
    /// The name in the `policy` block.
    pub policy: String,
    /// The digest of the whole policy, as records name it.
    pub digest: String,
    /// Each of its files, packs among them.
    pub sources: Vec<CertifiedSource>,
    /// The digest of all ids and families of detectors that the policy may name.
    pub names: String,
    /// The release that proved it.
    pub prover: String,
    /// The clock by which its days are counted.
    pub clock: String,
    /// The first day that the proofs speak of; they speak of all that follow.
    pub from: Day,
    /// The days after it on which a date of the policy counts: between them nothing changes by itself.
    pub epochs: Vec<Day>,
    /// How many situations were decided one by one, beside the proofs.
    pub situations: u64,
    /// Whether those were all that the policy can tell apart.
    pub exhaustive: bool,
    /// Every invariant.
    pub invariants: Vec<Certified>,
    /// How many tests passed; none failed.
    pub tests: usize,
}

/// A file of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifiedSource {
    /// Its path.
    pub path: String,
    /// The digest of its bytes.
    pub sha256: String,
}

/// An invariant, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certified {
    /// Its name.
    pub invariant: String,
    /// `proved`; `vacuous` if it guards nothing; `sampled` if to prove it took too much work.
    pub verdict: String,
    /// Of how many of the situations it speaks.
    pub guarded: u64,
    /// The countries whose residents its conditions speak of; empty when they speak of none.
    pub residents: Vec<String>,
    /// Of each condition on where it goes: the places that count as inside.
    pub places: Vec<Within>,
}

/// What a policy is proved with, beside its own text.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The files of the policy, by the paths that are to be told.
    pub sources: &'a [Source],
    /// What they may name.
    pub catalogue: Catalogue<'a>,
    /// The release that proves.
    pub prover: &'a str,
    /// Seconds since 1970-01-01 UTC.
    pub now: i64,
}

impl Certificate {
    /// The certificate of a report; none if there are mistakes, or an invariant or test does not hold.
    #[must_use]
    pub fn of(report: &Report, with: &Circumstances<'_>) -> Option<Certificate> {
        let rulebook = report.rulebook.as_ref().filter(|_| report.is_fine())?;
        let from = Day::from_unix(with.now, rulebook.clock());
        let epochs = rulebook.cuts().iter().filter(|day| **day > from);
        Some(Certificate {
            schema: CERTIFICATE.to_owned(),
            policy: rulebook.name().to_owned(),
            digest: hex(&rulebook.digest()),
            sources: sources(with.sources),
            names: names(&with.catalogue),
            prover: with.prover.to_owned(),
            clock: rulebook.clock().name().to_owned(),
            from,
            epochs: epochs.copied().collect(),
            situations: report.situations,
            exhaustive: report.exhaustive,
            invariants: report.proofs.iter().map(Certified::of).collect(),
            tests: report.tests.len(),
        })
    }

    /// What is otherwise than it was when this was proved, each in a sentence; empty: it holds.
    #[must_use]
    pub fn differences(&self, now: &Circumstances<'_>) -> Vec<String> {
        let mut told = changed(&self.sources, &sources(now.sources));
        if self.names != names(&now.catalogue) {
            told.push(
                "detectors: others than then can be named, so classes may mean something else"
                    .to_owned(),
            );
        }
        if self.prover != now.prover {
            let (then, now) = (&self.prover, now.prover);
            told.push(format!("prover: release {then} proved it, this is {now}"));
        }
        let clock = Clock::named(&self.clock).unwrap_or_else(Clock::utc);
        let today = Day::from_unix(now.now, &clock);
        if today < self.from {
            told.push(format!("day: it was proved from {} on, and today is {today}", self.from));
        }
        told
    }

    /// How many invariants were proved, and how many there are.
    #[must_use]
    pub fn proved(&self) -> (usize, usize) {
        let proved = |one: &&Certified| one.verdict == Verdict::Proved.name();
        (self.invariants.iter().filter(proved).count(), self.invariants.len())
    }
}

impl Certified {
    fn of(proof: &Proof) -> Certified {
        Certified {
            invariant: proof.invariant.clone(),
            verdict: proof.verdict.name().to_owned(),
            guarded: proof.guarded,
            residents: proof.countries.clone(),
            places: proof.places.clone(),
        }
    }
}

/// Which files changed. Where one moved and says the same, nothing did: places of files mean nothing.
fn changed(then: &[CertifiedSource], now: &[CertifiedSource]) -> Vec<String> {
    let lacks = |one: &&CertifiedSource, other: &[CertifiedSource]| {
        other.iter().all(|known| known.sha256 != one.sha256)
    };
    let (old, new): (Vec<_>, Vec<_>) = (
        then.iter().filter(|one| lacks(one, now)).collect(),
        now.iter().filter(|one| lacks(one, then)).collect(),
    );
    let named = |of: &[&CertifiedSource], path: &str| of.iter().any(|one| one.path == path);
    let mut told = Vec::new();
    for source in &new {
        let what = if named(&old, &source.path) { "was changed" } else { "is new" };
        told.push(format!("{}: {what}", source.path));
    }
    let gone = old.iter().filter(|source| !named(&new, &source.path));
    told.extend(gone.map(|source| format!("{}: is gone", source.path)));
    // Two files that say the same, of which one is gone: the same policy, and another digest.
    if told.is_empty() && then.len() != now.len() {
        told.push(format!("there are {} files, and there were {}", now.len(), then.len()));
    }
    told
}

fn sources(of: &[Source]) -> Vec<CertifiedSource> {
    let digest = |text: &str| hex(&Sha256::digest(text.as_bytes()));
    let certified = |source: &Source| CertifiedSource {
        path: source.path.clone(),
        sha256: digest(&source.text),
    };
    of.iter().map(certified).collect()
}

/// Of ids and families in alphabetical order, with what can be in no name between them.
fn names(catalogue: &Catalogue<'_>) -> String {
    let mut names: Vec<&(String, String)> = catalogue.detectors.iter().collect();
    names.sort_unstable();
    names.dedup();
    let mut digest = Sha256::new();
    for (id, family) in names {
        digest.update(format!("{id}\t{family}\n"));
    }
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
