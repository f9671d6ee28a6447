//! What another policy decides otherwise, and which edit makes it so.

use crate::edits::{Edit, edits};
use crate::prove::compare::{Compared, Difference, Found, Moment, encode};
use crate::prove::ground::{Countries, Ground};
use crate::prove::logic::Logic;
use crate::prove::outcome::ACTIONS;
use crate::prove::side::Side;
use crate::{Action, Candidate, Catalogue, Day, Rulebook, Situation};

/// What had one outcome and has another.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The outcome before.
    pub old: Action,
    /// The outcome now. It may be the same, with something else taken out, asked for or alerted.
    pub new: Action,
    /// Whether more leaves than before, or leaves more easily: a laxer action, or the same with less taken out, asked for or told.
    pub looser: bool,
    /// The first day on which it is so.
    pub day: Day,
    /// One situation.
    pub example: Difference,
    /// The edits of which each, undone alone, would undo the change of the example.
    pub edits: Vec<String>,
}

/// Everything that two policies decide otherwise.
#[derive(Clone, Debug)]
pub struct Diff {
    /// Looser first, then by the outcomes.
    pub cells: Vec<Cell>,
    /// The first day of each stretch of time that was compared.
    pub days: Vec<Day>,
    /// Every block that differs, tests aside.
    pub edits: Vec<String>,
    /// Outcomes before and now of which it took too much work to say whether there are such situations.
    pub open: Vec<(Action, Action)>,
}

/// Compares two policies from a day on; over all days, without it.
pub fn diff(old: &Rulebook, new: &Rulebook, from: Option<Day>) -> Diff {
    let edits = edits(old, new);
    let days = days(old, new, from);
    let mut diff = Diff {
        cells: Vec::new(),
        edits: edits.iter().map(Edit::to_string).collect(),
        open: Vec::new(),
        days,
    };
    for day in diff.days.clone() {
        let mut compared = Compared::of(Moment::of(old, day), Moment::of(new, day));
        if matches!(compared.anything(), Found::Nothing) {
            continue;
        }
        for (was, is, looser) in kinds() {
            let known = |cell: &Cell| (cell.old, cell.new, cell.looser) == (was, is, looser);
            if diff.cells.iter().any(known) {
                continue;
            }
            match compared.turned(was, is, looser) {
                Found::Nothing => {}
                Found::Unknown => diff.open.push((was, is)),
                Found::Something(example) => {
                    let (edits, example) = (Vec::new(), *example);
                    diff.cells.push(Cell { old: was, new: is, looser, day, example, edits });
                }
            }
        }
    }
    diff.cells.sort_by_key(|cell| (!cell.looser, cell.old, cell.new));
    attribute(&mut diff.cells, &edits, old, new);
    diff
}

/// Every pair of outcomes, and whether the second is the looser one; where they are the same it may be either.
fn kinds() -> impl Iterator<Item = (Action, Action, bool)> {
    ACTIONS.into_iter().flat_map(|old| ACTIONS.map(|new| (old, new))).flat_map(|(old, new)| {
        let either: &[bool] = if old == new { &[true, false] } else { &[true] };
        either.iter().map(move |looser| (old, new, if old == new { *looser } else { new < old }))
    })
}

/// The days on which either begins an epoch, from a day on.
pub(crate) fn days(old: &Rulebook, new: &Rulebook, from: Option<Day>) -> Vec<Day> {
    let mut cuts: Vec<Day> = old.cuts().iter().chain(new.cuts()).copied().collect();
    cuts.sort_unstable();
    cuts.dedup();
    let first = from
        .or_else(|| cuts.first().map(|cut| cut.previous()))
        .or_else(|| old.model.days().first().copied());
    let first = first.unwrap_or(Day::UNIX);
    cuts.retain(|cut| *cut > first);
    cuts.insert(0, first);
    cuts
}

/// Undoes each edit alone and looks whether the examples are then decided as before.
fn attribute(cells: &mut [Cell], edits: &[Edit], old: &Rulebook, new: &Rulebook) {
    if cells.is_empty() {
        return;
    }
    let named = [old, new].into_iter().flat_map(|book| book.classes());
    let detectors: Vec<(String, String)> = named
        .flat_map(|class| class.detect.iter().map(|name| (name.clone(), name.clone())))
        .collect();
    let catalogue = Catalogue { detectors: &detectors };
    for edit in edits {
        let sources = edit.undone(old.sources(), new.sources());
        // Without what it needs it does not compile; then it is no edit that could be undone alone.
        let Ok(undone) = Rulebook::compile(&sources, &catalogue) else { continue };
        for cell in cells.iter_mut() {
            if cell.example.is_decided_as_before(&undone) {
                cell.edits.push(edit.to_string());
            }
        }
    }
}

/// Both policies on one day as formulas, over situations with at most one country of data subjects and one of evidence.
pub struct Matrix<'r, T> {
    ground: Ground<T>,
    sides: [Side<'r, T>; 2],
    moments: [Moment<'r>; 2],
    /// By outcome, least strict first: it was so.
    pub old: [T; 6],
    /// By outcome: it is so.
    pub new: [T; 6],
    /// Something is decided otherwise.
    pub differs: T,
    /// And it is looser with the same action.
    pub laxer: T,
}

/// Writes what both decide on a day.
pub fn matrix<'r, L: Logic>(
    logic: &mut L,
    old: &'r Rulebook,
    new: &'r Rulebook,
    day: Day,
) -> Matrix<'r, L::Lit> {
    let moments = [Moment::of(old, day), Moment::of(new, day)];
    let (ground, sides, outcomes) = encode(logic, &moments, Countries::AtMostOne);
    let differs = outcomes[0].differs(logic, &outcomes[1]);
    let laxer = outcomes[0].is_laxer_in(logic, &outcomes[1]);
    let [old, new] = [outcomes[0].actions, outcomes[1].actions];
    Matrix { ground, sides, moments, old, new, differs, laxer }
}

impl<T: Copy + Ord + std::ops::Not<Output = T>> Matrix<'_, T> {
    /// The situation in which these facts are true, for either policy; none where it does not know the destination.
    pub fn situations(&self, is: impl Fn(T) -> bool) -> [Option<(Situation, Candidate)>; 2] {
        let seen = self.ground.seen(is);
        [0, 1].map(|at| {
            let names = &self.sides[at].names;
            self.ground.vocabulary.situation(names, &seen, &self.moments[at].days)
        })
    }
}
