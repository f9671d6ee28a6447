//! Telephone numbers, held against the numbering plans.

mod plan;

use super::arithmetic::all_same;
use super::date;
use plan::PLAN;

/// Longest number that is looked at, with prefix.
const DIGITS: usize = 18;

/// A number in international form (`+`, `00`, `011` and a calling code) that its country can have given out. The `(0)` that
/// people put between the two is left out.
pub(super) fn international(value: &str) -> bool {
    let plain = |digits: Digits| {
        let all = digits.get();
        let all = all.strip_prefix(b"00").or_else(|| all.strip_prefix(b"011")).unwrap_or(all);
        (1..=3).any(|n| {
            all.split_at_checked(n).is_some_and(|(code, national)| {
                let trunkless = national.strip_prefix(b"0").unwrap_or(national);
                allows(as_code(code), national) || allows(as_code(code), trunkless)
            })
        })
    };
    let number = without_extension(value);
    // Italy keeps the 0, so the number is tried with it too.
    let bare = number.split_once("(0)").map(|(a, b)| Digits::of(&[a, b]));
    Digits::of(&[number]).is_some_and(plain) || bare.flatten().is_some_and(plain)
}

/// A number as it is dialled inside the country with this calling code. `TRUNK` is the digit dialled first, which may be left out where a
/// country writes it so; 0 if there is none.
pub(super) fn national<const CODE: u16, const TRUNK: u8>(value: &str) -> bool {
    let Some(digits) = Digits::of(&[without_extension(value)]) else { return false };
    let all = digits.get();
    // Hungary dials two digits.
    let all = if CODE == 36 { all.strip_prefix(b"06").unwrap_or(all) } else { all };
    let trunkless = all.strip_prefix(&[TRUNK]).unwrap_or(all);
    !is_date(value) && (allows(CODE, trunkless) || TRUNK == 0 && allows(CODE, all))
}

/// Ten digits as North America gives them out: neither area nor exchange begins with 0 or 1 or ends in 11, no area is 555, and the
/// seven digits behind it are nobody's invention. Source: NANPA, numbering resources.
pub(super) fn north_american(value: &str) -> bool {
    let Some(digits) = Digits::of(&[without_extension(value)]) else { return false };
    let all = digits.get();
    let all = if all.len() == 11 { all.strip_prefix(b"1").unwrap_or(all) } else { all };
    let Some((area, rest)) = all.split_at_checked(3) else { return false };
    let given_out =
        |code: &[u8]| code.first().is_some_and(|d| *d >= b'2') && !code.ends_with(b"11");
    let exchange = rest.get(..3).unwrap_or_default();
    all.len() == 10
        && given_out(area)
        && given_out(exchange)
        && area != b"555"
        && !is_invented(rest)
}

/// Exchange and line of numbers that are made up: no line of exchange 555 is given out but that of directory assistance (NANPA, 555 line
/// numbers; 0100 to 0199 are set aside for samples, which are found so that a policy can be tried), and one digit three times with
/// another four times is what comes to mind.
fn is_invented(seven: &[u8]) -> bool {
    let Some((exchange, line)) = seven.split_at_checked(3) else { return false };
    exchange == b"555" && !line.starts_with(b"01") || all_same(exchange) && all_same(line)
}

/// Whether the groups are those of North America, which has detectors of its own.
fn is_north_american<'t>(mut groups: impl Iterator<Item = &'t str> + Clone) -> bool {
    let area = |g: Option<&str>| {
        g.is_some_and(|g| g.len() == 3 && g.bytes().next().is_some_and(|b| b >= b'2'))
    };
    let fits = |groups: &mut dyn Iterator<Item = &'t str>| {
        area(groups.next())
            && area(groups.next())
            && groups.next().is_some_and(|g| g.len() == 4)
            && groups.next().is_none()
    };
    fits(&mut groups.clone()) || groups.next() == Some("1") && fits(&mut groups)
}

/// Digits in groups that can be a telephone number somewhere: 7 to 13 of them, no date, no span of years, not one digit over and over.
pub(super) fn loose(value: &str) -> bool {
    let number = without_extension(value);
    let Some(digits) = Digits::of(&[number]) else { return false };
    let all = digits.get();
    // Behind 9 comes 0 or 1.
    let follows = |w: &[u8]| matches!(w, [a, b] if *b == *a + 1 || *a == b'9' && *b < b'2');
    let ascending = all.windows(2).all(follows);
    let groups = number.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty());
    let year = |g: &str| g.len() == 4 && ["18", "19", "20"].iter().any(|c| g.starts_with(c));
    let years = groups.clone().any(year) && groups.clone().count() <= 3 && all.len() <= 9;
    // Without an area, 555 is where films telephone.
    let fiction = all.len() == 7 && all.starts_with(b"555");
    // The groups of North America with an area that it does not have: made up. The first bracket may stand outside.
    let bracket = value.starts_with('(') || value.contains(')');
    let no_area = bracket && all.starts_with(b"1") && groups.clone().map(str::len).eq([3, 3, 4]);
    let tiny = groups.clone().filter(|g| g.len() == 1).count() > 2;
    (7..=13).contains(&all.len())
        && !all_same(all)
        && !ascending
        && !years
        && !fiction
        && !tiny
        && !no_area
        && !(number.len() == value.len() && is_north_american(groups))
        && !is_date(number)
}

/// Whether the digits are written as a date.
fn is_date(value: &str) -> bool {
    let joint = |c: &char| matches!(c, '.' | '/' | '-');
    value.chars().filter(joint).count() == 2 && value.len() <= 10 && date::written(value)
}

fn without_extension(value: &str) -> &str {
    let end = value.find(['x', 'X', 'e', 'E', '#', ',', ';']).unwrap_or(value.len());
    value.get(..end).unwrap_or(value)
}

fn as_code(digits: &[u8]) -> u16 {
    digits.iter().fold(0, |n, b| n * 10 + u16::from(b - b'0'))
}

/// Whether the plan of a calling code has numbers of this length that begin like this.
fn allows(code: u16, national: &[u8]) -> bool {
    let &[first, second, ..] = national else { return false };
    let lead = u32::from(first - b'0') * 10 + u32::from(second - b'0');
    // North American exchanges do not begin with 0 or 1.
    let exchange = code != 1
        || !matches!(national.get(3), Some(b'0' | b'1'))
            && !national.get(3..).is_some_and(is_invented);
    let from = PLAN.partition_point(|row| row.0 < code);
    PLAN.iter().skip(from).take_while(|row| row.0 == code).any(|(_, lengths, leads)| {
        u32::from(*lengths) >> national.len() & 1 == 1 && leads >> lead & 1 == 1
    }) && exchange
        && !national.get(1..).is_some_and(all_same)
}

/// The digits of a value.
#[derive(Clone, Copy)]
struct Digits {
    bytes: [u8; DIGITS],
    len: usize,
}

impl Digits {
    /// Nothing if there are too many.
    fn of(parts: &[&str]) -> Option<Digits> {
        let mut digits = Digits { bytes: [0; DIGITS], len: 0 };
        for byte in parts.iter().flat_map(|p| p.bytes()).filter(u8::is_ascii_digit) {
            *digits.bytes.get_mut(digits.len)? = byte;
            digits.len += 1;
        }
        Some(digits)
    }

    fn get(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
