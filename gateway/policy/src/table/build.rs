//! Building the table of one epoch from the lanes that are in force then.

use std::sync::Arc;

use super::geography::Geography;
use super::rows::{BLOCK, Rows};
use super::{COUNTRIES, Effects, Slot, Table, class_row, country_number, direction_row, grade_row};
use crate::facts::LEVELS;
use crate::interpreter::Reading;
use crate::lanes::{Lane, Layout, lanes};
use crate::model::{Form, Model, Place};
use crate::{Client, Day, DestinationId, Direction, Grade};

const DIRECTIONS: [Direction; 2] = [Direction::Request, Direction::Answer];
const GRADES: [Grade; 5] =
    [Grade::Refuted, Grade::Unprovable, Grade::Declared, Grade::Consistent, Grade::Proven];

impl Table {
    /// Compiles the lanes that are in force on `day`.
    pub(crate) fn build(model: &Model, effects: &Arc<Effects>, day: Day) -> Table {
        let layout = Layout::of(model);
        let words = layout.words().next_multiple_of(BLOCK).max(BLOCK);
        let lanes = lanes(model, &layout, day);
        let mut geography = Geography::new(model, day);
        let places = geography.points.len() + 1;
        let in_force = |rows| Rows::of_lanes(rows, words, lanes.iter().map(|lane| lane.number));
        let full = |rows| Rows::full(rows, words);
        let mut table = Table {
            layout,
            words,
            effects: effects.clone(),
            monitored: monitored(model, &layout, day),
            direction: in_force(DIRECTIONS.len()),
            client: in_force(model.clients.len()),
            grade: in_force(GRADES.len()),
            destination: in_force(model.destinations.len()),
            known: model.destinations.iter().map(|destination| destination.known).collect(),
            unsure_place: full(1),
            unsure_subject: full(1),
            no_unknown: full(1),
            unknown_among: full(1),
            something: full(1),
            stays: full(places),
            about_all: full(places),
            classes: Vec::new(),
            about: Vec::new(),
            leaves: Vec::new(),
            country: countries(&geography.points),
        };
        for lane in &lanes {
            table.scalars(model, day, lane);
            table.unknowns(lane);
            table.places(model, lane, &mut geography);
            table.data(model, lane);
        }
        table
    }

    /// Facts that have one value: takes the lane out of the rows of the values that it does not accept.
    fn scalars(&mut self, model: &Model, day: Day, lane: &Lane<'_>) {
        for direction in DIRECTIONS.into_iter().filter(|d| !lane.directions.include(*d)) {
            self.direction.clear(direction_row(direction), lane.number);
        }
        for condition in lane.conditions {
            match &condition.form {
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
                Form::GoesTo(chosen) => {
                    let elsewhere = |row| !chosen.contains(&DestinationId(row as u16));
                    self.destination.refuse(lane.number, elsewhere);
                }
                Form::Lacks(what) => {
                    let attests = |row: usize, what: &String| {
                        model.attests(DestinationId(row as u16), what, day)
                    };
                    let has_all = |row| what.iter().all(|what| attests(row, what));
                    self.destination.refuse(lane.number, has_all);
                }
                _ => {}
            }
        }
    }

    /// Which lanes do without what is not known.
    fn unknowns(&mut self, lane: &Lane<'_>) {
        let sure = lane.reading == Reading::Surely;
        let has = |wanted: fn(&Form) -> bool| {
            lane.conditions.iter().any(|condition| wanted(&condition.form))
        };
        let about_unknown = has(|form| matches!(form, Form::AboutUnknown));
        for (row, excluded) in [
            (&mut self.unsure_place, sure && has(|form| matches!(form, Form::Stays(_)))),
            (&mut self.unsure_subject, sure && has(|form| matches!(form, Form::About(_)))),
            (&mut self.no_unknown, about_unknown),
            (&mut self.unknown_among, sure && about_unknown),
            (&mut self.something, has(|form| matches!(form, Form::Nothing))),
        ] {
            if excluded {
                row.clear(0, lane.number);
            }
        }
    }

    /// Sets of places: of subjects, and of where it would go.
    fn places<'m>(&mut self, model: &'m Model, lane: &Lane<'m>, geography: &mut Geography<'m>) {
        let number = lane.number;
        let maybe = lane.reading == Reading::Maybe;
        let (mut about, mut leaves) = (0, 0);
        for condition in lane.conditions {
            match &condition.form {
                Form::Stays(areas) => {
                    let inside = geography.inside(areas);
                    self.stays.refuse_outside(number, &inside.points);
                    self.destination.refuse(number, |row| !inside.destinations[row]);
                }
                Form::About(areas) if !maybe => {
                    self.about_all.refuse_outside(number, &geography.inside(areas).points);
                }
                Form::About(areas) => {
                    let slot = slot(&mut self.about, about, self.words, 1, self.stays.rows());
                    about += 1;
                    slot.free.clear(0, number);
                    slot.unknown.set(0, number);
                    slot.any.accept_where(number, &geography.inside(areas).points, true);
                }
                Form::Leaves(areas) => {
                    let count = model.destinations.len();
                    let slot = slot(&mut self.leaves, leaves, self.words, count, self.stays.rows());
                    leaves += 1;
                    let inside = geography.inside(areas);
                    slot.free.refuse(number, |row| inside.destinations[row]);
                    if maybe {
                        slot.unknown.set(0, number);
                    }
                    slot.any.set(0, number);
                    slot.any.accept_where(number, &inside.points, false);
                }
                _ => {}
            }
        }
    }

    /// Classes.
    fn data(&mut self, model: &Model, lane: &Lane<'_>) {
        for (at, (level, classes)) in lane.data(model).into_iter().enumerate() {
            let slot = slot(&mut self.classes, at, self.words, 1, model.classes.len() * 3);
            slot.free.clear(0, lane.number);
            for class in classes.iter() {
                for found in LEVELS.into_iter().filter(|found| *found >= level) {
                    slot.any.set(class_row(class, found), lane.number);
                }
            }
        }
    }
}

/// The slot of this number, made if it is the first lane that needs it.
fn slot(slots: &mut Vec<Slot>, at: usize, words: usize, free: usize, values: usize) -> &mut Slot {
    while slots.len() <= at {
        let (free, any) = (Rows::full(free, words), Rows::new(values, words));
        slots.push(Slot { free, any, unknown: Rows::new(1, words) });
    }
    &mut slots[at]
}

/// Row 0 is every place that is not mentioned, the rows behind it are the points in order.
fn countries(points: &[Place]) -> Vec<u16> {
    let mut rows = vec![0u16; COUNTRIES];
    for (row, point) in (1u16..).zip(points) {
        if let Place::Country(known) = point
            && let Some(entry) = rows.get_mut(country_number(*known))
        {
            *entry = row;
        }
    }
    rows
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
