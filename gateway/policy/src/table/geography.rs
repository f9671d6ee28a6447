//! Which places lie in which areas on a day, as rows of the table.
//!
//! A place has one row, or several: where its place in some group hangs on what the destination attests or on which classes were
//! found, it has one row for each state of those.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use crate::areas::{Lies, Standing};
use crate::facts::ClassSet;
use crate::interpreter::Reading;
use crate::model::{Area, Model, Place};
use crate::{Day, DestinationId, Level};

/// All that the members of groups hang on, each numbered.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    /// What a destination may attest.
    pub(crate) shown: Vec<String>,
    /// Classes that take a member out, with all that belong to them.
    pub(crate) except: Vec<ClassSet>,
}

/// How surely one of some classes was found, as far as a group's member asks: not, possibly, or so that it counts.
pub(crate) const FOUND: [Option<Level>; 3] = [None, Some(Level::Possible), Some(Level::Likely)];

/// The questions on which a place hangs; it has a row for each combination of answers, from `row` on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hanging {
    pub(crate) row: u16,
    pub(crate) shown: SmallVec<[u8; 4]>,
    pub(crate) except: SmallVec<[u8; 4]>,
}

/// The answers to all questions in one situation.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Answers {
    /// A bit for each.
    pub(crate) shown: u64,
    /// By number of the question a position in [`FOUND`].
    pub(crate) except: SmallVec<[u8; 4]>,
}

impl Questions {
    pub(crate) fn of(model: &Model) -> Questions {
        let members = || model.groups.iter().flat_map(|group| &group.members);
        let mut shown: Vec<String> = members().flat_map(|m| m.shown.iter().cloned()).collect();
        shown.sort_unstable();
        shown.dedup();
        let mut except: Vec<ClassSet> = members().map(|member| member.except).collect();
        except.retain(|classes| !classes.is_empty());
        except.sort_unstable();
        except.dedup();
        Questions { shown, except }
    }

    /// The questions on which a place hangs.
    fn asked(&self, model: &Model, place: Place) -> Hanging {
        let mut hanging = Hanging::default();
        let members = model.groups.iter().flat_map(|group| &group.members);
        let about = members.filter(|member| match member.area {
            Area::Place(known) => model.covers(known, place) != Lies::Outside,
            Area::Group(_) => false,
        });
        for member in about {
            let shown =
                self.shown.iter().zip(0u8..).filter(|(what, _)| member.shown.contains(what));
            hanging.shown.extend(shown.map(|(_, number)| number));
            let except = self.except.iter().zip(0u8..).filter(|(set, _)| **set == member.except);
            hanging.except.extend(except.map(|(_, number)| number));
        }
        for list in [&mut hanging.shown, &mut hanging.except] {
            list.sort_unstable();
            list.dedup();
        }
        hanging
    }
}

impl Hanging {
    /// How many rows it has.
    pub(crate) fn states(&self) -> usize {
        self.except.iter().fold(1 << self.shown.len(), |states, _| states * FOUND.len())
    }

    pub(crate) fn is_free(&self) -> bool {
        self.shown.is_empty() && self.except.is_empty()
    }

    /// Its row where the questions are answered so.
    #[inline]
    pub(crate) fn row(&self, answers: &Answers) -> u16 {
        let mut state = 0;
        for number in &self.except {
            let answer = answers.except.get(usize::from(*number)).copied().unwrap_or(0);
            state = state * FOUND.len() as u16 + u16::from(answer);
        }
        for number in &self.shown {
            state = state * 2 + (answers.shown >> number & 1) as u16;
        }
        self.row + state
    }

    /// The answers under which it has the row of this number among its own; what it does not hang on is left out.
    pub(crate) fn answers(&self, mut state: usize) -> Answers {
        let mut answers = Answers::default();
        for number in self.shown.iter().rev() {
            answers.shown |= ((state % 2) as u64) << number;
            state /= 2;
        }
        for number in self.except.iter().rev() {
            let at = usize::from(*number);
            answers.except.resize(answers.except.len().max(at + 1), 0);
            answers.except[at] = (state % FOUND.len()) as u8;
            state /= FOUND.len();
        }
        answers
    }
}

