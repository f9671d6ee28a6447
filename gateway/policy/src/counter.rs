//! Counters over time: how many persons' data has gone, as far as laws tell by it what is allowed.
//!
//! Whoever keeps count stands outside. What comes in is a reading: for each counter how many of its bands are reached, this
//! request counted in, or nothing, if nobody knows. So a decision stays a pure function of what is on record.

use crate::areas::{Area, Lies, Place, Standing};
use crate::diagnostic::At;
use crate::facts::ClassSet;
use crate::model::{Form, Model};
use crate::{ClassId, Country, Day, Level, Rulebook};

/// A counter, as whoever keeps count must know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterInfo {
    /// The name.
    pub name: String,
    /// What it counts, in one sentence.
    pub sentence: String,
    /// The law that counts so.
    pub law: Option<String>,
    /// Over which days it counts.
    pub window: Window,
    /// The thresholds, in ascending order; at least one.
    pub bands: Vec<u64>,
    /// How many nodes share it, at least one: each takes what it counts so many times, so that together they stay below a band.
    pub share: u64,
}

/// Over which days a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// Since 1 January of the year.
    Year,
    /// Within the twelve months up to the day, that of a year ago included.
    TwelveMonths,
}

impl Window {
    /// The first day that counts on a day.
    #[must_use]
    pub fn first(self, day: Day) -> Day {
        match self {
            Window::Year => day.first_of_year(),
            Window::TwelveMonths => day.year_before(),
        }
    }
}

/// A counter with its names resolved.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    pub(crate) info: CounterInfo,
    /// What its persons are values of; what belongs to these classes counts too.
    pub(crate) classes: ClassSet,
    /// Where its persons live; all persons count if there is none.
    pub(crate) about: Vec<Area>,
    pub(crate) at: At,
}

/// How many bands each counter has reached. Of a counter that is not here nobody knows: what restricts takes it as the highest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counted(Vec<(u16, u16)>);

impl Counted {
    /// How many bands of a counter are reached, by number; none if nobody knows.
    pub(crate) fn of(&self, counter: u16) -> Option<u16> {
        let at = self.0.binary_search_by_key(&counter, |(known, _)| *known).ok()?;
        self.0.get(at).map(|(_, reached)| *reached)
    }

    /// Notes how far a counter has got; what was known of it before counts no more.
    pub(crate) fn set(&mut self, counter: u16, reached: Option<u16>) {
        self.0.retain(|(known, _)| *known != counter);
        let at = self.0.partition_point(|(known, _)| *known < counter);
        if let Some(reached) = reached {
            self.0.insert(at, (counter, reached));
        }
    }

    /// The rows of a table that stand for it; `bands`: how many each counter has.
    pub(crate) fn rows(&self, bands: &[u16]) -> impl Iterator<Item = u16> {
        (0..).zip(bands).scan(0, |first, (counter, bands)| {
            let row = *first + row(*bands, self.of(counter));
            *first += states(*bands);
            Some(row)
        })
    }
}

/// A day on which every member of a group is in it that may be: where it goes is not known yet.
struct Perhaps(Day);

impl Standing for Perhaps {
    fn day(&self) -> Day {
        self.0
    }

    fn shows(&self, _what: &str) -> bool {
        true
    }

    fn found(&self, _classes: ClassSet) -> Option<Level> {
        None
    }
}

/// How many states a counter can be in: as many bands reached as there are, or fewer, or nobody knows.
pub(crate) fn states(bands: u16) -> u16 {
    bands + 2
}

/// The row of a state, among those of its counter; the last is that nobody knows.
fn row(bands: u16, reached: Option<u16>) -> u16 {
    reached.map_or(bands + 1, |reached| reached.min(bands))
}

impl Counter {
    /// How many bands it has.
    pub(crate) fn bands(&self) -> u16 {
        self.info.bands.len() as u16
    }

    /// How many bands are reached if so many are counted.
    pub(crate) fn reached(&self, count: u64) -> u16 {
        self.info.bands.partition_point(|band| *band <= count) as u16
    }

    /// The band that so many reached ones end with; 0 if none is reached.
    pub(crate) fn band(&self, reached: u16) -> u64 {
        let last = usize::from(reached).checked_sub(1);
        last.and_then(|at| self.info.bands.get(at)).copied().unwrap_or(0)
    }

