//! Tokens within JSON, as source and behind text.

use super::{check, check_in};
use crate::source::Target;

#[test]
fn json_source() {
    let json = |text: &str, expect: &str| check_in(Target::JsonString, text, expect);
    json(r#"{"a":"[NATIONALID-0B1R8S6TVW]"}"#, r#"{"a":"two \"words\""}"#);
    json(r#"{"a":"\nEMAIL-7F3K9Q2MXA\n"}"#, r#"{"a":"\nAnn\n"}"#);
    json(r#"["EMAIL-7F3K9Q2MXA"]"#, r#"["Ann"]"#);
    json(r#""\\[EMAIL-7F3K9Q2MXA\\]""#, r#""Ann""#);
    json(r#""C:\\[EMAIL-7F3K9Q2MXA]""#, r#""C:\\Ann""#);
    json(r#""\u005bEMAIL\u20117F3K9Q2MXA\u005d""#, r#""Ann""#);
    json(r#""\u3010\u0045MAIL-7F3K9Q2MXA\u3011""#, r#""Ann""#);
    json(r#""x\u00457F3K9Q2MXA""#, r#""x\u00457F3K9Q2MXA""#);
    json(r#""\"EMAIL-7F3K9Q2MXA\"""#, r#""\"Ann\"""#);
}

#[test]
fn a_value_in_json_behind_text_stays_one_string() {
    let token = "[NATIONALID-0B1R8S6TVW]";
    for around in [
        "```json\n{\"a\": \"%\"}\n```",
        "Result: {\"a\": \"%\", \"b\": 1}",
        "\u{feff}{\"a\":\"%\"}",
        "See [1].\n\n[\n  \"%\"\n]",
    ] {
        let filled = |value: &str| around.replace('%', value);
        check(&filled(token), &filled(r#"two \"words\""#));
    }
    check(&format!("He said \"{token}\" {{x}}"), "He said \"two \"words\"\" {x}");
    check_in(Target::JsonString, &format!("\"{token}\""), r#""two \"words\"""#);
    check_in(Target::JsonString, token, r#"two \"words\""#);
}
