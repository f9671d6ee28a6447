//! Which places lie in which areas: countries, territories, zones, groups, and on what a member's place in a group hangs.
//!
//! An answer has three values. A fact that nobody has confirmed, a zone of a country of which only the country is known, a class
//! that takes a member out and was found only possibly: each makes it [`Lies::Perhaps`], which restricts and never permits.

use crate::diagnostic::At;
use crate::facts::ClassSet;
use crate::model::{Bond, Model, Term};
use crate::{Country, Day, DestinationId, Level};

/// A point on the map, as facts name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    Country(Country),
    Zone(u16),
}

/// A place or a group of places, as conditions name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Area {
    Place(Place),
    Group(u16),
}

/// A zone: a place with a law of its own that is no country, such as premises, a free zone or a state of a federation.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) name: String,
    /// The country in which it lies: evidence for that country speaks for it.
    pub(crate) within: Option<Country>,
    /// Whether it is surely in no group that does not name it: false where required files stand and do not declare it.
    pub(crate) is_settled: bool,
}

/// A territory with a code of its own.
#[derive(Clone, Debug)]
pub(crate) struct Territory {
    pub(crate) code: Country,
    /// The country it belongs to.
    pub(crate) of: Country,
    /// Whether what is said of the country is surely said of it: false where required files stand and do not declare it.
    pub(crate) is_settled: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) members: Vec<Member>,
    /// What is not in it, whatever its members say.
    pub(crate) without: Vec<Place>,
    pub(crate) at: At,
}

/// One line of a group; in force from the first day of its term to the last.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) area: Area,
    pub(crate) term: Term,
    /// What the destination must attest on the day.
    pub(crate) shown: Vec<String>,
    /// Classes, with all that belong to them, that take the member out of the group when they are there.
    pub(crate) except: ClassSet,
    pub(crate) mark: Option<Mark>,
}

/// A fact that is not to be relied on until a person has confirmed it.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// What is to be confirmed.
    pub(crate) what: String,
    /// When it counts as confirmed.
    pub(crate) confirmed: Vec<Term>,
    pub(crate) at: At,
}

/// Whether a place lies in an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lies {
    Outside,
    Perhaps,
    Inside,
}

/// What decides on members with conditions.
pub(crate) trait Standing {
    fn day(&self) -> Day;
    /// Whether the destination attests this.
    fn shows(&self, what: &str) -> bool;
    /// How surely one of these classes was found.
    fn found(&self, classes: ClassSet) -> Option<Level>;
}

impl Member {
    pub(crate) fn plain(area: Area, term: Term) -> Member {
        Member { area, term, shown: Vec::new(), except: ClassSet::default(), mark: None }
    }

    /// Whether the line counts.
    fn stands(&self, standing: &impl Standing) -> Lies {
        let day = standing.day();
        if !self.term.includes(day) || !self.shown.iter().all(|what| standing.shows(what)) {
            return Lies::Outside;
        }
        let except = match standing.found(self.except) {
            None => Lies::Inside,
            Some(Level::Possible) => Lies::Perhaps,
            Some(_) => Lies::Outside,
        };
        except.min(if is_confirmed(self.mark.as_ref(), day) { Lies::Inside } else { Lies::Perhaps })
    }
}

/// Whether a fact may be relied on: it bears no mark, or somebody confirmed it.
pub(crate) fn is_confirmed(mark: Option<&Mark>, day: Day) -> bool {
    mark.is_none_or(|mark| mark.confirmed.iter().any(|term| term.includes(day)))
}