    /// How far it has got, in words.
    pub(crate) fn words(&self, reached: u16) -> String {
        match reached {
            0 => format!("below {}", self.info.bands.first().copied().unwrap_or(0)),
            more => format!("at {}", self.band(more)),
        }
    }
}

impl Model {
    /// The numbers of bands of all counters.
    pub(crate) fn bands(&self) -> Vec<u16> {
        self.counters.iter().map(Counter::bands).collect()
    }

    /// The counters that conditions name.
    pub(crate) fn asked_counters(&self) -> Vec<u16> {
        let named = self.conditions().filter_map(|condition| match condition.form {
            Form::Reached(counter, _) => Some(counter),
            _ => None,
        });
        let mut counters: Vec<u16> = named.collect();
        counters.sort_unstable();
        counters.dedup();
        counters
    }

    /// By row of all counters: whether it satisfies that this one has reached a band, the first of which is 0.
    pub(crate) fn reaching(&self, counter: u16, band: u16, sure: bool) -> Vec<bool> {
        let of = |(number, bands): (u16, u16)| {
            (0..states(bands)).map(move |state| {
                let is_unknown = state > bands;
                number == counter && if is_unknown { !sure } else { state > band }
            })
        };
        (0..).zip(self.bands()).flat_map(of).collect()
    }

    /// What is known of counters, each with how far it has got, in words.
    pub(crate) fn counted_in_words(&self, counted: &Counted) -> Vec<(&str, String)> {
        let all = (0..).zip(&self.counters);
        all.filter_map(|(number, counter)| {
            Some((counter.info.name.as_str(), counter.words(counted.of(number)?)))
        })
        .collect()
    }
}

impl Rulebook {
    /// All counters, in alphabetical order.
    pub fn counters(&self) -> impl ExactSizeIterator<Item = &CounterInfo> {
        self.model.counters.iter().map(|counter| &counter.info)
    }

    /// Whether a value of a class, of a person who lives there or of whom this is not known, is a person to a counter on a day; by the
    /// place of the counter in [`Rulebook::counters`]. Where it is in doubt it is.
    #[must_use]
    pub fn is_counted(
        &self,
        counter: usize,
        class: ClassId,
        lives: Option<Country>,
        day: Day,
    ) -> bool {
        let Some(counter) = self.model.counters.get(counter) else { return false };
        let is_there = |country: Country| {
            self.model.lies(&counter.about, Place::Country(country), &Perhaps(day)) != Lies::Outside
        };
        self.model.widen(counter.classes).contains(class)
            && (counter.about.is_empty() || lives.is_none_or(is_there))
    }

    /// What the counts of this node come to: for each counter, in the order of [`Rulebook::counters`], the persons that it has seen,
    /// those of the request among them; none if it does not know. Counters of which nothing is said are not known either.
    #[must_use]
    pub fn counted(&self, counts: &[Option<u64>]) -> Counted {
        let mut counted = Counted::default();
        for ((number, counter), count) in (0..).zip(&self.model.counters).zip(counts) {
            let all = count.map(|count| count.saturating_mul(counter.info.share));
            counted.set(number, all.map(|all| counter.reached(all)));
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(window: Window, day: &str, first: &str) {
        let counts = Day::parse(day).map(|day| window.first(day).to_string());
        assert_eq!(counts.as_deref(), Some(first), "{day}");
    }

    #[test]
    fn a_window_begins_with_the_year_or_twelve_months_ago() {
        check(Window::Year, "2026-11-21", "2026-01-01");
        check(Window::Year, "2026-01-01", "2026-01-01");
        check(Window::TwelveMonths, "2026-11-21", "2025-11-21");
        check(Window::TwelveMonths, "2028-02-29", "2027-02-28");
    }

    #[test]
    fn a_counter_that_nobody_set_is_not_known() {
        let mut counted = Counted::default();
        counted.set(2, Some(1));
        counted.set(0, Some(7));
        assert_eq!([0, 1, 2].map(|counter| counted.of(counter)), [Some(7), None, Some(1)]);
        // Two bands each: rows 0 to 3, 4 to 7, 8 to 11; the last of each is that nobody knows.
        assert_eq!(counted.rows(&[2, 2, 2]).collect::<Vec<_>>(), [2, 7, 9]);
        counted.set(2, None);
        assert_eq!(counted.of(2), None);
    }
}
