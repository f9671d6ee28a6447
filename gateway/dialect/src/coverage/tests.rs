//! Proves each line of the coverage statement: a body is made with a marker in exactly that field, read, and edited.

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::{Answer, Edit, EditProblem, Head, Limits, Request};

/// Not base64, not JSON, no word of any table.
const MARKER: &str = "MARKER \" 7\u{e9}";
const PAYLOAD: &str = "TUFSS0VS";

/// What was read: path, modality and text of each part.
struct Read {
    parts: Vec<(String, Modality, String)>,
    whole: Whole,
}

enum Whole {
    Request(Request),
    Answer(Answer),
}

impl Read {
    fn splice(&self, edits: &[Edit<'_>]) -> Result<String, EditProblem> {
        let text = |body: &Bytes| String::from_utf8(body.to_vec()).unwrap();
        match &self.whole {
            Whole::Answer(answer) => Ok(text(&answer.splice(edits, false)?)),
            Whole::Request(request) => {
                let spliced = request.splice(edits)?;
                Ok(format!(
                    "{} {:?} {:?} {}",
                    spliced.path,
                    spliced.query,
                    spliced.headers,
                    text(&spliced.body)
                ))
            }
        }
    }
}

fn read(line: &CoverageLine, head: &Head<'_>, body: &str) -> Result<Read, crate::Unreadable> {
    let (body, limits) = (Bytes::copy_from_slice(body.as_bytes()), Limits::default());
    if line.side == Side::Answer {
        let answer = Answer::parse(line.dialect, line.operation, body, &limits)?;
        let part = |part: &crate::Part| {
            (answer.path_of(part), part.modality, answer.text(part).to_owned())
        };
        return Ok(Read {
            parts: answer.parts().iter().map(part).collect(),
            whole: Whole::Answer(answer),
        });
    }
    let request = Request::parse(line.dialect, line.operation, head, body, &limits)?;
    let part =
        |part: &crate::Part| (request.path_of(part), part.modality, request.text(part).to_owned());
    Ok(Read { parts: request.parts().iter().map(part).collect(), whole: Whole::Request(request) })
}

/// A body with `leaf` in exactly the field.
fn body(field: &str, leaf: &Value, siblings: bool) -> Value {
    let (first, rest) = match field.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (field, None),
    };
    let name = first.trim_end_matches("[]");
    let mut value = match rest {
        Some(rest) => body(rest, leaf, siblings),
        None => leaf.clone(),
    };
    for _ in 0..(first.len() - name.len()) / 2 {
        value = json!([value]);
    }
    match name {
        "" => value,
        "**" => json!({ "zzq": [{ "zzr": value }] }),
        _ if siblings && rest.is_none() => json!({ "type": "base64", name: value }),
        _ => json!({ name: value }),
    }
}

/// How the path of a part in the field begins.
fn path(field: &str) -> String {
    field.replace("[]", "[0]").trim_end_matches("**").trim_end_matches('.').to_owned()
}

/// Text in the field is a part, and can be replaced if the line says so.
fn prove_text(line: &CoverageLine, head: &Head<'_>, body: &str, path: &str) {
    let read = read(line, head, body).unwrap_or_else(|error| panic!("{line:?}: {error}"));
    let is_it = |(at, modality, text): &(String, Modality, String)| {
        at.starts_with(path) && *modality == Modality::Text && text == MARKER
    };
    let part = read
        .parts
        .iter()
        .position(is_it)
        .unwrap_or_else(|| panic!("{line:?} is not true of {body}"));
    if line.treatment == Covered::Protected {
        let spliced = read.splice(&[Edit { part, span: (0, MARKER.len()), with: "gone" }]).unwrap();
        assert!(!spliced.contains("MARKER") && spliced.contains("gone"), "{line:?} of {body}");
    }
}

