//! Destinations and pools.

use super::Reader;
use super::reader::Prose;
use crate::diagnostic::At;
use crate::info::{Credential, DestinationInfo, PoolInfo, Speaks, Tier};
use crate::model::{Bond, Destination, Place, Pool};
use crate::syntax::{Block, Cursor};
use crate::{Country, Day, DestinationId};

/// What the lines of one destination say.
#[derive(Default)]
struct Draft {
    prose: Prose,
    url: Option<String>,
    speaks: Option<Speaks>,
    model: Option<String>,
    operator: Option<String>,
    /// By [`Bond`].
    bonds: [Vec<Place>; 6],
    zone: Option<Place>,
    tier: Option<Tier>,
    credential: Option<Credential>,
    attests: Vec<(String, Option<Day>, Option<Day>)>,
    pins: Vec<(String, String)>,
    inventory: Option<String>,
}

const KEYS: [&str; 19] = [
    "url",
    "speaks",
    "model",
    "operator",
    "seat",
    "owned",
    "processed",
    "stored",
    "keys",
    "zone",
    "tier",
    "attests",
    "pins",
    "inventory",
    "credential",
    "reports",
    "law",
    "owner",
    "review",
];

/// Fields of bodies that say what is asked for; nothing may be put in their place.
const CARRIERS: [&str; 8] =
    ["model", "messages", "system", "prompt", "input", "tools", "tool_choice", "stream"];

impl Reader<'_, '_> {
    pub(crate) fn destinations(&mut self) -> Vec<Destination> {
        let names = self.names;
        let mut all = Vec::new();
        for (name, entry) in names.of("destination") {
            if let Some(block) = entry.block {
                all.push(self.destination(name, block, entry.at.clone()));
            }
        }
        all
    }

    fn destination(&mut self, name: &str, block: &Block<'_>, at: At) -> Destination {
        let (mut draft, mut seen) = (Draft::default(), Vec::new());
        self.head(block, &mut draft.prose, |_, _| ());
        for line in &block.lines {
            if let Some(key) = self.key("destination", line, &KEYS, &mut seen)
                && !self.prose(key, line, &mut draft.prose)
            {
                self.rest(line, |reader, cursor| reader.destination_line(key, cursor, &mut draft));
            }
        }
        for (given, what, help) in [
            (
                draft.url.is_some() || seen.contains(&"url"),
                "has no address",
                "add a line such as: url https://llm.example/v1",
            ),
            (
                seen.contains(&"tier"),
                "has no tier",
                "add one of: tier must-control · tier allied · tier market",
            ),
            (
                seen.contains(&"operator") || seen.contains(&"zone"),
                "does not say whose law binds it",
                "add a line such as: operator Example Ltd answers to US",
            ),
        ] {
            if !given {
                self.missing(block, what, help);
            }
        }
        self.settle(name, draft, at)
    }

    fn destination_line(&mut self, key: &str, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) {
        match key {
            "url" => draft.url = self.url(cursor),
            "speaks" => {
                let words = ["openai-chat", "anthropic-messages"];
                draft.speaks = cursor.demand(&words, self.problems).map(|word| match word {
                    "anthropic-messages" => Speaks::AnthropicMessages,
                    _ => Speaks::OpenaiChat,
                });
            }
            "model" => draft.model = Some(self.free(cursor)),
            "reports" => drop(self.free(cursor)),
            "pins" => self.pin(cursor, draft),
            "inventory" => draft.inventory = Some(self.free(cursor)),
            "operator" => self.operator(cursor, draft),
            "seat" => self.bond(&["in"], Bond::Seat, cursor, draft),
            "owned" => self.bond(&["from"], Bond::Owner, cursor, draft),
            "processed" => self.bond(&["in"], Bond::Processed, cursor, draft),
            "stored" => self.bond(&["in"], Bond::Stored, cursor, draft),
            "keys" => self.bond(&["held", "in"], Bond::Keys, cursor, draft),
            "zone" => {
                let token = cursor.name("a zone", self.problems);
                let zone =
                    token.and_then(|t| self.names.need("zone", t, &cursor.at(t), self.problems));
                draft.zone = zone.map(Place::Zone);
            }
            "tier" => draft.tier = self.tier(cursor),
            "credential" => {
                draft.credential =
                    cursor.demand(&["client", "gateway"], self.problems).map(|word| match word {
                        "client" => Credential::Client,
                        _ => Credential::Gateway,
                    });
            }
            _ => {
                if let Some(what) = cursor.name("what is attested", self.problems) {
                    let name = self.attestation(what, &cursor.at(what));
                    let term = self.term(cursor);
                    draft.attests.push((name, term.from, term.until));
                }
            }
        }
    }

