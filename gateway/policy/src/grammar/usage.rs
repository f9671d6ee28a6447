//! The notation of the grammar, read: forms, their segments, and what each segment may say.
//!
//! A form is cut into segments, each some fixed words and then at most one value: `redact CLASS, … as token|mask` is
//! `redact` with a list and `as` with a word. The fixed words, joined by `_`, name the value in JSON.

use std::iter::Peekable;
use std::vec::IntoIter;

/// All forms of a line or a sentence.
#[derive(Debug)]
pub(crate) struct Usage {
    pub(crate) forms: Vec<Form>,
    /// The forms are whole sentences, each an object in JSON; what follows a key may be a bare value.
    pub(crate) is_sentence: bool,
}

/// One form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    pub(crate) segments: Vec<Segment>,
}

/// Some words and what they lead to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Segment {
    /// Each way in which the words can be chosen.
    pub(crate) variants: Vec<Variant>,
    pub(crate) value: Option<Atom>,
    /// The words may stand without the value.
    pub(crate) value_is_optional: bool,
    pub(crate) is_optional: bool,
}

/// One choice of words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variant {
    /// The words joined by `_`; empty if there are none.
    pub(crate) key: String,
    /// The words in each way in which they may be written; the first is how they are written.
    pub(crate) spellings: Vec<Vec<String>>,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Atom {
    /// One word of this meaning.
    Word(String),
    /// One of these words.
    Choice(Vec<String>),
    /// Several of the above, one after the other.
    Row(Vec<Atom>),
    /// A quoted text.
    Text,
    /// The rest of the line, with quotes or without.
    Free,
    /// One word or a quoted text.
    Who,
    /// Words up to the next segment.
    Company,
    /// Items with commas between, each one of these forms of a single segment.
    List(Vec<Segment>),
}

impl Usage {
    /// Reads the notation; each text may hold several forms.
    pub(crate) fn of(texts: &[&str], is_sentence: bool) -> Usage {
        let forms = texts.iter().flat_map(|text| {
            let mut signs = signs(text).into_iter().peekable();
            forms(&mut signs)
        });
        Usage { forms: forms.collect(), is_sentence }
    }
}

impl Segment {
    /// The name of the value in JSON: its words, or what it is.
    pub(crate) fn key<'k>(&'k self, variant: &'k Variant) -> String {
        if !variant.key.is_empty() {
            return variant.key.clone();
        }
        self.value.as_ref().map_or(String::new(), Atom::name)
    }
}

impl Atom {
    /// What it is, for a value without words before it.
    fn name(&self) -> String {
        match self {
            Atom::Word(name) => name.to_lowercase(),
            Atom::Text | Atom::Free => "text".to_owned(),
            Atom::Who => "who".to_owned(),
            Atom::Company => "name".to_owned(),
            Atom::List(items) => {
                let first = items.first().and_then(|item| item.value.as_ref());
                first.map_or(String::new(), Atom::name)
            }
            Atom::Choice(_) | Atom::Row(_) => "value".to_owned(),
        }
    }
}

/// A piece of a form before it is cut into segments.
#[derive(Clone, Debug)]
enum Piece {
    Word(String),
    Choice(Vec<String>),
    Noise(Vec<String>),
    Optional(Vec<Piece>),
    Value(Atom),
}

/// Signs of the notation: brackets, commas, dots, bars and words.
fn signs(text: &str) -> Vec<String> {
    let mut signs: Vec<String> = Vec::new();
    for part in text.split_whitespace() {
        let mut word = String::new();
        for c in part.chars() {
            if "[]()<>,".contains(c) {
                signs.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                signs.push(c.to_string());
            } else {
                word.push(c);
            }
        }
        signs.extend((!word.is_empty()).then_some(word));
    }
    signs
}

type Signs = Peekable<IntoIter<String>>;

fn forms(signs: &mut Signs) -> Vec<Form> {
    let mut forms = Vec::new();
    loop {
        let pieces = pieces(signs);
        let mut form = Form::default();
        cut(&pieces, false, &mut form.segments);
        forms.push(form);
        if signs.next_if(|sign| sign == "|").is_none() {
            return forms;
        }
    }
}

/// Pieces up to a bar, a closing bracket or the end.
fn pieces(signs: &mut Signs) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    while let Some(sign) = signs.next_if(|sign| !["|", "]", ")", ">"].contains(&sign.as_str())) {
        let piece = match sign.as_str() {
            "," if signs.next_if(|sign| sign == "…").is_some() => {
                let Some(item) = pieces.pop() else { continue };
                list(item)
            }
            "[" => Piece::Optional(closed(signs, self::pieces)),
            "(" => Piece::Noise(closed(signs, words)),
            "<" => Piece::Value(Atom::List(
                closed(signs, forms).into_iter().flat_map(|f| f.segments).collect(),
            )),
            "TEXT" => Piece::Value(Atom::Text),
            "WORDS" => Piece::Value(Atom::Free),
            "WHO" => Piece::Value(Atom::Who),
            "COMPANY" => Piece::Value(Atom::Company),
            word if word.contains('|') => {
                Piece::Choice(word.split('|').map(str::to_owned).collect())
            }
            word if word.len() > 1 && !word.contains(|c: char| c.is_lowercase()) => {
                Piece::Value(Atom::Word(word.to_owned()))
            }
            word => Piece::Word(word.to_owned()),
        };
        pieces.push(piece);
    }
    pieces
}

fn words(signs: &mut Signs) -> Vec<String> {
    std::iter::from_fn(|| signs.next_if(|sign| sign != ")")).collect()
}

