//! Random bytes never panic and never break a promise.

use proptest::prelude::*;

use super::*;
use crate::exercise;

const SEEDS: &[&str] = &[
    r#"{"model":"m","stream":false,"messages":[{"role":"user","content":"a\u00e9\n😀"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":\"b\\\"\",\"n\":[1,2.5]}"}}]},{"role":"tool","content":"[{\"x\":\"\\u0041\"}]"}],"logit_bias":{"1":2},"x":{"y":[1,"z"]}}"#,
    r#"{"model":"c","system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"tool_result","tool_use_id":"t","content":"{\"a\":\"\\n\"}"}]}],"tools":[{"name":"n","input_schema":{"type":"object","properties":{"p":{"enum":["q",3]}}}}]}"#,
    r#"{"id":"i","choices":[{"index":0,"message":{"role":"assistant","content":"c","audio":{"data":"AA=="}},"logprobs":{"content":[{"token":"c","bytes":[99]}]}}],"usage":{"total_tokens":1}}"#,
    r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}},{"type":"text","text":"{\"a\":\"{\\\"b\\\":\\\"\\\\n\\\"}\"}"}]}]}"#,
];

/// Bytes that matter to the grammar, so that mutations stay near JSON.
const SPICE: &[u8] = b"{}[]\":,\\u0dn/tfe1-. \n\x00\xff\xc3\xa9";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn mutated_bodies(
        seed in prop::sample::select(SEEDS), anthropic in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..4u8, any::<prop::sample::Index>()), 0..5),
    ) {
        let mut body = seed.as_bytes().to_vec();
        for (at, how, what) in changes {
            if body.is_empty() { break; }
            let (at, byte) = (at.index(body.len()), SPICE[what.index(SPICE.len())]);
            match how {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                2 => { body.remove(at); }
                _ => {
                    let other = what.index(body.len());
                    let piece = body[at.min(other)..at.max(other)].to_vec();
                    body.splice(at..at, piece);
                }
            }
        }
        let (dialect, operation) = if anthropic { MESSAGES } else { CHAT };
        let body = Bytes::from(body);
        prop_assert_eq!(exercise(dialect, operation, &body), Ok(()), "{}", String::from_utf8_lossy(&body));
        prop_assert_eq!(exercise(Dialect::Unknown, Operation::Unknown, &body), Ok(()));
    }

    #[test]
    fn any_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(exercise(CHAT.0, CHAT.1, &Bytes::from(body)), Ok(()));
    }
}
