//! Zones, territories and groups.

use super::Reader;
use super::reader::Prose;
use crate::diagnostic::{At, Diagnostic};
use crate::facts::ClassSet;
use crate::model::{Area, Group, Mark, Member, Place, Territory, Zone};
use crate::syntax::{Cursor, Line, Shape};
use crate::territories::may_belong;
use crate::{ClassId, Country};

/// The lines of a group.
const GROUP: [&str; 9] =
    ["countries", "country", "includes", "zones", "without", "law", "source", "owner", "review"];

/// The words that end a list of places in a group.
const TERM: [&str; 2] = ["from", "until"];

/// How many things the membership of one place may hang on.
const MOST: usize = 6;

impl Reader<'_, '_> {
    /// `zone NAME [within COUNTRY]`.
    pub(crate) fn zones(&mut self) -> Vec<Zone> {
        let names = self.names;
        let mut zones = Vec::new();
        for (name, entry) in names.of("zone") {
            let within = entry.block.and_then(|block| {
                self.with_prose("zone", block, |reader, cursor| {
                    if cursor.eat("within") { reader.parent_country(cursor) } else { None }
                })
            });
            let is_settled = self.is_settled(&entry.at);
            zones.push(Zone { name: name.to_owned(), within, is_settled });
        }
        zones
    }

    /// `territory CODE of COUNTRY`: what is said of the country is said of it, where no group says otherwise.
    pub(crate) fn territories(&mut self) -> Vec<Territory> {
        let names = self.names;
        let mut territories = Vec::new();
        for (name, entry) in names.of("territory") {
            let of = entry.block.and_then(|block| {
                self.with_prose("territory", block, |reader, cursor| {
                    cursor.demand(&["of"], reader.problems)?;
                    reader.parent_country(cursor)
                })
            });
            let Some(territory) = names.country(name) else {
                let message = format!("`{name}` is no code of ISO 3166");
                self.problems.push(
                    Diagnostic::error("P010", &entry.at, message)
                        .label("a territory is named by its own code")
                        .help(format!(
                            "if it has none, declare a zone: zone {name} within COUNTRY"
                        )),
                );
                continue;
            };
            let Some(parent) = of else { continue };
            if parent == territory || names.find("territory", parent.as_str()).is_some() {
                let message = format!("`{}` is a territory itself", parent.as_str());
                self.problems.push(
                    Diagnostic::error("P012", &entry.at, message)
                        .label("a territory belongs to a country")
                        .help("name the country that both belong to"),
                );
                continue;
            }
            if !may_belong(territory, parent) {
                self.problems.push(no_territory(&entry.at, territory, parent));
                continue;
            }
            let is_settled = self.is_settled(&entry.at);
            territories.push(Territory { code: territory, of: parent, is_settled });
        }
        territories
    }

