//! The final bytes: what the edits themselves bring about is found, and a receipt is for one draft only.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop here")]

use std::collections::BTreeMap;
use std::future::Future;
use std::net::IpAddr;
use std::task::{Context, Poll, Waker};

use detect::{Detector, RuleFile};
use policy::{Catalogue, Rulebook, Source};

use super::*;
use crate::ledger::{Appended, Durability, Ledger, LedgerFailure, record};
use crate::{Book, Bounds, Course, Keys, Permit, Received, Search};

const DETECTORS: &str = r#"
[[detector]]
id = "title"
family = "case"
title = "Title of a case"
patterns = ['Akt<[^<>]{1,80}>']
level = { bare = "confirmed" }
source = "invented for this test"
examples = ['see {{Akt<Berger>}} today']
counter_examples = ['none']

[[detector]]
id = "docket"
family = "case"
title = "Number of a case"
patterns = ['AZ-[0-9]{4}-/[0-9]{4}']
level = { bare = "confirmed" }
source = "invented for this test"
examples = ['the case {{AZ-1234-/5678}}']
counter_examples = ['none']

[[detector]]
id = "code"
family = "secret"
title = "A code"
patterns = ['ZX-[0-9]{4}-/[0-9]{4}']
level = { bare = "confirmed" }
source = "invented for this test"
examples = ['the code {{ZX-1234-/5678}}']
counter_examples = ['none']

[[detector]]
id = "access"
family = "access"
title = "A password"
patterns = ['pass=[A-Z]{2}-[0-9]{6}', 'door=[A-Z]{2} [A-Z]{2}']
level = { bare = "likely" }
source = "invented for this test"
examples = ['{{pass=NR-123456}}']
counter_examples = ['none']

[[detector]]
id = "number"
family = "number"
title = "A number"
patterns = ['NR-[0-9]{6}']
level = { bare = "confirmed" }
source = "invented for this test"
examples = ['the {{NR-123456}}']
counter_examples = ['none']

[[detector]]
id = "banner"
family = "banner"
title = "A marking"
patterns = ['SECRET', 'SEC-/RET']
level = { bare = "confirmed" }
source = "invented for this test"
examples = ['{{SECRET}}']
counter_examples = ['none']

[[detector]]
id = "file"
family = "file"
title = "Number of a file"
patterns = ['[0-9]{2}-[0-9]{3}/[0-9]{4}']
needs_context = true
level = { context = "likely" }
context = { en = ["file no"] }
source = "invented for this test"
examples = ['file no {{09-123/4567}}']
counter_examples = ['none']
"#;

const POLICY: &str = r#"policy p
  "For a test"
  default block
  clock UTC

class case-file
  "The title or number of a case"
  detect title, docket, file

class password
  "What opens something"
  detect access

class number
  "Numbers that may go"
  detect number

class marked
  "A document that is marked"
  detect banner

class secret
  "A code"
  detect code

destination d
  "Some model"
  url http://d.test/v1
  speaks openai-chat
  operator Firm, answers to US
  tier market
  processed in US

destination e
  "Another"
  url http://e.test/v1
  speaks anthropic-messages
  operator Firm, answers to US
  tier market
  processed in US
  model large

rule nothing-found-may-go
  "What holds nothing may go."
  when data includes nothing
  and  it is a request, an answer
  then allow

rule cases-are-taken-out
  "Titles of cases stay here."
  when data includes case-file
  then redact case-file as METHOD

rule passwords-are-taken-out
  "Passwords stay here."
  when data includes password
  then redact password as METHOD

rule numbers-may-go
  "Numbers may go."
  when data includes number
  then allow

SECRETS"#;

const SECRETS_MAY_GO: &str = r#"rule secrets-may-go
  "Codes may go where they were."
  when data includes secret
  then allow
"#;

const SECRETS_ARE_MASKED: &str = r#"rule secrets-are-masked
  "Codes are made unreadable."
  when data includes secret
  then redact secret as mask
"#;

