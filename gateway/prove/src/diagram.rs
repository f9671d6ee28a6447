//! Formulas as decision diagrams: two formulas that mean the same are the same, and situations can be counted.
//!
//! Memory is bounded. Past the bound every formula is nothing, [`Diagram::is_whole`] says so, and nobody believes the counts.

use std::collections::HashMap;
use std::ops::Not;

use oxidd::bcdd::{BCDDFunction, BCDDManagerRef, new_manager};
use oxidd::util::num::F64;
use oxidd::util::{AllocResult, SatCountCache};
use oxidd::{BooleanFunction, Manager, ManagerRef};
use policy::Logic;

/// Nodes that a diagram has at most; a policy of two hundred random rules takes some hundred thousand.
pub const NODES: usize = 1 << 22;
/// Results that are remembered.
const CACHE: usize = 1 << 20;

/// A formula of one diagram, or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lit(u32);

impl Not for Lit {
    type Output = Lit;
    fn not(self) -> Lit {
        Lit(self.0 ^ 1)
    }
}

/// Formulas over facts.
pub struct Diagram {
    manager: BCDDManagerRef,
    formulas: Vec<BCDDFunction>,
    numbers: HashMap<BCDDFunction, u32>,
    known: HashMap<Vec<Lit>, Lit>,
    /// What is possible at all.
    domain: Lit,
    facts: u32,
    is_whole: bool,
}

impl Diagram {
    /// A diagram of at most so many nodes.
    #[must_use]
    pub fn new(nodes: usize) -> Diagram {
        let manager = new_manager(nodes, CACHE, 1);
        let truth = manager.with_manager_shared(|manager| BCDDFunction::t(manager));
        Diagram {
            manager,
            numbers: HashMap::from([(truth.clone(), 0)]),
            formulas: vec![truth],
            known: HashMap::new(),
            domain: Lit(0),
            facts: 0,
            is_whole: true,
        }
    }

    /// Whether everything fitted in.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// In how many situations a formula is true; none if it did not fit in.
    pub fn count(&mut self, formula: Lit) -> Option<f64> {
        let within = self.all([formula, self.domain]);
        let function = self.function(within)?;
        let mut cache = SatCountCache::<F64, std::hash::RandomState>::default();
        let F64(count) = function.sat_count(self.facts, &mut cache);
        self.is_whole.then_some(count)
    }

    /// How many situations there are.
    pub fn domain(&mut self) -> Option<f64> {
        self.count(Lit(0))
    }

    /// Whether a formula is true where the facts, in the order in which they were made, are these.
    #[must_use]
    pub fn holds(&self, formula: Lit, facts: &[bool]) -> bool {
        let values = (0u32..).zip(facts.iter().copied());
        self.function(formula).is_some_and(|function| function.eval(values))
    }

    /// Whether such facts are possible.
    #[must_use]
    pub fn is_possible(&self, facts: &[bool]) -> bool {
        self.holds(self.domain, facts)
    }

    /// How many facts there are.
    #[must_use]
    pub fn facts(&self) -> usize {
        self.facts as usize
    }

    fn function(&self, lit: Lit) -> Option<BCDDFunction> {
        let formula = self.formulas.get((lit.0 >> 1) as usize)?;
        if lit.0 & 1 == 0 { Some(formula.clone()) } else { formula.not().ok() }
    }

    /// The number of a formula; the same for the same formula.
    fn number(&mut self, function: AllocResult<BCDDFunction>) -> Lit {
        let Ok(function) = function else { return self.give_up() };
        if let Some(number) = self.numbers.get(&function) {
            return Lit(number << 1);
        }
        let Ok(opposite) = function.not() else { return self.give_up() };
        if let Some(number) = self.numbers.get(&opposite) {
            return Lit(number << 1 | 1);
        }
        let number = self.formulas.len() as u32;
        self.numbers.insert(function.clone(), number);
        self.formulas.push(function);
        Lit(number << 1)
    }

    fn give_up(&mut self) -> Lit {
        self.is_whole = false;
        Lit(1)
    }
}

impl Logic for Diagram {
    type Lit = Lit;

    fn truth(&self) -> Lit {
        Lit(0)
    }

    fn fact(&mut self) -> Lit {
        let number = self.facts;
        self.facts += 1;
        let made = self.manager.with_manager_exclusive(|manager| {
            manager.add_vars(1);
            BCDDFunction::var(manager, number)
        });
        self.number(made)
    }

    /// In as few facts as it takes, so that there is no formula over choices that cannot be.
    fn choice(&mut self, of: usize) -> Vec<Lit> {
        let bits = of.next_power_of_two().trailing_zeros();
        let facts: Vec<Lit> = (0..bits).map(|_| self.fact()).collect();
        let mut values = Vec::with_capacity(of);
        for value in 0..of {
            let is = |(bit, fact): (usize, &Lit)| {
                if value >> bit & 1 == 1 { *fact } else { !*fact }
            };
            let code: Vec<Lit> = facts.iter().enumerate().map(is).collect();
            values.push(self.all(code));
        }
        self.demand(&values);
        values
    }

    fn demand(&mut self, any: &[Lit]) {
        let demanded = self.any(any.iter().copied());
        self.domain = self.all([self.domain, demanded]);
    }

    fn any(&mut self, of: impl IntoIterator<Item = Lit>) -> Lit {
        let mut parts: Vec<Lit> = of.into_iter().filter(|part| *part != Lit(1)).collect();
        parts.sort_unstable();
        parts.dedup();
        match parts[..] {
            _ if parts.first() == Some(&Lit(0)) => return Lit(0),
            _ if !self.is_whole => return Lit(1),
            [] => return Lit(1),
            [one] => return one,
            _ => {}
        }
        if let Some(known) = self.known.get(&parts) {
            return *known;
        }
        let mut functions: Vec<BCDDFunction> =
            parts.iter().filter_map(|part| self.function(*part)).collect();
        // In pairs, so that the intermediate results stay small.
        while functions.len() > 1 {
            let joined: AllocResult<Vec<BCDDFunction>> = functions
                .chunks(2)
                .map(|pair| match pair {
                    [one, other] => one.or(other),
                    _ => Ok(pair[0].clone()),
                })
                .collect();
            match joined {
                Ok(joined) => functions = joined,
                Err(_) => return self.give_up(),
            }
        }
        let Some(function) = functions.pop() else { return self.give_up() };
        let lit = self.number(Ok(function));
        self.known.insert(parts, lit);
        lit
    }
}
