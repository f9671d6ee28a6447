//! Named lists of people and applications, kept by others: what is known of a sender's place on them.

use crate::model::{Form, Model};
use crate::{Identity, Rulebook};

/// On which lists a sender is, and on which not. Of all others nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct People {
    /// Numbers of lists, in order, once.
    on: Vec<u16>,
    off: Vec<u16>,
}

/// How a sender stands to one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Listed {
    Off,
    On,
    Perhaps,
}

impl Listed {
    pub(crate) const ALL: [Listed; 3] = [Listed::Off, Listed::On, Listed::Perhaps];
}

impl People {
    pub(crate) fn of(&self, list: u16) -> Listed {
        match (self.on.binary_search(&list), self.off.binary_search(&list)) {
            (Ok(_), _) => Listed::On,
            (_, Ok(_)) => Listed::Off,
            _ => Listed::Perhaps,
        }
    }

    /// Notes how a sender stands to a list; what was known of it before counts no more.
    pub(crate) fn set(&mut self, list: u16, listed: Listed) {
        self.on.retain(|known| *known != list);
        self.off.retain(|known| *known != list);
        let known = match listed {
            Listed::On => &mut self.on,
            Listed::Off => &mut self.off,
            Listed::Perhaps => return,
        };
        let at = known.partition_point(|other| *other < list);
        known.insert(at, list);
    }

    /// The rows of a table that stand for it, of `lists` lists: the first so many say "is on it", the others "may be on it".
    pub(crate) fn rows(&self, lists: usize) -> impl Iterator<Item = u16> {
        (0..lists as u16).filter_map(move |list| match self.of(list) {
            Listed::On => Some(list),
            Listed::Perhaps => Some(list + lists as u16),
            Listed::Off => None,
        })
    }
}

impl Model {
    /// The lists that conditions name.
    pub(crate) fn asked_lists(&self) -> Vec<u16> {
        let named = self.conditions().filter_map(|condition| match &condition.form {
            Form::People(lists) => Some(lists),
            _ => None,
        });
        let mut lists: Vec<u16> = named.flatten().copied().collect();
        lists.sort_unstable();
        lists.dedup();
        lists
    }

    /// The names of the lists to which a sender stands so.
    pub(crate) fn lists(&self, people: &People, listed: Listed) -> Vec<&str> {
        let all = (0..).zip(&self.people);
        all.filter(|(list, _)| people.of(*list) == listed).map(|(_, name)| name.as_str()).collect()
    }
}

impl Rulebook {
    /// The names of all lists of people, in alphabetical order.
    pub fn lists(&self) -> &[String] {
        &self.model.people
    }

    /// On which lists a caller is, as far as the node knows.
    pub fn people_of(&self, identity: &Identity) -> People {
        let mut people = People::default();
        for (list, name) in (0..).zip(&self.model.people) {
            let known = identity.lists.iter().find(|(known, _)| known == name);
            if let Some((_, is_on)) = known {
                people.set(list, if *is_on { Listed::On } else { Listed::Off });
            }
        }
        people
    }
}