impl Model {
    /// Whether a place lies in one of the areas.
    pub(crate) fn lies(&self, areas: &[Area], place: Place, standing: &impl Standing) -> Lies {
        // INVARIANT: groups do not include each other in a circle; the resolver refuses that.
        let each = areas.iter().map(|area| match area {
            Area::Place(known) => self.covers(*known, place),
            Area::Group(group) => match self.groups.get(usize::from(*group)) {
                Some(group) if !group.without.contains(&place) => {
                    let stands = group.members.iter().map(|m| (m, m.stands(standing)));
                    let stands = stands.filter(|(_, stands)| *stands != Lies::Outside);
                    let lies =
                        stands.map(|(m, stands)| stands.min(self.lies(&[m.area], place, standing)));
                    lies.max().unwrap_or(Lies::Outside)
                }
                _ => Lies::Outside,
            },
        });
        each.max().unwrap_or(Lies::Outside)
    }

    /// Whether what is said of one place is said of another: of itself, of a country's territories, and perhaps of a country of
    /// which a zone is named, since the zone may be meant. What required files say of countries reaches zones and territories
    /// that other files declare only perhaps, so that no such declaration takes a place out of a group of theirs, or into it.
    pub(crate) fn covers(&self, known: Place, place: Place) -> Lies {
        let same = known == place;
        match (known, place) {
            _ if same => Lies::Inside,
            (Place::Country(parent), Place::Country(country)) => self.belongs(country, parent),
            (Place::Country(country), Place::Zone(zone)) => match self.zones.get(usize::from(zone))
            {
                Some(zone) if !zone.is_settled => self.may_hold(country, zone),
                _ => Lies::Outside,
            },
            (Place::Zone(zone), Place::Country(country)) if self.within(zone) == Some(country) => {
                Lies::Perhaps
            }
            _ => Lies::Outside,
        }
    }

    /// Whether a country is a territory of another.
    fn belongs(&self, territory: Country, country: Country) -> Lies {
        match self.territories.iter().find(|known| known.code == territory && known.of == country) {
            Some(known) if known.is_settled => Lies::Inside,
            Some(_) => Lies::Perhaps,
            None => Lies::Outside,
        }
    }

    /// Whether a zone may be in a country: one that does not say where it lies may be in any.
    fn may_hold(&self, country: Country, zone: &Zone) -> Lies {
        let holds = zone.within.is_none_or(|within| {
            within == country || self.belongs(within, country) != Lies::Outside
        });
        if holds { Lies::Perhaps } else { Lies::Outside }
    }

    /// The country in which a zone lies.
    pub(crate) fn within(&self, zone: u16) -> Option<Country> {
        self.zones.get(usize::from(zone))?.within
    }

    /// The countries around the zones in which a destination processes and stores: evidence for such a country agrees with them.
    pub(crate) fn around(&self, destination: DestinationId) -> impl Iterator<Item = Country> {
        let declared = self.destinations.get(destination.index());
        let bonds = declared
            .into_iter()
            .flat_map(|d| [Bond::Processed, Bond::Stored].map(|bond| &d.bonds[bond.index()]));
        bonds.flatten().filter_map(|place| match place {
            Place::Zone(zone) => self.within(*zone),
            Place::Country(_) => None,
        })
    }

    /// All countries and zones that groups, conditions and destinations name, or that follow from those, sorted.
    pub(crate) fn mentioned(&self) -> Vec<Place> {
        let in_groups = self.groups.iter().flat_map(|group| group.members.iter().map(|m| m.area));
        let in_conditions = self.conditions().flat_map(|condition| condition.form.areas());
        let of_areas = in_groups.chain(in_conditions.copied()).filter_map(|area| match area {
            Area::Place(place) => Some(place),
            Area::Group(_) => None,
        });
        let declared = self.destinations.iter().flat_map(|d| d.bonds.iter().flatten().copied());
        let mut places: Vec<Place> = of_areas.chain(declared).collect();
        let follow = |place: &Place| match place {
            Place::Zone(zone) => self.within(*zone),
            Place::Country(_) => None,
        };
        let around: Vec<Place> = places.iter().filter_map(follow).map(Place::Country).collect();
        places.extend(around);
        places.extend(self.territories.iter().map(|territory| Place::Country(territory.code)));
        places.sort_unstable();
        places.dedup();
        places
    }
}
