//! The facts of one situation as formulas, and what they come to in one table.

use std::collections::BTreeMap;

use super::logic::Logic;
use super::vocabulary::{Names, Seen, Vocabulary};
use crate::counter::states;
use crate::facts::{LEVELS, rank};
use crate::model::Bond;
use crate::people::Listed;
use crate::table::{Declared, FOUND, Hanging, LaneTerms, Single, Table, Terms, class_row};
use crate::{
    ClassId, Content, Day, DestinationId, Language, Languages, Level, Modality, Subjects, Weekday,
};

/// How many countries data subjects and evidence can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Countries {
    /// Any set of them.
    Any,
    /// None or one: a domain small enough to be counted.
    AtMostOne,
}

/// The facts of one situation and candidate.
pub(crate) struct Ground<T> {
    pub(crate) vocabulary: Vocabulary,
    /// Of facts with one value, by [`Single`] and value.
    pub(super) single: [Vec<T>; Single::COUNT],
    content: Vec<T>,
    content_unknown: T,
    /// By number of the language in the vocabulary.
    languages: Vec<T>,
    language_unknown: T,
    /// By number of the list in the vocabulary and [`Listed`].
    people: Vec<[T; 3]>,
    /// By number of the counter in the vocabulary and how many bands are reached; last that nobody knows.
    counted: Vec<Vec<T>>,
    place_known: T,
    /// By number of the country in the vocabulary.
    found: Vec<T>,
    subjects: Vec<T>,
    subject_unknown: T,
    /// One class of each kind: found with exactly this level.
    pub(super) classes: Vec<[T; 3]>,
}

/// A set of places or data subjects: what is there by row, and whether something is not known.
struct Set<T> {
    values: Vec<T>,
    unknown: T,
}

/// The facts by the rows of one table.
pub(super) struct Sets<T> {
    single: [Vec<T>; Single::COUNT],
    /// Each class with each level, and that it was found so.
    pub(super) found: Vec<(ClassId, Level, T)>,
    classes: Set<T>,
    content: Set<T>,
    languages: Set<T>,
    people: Set<T>,
    counted: Set<T>,
    subjects: Set<T>,
    places: Set<T>,
    bonds: [Set<T>; 6],
    /// It goes to a destination that the policy does not know.
    pub(super) unknown_destination: T,
}

impl<T: Copy + Ord + std::ops::Not<Output = T>> Ground<T> {
    pub(crate) fn new<L: Logic<Lit = T>>(
        logic: &mut L,
        vocabulary: Vocabulary,
        countries: Countries,
    ) -> Ground<T> {
        let single = vocabulary.sizes().map(|size| logic.choice(size));
        let some = |logic: &mut L| {
            let of = vocabulary.countries.len();
            match countries {
                Countries::Any => (0..of).map(|_| logic.fact()).collect::<Vec<T>>(),
                Countries::AtMostOne => logic.choice(of + 1).split_off(1),
            }
        };
        let (place_known, found) = (logic.fact(), some(logic));
        let content = Modality::ALL.iter().map(|_| logic.fact()).collect();
        let content_unknown = logic.fact();
        let languages: Vec<T> = vocabulary.languages.iter().map(|_| logic.fact()).collect();
        // Where nobody asks there is nothing to be told apart.
        let language_unknown = if languages.is_empty() { logic.truth() } else { logic.fact() };
        let (subjects, subject_unknown) = (some(logic), logic.fact());
        let listed = |logic: &mut L| match logic.choice(3)[..] {
            [off, on, perhaps] => [off, on, perhaps],
            _ => [!logic.truth(); 3],
        };
        let people = vocabulary.lists.iter().map(|_| listed(logic)).collect();
        let counters = vocabulary.counters.iter();
        let counted = counters.map(|(_, bands)| logic.choice(bands.len() + 2)).collect();
        let levels = |logic: &mut L| match logic.choice(4)[..] {
            [_, possible, likely, confirmed] => [possible, likely, confirmed],
            _ => [!logic.truth(); 3],
        };
        let classes = vocabulary.classes.iter().map(|_| levels(logic)).collect();
        Ground {
            vocabulary,
            single,
            content,
            content_unknown,
            languages,
            language_unknown,
            people,
            counted,
            place_known,
            found,
            subjects,
            subject_unknown,
            classes,
        }
    }

