//! Whether a decision record says one thing: what it tells for people and sinks (action, rules, findings, candidate, digests) and
//! the situation and decision from which it can be decided again.

use incident::Found;
use policy::{RecordedCandidate, RecordedDecision, RecordedSituation};

/// Classes of what nobody read, which no finding tells.
const UNREAD: [&str; 2] = ["unread", "opaque"];

/// The fields that contradict the situation, candidate or decision of the same record. What was shortened is passed over.
pub(crate) fn contradictions(
    record: &incident::Record,
    told: &incident::Decision,
    situation: &RecordedSituation,
    candidate: &RecordedCandidate,
    decision: &RecordedDecision,
) -> Vec<&'static str> {
    let rules = told.rules.iter().map(|rule| rule.id.as_str());
    let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let checks = [
        ("action", told.action == decision.action.name()),
        ("rules", rules.eq(decision.rules.iter().map(String::as_str))),
        ("findings", findings_agree(&told.findings, situation)),
        ("unread", unread_agrees(told, situation)),
        (
            "candidate",
            told.candidate.destination == candidate.destination
                && told.candidate.grade == candidate.grade,
        ),
        ("asked", asked_agrees(told, decision)),
        ("policy", is_digest(&told.policy)),
        ("detectors", is_digest(&told.detectors)),
    ];
    let is_whole = |name: &str| !record.shortened.iter().any(|field| field == name);
    checks.into_iter().filter(|(name, agrees)| is_whole(name) && !agrees).map(|(n, _)| n).collect()
}

/// Whether each finding's class is in the situation at least as surely, and the situation has no class if nothing was found.
fn findings_agree(findings: &incident::Findings, situation: &RecordedSituation) -> bool {
    let level = |class: &str| situation.classes.iter().find(|(name, _)| name == class);
    let is_there = |found: &Found| {
        level(&found.class).is_some_and(|(_, known)| rank(known) >= rank(&found.level))
    };
    let of_findings = |(name, _): &&(String, String)| !UNREAD.contains(&name.as_str());
    let any = situation.classes.iter().any(|class| of_findings(&class));
    findings.listed.iter().all(is_there) && (findings.total() > 0 || !any)
}

/// Whether the situation says that something was not read if the record names something.
fn unread_agrees(told: &incident::Decision, situation: &RecordedSituation) -> bool {
    let is_said = situation.classes.iter().any(|(name, _)| UNREAD.contains(&name.as_str()));
    told.unread.is_empty() || is_said
}

/// Whether what was sent although something was asked for was granted.
fn asked_agrees(told: &incident::Decision, decision: &RecordedDecision) -> bool {
    let is_granted = told.asked.as_ref().is_some_and(|asked| asked.state == "granted");
    told.sent.is_none() || decision.asks.is_empty() || is_granted
}

fn rank(level: &str) -> usize {
    ["possible", "likely", "confirmed"].iter().position(|known| *known == level).unwrap_or(0)
}
