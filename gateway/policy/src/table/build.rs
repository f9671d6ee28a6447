//! Building the table of one epoch from the lanes that are in force then.

use std::sync::Arc;

use super::axis::{Asks, SetRows};
use super::effects::class_row;
use super::geography::Geography;
use super::rows::{BLOCK, Rows};
use super::{COUNTRIES, Declared, Effects, Table, country_number, direction_row, grade_row};
use crate::facts::{ClassSet, LEVELS};
use crate::interpreter::Reading;
use crate::lanes::{Lane, Layout, lanes};
use crate::model::{Bond, Destination, Extent, Form, Model, Place};
use crate::{Client, Day, DestinationId, Direction, Grade, Level};

const DIRECTIONS: [Direction; 2] = [Direction::Request, Direction::Answer];
const GRADES: [Grade; 5] =
    [Grade::Refuted, Grade::Unprovable, Grade::Declared, Grade::Consistent, Grade::Proven];

/// How many conditions of a lane have asked for a set so far.
#[derive(Default)]
struct Asked {
    classes: usize,
    subjects: usize,
    places: usize,
    bonds: [usize; 6],
}

impl Table {
    /// Compiles the lanes that are in force on `day`.
    pub(crate) fn build(model: &Model, effects: &Arc<Effects>, day: Day) -> Table {
        let layout = Layout::of(model);
        let words = layout.words().next_multiple_of(BLOCK).max(BLOCK);
        let lanes = lanes(model, &layout, day);
        let mut geography = Geography::new(model, day);
        let places = geography.rows();
        let in_force = |rows| Rows::of_lanes(rows, words, lanes.iter().map(|lane| lane.number));
        let mut table = Table {
            layout,
            words,
            effects: effects.clone(),
            monitored: monitored(model, &layout, day),
            direction: in_force(DIRECTIONS.len()),
            client: in_force(model.clients.len()),
            grade: in_force(GRADES.len()),
            destination: in_force(model.destinations.len()),
            classes: SetRows::new(model.classes.len() * LEVELS.len(), words),
            subjects: SetRows::new(places, words),
            places: SetRows::new(places, words),
            bonds: Bond::ALL.map(|_| SetRows::new(places, words)),
            country: countries(&geography),
            declared: declared(model, &geography),
        };
        for lane in &lanes {
            for direction in DIRECTIONS.into_iter().filter(|d| !lane.directions.include(*d)) {
                table.direction.clear(direction_row(direction), lane.number);
            }
            let mut asked = Asked::default();
            for condition in lane.conditions {
                table.value(model, day, lane, &condition.form);
                table.set(model, lane, &condition.form, &mut asked, &mut geography);
            }
        }
        table
    }

    /// Facts that have one value: takes the lane out of the rows of the values that it does not accept.
    fn value(&mut self, model: &Model, day: Day, lane: &Lane<'_>, form: &Form) {
        match form {
            Form::Graded(grades) => {
                for grade in GRADES.into_iter().filter(|grade| !grades.contains(grade)) {
                    self.grade.clear(grade_row(grade), lane.number);
                }
            }
            Form::From(nodes) => {
                let maybe = lane.reading == Reading::Maybe;
                let accepts = |client| {
                    nodes.iter().any(|node| {
                        model.under(client, *node) || maybe && model.may_be_under(client, *node)
                    })
                };
                self.client.refuse(lane.number, |row| !accepts(Client(row as u16)));
            }
            Form::Sender(of, wanted) => {
                let sure = lane.reading == Reading::Surely;
                let accepts = |row| {
                    let (surely, perhaps) = model.has_trait(Client(row as u16), *of, wanted);
                    if sure { surely } else { perhaps }
                };
                self.client.refuse(lane.number, |row| !accepts(row));
            }
            Form::GoesTo(chosen) => {
                let elsewhere = |row| !chosen.contains(&DestinationId(row as u16));
                self.destination.refuse(lane.number, elsewhere);
            }
            Form::Lacks(what) => {
                let attests =
                    |row: usize, what: &String| model.attests(DestinationId(row as u16), what, day);
                let has_all = |row| what.iter().all(|what| attests(row, what));
                self.destination.refuse(lane.number, has_all);
            }
            Form::Has(what) => {
                let attests =
                    |row, what: &String| model.attests(DestinationId(row as u16), what, day);
                let lacks_one = |row| what.iter().any(|what| !attests(row, what));
                self.destination.refuse(lane.number, lacks_one);
            }
            _ => {}
        }
    }