    /// A country, not a zone.
    fn parent_country(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Country> {
        let token = cursor.name("a country", self.problems)?;
        match self.place(token, &cursor.at(token))? {
            Place::Country(country) => Some(country),
            Place::Zone(_) => {
                self.problems.push(
                    Diagnostic::error("P010", &cursor.at(token), "this is a zone, not a country")
                        .label("a country must stand here")
                        .help("name a country by its ISO 3166 code"),
                );
                None
            }
        }
    }

    pub(crate) fn groups(&mut self) -> Vec<Group> {
        let names = self.names;
        let mut groups = Vec::new();
        for (name, entry) in names.of("group") {
            let (mut members, mut without, mut seen) = (Vec::new(), Vec::new(), Vec::new());
            if let Some(block) = entry.block {
                self.head(block, &mut Prose::default(), |_, _| ());
            }
            for line in entry.block.iter().flat_map(|block| &block.lines) {
                let Some(key) = self.key("group", line, &GROUP, &mut seen) else { continue };
                if self.prose(key, line, &mut Prose::default()) {
                    continue;
                }
                self.rest(line, |reader, cursor| match key {
                    "country" => members.extend(reader.member(line, cursor)),
                    "includes" => reader.included(cursor, &mut members),
                    "without" => without.extend(reader.places(cursor, &[])),
                    _ => {
                        let places = reader.places(cursor, &TERM);
                        let term = reader.term(cursor);
                        let member = |place| Member::plain(Area::Place(place), term);
                        members.extend(places.into_iter().map(member));
                    }
                });
            }
            groups.push(Group { name: name.clone(), members, without, at: entry.at.clone() });
        }
        self.refuse_circles(&mut groups);
        self.refuse_entanglement(&groups);
        groups
    }

    /// `CC [from D] [until D] [where the destination has NAME, …] [except CLASS, …] ["TEXT"] [verify "TEXT"]`.
    fn member(&mut self, line: &Line<'_>, cursor: &mut Cursor<'_, '_>) -> Option<Member> {
        let token = cursor.name("a country", self.problems)?;
        let place = self.place(token, &cursor.at(token));
        let term = self.term(cursor);
        let mut shown = Vec::new();
        if cursor.eat("where") {
            for word in ["the", "destination", "has"] {
                cursor.demand(&[word], self.problems)?;
            }
            let stop = ["except", "verify"];
            let names = cursor.list("what is attested", &stop, self.problems);
            shown.extend(names.iter().map(|token| self.attestation(token, &cursor.at(token))));
        }
        let mut except = ClassSet::default();
        if cursor.eat("except") {
            let classes = self.numbers("class", cursor, &["verify"]).into_iter().map(ClassId);
            except = classes.fold(except, |all, class| all | ClassSet::one(class));
        }
        cursor.take(Shape::Text);
        let mark = if cursor.eat("verify") { self.mark(line, cursor) } else { None };
        place.map(|place| Member { area: Area::Place(place), term, shown, except, mark })
    }

    /// What a person is to confirm, as a quoted text.
    pub(crate) fn mark(&mut self, line: &Line<'_>, cursor: &mut Cursor<'_, '_>) -> Option<Mark> {
        let Some(what) = cursor.take(Shape::Text) else {
            self.problems.push(
                Diagnostic::error(
                    "P008",
                    &cursor.here(),
                    "this does not say what is to be confirmed",
                )
                .label("a quoted text must stand here")
                .help("write it as in: verify \"whether the list of 2026 is the latest\""),
            );
            return None;
        };
        Some(Mark { what: what.sentence(), confirmed: Vec::new(), at: line.at() })
    }

    fn included(&mut self, cursor: &mut Cursor<'_, '_>, members: &mut Vec<Member>) {
        let tokens = cursor.list("a group or zone", &TERM, self.problems);
        let areas: Vec<_> = tokens.iter().filter_map(|t| self.area(t, &cursor.at(t))).collect();
        let term = self.term(cursor);
        members.extend(areas.into_iter().map(|area| Member::plain(area, term)));
    }

    fn refuse_circles(&mut self, groups: &mut [Group]) {
        for start in 0..groups.len() {
            let mut reached = vec![false; groups.len()];
            let mut open: Vec<usize> = included(&groups[start]).collect();
            while let Some(next) = open.pop() {
                if reached.get(next).copied().unwrap_or(true) {
                    continue;
                }
                reached[next] = true;
                open.extend(included(&groups[next]));
            }
            if reached[start] {
                let group = &groups[start];
                let message = format!("group `{}` includes itself", group.name);
                let problem = Diagnostic::error("P012", &group.at, message)
                    .label("its `includes` lead back here")
                    .help("remove one of the `includes` lines");
                self.problems.push(problem);
                groups[start].members.retain(|member| !matches!(member.area, Area::Group(_)));
            }
        }
    }

    /// One place has a row for each combination of what its memberships hang on; their number is bounded.
    fn refuse_entanglement(&mut self, groups: &[Group]) {
        let mut hangs: std::collections::BTreeMap<Area, Vec<String>> = Default::default();
        for group in groups {
            for member in &group.members {
                let on = hangs.entry(member.area).or_default();
                let except = (!member.except.is_empty()).then(|| format!("{:?}", member.except));
                on.extend(member.shown.iter().cloned().chain(except));
                on.sort_unstable();
                on.dedup();
                if on.len() > MOST {
                    on.clear();
                    let message = format!("one member hangs on more than {MOST} things");
                    self.problems.push(
                        Diagnostic::error("P061", &group.at, message)
                            .label("counted over all groups, the last of them is here")
                            .help("let several destinations share one attestation, or several exceptions one class"),
                    );
                }
            }
        }
    }
}

fn no_territory(at: &At, code: Country, parent: Country) -> Diagnostic {
    let message = format!("`{}` is no territory of `{}`", code.as_str(), parent.as_str());
    Diagnostic::error("P014", at, message)
        .label("what is said of the one would be said of the other")
        .help("remove the block; where both are meant, name both in a group")
}

fn included(group: &Group) -> impl Iterator<Item = usize> + '_ {
    group.members.iter().filter_map(|member| match member.area {
        Area::Group(group) => Some(usize::from(group)),
        Area::Place(_) => None,
    })
}
