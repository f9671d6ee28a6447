//! Conditions: one grammar for rules, exceptions and invariants. There are no expressions.

use super::Reader;
use crate::diagnostic::Diagnostic;
use crate::model::{Bond, Condition, Directions, Extent, Form, Model, Trait};
use crate::near::nearest;
use crate::place::Grade;
use crate::syntax::Cursor;
use crate::{Client, DestinationId, Modality, Operation, Weekday};

/// How a condition begins, what it is then, and how it goes on, in the notation of [`crate::grammar`].
type Pattern = (&'static [&'static str], Opening, &'static str);

/// How places lie to the groups that are named.
const IN: &str = "in GROUP, … | outside GROUP, … | partly in GROUP, …";

/// All that can be asked. Of two that begin alike the longer comes first.
const PATTERNS: [Pattern; 31] = [
    (&["data", "includes"], Opening::Data, "[possible|likely|confirmed] CLASS, … | nothing"),
    (&["it", "is", "about", "unknown"], Opening::AboutUnknown, ""),
    (&["it", "is", "about", "residents", "of"], Opening::About, "GROUP, …"),
    (&["it", "is", "a", "request"], Opening::Directed("request"), "[, an answer]"),
    (&["it", "is", "an", "answer"], Opening::Directed("answer"), "[, a request]"),
    (&["it", "stays", "in"], Opening::Stays, "GROUP, …"),
    (&["it", "carries"], Opening::Carries, "text|image|audio|video|file|embedding, …"),
    (&["the", "language", "is"], Opening::Language, "LANGUAGE, …"),
    (&["it", "is", "larger", "than"], Opening::Larger(true), "NUMBER B|KB|MB|GB"),
    (&["it", "is", "no", "larger", "than"], Opening::Larger(false), "NUMBER B|KB|MB|GB"),
    (&["it", "is", "sent", "between"], Opening::Between, "HH:MM and HH:MM"),
    (
        &["it", "is", "sent", "on"],
        Opening::On,
        "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday, …",
    ),
    (
        &["the", "operation", "is"],
        Opening::Operation,
        "chat|count-tokens|list-models|embeddings|images|speech|transcription|moderation|files|batches|training, …",
    ),
    (&["it", "leaves"], Opening::Leaves, "GROUP, …"),
    (&["it", "is", "processed"], Opening::Bound(Bond::Processed), IN),
    (&["it", "is", "stored"], Opening::Bound(Bond::Stored), IN),
    (
        &["it", "goes", "to"],
        Opening::Goes,
        "tier must-control|allied|market, … | pool POOL, … | (destination) DESTINATION, …",
    ),
    (
        &["it", "comes", "from"],
        Opening::From,
        "agency|department|application NAME, … | anonymous | people PEOPLE, …",
    ),
    (&["the", "destination", "lacks"], Opening::Lacks, "ATTESTATION, …"),
    (&["the", "destination", "has"], Opening::Has, "ATTESTATION, …"),
    (&["the", "counter"], Opening::Counter, "COUNTER has reached NUMBER"),
    (&["the", "purpose", "is"], Opening::Sender(Trait::Purpose), "PURPOSE, …"),
    (&["the", "legal", "basis", "is"], Opening::Sender(Trait::Basis), "BASIS, …"),
    (&["the", "sector", "is"], Opening::Sender(Trait::Sector), "SECTOR, …"),
    (&["the", "criticality", "is"], Opening::Sender(Trait::Criticality), "CRITICALITY, …"),
    (&["the", "place", "is"], Opening::Graded, "proven|consistent|declared|unprovable|refuted, …"),
    (&["the", "keys", "are", "held"], Opening::Bound(Bond::Keys), IN),
    (&["the", "operator", "sits"], Opening::Bound(Bond::Seat), IN),
    (&["the", "operator", "answers"], Opening::Bound(Bond::Law), "[only] to GROUP, …"),
    (&["the", "operator", "is", "owned"], Opening::Bound(Bond::Owner), "[only] from GROUP, …"),
    (&["it", "is", "about"], Opening::About, "GROUP, …"),
];

/// Every condition as it is written, one form each, in the notation of [`crate::grammar`].
pub(crate) fn conditions() -> impl Iterator<Item = String> {
    PATTERNS.iter().flat_map(|(words, _, rest)| {
        let opening = words.join(" ");
        rest.split(" | ").map(move |rest| format!("{opening} {rest}").trim_end().to_owned())
    })
}