    /// It is one of these days, or the clock ran backwards.
    pub(crate) fn on_days<L: Logic<Lit = T>>(&self, logic: &mut L, days: &[Day]) {
        for (weekday, lit) in Weekday::ALL.iter().zip(&self.single[Single::Weekday.index()]) {
            if !days.iter().any(|day| day.weekday() == *weekday) {
                logic.demand(&[!*lit]);
            }
        }
    }

    /// It goes to this destination.
    pub(super) fn goes_to(&self, destination: usize) -> Option<T> {
        self.single[Single::Destination.index()].get(destination).copied()
    }

    /// The clock did not run backwards.
    pub(crate) fn on_a_known_day<L: Logic<Lit = T>>(&self, logic: &mut L) {
        if let Some(unknown) = self.single[Single::Weekday.index()].last() {
            logic.demand(&[!*unknown]);
        }
    }

    /// What is the case.
    pub(crate) fn seen(&self, is: impl Fn(T) -> bool) -> Seen {
        let there = |set: &[T]| {
            let all = self.vocabulary.countries.iter().zip(set);
            all.filter(|(_, lit)| is(**lit)).map(|(country, _)| *country).collect::<Vec<_>>()
        };
        let level = |of: &[T; 3]| LEVELS.into_iter().find(|level| is(of[rank(*level)]));
        let kinds = Modality::ALL.iter().zip(&self.content).filter(|(_, lit)| is(**lit));
        let listed = |of: &[T; 3]| {
            let found = Listed::ALL.into_iter().zip(of).find(|(_, lit)| is(**lit));
            found.map_or(Listed::Perhaps, |(listed, _)| listed)
        };
        let reached = |of: &Vec<T>| {
            of.split_last().and_then(|(_, known)| known.iter().position(|lit| is(*lit)))
        };
        let languages = self.vocabulary.languages.iter().zip(&self.languages);
        let told = languages.filter(|(_, lit)| is(**lit));
        Seen {
            single: Single::ALL
                .map(|of| self.single[of.index()].iter().position(|lit| is(*lit)).unwrap_or(0)),
            classes: (0..)
                .zip(&self.classes)
                .filter_map(|(at, of)| Some((at, level(of)?)))
                .collect(),
            content: Content {
                kinds: kinds.map(|(kind, _)| *kind).collect(),
                unknown: is(self.content_unknown),
            },
            languages: Languages {
                told: told.map(|(language, _)| *language).collect(),
                unknown: is(self.language_unknown),
            },
            people: self.people.iter().map(listed).collect(),
            counted: self.counted.iter().map(reached).collect(),
            subjects: Subjects {
                countries: there(&self.subjects),
                unknown: is(self.subject_unknown),
            },
            found: there(&self.found),
            place_known: is(self.place_known),
        }
    }

