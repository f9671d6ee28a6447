//! What the conditions of an invariant on places speak of: so that whoever signs sees a group that means less than it should.

use serde::{Deserialize, Serialize};

use crate::areas::{Lies, Standing};
use crate::facts::ClassSet;
use crate::model::{Area, Form, Invariant, Model, Place};
use crate::{Day, Level};

/// A condition on places, and the places that count as inside of what it names. All others are outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// The condition, as it is written.
    pub condition: String,
    /// Country codes and zones that are inside on every day, whatever else is so.
    pub always: Vec<String>,
    /// Those that are inside on some days, or on conditions only.
    pub at_times: Vec<String>,
}

impl std::fmt::Display for Within {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let always =
            if self.always.is_empty() { "nothing".to_owned() } else { self.always.join(" ") };
        write!(f, "\"{}\" takes as inside: {always}", self.condition)?;
        if self.at_times.is_empty() {
            return Ok(());
        }
        write!(f, ", at times {}", self.at_times.join(" "))
    }
}

/// Of each condition on where it goes: the places that are inside. Where data subjects live [`residents`] says.
pub(crate) fn within(model: &Model, invariant: &Invariant) -> Vec<Within> {
    let on_places = invariant.conditions.iter().filter(|condition| {
        matches!(condition.form, Form::Stays(_) | Form::Leaves(_) | Form::Bound(..))
    });
    let told = on_places.map(|condition| {
        let (mut always, mut at_times) = (Vec::new(), Vec::new());
        for place in model.mentioned() {
            let name = || model.area_name(Area::Place(place));
            match lies(model, condition.form.areas(), place) {
                Lies::Inside => always.push(name()),
                Lies::Perhaps => at_times.push(name()),
                Lies::Outside => {}
            }
        }
        Within { condition: condition.words.clone(), always, at_times }
    });
    told.collect()
}

/// The countries that satisfy every condition of an invariant on residents, on some day.
pub(crate) fn residents(model: &Model, invariant: &Invariant) -> Vec<String> {
    let conditions = invariant.conditions.iter();
    let areas: Vec<&[Area]> = conditions
        .filter_map(|c| if let Form::About(areas) = &c.form { Some(&areas[..]) } else { None })
        .collect();
    let days = model.days();
    let may = |areas: &[Area], place, day| model.lies(areas, place, &AtBest(day)) != Lies::Outside;
    let lives = |place| days.iter().any(|day| areas.iter().all(|a| may(a, place, *day)));
    let countries =
        model.mentioned().into_iter().filter(|place| !areas.is_empty() && lives(*place));
    let name = |place| {
        if let Place::Country(country) = place { Some(country.as_str().to_owned()) } else { None }
    };
    countries.filter_map(name).collect()
}

/// Over all days and all that a member of a group may hang on: inside whatever is so, never inside, or now and then.
fn lies(model: &Model, areas: &[Area], place: Place) -> Lies {
    let days = model.days();
    let always = |day: &Day| model.lies(areas, place, &AtWorst(*day)) == Lies::Inside;
    let ever = |day: &Day| model.lies(areas, place, &AtBest(*day)) != Lies::Outside;
    if days.iter().all(always) {
        Lies::Inside
    } else if days.iter().any(ever) {
        Lies::Perhaps
    } else {
        Lies::Outside
    }
}

/// A day on which everything stands that a member of a group may hang on.
struct AtBest(Day);

impl Standing for AtBest {
    fn day(&self) -> Day {
        self.0
    }

    fn shows(&self, _: &str) -> bool {
        true
    }

    fn found(&self, _: ClassSet) -> Option<Level> {
        None
    }
}

/// A day on which nothing of it stands.
struct AtWorst(Day);

impl Standing for AtWorst {
    fn day(&self) -> Day {
        self.0
    }

    fn shows(&self, _: &str) -> bool {
        false
    }

    fn found(&self, classes: ClassSet) -> Option<Level> {
        (classes != ClassSet::default()).then_some(Level::Confirmed)
    }
}