/// A book whose policy takes titles of cases out by this method.
fn book(method: &str, more: &str) -> Arc<Book> {
    let detector = Detector::compile(&[RuleFile { name: "d.toml", text: DETECTORS }])
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    let names: Vec<_> =
        detector.infos().iter().map(|info| (info.id.clone(), info.family.clone())).collect();
    let text = POLICY.replace("METHOD", method).replace("SECRETS", more);
    let sources = [Source { path: "p.policy".to_owned(), text }];
    let rulebook = Rulebook::compile(&sources, &Catalogue { detectors: &names })
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let keys = Keys { tokens: [7; 32], pseudonyms: incident::Key::new("test", [7; 32]) };
    let atlas = geo::Atlas::empty();
    Arc::new(
        Book::new(Search::new(detector), rulebook, atlas, keys, BTreeMap::new(), Bounds::default())
            .unwrap(),
    )
}

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

fn candidate(book: &Book, destination: &str) -> Arc<Candidate> {
    Candidate::new(book, book.rulebook.destination(destination).unwrap(), &[ADDRESS])
}

fn located(book: &Arc<Book>, text: &str) -> Located {
    said(book, &serde_json::json!([{"role": "user", "content": text}]))
}

fn said(book: &Arc<Book>, messages: &serde_json::Value) -> Located {
    let body = serde_json::json!({"model": "m", "messages": messages}).to_string();
    let parsed = Received::new(Case::sample(book, "d"), body.into()).parse().unwrap();
    parsed.inspect(&mut Scratch::default()).unwrap().locate(candidate(book, "d"))
}

fn draft(located: &Located, candidate: &Arc<Candidate>) -> Result<Draft, Refusal> {
    let Course::Send(decision) = located.decide(candidate) else {
        panic!("the policy of the test does not let it go")
    };
    located.draft(candidate, decision, 1, &mut Scratch::default())
}

/// What becomes of a text: the text as it would leave, in either dialect, or the code of the refusal.
fn check(method: &str, more: &str, text: &str, expect: Result<&str, Code>) {
    let book = book(method, more);
    let located = located(&book, text);
    for destination in ["d", "e"] {
        let told = draft(&located, &candidate(&book, destination)).map_err(|r| r.code);
        let told = told.map(|draft| {
            let body: serde_json::Value = serde_json::from_slice(&draft.body).unwrap();
            let content = &body["messages"][0]["content"];
            content.as_str().or(content[0]["text"].as_str()).map(str::to_owned)
        });
        assert_eq!(told, expect.map(|text| Some(text.to_owned())), "{text} to {destination}");
    }
}

#[test]
fn what_is_taken_out_is_gone() {
    check("remove", "", "see Akt<a> now", Ok("see  now"));
    check("mask", "", "see Akt<a> now", Ok("see [CASEFILE] now"));
    check("remove", "", "see", Ok("see"));
}

#[test]
fn what_the_edits_put_together_is_taken_out_or_residue() {
    // The very class that was taken out, and another one that may not go.
    check("remove", "", "see AZ-1234-Akt<a>/5678", Ok("see "));
    check("remove", "", "ZX-1234-Akt<a>/5678", Err(Code::Residue));
    // What is put there keeps the ends apart.
    check("mask", "", "ZX-1234-Akt<a>/5678", Ok("ZX-1234-[CASEFILE]/5678"));
}

#[test]
fn what_may_go_and_was_there_before_is_no_residue() {
    check("remove", SECRETS_MAY_GO, "ZX-1234-/5678 Akt<a>", Ok("ZX-1234-/5678 "));
    check("remove", SECRETS_MAY_GO, "ZX-1234-Akt<a>/5678", Err(Code::Residue));
}

#[test]
fn what_gave_way_to_a_surer_reading_is_taken_out() {
    check("mask", "", "pass=NR-123456 now", Ok("[PASSWORD] now"));
    check("remove", "", "see NR-123456, pass=NR-123456", Ok("see NR-123456, "));
    // Where only a part is another value, all of it goes.
    check("mask", "", "door=AB NR-123456 now", Ok("[PASSWORD]-123456 now"));
}

#[test]
fn a_record_tells_what_gave_way_where_its_class_decides() {
    let told = |text: &str| {
        let book = book("mask", "");
        let (located, there) = (located(&book, text), candidate(&book, "d"));
        let Course::Send(decision) = located.decide(&there) else { panic!("{text}") };
        let line = located.unsent(1, &there, &decision, None, None);
        let record: serde_json::Value = serde_json::from_slice(&line).unwrap();
        let found = record["findings"]["listed"].as_array().cloned().unwrap_or_default();
        found
            .iter()
            .map(|f| (f["detector"].as_str().unwrap_or("").to_owned(), f["gave_way"] == true))
            .collect::<Vec<_>>()
    };
    let number = ("number".to_owned(), false);
    assert_eq!(told("pass=NR-123456 now"), [number.clone(), ("access".to_owned(), true)]);
    // What stands says its class already.
    let access = ("access".to_owned(), false);
    assert_eq!(told("door=AB CD, pass=NR-123456"), [access, number]);
}

