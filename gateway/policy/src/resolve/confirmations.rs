//! What people answer for: facts that bear a mark, confirmed in the agency's own files.

use super::Reader;
use super::reader::Prose;
use crate::RuleId;
use crate::model::{Area, Confirmation, Confirmed, Group, Mark, Rule, Term};
use crate::syntax::{Block, Cursor};

const CONFIRMATION: [&str; 7] = ["of", "by", "until", "because", "law", "owner", "review"];

impl Reader<'_, '_> {
    pub(crate) fn confirmations(&mut self) -> Vec<Confirmation> {
        let names = self.names;
        let blocks = names.of("confirmation");
        let read = blocks.filter_map(|(name, entry)| {
            let (of, term) = self.confirmation(entry.block?)?;
            Some(Confirmation { name: name.clone(), of, term, at: entry.at.clone() })
        });
        read.collect()
    }

    fn confirmation(&mut self, block: &Block<'_>) -> Option<(Confirmed, Term)> {
        let (mut of, mut term) = (None, Term::default());
        let (mut prose, mut seen) = (Prose::default(), Vec::new());
        self.head(block, &mut prose, |_, _| ());
        for line in &block.lines {
            let Some(key) = self.key("confirmation", line, &CONFIRMATION, &mut seen) else {
                continue;
            };
            if self.prose(key, line, &mut prose) {
                continue;
            }
            self.rest(line, |reader, cursor| match key {
                "of" => of = reader.confirmed(cursor),
                "until" => term.until = reader.day(cursor),
                _ => {
                    reader.who(cursor);
                    if cursor.demand(&["on"], reader.problems).is_some() {
                        term.from = reader.day(cursor);
                    }
                }
            });
        }
        for (key, what, help) in [
            (
                "of",
                "does not name what it confirms",
                "add a line such as: of group NAME country CC, or: of rule NAME",
            ),
            (
                "by",
                "was given by nobody",
                "add a line such as: by counsel@example.org on 2026-11-21",
            ),
        ] {
            if !seen.contains(&key) {
                self.missing(block, what, help);
            }
        }
        self.ordered(&term, &block.at());
        term.from?;
        Some((of?, term))
    }

    /// `group NAME country CC`, or `rule NAME`.
    fn confirmed(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Confirmed> {
        match cursor.demand(&["group", "rule"], self.problems)? {
            "rule" => {
                let token = cursor.name("a rule", self.problems)?;
                let rule = self.names.need("rule", token, &cursor.at(token), self.problems)?;
                Some(Confirmed::Rule(RuleId(rule)))
            }
            _ => {
                let token = cursor.name("a group", self.problems)?;
                let group = self.names.need("group", token, &cursor.at(token), self.problems)?;
                cursor.demand(&["country"], self.problems)?;
                let token = cursor.name("a country", self.problems)?;
                let place = self.place(token, &cursor.at(token))?;
                Some(Confirmed::Member(group, place))
            }
        }
    }
}

/// Writes what is confirmed to the marks of groups and rules.
pub(crate) fn confirm(confirmations: &[Confirmation], groups: &mut [Group], rules: &mut [Rule]) {
    for confirmation in confirmations {
        for mark in marks(confirmation.of, groups, rules) {
            mark.confirmed.push(confirmation.term);
        }
    }
}

/// The marks that a confirmation speaks of.
fn marks<'m>(of: Confirmed, groups: &'m mut [Group], rules: &'m mut [Rule]) -> Vec<&'m mut Mark> {
    match of {
        Confirmed::Rule(rule) => {
            rules.get_mut(rule.index()).and_then(|r| r.mark.as_mut()).into_iter().collect()
        }
        Confirmed::Member(group, place) => {
            let members = groups.get_mut(usize::from(group)).map(|group| &mut group.members);
            let meant = members.into_iter().flatten().filter(|m| m.area == Area::Place(place));
            meant.filter_map(|member| member.mark.as_mut()).collect()
        }
    }
}
