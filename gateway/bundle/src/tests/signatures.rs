//! What is not signed by all who must is refused, and nothing of it is parsed.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::support::*;
use crate::{
    Digest, MAX_BUNDLE, MAX_SIGNATURES, Mark, Refused, Root, Signature, Signer, SignerError, sign,
};

#[test]
fn what_is_signed_by_an_author_and_the_dpo_is_taken() {
    let good = Delivery::good();
    let taken = good.install().unwrap();
    assert_eq!(taken.bundle.files.len(), 4);
    assert_eq!(taken.state.policy, Some(Mark { version: 1, digest: Digest::of(&good.bytes) }));
    let mut names: Vec<_> = taken.signers.iter().map(|s| s.signer.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["anna", "dora"]);
    assert_eq!(taken.signers[0].comment, "signed on a Sunday");
}

#[test]
fn stripped_of_its_signatures_it_is_refused_for_each_role() {
    let mut delivery = Delivery::good();
    delivery.signatures.clear();
    delivery.check(&["too-few-signers", "too-few-signers"]);
}

#[test]
fn one_key_of_two_is_not_enough() {
    let mut delivery = Delivery::good();
    delivery.sign(&["anna"]);
    let Err(problems) = delivery.install() else { panic!("one signer was enough") };
    let expected =
        Refused::TooFewSigners { role: "dpo".into(), needed: 1, of: 2, signed: 0, unknown: 0 };
    assert_eq!(problems, [expected]);
    // Nor are two of the one role.
    delivery.sign(&["anna", "ben", "cleo"]);
    delivery.check(&["too-few-signers"]);
}

#[test]
fn one_key_signs_once() {
    let mut json = plain_root();
    json["roles"]["authors"]["threshold"] = 2.into();
    let mut delivery = Delivery::good();
    delivery.root = root(&json);
    delivery.state.root = delivery.root.mark();
    let again = sign(&key("anna"), &delivery.bytes, "and once more").unwrap().into_bytes();
    delivery.sign(&["anna", "anna", "dora"]);
    delivery.signatures.push(again);
    delivery.check(&["too-few-signers"]);
    delivery.sign(&["anna", "ben", "dora"]);
    assert!(delivery.install().is_ok());
}

#[test]
fn keys_that_the_root_does_not_name_count_for_nothing() {
    let mut delivery = Delivery::good();
    delivery.sign(&["stranger", "dora"]);
    let Err(problems) = delivery.install() else { panic!("a stranger signed") };
    assert!(problems[0].to_string().ends_with("1 signed with keys that the root does not name"));
    // Beside enough others a stranger's signature does no harm.
    delivery.sign(&["stranger", "anna", "dora"]);
    assert!(delivery.install().is_ok());
}

#[test]
fn a_strangers_key_under_a_known_id_is_a_wrong_signature() {
    let mut delivery = Delivery::good();
    let thief = crate::SigningKey::from_seed(key("anna").public().id(), &[9; 32]);
    delivery.signatures[0] = sign(&thief, &delivery.bytes, "").unwrap().into_bytes();
    delivery.check(&["signature-wrong"]);
}

#[test]
fn keys_of_the_root_do_not_sign_bundles() {
    let mut delivery = Delivery::good();
    delivery.sign(&["olga", "paul", "rita"]);
    delivery.check(&["too-few-signers", "too-few-signers"]);
}

#[test]
fn the_signature_of_another_file_is_refused() {
    let mut delivery = Delivery::good();
    delivery.signatures[1] = signature("dora", b"minutes of a meeting");
    delivery.check(&["signature-wrong"]);
}

#[test]
fn a_swapped_trusted_comment_is_refused() {
    let mut delivery = Delivery::good();
    let other = sign(&key("anna"), b"x", "version 44").unwrap();
    let mut lines: Vec<String> = String::from_utf8(delivery.signatures[0].clone())
        .unwrap()
        .lines()
        .map(String::from)
        .collect();
    lines[2] = "trusted comment: version 44".into();
    let edited = lines.join("\n") + "\n";
    lines[3] = other.lines().nth(3).unwrap().into();
    for text in [edited, lines.join("\n") + "\n"] {
        delivery.signatures[0] = text.into_bytes();
        delivery.check(&["comment-wrong"]);
    }
}

