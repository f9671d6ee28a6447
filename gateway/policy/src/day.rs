//! Calendar days. The language knows whole days of one clock and no smaller unit of time.

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::Weekday;

/// A calendar day, counted from 1970-01-01 in whatever clock the policy names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// The time zone in which a policy counts its days (`clock Europe/Vienna`).
#[derive(Clone, Debug)]
pub struct Clock {
    name: String,
    zone: TimeZone,
}

impl Day {
    /// 1970-01-01.
    pub(crate) const UNIX: Day = Day(0);

    /// Reads `2026-11-21`; `None` for any other spelling and for days that do not exist.
    pub fn parse(text: &str) -> Option<Day> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return None;
        }
        let number = |range: std::ops::Range<usize>| -> Option<i16> {
            let digits = text.get(range)?;
            if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let date =
            jiff::civil::Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
        Some(Day(days_before(date)))
    }

    /// The day on which a reading of the clock falls. `seconds` since 1970-01-01 UTC; pure. A reading
    /// beyond the range of the calendar (years -9999 to 9999) is taken at UTC.
    pub fn from_unix(seconds: i64, clock: &Clock) -> Day {
        let days = clock.local(seconds).div_euclid(86_400);
        Day(days.clamp(-3_000_000, 3_000_000) as i32)
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        let number = (self.0 + 3).rem_euclid(7) as usize;
        Weekday::ALL.get(number).copied().unwrap_or(Weekday::Monday)
    }

    /// The day after.
    pub fn next(self) -> Day {
        Day(self.0.saturating_add(1))
    }

    /// The day before.
    pub fn previous(self) -> Day {
        Day(self.0.saturating_sub(1))
    }

    /// 1 January of its year.
    pub(crate) fn first_of_year(self) -> Day {
        Day(days_before(self.date().first_of_year()))
    }

    /// The same day a year before; of 29 February the day before that.
    pub(crate) fn year_before(self) -> Day {
        let before = self.date().saturating_sub(jiff::Span::new().years(1));
        Day(days_before(before))
    }

    fn date(self) -> jiff::civil::Date {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.saturating_add(jiff::Span::new().days(i64::from(self.0)))
    }

    /// Days since 1970-01-01; negative before it.
    pub fn number(self) -> i32 {
        self.0
    }

    /// How many days from `earlier` to this day; negative when this day is the earlier one.
    pub fn days_since(self, earlier: Day) -> i32 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Clock {
    /// Seconds since 1970-01-01 00:00 of this clock.
    pub(crate) fn local(&self, seconds: i64) -> i64 {
        let offset = Timestamp::from_second(seconds)
            .map_or(0, |instant| i64::from(self.zone.to_offset(instant).seconds()));
        seconds.saturating_add(offset)
    }

    /// The clock of a zone name of the IANA database (bundled, so the same on every machine).
    pub fn named(name: &str) -> Option<Clock> {
        let zone = if name == "UTC" { TimeZone::UTC } else { TimeZone::get(name).ok()? };
        Some(Clock { name: name.to_owned(), zone })
    }

    /// Universal time, the clock of a policy that names none.
    pub fn utc() -> Clock {
        Clock { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// The zone name as written.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = jiff::civil::date(1970, 1, 1);
        match epoch.checked_add(jiff::Span::new().days(i64::from(self.0))) {
            Ok(date) => write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
            Err(_) => write!(f, "day {}", self.0),
        }
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        Day::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("expected a day such as 2026-11-21"))
    }
}

fn days_before(date: jiff::civil::Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.until(date).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, days: Option<i32>) {
        assert_eq!(Day::parse(text), days.map(Day), "{text}");
    }

    #[test]
    fn reads_only_days_that_exist() {
        check("1970-01-01", Some(0));
        check("2024-02-29", Some(19_782));
        check("2023-02-29", None);
        check("2026-1-01", None);
        check("2026-11-2x", None);
        check("+026-11-21", None);
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["2026-11-21", "1999-12-31", "0001-01-01", "9999-12-31"] {
            assert_eq!(Day::parse(text).map(|d| d.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn the_clock_decides_the_day() {
        let vienna = Clock::named("Europe/Vienna");
        let day = vienna.map(|clock| Day::from_unix(1_795_302_000, &clock).to_string());
        assert_eq!(day.as_deref(), Some("2026-11-22"), "23:00 UTC is the next day in Vienna");
        assert_eq!(Day::from_unix(1_795_302_000, &Clock::utc()).to_string(), "2026-11-21");
        assert!(Clock::named("Europe/Vienn").is_none());
    }
}
