//! All facts that a rule may ask about: the situation, and the candidate destination it is judged for.

use serde::{Deserialize, Serialize};

use crate::{
    Content, Counted, Country, Day, Grade, Languages, Level, Minute, Operation, People, Stated,
    Validity, Weekday,
};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u16);
        impl $name {
            /// Position in the rulebook's list; its order is that of the names, of rules that of strictness and then of the
            /// names, so the number does not depend on the order of blocks or files.
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    };
}

number!(
    /// A data class of one rulebook.
    ClassId
);
number!(
    /// A rule of one rulebook.
    RuleId
);
number!(
    /// A destination of one rulebook.
    DestinationId
);
number!(
    /// A pool of one rulebook.
    PoolId
);
number!(
    /// An invariant of one rulebook.
    InvariantId
);
number!(
    /// A role of one rulebook.
    RoleId
);

/// Whether bytes go out to a provider or come back from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From a client to a provider.
    Request,
    /// From a provider to a client. The candidate is the provider that answered.
    Answer,
}

/// Who sent it, as the rulebook knows them: a node of its tree of agencies, departments and applications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Client(pub(crate) u16);

impl Client {
    /// A caller about whom nothing is known.
    pub const ANONYMOUS: Client = Client(0);

    /// Whether nothing is known of the caller.
    pub fn is_anonymous(self) -> bool {
        self == Client::ANONYMOUS
    }

    /// Position in [`crate::Rulebook::clients`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What the gateway knows of a caller, from its key file, the node's networks and the TLS certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name that the node's key file gives to the presented key.
    pub key: Option<String>,
    /// The names that the node configuration gives to the networks the caller's address lies in.
    pub networks: Vec<String>,
    /// The SPIFFE id of a verified client certificate.
    pub spiffe: Option<String>,
    /// The lists of people that the node has, each with whether the caller is on it. A list that is not here is one of which
    /// nobody knows that.
    pub lists: Vec<(String, bool)>,
}

/// A set of data classes. One rulebook has at most [`ClassSet::MAX`].
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClassSet([u64; 4]);

impl ClassSet {
    pub(crate) const MAX: usize = 256;

    pub(crate) fn one(class: ClassId) -> ClassSet {
        let mut set = ClassSet::default();
        set.insert(class);
        set
    }

    pub(crate) fn insert(&mut self, class: ClassId) {
        if let Some(word) = self.0.get_mut(class.index() / 64) {
            *word |= 1 << (class.index() % 64);
        }
    }

    #[inline]
    pub(crate) fn contains(self, class: ClassId) -> bool {
        self.0.get(class.index() / 64).is_some_and(|word| word >> (class.index() % 64) & 1 == 1)
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    pub(crate) fn minus(self, other: ClassSet) -> ClassSet {
        self.with(other, |one, other| one & !other)
    }

    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = ClassId> + Clone {
        crate::table::ones(self.0.into_iter()).map(|number| ClassId(number as u16))
    }

    fn with(self, other: ClassSet, join: fn(u64, u64) -> u64) -> ClassSet {
        let mut words = self.0;
        words.iter_mut().zip(other.0).for_each(|(one, other)| *one = join(*one, other));
        ClassSet(words)
    }
}

impl std::ops::BitOr for ClassSet {
    type Output = ClassSet;
    fn bitor(self, other: ClassSet) -> ClassSet {
        self.with(other, |one, other| one | other)
    }
}

impl std::ops::BitAnd for ClassSet {
    type Output = ClassSet;
    fn bitand(self, other: ClassSet) -> ClassSet {
        self.with(other, |one, other| one & other)
    }
}

impl std::fmt::Debug for ClassSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter().map(|class| class.0)).finish()
    }
}

/// For each class of the rulebook: absent, or found with a level. The highest level that was set counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClassLevels {
    /// Classes found at least possibly, likely, confirmed.
    at_least: [ClassSet; 3],
}

impl ClassLevels {
    /// Nothing was found.
    pub fn none() -> ClassLevels {
        ClassLevels::default()
    }

    /// Notes that a class was found with this level; keeps a higher one that is there already.
    pub fn set(&mut self, class: ClassId, level: Level) {
        for set in self.at_least.iter_mut().take(rank(level) + 1) {
            set.insert(class);
        }
    }

    /// The level of a class, if it was found.
    #[inline]
    pub fn get(&self, class: ClassId) -> Option<Level> {
        let reached = self.at_least.iter().filter(|set| set.contains(class)).count();
        reached.checked_sub(1).and_then(|rank| LEVELS.get(rank)).copied()
    }

