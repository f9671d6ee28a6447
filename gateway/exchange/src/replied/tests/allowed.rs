//! Allowed values in streamed answers: the same wherever they are cut, with what is attached to them.

use super::*;
use crate::allowed::tests::desk;

const POLICY: &str = r#"policy p
  "For a test"
  default block
  clock UTC

class contact
  "Ways to reach people"
  detect contact, other

destination openai
  "Some model"
  url http://d.test/v1
  speaks openai-chat
  operator Firm, answers to US
  tier market
  processed in US

rule nothing-found-may-come
  "What holds nothing may come."
  when data includes nothing
  and  it is an answer
  then allow

rule contacts-are-masked
  "Nobody is named."
  when data includes contact
  and  it is an answer
  then redact contact as mask
"#;

fn desk_book() -> Arc<Book> {
    let search = desk();
    let names = search.catalogue();
    let sources = [Source { path: "p.policy".to_owned(), text: POLICY.to_owned() }];
    let rulebook = Rulebook::compile(&sources, &Catalogue { detectors: &names }).unwrap();
    let keys = Keys { tokens: [7; 32], pseudonyms: incident::Key::new("test", [7; 32]) };
    let (atlas, held) = (geo::Atlas::empty(), std::collections::BTreeMap::new());
    Arc::new(Book::new(search, rulebook, atlas, keys, held, Bounds::default()).unwrap())
}

#[test]
fn allowed_values_pass_and_what_is_attached_is_masked_wherever_a_stream_is_cut() {
    let book = desk_book();
    let text = "Call +43 1 711 00 or +43 1 711 00-17 or write to info@agency.example, not to info@agency.example.org!";
    let expect =
        "Call +43 1 711 00 or [CONTACT] or write to info@agency.example, not to [CONTACT]!";
    for step in 1..text.len() {
        for first in [step, 1] {
            let cuts: Vec<usize> = (first..text.len()).step_by(step).collect();
            let mut frames: Vec<_> = pieces(text, &cuts).iter().map(|piece| says(piece)).collect();
            frames.extend([finished(), done()]);
            let read = stream(replied(&book, VALUE).0, &frames);
            assert_eq!(read.text(), expect, "{first} {step}");
            let counted: Vec<_> =
                read.summary.allowed.iter().map(|by| (by.entry.as_str(), by.count)).collect();
            assert_eq!(counted, [("desk", 1), ("box", 1)], "{first} {step}");
        }
    }
}