#[test]
fn what_was_put_in_the_place_of_a_value_is_no_residue() {
    check("mask", SECRETS_ARE_MASKED, "see ZX-1234-/5678 now", Ok("see [SECRET] now"));
    // But what else is there is, even if it looks alike.
    check("remove", SECRETS_ARE_MASKED, "ZX-1234-/5678 SEC-Akt<a>/RET", Err(Code::Residue));
}

#[test]
fn what_repeats_a_value_is_taken_out_wherever_it_stands() {
    let far = "and then a good deal more is said of this and that, of the weather and the way to the sea, ".repeat(4);
    let book = book("token", "");
    let turn = |role: &str, text: &str| serde_json::json!({"role": role, "content": format!("{far}{text}")});
    let request = said(
        &book,
        &serde_json::json!([
            {"role": "system", "content": format!("Speak of 091234567 {far}")},
            {"role": "user", "content": format!("My file no is 09-123/4567. {far}")},
            turn("assistant", "So 09-123/4567 it is."), turn("user", "And name 09-123/4567 as the sign, not 5309-123/4567.")
        ]),
    );
    let draft = draft(&request, &candidate(&book, "d")).unwrap();
    let body: serde_json::Value = serde_json::from_slice(&draft.body).unwrap();
    let text = |nth: usize| body["messages"][nth]["content"].as_str().unwrap().replace(&far, "");
    let token = text(1).replace("My file no is ", "").replace(". ", "");
    assert!(token.starts_with("[CASEFILE-"));
    assert_eq!(text(2), format!("So {token} it is."), "the same value has the same token");
    assert_eq!(text(3), format!("And name {token} as the sign, not 5309-123/4567."));
    assert!(text(0).starts_with("Speak of [CASEFILE-"));
}

/// A request that carries a file as each dialect does, and says nothing else.
fn with_file(book: &Arc<Book>, bytes: &[u8], media: &str) -> Located {
    use base64::Engine as _;
    let data = base64::engine::general_purpose::STANDARD.encode(bytes);
    let file = serde_json::json!({"file_data": format!("data:{media};base64,{data}")});
    let content = [serde_json::json!({"type": "file", "file": file})];
    let message = serde_json::json!({"role": "user", "content": content});
    let body = serde_json::json!({"model": "m", "messages": [message]}).to_string();
    let parsed = Received::new(Case::sample(book, "d"), body.into()).parse().unwrap();
    parsed.inspect(&mut Scratch::default()).unwrap().locate(candidate(book, "d"))
}

const OPAQUE_MAY_GO: &str = r#"rule opaque-may-go
  "What nobody reads may go."
  when data includes opaque
  then allow
"#;

#[test]
fn nothing_is_taken_out_of_a_file() {
    let book = book("remove", "");
    let clean = with_file(&book, b"a text of no case, in a file of its own kind", "text/plain");
    let there = candidate(&book, "d");
    let sent = draft(&clean, &there).unwrap();
    assert_eq!(&sent.body, clean.inspected.request.body());
    assert!(clean.situation_for(&there).0.classes.get(book.rulebook.opaque()).is_none());

    let case = with_file(&book, b"in a file there stands Akt<a>, and more besides", "text/plain");
    assert!(matches!(case.decide(&there), Course::Refuse(..)), "opaque is not licensed");
    assert!(case.situation_for(&there).0.classes.get(book.rulebook.opaque()).is_some());
    let class = |name| book.rulebook.classes().iter().any(|class| class.name == name);
    assert!(class("case-file"));
}

