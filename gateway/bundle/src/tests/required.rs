//! What the keys of the role `invariants` signed, an agency cannot leave out, change or roll back.

use super::support::*;
use crate::{Digest, File, Header, PROOF, Required, pack, required_digest};

fn statement() -> Required {
    let audience = vec!["xm.health".into(), "xm.interior".into()];
    Required { version: 7, audience, invariants: required_digest(&files()) }
}

#[test]
fn what_the_second_key_signed_is_taken() {
    let delivery = Delivery::with_required(&statement(), &["ida"]);
    let taken = delivery.install().unwrap();
    assert_eq!(taken.required_signers[0].signer, "ida");
    let mark = taken.state.required.unwrap();
    assert_eq!((mark.version, mark.digest), (7, Digest::of(&statement().to_json())));
    let again = Delivery { state: taken.state.clone(), ..delivery };
    assert_eq!(again.open(), Ok(taken));
}

#[test]
fn without_a_statement_nothing_is_taken() {
    let mut delivery = Delivery::with_required(&statement(), &["ida"]);
    delivery.required = None;
    delivery.check(&["no-required"]);
    check(delivery.open(), &["no-required", "not-installed"]);
}

#[test]
fn an_agencys_own_keys_cannot_sign_the_statement() {
    Delivery::with_required(&statement(), &["anna", "dora", "olga"]).check(&["too-few-signers"]);
    Delivery::with_required(&statement(), &[]).check(&["too-few-signers"]);
}

#[test]
fn a_required_file_cannot_be_left_out_changed_or_added() {
    let left_out: Vec<File> =
        files().into_iter().filter(|f| !f.name.starts_with("required/")).collect();
    let mut changed = files();
    changed[1].bytes[0] ^= 1;
    let mut added = files();
    added.push(File::new("required/more.policy", ""));
    let mut renamed = files();
    renamed[1].name = "required/other.policy".into();
    for files in [left_out, changed, added, renamed] {
        // With a header that tells the truth of the files, the signed digest is another.
        let mut delivery = Delivery::with_required(&statement(), &["ida"]);
        delivery.bytes = pack(&header(&files), &files).unwrap();
        delivery.sign(&["anna", "dora"]);
        delivery.check(&["required-not-signed"]);
        // With the signed digest, the header does not tell the truth.
        let lie = Header { required_invariants: statement().invariants, ..header(&files) };
        check(pack(&lie, &files), &["required-differs"]);
    }
}

#[test]
fn an_older_statement_and_another_of_the_same_version_are_refused() {
    let mut delivery = Delivery::with_required(&statement(), &["ida"]);
    let newer = Required { version: 8, ..statement() };
    let other = Required { audience: vec!["xm.interior".into()], ..statement() };
    for (seen, expected) in
        [(statement(), None), (newer, Some("required-old")), (other, Some("required-old"))]
    {
        let digest = Digest::of(&seen.to_json());
        delivery.state.required = Some(crate::Mark { version: seen.version, digest });
        let expected: Vec<&str> = expected.into_iter().collect();
        delivery.check(&expected);
    }
}

#[test]
fn a_statement_for_other_agencies_does_not_count() {
    let other = Required { audience: vec!["xm.health".into()], ..statement() };
    Delivery::with_required(&other, &["jon"]).check(&["required-audience"]);
}

#[test]
fn a_statement_is_read_strictly() {
    let good = String::from_utf8(statement().to_json()).unwrap();
    assert_eq!(Required::read(good.as_bytes()), Ok(statement()));
    let none = good.replace("\"xm.health\",", "").replace("\"xm.interior\"", "");
    check(Required::read(none.as_bytes()), &["required"]);
    check(Required::read(good.replace("xm.health", "XM Health").as_bytes()), &["required"]);
    check(Required::read(good.replace("version", "vision").as_bytes()), &["required", "required"]);
}

#[test]
fn the_digest_is_what_the_usual_tool_prints() {
    // echo -n a > required/a.policy; echo -n b > required/b/c.policy; sha256sum required/a.policy required/b/c.policy | sha256sum
    let files = [
        File::new("required/b/c.policy", "b"),
        File::new("other.policy", "c"),
        File::new("required/a.policy", "a"),
        File::new(PROOF, ""),
    ];
    let lines = format!(
        "{}  required/a.policy\n{}  required/b/c.policy\n",
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"
    );
    assert_eq!(required_digest(&files), Digest::of(lines.as_bytes()));
    assert_eq!(required_digest(&[]), Digest::of(b""));
}
