//! Why a decision is what it is, rule by rule, in words.

use std::fmt::Write as _;

use crate::interpreter::{Reading, Sides, first_failed, known, sides};
use crate::model::{Model, Rule};
use crate::people::Listed;
use crate::{
    Action, Ask, Candidate, ClassId, Decision, Direction, Languages, Reason, RuleId, Rulebook,
    Situation,
};

/// How a rule stands to a situation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It matches, with all it says.
    Matched,
    /// It restricts and licenses nothing, because something is unknown.
    ObligesOnly {
        /// The condition that is not known to hold.
        condition: String,
    },
    /// It would match, but is only watched.
    Monitored,
    /// It would match, but an exception suspends it.
    Suspended {
        /// The name of the exception.
        exception: String,
    },
    /// It is not in force on the day.
    NotInForce,
    /// It is about the other direction.
    OtherDirection,
    /// A condition does not hold.
    Failed {
        /// The first condition that does not hold, as written.
        condition: String,
    },
}

impl Outcome {
    /// Whether it matches, in a word, and why or why not.
    fn words(&self) -> (&'static str, String) {
        match self {
            Outcome::Matched => ("yes", String::new()),
            Outcome::ObligesOnly { condition } => {
                ("yes", format!("; only restricts, because this is not known: {condition}"))
            }
            Outcome::Monitored => ("(yes)", "; only watched".to_owned()),
            Outcome::Suspended { exception } => {
                ("no", format!("; suspended by exception {exception}"))
            }
            Outcome::NotInForce => ("no", "; not in force on this day".to_owned()),
            Outcome::OtherDirection => ("no", "; about the other direction".to_owned()),
            Outcome::Failed { condition } => ("no", format!("; not so: {condition}")),
        }
    }
}

/// One rule in one situation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleExplanation {
    /// The rule.
    pub rule: RuleId,
    /// Its name.
    pub name: String,
    /// Its sentence.
    pub sentence: String,
    /// The law it rests on.
    pub law: Option<String>,
    /// How it stands.
    pub outcome: Outcome,
}

/// The decision, with every rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What was asked, in words.
    pub situation: String,
    /// What is decided.
    pub decision: Decision,
    /// The decision in one sentence.
    pub verdict: String,
    /// Every rule, strictest first.
    pub rules: Vec<RuleExplanation>,
    /// Destinations for which the same situation would be allowed or redacted, with the same grade.
    pub alternatives: Vec<String>,
}

impl Explanation {
    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let rules: Vec<_> = self
            .rules
            .iter()
            .map(|rule| {
                let (matches, why) = rule.outcome.words();
                serde_json::json!({
                    "rule": rule.name, "sentence": rule.sentence, "law": rule.law, "matches": matches,
                    "why": why.trim_start_matches("; "),
                })
            })
            .collect();
        serde_json::json!({
            "situation": self.situation, "verdict": self.verdict, "rules": rules, "alternatives": self.alternatives,
        })
    }
}

impl Rulebook {
    /// Explains a decision: each rule, matched or with the first condition that failed.
    pub fn explain(&self, situation: &Situation, candidate: &Candidate) -> Explanation {
        let decision = self.enforce(situation, candidate);
        let rules = (0..)
            .map(RuleId)
            .zip(&self.model.rules)
            .map(|(id, rule)| RuleExplanation {
                rule: id,
                name: rule.info.name.clone(),
                sentence: rule.info.sentence.clone(),
                law: rule.info.law.clone(),
                outcome: outcome(&self.model, id, rule, situation, candidate),
            })
            .collect();
        let alternatives = self
            .destinations()
            .iter()
            .enumerate()
            .filter(|(number, _)| *number != candidate.destination.index())
            .filter(|(number, _)| {
                let destination = crate::DestinationId(*number as u16);
                let other = Candidate { destination, found: Vec::new(), ..candidate.clone() };
                self.enforce(situation, &other).action <= Action::Redact
            })
            .map(|(_, info)| info.name.clone())
            .collect();
        Explanation {
            situation: in_words(&self.model, situation, candidate),
            verdict: self.verdict(&decision),
            decision,
            rules,
            alternatives,
        }
    }

