//! Nothing that a provider might read stays unseen: whatever stands wherever a table has a field, every string, every long
//! number and every unknown name in it is a part, and can be taken out.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::{Side, coverage};

/// A value whose strings say what marker is to be put there.
fn shape() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!("string")),
        Just(json!("number")),
        Just(json!("json")),
        Just(Value::Null),
        Just(json!(1))
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Names of the tables, so that rules meet values of types they do not expect, and unknown ones.
fn names() -> impl Strategy<Value = String> {
    let mut known: Vec<String> = coverage()
        .iter()
        .flat_map(|line| line.field.split('.'))
        .map(|segment| segment.trim_end_matches("[]").to_owned())
        .filter(|name| !name.is_empty() && !name.contains(['*', '~', '{']))
        .collect();
    known.sort();
    known.dedup();
    prop_oneof![3 => prop::sample::select(known), 1 => Just("unknown".to_owned())]
}

/// Puts markers, each one once, into a shape.
fn marked(shape: &Value, markers: &mut Vec<String>) -> Value {
    match shape.as_str() {
        Some("string") => {
            markers.push(format!("M{} \"é", markers.len()));
            json!(markers.last())
        }
        Some("number") => {
            markers.push(format!("90210{:04}", markers.len()));
            serde_json::from_str(markers.last().unwrap()).unwrap()
        }
        Some("json") => {
            let inside = marked(&json!({ "unknown": ["string", "number"] }), markers);
            json!(format!(" {inside} "))
        }
        _ => match shape {
            Value::Array(items) => items.iter().map(|item| marked(item, markers)).collect(),
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| {
                    let value = marked(value, markers);
                    if name != "unknown" {
                        return (name.clone(), value);
                    }
                    markers.push(format!("N{} \"é", markers.len()));
                    (markers.last().unwrap().clone(), value)
                };
                Value::Object(members.iter().map(member).collect::<Map<_, _>>())
            }
            other => other.clone(),
        },
    }
}

/// A body with `leaf` where the first `depth` segments of a pattern lead.
fn at(pattern: &[&str], leaf: Value) -> Value {
    let Some((first, rest)) = pattern.split_first() else { return leaf };
    let name = first.trim_end_matches("[]");
    let mut value = at(rest, leaf);
    for _ in 0..(first.len() - name.len()) / 2 {
        value = json!([{ "unrelated": 0 }, value]);
    }
    json!({ "role": "user", "type": "base64", name: value })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_marker_is_seen_and_can_be_taken_out(line in any::<prop::sample::Index>(), cut in 0..6usize, shape in shape()) {
        let lines: Vec<_> = coverage().iter().filter(|line| line.side == Side::Request).collect();
        let line = lines[line.index(lines.len())];
        let segments: Vec<&str> = line.field.split('.').filter(|name| !name.contains(['*', '~']) && !name.is_empty()).collect();
        let mut markers = Vec::new();
        let value = marked(&shape, &mut markers);
        let body = at(&segments[..cut.min(segments.len())], value).to_string();
        let request = match parse((line.dialect, line.operation), &body) {
            Ok(request) => request,
            Err(error) => {
                prop_assert_eq!(error.code(), "two-readings");
                return Ok(());
            }
        };
        let mut edits = Vec::new();
        for marker in &markers {
            let here = request.parts().iter().enumerate().filter_map(|(part, found)| {
                let start = request.text(found).find(marker.as_str())?;
                Some(Edit { part, span: (start, start + marker.len()), with: "gone" })
            });
            let before = edits.len();
            edits.extend(here);
            // A JSON text that is not read inside keeps its escapes.
            let inside = serde_json::to_string(marker).unwrap();
            let inside = inside.trim_matches('"');
            let spelled = || request.parts().iter().any(|found| request.text(found).contains(inside));
            prop_assert!(edits.len() > before || spelled(), "{} is not seen in {}", marker, body);
        }
        let spliced = request.splice(&edits).unwrap().body;
        let spliced = String::from_utf8(spliced.to_vec()).unwrap();
        for marker in &markers {
            let seen = request.parts().iter().any(|found| request.text(found).contains(marker.as_str()));
            let stem = marker.split('"').next().unwrap();
            prop_assert!(!seen || !spliced.contains(stem), "{} stays in {}", marker, spliced);
        }
    }
}