    /// The facts in the rows of one table.
    pub(super) fn sets<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        names: &Names,
        table: &Table,
    ) -> Sets<T> {
        let no = !logic.truth();
        let single = Single::ALL.map(|of| {
            let rows = self.vocabulary.rows(names, table, of);
            let mut lits = vec![Vec::new(); table.rows_of(of)];
            for (row, lit) in rows.iter().zip(&self.single[of.index()]) {
                let lits = row.and_then(|row| lits.get_mut(row));
                lits.into_iter().for_each(|lits| lits.push(*lit));
            }
            lits.into_iter().map(|lits| logic.any(lits)).collect::<Vec<T>>()
        });
        let found = self.levels(logic, names);
        let destinations = &single[Single::Destination.index()];
        let standing = Standing::of(logic, table, destinations, &found);
        let evidence = self.beside(logic, table, destinations);
        let mut by_row = |of: &[T]| {
            let mut values = Vec::new();
            for (country, lit) in self.vocabulary.countries.iter().zip(of) {
                let rows = table.rows_from(table.first_row(*country));
                standing.spread(logic, *lit, &rows, &mut values);
            }
            values.into_iter().map(|lits| logic.any(lits)).collect::<Vec<T>>()
        };
        let (evidence, subjects) = (by_row(&evidence), by_row(&self.subjects));
        let mut classes = Vec::new();
        for (class, level, lit) in &found {
            let row = class_row(*class, *level);
            classes.resize(classes.len().max(row + 1), no);
            classes[row] = *lit;
        }
        let all = |d: &'_ Declared| (d.all.clone(), !d.known);
        let places = self.declared(logic, table, &standing, [destinations, &evidence], all, true);
        let bonds = Bond::ALL.map(|bond| {
            let (at, evident) = (bond.index(), bond == Bond::Processed);
            let none = vec![no; evidence.len()];
            let evidence = if evident { &evidence } else { &none };
            let bound = |d: &'_ Declared| (d.bonds[at].clone(), d.bonds[at].is_empty());
            self.declared(logic, table, &standing, [destinations, evidence], bound, evident)
        });
        let known = logic.any(destinations.iter().copied());
        let mut languages = vec![no; Language::COUNT];
        for (language, lit) in self.vocabulary.languages.iter().zip(&self.languages) {
            languages[language.index()] = *lit;
        }
        Sets {
            classes: Set { values: classes, unknown: no },
            content: Set { values: self.content.clone(), unknown: self.content_unknown },
            languages: Set { values: languages, unknown: self.language_unknown },
            people: Set { values: self.listed(names, no), unknown: no },
            counted: Set { values: self.reached(logic, names, table), unknown: no },
            subjects: Set { values: subjects, unknown: self.subject_unknown },
            unknown_destination: !known,
            single,
            found,
            places,
            bonds,
        }
    }

    /// A sender's place on the lists of a policy, by row: it is on them, then it may be.
    fn listed(&self, names: &Names, no: T) -> Vec<T> {
        let lists = names.lists.len();
        let mut rows = vec![no; lists * 2];
        for (list, seen) in names.lists.iter().enumerate() {
            if let Some([_, on, perhaps]) = seen.and_then(|at| self.people.get(at)) {
                (rows[list], rows[list + lists]) = (*on, *perhaps);
            }
        }
        rows
    }

    /// How far the counters of a policy have got, by row.
    fn reached<L: Logic<Lit = T>>(&self, logic: &mut L, names: &Names, table: &Table) -> Vec<T> {
        let mut rows = Vec::new();
        for (bands, known) in table.counters().iter().zip(&names.counters) {
            let mut lits = vec![Vec::new(); usize::from(states(*bands))];
            if let Some((at, own)) = known
                && let Some((unknown, reached)) = self.counted.get(*at).and_then(|s| s.split_last())
            {
                for (lit, state) in reached.iter().zip(own) {
                    lits[usize::from(*state)].push(*lit);
                }
                lits[usize::from(bands + 1)].push(*unknown);
            }
            rows.extend(lits.into_iter().map(|lits| logic.any(lits)));
        }
        rows
    }

    /// Each class of a policy with each level. Where several are one to it, the surest counts.
    fn levels<L: Logic<Lit = T>>(&self, logic: &mut L, names: &Names) -> Vec<(ClassId, Level, T)> {
        let mut of: BTreeMap<ClassId, Vec<[T; 3]>> = BTreeMap::new();
        for (class, lits) in names.classes.iter().zip(&self.classes) {
            of.entry(*class).or_default().push(*lits);
        }
        let mut all = Vec::new();
        for (class, lits) in of {
            let mut surer = !logic.truth();
            for level in LEVELS.into_iter().rev() {
                let any = logic.any(lits.iter().map(|lits| lits[rank(level)]));
                let exact = if lits.len() > 1 { logic.all([any, !surer]) } else { any };
                all.push((class, level, exact));
                surer = logic.any([surer, any]);
            }
        }
        all
    }

    /// The countries that the evidence names beside what is declared: one around a zone of the destination agrees with it.
    fn beside<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        table: &Table,
        destinations: &[T],
    ) -> Vec<T> {
        let mut beside = Vec::new();
        for (country, found) in self.vocabulary.countries.iter().zip(&self.found) {
            let numbered = (0..).map(DestinationId).zip(destinations);
            let around =
                |at| table.declared(at).is_some_and(|declared| declared.around.contains(country));
            let elsewhere = numbered.filter(|(at, _)| around(*at)).map(|(_, lit)| !*lit);
            beside.push(logic.all(elsewhere.chain([*found])));
        }
        beside
    }

    /// What is declared for the destination, whichever it is, and what was found.
    fn declared<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        table: &Table,
        standing: &Standing<T>,
        [destinations, evidence]: [&[T]; 2],
        of: impl Fn(&Declared) -> (Vec<u16>, bool),
        evident: bool,
    ) -> Set<T> {
        let mut values: Vec<Vec<T>> = evidence.iter().map(|lit| vec![*lit]).collect();
        let mut unknown = Vec::new();
        for (at, chosen) in destinations.iter().enumerate() {
            let Some((rows, open)) = table.declared(DestinationId(at as u16)).map(&of) else {
                continue;
            };
            for first in rows {
                standing.spread(logic, *chosen, &table.rows_from(first), &mut values);
            }
            unknown.extend(open.then_some(*chosen));
        }
        unknown.extend(evident.then_some(!self.place_known));
        let values = values.into_iter().map(|lits| logic.any(lits)).collect();
        Set { values, unknown: logic.any(unknown) }
    }
}

