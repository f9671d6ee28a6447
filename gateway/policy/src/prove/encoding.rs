//! One epoch of a policy as formulas: facts, lanes, and what is decided.
//!
//! Everything is taken from the compiled table, so what is proved of it is proved of what the gateway runs.

use super::solver::{Lit, Solver};
use crate::facts::{ClassSet, LEVELS, rank};
use crate::model::{Bond, Demand, Model};
use crate::space::class_kinds;
use crate::table::{Declared, FOUND, Hanging, LaneTerms, Single, Table, Terms, class_row, ones};
use crate::{
    Candidate, ClassId, Country, Day, DestinationId, Level, Modality, Situation, Subjects, Weekday,
};

/// A set of places or data subjects: what is there by row, and whether something is not known.
struct Set {
    /// By row; none where nothing can be there.
    values: Vec<Lit>,
    unknown: Lit,
}

/// The facts of one situation and candidate.
struct Facts {
    /// Of facts with one value, by [`Single`] and row.
    single: [Vec<Lit>; Single::COUNT],
    content: Vec<Lit>,
    content_unknown: Lit,
    place_known: Lit,
    found: Vec<(Country, Lit)>,
    subjects: Vec<(Country, Lit)>,
    subject_unknown: Lit,
    /// One class of each kind: found with exactly this level.
    classes: Vec<(ClassId, [Lit; 3])>,
}

/// The formulas of one epoch.
pub(super) struct Encoding<'r> {
    pub(super) solver: Solver,
    model: &'r Model,
    table: &'r Table,
    /// The first day of the epoch, and its first days, at most a week.
    day: Day,
    days: Vec<Day>,
    facts: Facts,
    /// By rule: its licence and its obligations hold and count.
    licences: Vec<Lit>,
    obligations: Vec<Lit>,
    /// By rule: either holds, watched or not.
    pub(super) held: Vec<Lit>,
    /// By exception: it suspends something that would hold.
    pub(super) suspends: Vec<Lit>,
    /// By invariant: it has something to say.
    pub(super) guards: Vec<Lit>,
}