#[test]
fn where_files_may_go_a_value_in_one_is_residue() {
    let book = book("remove", OPAQUE_MAY_GO);
    let there = candidate(&book, "d");
    let case = with_file(&book, b"in a file there stands Akt<a>, and more besides", "text/plain");
    let refusal = draft(&case, &there).map(|_| ()).unwrap_err();
    assert_eq!(refusal.code, Code::Residue);
    assert!(refusal.message.contains("attached file"));
    // What nobody could read goes by the rule, as before.
    let noise: Vec<u8> = (0..255).chain(0..255).collect();
    assert!(draft(&with_file(&book, &noise, "application/x"), &there).is_ok());
}

#[test]
fn a_file_is_whole_only_in_one_reading() {
    let book = book("remove", "");
    let classes = |bytes: &[u8], media: &str| {
        let located = with_file(&book, bytes, media);
        let classes = &located.inspected.situation.classes;
        [book.rulebook.unread(), book.rulebook.opaque()].map(|class| classes.get(class).is_some())
    };
    let (whole, unread) = ([false, false], [true, false]);
    assert_eq!(classes("Grüße an alle, die das lesen".as_bytes(), "text/plain"), whole);
    let old = b"Gr\xfc\xdfe an alle, die das lesen wollen";
    assert_eq!(classes(old, "text/plain"), unread, "an old character set");
    let called = classes(b"a text that is called a picture of something", "image/png");
    assert_ne!(called, whole, "a text that is called a picture");
    let run = "QUJDZGVm0123abcd".repeat(40);
    assert_eq!(classes(run.as_bytes(), "text/plain"), unread, "a text that is bytes again");
}

/// A ledger that takes everything at once.
struct Takes;

impl Ledger for Takes {
    fn append(&self, _: Vec<u8>, _: Durability) -> Appended<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn close(&self, _: Vec<u8>) -> Result<(), LedgerFailure> {
        Ok(())
    }
}

fn receipt(located: &Located, draft: &Draft) -> crate::Receipt {
    let mut recorded = Box::pin(record(&Takes, Durability::Durable, located, draft));
    match recorded.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(receipt) => receipt.unwrap(),
        Poll::Pending => panic!("a ledger that takes everything at once waits"),
    }
}

fn permitted(draft: &Draft, receipt: crate::Receipt) -> bool {
    Permit::new(draft, ADDRESS, receipt).is_ok()
}

#[test]
fn a_receipt_is_for_one_draft() {
    let book = book("remove", "");
    let (request, other_request) = (located(&book, "see Akt<a> now"), located(&book, "see Akt<b>"));
    let destination = candidate(&book, "d");
    let mut first = draft(&request, &destination).unwrap();
    assert!(permitted(&first, receipt(&request, &first)));

    let same_place_again = draft(&request, &candidate(&book, "d")).unwrap();
    let elsewhere = draft(&request, &candidate(&book, "e")).unwrap();
    let other_bytes = draft(&other_request, &destination).unwrap();
    for other in [&same_place_again, &elsewhere, &other_bytes] {
        assert_eq!(other.attempt, first.attempt, "only the number is the same");
        assert!(!permitted(other, receipt(&request, &first)));
        assert!(!permitted(&first, receipt(&request, other)));
    }

    let old = receipt(&request, &first);
    first.renumber(2);
    assert!(!permitted(&first, old), "another attempt needs a record of its own");
    let judged = IpAddr::from([192, 0, 2, 2]);
    assert!(Permit::new(&first, judged, receipt(&request, &first)).is_err());
}

// --- what is asked for first ----------------------------------------------------------------------------------------
const CODES_WITH_A_REASON: &str = r#"rule secrets-may-go
  "Codes may go."
  when data includes secret
  then allow

rule codes-with-a-reason
  "Codes go with a reason."
  when data includes secret
  then ask justification
"#;

const NOW: u64 = 1_795_219_200;

/// A desk that has forgotten everything.
struct Forgetful(ask::Key);

impl crate::Desk for Forgetful {
    fn key(&self) -> &ask::Key {
        &self.0
    }

    fn register(&self, request: ask::Request) -> crate::asks::Answer<'_, ask::Request> {
        Box::pin(std::future::ready(Ok(request)))
    }

    fn verdicts(&self, _: String) -> crate::asks::Answer<'_, Vec<ask::Approval>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn spend(&self, _: ask::Challenge, _: u64) -> crate::asks::Answer<'_, bool> {
        Box::pin(std::future::ready(Ok(true)))
    }
}