fn prove_body_line(line: &CoverageLine) {
    let head = Head { method: "POST", path: "/", query: None, headers: &[] };
    let made = |leaf: &Value, siblings| body(&line.field, leaf, siblings).to_string();
    match line.treatment {
        Covered::Protected | Covered::Inspected => {
            prove_text(line, &head, &made(&json!(MARKER), false), &path(&line.field));
            if line.field.ends_with(".**") {
                let field = line.field.trim_end_matches(".**");
                let inside = json!({ "zzq": [MARKER] });
                prove_text(line, &head, &body(field, &inside, false).to_string(), &path(field));
                let inside = json!(format!(" {inside}"));
                prove_text(line, &head, &body(field, &inside, false).to_string(), &path(field));
            }
        }
        Covered::Refused => {
            if line.field == "**.~*" {
                return prove_cases(line, &head);
            }
            for (plain, odd) in
                [("~model", "Model"), ("~stream", "ſTREAM"), ("~store", " store\n"), ("~", "_")]
            {
                let field = line.field.replace(plain, odd);
                let refused =
                    read(line, &head, &body(&field, &json!(MARKER), false).to_string()).err();
                assert!(
                    field.contains('~')
                        || refused.map(|error| error.code()) == Some("two-readings"),
                    "{line:?}"
                );
            }
        }
        Covered::Opaque => {
            let media = if line.modality == Modality::File {
                "application/pdf"
            } else {
                line.modality.name()
            };
            let leaves = [
                json!(PAYLOAD),
                json!(format!("data:{media}/x;base64,{PAYLOAD}")),
                json!([1, 2]),
                json!({ "type": MARKER }),
                json!(format!("data:x;base64,{}", PAYLOAD.repeat(40))),
            ];
            let is_there = |leaf: &Value| {
                let parts = read(line, &head, &made(leaf, true)).unwrap().parts;
                parts.iter().any(|part| {
                    let at = path(&line.field);
                    (part.0 == at || line.field == "**")
                        && part.1 == line.modality
                        && part.2.is_empty()
                })
            };
            assert!(leaves.iter().any(is_there), "{line:?}");
        }
    }
}

/// Every name that has a line of its own is refused in another case, wherever the object is known.
fn prove_cases(line: &CoverageLine, head: &Head<'_>) {
    let same = |other: &&CoverageLine| {
        (other.dialect, other.operation, other.side) == (line.dialect, line.operation, line.side)
    };
    let mut proven = 0;
    for known in coverage().iter().filter(same) {
        let (before, name) = match known.field.rsplit_once('.') {
            Some((before, name)) => (format!("{before}."), name),
            None => (String::new(), known.field.as_str()),
        };
        let is_head = ["query.", "header."].contains(&before.as_str()) || name == "path[]";
        if name.contains(['*', '~']) || name.is_empty() || name.starts_with('[') || is_head {
            continue;
        }
        for odd in
            [name.to_uppercase(), name.replacen('s', "ſ", 1), name.replacen('k', "\u{212a}", 1)]
        {
            if odd == name {
                continue;
            }
            let body = body(&format!("{before}{odd}"), &json!(1), false).to_string();
            let refused = read(line, head, &body).err();
            assert_eq!(refused.map(|error| error.code()), Some("two-readings"), "{body}");
            proven += 1;
        }
    }
    assert!(proven > 30, "{proven}");
}

fn prove_head_line(line: &CoverageLine) {
    let body = if matches!(line.operation, Operation::ListModels | Operation::Unknown) {
        ""
    } else {
        "{}"
    };
    let head = Head { method: "POST", path: "/v1/models", query: None, headers: &[] };
    let encoded = crate::percent::encode(MARKER);
    match line.field.as_str() {
        "path[]" => {
            let path = format!("/v1/models/{encoded}");
            prove_text(line, &Head { path: &path, ..head }, body, "path[2]");
        }
        "query.*" => {
            let query = format!("a={encoded}");
            prove_text(line, &Head { query: Some(&query), ..head }, body, "query.");
            let query = format!("{encoded}=1");
            prove_text(line, &Head { query: Some(&query), ..head }, body, "query.");
        }
        "header.*" => {
            let headers = [("x-any".to_owned(), MARKER.to_owned())];
            prove_text(line, &Head { headers: &headers, ..head }, body, "header.x-any");
        }
        field => {
            let query = format!("{}=1", field.trim_start_matches("query.~").to_uppercase());
            let refused = read(line, &Head { query: Some(&query), ..head }, body).err();
            assert_eq!(refused.map(|error| error.code()), Some("two-readings"), "{line:?}");
        }
    }
}

#[test]
fn every_line_is_true() {
    for line in coverage() {
        let is_head =
            ["path[]", "query.", "header."].iter().any(|head| line.field.starts_with(head));
        if is_head { prove_head_line(line) } else { prove_body_line(line) }
    }
    let count = |treatment| coverage().iter().filter(|line| line.treatment == treatment).count();
    assert!(coverage().len() > 400 && count(Covered::Protected) > 300, "{}", coverage().len());
    assert!(
        count(Covered::Opaque) > 20
            && count(Covered::Refused) > 20
            && count(Covered::Inspected) > 5
    );
}

#[test]
fn no_line_stands_twice() {
    let mut lines: Vec<_> = coverage()
        .iter()
        .map(|l| (l.dialect, l.operation, l.side, &l.field, l.modality, l.treatment))
        .collect();
    let all = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), all);
}

#[test]
fn no_field_is_told_twice() {
    let mut told = std::collections::HashSet::new();
    for line in coverage() {
        let key = (line.dialect, line.operation, line.side, &line.field, line.modality);
        assert!(told.insert(key), "{line:?}");
    }
}