impl<'r> Encoding<'r> {
    /// `days`: the first days of the epoch, at most a week; at least one.
    pub(super) fn of(model: &'r Model, table: &'r Table, days: Vec<Day>) -> Encoding<'r> {
        let mut solver = Solver::new();
        let day = days.first().copied().unwrap_or(Day::UNIX);
        let facts = Facts::new(&mut solver, model, table);
        for (weekday, lit) in Weekday::ALL.iter().zip(&facts.single[Single::Weekday.index()]) {
            if !days.iter().any(|day| day.weekday() == *weekday) {
                solver.demand([!*lit]);
            }
        }
        let sets = facts.sets(&mut solver, table);
        let layout = table.layout();
        let lane = |solver: &mut Solver, number: usize| {
            let terms = table.terms(number);
            facts.lane(solver, &sets, &terms)
        };
        let rules = 0..model.rules.len();
        let raw: Vec<[Lit; 2]> = rules
            .map(|rule| [lane(&mut solver, rule), lane(&mut solver, layout.obligation(rule))])
            .collect();
        let suspending: Vec<[Lit; 2]> = (0..model.exceptions.len())
            .map(|at| [0, 1].map(|side| lane(&mut solver, layout.suspension(at) + side)))
            .collect();
        let guards = (0..model.invariants.len()).map(|at| lane(&mut solver, layout.guard(at)));
        let guards = guards.collect();
        let mut encoding = Encoding {
            solver,
            model,
            table,
            day,
            days,
            facts,
            licences: Vec::new(),
            obligations: Vec::new(),
            held: Vec::new(),
            suspends: Vec::new(),
            guards,
        };
        encoding.suspend(&raw, &suspending);
        encoding
    }

    /// Takes out of the rules what exceptions suspend, and those that are only watched.
    fn suspend(&mut self, raw: &[[Lit; 2]], suspending: &[[Lit; 2]]) {
        let of = |rule: usize| {
            let exceptions = self.model.exceptions.iter().zip(suspending);
            exceptions.filter(move |(known, _)| known.to.index() == rule).map(|(_, lanes)| *lanes)
        };
        for (rule, sides) in raw.iter().enumerate() {
            let left = [0, 1].map(|side| {
                let exceptions: Vec<Lit> = of(rule).map(|lanes| !lanes[side]).collect();
                self.solver.all(exceptions.into_iter().chain([sides[side]]))
            });
            self.held.push(self.solver.any(left));
            let counts =
                if self.table.watches(rule) { !self.solver.truth() } else { self.solver.truth() };
            self.licences.push(self.solver.all([left[0], counts]));
            self.obligations.push(self.solver.all([left[1], counts]));
        }
        for (exception, lanes) in self.model.exceptions.iter().zip(suspending) {
            let sides = raw.get(exception.to.index()).copied().unwrap_or([!self.solver.truth(); 2]);
            let both = [0, 1].map(|side| self.solver.all([lanes[side], sides[side]]));
            self.suspends.push(self.solver.any(both));
        }
    }

    /// Any rule of a mask that obliges.
    fn obliged(&mut self, mask: &[u64]) -> Lit {
        let rules: Vec<Lit> = ones(mask.iter().copied())
            .filter_map(|rule| self.obligations.get(rule).copied())
            .collect();
        self.solver.any(rules)
    }

    /// Any rule of a mask that licenses.
    fn licensed(&mut self, mask: &[u64]) -> Lit {
        let rules: Vec<Lit> = ones(mask.iter().copied())
            .filter_map(|rule| self.licences.get(rule).copied())
            .collect();
        self.solver.any(rules)
    }

    /// Two rules reroute to different pools.
    pub(super) fn pools_differ(&mut self) -> Lit {
        let effects = self.table.effects();
        let mut by_pool = std::collections::BTreeMap::<_, Vec<Lit>>::new();
        for (rule, pool) in effects.pools.iter().enumerate() {
            if let (Some(pool), Some(obliges)) = (pool, self.obligations.get(rule)) {
                by_pool.entry(*pool).or_default().push(*obliges);
            }
        }
        let pools: Vec<Lit> = by_pool.into_values().map(|rules| self.solver.any(rules)).collect();
        let mut pairs = Vec::new();
        for (at, one) in pools.iter().enumerate() {
            for other in pools.iter().skip(at + 1) {
                pairs.push(self.solver.all([*one, *other]));
            }
        }
        let blocked = self.obliged(&effects.block);
        let differ = self.solver.any(pairs);
        self.solver.all([differ, !blocked])
    }

    /// By the rules alone it goes to the candidate.
    fn sent(&mut self) -> Lit {
        let effects = self.table.effects();
        let blocked = self.obliged(&effects.block);
        let rerouted = self.obliged(&effects.reroute);
        let mut present = Vec::new();
        let mut licensed = Vec::new();
        for (class, level, found) in
            self.facts.found_classes().filter(|(_, l, _)| *l > Level::Possible)
        {
            let may = self.licensed(effects.licensing(class, level));
            licensed.push(self.solver.any([!found, may]));
            present.push(found);
        }
        let anything = self.solver.any(present);
        let allowed = self.licensed(&effects.allow);
        let all_licensed = self.solver.all(licensed);
        let with_data = self.solver.all([anything, all_licensed]);
        let bare = self.solver.all([!anything, allowed]);
        let sendable = self.solver.any([with_data, bare]);
        self.solver.all([!blocked, !rerouted, sendable])
    }

    /// The rules do what the invariant forbids.
    pub(super) fn violated(&mut self, invariant: usize) -> Lit {
        let Some(demand) = self.model.invariants.get(invariant).map(|known| &known.demand) else {
            return self.solver.truth();
        };
        let guard = self.guards.get(invariant).copied().unwrap_or(self.solver.truth());
        if *demand == Demand::AlwaysAlert {
            let alert = self.obliged(&self.table.effects().alert);
            return self.solver.all([guard, !alert]);
        }
        let (sent, in_clear) = (self.sent(), self.in_clear(invariant));
        let elsewhere = match demand {
            Demand::OnlyTo(pool) => self.outside(*pool),
            _ => self.solver.truth(),
        };
        self.solver.all([guard, sent, in_clear, elsewhere])
    }

    /// Something that the invariant guards is there and is not taken out; true if it speaks of no data.
    fn in_clear(&mut self, invariant: usize) -> Lit {
        let effects = self.table.effects();
        let guarded = effects.guarded.get(invariant).copied().unwrap_or_default();
        if guarded.iter().all(|set| set.is_empty()) {
            return self.solver.truth();
        }
        let mut left = Vec::new();
        for (class, level, found) in self.facts.found_classes() {
            if !reaches(&guarded, class, level) {
                continue;
            }
            let taken_out =
                effects.redacting(class, level).filter(|_| !effects.kept.contains(class));
            let methods: Vec<Lit> = taken_out.map(|(_, rules)| self.obliged(rules)).collect();
            let redacted = self.solver.any(methods);
            left.push(self.solver.all([found, !redacted]));
        }
        self.solver.any(left)
    }

    /// The destination is no member of the pool.
    fn outside(&mut self, pool: crate::PoolId) -> Lit {
        let members = self.model.pools.get(pool.index()).map_or(&[][..], |pool| &pool.info.members);
        let within: Vec<Lit> = members
            .iter()
            .filter_map(|member| {
                self.facts.single[Single::Destination.index()].get(member.index()).copied()
            })
            .collect();
        !self.solver.any(within)
    }

    /// The situation of the last answer.
    pub(super) fn situation(&self) -> (Situation, Candidate) {
        let facts = &self.facts;
        let holds = |lit: &Lit| self.solver.is_true(*lit);
        let there = |set: &[(Country, Lit)]| -> Vec<Country> {
            set.iter().filter(|(_, lit)| holds(lit)).map(|(country, _)| *country).collect()
        };
        let mut s = Situation::on(self.day);
        let mut c = Candidate::to(DestinationId(0));
        for (_, (class, level, _)) in
            facts.found_classes().map(|found| (holds(&found.2), found)).filter(|(is, _)| *is)
        {
            s.classes.set(class, level);
        }
        let day = |row: usize| self.days.iter().find(|day| day.weekday().index() == row).copied();
        for of in Single::ALL {
            let row = facts.single[of.index()].iter().position(holds).unwrap_or(0);
            if of == Single::Weekday {
                s.day = day(row).unwrap_or(self.day);
                s.latest = s.day;
            }
            self.table.bands().set(of, row, &mut s, &mut c);
        }
        let kinds = Modality::ALL.iter().zip(&facts.content).filter(|(_, lit)| holds(lit));
        s.content.kinds = kinds.map(|(kind, _)| *kind).collect();
        s.content.unknown = holds(&facts.content_unknown);
        s.subjects =
            Subjects { countries: there(&facts.subjects), unknown: holds(&facts.subject_unknown) };
        c.found = there(&facts.found);
        c.place_known = holds(&facts.place_known);
        (s, c)
    }
}

