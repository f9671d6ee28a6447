//! How many situations have which outcome under an old and a new policy.

use policy::{Action, Cell, Day, Diff, Logic, Rulebook, matrix};

use crate::diagram::Diagram;

/// The outcomes, least strict first.
const ACTIONS: [Action; 6] = [
    Action::Allow,
    Action::Redact,
    Action::Reroute,
    Action::AskJustification,
    Action::AskApproval,
    Action::Block,
];

/// Counts of situations, over all the stretches of time that were compared: of those that the policies can name, with at most one
/// country of data subjects and one of evidence. They are rounded as numbers of that size are.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// All there are.
    pub total: f64,
    /// By outcome before and outcome now, whatever else differs: all situations.
    pub matrix: [[f64; 6]; 6],
    /// Of each cell of a difference: those in which something is decided otherwise. In the order of [`Diff::cells`].
    pub cells: Vec<f64>,
}

/// Counts what a difference is about; none if it does not fit into `nodes`.
#[must_use]
pub fn counts(old: &Rulebook, new: &Rulebook, diff: &Diff, nodes: usize) -> Option<Counts> {
    let mut counts = Counts { cells: vec![0.0; diff.cells.len()], ..Counts::default() };
    for day in &diff.days {
        counts.add(old, new, *day, &diff.cells, nodes)?;
    }
    Some(counts)
}

impl Counts {
    fn add(
        &mut self,
        old: &Rulebook,
        new: &Rulebook,
        day: Day,
        cells: &[Cell],
        nodes: usize,
    ) -> Option<()> {
        let mut diagram = Diagram::new(nodes);
        let both = matrix(&mut diagram, old, new, day);
        self.total += diagram.domain()?;
        for (was, row) in both.old.into_iter().zip(&mut self.matrix) {
            for (is, count) in both.new.into_iter().zip(row) {
                let there = diagram.all([was, is]);
                *count += diagram.count(there)?;
            }
        }
        let of = |action: Action| ACTIONS.iter().position(|known| *known == action).unwrap_or(5);
        for (cell, count) in cells.iter().zip(&mut self.cells) {
            let mut question = vec![both.differs, both.old[of(cell.old)], both.new[of(cell.new)]];
            if cell.old == cell.new {
                question.push(if cell.looser { both.laxer } else { !both.laxer });
            }
            let there = diagram.all(question);
            *count += diagram.count(there)?;
        }
        Some(())
    }
}
