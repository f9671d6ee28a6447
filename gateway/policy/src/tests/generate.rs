//! Random policies and random situations over the vocabulary of the tests.

use super::WORLD;
use crate::{
    Candidate, ClassLevels, Client, Content, Country, Day, DestinationId, Direction, Grade,
    Identity, Language, Languages, Level, Minute, Modality, Operation, Rulebook, Situation,
    Subjects,
};

/// A small generator: the same seed gives the same policy everywhere.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }

    /// One to three different items with commas.
    fn some(&mut self, items: &[&str]) -> String {
        let start = self.below(items.len());
        let count = 1 + self.below(items.len().min(3));
        (0..count).map(|i| items[(start + i) % items.len()]).collect::<Vec<_>>().join(", ")
    }
}

const CLASSES: [&str; 5] = ["people", "illness", "key", "unread", "opaque"];
const AREAS: [&str; 8] = ["near", "far", "union", "far", "port", "DE", "US", "JP"];
const DAYS: [&str; 5] = ["2026-02-01", "2026-06-30", "2026-11-21", "2027-01-01", "2027-06-30"];

const COUNTERS: &str = "counter patients\n  counts people, illness\n  within twelve months\n  bands 100, 1000
counter swiss\n  counts people\n  about residents of CH\n  since 1 January\n  bands 50\n  share 4\n";

fn condition(dice: &mut Dice) -> String {
    match dice.below(23) {
        0..=3 => {
            let level = dice.pick(&["", "", "possible ", "likely ", "confirmed "]);
            format!("data includes {level}{}", dice.some(&CLASSES))
        }
        4 => "data includes nothing".to_owned(),
        5 => format!("it is about residents of {}", dice.some(&AREAS)),
        6 => "it is about unknown".to_owned(),
        7 => format!("it stays in {}", dice.some(&AREAS)),
        8 => format!("it leaves {}", dice.some(&AREAS)),
        9 => match dice.below(3) {
            0 => format!("it goes to tier {}", dice.some(&["must-control", "allied", "market"])),
            1 => format!("it goes to pool {}", dice.some(&["ours", "theirs"])),
            _ => format!("it goes to {}", dice.some(&["home", "friend", "shop", "cloud"])),
        },
        10 => dice
            .pick(&[
                "it comes from agency city",
                "it comes from department clinic",
                "it comes from application scribe",
                "it comes from anonymous",
                "it comes from people cleared",
                "it comes from people away, cleared",
            ])
            .to_owned(),
        11 => format!("the destination lacks {}", dice.some(&["card", "report"])),
        15 => dice
            .pick(&[
                "the purpose is care",
                "the purpose is research, care",
                "the legal basis is duty",
                "the sector is hospitals",
                "the criticality is high",
            ])
            .to_owned(),
        17..=19 => match dice.below(6) {
            5 => format!("the language is {}", dice.some(&["de", "en", "fr"])),
            0 => format!("the operation is {}", dice.some(&["chat", "embeddings", "files"])),
            1 => format!("it carries {}", dice.some(&["text", "image", "file"])),
            2 => format!(
                "it is {}larger than {}",
                dice.pick(&["", "no "]),
                dice.pick(&["100 KB", "2 MB", "500 B"])
            ),
            3 => format!(
                "it is sent between {} and {}",
                dice.pick(&["22:00", "08:00"]),
                dice.pick(&["06:00", "17:30"])
            ),
            _ => format!("it is sent on {}", dice.some(&["Saturday", "Sunday", "Monday"])),
        },
        20 | 21 => dice
            .pick(&[
                "the counter patients has reached 100",
                "the counter patients has reached 1000",
                "the counter swiss has reached 50",
            ])
            .to_owned(),
        16 => format!("the destination has {}", dice.some(&["card", "report"])),
        12..=14 => match dice.below(6) {
            0 => format!(
                "it is processed {} {}",
                dice.pick(&["in", "outside", "partly in"]),
                dice.some(&AREAS)
            ),
            1 => format!(
                "it is stored {} {}",
                dice.pick(&["in", "outside", "partly in"]),
                dice.some(&AREAS)
            ),
            2 => {
                format!(
                    "the keys are held {} {}",
                    dice.pick(&["in", "outside", "partly in"]),
                    dice.some(&AREAS)
                )
            }
            3 => {
                format!(
                    "the operator sits {} {}",
                    dice.pick(&["in", "outside", "partly in"]),
                    dice.some(&AREAS)
                )
            }
            4 => format!(
                "the operator answers {} {}",
                dice.pick(&["to", "only to"]),
                dice.some(&AREAS)
            ),
            _ => format!(
                "the operator is owned {} {}",
                dice.pick(&["from", "only from"]),
                dice.some(&AREAS)
            ),
        },
        _ => format!(
            "the place is {}",
            dice.some(&["proven", "consistent", "declared", "unprovable", "refuted"])
        ),
    }
}

