//! Situations, candidates and decisions with names instead of numbers: the form in which they are kept.
//!
//! A recorded situation can be decided again, by the rulebook of its day or by another one. Field names
//! and spellings are stable.

mod counters;
pub(crate) mod told;

pub use counters::RecordedCounter;

use serde::{Deserialize, Serialize};

use crate::people::Listed;
use crate::rulebook::number;
use crate::{
    Action, Ask, Candidate, Cause, ClassLevels, Client, Content, Country, Day, Decision, Direction,
    Grade, Language, Languages, Level, Method, Minute, Modality, NotDeclared, Operation, People,
    Reason, Rulebook, Severity, Situation, Stated, Subjects, Validity,
};

/// A [`Situation`] with names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedSituation {
    /// Out or back.
    pub direction: Direction,
    /// Class and level, in alphabetical order.
    pub classes: Vec<(String, String)>,
    /// ISO codes of the countries of the data subjects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// Whether there are data subjects of unknown country.
    pub subjects_unknown: bool,
    /// Agency, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// Department, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Application, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// The lists of people that the caller is on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// The lists that it is not on. Of those that are nowhere this is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_people: Vec<String>,
    /// How far the counters had got, with the persons of this request. Of those that are nowhere this was not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<RecordedCounter>,
    /// The purpose that the caller stated for this request, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The legal basis that it stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// What was asked of the provider, if it was understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The kinds of its content, in order; none if they are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Vec<Modality>>,
    /// Whether there was content of which the kind is not known, beside those that are.
    #[serde(default, skip_serializing_if = "is_false")]
    pub content_unknown: bool,
    /// The languages that its text is in, in order, by their codes of ISO 639-1; none if nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
    /// Whether there was text of which the language could not be told, beside those that are.
    #[serde(default, skip_serializing_if = "is_false")]
    pub languages_unknown: bool,
    /// Bytes of the body as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<u64>,
    /// The time of day by the policy clock, as in `23:30`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The day by the policy clock.
    pub day: Day,
    /// The latest day that the clock had shown, if it ran backwards since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Day>,
    /// How the policy stood to its own end.
    #[serde(default, skip_serializing_if = "Validity::is_current")]
    pub validity: Validity,
}

/// A [`Candidate`] with names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedCandidate {
    /// The destination.
    pub destination: String,
    /// How its place stands against the evidence.
    pub grade: String,
    /// ISO codes of the countries that the evidence names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
    /// Whether its place is known at all.
    pub place_known: bool,
}

/// A [`Decision`] with names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedDecision {
    /// What happens.
    pub action: Action,
    /// `rules`, `no-rule`, `unlicensed`, `pools-differ`, `policy-expired`, `observed` or `invariant NAME`.
    pub reason: String,
    /// All rules that matched, strictest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// What is taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redact: Vec<(String, Method)>,
    /// The pool it is rerouted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reroute: Option<String>,
    /// `justification` or `approval of ROLE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<String>,
    /// Severity, and `rule NAME` or `invariant NAME`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<(Severity, String)>,
    /// Classes that nothing licenses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlicensed: Vec<String>,
    /// Rules in monitor mode that would have matched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub would_have: Vec<String>,
    /// Invariants that the rules would have violated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violated: Vec<String>,
    /// What would have happened, if the whole policy was only watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Box<RecordedDecision>>,
}

/// A record names something that this rulebook does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What kind of name.
    pub kind: &'static str,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the policy has no {} called `{}`; was it recorded under another one?",
            self.kind, self.name
        )
    }
}

impl std::error::Error for UnknownName {}

fn is_false(is: &bool) -> bool {
    !*is
}

/// Where no kind is on record nothing is known.
fn content(record: &RecordedSituation) -> Content {
    match &record.content {
        Some(kinds) => {
            let mut content = Content { kinds: Vec::new(), unknown: record.content_unknown };
            kinds.iter().for_each(|kind| content.insert(*kind));
            content
        }
        None => Content::unknown(),
    }
}

/// Where no language is on record nothing is known.
fn languages(record: &RecordedSituation) -> Result<Languages, UnknownName> {
    let Some(codes) = &record.languages else { return Ok(Languages::unknown()) };
    let mut languages = Languages { told: Vec::new(), unknown: record.languages_unknown };
    for code in codes {
        languages.insert(Language::parse(code).ok_or_else(|| unknown("language", code))?);
    }
    Ok(languages)
}

