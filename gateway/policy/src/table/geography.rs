//! Which places lie in which areas on a day.

use std::collections::BTreeMap;

use crate::Day;
use crate::model::{Area, Model, Place};

/// Every place that the policy mentions, and which of them lie in which areas on the day. Each has a row; row 0 is every place
/// that is not mentioned, and lies in no area.
pub(super) struct Geography<'m> {
    model: &'m Model,
    day: Day,
    points: Vec<Place>,
    inside: BTreeMap<&'m [Area], Vec<bool>>,
}

impl<'m> Geography<'m> {
    pub(super) fn new(model: &'m Model, day: Day) -> Geography<'m> {
        Geography { model, day, points: mentioned(model), inside: BTreeMap::new() }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.points.len() + 1
    }

    /// The places of the rows from 1 on.
    pub(super) fn points(&self) -> &[Place] {
        &self.points
    }

    /// The row of a place.
    pub(super) fn row(&self, place: Place) -> u16 {
        self.points.binary_search(&place).map_or(0, |at| at as u16 + 1)
    }

    /// By row: whether the place lies in one of the areas.
    pub(super) fn inside(&mut self, areas: &'m [Area]) -> Vec<bool> {
        let (model, day, points) = (self.model, self.day, &self.points);
        let inside = self.inside.entry(areas).or_insert_with(|| {
            let lies = points.iter().map(|point| model.inside(areas, *point, day));
            std::iter::once(false).chain(lies).collect()
        });
        inside.clone()
    }

    /// By row: whether it does not.
    pub(super) fn outside(&mut self, areas: &'m [Area]) -> Vec<bool> {
        self.inside(areas).into_iter().map(|inside| !inside).collect()
    }
}

/// All countries and zones that groups, conditions and destinations name, sorted.
pub(crate) fn mentioned(model: &Model) -> Vec<Place> {
    let in_groups =
        model.groups.iter().flat_map(|group| group.members.iter().map(|member| member.area));
    let in_conditions = model.conditions().flat_map(|condition| condition.form.areas());
    let of_areas = in_groups.chain(in_conditions.copied()).filter_map(|area| match area {
        Area::Place(place) => Some(place),
        Area::Group(_) => None,
    });
    let declared = model
        .destinations
        .iter()
        .flat_map(|destination| destination.bonds.iter().flatten().copied());
    let mut points: Vec<Place> = of_areas.chain(declared).collect();
    points.sort_unstable();
    points.dedup();
    points
}