/// What members of groups hang on.
struct Standing<T> {
    /// By number of the question: the destination attests it.
    shown: Vec<T>,
    /// By number of the question and position in [`FOUND`].
    except: Vec<[T; FOUND.len()]>,
}

impl<T: Copy + Ord + std::ops::Not<Output = T>> Standing<T> {
    fn of<L: Logic<Lit = T>>(
        logic: &mut L,
        table: &Table,
        destinations: &[T],
        found: &[(ClassId, Level, T)],
    ) -> Standing<T> {
        let shown = (0..u64::BITS).map(|number| {
            let numbered = (0..).map(DestinationId).zip(destinations);
            let shows = numbered.filter(|(at, _)| {
                table.declared(*at).is_some_and(|declared| declared.shown >> number & 1 == 1)
            });
            logic.any(shows.map(|(_, lit)| *lit))
        });
        let shown = shown.collect();
        let except = table.except().iter().map(|classes| {
            let of = |at_least: bool| {
                let there = found.iter().filter(move |(class, level, _)| {
                    classes.contains(*class) && (*level > Level::Possible) == at_least
                });
                there.map(|(_, _, lit)| *lit).collect::<Vec<T>>()
            };
            let (likely, possible) = (logic.any(of(true)), logic.any(of(false)));
            let possible = logic.all([possible, !likely]);
            [logic.all([!possible, !likely]), possible, likely]
        });
        Standing { shown, except: except.collect() }
    }

    /// Adds a place that is there if `lit` holds to the values of its rows.
    fn spread<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        lit: T,
        rows: &Hanging,
        values: &mut Vec<Vec<T>>,
    ) {
        for state in 0..rows.states() {
            let row = usize::from(rows.row) + state;
            values.resize(values.len().max(row + 1), Vec::new());
            let answers = rows.answers(state);
            let shown = rows.shown.iter().map(|number| {
                let lit = self.shown[usize::from(*number)];
                if answers.shown >> number & 1 == 1 { lit } else { !lit }
            });
            let except = rows.except.iter().map(|number| {
                let number = usize::from(*number);
                self.except[number][usize::from(answers.except[number])]
            });
            let there: Vec<T> = shown.chain(except).chain([lit]).collect();
            values[row].push(logic.all(there));
        }
    }
}

impl<T: Copy + Ord + std::ops::Not<Output = T>> Sets<T> {
    /// All that a lane asks holds.
    pub(super) fn lane<L: Logic<Lit = T>>(&self, logic: &mut L, terms: &LaneTerms) -> T {
        let mut asked = Vec::new();
        for (values, accepts) in self.single.iter().zip(&terms.accepts) {
            if accepts.len() < values.len() {
                asked.push(logic.any(accepts.iter().filter_map(|row| values.get(*row).copied())));
            }
        }
        let fixed = [
            (&self.classes, &terms.classes),
            (&self.content, &terms.content),
            (&self.languages, &terms.languages),
            (&self.people, &terms.people),
            (&self.counted, &terms.counted),
            (&self.subjects, &terms.subjects),
            (&self.places, &terms.places),
        ];
        for (set, terms) in fixed.into_iter().chain(self.bonds.iter().zip(&terms.bonds)) {
            set.asked(logic, terms, &mut asked);
        }
        logic.all(asked)
    }

    /// It goes to this destination.
    pub(super) fn goes_to(&self, destination: usize) -> Option<T> {
        self.single[Single::Destination.index()].get(destination).copied()
    }
}

impl<T: Copy + Ord + std::ops::Not<Output = T>> Set<T> {
    /// What a lane asks of it.
    fn asked<L: Logic<Lit = T>>(&self, logic: &mut L, terms: &Terms, asked: &mut Vec<T>) {
        let value = |row: &usize| self.values.get(*row).copied();
        let refused: Vec<T> = terms.refuses.iter().filter_map(value).collect();
        if !refused.is_empty() {
            asked.push(!logic.any(refused));
        }
        if terms.refuses_unknown {
            asked.push(!self.unknown);
        }
        if terms.refuses_none {
            asked.push(logic.any(self.values.iter().copied()));
        }
        for (needed, unknown) in &terms.needs {
            let needed: Vec<T> = needed.iter().filter_map(value).collect();
            asked.push(logic.any(needed.into_iter().chain(unknown.then_some(self.unknown))));
        }
    }
}
