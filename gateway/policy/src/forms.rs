//! What conditions ask: a closed list of forms.

use crate::facts::ClassSet;
use crate::model::Area;
use crate::{
    Client, DestinationId, Direction, Grade, Language, Level, Minute, Modality, Operation, Weekday,
};

/// What a policy declares of its agencies, departments and applications, beside who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Trait {
    /// What it processes data for (GDPR Art. 5(1)(b)).
    Purpose,
    /// The legal basis on which it does (GDPR Art. 6).
    Basis,
    /// The sector it works in (NIS 2, annexes I and II).
    Sector,
    /// How much depends on it.
    Criticality,
}

impl Trait {
    pub(crate) const ALL: [Trait; 4] =
        [Trait::Purpose, Trait::Basis, Trait::Sector, Trait::Criticality];

    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// The keyword of the blocks that declare its names, and of the line that names them.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Trait::Purpose => ("purpose", "purposes"),
            Trait::Basis => ("basis", "bases"),
            Trait::Sector => ("sector", "sector"),
            Trait::Criticality => ("criticality", "criticality"),
        }
    }
}

/// What binds a destination to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Bond {
    /// The operator answers to its law.
    Law,
    /// The operator sits there.
    Seat,
    /// An owner of the operator sits there.
    Owner,
    /// What is sent is processed there; so the evidence may say as well.
    Processed,
    /// It is stored there.
    Stored,
    /// The keys are held there.
    Keys,
}

impl Bond {
    pub(crate) const ALL: [Bond; 6] =
        [Bond::Law, Bond::Seat, Bond::Owner, Bond::Processed, Bond::Stored, Bond::Keys];

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

/// How a condition compares the places of a bond with some areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Extent {
    /// Every one of them lies inside.
    Only,
    /// One of them lies inside.
    Some,
    /// One of them lies outside.
    Outside,
}

/// Which directions a block speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Directions {
    pub(crate) request: bool,
    pub(crate) answer: bool,
}

impl Directions {
    pub(crate) const BOTH: Directions = Directions { request: true, answer: true };
    pub(crate) const REQUESTS: Directions = Directions { request: true, answer: false };

    pub(crate) fn include(self, direction: Direction) -> bool {
        match direction {
            Direction::Request => self.request,
            Direction::Answer => self.answer,
        }
    }
}

impl Form {
    /// The areas that it names.
    pub(crate) fn areas(&self) -> &[Area] {
        match self {
            Form::About(areas)
            | Form::Stays(areas)
            | Form::Leaves(areas)
            | Form::Bound(_, _, areas) => areas,
            _ => &[],
        }
    }
}

/// One condition with the words it was written in.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) form: Form,
    pub(crate) words: String,
}

/// The closed list of what can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Any of the classes, at least this sure.
    Data(Level, ClassSet),
    Nothing,
    About(Vec<Area>),
    AboutUnknown,
    Stays(Vec<Area>),
    Leaves(Vec<Area>),
    /// Places of one bond alone.
    Bound(Bond, Extent, Vec<Area>),
    GoesTo(Vec<DestinationId>),
    /// Any of these nodes or below them.
    From(Vec<Client>),
    /// The caller is on one of these lists.
    People(Vec<u16>),
    /// A counter has reached one of its bands, the first of which is 0.
    Reached(u16, u16),
    /// The caller has one of these.
    Sender(Trait, Vec<u16>),
    /// Any of these is not attested on the day.
    Lacks(Vec<String>),
    /// All of these are attested on the day.
    Has(Vec<String>),
    Graded(Vec<Grade>),
    Operation(Vec<Operation>),
    /// Kinds of content.
    Carries(Vec<Modality>),
    /// Languages of its text.
    Written(Vec<Language>),
    /// More bytes than these; with the second false, no more.
    Larger(u64, bool),
    /// From the first time on and before the second.
    Between(Minute, Minute),
    On(Vec<Weekday>),
    Directed(Directions),
}