/// What stands in brackets, and the bracket that closes them.
fn closed<T>(signs: &mut Signs, read: impl FnOnce(&mut Signs) -> T) -> T {
    let inside = read(signs);
    signs.next();
    inside
}

fn list(item: Piece) -> Piece {
    let of = |value| {
        let variants = vec![Variant { key: String::new(), spellings: vec![Vec::new()] }];
        Segment { variants, value: Some(value), ..Segment::default() }
    };
    Piece::Value(match item {
        Piece::Value(list @ Atom::List(_)) => list,
        Piece::Value(atom) => Atom::List(vec![of(atom)]),
        Piece::Choice(words) => Atom::List(vec![of(Atom::Choice(words))]),
        Piece::Word(word) => Atom::List(vec![of(Atom::Choice(vec![word]))]),
        Piece::Noise(_) | Piece::Optional(_) => Atom::List(Vec::new()),
    })
}

/// Cuts pieces into segments: a new one begins with what follows a value.
fn cut(pieces: &[Piece], is_optional: bool, segments: &mut Vec<Segment>) {
    let mut open = Open::new(is_optional);
    for (at, piece) in pieces.iter().enumerate() {
        let is_last = at + 1 == pieces.len();
        match piece {
            Piece::Choice(words) if is_last => open.add(Atom::Choice(words.clone()), segments),
            Piece::Optional(inside) if leads_to_a_value(inside) => {
                open.close(segments);
                cut(inside, true, segments);
            }
            Piece::Optional(inside) => match inside.as_slice() {
                [Piece::Choice(words)] if is_last => {
                    open.add(Atom::Choice(words.clone()), segments);
                    open.segment.value_is_optional = true;
                }
                inside => open.lead(choices(inside, true), segments),
            },
            Piece::Noise(words) => open.noise(words, segments),
            Piece::Value(atom) => open.add(atom.clone(), segments),
            plain => open.lead(choices(std::slice::from_ref(plain), false), segments),
        }
    }
    open.close(segments);
}

fn leads_to_a_value(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Value(_)))
        || matches!(pieces, [_, .., Piece::Choice(_)])
}

/// All ways in which some fixed words can be chosen.
fn choices(pieces: &[Piece], may_be_absent: bool) -> Vec<Vec<String>> {
    let mut ways: Vec<Vec<String>> = vec![Vec::new()];
    for piece in pieces {
        let options = match piece {
            Piece::Word(word) => std::slice::from_ref(word),
            Piece::Choice(words) => words,
            _ => &[],
        };
        let longer = |way: &Vec<String>| -> Vec<Vec<String>> {
            options
                .iter()
                .map(|word| [way.as_slice(), std::slice::from_ref(word)].concat())
                .collect()
        };
        ways = ways.iter().flat_map(longer).collect();
    }
    if may_be_absent {
        ways.insert(0, Vec::new());
    }
    ways
}

/// A segment that is being read.
struct Open {
    segment: Segment,
    is_optional: bool,
}

impl Open {
    fn new(is_optional: bool) -> Open {
        Open { segment: blank(is_optional), is_optional }
    }

    fn close(&mut self, segments: &mut Vec<Segment>) {
        let segment = std::mem::replace(&mut self.segment, blank(self.is_optional));
        let says = |variant: &Variant| variant.spellings.iter().any(|words| !words.is_empty());
        if segment.value.is_some() || segment.variants.iter().any(says) {
            segments.push(segment);
        }
    }

    fn lead(&mut self, ways: Vec<Vec<String>>, segments: &mut Vec<Segment>) {
        if self.segment.value.is_some() {
            self.close(segments);
        }
        let with = |variant: &Variant, way: &Vec<String>| {
            let named = way.iter().filter(|word| *word != ",").map(String::as_str);
            let key =
                Some(variant.key.as_str()).filter(|key| !key.is_empty()).into_iter().chain(named);
            Variant {
                key: key.collect::<Vec<_>>().join("_"),
                spellings: variant
                    .spellings
                    .iter()
                    .map(|words| [words.as_slice(), way].concat())
                    .collect(),
            }
        };
        let variants = &self.segment.variants;
        self.segment.variants = variants
            .iter()
            .flat_map(|variant| ways.iter().map(move |way| with(variant, way)))
            .collect();
    }

    fn noise(&mut self, noise: &[String], segments: &mut Vec<Segment>) {
        if self.segment.value.is_some() {
            self.close(segments);
        }
        for variant in &mut self.segment.variants {
            let with = variant.spellings.iter().map(|words| [words.as_slice(), noise].concat());
            let with: Vec<_> = with.collect();
            variant.spellings.extend(with);
        }
    }

    /// A value; behind another it is one more word of it, unless it is a text.
    fn add(&mut self, atom: Atom, segments: &mut Vec<Segment>) {
        match (self.segment.value.take(), atom) {
            (None, atom) => self.segment.value = Some(atom),
            (
                Some(value @ (Atom::Word(_) | Atom::Choice(_))),
                atom @ (Atom::Word(_) | Atom::Choice(_)),
            ) => {
                self.segment.value = Some(Atom::Row(vec![value, atom]));
            }
            (Some(value), atom) => {
                self.segment.value = Some(value);
                self.close(segments);
                self.segment.value = Some(atom);
            }
        }
    }
}

fn blank(is_optional: bool) -> Segment {
    let variants = vec![Variant { key: String::new(), spellings: vec![Vec::new()] }];
    Segment { variants, is_optional, ..Segment::default() }
}