    /// Explains what a `test` block gives.
    #[must_use]
    pub fn explain_test(&self, name: &str) -> Option<Explanation> {
        let test = self.model.tests.iter().find(|test| test.name == name)?;
        Some(self.explain(&test.situation, &test.candidate))
    }

    /// A decision in one sentence, for refusals, records and people. Holds names only, never content.
    pub fn verdict(&self, decision: &Decision) -> String {
        let class =
            |id: &ClassId| self.classes().get(id.index()).map_or("?", |class| class.name.as_str());
        let by = decision
            .rules
            .first()
            .and_then(|id| self.rule(id))
            .map_or("no rule", |rule| rule.name.as_str());
        let taken = || {
            let parts = decision
                .redact
                .iter()
                .map(|(id, method)| format!("{} as {}", class(id), method.name()));
            parts.collect::<Vec<_>>().join(", ")
        };
        let why = match decision.reason {
            Reason::Rules => format!("by rule {by}"),
            Reason::NoRule => "because no rule lets it through".to_owned(),
            Reason::Unlicensed => {
                let names: Vec<&str> = decision.unlicensed.iter().map(class).collect();
                format!("because no rule licenses {}", names.join(", "))
            }
            Reason::Observed => "because the whole policy is only watched".to_owned(),
            Reason::PoolsDiffer => "because rules reroute it to different pools".to_owned(),
            Reason::Expired => "because the policy has expired".to_owned(),
            Reason::Invariant(id) => {
                format!(
                    "because it would violate invariant {}",
                    self.invariant(id).map_or("?", |found| found.0)
                )
            }
        };
        let asks: Vec<String> = decision
            .asks
            .iter()
            .map(|ask| match ask {
                Ask::Justification => "a justification".to_owned(),
                Ask::Approval(role) => {
                    format!("the approval of {}", self.role(*role).unwrap_or("?"))
                }
            })
            .collect();
        match decision.action {
            Action::Allow => format!("allow {why}"),
            Action::Redact => format!("redact {} {why}", taken()),
            Action::Reroute => {
                let pool = decision
                    .reroute
                    .and_then(|pool| self.pool(pool))
                    .map_or("?", |pool| pool.name.as_str());
                format!("reroute to {pool} {why}")
            }
            Action::AskJustification | Action::AskApproval => {
                format!("ask for {} {why}", asks.join(" and "))
            }
            Action::Block => format!("block {why}"),
        }
    }
}

fn outcome(model: &Model, id: RuleId, rule: &Rule, s: &Situation, c: &Candidate) -> Outcome {
    if !rule.term.includes(s.day) {
        return Outcome::NotInForce;
    }
    if !rule.directions.include(s.direction) {
        return Outcome::OtherDirection;
    }
    let widest = if rule.effects.obliges() { Reading::Maybe } else { Reading::Surely };
    if let Some(failed) = first_failed(model, &rule.conditions, widest, s, c) {
        return Outcome::Failed { condition: failed.words.clone() };
    }
    let Sides { obliges, licenses } = sides(model, id, rule, s, c);
    if !obliges && !licenses {
        let suspending = model.exceptions.iter().find(|exception| {
            exception.to == id
                && exception.term.includes(s.day)
                && exception.directions.include(s.direction)
                && first_failed(model, &exception.conditions, Reading::Maybe, s, c).is_none()
        });
        let exception = suspending.map_or(String::new(), |exception| exception.name.clone());
        return Outcome::Suspended { exception };
    }
    if rule.monitored(s.day) {
        return Outcome::Monitored;
    }
    match first_failed(model, &rule.conditions, Reading::Surely, s, c) {
        Some(failed) => Outcome::ObligesOnly { condition: failed.words.clone() },
        None => Outcome::Matched,
    }
}

