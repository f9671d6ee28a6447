//! Random policies over a small vocabulary.

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
}

pub(super) const WORLD: &str = "policy trial
class c0
  detect d
class c1
  kind special-category of c0
class c2
class c3
group near
  countries DE, FR
  country CH until 2027-06-30
group far
  countries US, JP
agency city
application scribe of city
role officer
destination home
  url https://home.example/v1
  operator City answers to DE
  processed in DE
  tier must-control
destination shop
  url https://shop.example/v1
  operator Shop answers to US
  processed in IE, US
  tier market
  attests card until 2026-12-31
destination cloud
  url https://cloud.example/v1
  operator Cloud answers to US
  tier market
pool ours
  members home
";

fn condition(dice: &mut Dice) -> String {
    match dice.below(10) {
        0..=3 => {
            let level = dice.pick(&["", "", "possible ", "confirmed "]);
            format!("data includes {level}{}", dice.pick(&["c0", "c1", "c2", "c3, c0", "unread"]))
        }
        4 => format!("it is about residents of {}", dice.pick(&["near", "far", "DE"])),
        5 => format!("it {} {}", dice.pick(&["stays in", "leaves"]), dice.pick(&["near", "far"])),
        6 => dice.pick(&["it goes to tier market", "it goes to pool ours"]).to_owned(),
        7 => {
            dice.pick(&["it comes from agency city", "it comes from application scribe"]).to_owned()
        }
        8 => dice.pick(&["the destination lacks card", "it is larger than 1 MB"]).to_owned(),
        _ => dice
            .pick(&["it carries text", "the place is consistent", "the operation is chat"])
            .to_owned(),
    }
}

fn conditions(dice: &mut Dice) -> String {
    let mut text = format!("  when {}\n", condition(dice));
    for _ in 0..dice.below(3) {
        text.push_str(&format!("  and {}\n", condition(dice)));
    }
    text
}

/// A policy with this many rules, some exceptions and an invariant.
pub(super) fn policy(dice: &mut Dice, rules: usize) -> String {
    let mut text = WORLD.to_owned();
    for name in 0..rules {
        let conditions = conditions(dice);
        let then = match dice.below(9) {
            0..=2 => "allow",
            3 => "redact c0 as token",
            4 => "redact c2, c3 as mask",
            5 => "reroute to ours",
            6 => "ask justification",
            7 => "ask approval of officer",
            _ => "block\n  and alert soc high",
        };
        let until = if dice.below(6) == 0 { "  until 2027-01-31\n" } else { "" };
        text.push_str(&format!("rule r{name}\n{conditions}  then {then}\n{until}"));
    }
    for name in 0..dice.below(3) {
        let (rule, conditions) = (dice.below(rules), conditions(dice));
        text.push_str(&format!(
            "exception e{name}\n  to rule r{rule}\n{conditions}  because \"x\"\n  owner me\n  granted 2026-01-01 by me\n  until 2026-12-31\n"
        ));
    }
    if dice.below(2) == 0 {
        text.push_str(&format!("invariant i\n{}  then it must never be sent\n", conditions(dice)));
    }
    text
}
