//! Why a decision is what it is, rule by rule, in words.

use std::fmt::Write as _;

use crate::alternatives::Alternatives;
use crate::facts::ClassSet;
use crate::interpreter::{Reading, Sides, first_failed, known, sides};
use crate::model::{Form, Model, Rule};
use crate::people::Listed;
use crate::{Candidate, Day, Decision, Direction, Languages, Level, RuleId, Rulebook, Situation};

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
    /// Whether it has a say, or speaks of data that is there.
    pub to_the_point: bool,
}

impl RuleExplanation {
    /// Whether it matches, what it is called, why or why not, and the law if it has a say.
    fn line(&self) -> String {
        let (mark, why) = self.outcome.words();
        let cited = matches!(self.outcome, Outcome::Matched | Outcome::ObligesOnly { .. });
        let law = self.law.as_ref().filter(|_| cited);
        let law = law.map_or(String::new(), |law| format!(" [{law}]"));
        format!("{mark:>5}  {}{why}{law}", self.name)
    }
}

/// The decision, with every rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What was asked, in words.
    pub situation: String,
    /// What is decided, or would be if the policy were not only watched.
    pub decision: Decision,
    /// The decision in one sentence.
    pub verdict: String,
    /// Every rule, strictest first.
    pub rules: Vec<RuleExplanation>,
    /// What would be sent instead.
    pub alternatives: Alternatives,
    direction: Direction,
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

    /// The explanation in lines, for incidents. Of the rules that do not hold only those that speak of data that is there, at
    /// most [`FAILED`]; the others are counted.
    #[must_use]
    pub fn to_the_point(&self) -> Vec<String> {
        let failed = |rule: &&RuleExplanation| matches!(rule.outcome, Outcome::Failed { .. });
        let pointed = || self.rules.iter().filter(|rule| rule.to_the_point);
        let beyond = pointed().filter(failed).nth(FAILED).map(|rule| rule.rule);
        let is_told =
            |rule: &&RuleExplanation| !failed(rule) || beyond.is_none_or(|id| rule.rule < id);
        let rules: Vec<&RuleExplanation> = pointed().filter(is_told).collect();
        self.lines(&rules)
    }

    fn lines(&self, rules: &[&RuleExplanation]) -> Vec<String> {
        let mut lines = vec![self.situation.clone(), format!("→ {}", self.verdict)];
        lines.extend(rules.iter().map(|rule| rule.line()));
        match self.rules.len() - rules.len() {
            0 => {}
            more => lines.push(format!("   no  {more} more")),
        }
        lines.extend(self.alternatives.lines(self.decision.action, self.direction));
        lines
    }
}

/// Most rules that do not hold in an explanation that is to the point.
const FAILED: usize = 24;

impl Rulebook {
    /// Explains a decision: each rule, matched or with the first condition that failed.
    pub fn explain(&self, situation: &Situation, candidate: &Candidate) -> Explanation {
        let decided = self.decide(situation, candidate);
        let observed = decided.observed.as_ref().map(|_| self.verdict(&decided));
        let decision = self.enforce(situation, candidate);
        let explained = |(id, rule): (RuleId, &Rule)| {
            let outcome = outcome(&self.model, id, rule, situation, candidate);
            RuleExplanation {
                rule: id,
                name: rule.info.name.clone(),
                sentence: rule.info.sentence.clone(),
                law: rule.info.law.clone(),
                to_the_point: is_to_the_point(&self.model, rule, &outcome, situation),
                outcome,
            }
        };
        let rules = (0..).map(RuleId).zip(&self.model.rules).map(explained).collect();
        Explanation {
            situation: in_words(&self.model, situation, candidate),
            verdict: match observed {
                Some(passed) => format!("{passed}; else {}", self.verdict(&decision)),
                None => self.verdict(&decision),
            },
            alternatives: self.alternatives(&decision, situation, candidate),
            direction: situation.direction,
            decision,
            rules,
        }
    }

    /// What would be sent in the place of what was decided on a situation.
    pub fn alternatives(
        &self,
        decision: &Decision,
        situation: &Situation,
        candidate: &Candidate,
    ) -> Alternatives {
        Alternatives::of(self, decision, situation, candidate)
    }

    /// Explains what a `test` block gives, on its day or another.
    #[must_use]
    pub fn explain_test(&self, name: &str, on: Option<Day>) -> Option<Explanation> {
        let test = self.model.tests.iter().find(|test| test.name == name)?;
        let day = on.unwrap_or(test.situation.day);
        Some(self.explain(&Situation { day, ..test.situation.clone() }, &test.candidate))
    }

    /// A decision in one sentence, for refusals, records and people. Holds names only, never content.
    pub fn verdict(&self, decision: &Decision) -> String {
        self.record_decision(decision).to_string()
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

/// Whether a rule has a say, or would have one on data that is there.
fn is_to_the_point(model: &Model, rule: &Rule, outcome: &Outcome, s: &Situation) -> bool {
    match outcome {
        Outcome::OtherDirection => false,
        Outcome::Failed { .. } | Outcome::NotInForce => {
            let about = |form: &Form| match form {
                Form::Data(_, classes) => model.widen(*classes),
                _ => ClassSet::default(),
            };
            let all = rule.conditions.iter().map(|condition| about(&condition.form));
            let about = all.fold(rule.effects.redacted(), |all, one| all | one);
            let of_nothing = rule.conditions.iter().any(|c| c.form == Form::Nothing);
            of_nothing && s.classes.present().is_empty()
                || !(about & s.classes.at_least(Level::Possible)).is_empty()
        }
        _ => true,
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
            Level::Likely => class.info.name.clone(),
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
    for (counter, reached) in model.counted_in_words(&s.counted) {
        let _ = write!(text, ", {counter} {reached}");
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
        let lines = self.lines(&self.rules.iter().collect::<Vec<_>>());
        f.write_str(&lines.join("\n  "))?;
        f.write_str("\n")
    }
}
