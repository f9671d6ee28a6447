//! Boolean formulas, and whether they can be true: gates over a SAT solver.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Not;

use batsat::{Callbacks, ClauseKind, SolverInterface, SolverOpts, lbool};

/// Clauses that are learnt at most in one question; more is no answer. A policy of two hundred random rules takes some hundreds.
const LEARNT_MAX: u64 = 200_000;

/// A fact or a formula, or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Lit(batsat::Lit);

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
#[derive(Default)]
struct Budget {
    learnt: Cell<u64>,
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
        self.learnt.get() > LEARNT_MAX
    }
}

/// Formulas and what must hold.
pub(super) struct Solver {
    sat: batsat::Solver<Budget>,
    truth: Lit,
    clause: Vec<batsat::Lit>,
    /// Disjunctions that have a name, by their parts.
    named: BTreeMap<Vec<Lit>, Lit>,
}

impl Solver {
    pub(super) fn new() -> Solver {
        let mut sat = batsat::Solver::new(SolverOpts::default(), Budget::default());
        let truth = Lit(batsat::Lit::new(sat.new_var_default(), true));
        let mut solver = Solver { sat, truth, clause: Vec::new(), named: BTreeMap::new() };
        solver.demand([truth]);
        solver
    }

    /// What is always true.
    pub(super) fn truth(&self) -> Lit {
        self.truth
    }

    /// A new fact.
    pub(super) fn fact(&mut self) -> Lit {
        Lit(batsat::Lit::new(self.sat.new_var_default(), true))
    }

    /// One of these must be true, always.
    pub(super) fn demand(&mut self, any: impl IntoIterator<Item = Lit>) {
        self.clause.clear();
        self.clause.extend(any.into_iter().map(|lit| lit.0));
        self.sat.add_clause_reuse(&mut self.clause);
    }

    /// Exactly one of these must be true, always.
    pub(super) fn demand_one(&mut self, of: &[Lit]) {
        self.demand(of.iter().copied());
        for (at, one) in of.iter().enumerate() {
            for other in of.iter().skip(at + 1) {
                self.demand([!*one, !*other]);
            }
        }
    }

    /// Any of these. The same question twice is one formula.
    pub(super) fn any(&mut self, of: impl IntoIterator<Item = Lit>) -> Lit {
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
        if let Some(known) = self.named.get(&parts) {
            return *known;
        }
        let name = self.fact();
        parts.iter().for_each(|part| self.demand([!*part, name]));
        self.demand(parts.iter().copied().chain([!name]));
        self.named.insert(parts, name);
        name
    }

    /// All of these.
    pub(super) fn all(&mut self, of: impl IntoIterator<Item = Lit>) -> Lit {
        let opposite: Vec<Lit> = of.into_iter().map(Not::not).collect();
        !self.any(opposite)
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