    fn url(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<String> {
        let token = cursor.name("the address", self.problems)?;
        if token.text.starts_with("https://") || token.text.starts_with("http://") {
            return Some(token.text.trim_end_matches('/').to_owned());
        }
        let at = cursor.at(token);
        self.problems.push(
            crate::Diagnostic::error("P008", &at, "this is no address of an API")
                .label("should begin with https:// (or http:// inside the house)")
                .help("write it as in https://llm.example/v1"),
        );
        None
    }

    /// `FIELD to VALUE`
    fn pin(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) {
        let Some(field) = cursor.name("a field of the body", self.problems) else { return };
        if CARRIERS.contains(&field.text) {
            self.problems.push(
                crate::Diagnostic::error("P008", &cursor.at(field), "this field is not about a place")
                    .label("it carries what is sent, or says how")
                    .help("name the field by which the operator lets its customers choose where data is processed"),
            );
        }
        // A name with a dot would be set as it stands, and the operator would read another field.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if !field.text.chars().all(is_plain) {
            self.problems.push(
                crate::Diagnostic::error(
                    "P008",
                    &cursor.at(field),
                    "this is no field of the body itself",
                )
                .label("letters, digits, `_` and `-` are expected")
                .help("only fields at the top of the body can be pinned, not fields within others"),
            );
        }
        if draft.pins.iter().any(|(known, _)| known == field.text) {
            self.problems.push(
                crate::Diagnostic::error("P004", &cursor.at(field), "this field is pinned twice")
                    .label("it can have one value")
                    .help("remove one of the two lines"),
            );
        }
        if cursor.demand(&["to"], self.problems).is_some() {
            let value = self.free(cursor);
            draft.pins.push((field.text.to_owned(), value));
        }
    }

    /// `NAME[,] answers to CC, …`
    fn operator(&mut self, cursor: &mut Cursor<'_, '_>, draft: &mut Draft) {
        let mut name = Vec::new();
        while !cursor.is_done() && cursor.word_ahead() != "answers" {
            if let Some(token) = cursor.take(crate::syntax::Shape::Text) {
                name.push(token.sentence());
            } else if !cursor.eat_comma() {
                let word = cursor.name("the operator", self.problems);
                name.extend(word.map(|token| token.text.to_owned()));
            }
        }
        draft.operator = Some(name.join(" "));
        if cursor.demand(&["answers"], self.problems).is_some()
            && cursor.demand(&["to"], self.problems).is_some()
        {
            draft.bonds[Bond::Law.index()] = self.places(cursor, &[]);
        }
    }