fn conditions(dice: &mut Dice, direction: bool) -> String {
    let mut text = format!("  when {}\n", condition(dice));
    for _ in 0..dice.below(3) {
        text.push_str(&format!("  and {}\n", condition(dice)));
    }
    match dice.below(5) {
        0 if direction => text.push_str("  and it is an answer\n"),
        1 if direction => text.push_str("  and it is a request, an answer\n"),
        _ => {}
    }
    text
}

fn rule(dice: &mut Dice, name: usize) -> String {
    let conditions = conditions(dice, true);
    let action = match dice.below(12) {
        0..=3 => "  then allow\n".to_owned(),
        4 => "  then allow\n  and redact key as remove\n".to_owned(),
        5 | 6 => {
            let method = dice.pick(&["token", "mask", "remove"]);
            format!("  then redact {} as {method}\n", dice.some(&CLASSES[..3]))
        }
        7 => "  then reroute to ours\n".to_owned(),
        8 => "  then ask justification\n".to_owned(),
        9 => "  then allow\n  and ask approval of officer\n".to_owned(),
        10 => "  then alert soc low\n".to_owned(),
        _ => "  then block\n  and alert soc high\n".to_owned(),
    };
    let dates = match dice.below(5) {
        0 => format!("  from {}\n", dice.pick(&DAYS)),
        1 => format!("  until {}\n", dice.pick(&DAYS)),
        2 => format!("  mode monitor until {}\n", dice.pick(&DAYS)),
        3 => format!(
            "  verify \"it\"\nconfirmation of-r{name}\n  of rule r{name}\n  by me on {}\n",
            dice.pick(&DAYS)
        ),
        _ => String::new(),
    };
    format!("rule r{name}\n{conditions}{action}{dates}")
}

/// The vocabulary: groups whose members have conditions, zones, territories, classes that stay where they are.
fn places(dice: &mut Dice) -> String {
    let kept = ["detect health", "detect health\n  redaction suffices no"][dice.below(2)];
    let free = ["processed in CH", "processed in port", "processed in port\n  keys held in FR"];
    let world = WORLD.replace("detect health", kept).replace("processed in CH", dice.pick(&free));
    let term = dice.pick(&["", " from 2026-06-30", " until 2026-12-31"]);
    let shown = dice.pick(&[
        "",
        " where the destination has card",
        " where the destination has card, report",
    ]);
    let except = dice.pick(&["", " except illness", " except people", " except key, illness"]);
    let mark = dice.pick(&["", " verify \"the list\""]);
    let within = dice.pick(&["", " within CH", " within JP"]);
    let without = dice.pick(&["", "  without FR\n", "  without port, US\n"]);
    let mut text = format!(
        "{world}{COUNTERS}zone port{within}\nterritory RE of FR\n\
         group far\n  countries US\n  country JP{term}{shown}{except} \"a decision\"{mark}\n  country CH from 2026-06-30\n\
         group union\n  includes near from 2026-02-01\n  includes far until 2026-12-31\n  zones port\n{without}",
    );
    if !mark.is_empty() && dice.below(2) == 0 {
        let until = dice.pick(&["", "  until 2026-12-31\n"]);
        text.push_str(&format!(
            "confirmation c\n  of group far country JP\n  by counsel on 2026-06-30\n{until}"
        ));
    }
    text
}