    /// Facts that are sets. What is not known satisfies what restricts, and never what lets something through.
    fn set<'m>(
        &mut self,
        model: &Model,
        lane: &Lane<'m>,
        form: &'m Form,
        asked: &mut Asked,
        geography: &mut Geography<'m>,
    ) {
        let sure = lane.reading == Reading::Surely;
        let (rows, asked, asks) = match form {
            Form::Data(level, classes) => {
                let classes = if sure { *classes } else { model.widen(*classes) };
                let needs = Some((found(model, classes, *level), false));
                (&mut self.classes, &mut asked.classes, Asks { needs, ..Asks::default() })
            }
            Form::Nothing => {
                let any = (0..model.classes.len() as u16)
                    .map(|class| ClassSet::one(crate::ClassId(class)));
                let any = any.fold(ClassSet::default(), |all, class| all | class);
                let refuses = Some(found(model, any, Level::Likely));
                (&mut self.classes, &mut asked.classes, Asks { refuses, ..Asks::default() })
            }
            Form::About(areas) => {
                let asks = match sure {
                    true => Asks {
                        refuses: Some(geography.outside(areas)),
                        refuses_unknown: true,
                        refuses_none: true,
                        needs: None,
                    },
                    false => {
                        Asks { needs: Some((geography.inside(areas), true)), ..Asks::default() }
                    }
                };
                (&mut self.subjects, &mut asked.subjects, asks)
            }
            Form::AboutUnknown => {
                let values = geography.rows();
                let refuses = sure.then(|| vec![true; values]);
                let needs = Some((vec![false; values], true));
                let asks = Asks { refuses, needs, ..Asks::default() };
                (&mut self.subjects, &mut asked.subjects, asks)
            }
            Form::Stays(areas) => {
                let refuses = Some(geography.outside(areas));
                let asks = Asks { refuses, refuses_unknown: sure, ..Asks::default() };
                (&mut self.places, &mut asked.places, asks)
            }
            Form::Leaves(areas) => {
                let needs = Some((geography.outside(areas), !sure));
                (&mut self.places, &mut asked.places, Asks { needs, ..Asks::default() })
            }
            Form::Bound(bond, extent, areas) => {
                let unknown = !sure;
                let asks = match extent {
                    Extent::Only => Asks {
                        refuses: Some(geography.outside(areas)),
                        refuses_unknown: sure,
                        refuses_none: sure,
                        needs: None,
                    },
                    Extent::Some => {
                        Asks { needs: Some((geography.inside(areas), unknown)), ..Asks::default() }
                    }
                    Extent::Outside => {
                        Asks { needs: Some((geography.outside(areas), unknown)), ..Asks::default() }
                    }
                };
                (&mut self.bonds[bond.index()], &mut asked.bonds[bond.index()], asks)
            }
            _ => return,
        };
        rows.ask(lane.number, *asked, &asks);
        *asked += usize::from(asks.needs.is_some());
    }
}

/// By row of classes: whether it is one of these, found at least as surely.
fn found(model: &Model, classes: ClassSet, level: Level) -> Vec<bool> {
    let mut rows = vec![false; model.classes.len() * LEVELS.len()];
    for class in classes.iter() {
        for found in LEVELS.into_iter().filter(|found| *found >= level) {
            if let Some(row) = rows.get_mut(class_row(class, found)) {
                *row = true;
            }
        }
    }
    rows
}

/// By number of a country: its row.
fn countries(geography: &Geography<'_>) -> Vec<u16> {
    let mut rows = vec![0u16; COUNTRIES];
    for (row, point) in (1u16..).zip(geography.points()) {
        if let Place::Country(known) = point
            && let Some(entry) = rows.get_mut(country_number(*known))
        {
            *entry = row;
        }
    }
    rows
}

fn declared(model: &Model, geography: &Geography<'_>) -> Vec<Declared> {
    let rows = |places: &Vec<Place>| places.iter().map(|place| geography.row(*place)).collect();
    let of = |destination: &Destination| Declared {
        all: rows(&destination.places),
        known: destination.known,
        bonds: std::array::from_fn(|bond| rows(&destination.bonds[bond])),
    };
    model.destinations.iter().map(of).collect()
}

/// The rules that are only watched on the day; empty if there are none.
fn monitored(model: &Model, layout: &Layout, day: Day) -> Vec<u64> {
    let watched = model.rules.iter().enumerate().filter(|(_, rule)| rule.monitored(day));
    let mut words = Vec::new();
    for (number, _) in watched {
        words.resize(layout.rule_words, 0);
        words[number / 64] |= 1u64 << (number % 64);
    }
    words
}