    /// The words that lead to places, and the places.
    fn bond(
        &mut self,
        words: &[&'static str],
        bond: Bond,
        cursor: &mut Cursor<'_, '_>,
        draft: &mut Draft,
    ) {
        if words.iter().all(|word| cursor.demand(&[word], self.problems).is_some()) {
            draft.bonds[bond.index()] = self.places(cursor, &[]);
        }
    }

    /// One tier.
    fn tier(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Tier> {
        let word = cursor.demand(&["must-control", "allied", "market"], self.problems)?;
        Some(match word {
            "must-control" => Tier::MustControl,
            "allied" => Tier::Allied,
            _ => Tier::Market,
        })
    }

    /// A list of tiers.
    pub(crate) fn tiers(&mut self, cursor: &mut Cursor<'_, '_>) -> Vec<Tier> {
        let mut tiers = Vec::new();
        loop {
            let Some(tier) = self.tier(cursor) else { return tiers };
            tiers.push(tier);
            if !cursor.eat_comma() {
                return tiers;
            }
        }
    }

    /// Fills in what a zone says about the places that are not named, and gathers the rest.
    fn settle(&self, name: &str, mut draft: Draft, at: At) -> Destination {
        if let Some(zone) = draft.zone {
            let mut filled = vec![Bond::Law, Bond::Processed, Bond::Stored, Bond::Keys];
            // Without an operator it is the agency itself that runs it, there.
            filled.extend(
                draft.operator.is_none().then_some([Bond::Seat, Bond::Owner]).into_iter().flatten(),
            );
            for bond in filled {
                let places = &mut draft.bonds[bond.index()];
                if places.is_empty() {
                    places.push(zone);
                }
            }
        }
        let of = |bond: Bond| &draft.bonds[bond.index()];
        let known = !of(Bond::Law).is_empty() && !of(Bond::Processed).is_empty();
        // Who owns the operator is asked for by name: a shareholder elsewhere does not make data leave.
        let mut places = [Bond::Law, Bond::Processed, Bond::Stored, Bond::Keys]
            .map(|bond| of(bond).clone())
            .concat();
        places.sort_unstable();
        places.dedup();
        let written = |places: &[Place]| {
            places.iter().map(|place| self.place_name(*place)).collect::<Vec<_>>()
        };
        let mut claimed: Vec<Country> = of(Bond::Processed)
            .iter()
            .chain(of(Bond::Stored))
            .filter_map(
                |place| if let Place::Country(country) = place { Some(*country) } else { None },
            )
            .collect();
        claimed.sort_unstable();
        claimed.dedup();
        let info = DestinationInfo {
            name: name.to_owned(),
            sentence: draft.prose.sentence,
            url: draft.url.unwrap_or_default(),
            speaks: draft.speaks,
            model: draft.model,
            operator: draft.operator,
            answers_to: written(of(Bond::Law)),
            seat: written(of(Bond::Seat)),
            owned_from: written(of(Bond::Owner)),
            processed: written(of(Bond::Processed)),
            stored: written(of(Bond::Stored)),
            keys: written(of(Bond::Keys)),
            claimed,
            zone: draft.zone.map(|zone| self.place_name(zone)),
            tier: draft.tier.unwrap_or(Tier::Market),
            credential: draft.credential.unwrap_or(Credential::Client),
            attests: draft.attests,
            pins: draft.pins,
            inventory: draft.inventory,
        };
        Destination { info, bonds: draft.bonds, places, known, at }
    }

    fn place_name(&self, place: Place) -> String {
        match place {
            Place::Country(country) => country.as_str().to_owned(),
            Place::Zone(zone) => self
                .names
                .of("zone")
                .nth(usize::from(zone))
                .map_or(String::new(), |(name, _)| name.clone()),
        }
    }

    pub(crate) fn pools(&mut self) -> Vec<Pool> {
        let names = self.names;
        let mut pools = Vec::new();
        for (name, entry) in names.of("pool") {
            let Some(block) = entry.block else { continue };
            let (mut prose, mut members, mut seen) = (Prose::default(), Vec::new(), Vec::new());
            self.head(block, &mut prose, |_, _| ());
            for line in &block.lines {
                let keys = ["members", "choose", "law", "owner", "review"];
                let Some(key) = self.key("pool", line, &keys, &mut seen) else { continue };
                if self.prose(key, line, &mut prose) {
                    continue;
                }
                self.rest(line, |reader, cursor| {
                    if key == "members" {
                        let named = reader.numbers("destination", cursor, &[]);
                        members.extend(named.into_iter().map(DestinationId));
                    } else if cursor.demand(&["first"], reader.problems).is_some() {
                        cursor.demand(&["healthy"], reader.problems);
                    }
                });
            }
            if !seen.contains(&"members") {
                self.missing(block, "has no members", "add a line such as: members NAME, NAME");
            }
            let info = PoolInfo { name: name.clone(), sentence: prose.sentence, members };
            pools.push(Pool { info });
        }
        pools
    }

    /// Members of pools get the gateway's key unless they say otherwise: a client's own key was not
    /// issued for them.
    pub(crate) fn settle_credentials(&self, destinations: &mut [Destination], pools: &[Pool]) {
        let blocks: Vec<_> = self.names.of("destination").map(|(_, entry)| entry.block).collect();
        for member in pools.iter().flat_map(|pool| &pool.info.members) {
            let block = blocks.get(member.index()).copied().flatten();
            let said =
                block.is_some_and(|b| b.lines.iter().any(|line| line.key().text == "credential"));
            if let Some(destination) = destinations.get_mut(member.index()).filter(|_| !said) {
                destination.info.credential = Credential::Gateway;
            }
        }
    }
}