/// Whether guarded classes include one that was found with this level.
fn reaches(guarded: &[ClassSet; 3], class: ClassId, level: Level) -> bool {
    LEVELS.into_iter().zip(guarded).any(|(at, set)| at <= level && set.contains(class))
}

/// The sets that lanes ask for.
struct Sets {
    classes: Set,
    content: Set,
    subjects: Set,
    places: Set,
    bonds: [Set; 6],
}

impl Facts {
    fn new(solver: &mut Solver, model: &Model, table: &Table) -> Facts {
        let sizes = table.bands().sizes(model);
        let single = sizes.map(|size| (0..size).map(|_| solver.fact()).collect::<Vec<_>>());
        single.iter().for_each(|axis| solver.demand_one(axis));
        let each = |solver: &mut Solver| {
            let countries = table.countries();
            countries.into_iter().map(|(country, _)| (country, solver.fact())).collect::<Vec<_>>()
        };
        let (found, subjects) = (each(solver), each(solver));
        let classes: Vec<(ClassId, [Lit; 3])> = class_kinds(model, table)
            .into_iter()
            .map(|(class, _)| (class, [0; 3].map(|_| solver.fact())))
            .collect();
        for (_, levels) in &classes {
            for (one, other) in [(0, 1), (0, 2), (1, 2)] {
                solver.demand([!levels[one], !levels[other]]);
            }
        }
        let content = Modality::ALL.iter().map(|_| solver.fact()).collect();
        let content_unknown = solver.fact();
        let (place_known, subject_unknown) = (solver.fact(), solver.fact());
        Facts {
            single,
            content,
            content_unknown,
            place_known,
            found,
            subjects,
            subject_unknown,
            classes,
        }
    }