/// The conditions that begin with as many words of what stands here; all, if none does.
fn usage(cursor: &Cursor<'_, '_>, count: usize) -> String {
    let alike = |words: &[&str]| {
        let mut walk = cursor.clone();
        words.iter().take(count).all(|word| walk.eat(word))
    };
    let alike = PATTERNS.iter().filter(|(words, ..)| alike(words));
    let written =
        alike.map(|(words, _, rest)| format!("{} {rest}", words.join(" ")).trim_end().to_owned());
    written.collect::<Vec<_>>().join(" · ")
}

/// Who a caller can be.
pub(crate) const CALLERS: [&str; 4] = ["agency", "department", "application", "anonymous"];

#[derive(Clone, Copy)]
enum Opening {
    Data,
    AboutUnknown,
    About,
    /// What the condition began with, `request` or `answer`.
    Directed(&'static str),
    Stays,
    Leaves,
    Goes,
    From,
    Operation,
    Carries,
    Language,
    Larger(bool),
    Between,
    On,
    Counter,
    Sender(Trait),
    Lacks,
    Has,
    Graded,
    Bound(Bond),
}

impl Reader<'_, '_> {
    /// Reads one condition.
    pub(crate) fn condition(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        model: &Model,
    ) -> Option<Condition> {
        let words = self.words(cursor);
        let form = match PATTERNS.iter().find(|(words, _, rest)| cursor.eat_opening(words, rest)) {
            Some((_, opening, _)) => self.form(*opening, cursor, model),
            None => {
                self.not_understood(cursor);
                return None;
            }
        }?;
        Some(Condition { form, words })
    }

    fn form(
        &mut self,
        opening: Opening,
        cursor: &mut Cursor<'_, '_>,
        model: &Model,
    ) -> Option<Form> {
        Some(match opening {
            Opening::Data if cursor.eat("nothing") => Form::Nothing,
            Opening::Data => {
                let (level, classes) = self.class_list(cursor, &[]);
                Form::Data(level, classes)
            }
            Opening::AboutUnknown => Form::AboutUnknown,
            Opening::About => Form::About(self.areas(cursor)),
            Opening::Stays => Form::Stays(self.areas(cursor)),
            Opening::Leaves => Form::Leaves(self.areas(cursor)),
            Opening::Directed(first) => Form::Directed(self.directions(first, cursor)?),
            Opening::Goes => Form::GoesTo(self.goes_to(cursor, model)),
            Opening::From if cursor.eat("people") => {
                Form::People(self.numbers("people", cursor, &[]))
            }
            Opening::From => Form::From(self.comes_from(cursor)?),
            Opening::Operation => Form::Operation(
                self.chosen(cursor, Operation::WORDS)
                    .into_iter()
                    .filter_map(Operation::named)
                    .collect(),
            ),
            Opening::Carries => Form::Carries(
                self.chosen(cursor, Modality::WORDS)
                    .into_iter()
                    .filter_map(Modality::named)
                    .collect(),
            ),
            Opening::Language => Form::Written(self.languages(cursor)),
            Opening::On => Form::On(
                self.chosen(cursor, Weekday::WORDS)
                    .into_iter()
                    .filter_map(Weekday::named)
                    .collect(),
            ),
            Opening::Larger(is) => Form::Larger(self.bytes(cursor)?, is),
            Opening::Between => {
                let (from, until) = self.between(cursor)?;
                Form::Between(from, until)
            }
            Opening::Counter => self.reached(cursor, model)?,
            Opening::Lacks => Form::Lacks(self.attestations(cursor)),
            Opening::Has => Form::Has(self.attestations(cursor)),
            Opening::Sender(of) => Form::Sender(of, self.numbers(of.words().0, cursor, &[])),
            Opening::Graded => Form::Graded(self.grades(cursor)),
            Opening::Bound(bond) => {
                let extent = self.extent(bond, cursor)?;
                Form::Bound(bond, extent, self.areas(cursor))
            }
        })
    }

    fn attestations(&mut self, cursor: &mut Cursor<'_, '_>) -> Vec<String> {
        let tokens = cursor.list("what must be attested", &[], self.problems);
        tokens.iter().map(|token| self.attestation(token, &cursor.at(token))).collect()
    }

    /// `in`, `outside`, `partly in`; of law and owners `to` and `from`, with or without `only`.
    fn extent(&mut self, bond: Bond, cursor: &mut Cursor<'_, '_>) -> Option<Extent> {
        let leads = match bond {
            Bond::Law => "to",
            Bond::Owner => "from",
            _ => {
                return match cursor.demand(&["in", "outside", "partly"], self.problems)? {
                    "in" => Some(Extent::Only),
                    "outside" => Some(Extent::Outside),
                    _ => cursor.demand(&["in"], self.problems).map(|_| Extent::Some),
                };
            }
        };
        let word = cursor.demand(&["only", leads], self.problems)?;
        if word == leads {
            return Some(Extent::Some);
        }
        cursor.demand(&[leads], self.problems).map(|_| Extent::Only)
    }

