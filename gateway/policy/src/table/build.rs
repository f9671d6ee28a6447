//! Building the table of one epoch from the lanes that are in force then.

use std::collections::BTreeMap;

use super::{COUNTRIES, Rows, Slot, Table, country_number, direction_row, grade_row};
use crate::facts::{LEVELS, rank};
use crate::interpreter::Reading;
use crate::lanes::{Lane, Office, lanes};
use crate::model::{Area, Form, Model, Place};
use crate::{Client, Day, Direction, Grade};

/// Every place that the policy mentions, and which of them lie in which areas on the day.
struct Geography<'m> {
    model: &'m Model,
    day: Day,
    points: Vec<Place>,
    inside: BTreeMap<&'m [Area], Vec<bool>>,
}

impl<'m> Geography<'m> {
    fn new(model: &'m Model, day: Day) -> Geography<'m> {
        Geography { model, day, points: mentioned(model), inside: BTreeMap::new() }
    }

    /// For each point in order: whether it lies in one of the areas.
    fn inside(&mut self, areas: &'m [Area]) -> &[bool] {
        let (model, day, points) = (self.model, self.day, &self.points);
        self.inside.entry(areas).or_insert_with(|| {
            points.iter().map(|point| model.inside(areas, *point, day)).collect()
        })
    }

    fn contains(&mut self, areas: &'m [Area], place: Place) -> bool {
        let Ok(at) = self.points.binary_search(&place) else { return false };
        self.inside(areas).get(at).copied().unwrap_or(false)
    }
}

/// All countries and zones that groups, conditions and destinations name, sorted.
pub(crate) fn mentioned(model: &Model) -> Vec<Place> {
    let in_groups =
        model.groups.iter().flat_map(|group| group.members.iter().map(|member| member.area));
    let rules = model.rules.iter().flat_map(|rule| &rule.conditions);
    let exceptions = model.exceptions.iter().flat_map(|exception| &exception.conditions);
    let invariants = model.invariants.iter().flat_map(|invariant| &invariant.conditions);
    let in_conditions =
        rules.chain(exceptions).chain(invariants).flat_map(|condition| match &condition.form {
            Form::About(areas) | Form::Stays(areas) | Form::Leaves(areas) => &areas[..],
            _ => &[],
        });
    let of_areas = in_groups.chain(in_conditions.copied()).filter_map(|area| match area {
        Area::Place(place) => Some(place),
        Area::Group(_) => None,
    });
    let declared =
        model.destinations.iter().flat_map(|destination| destination.places.iter().copied());
    let mut points: Vec<Place> = of_areas.chain(declared).collect();
    points.sort_unstable();
    points.dedup();
    points
}

impl Table {
    /// Compiles the lanes that are in force on `day`.
    pub(crate) fn build(model: &Model, day: Day) -> Table {
        let lanes = lanes(model, day);
        let words = lanes.len().div_ceil(64).max(1);
        let mut geography = Geography::new(model, day);
        let mut country = vec![0u16; COUNTRIES];
        for (row, point) in (1u16..).zip(&geography.points) {
            if let Place::Country(known) = point
                && let Some(entry) = country.get_mut(country_number(*known))
            {
                *entry = row;
            }
        }
        let by_country = geography.points.len() + 1;
        let one = || Rows::full(1, words);
        let mut table = Table {
            words,
            offices: lanes.iter().map(|lane| lane.office).collect(),
            guarded: Vec::new(),
            suspends: lanes.iter().any(|lane| matches!(lane.office, Office::Suspension { .. })),
            direction: Rows::new(2, words),
            client: Rows::new(model.clients.len(), words),
            grade: Rows::new(5, words),
            destination: Rows::new(model.destinations.len(), words),
            known: model.destinations.iter().map(|destination| destination.known).collect(),
            unsure_place: one(),
            unsure_subject: one(),
            no_unknown: one(),
            unknown_among: one(),
            something: one(),
            stays: Rows::full(by_country, words),
            about_all: Rows::full(by_country, words),
            classes: Vec::new(),
            about: Vec::new(),
            leaves: Vec::new(),
            country,
        };
        for (number, lane) in lanes.iter().enumerate() {
            table.scalars(model, day, number, lane, &mut geography);
            table.unknowns(number, lane);
            table.sets(model, number, lane, &mut geography);
            if let Office::Guard { .. } = lane.office {
                table.guarded.push(lane.guarded(model));
            }
        }
        table
    }