fn asked(located: &Located, candidate: &Arc<Candidate>) -> (ask::Matter, Draft) {
    let Course::Ask(decision, refusal) = located.decide(candidate) else { panic!("not asked") };
    assert_eq!(refusal.code, Code::NeedsJustification);
    let matter = located.matter(candidate, &decision);
    (matter, located.draft(candidate, decision, 1, &mut Scratch::default()).unwrap())
}

/// A request with the headers of a second try.
fn with(book: &Arc<Book>, text: &str, challenge: &str, why: &str) -> Located {
    let mut case = Arc::into_inner(Case::sample(book, "d")).unwrap();
    case.presented = crate::Presented {
        challenge: Some(challenge.to_owned()),
        justification: Some(why.to_owned()),
    };
    let messages = serde_json::json!([{"role": "user", "content": text}]);
    let body = serde_json::json!({"model": "m", "messages": messages}).to_string();
    let parsed = Received::new(Arc::new(case), body.into()).parse().unwrap();
    parsed.inspect(&mut Scratch::default()).unwrap().locate(candidate(book, "d"))
}

fn granted(located: &Located, matter: &ask::Matter) -> Result<crate::Grant, Code> {
    let key = ask::Key::new(&[7; 32]);
    let challenge = match located.presented(matter, &key) {
        Some(Ok(challenge)) => challenge,
        Some(Err(why)) => return Err(crate::asks::unfit(why).code),
        None => panic!("nothing was presented"),
    };
    let checked = located.check(matter, &challenge, &[], &mut Scratch::default());
    let checked = checked.map_err(|waits| waits.0.code)?;
    let desk = Forgetful(key);
    let mut spent = Box::pin(crate::asks::spend(&desk, checked, NOW));
    match spent.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(grant) => grant.map_err(|refusal| refusal.code),
        Poll::Pending => panic!("a desk that answers at once waits"),
    }
}

#[test]
fn what_is_asked_for_needs_a_grant_of_the_same_matter() {
    let book = book("mask", CODES_WITH_A_REASON);
    let there = candidate(&book, "d");
    let first = located(&book, "the code ZX-1234-/5678");
    let (matter, mut draft) = asked(&first, &there);
    assert!(!permitted(&draft, receipt(&first, &draft)), "nothing was granted");

    let sealed = ask::Challenge { id: "01KABCDEFGHJKMNPQRSTVWXYZ0".to_owned(), until: NOW }
        .sealed(&ask::Key::new(&[7; 32]), &matter);
    let again = with(&book, "so: ZX-1234-/5678 it is, ZX-1234-/5678", &sealed, "the court asked");
    let (same, _) = asked(&again, &there);
    assert_eq!(same, matter, "the wording does not matter");
    let grant = granted(&again, &same).unwrap();
    let other = located(&book, "the code ZX-9999-/5678");
    let (_, mut elsewhere) = asked(&other, &there);
    assert!(other.grant(&mut elsewhere, grant).is_err(), "a grant is for one matter");

    let grant = granted(&again, &same).unwrap();
    again.grant(&mut draft, grant).unwrap();
    assert!(permitted(&draft, receipt(&again, &draft)));
}

#[test]
fn a_challenge_passes_no_other_findings_and_no_unfit_reason() {
    let book = book("mask", CODES_WITH_A_REASON);
    let there = candidate(&book, "d");
    let (matter, _) = asked(&located(&book, "the code ZX-1234-/5678"), &there);
    let sealed = ask::Challenge { id: "01KABCDEFGHJKMNPQRSTVWXYZ0".to_owned(), until: NOW }
        .sealed(&ask::Key::new(&[7; 32]), &matter);
    let check = |text: &str, why: &str, expect: Code| {
        let again = with(&book, text, &sealed, why);
        let (matter, _) = asked(&again, &there);
        assert_eq!(granted(&again, &matter).err(), Some(expect), "{text}: {why}");
    };
    check("the code ZX-1234-/5679", "the court asked", Code::ChallengeUnfit);
    check("ZX-1234-/5678 and ZX-1234-/5679", "the court asked", Code::ChallengeUnfit);
    check("ZX-1234-/5678 see Akt<a>", "the court asked", Code::ChallengeUnfit);
    check("the code ZX-1234-/5678", "x", Code::JustificationUnfit);
    check("the code ZX-1234-/5678", "for ZX-1234-/5678", Code::JustificationUnfit);
}