#[test]
fn the_legacy_algorithm_is_refused_even_if_it_verifies() {
    let mut delivery = Delivery::good();
    let anna = key("anna");
    let over_file = anna.sign(&delivery.bytes);
    let over_comment = anna.sign(&[&over_file[..], b"old"].concat());
    let first = [b"Ed", &anna.public().id().0[..], &over_file].concat();
    delivery.signatures[0] = format!(
        "untrusted comment: x\n{}\ntrusted comment: old\n{}\n",
        BASE64_STANDARD.encode(first),
        BASE64_STANDARD.encode(over_comment)
    )
    .into_bytes();
    delivery.check(&["signature-legacy"]);
}

#[test]
fn a_signature_has_one_spelling() {
    let good = String::from_utf8(Delivery::good().signatures[0].clone()).unwrap();
    let lines: Vec<&str> = good.lines().collect();
    let nothing = String::new();
    let wrong = [
        nothing.clone(),
        "\n\n\n\n".to_owned(),
        good.trim_end().to_owned(),
        good.replace('\n', "\r\n"),
        format!("{good}\n"),
        format!("{good}anything"),
        format!("\n{good}"),
        good.replace("untrusted", "trusted"),
        good.replace("trusted comment: signed", "signed"),
        good.replace("Sunday", "Sun\u{1b}[0mday"),
        good.replace(lines[1], &format!("{}=", lines[1])),
        good.replace(lines[1], lines[1].trim_start_matches('R')),
        good.replace(lines[1], &lines[1].replacen("RU", "XX", 1)),
        good.replace(lines[3], lines[1]),
        good.replace(lines[3], ""),
        good.replace("signature by", &"x".repeat(20_000)),
    ];
    for text in wrong {
        let refused = Signature::parse(text.as_bytes(), 1).unwrap_err();
        assert_eq!(refused.code(), "signature-form", "{text}");
        assert!(!refused.to_string().contains("Sunday"));
    }
    assert!(Signature::parse(b"untrusted comment: \xff\n", 1).is_err());
}

#[test]
fn broken_signatures_beside_good_ones_refuse_the_whole_and_are_all_told() {
    let mut delivery = Delivery::good();
    delivery.signatures.push(b"nonsense".to_vec());
    delivery.signatures.push(signature("ben", b"another file"));
    delivery.check(&["signature-form", "signature-wrong"]);
}

#[test]
fn too_much_is_refused_before_anything_is_done_with_it() {
    let mut delivery = Delivery::good();
    delivery.signatures = vec![delivery.signatures[0].clone(); MAX_SIGNATURES + 1];
    delivery.bytes.resize(MAX_BUNDLE + 1, 0);
    delivery.check(&["too-large", "too-many-signatures"]);
    check(delivery.open(), &["too-large", "too-many-signatures"]);
}

#[test]
fn what_is_not_signed_is_not_parsed() {
    for bytes in [&b""[..], b"\0", b"not a tar", &[0; 1024]] {
        let mut delivery = Delivery::good();
        delivery.bytes = bytes.to_vec();
        delivery.check(&["signature-wrong", "signature-wrong"]);
        delivery.signatures.clear();
        delivery.check(&["too-few-signers", "too-few-signers"]);
    }
}

#[test]
fn one_key_in_two_roles_is_one_signer_unless_the_root_says_so() {
    let mut json = plain_root();
    json["roles"]["dpo"]["keys"] = serde_json::json!(["dora", "emil", "anna"]);
    check(Root::read(json.to_string().as_bytes()), &["root"]);
    json["in_two_roles"] = serde_json::json!(["anna"]);
    let mut delivery = Delivery::good();
    delivery.root = root(&json);
    delivery.state.root = delivery.root.mark();
    delivery.sign(&["anna"]);
    assert!(delivery.install().is_ok());
}

/// A device that signs with another key than it shows.
struct Confused;

impl Signer for Confused {
    fn public(&self) -> crate::PublicKey {
        key("anna").public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok(key("ben").sign(message))
    }
}

#[test]
fn a_signature_that_does_not_verify_is_never_given_out() {
    assert!(sign(&Confused, b"x", "").is_err());
    assert!(sign(&key("anna"), b"x", "two\nlines").is_err());
    assert!(sign(&key("anna"), b"x", &"x".repeat(20_000)).is_err());
}
