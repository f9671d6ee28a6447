//! Nothing of a policy is passed over: what may not follow on a line is an error, and so is what cannot be seen.

use super::WORLD;
use super::golden::{check_one, errors};
use crate::Diagnostic;

/// One block with one line of each kind, in the form `BLOCK-HEAD`, `LINES`; each line must end where it ends.
const BLOCKS: [(&str, &str); 15] = [
    ("policy p \"x\"", "owner \"me\"\ndefault block\nclock UTC\nlaw \"x\"\nreview 2027-01-01 by me\nbecause \"x\"\nmode observe until 2027-01-01"),
    ("class fresh \"x\"", "detect card\nkind identifier of people\nlaw \"x\"\nowner \"me\"\nreview 2027-01-01"),
    (
        "group new \"x\"",
        "countries DE, FR\ncountry CH from 2026-01-01 until 2027-01-01 \"x\"\nincludes near until 2027-01-01\nzones here",
    ),
    ("zone there \"x\"", "law \"x\"\nowner \"me\""),
    ("agency land \"x\"", "clients network land"),
    ("department school of city \"x\"", "clients key school, network school"),
    ("application pen of clinic \"x\"", "clients spiffe://city.example/pen"),
    ("role judge \"x\"", "people \"Ada\"\npeople Bo key 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
    (
        "destination far \"x\"",
        "url https://far.example\nspeaks openai-chat\nmodel \"m\"\noperator Far answers to US\nprocessed in US\nstored in US
keys held in US\nzone here\ntier market\nattests card until 2027-01-01\ncredential client\nreports \"x\"",
    ),
    (
        "counter visitors \"x\"",
        "counts people, key\nabout residents of near\nsince 1 January\nbands 10, 20\nshare 4\nlaw \"x\"\nowner \"me\"",
    ),
    ("counter guests \"x\"", "counts people\nwithin twelve months\nbands 10"),
    ("pool all \"x\"", "members home, shop\nchoose first healthy"),
    (
        "rule r \"x\"",
        "when data includes people\nand data includes nothing\nand it is about residents of near\nand it is about unknown
and it stays in near\nand it leaves near\nand it goes to tier market\nand it goes to pool ours\nand it goes to shop
and it comes from agency city\nand it comes from anonymous\nand the destination lacks card\nand the place is refuted
and the counter heads has reached 10\nand it is a request\nthen redact people as token\nand alert soc low\nand ask justification\nand ask approval of officer
law \"x\"\nowner \"me\"\nbecause \"x\"\nremedy \"x\"\nfrom 2026-01-01 until 2027-01-01\nmode monitor until 2026-12-01
review 2027-01-01",
    ),
    (
        "exception e \"x\"",
        "to rule all-people\nwhen it comes from agency city\nbecause \"x\"\nowner \"me\"\ngranted 2026-01-01 by me\nfrom 2026-01-01
until 2027-01-01",
    ),
    (
        "test \"t\"",
        "given data people\nand about DE\nand from department clinic\nand to shop\nand place refuted\nand evidence says US
and the counter heads is at 10\nand it is an answer\non 2026-11-21\nexpect block by all-people\nand alert soc low",
    ),
];

const DEMANDS: [&str; 3] = [
    "then it must never be sent",
    "then it must always alert soc",
    "then it must only go to pool ours",
];

const REST: &str = "zone here\ncounter heads\n counts people\n since 1 January\n bands 10\nrule all-people\n when data includes people\n then allow\n";

fn check_block(head: &str, lines: &[&str]) {
    let policy = |head: &str, lines: &[String]| {
        let world = if head.starts_with("policy") {
            WORLD.replace("policy trial", "")
        } else {
            WORLD.to_owned()
        };
        format!("{world}{REST}{head}\n  {}\n", lines.join("\n  "))
    };
    let plain: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let right = policy(head, &plain);
    assert!(errors(&right).is_empty(), "{head}: {:?}", errors(&right));
    for at in 0..=lines.len() {
        let mut damaged = plain.clone();
        let (line, text) = match at.checked_sub(1) {
            None => (head, policy(&format!("{head} unless renewed"), &plain)),
            Some(at) => {
                damaged[at].push_str(" unless renewed");
                (lines[at], policy(head, &damaged))
            }
        };
        let found = errors(&text);
        let points = |problem: &Diagnostic| {
            text.get(problem.span.clone()).is_some_and(|text| text.contains("unless"))
        };
        assert!(found.iter().any(points), "`{line} unless renewed`: {found:?}");
        assert!(found.iter().all(|problem| problem.help.is_some()), "{found:?}");
    }
}

#[test]
fn nothing_may_follow_on_any_line() {
    for (head, lines) in BLOCKS {
        check_block(head, &lines.lines().collect::<Vec<_>>());
    }
    for demand in DEMANDS {
        check_block("invariant i \"x\"", &["when data includes people", demand]);
    }
    for action in ["allow", "block", "reroute to ours"] {
        let then = format!("then {action}");
        check_block("rule r \"x\"", &["when data includes people", &then]);
    }
}

#[test]
fn what_would_be_dropped_is_an_error() {
    let invariant = "invariant i\n when data includes people\n then it must never be sent\n";
    check_one(
        &format!("{invariant} and alert soc critical\n"),
        "P008",
        "and alert soc critical",
        "another invariant",
    );
    check_one(&format!("{invariant} and block\n"), "P008", "and block", "another invariant");
    let far = "destination d\n url https://d.example\n operator D answers to US\n";
    check_one(&format!("{far} tier market, must-control\n"), "P008", ", must-control", "remove it");
    let rule = "rule r\n when data includes people\n then allow\n";
    check_one(
        &format!("{rule} from 2026-01-01 until 2026-06-30\n until 2027-01-01\n"),
        "P004",
        "until 2027-01-01",
        "keep one",
    );
    check_one(
        &format!("{rule} until 2027-01-01\n from 2026-01-01 until 2026-06-30\n"),
        "P004",
        "from 2026-01-01 until 2026-06-30",
        "keep one",
    );
    check_one(&format!("{rule} owner me,\n from 2027-01-01\n"), "P008", ",", "remove it");
    check_one(&format!("{rule} because\n"), "P008", "", "what it is to say");
    let test = "test \"t\"\n given data people\n on 2026-11-21\n expect block\n";
    let to = |line: &str| test.replace(" on", &format!(" and {line}\n on"));
    let alert = format!("{} and alert soc low high\n", to("to shop"));
    check_one(&alert, "P008", "high", "remove it");
    check_one(&to("to shop, home"), "P008", ", home", "remove it");
    check_one(
        &to("to shop\n and from department clinic, anonymous"),
        "P008",
        ", anonymous",
        "remove it",
    );
    check_one(&to("to shop\n and place refuted, proven"), "P008", ", proven", "remove it");
    check_one(&to("to shop\n and it is a request, an answer"), "P008", ", an answer", "remove it");
}

#[test]
fn what_cannot_be_seen_is_an_error_everywhere() {
    let breaks = ["\r", "\u{2028}", "\u{2029}", "\u{85}", "\u{b}", "\u{c}"];
    let marks = [
        "\u{0}", "\u{1b}", "\u{202e}", "\u{2066}", "\u{2069}", "\u{200f}", "\u{200b}", "\u{feff}",
        "\u{ad}",
    ];
    for hidden in breaks.into_iter().chain(marks) {
        let rule = |line: &str| format!("rule r\n when data includes people {line}\n then block\n");
        check_one(
            &rule(&format!("# Art. 5{hidden}  and it stays in near")),
            "P006",
            hidden,
            "delete it",
        );
        check_one(
            &rule(&format!("\n because \"Art. 5{hidden}, Art. 6\"")),
            "P006",
            hidden,
            "delete it",
        );
        check_one(&rule(&format!("\n law Art. 5{hidden}, Art. 6")), "P006", hidden, "delete it");
        check_one(&rule(&format!("{hidden} #")), "P006", hidden, "delete it");
    }
}

#[test]
fn other_line_ends_scripts_and_marks_are_at_home() {
    let rules = "rule r \"Пра\u{301}вило — प्रक्रिया क्\u{200d}ष, می\u{200c}خواهم 👩\u{200d}⚖\u{fe0f}\"\n\twhen data includes people\n then block # ünïcode\n";
    let text = format!("\u{feff}{}", format!("{WORLD}{rules}").replace('\n', "\r\n"));
    assert!(errors(&text).is_empty(), "{:?}", errors(&text));
}