    /// Each class with each level, and that it was found so.
    fn found_classes(&self) -> impl Iterator<Item = (ClassId, Level, Lit)> + use<> {
        let all: Vec<_> = self
            .classes
            .iter()
            .flat_map(|(class, found)| LEVELS.map(|level| (*class, level, found[rank(level)])))
            .collect();
        all.into_iter()
    }

    fn sets(&self, solver: &mut Solver, table: &Table) -> Sets {
        let no = !solver.truth();
        let standing = Standing::of(self, solver, table);
        let beside = self.beside(solver, table);
        let mut by_row = |of: &[(Country, Lit)]| {
            let mut values = Vec::new();
            for ((_, rows), (_, lit)) in table.countries().iter().zip(of) {
                standing.spread(solver, *lit, rows, &mut values);
            }
            values.into_iter().map(|lits| solver.any(lits)).collect::<Vec<Lit>>()
        };
        let (found, subjects) = (by_row(&beside), by_row(&self.subjects));
        let mut classes = Vec::new();
        for (class, level, found) in self.found_classes() {
            let row = class_row(class, level);
            classes.resize(classes.len().max(row + 1), no);
            classes[row] = found;
        }
        let places = self.declared(
            solver,
            table,
            &standing,
            &found,
            |declared| (&declared.all[..], !declared.known),
            true,
        );
        let bonds = Bond::ALL.map(|bond| {
            let of = bond.index();
            let evident = bond == Bond::Processed;
            let none = vec![no; found.len()];
            let found = if evident { &found } else { &none };
            self.declared(
                solver,
                table,
                &standing,
                found,
                |d| (&d.bonds[of][..], d.bonds[of].is_empty()),
                evident,
            )
        });
        Sets {
            classes: Set { values: classes, unknown: no },
            content: Set { values: self.content.clone(), unknown: self.content_unknown },
            subjects: Set { values: subjects, unknown: self.subject_unknown },
            places,
            bonds,
        }
    }

    /// The countries that the evidence names beside what is declared: one around a zone of the destination agrees with it.
    fn beside(&self, solver: &mut Solver, table: &Table) -> Vec<(Country, Lit)> {
        let destinations = &self.single[Single::Destination.index()];
        let around = |country: &Country| {
            let numbered = (0..).map(DestinationId).zip(destinations);
            let says = |at| table.declared(at).is_some_and(|d| d.around.contains(country));
            numbered.filter(|(at, _)| says(*at)).map(|(_, lit)| !*lit).collect::<Vec<Lit>>()
        };
        let each = |(country, lit): &(Country, Lit)| {
            (*country, solver.all(around(country).into_iter().chain([*lit])))
        };
        self.found.iter().map(each).collect()
    }

