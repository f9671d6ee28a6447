//! Random rules and cases, and what they mean.

use std::collections::BTreeSet;

/// Countries of data subjects; a group is a part of them.
pub const COUNTRIES: [&str; 20] = [
    "AT", "BE", "BG", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "JP", "KR", "NL",
    "NO", "PL", "SE", "US",
];
pub const CLASSES: usize = 12;
pub const DESTINATIONS: usize = 32;
pub const DEPARTMENTS: usize = 20;

/// What a rule asks beside the data.
#[derive(Clone, Debug)]
pub enum Where {
    /// The data subject lives in the group of this number.
    Group(usize),
    Destinations([usize; 2]),
    Department(usize),
}

/// Data includes any of two classes, and one thing more; then it is let through or blocked.
#[derive(Clone, Debug)]
pub struct Rule {
    pub classes: [usize; 2],
    pub whereabouts: Where,
    pub block: bool,
}

pub struct Rules {
    pub list: Vec<Rule>,
    /// Countries of each group, in order.
    pub groups: Vec<Vec<&'static str>>,
    seed: u64,
}

/// One request, all of whose facts are known.
#[derive(Clone, Debug)]
pub struct Case {
    pub classes: BTreeSet<usize>,
    pub subject: &'static str,
    pub destination: usize,
    pub department: usize,
}

/// The same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

impl Rules {
    pub fn random(count: usize) -> Rules {
        let mut dice = Dice(0x5ea3);
        let mut group = || {
            let some = COUNTRIES.into_iter().filter(|_| dice.below(2) == 0);
            some.chain(["US"]).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        };
        let groups: Vec<_> = (0..4).map(|_| group()).collect();
        let rule = |dice: &mut Dice| Rule {
            classes: [dice.below(CLASSES), dice.below(CLASSES)],
            whereabouts: match dice.below(3) {
                0 => Where::Group(dice.below(groups.len())),
                1 => Where::Destinations([dice.below(DESTINATIONS), dice.below(DESTINATIONS)]),
                _ => Where::Department(dice.below(DEPARTMENTS)),
            },
            block: dice.below(4) == 0,
        };
        let list = (0..count).map(|_| rule(&mut dice)).collect();
        Rules { list, groups, seed: dice.0 }
    }

    pub fn cases(&self, count: usize) -> Vec<Case> {
        let mut dice = Dice(self.seed | 1);
        let case = |dice: &mut Dice| Case {
            classes: (0..1 + dice.below(3)).map(|_| dice.below(CLASSES)).collect(),
            subject: COUNTRIES[dice.below(COUNTRIES.len())],
            destination: dice.below(DESTINATIONS),
            department: dice.below(DEPARTMENTS),
        };
        (0..count).map(|_| case(&mut dice)).collect()
    }

    /// The rules that a case matches, by their definition.
    pub fn matching(&self, case: &Case) -> BTreeSet<usize> {
        let holds = |rule: &Rule| {
            let there = rule.classes.iter().any(|class| case.classes.contains(class));
            there
                && match &rule.whereabouts {
                    Where::Group(group) => self.groups[*group].contains(&case.subject),
                    Where::Destinations(named) => named.contains(&case.destination),
                    Where::Department(department) => case.department == *department,
                }
        };
        let numbered = self.list.iter().enumerate();
        numbered.filter(|(_, rule)| holds(rule)).map(|(number, _)| number).collect()
    }

    /// Of the rules that match those that decide: the blocks, or if there is none the permits.
    pub fn deciding(&self, matching: &BTreeSet<usize>) -> BTreeSet<usize> {
        let blocks = matching.iter().any(|rule| self.list[*rule].block);
        matching.iter().copied().filter(|rule| self.list[*rule].block == blocks).collect()
    }
}
