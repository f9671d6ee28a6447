//! An agency's own data in streamed answers: the same wherever they are cut, and bounded.

use holdings::{
    DictionaryBuilder, DictionaryRules, DocumentRules, DocumentsBuilder, Holdings, Key,
};

use super::*;
use crate::{Holding, Scratch};

const POLICY: &str = r#"policy p
  "For a test"
  default block
  clock UTC

class term
  "Names of projects"
  detect holdings.names

class passage
  "Passages of registered documents"
  detect own-documents

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

rule own-data-is-masked
  "What is ours is not told."
  when data includes term, passage
  and  it is an answer
  then redact term, passage as mask
"#;

fn terms(key: &Key) -> Holdings {
    let (mut spill, mut file) = (Vec::new(), Vec::new());
    let rules = DictionaryRules::named("names");
    let mut builder = DictionaryBuilder::new(rules, key, 1 << 20, &mut spill);
    for (number, term) in (1..).zip(["Nordlicht", "Projekt Blaue Wand", "Blaue Wand im Norden"]) {
        builder.term(number, term).unwrap();
    }
    builder.finish(&mut file, &mut |_| ()).unwrap();
    Holdings::open(Arc::new(file), key).unwrap()
}

fn documents(key: &Key, text: &str) -> Holdings {
    let (mut spill, mut file) = (Vec::new(), Vec::new());
    let mut builder =
        DocumentsBuilder::new(DocumentRules::named("files"), key, 1 << 20, &mut spill);
    builder.document("one", text).unwrap();
    builder.finish(&mut file, &mut |_| ()).unwrap();
    Holdings::open(Arc::new(file), key).unwrap()
}

/// A document of so many words, none twice.
fn document(words: usize) -> String {
    let words: Vec<_> = (0..words).map(|n| format!("word{}", n * 7919 % 100_003)).collect();
    words.join(" ")
}

fn own_book(registered: &str) -> Arc<Book> {
    let key = Key::new([3; 32]);
    let own = vec![
        Holding::new("names", terms(&key)),
        Holding::new("files", documents(&key, registered)),
    ];
    let search = Search::with_holdings(Detector::compile(&[]).unwrap(), own).unwrap();
    let names = search.catalogue();
    let sources = [Source { path: "p.policy".to_owned(), text: POLICY.to_owned() }];
    let rulebook = Rulebook::compile(&sources, &Catalogue { detectors: &names }).unwrap();
    let keys = Keys { tokens: [7; 32], pseudonyms: incident::Key::new("test", [7; 32]) };
    let (atlas, held) = (geo::Atlas::empty(), std::collections::BTreeMap::new());
    Arc::new(Book::new(search, rulebook, atlas, keys, held, Bounds::default()).unwrap())
}

fn told(book: &Arc<Book>, text: &str, cuts: &[usize]) -> Read {
    let mut frames: Vec<_> = pieces(text, cuts).iter().map(|piece| says(piece)).collect();
    frames.extend([finished(), done()]);
    stream(replied(book, VALUE).0, &frames)
}

#[test]
fn terms_and_passages_are_masked_wherever_a_stream_is_cut() {
    let registered = document(60);
    let book = own_book(&registered);
    let quoted: Vec<&str> = registered.split(' ').skip(10).take(30).collect();
    let quoted = quoted.join(" ");
    let text = format!(
        "Well, »Projekt Blaue Wand im Norden« is one and Projekt Blaue Kante none. The file says: {quoted}, \
         and that is all of it; Nordlicht"
    );
    let expect = text
        .replace("Projekt Blaue Wand im Norden", "[TERM]")
        .replace(&quoted, "[PASSAGE]")
        .replace("Nordlicht", "[TERM]");
    let whole = told(&book, &text, &[]).text();
    // The two names overlap: the second begins within the first.
    let expect = expect.replace("[TERM]«", "[TERM][TERM]«");
    assert_eq!(whole, expect);
    for cut in 0..text.len() {
        for cuts in [vec![cut], vec![cut, cut + 3, cut + 11]] {
            assert_eq!(told(&book, &text, &cuts).text(), expect, "{cuts:?}");
        }
    }
}

#[test]
fn a_long_passage_leaves_in_masks_while_it_comes_and_little_of_it_is_held() {
    let registered = document(8000);
    let book = own_book(&registered);
    let (mut replied, _) = replied(&book, VALUE);
    replied.start().unwrap();
    let (mut scratch, mut out, mut most) = (Scratch::default(), Vec::new(), 0);
    let text =
        format!("It says: {registered} And so it ends, in words that are in no file at all.");
    let cuts: Vec<usize> = (0..text.len()).step_by(97).collect();
    let (mut early, frames) = (0, pieces(&text, &cuts));
    for (at, piece) in frames.iter().enumerate() {
        replied.step(&says(piece), &mut scratch, &mut out);
        most = most.max(replied.held());
        if at == frames.len() / 2 {
            early = out.len();
        }
    }
    replied.step(&done(), &mut scratch, &mut out);
    replied.finish(&mut scratch, &mut out);
    let bytes = String::from_utf8(out).unwrap();
    let read = Read { flow: Flow::Open, bytes, after: Vec::new(), summary: replied.summary() };
    let said = read.text();
    assert!(early > 1000, "nothing came before half of it was there");
    assert!(most < 400_000, "{most} bytes were held");
    // Which words are hashed is chosen among four, so up to three at either end are not known to be the passage's.
    let words: Vec<&str> = registered.split(' ').collect();
    let inner = &words[3..words.len() - 3];
    let leaked: Vec<_> = said.split(' ').filter(|word| inner.contains(word)).collect();
    assert_eq!(leaked, [""; 0]);
    assert!(said.contains("[PASSAGE]") && said.ends_with("no file at all."));
}