    /// What is declared for the destination, whichever it is, and what was found.
    fn declared<'t>(
        &self,
        solver: &mut Solver,
        table: &'t Table,
        standing: &Standing,
        found: &[Lit],
        of: impl Fn(&'t Declared) -> (&'t [u16], bool),
        evident: bool,
    ) -> Set {
        let mut values: Vec<Vec<Lit>> = found.iter().map(|lit| vec![*lit]).collect();
        let mut unknown = Vec::new();
        for (at, chosen) in self.single[Single::Destination.index()].iter().enumerate() {
            let Some((rows, open)) = table.declared(DestinationId(at as u16)).map(&of) else {
                continue;
            };
            for first in rows {
                standing.spread(solver, *chosen, &table.rows_from(*first), &mut values);
            }
            unknown.extend(open.then_some(*chosen));
        }
        unknown.extend(evident.then_some(!self.place_known));
        let values = values.into_iter().map(|lits| solver.any(lits)).collect();
        Set { values, unknown: solver.any(unknown) }
    }

    /// All that a lane asks holds.
    fn lane(&self, solver: &mut Solver, sets: &Sets, terms: &LaneTerms) -> Lit {
        let mut asked = Vec::new();
        for (values, accepts) in self.single.iter().zip(&terms.accepts) {
            if accepts.len() < values.len() {
                asked.push(solver.any(accepts.iter().filter_map(|row| values.get(*row).copied())));
            }
        }
        let fixed = [
            (&sets.classes, &terms.classes),
            (&sets.content, &terms.content),
            (&sets.subjects, &terms.subjects),
            (&sets.places, &terms.places),
        ];
        for (set, terms) in fixed.into_iter().chain(sets.bonds.iter().zip(&terms.bonds)) {
            set.asked(solver, terms, &mut asked);
        }
        solver.all(asked)
    }
}

/// What members of groups hang on.
struct Standing {
    /// By number of the question: the destination attests it.
    shown: Vec<Lit>,
    /// By number of the question and position in [`FOUND`].
    except: Vec<[Lit; FOUND.len()]>,
}

impl Standing {
    fn of(facts: &Facts, solver: &mut Solver, table: &Table) -> Standing {
        let destinations = &facts.single[Single::Destination.index()];
        let shown = (0..u64::BITS).map(|number| {
            let numbered = (0..).map(DestinationId).zip(destinations);
            let shows = numbered.filter(|(at, _)| {
                table.declared(*at).is_some_and(|declared| declared.shown >> number & 1 == 1)
            });
            solver.any(shows.map(|(_, lit)| *lit))
        });
        let shown = shown.collect();
        let except = table.except().iter().map(|classes| {
            let of = |at_least: bool| {
                let there = facts.found_classes().filter(move |(class, level, _)| {
                    classes.contains(*class) && (*level > Level::Possible) == at_least
                });
                there.map(|(_, _, lit)| lit).collect::<Vec<Lit>>()
            };
            let (likely, possible) = (solver.any(of(true)), solver.any(of(false)));
            let possible = solver.all([possible, !likely]);
            [solver.all([!possible, !likely]), possible, likely]
        });
        Standing { shown, except: except.collect() }
    }

    /// Adds a place that is there if `lit` holds to the values of its rows.
    fn spread(&self, solver: &mut Solver, lit: Lit, rows: &Hanging, values: &mut Vec<Vec<Lit>>) {
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
            let there: Vec<Lit> = shown.chain(except).chain([lit]).collect();
            values[row].push(solver.all(there));
        }
    }
}

impl Set {
    /// What a lane asks of it.
    fn asked(&self, solver: &mut Solver, terms: &Terms, asked: &mut Vec<Lit>) {
        let value = |row: &usize| self.values.get(*row).copied();
        let refused: Vec<Lit> = terms.refuses.iter().filter_map(value).collect();
        if !refused.is_empty() {
            asked.push(!solver.any(refused));
        }
        if terms.refuses_unknown {
            asked.push(!self.unknown);
        }
        if terms.refuses_none {
            asked.push(solver.any(self.values.iter().copied()));
        }
        for (needed, unknown) in &terms.needs {
            let needed: Vec<Lit> = needed.iter().filter_map(value).collect();
            asked.push(solver.any(needed.into_iter().chain(unknown.then_some(self.unknown))));
        }
    }
}
