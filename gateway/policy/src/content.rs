//! What is asked of a provider, what it is sent, how much and when: facts that the gateway reads off the request.

use serde::{Deserialize, Serialize};

use crate::Clock;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// Their words in a policy and in records, in the same order.
            pub(crate) const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word in a policy and in records.
            pub fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }

            pub(crate) fn index(self) -> usize {
                self as usize
            }

            /// The one with this word.
            pub fn named(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|known| known.name() == word)
            }
        }
    };
}

words!(
    /// What is asked of a provider.
    Operation {
        /// A turn of a conversation, or the completion of a text.
        Chat = "chat",
        /// How many tokens something would take.
        CountTokens = "count-tokens",
        /// The models on offer.
        ListModels = "list-models",
        /// Vectors of a text.
        Embeddings = "embeddings",
        /// A picture, made or changed.
        Images = "images",
        /// Speech from a text.
        Speech = "speech",
        /// A text from speech.
        Transcription = "transcription",
        /// Whether a text is harmful.
        Moderation = "moderation",
        /// A file, stored there.
        Files = "files",
        /// Many requests at once, answered later.
        Batches = "batches",
        /// A model of one's own, trained there.
        Training = "training",
    }
);

words!(
    /// A kind of content.
    Modality {
        /// Text.
        Text = "text",
        /// A picture.
        Image = "image",
        /// Sound.
        Audio = "audio",
        /// Moving pictures.
        Video = "video",
        /// A document or another file.
        File = "file",
        /// Vectors.
        Embedding = "embedding",
    }
);

/// Kinds of content that are there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Content {
    /// Those that are known, in order, once.
    pub kinds: Vec<Modality>,
    /// Whether there is something of which this is not known.
    pub unknown: bool,
}

impl Content {
    /// Content of which nothing is known.
    pub fn unknown() -> Content {
        Content { kinds: Vec::new(), unknown: true }
    }

    /// Notes a kind.
    pub fn insert(&mut self, kind: Modality) {
        if let Err(at) = self.kinds.binary_search(&kind) {
            self.kinds.insert(at, kind);
        }
    }
}

/// A time of day by the policy clock, in minutes since midnight, below 1,440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u16);

impl Minute {
    /// Minutes of a day.
    pub(crate) const DAY: u16 = 24 * 60;

    /// Reads `23:30`; `None` for any other spelling and for times that do not exist.
    pub fn parse(text: &str) -> Option<Minute> {
        let (hour, minute) = text.split_once(':')?;
        let number = |digits: &str, below: u16| -> Option<u16> {
            let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse().ok().filter(|value| plain && *value < below)
        };
        Some(Minute(number(hour, 24)? * 60 + number(minute, 60)?))
    }

    /// The time that a clock shows. `seconds` since 1970-01-01 UTC; pure.
    pub fn from_unix(seconds: i64, clock: &Clock) -> Minute {
        Minute((clock.local(seconds).rem_euclid(86_400) / 60) as u16)
    }

    /// So many minutes after midnight, at most the last one of the day.
    pub(crate) fn of_number(number: u16) -> Minute {
        Minute(number.min(Minute::DAY - 1))
    }

    pub(crate) fn number(self) -> u16 {
        self.0
    }

    /// Whether it lies from `from` on and before `until`, which may lie on the next day.
    pub(crate) fn is_between(self, from: Minute, until: Minute) -> bool {
        if from <= until { from <= self && self < until } else { from <= self || self < until }
    }
}

impl std::fmt::Display for Minute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

words!(
    /// A day of the week.
    Weekday {
        /// The first of ISO 8601.
        Monday = "Monday",
        /// The second.
        Tuesday = "Tuesday",
        /// The third.
        Wednesday = "Wednesday",
        /// The fourth.
        Thursday = "Thursday",
        /// The fifth.
        Friday = "Friday",
        /// The sixth.
        Saturday = "Saturday",
        /// The seventh.
        Sunday = "Sunday",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_compared_over_midnight() {
        let at = |text: &str| Minute::parse(text).unwrap_or(Minute(0));
        assert_eq!(at("23:30").to_string(), "23:30");
        assert_eq!(Minute::from_unix(-60, &Clock::utc()), at("23:59"));
        for wrong in ["24:00", "7:30", "07:60", "0730", "07:3", "+7:30"] {
            assert_eq!(Minute::parse(wrong), None, "{wrong}");
        }
        assert!(at("23:30").is_between(at("22:00"), at("06:00")));
        assert!(at("05:59").is_between(at("22:00"), at("06:00")));
        assert!(!at("06:00").is_between(at("22:00"), at("06:00")));
        assert!(at("08:00").is_between(at("08:00"), at("17:00")));
        assert!(!at("17:00").is_between(at("08:00"), at("17:00")));
    }
}