    /// Every class that was found, with its level.
    pub fn iter(&self) -> impl Iterator<Item = (ClassId, Level)> + Clone + '_ {
        let found = self.at_least(Level::Possible);
        found.iter().filter_map(|class| self.get(class).map(|level| (class, level)))
    }

    /// The same for the hot path.
    #[inline(always)]
    pub(crate) fn each(&self, mut then: impl FnMut(ClassId, Level)) {
        let [possible, likely, confirmed] = &self.at_least;
        for (at, word) in possible.0.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let above = (likely.0[at] >> bit & 1) + (confirmed.0[at] >> bit & 1);
                then(ClassId(at as u16 * 64 + bit as u16), LEVELS[above as usize]);
            }
        }
    }

    pub(crate) fn at_least(&self, level: Level) -> ClassSet {
        self.at_least[rank(level)]
    }

    /// The classes that count: found at least likely.
    pub(crate) fn present(&self) -> ClassSet {
        self.at_least(Level::Likely)
    }
}

/// The three levels, lowest first.
pub(crate) const LEVELS: [Level; 3] = [Level::Possible, Level::Likely, Level::Confirmed];

/// 0, 1, 2.
pub(crate) fn rank(level: Level) -> usize {
    match level {
        Level::Possible => 0,
        Level::Likely => 1,
        Level::Confirmed => 2,
    }
}

/// Whom the data is about. Nobody known and nobody unknown means: it is about no person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Subjects {
    /// Where the persons live.
    pub countries: Vec<Country>,
    /// Whether there are persons of whom this is not known.
    pub unknown: bool,
}

impl Subjects {
    /// Persons of whom nothing is known.
    pub fn unknown() -> Subjects {
        Subjects { countries: Vec::new(), unknown: true }
    }
}

/// What is to be decided, apart from where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Situation {
    /// Out or back.
    pub direction: Direction,
    /// What was found in it.
    pub classes: ClassLevels,
    /// Whom it is about.
    pub subjects: Subjects,
    /// Who sent it.
    pub client: Client,
    /// On which lists of people its sender is.
    pub people: People,
    /// How far the counters have got, with its own persons.
    pub counted: Counted,
    /// What its sender says of this one request.
    pub stated: Stated,
    /// What is asked of the provider; none if that is not understood.
    pub operation: Option<Operation>,
    /// Of what kinds it is.
    pub content: Content,
    /// The languages that it is written in.
    pub languages: Languages,
    /// Bytes of the body as it came; none if that is not known.
    pub volume: Option<u64>,
    /// The time of day by the policy clock; none if that is not known.
    pub minute: Option<Minute>,
    /// The day by the policy clock.
    pub day: Day,
    /// The latest day that the clock has ever shown here. Later than `day` if it ran backwards since: then nobody knows
    /// which of the days between them it is, and each of them restricts.
    pub latest: Day,
    /// How the policy stands to its own end, by the latest time that the clock has ever shown.
    pub validity: Validity,
}

/// Where it would go, and what is known of that place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The destination.
    pub destination: DestinationId,
    /// How its claimed place stands against the evidence.
    pub grade: Grade,
    /// What the evidence says, beside what is declared.
    pub found: Vec<Country>,
    /// False when not even a declaration says where it would be processed: the place then counts as
    /// anywhere. A destination that declares no operator or no place of processing is treated likewise.
    pub place_known: bool,
}

impl Situation {
    /// A request on this day in which nothing was found, about nobody, from a caller of whom nothing is known, of which it is not
    /// known what it asks for, what it carries, in which language, how long it is and when it came.
    pub fn on(day: Day) -> Situation {
        Situation {
            direction: Direction::Request,
            classes: ClassLevels::none(),
            subjects: Subjects::default(),
            client: Client::ANONYMOUS,
            people: People::default(),
            counted: Counted::default(),
            stated: Stated::default(),
            operation: None,
            content: Content::unknown(),
            languages: Languages::unknown(),
            volume: None,
            minute: None,
            day,
            latest: day,
            validity: Validity::Current,
        }
    }

    /// The day of the week; none if the clock ran backwards, so that nobody knows which day it is.
    pub(crate) fn weekday(&self) -> Option<Weekday> {
        (self.latest <= self.day).then(|| self.day.weekday())
    }
}

impl Candidate {
    /// A destination of whose places only what it declares is known.
    pub fn to(destination: DestinationId) -> Candidate {
        Candidate { destination, grade: Grade::Unprovable, found: Vec::new(), place_known: true }
    }
}