impl Rulebook {
    /// A situation with names.
    pub fn record_situation(&self, s: &Situation) -> RecordedSituation {
        let client = self.client_info(s.client);
        let classes = s.classes.iter().filter_map(|(class, level)| {
            let info = self.classes().get(class.index())?;
            Some((info.name.clone(), level_name(level).to_owned()))
        });
        let [purpose, basis] = self.model.stated_names(s.stated);
        let listed = |listed| {
            let names = self.model.lists(&s.people, listed);
            names.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        RecordedSituation {
            direction: s.direction,
            classes: classes.collect(),
            subjects: s
                .subjects
                .countries
                .iter()
                .map(|country| country.as_str().to_owned())
                .collect(),
            subjects_unknown: s.subjects.unknown,
            agency: client.agency,
            department: client.department,
            application: client.application,
            people: listed(Listed::On),
            not_people: listed(Listed::Off),
            counters: self.record_counted(&s.counted),
            purpose: purpose.map(str::to_owned),
            basis: basis.map(str::to_owned),
            operation: s.operation,
            content: (s.content != Content::unknown()).then(|| s.content.kinds.clone()),
            content_unknown: s.content.unknown && !s.content.kinds.is_empty(),
            languages: (s.languages != Languages::unknown())
                .then(|| s.languages.told.iter().map(|one| one.code().to_owned()).collect()),
            languages_unknown: s.languages.unknown && !s.languages.told.is_empty(),
            volume: s.volume,
            time: s.minute.map(|at| at.to_string()),
            day: s.day,
            latest: (s.latest > s.day).then_some(s.latest),
            validity: s.validity,
        }
    }

    /// A situation from its record.
    ///
    /// # Errors
    /// The first name that this rulebook does not have.
    pub fn situation(&self, record: &RecordedSituation) -> Result<Situation, UnknownName> {
        let mut classes = ClassLevels::none();
        for (name, level) in &record.classes {
            let class = self.class(name).ok_or_else(|| unknown("class", name))?;
            classes.set(class, read_level(level).ok_or_else(|| unknown("level", level))?);
        }
        let client = self.recorded_client(record)?;
        Ok(Situation {
            direction: record.direction,
            classes,
            subjects: Subjects {
                countries: countries(&record.subjects)?,
                unknown: record.subjects_unknown,
            },
            client,
            people: self.recorded_people(record)?,
            counted: self.recorded_counted(&record.counters)?,
            stated: self.recorded_stated(client, record)?,
            operation: record.operation,
            content: content(record),
            languages: languages(record)?,
            volume: record.volume,
            minute: match &record.time {
                Some(time) => {
                    Some(Minute::parse(time).ok_or_else(|| unknown("time of day", time))?)
                }
                None => None,
            },
            day: record.day,
            latest: record.latest.unwrap_or(record.day),
            validity: record.validity,
        })
    }

    fn recorded_people(&self, record: &RecordedSituation) -> Result<People, UnknownName> {
        let mut people = People::default();
        for (names, listed) in [(&record.people, Listed::On), (&record.not_people, Listed::Off)] {
            for name in names {
                let list = number(&self.model.people, |known| known, name);
                people.set(list.ok_or_else(|| unknown("list of people", name))?, listed);
            }
        }
        Ok(people)
    }

    fn recorded_stated(
        &self,
        client: Client,
        record: &RecordedSituation,
    ) -> Result<Stated, UnknownName> {
        let (purpose, basis) = (record.purpose.as_deref(), record.basis.as_deref());
        self.stated(client, purpose, basis).map_err(|missing| match missing {
            NotDeclared::Purpose => unknown("purpose of this caller", purpose.unwrap_or("")),
            NotDeclared::Basis => unknown("legal basis of this caller", basis.unwrap_or("")),
        })
    }

    fn recorded_client(&self, record: &RecordedSituation) -> Result<Client, UnknownName> {
        let deepest = [(3, &record.application), (2, &record.department), (1, &record.agency)];
        let Some((depth, Some(name))) = deepest.into_iter().find(|(_, name)| name.is_some()) else {
            return Ok(Client::ANONYMOUS);
        };
        let found =
            self.model.clients.iter().position(|node| node.depth == depth && node.name == *name);
        found.map(|number| Client(number as u16)).ok_or_else(|| unknown("client", name))
    }

    /// A candidate with names.
    pub fn record_candidate(&self, c: &Candidate) -> RecordedCandidate {
        let destination = self.destination_info(c.destination);
        RecordedCandidate {
            destination: destination.map_or(String::new(), |info| info.name.clone()),
            grade: grade_name(c.grade).to_owned(),
            found: c.found.iter().map(|country| country.as_str().to_owned()).collect(),
            place_known: c.place_known,
        }
    }

    /// A candidate from its record.
    ///
    /// # Errors
    /// The first name that this rulebook does not have.
    pub fn candidate(&self, record: &RecordedCandidate) -> Result<Candidate, UnknownName> {
        let name = &record.destination;
        Ok(Candidate {
            destination: self.destination(name).ok_or_else(|| unknown("destination", name))?,
            grade: read_grade(&record.grade).ok_or_else(|| unknown("grade", &record.grade))?,
            found: countries(&record.found)?,
            place_known: record.place_known,
        })
    }

    /// A decision with names.
    pub fn record_decision(&self, d: &Decision) -> RecordedDecision {
        let rule =
            |id: crate::RuleId| self.rule(id).map_or(String::new(), |rule| rule.name.clone());
        let class = |id: &crate::ClassId| {
            self.classes().get(id.index()).map_or(String::new(), |c| c.name.clone())
        };
        let invariant =
            |id: crate::InvariantId| self.invariant(id).map_or("", |found| found.0).to_owned();
        RecordedDecision {
            action: d.action,
            reason: match d.reason {
                Reason::Rules => "rules".to_owned(),
                Reason::NoRule => "no-rule".to_owned(),
                Reason::Unlicensed => "unlicensed".to_owned(),
                Reason::PoolsDiffer => "pools-differ".to_owned(),
                Reason::Observed => "observed".to_owned(),
                Reason::Invariant(id) => format!("invariant {}", invariant(id)),
                Reason::Expired => "policy-expired".to_owned(),
            },
            rules: d.rules.iter().map(rule).collect(),
            redact: d.redact.iter().map(|(id, method)| (class(id), *method)).collect(),
            reroute: d.reroute.and_then(|pool| self.pool(pool)).map(|pool| pool.name.clone()),
            asks: d
                .asks
                .iter()
                .map(|ask| match ask {
                    Ask::Justification => "justification".to_owned(),
                    Ask::Approval(role) => {
                        format!("approval of {}", self.role(*role).unwrap_or(""))
                    }
                })
                .collect(),
            alerts: d
                .alerts
                .iter()
                .map(|alert| match alert.cause {
                    Cause::Rule(id) => (alert.severity, format!("rule {}", rule(id))),
                    Cause::Invariant(id) => {
                        (alert.severity, format!("invariant {}", invariant(id)))
                    }
                })
                .collect(),
            unlicensed: d.unlicensed.iter().map(class).collect(),
            would_have: d.would_have.iter().map(rule).collect(),
            violated: d.violated.iter().map(|id| invariant(*id)).collect(),
            observed: d.observed.as_deref().map(|d| Box::new(self.record_decision(d))),
        }
    }
}

fn unknown(kind: &'static str, name: &str) -> UnknownName {
    UnknownName { kind, name: name.to_owned() }
}

fn countries(codes: &[String]) -> Result<Vec<Country>, UnknownName> {
    codes
        .iter()
        .map(|code| crate::place::country(code).ok_or_else(|| unknown("country", code)))
        .collect()
}

/// The word for a level in policies and records.
pub(crate) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Possible => "possible",
        Level::Likely => "likely",
        Level::Confirmed => "confirmed",
    }
}

fn read_level(name: &str) -> Option<Level> {
    crate::facts::LEVELS.into_iter().find(|level| level_name(*level) == name)
}

/// The word for a grade in policies and records.
pub(crate) fn grade_name(grade: Grade) -> &'static str {
    match grade {
        Grade::Refuted => "refuted",
        Grade::Unprovable => "unprovable",
        Grade::Declared => "declared",
        Grade::Consistent => "consistent",
        Grade::Proven => "proven",
    }
}

fn read_grade(name: &str) -> Option<Grade> {
    let all =
        [Grade::Refuted, Grade::Unprovable, Grade::Declared, Grade::Consistent, Grade::Proven];
    all.into_iter().find(|grade| grade_name(*grade) == name)
}