    /// `request` or `answer`, which is read already, and behind a comma the other with its article.
    fn directions(
        &mut self,
        first: &'static str,
        cursor: &mut Cursor<'_, '_>,
    ) -> Option<Directions> {
        let is_request = first == "request";
        if !cursor.eat_comma() {
            return Some(Directions { request: is_request, answer: !is_request });
        }
        let other: [&'static str; 2] = if is_request { ["an", "answer"] } else { ["a", "request"] };
        for word in other {
            cursor.demand(&[word], self.problems)?;
        }
        Some(Directions::BOTH)
    }

    /// `tier T, …`, `pool P, …`, `destination D, …` or `D, …`, as the destinations that are meant.
    fn goes_to(&mut self, cursor: &mut Cursor<'_, '_>, model: &Model) -> Vec<DestinationId> {
        let chosen: Vec<usize> = if cursor.eat("tier") {
            let tiers = self.tiers(cursor);
            let of_tier = |d: &crate::model::Destination| tiers.contains(&d.info.tier);
            model
                .destinations
                .iter()
                .enumerate()
                .filter(|(_, d)| of_tier(d))
                .map(|(i, _)| i)
                .collect()
        } else if cursor.eat("pool") {
            let pools = self.numbers("pool", cursor, &[]);
            let members = pools.iter().filter_map(|pool| model.pools.get(usize::from(*pool)));
            members.flat_map(|pool| pool.info.members.iter().map(|member| member.index())).collect()
        } else {
            cursor.eat("destination");
            self.numbers("destination", cursor, &[]).into_iter().map(usize::from).collect()
        };
        let mut chosen: Vec<DestinationId> =
            chosen.into_iter().map(|i| DestinationId(i as u16)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    /// `agency|department|application X, …` or `anonymous`.
    fn comes_from(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Vec<Client>> {
        let kind = cursor.demand(&CALLERS, self.problems)?;
        if kind == "anonymous" {
            return Some(vec![Client::ANONYMOUS]);
        }
        Some(self.numbers(kind, cursor, &[]).into_iter().map(Client).collect())
    }

    /// One grade.
    pub(crate) fn grade(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Grade> {
        let words = ["proven", "consistent", "declared", "unprovable", "refuted"];
        let word = cursor.demand(&words, self.problems)?;
        Some(match word {
            "proven" => Grade::Proven,
            "consistent" => Grade::Consistent,
            "declared" => Grade::Declared,
            "unprovable" => Grade::Unprovable,
            _ => Grade::Refuted,
        })
    }

    /// A list of grades.
    fn grades(&mut self, cursor: &mut Cursor<'_, '_>) -> Vec<Grade> {
        let mut grades = Vec::new();
        loop {
            let Some(grade) = self.grade(cursor) else { return grades };
            grades.push(grade);
            if !cursor.eat_comma() {
                return grades;
            }
        }
    }

    /// Reports a condition of no known form; if one word is off, says which.
    fn not_understood(&mut self, cursor: &Cursor<'_, '_>) {
        let at = cursor.rest();
        let problem = Diagnostic::error("P020", &at, "I do not understand this condition")
            .label("not one of the conditions I know");
        // The opening with the most words right shows which word is off.
        let best = PATTERNS
            .iter()
            .map(|(opening, ..)| {
                let mut walk = cursor.clone();
                let right = opening.iter().take_while(|word| walk.eat(word)).count();
                (right, opening, walk)
            })
            .max_by_key(|(right, _, _)| *right);
        let Some((right, _, walk)) = best else { return };
        let next = PATTERNS
            .iter()
            .filter(|(opening, ..)| {
                let mut walk = cursor.clone();
                opening.iter().take(right).all(|word| walk.eat(word))
            })
            .filter_map(|(opening, ..)| opening.get(right).copied());
        let near = nearest(walk.word_ahead(), next).filter(|_| !walk.word_ahead().is_empty());
        self.problems.push(match near {
            Some(near) => {
                problem.help(format!("did you mean `{near}`?")).patch(walk.here().span, near)
            }
            None => problem.help(format!("conditions: {}", usage(cursor, right.min(2)))),
        });
    }
}
