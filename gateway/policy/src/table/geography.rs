//! Which places lie in which areas on a day.

use std::collections::BTreeMap;

use crate::Day;
use crate::model::{Area, Form, Model, Place};

/// Every place that the policy mentions, and which of them lie in which areas on the day.
pub(super) struct Geography<'m> {
    model: &'m Model,
    day: Day,
    pub(super) points: Vec<Place>,
    inside: BTreeMap<&'m [Area], Inside>,
}

/// What lies in some areas.
pub(super) struct Inside {
    /// For each point, in order.
    pub(super) points: Vec<bool>,
    /// For each destination: whether all its declared places do.
    pub(super) destinations: Vec<bool>,
}

impl<'m> Geography<'m> {
    pub(super) fn new(model: &'m Model, day: Day) -> Geography<'m> {
        Geography { model, day, points: mentioned(model), inside: BTreeMap::new() }
    }

    pub(super) fn inside(&mut self, areas: &'m [Area]) -> &Inside {
        let (model, day, points) = (self.model, self.day, &self.points);
        self.inside.entry(areas).or_insert_with(|| {
            let within: Vec<bool> =
                points.iter().map(|point| model.inside(areas, *point, day)).collect();
            let lies = |place: &Place| {
                let at = points.binary_search(place).ok();
                at.and_then(|at| within.get(at)).copied().unwrap_or(false)
            };
            let destinations = model.destinations.iter();
            let destinations = destinations.map(|d| d.places.iter().all(lies)).collect();
            Inside { points: within, destinations }
        })
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