    /// Facts that have one value.
    fn scalars<'m>(
        &mut self,
        model: &'m Model,
        day: Day,
        number: usize,
        lane: &Lane<'m>,
        geography: &mut Geography<'m>,
    ) {
        for direction in [Direction::Request, Direction::Answer] {
            if lane.directions.include(direction) {
                self.direction.set(direction_row(direction), number);
            }
        }
        for grade in
            [Grade::Refuted, Grade::Unprovable, Grade::Declared, Grade::Consistent, Grade::Proven]
        {
            let accepts =
                |form: &Form| !matches!(form, Form::Graded(grades) if !grades.contains(&grade));
            if lane.conditions.iter().all(|condition| accepts(&condition.form)) {
                self.grade.set(grade_row(grade), number);
            }
        }
        for row in 0..model.clients.len() {
            let accepts = |form: &Form| match form {
                Form::From(nodes) => nodes.iter().any(|node| {
                    let (client, maybe) = (Client(row as u16), lane.reading == Reading::Maybe);
                    model.under(client, *node) || maybe && model.may_be_under(client, *node)
                }),
                _ => true,
            };
            if lane.conditions.iter().all(|condition| accepts(&condition.form)) {
                self.client.set(row, number);
            }
        }
        for (row, destination) in model.destinations.iter().enumerate() {
            let id = crate::DestinationId(row as u16);
            let mut accepts = |form: &'m Form| match form {
                Form::GoesTo(chosen) => chosen.contains(&id),
                Form::Lacks(what) => what.iter().any(|what| !model.attests(id, what, day)),
                Form::Stays(areas) => {
                    destination.places.iter().all(|p| geography.contains(areas, *p))
                }
                _ => true,
            };
            if lane.conditions.iter().all(|condition| accepts(&condition.form)) {
                self.destination.set(row, number);
            }
        }
    }

    /// Which lanes do without what is not known.
    fn unknowns(&mut self, number: usize, lane: &Lane<'_>) {
        let has = |wanted: fn(&Form) -> bool| {
            lane.conditions.iter().any(|condition| wanted(&condition.form))
        };
        let sure = lane.reading == Reading::Surely;
        let about_unknown = has(|form| matches!(form, Form::AboutUnknown));
        for (row, excluded) in [
            (&mut self.unsure_place, sure && has(|form| matches!(form, Form::Stays(_)))),
            (&mut self.unsure_subject, sure && has(|form| matches!(form, Form::About(_)))),
            (&mut self.no_unknown, about_unknown),
            (&mut self.unknown_among, sure && about_unknown),
            (&mut self.something, has(|form| matches!(form, Form::Nothing))),
        ] {
            if excluded {
                row.clear(0, number);
            }
        }
    }

    /// Facts that are sets.
    fn sets<'m>(
        &mut self,
        model: &'m Model,
        number: usize,
        lane: &Lane<'m>,
        geography: &mut Geography<'m>,
    ) {
        let maybe = lane.reading == Reading::Maybe;
        let (mut about, mut leaves) = (0, 0);
        for condition in lane.conditions {
            match &condition.form {
                Form::Stays(areas) => restrict(&mut self.stays, number, geography.inside(areas)),
                Form::About(areas) if !maybe => {
                    restrict(&mut self.about_all, number, geography.inside(areas))
                }
                Form::About(areas) => {
                    let slot = slot(&mut self.about, about, self.words, 1, self.stays.rows());
                    about += 1;
                    slot.free.clear(0, number);
                    slot.unknown.set(0, number);
                    for (row, _) in
                        (1..).zip(geography.inside(areas)).filter(|(_, inside)| **inside)
                    {
                        slot.any.set(row, number);
                    }
                }
                Form::Leaves(areas) => {
                    let count = model.destinations.len();
                    let slot = slot(&mut self.leaves, leaves, self.words, count, self.stays.rows());
                    leaves += 1;
                    for (row, destination) in model.destinations.iter().enumerate() {
                        if destination.places.iter().all(|place| geography.contains(areas, *place))
                        {
                            slot.free.clear(row, number);
                        }
                    }
                    if maybe {
                        slot.unknown.set(0, number);
                    }
                    slot.any.set(0, number);
                    for (row, _) in
                        (1..).zip(geography.inside(areas)).filter(|(_, inside)| !**inside)
                    {
                        slot.any.set(row, number);
                    }
                }
                _ => {}
            }
        }
        for (at, (level, classes)) in lane.data(model).into_iter().enumerate() {
            let slot = slot(&mut self.classes, at, self.words, 1, model.classes.len() * 3);
            slot.free.clear(0, number);
            for class in classes.iter() {
                for found in LEVELS.into_iter().filter(|found| *found >= level) {
                    slot.any.set(class.index() * 3 + rank(found), number);
                }
            }
        }
    }
}

/// Takes the lane out of every row whose place is not inside; row 0 is every place not mentioned.
fn restrict(rows: &mut Rows, number: usize, inside: &[bool]) {
    rows.clear(0, number);
    for (row, _) in (1..).zip(inside).filter(|(_, inside)| !**inside) {
        rows.clear(row, number);
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