/// A situation in words, with names only.
pub(crate) fn in_words(model: &Model, s: &Situation, c: &Candidate) -> String {
    let mut text = String::new();
    let found: Vec<String> = s
        .classes
        .iter()
        .filter_map(|(class, level)| Some((model.classes.get(class.index())?, level)))
        .map(|(class, level)| match level {
            crate::Level::Likely => class.info.name.clone(),
            _ => format!("{} {}", crate::recorded::level_name(level), class.info.name),
        })
        .collect();
    let data = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
    let direction = if s.direction == Direction::Answer { "an answer with data " } else { "data " };
    let _ = write!(text, "{direction}{data}");
    let mut about: Vec<&str> =
        s.subjects.countries.iter().map(|country| country.as_str()).collect();
    if s.subjects.unknown {
        about.push("unknown");
    }
    if !about.is_empty() {
        let _ = write!(text, " about {}", about.join(", "));
    }
    let client = model.clients.get(s.client.index()).map_or("anonymous", |node| node.name.as_str());
    let to =
        model.destinations.get(c.destination.index()).map_or("?", |known| known.info.name.as_str());
    let _ = write!(text, " from {client} to {to} on {}", s.day);
    let on = model.lists(&s.people, Listed::On);
    if !on.is_empty() {
        let _ = write!(text, ", on {}", on.join(", "));
    }
    let [purpose, basis] = model.stated_names(s.stated);
    let _ = purpose.map(|purpose| write!(text, ", purpose {purpose}"));
    let _ = basis.map(|basis| write!(text, ", legal basis {basis}"));
    let _ = s.operation.map(|asked| write!(text, ", operation {}", asked.name()));
    if !s.content.kinds.is_empty() {
        let kinds: Vec<&str> = s.content.kinds.iter().map(|kind| kind.name()).collect();
        let _ = write!(text, ", with {}", kinds.join(", "));
    }
    if !s.languages.told.is_empty() {
        let _ = write!(text, ", written in {}", languages(&s.languages));
    }
    let _ = s.volume.map(|bytes| write!(text, ", {bytes} bytes"));
    let _ = s.minute.map(|at| write!(text, ", at {at}"));
    if s.latest > s.day {
        let _ = write!(text, " by a clock that had shown {}", s.latest);
    }
    if !known(model, c) {
        text.push_str(", place unknown");
    }
    if !c.found.is_empty() {
        let found: Vec<&str> = c.found.iter().map(|country| country.as_str()).collect();
        let _ = write!(text, ", found in {}", found.join(", "));
    }
    if c.grade != crate::Grade::Unprovable {
        let _ = write!(text, ", place {}", crate::recorded::grade_name(c.grade));
    }
    text
}

/// The codes of languages, and whether there are others.
pub(crate) fn languages(languages: &Languages) -> String {
    let told = languages.told.iter().map(|one| one.code());
    told.chain(languages.unknown.then_some("unknown")).collect::<Vec<_>>().join(", ")
}

impl std::fmt::Display for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}\n  → {}", self.situation, self.verdict)?;
        for rule in &self.rules {
            let (mark, why) = rule.outcome.words();
            write!(f, "  {mark:>5}  {}{why}", rule.name)?;
            match (&rule.law, &rule.outcome) {
                (Some(law), Outcome::Matched | Outcome::ObligesOnly { .. }) => {
                    writeln!(f, " [{law}]")?
                }
                _ => writeln!(f)?,
            }
        }
        if !self.alternatives.is_empty() {
            // It goes where it was asked to, or it does not: these are beside that.
            let label = match self.decision.action {
                Action::Allow | Action::Redact => "could also go to",
                _ => "could go instead to",
            };
            writeln!(f, "  {label}: {}", self.alternatives.join(", "))?;
        }
        Ok(())
    }
}
