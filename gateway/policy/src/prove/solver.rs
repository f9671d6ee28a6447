//! Boolean formulas, and whether they can be true: gates over a SAT solver.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Not;
use std::rc::Rc;

use batsat::{Callbacks, ClauseKind, SolverInterface, SolverOpts, lbool};

use super::logic::Logic;

/// Clauses that are learnt at most in one question; more is no answer. A policy of two hundred random rules takes some hundreds.
const LEARNT_MAX: u64 = 200_000;

/// A fact or a formula, or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Lit(batsat::Lit);

impl Not for Lit {
    type Output = Lit;
    fn not(self) -> Lit {
        Lit(!self.0)
    }
}

/// Whether a formula can be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It can; [`Solver::is_true`] tells how.
    Yes,
    /// It cannot.
    No,
    /// That would take too much work to say.
    Unknown,
}

/// Stops a question that takes too much work. Counts what is learnt, not time, so that an answer is the same everywhere.
struct Budget {
    learnt: Cell<u64>,
    most: Rc<Cell<u64>>,
}

impl Callbacks for Budget {
    fn on_start(&mut self) {
        self.learnt.set(0);
    }

    fn on_new_clause(&mut self, _: &[batsat::Lit], source: ClauseKind) {
        if source == ClauseKind::Learnt {
            self.learnt.set(self.learnt.get() + 1);
        }
    }

    fn stop(&self) -> bool {
        self.learnt.get() > self.most.get()
    }
}

/// Formulas and what must hold.
pub(super) struct Solver {
    sat: batsat::Solver<Budget>,
    /// Shared with the budget inside.
    most: Rc<Cell<u64>>,
    truth: Lit,
    clause: Vec<batsat::Lit>,
    /// Disjunctions that have a name, by their parts.
    named: BTreeMap<Vec<Lit>, Lit>,
}

impl Solver {
    pub(super) fn new() -> Solver {
        let most = Rc::new(Cell::new(LEARNT_MAX));
        let budget = Budget { learnt: Cell::new(0), most: most.clone() };
        let mut sat = batsat::Solver::new(SolverOpts::default(), budget);
        let truth = Lit(batsat::Lit::new(sat.new_var_default(), true));
        let mut solver = Solver { sat, most, truth, clause: Vec::new(), named: BTreeMap::new() };
        solver.demand(&[truth]);
        solver
    }

    /// So many clauses are learnt at most in one question from now on.
    pub(super) fn limit(&self, most: u64) {
        self.most.set(most);
    }

    /// Whether there is a situation in which this is true.
    pub(super) fn ask(&mut self, question: Lit) -> Answer {
        match self.sat.solve_limited(&[question.0]) {
            answer if answer == lbool::TRUE => Answer::Yes,
            answer if answer == lbool::FALSE => Answer::No,
            _ => Answer::Unknown,
        }
    }

    /// Whether a fact is true in the situation that the last `Yes` found.
    pub(super) fn is_true(&self, fact: Lit) -> bool {
        self.sat.value_lit(fact.0) == lbool::TRUE
    }
}

impl Logic for Solver {
    type Lit = Lit;

    fn truth(&self) -> Lit {
        self.truth
    }

    fn fact(&mut self) -> Lit {
        Lit(batsat::Lit::new(self.sat.new_var_default(), true))
    }

    fn choice(&mut self, of: usize) -> Vec<Lit> {
        let facts: Vec<Lit> = (0..of).map(|_| self.fact()).collect();
        self.demand(&facts);
        for (at, one) in facts.iter().enumerate() {
            for other in facts.iter().skip(at + 1) {
                self.demand(&[!*one, !*other]);
            }
        }
        facts
    }

    fn demand(&mut self, any: &[Lit]) {
        self.clause.clear();
        self.clause.extend(any.iter().map(|lit| lit.0));
        self.sat.add_clause_reuse(&mut self.clause);
    }

    fn any(&mut self, of: impl IntoIterator<Item = Lit>) -> Lit {
        let mut parts: Vec<Lit> = of.into_iter().filter(|part| *part != !self.truth).collect();
        parts.sort_unstable();
        parts.dedup();
        let whole =
            parts.contains(&self.truth) || parts.iter().any(|p| parts.binary_search(&!*p).is_ok());
        match &parts[..] {
            _ if whole => return self.truth,
            [] => return !self.truth,
            [one] => return *one,
            _ => {}
        }
        // The same question twice is one formula.
        if let Some(known) = self.named.get(&parts) {
            return *known;
        }
        let name = self.fact();
        parts.iter().for_each(|part| self.demand(&[!*part, name]));
        let mut some = parts.clone();
        some.push(!name);
        self.demand(&some);
        self.named.insert(parts, name);
        name
    }
}