/// A policy with this many rules, a few exceptions and invariants.
pub(super) fn policy(dice: &mut Dice, rules: usize) -> String {
    let mut text = places(dice);
    if dice.below(4) == 0 {
        let mode =
            format!("  owner me\n  because \"x\"\n  mode observe until {}\n", dice.pick(&DAYS));
        text = text.replacen("policy trial\n", &format!("policy trial\n{mode}"), 1);
    }
    for name in 0..rules {
        text.push_str(&rule(dice, name));
    }
    for name in 0..dice.below(4) {
        text.push_str(&format!(
            "exception e{name}\n  to rule r{}\n{}  because \"x\"\n  owner me\n  granted 2026-01-01 by me\n  until {}\n",
            dice.below(rules),
            conditions(dice, true),
            dice.pick(&DAYS),
        ));
    }
    for name in 0..dice.below(3) {
        let demand = dice.pick(&["never be sent", "always alert soc", "only go to pool ours"]);
        text.push_str(&format!(
            "invariant i{name}\n{}  then it must {demand}\n",
            conditions(dice, true)
        ));
    }
    text
}

/// A situation and a candidate.
pub(super) fn case(dice: &mut Dice, book: &Rulebook) -> (Situation, Candidate) {
    let mut classes = ClassLevels::none();
    for class in CLASSES {
        let level = [Level::Possible, Level::Likely, Level::Confirmed][dice.below(3)];
        if dice.below(3) == 0 {
            classes.set(book.class(class).unwrap(), level);
        }
    }
    let mut countries = |most: usize| -> Vec<Country> {
        let count = dice.below(most + 1);
        (0..count)
            .map(|_| Country::parse(["DE", "CH", "US", "JP", "RE", "FR"][dice.below(6)]).unwrap())
            .collect()
    };
    let (about, found) = (countries(2), countries(1));
    let day = Day::parse(dice.pick(&DAYS)).unwrap();
    let mut content = Content { kinds: Vec::new(), unknown: dice.below(4) == 0 };
    for kind in [Modality::Text, Modality::Image, Modality::File] {
        if dice.below(2) == 0 {
            content.insert(kind);
        }
    }
    let mut languages = Languages { told: Vec::new(), unknown: dice.below(4) == 0 };
    for code in ["de", "en", "hu"] {
        if dice.below(3) == 0 {
            languages.insert(Language::parse(code).unwrap());
        }
    }
    let minutes = ["00:00", "07:59", "12:00", "17:30", "22:00"];
    // Within the epoch: else it would be decided twice.
    let backwards = dice.below(8) == 0 && book.epoch(day.next()) == book.epoch(day);
    let latest = if backwards { day.next() } else { day };
    let client = Client(dice.below(5) as u16);
    let mut of = |names: &[&'static str]| Some(dice.pick(names)).filter(|_| dice.below(2) == 0);
    let (purpose, basis) = (of(&["care", "research"]), of(&["duty"]));
    // What is not declared of the caller is refused before it is decided.
    let stated = book.stated(client, purpose, basis).unwrap_or_default();
    let listed = |name: &str, dice: &mut Dice| {
        let is_on = dice.below(2) == 0;
        (dice.below(3) != 0).then(|| (name.to_owned(), is_on))
    };
    let lists = [listed("away", dice), listed("cleared", dice)].into_iter().flatten().collect();
    let people = book.people_of(&Identity { lists, ..Identity::default() });
    // Of one counter in three nobody knows; share 4 of 12 is 48, of 13 more than 50.
    let mut count = |of: [u64; 4]| (dice.below(3) != 0).then(|| of[dice.below(4)]);
    let counted = book.counted(&[count([0, 99, 100, 5_000]), count([0, 12, 13, 60])]);
    let situation = Situation {
        people,
        counted,
        stated,
        operation: [None, Some(Operation::Chat), Some(Operation::Files)][dice.below(3)],
        content,
        languages,
        volume: [None, Some(0), Some(500), Some(501), Some(3_000_000)][dice.below(5)],
        minute: if dice.below(4) == 0 { None } else { Minute::parse(dice.pick(&minutes)) },
        direction: [Direction::Request, Direction::Request, Direction::Answer][dice.below(3)],
        classes,
        subjects: Subjects { countries: about, unknown: dice.below(4) == 0 },
        client,
        day,
        latest,
        validity: crate::Validity::Current,
    };
    let grades =
        [Grade::Refuted, Grade::Unprovable, Grade::Declared, Grade::Consistent, Grade::Proven];
    let candidate = Candidate {
        destination: DestinationId(dice.below(4) as u16),
        grade: grades[dice.below(5)],
        found,
        place_known: dice.below(5) != 0,
    };
    (situation, candidate)
}
