//! Seconds since 1970-01-01 UTC, for people.

/// A moment as in `2026-11-21T12:15:00Z`; the number itself if no calendar has it.
#[must_use]
pub fn readable(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|s| jiff::Timestamp::from_second(s).ok());
    moment.map_or_else(|| seconds.to_string(), |moment| moment.to_string())
}
