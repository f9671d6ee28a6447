//! Which texts are tables, and what is found in them.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a failed test should stop here")]

use detect::{Fuel, RuleFile};

use super::*;
use crate::Search;

const DETECTORS: &str = r#"
[[detector]]
id = "staff"
family = "staff"
title = "Number of staff"
patterns = ['[0-9]{6}']
needs_context = true
level = { context = "likely" }
context = { en = ["staff no"] }
negative = { en = ["order no"] }
source = "invented for this test"
examples = ['staff no {{204711}}']
counter_examples = ['none']

[[detector]]
id = "plain"
family = "plain"
title = "Six digits"
patterns = ['[0-9]{6}']
level = { bare = "possible" }
source = "invented for this test"
examples = ['{{204711}}']
counter_examples = ['none']
"#;

fn told(text: &str) -> Vec<String> {
    let detector = Detector::compile(&[RuleFile { name: "d.toml", text: DETECTORS }]).unwrap();
    let search = Search::new(detector);
    let day = policy::Day::parse("2026-11-21").unwrap();
    let texts = [Text::alone("", "before"), Text::alone("", text)];
    let mut fuel = Fuel::new(u64::MAX);
    let found = search.scan(&mut Scratch::default(), &texts, day, &mut fuel).unwrap();
    let tell = |finding: &Finding| {
        assert_eq!(finding.pieces()[0].text, 1);
        let span = finding.pieces()[0].span;
        format!("{} {}", search.known(finding.detector()).id, &text[span.start..span.end])
    };
    found.findings.iter().map(tell).collect()
}

/// The last of many rows, far from the heading.
fn far(heading: &str, row: impl Fn(u32) -> String) -> String {
    let rows: Vec<String> = (100_000..100_040).map(row).collect();
    format!("Please look at this.\n\n{heading}\n{}\n\nThank you for 204711.", rows.join("\n"))
}

/// What stands in a column that tells nothing.
fn room(row: u32) -> u32 {
    row + 200_000
}

#[test]
fn each_value_is_read_under_its_heading() {
    let comma = far("name,Staff no,room", |n| format!("\"Doe, J\",{n},\"{}\"", room(n)));
    let tab = far("name\tstaff no\troom", |n| format!("J Doe\t{n}\t{}", room(n)));
    let semicolon = far("Staff no;room\r", |n| format!("{n};{}\r", room(n)));
    let bars = far("| Staff no | room |\n|:---|---:|", |n| format!("| {n} | {} |", room(n)));
    let query = far(" staff no | room\n----------+------", |n| format!(" {n}   | {}", room(n)));
    let gaps = far("staff no   room   desk", |n| format!("{n}     {}   4", room(n)));
    let index = far(",staff no,room", |n| format!("{},{n},{}", n - 100_000, room(n)));
    let unquoted = far("room,staff no,remark", |n| format!("{},{n},in, out, and in", room(n)));
    for text in [comma, unquoted, tab, semicolon, bars, query, gaps, index] {
        let told = told(&text);
        let has = |what: String| told.contains(&what);
        assert!((100_000..100_040).all(|n| has(format!("staff {n}"))), "{text}");
        // The first rows stand near both headings.
        assert!((100_010..100_040).all(|n| has(format!("plain {}", room(n)))), "{text}");
        assert_eq!(told.last().unwrap(), "plain 204711", "{text}");
    }
}

#[test]
fn one_row_below_a_rule_is_a_table() {
    for text in [
        "| room | staff no |\n|---|---|\n| 1 | 204711 |",
        "room | staff no\n-----+----\n 1 | 204711\n",
    ] {
        assert_eq!(told(text), ["staff 204711"], "{text}");
    }
    let far = format!("| staff no | room |\n|---|---|\n| {} 204711 | 1 |", "x ".repeat(60));
    assert_eq!(told(&far), ["staff 204711"]);
}

/// Every value of the column, whatever the form of the table is.
#[track_caller]
fn all_told(text: &str) {
    let told = told(text);
    let missed = (100_000..100_040).filter(|n| !told.contains(&format!("staff {n}"))).count();
    assert_eq!(missed, 0, "of 40 in {text}");
    assert!(!told.contains(&format!("staff {}", room(100_030))), "{text}");
    assert_eq!(told.last().unwrap(), "plain 204711", "{text}");
}

#[test]
fn tables_of_markup_and_of_printers_are_read() {
    let rows = |row: fn(u32, u32) -> String| move |n| row(n, room(n));
    all_told(&far(
        "│ room │ staff no │\n├──────┼──────┤",
        rows(|n, room| format!("│ {room} │ {n} │")),
    ));
    all_told(&far(
        "┏━━━┓\n┃ room ┃ staff no ┃\n┡━━━┩",
        rows(|n, room| format!("│ {room} │ {n} │")),
    ));
    all_told(&far("║room║staff no║", rows(|n, room| format!("║{room}║{n}║"))));
    all_told(&far(
        "COPY public.t (room, staff_no) FROM stdin;",
        rows(|n, room| format!("{room}\t{n}")),
    ));
    all_told(&far(
        "room & staff no \\\\ \\hline\n\\midrule",
        rows(|n, room| format!("{room} & {n} \\\\")),
    ));
    all_told(&far("||room||staff no||", rows(|n, room| format!("|{room}|{n}|"))));
    all_told(&far(
        "{| class=\"wikitable\"\n! room !! staff no\n|-",
        rows(|n, room| format!("| {room} || {n}\n|-")),
    ));
    all_told(&far("room^staff no", rows(|n, room| format!("{room}^{n}"))));
    all_told(&far("room~staff no", rows(|n, room| format!("{room}~{n}"))));
    all_told(&far("room,staff no\n", rows(|n, room| format!("{room},{n}"))));
}

