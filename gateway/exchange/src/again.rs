//! Decision records, decided again from their facts: by the policy of their day, or told to another one.

use incident::{Body, Decision as DecisionRecord, Found, Record, Verbatim};
use policy::{OnRecord, RecordedDecision, Rulebook, Sighting};

use crate::consistent::contradictions;

/// A recorded decision, decided again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejudged {
    /// What was recorded.
    pub recorded: RecordedDecision,
    /// What the rulebook decides now.
    pub again: RecordedDecision,
    /// Fields of the record that contradict its own situation, candidate or decision.
    pub contradictions: Vec<&'static str>,
}

impl Rejudged {
    /// Whether both are the same in every respect, and the record says nothing else elsewhere.
    #[must_use]
    pub fn identical(&self) -> bool {
        self.recorded == self.again && self.contradictions.is_empty()
    }
}

/// Decides the situation of a decision record again, under a rulebook that has all of its names. `None`: the record holds no
/// decision of the policy, because the request was refused before.
///
/// # Errors
/// What the record lacks, or which of its names the rulebook does not have.
pub fn rejudge(rulebook: &Rulebook, record: &Record) -> Result<Option<Rejudged>, String> {
    let Some(on_record) = on_record(record)? else { return Ok(None) };
    let again = rulebook.decide_again(&on_record).map_err(|name| name.to_string())?.decision;
    let OnRecord { situation, candidate, decision, .. } = on_record;
    let contradictions = contradictions(record, told(record)?, &situation, &candidate, &decision);
    Ok(Some(Rejudged { recorded: decision, again, contradictions }))
}

/// The facts of a decision record, from which any policy can decide. `None`: it holds no decision, because the request was refused
/// before.
///
/// # Errors
/// What the record lacks.
pub fn on_record(record: &Record) -> Result<Option<OnRecord>, String> {
    let told = told(record)?;
    if told.decision.is_none() {
        return Ok(None);
    }
    let is_whole = told.findings.counted.is_empty()
        && !record.shortened.iter().any(|field| field == "findings");
    let sighting = |found: &Found| Sighting {
        detector: found.detector.clone(),
        class: found.class.clone(),
        level: found.level.clone(),
    };
    Ok(Some(OnRecord {
        situation: read(record, "situation", &told.situation)?,
        candidate: read(record, "candidate.facts", &told.candidate.facts)?,
        decision: read(record, "decision", &told.decision)?,
        found: is_whole.then(|| told.findings.listed.iter().map(sighting).collect()),
    }))
}

fn told(record: &Record) -> Result<&DecisionRecord, String> {
    match &record.body {
        Body::Decision(decision) => Ok(decision),
        _ => Err("expected a decision record".to_owned()),
    }
}

fn read<T: serde::de::DeserializeOwned>(
    record: &Record,
    field: &str,
    value: &Verbatim,
) -> Result<T, String> {
    value.read().map_err(|_| {
        if record.shortened.iter().any(|shortened| shortened == field) {
            format!("the record's `{field}` was left out, because the record was too long")
        } else {
            format!("the record's `{field}` is not in the form of this version")
        }
    })
}