/// One state of the questions, as a standing of members.
struct State<'g> {
    day: Day,
    questions: &'g Questions,
    answers: Answers,
}

impl Standing for State<'_> {
    fn day(&self) -> Day {
        self.day
    }

    fn shows(&self, what: &str) -> bool {
        let number = self.questions.shown.iter().position(|known| known == what);
        number.is_some_and(|number| self.answers.shown >> number & 1 == 1)
    }

    fn found(&self, classes: ClassSet) -> Option<Level> {
        let number = self.questions.except.iter().position(|known| *known == classes)?;
        FOUND[usize::from(self.answers.except.get(number).copied().unwrap_or(0))]
    }
}

/// Every place that the policy mentions, and which of them lie in which areas on the day. Row 0 is every place that is not
/// mentioned, and lies in no area.
pub(super) struct Geography<'m> {
    model: &'m Model,
    day: Day,
    questions: Questions,
    points: Vec<(Place, Hanging)>,
    lies: BTreeMap<&'m [Area], Vec<Lies>>,
}

impl<'m> Geography<'m> {
    pub(super) fn new(model: &'m Model, day: Day) -> Geography<'m> {
        let questions = Questions::of(model);
        let mut row = 1;
        let mut points = Vec::new();
        for place in model.mentioned() {
            let hanging = Hanging { row, ..questions.asked(model, place) };
            row += hanging.states() as u16;
            points.push((place, hanging));
        }
        Geography { model, day, questions, points, lies: BTreeMap::new() }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.points.last().map_or(1, |(_, last)| usize::from(last.row) + last.states())
    }

    /// The places in the order of their rows.
    pub(super) fn points(&self) -> &[(Place, Hanging)] {
        &self.points
    }

    /// The first row of a place.
    pub(super) fn row(&self, place: Place) -> u16 {
        let at = self.points.binary_search_by_key(&place, |(known, _)| *known);
        at.ok().and_then(|at| self.points.get(at)).map_or(0, |(_, hanging)| hanging.row)
    }

    /// By row: whether the place lies in one of the areas, as the reading has it.
    pub(super) fn inside(&mut self, areas: &'m [Area], reading: Reading) -> Vec<bool> {
        let least = if reading == Reading::Surely { Lies::Inside } else { Lies::Perhaps };
        self.lies(areas).iter().map(|lies| *lies >= least).collect()
    }

    /// By row: the opposite of [`Geography::inside`].
    pub(super) fn not_inside(&mut self, areas: &'m [Area], reading: Reading) -> Vec<bool> {
        self.inside(areas, reading).into_iter().map(|inside| !inside).collect()
    }

    /// By row: whether it lies outside all of them, as the reading has it.
    pub(super) fn outside(&mut self, areas: &'m [Area], reading: Reading) -> Vec<bool> {
        let most = if reading == Reading::Surely { Lies::Outside } else { Lies::Perhaps };
        self.lies(areas).iter().map(|lies| *lies <= most).collect()
    }

    fn lies(&mut self, areas: &'m [Area]) -> &[Lies] {
        let (model, day, points, questions) = (self.model, self.day, &self.points, &self.questions);
        self.lies.entry(areas).or_insert_with(|| {
            let states = points.iter().flat_map(|(place, hanging)| {
                (0..hanging.states()).map(move |state| (*place, hanging.answers(state)))
            });
            let lies = states.map(|(place, answers)| {
                model.lies(areas, place, &State { day, questions, answers })
            });
            std::iter::once(Lies::Outside).chain(lies).collect()
        })
    }

    /// What a destination attests on a day, of all that is asked; a bit for each.
    pub(super) fn shown(&self, destination: DestinationId, day: Day) -> u64 {
        let asked = self.questions.shown.iter().zip(0u32..);
        let shows = asked.filter(|(what, _)| self.model.attests(destination, what, day));
        shows.fold(0, |bits, (_, number)| bits | 1 << number)
    }

    /// The places with more than one row.
    pub(super) fn hanging(&self) -> Vec<Hanging> {
        let all = self.points.iter().map(|(_, hanging)| hanging);
        all.filter(|hanging| !hanging.is_free()).cloned().collect()
    }

    pub(super) fn questions(self) -> Questions {
        self.questions
    }
}