#[test]
fn rows_that_begin_with_their_number_are_read() {
    let pandas = |n: u32| format!("{:<4} {}    {n}", n - 100_000, room(n));
    all_told(&far("       room  staff_no", pandas));
    let desk = |n: u32| format!("{:<4} {}    {n}   x y", n - 100_000, room(n));
    all_told(&far("       room  staff_no   desk", desk));
    let printed = |n: u32| format!("{} {} {n}", n - 100_000, room(n));
    all_told(&far("    room staff_no", printed));
    all_told(&far("room staff_no", |n| format!("{} {n}", room(n))));
}

#[test]
fn tables_of_html_are_read() {
    let row = |n: u32| {
        format!("<tr class=\"r\"><td>{}</td>\n<TD align=right><b>{n}</b></TD></tr>", room(n))
    };
    all_told(&far("<table><tr><th>room</th><th>staff no</th></tr>", row));
    let open = |n: u32| format!("<tr><td>{}<td>{n}", room(n));
    all_told(&far("<table><thead><tr><td><b>room</b><td> staff no", open));
}

fn listed(value: impl Fn(u32) -> String, between: &str) -> String {
    (100_000..100_040).map(value).collect::<Vec<_>>().join(between)
}

#[test]
fn lists_under_a_key_are_read() {
    let rooms = listed(|n| room(n).to_string(), ", ");
    for (values, between) in [("\"{}\"", ","), ("{}", ", "), ("'{}'", ",\n  "), ("\\\"{}\\\"", ",")]
    {
        let list = listed(|n| values.replace("{}", &n.to_string()), between);
        for key in [
            "\"staff no\":",
            "staff_no = ",
            "'staff_no' : ",
            "\\\"staff no\\\":",
            "{\"x\":1,\"staff no\":",
        ] {
            all_told(&format!(
                "See {{\"room\": [{rooms}], {key}[{list}]}}\n\nThank you for 204711."
            ));
        }
    }
    for bullet in ["- ", "  - ", "* ", "", "- \"", "\""] {
        let end = if bullet.ends_with('"') { "\"" } else { "" };
        for key in ["staff no:\n", "\"staff no\":\n", "## Staff no\n\n", "Staff no\n"] {
            let list = listed(|n| format!("{bullet}{n}{end}"), "\n");
            all_told(&format!("{key}{list}\n\nThank you for 204711."));
        }
    }
}

#[test]
fn rows_in_brackets_are_read_under_the_row_of_words() {
    let index = listed(|n| n.to_string(), ",").replace("10", "");
    for (begin, end) in [("[", "]"), ("(", ")")] {
        let rows = listed(|n| format!("{begin}{}, \"{n}\"{end}", room(n)), ", ");
        let heading = format!("{begin}\"room\", \"staff no\"{end}");
        all_told(&format!("[{heading}, {rows}]\n\nThank you for 204711."));
        all_told(&format!("insert into t {heading} values\n{rows};\n\nThank you for 204711."));
        let data = format!("{{\"columns\": {heading}, \"index\": [{index}], \"data\": [{rows}]}}");
        all_told(&format!("{data}\n\nThank you for 204711."));
    }
}

#[test]
fn line_ends_in_source_text_are_line_ends() {
    let rows = listed(|n| format!("{},{n}", room(n)), "\\n");
    all_told(&format!("\"room,staff no\\n{rows}\\n\"\n\nThank you for 204711."));
    let rows = listed(|n| format!("{},{n},x", room(n)), "\\r\\n");
    all_told(&format!("room,staff no,x\\r\\n{rows}\n\nThank you for 204711."));
}

#[test]
fn what_is_no_table_is_left_alone() {
    let far = " and then much more is said, so that no word of before is near any more, whatever one may look for";
    for text in [
        format!("the staff no, they say{far},\n204711"),
        format!("the staff no, they say{far}\n204711, perhaps"),
        format!("staff no: 1, 2 or 3\n{far}, 204711"),
        format!("room,order no,staff\n{far},204711,9\n"),
        format!("staff no:{far}\n- 204711"),
        format!("staff no: [see below]{far} (204711)"),
        format!("[staff no, room]{far}{far}{far}{far} [204711, 1]"),
        format!("the staff no of{far} <td>204711</td>"),
    ] {
        assert_eq!(told(&text), ["plain 204711"], "{text}");
    }
}

#[test]
fn the_heading_speaks_for_its_column_only() {
    let rows = |n: u32| format!("{n},{}", n + 100_000);
    let told = told(&far("order no,staff no,none", |n| format!("{},x", rows(n))));
    assert!(told.contains(&"plain 100039".to_owned()) && told.contains(&"staff 200039".to_owned()));
    assert!(!told.contains(&"staff 100039".to_owned()));
}

#[test]
fn an_endless_table_is_paid_for() {
    let detector = Detector::compile(&[RuleFile { name: "d.toml", text: DETECTORS }]).unwrap();
    let search = Search::new(detector);
    let day = policy::Day::parse("2026-11-21").unwrap();
    for text in [
        format!("staff no\t{}\n", "staff no\t".repeat(200)).repeat(1000),
        format!("staff no: [{}", "1,".repeat(200_000)) + "]",
        format!("staff no:\n{}", "- 1\n".repeat(100_000)),
        format!("<tr><th>x<th>staff no{}", "<tr><td>1<td>2".repeat(50_000)),
    ] {
        let texts = [Text::alone("", &text)];
        let mut fuel = Fuel::new(2 * text.len() as u64);
        assert!(search.scan(&mut Scratch::default(), &texts, day, &mut fuel).is_err());
    }
}
