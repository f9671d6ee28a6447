//! Configuration (c): coarse Hyperscan databases say where a value may begin, our own automata and the shared checks say whether one does.

use regex_syntax::hir::{Hir, HirKind};

use crate::automata::{Ends, Form, Shapes};
use crate::boundary::may_begin;
use crate::coarse::{ADDRESS, ByLiteral, Coarse, LITERAL, Pair, Places};
use crate::fuel::{Fuel, Spent};
use crate::guard::Guard;
use crate::heads::{self, Bytes, has};
use crate::hs::Library;
use crate::judge::{Desk, judge, may_start};
use crate::kinds::{KINDS, Kind, kinds};
use crate::masks::Mask;
use crate::near::{Near, Tokens};
use crate::neighbours::Neighbours;
use crate::normal::Normal;
use crate::resolve::{Hit, resolve};
use crate::rules::{Pattern, Rules};
use crate::translate::edges;

/// What was tuned.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// First bytes of shapes without a trigger of their own that Hyperscan looks at.
    pub depth: usize,
    /// Shorter literals are not looked for by Hyperscan, but where words begin.
    pub short: usize,
}

/// Shapes whose literals cost less are looked for by them.
const RARE: f64 = 20.0;

/// Longest user part of an address.
const USER: usize = 64;

/// The guards that look at what stands before a value.
const GUARDS: [Guard; 4] = [Guard::Number, Guard::Word, Guard::Card, Guard::Address];

/// The claims whose guards allow what stands before a place: those that may speak without words, and those that ask for one.
struct Guarded {
    free: Mask,
    asking: Mask,
}

/// One pattern of one rule.
struct Claim {
    rule: u16,
    /// Which automaton.
    form: usize,
    /// What the pattern asks beyond its shape, if that is told without its automaton.
    narrow: Option<Vec<(u8, Bytes)>>,
    /// Whether it may begin wherever a word begins, and only there.
    plainly: bool,
    /// Whether it says nothing without a word.
    asks: bool,
}

/// A text under inspection. It has no label and no neighbours here.
#[derive(Clone, Copy)]
pub struct Subject<'t> {
    pub label: &'t str,
    pub text: &'t str,
    pub neighbours: Neighbours<'t>,
}

/// Everything compiled.
pub struct Engine {
    rules: Rules,
    forms: Vec<Form>,
    claims: Vec<Claim>,
    coarse: Coarse,
    addresses: Vec<(usize, [bool; 256])>,
    tokens: Tokens,
    /// For each set of guards that refuse.
    guarded: Vec<Guarded>,
}

/// Working memory of one text.
#[derive(Default)]
pub struct Work {
    pub hits: Vec<Hit>,
    desk: Desk,
    places: Places,
    near: Near,
    ends: Ends,
    seen: Mask,
    asking: Mask,
    fitting: Vec<(u32, u32)>,
    /// Whether every form is tried at every byte, and every word is read.
    plainest: bool,
}

/// The whole rival.
pub struct Hybrid {
    engine: Engine,
    work: Work,
    normal: Normal,
}

impl Hybrid {
    pub fn new(library: &Library, rules: Rules, tuning: Tuning) -> Hybrid {
        let engine = Engine::new(library, rules, tuning);
        Hybrid { engine, work: Work::default(), normal: Normal::default() }
    }

    /// Bytes of C databases and scratch, and of our own automata.
    pub fn bytes(&self) -> (usize, usize) {
        let engine = &self.engine;
        let shapes = engine.coarse.shapes.iter().flat_map(Pair::all).map(Shapes::bytes);
        let databases = engine.coarse.databases.iter().map(|d| d.bytes).sum::<usize>();
        (databases, shapes.sum::<usize>() + engine.forms.iter().map(Form::bytes).sum::<usize>())
    }

    /// The hits that stand, in the text and in what it says when it is decoded.
    pub fn scan(&mut self, text: &str) -> &[Hit] {
        let Hybrid { engine, work, normal } = self;
        let subject = Subject { label: "", text, neighbours: Neighbours::none() };
        let mut fuel = Fuel::new(u64::MAX);
        let done = engine.hits(subject, work, &mut fuel);
        let done = done.and_then(|()| normal.hits(engine, subject, work, &mut fuel));
        assert!(done.is_ok(), "out of fuel");
        resolve(&mut work.hits, |_| {});
        &work.hits
    }

    /// The plainest way to the same hits.
    pub fn oracle(&mut self, text: &str) -> &[Hit] {
        self.work.plainest = true;
        self.scan(text);
        self.work.plainest = false;
        &self.work.hits
    }

    /// Only the coarse pass: how many places there are.
    pub fn coarse(&mut self, text: &str) -> usize {
        self.engine.coarse.run(text.as_bytes(), &mut self.work.places);
        self.work.places.places.len()
    }

    /// Only the first reading: how many hits there are.
    pub fn first(&mut self, text: &str) -> usize {
        let subject = Subject { label: "", text, neighbours: Neighbours::none() };
        let done = self.engine.hits(subject, &mut self.work, &mut Fuel::new(u64::MAX));
        assert!(done.is_ok(), "out of fuel");
        self.work.hits.len()
    }

    /// What each coarse database costs alone: seconds and matches.
    pub fn stages(&self, text: &str) -> Vec<(f64, u64)> {
        self.engine.coarse.stages(text)
    }

    /// What the databases hold, for people.
    pub fn describe(&self) -> String {
        let coarse = &self.engine.coarse;
        let kind = |kind: Kind| {
            let pair = &coarse.shapes[kind as usize];
            let count = |groups: &[Shapes]| groups.iter().map(|s| s.patterns).sum::<usize>();
            format!("{}+{} {kind:?}", count(&pair.free), count(&pair.asking))
        };
        format!(
            "{} patterns of {} rules: {} literals, {} of them in the C library; shapes that speak alone + that ask for a word: {}",
            self.engine.forms.len(),
            self.engine.rules.rules.len(),
            coarse.literals.len(),
            coarse.given,
            KINDS.map(kind).join(", ")
        )
    }
}

impl Engine {
    fn new(library: &Library, rules: Rules, tuning: Tuning) -> Engine {
        let (mut forms, mut claims): (Vec<Form>, Vec<Claim>) = (Vec::new(), Vec::new());
        let mut by_literal = ByLiteral::new();
        let mut by_kind = KINDS.map(|_| [Vec::new(), Vec::new()]);
        let mut addresses = Vec::new();
        let mut asked = vec![Mask::default(); rules.tokens.len()];
        let patterns = (0u16..).zip(&rules.rules);
        let patterns = patterns.flat_map(|(i, r)| r.patterns.iter().map(move |p| (i, r, p)));
        let mut patterns: Vec<_> = patterns.collect();
        patterns.iter().for_each(|(.., p)| {
            if p.number == forms.len() {
                forms.push(Form::new(&p.hir));
            }
        });
        let begins: Vec<Begins> = forms.iter().map(begins).collect();
        // Those that are met together have numbers near each other.
        patterns.sort_by_key(|(_, rule, p)| (rule.asks(), &begins[p.number].0));
        for (number, (index, rule, pattern)) in patterns.into_iter().enumerate() {
            let Pattern { number: form, hir, address } = pattern;
            if rule.asks() {
                rule.tokens.iter().for_each(|token| asked[token].insert(number));
            }
            if *address {
                addresses.push((number, user_part(hir)));
            } else {
                let (kinds, literals) = &begins[*form];
                for kind in kinds {
                    by_kind[*kind as usize][usize::from(rule.asks())].push((number, hir.clone()));
                }
                for literal in literals {
                    by_literal.entry(literal.clone()).or_default().push(number);
                }
            }
            claims.push(Claim {
                rule: index,
                form: *form,
                narrow: heads::narrow(hir),
                asks: rule.asks(),
                plainly: !rule.inside_identifier && !rule.begins_anyhow,
            });
        }
        let shapes = by_kind.iter().map(pair).collect();
        let coarse = Coarse::new(library, by_literal, shapes, !addresses.is_empty(), tuning);
        let asked = asked.iter().map(Mask::set).collect();
        let tokens = Tokens::new(&rules.tokens, asked, rules.reach);
        let guarded = guarded(&rules, &claims);
        Engine { rules, forms, claims, coarse, addresses, tokens, guarded }
    }

    /// Collects the hits of one text, unresolved.
    pub fn hits(
        &self,
        subject: Subject<'_>,
        work: &mut Work,
        _fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let text = subject.text;
        work.hits.clear();
        work.desk.reset();
        if work.plainest {
            self.plainest(text, work);
            return Ok(());
        }
        work.near.reset();
        self.coarse.run(text.as_bytes(), &mut work.places);
        let places = std::mem::take(&mut work.places.places);
        for place in &places {
            let (at, what) = ((place >> 32) as usize, (place & 0xFFFF_FFFF) as usize);
            if place & LITERAL != 0 {
                for claim in &self.coarse.literals[what - LITERAL as usize].claims {
                    self.attempt(text, *claim, at, work);
                }
            } else if place & ADDRESS != 0 {
                self.address(text, at, work);
            } else {
                self.shape(text, at, what & 0xFF, what >> 8, work);
            }
        }
        work.places.places = places;
        Ok(())
    }

    fn address(&self, text: &str, at: usize, work: &mut Work) {
        for (claim, user) in &self.addresses {
            let before = text.as_bytes()[..at].iter().rev();
            let n = before.take(USER).take_while(|b| user[usize::from(**b)]).count();
            for from in at - n..at {
                // What follows the `@` is the same for every begin.
                if self.starts(text, *claim, from)
                    && self.attempt(text, *claim, from, work).is_none()
                {
                    break;
                }
            }
        }
    }

    fn starts(&self, text: &str, claim: usize, at: usize) -> bool {
        let rule = &self.rules.rules[usize::from(self.claims[claim].rule)];
        may_start(rule, text.as_bytes(), at)
    }

    fn shape(&self, text: &str, at: usize, kind: usize, digits: usize, work: &mut Work) {
        let bytes = text.as_bytes();
        let begins = may_begin(bytes, at);
        if !begins && (at == 0 || bytes[at - 1] != b'_') {
            return;
        }
        let Work { near, ends, seen, fitting, asking, .. } = work;
        let pair = &self.coarse.shapes[kind];
        fitting.clear();
        let guarded = self.guarded(text, at);
        // Most shapes need a word and have none: no pattern and no check can save them.
        let place = (at, at + pair.longest);
        let words = !pair.asking.is_empty() && near.any(&self.tokens, bytes, place);
        if words {
            asking.both(near.open(&self.tokens), &guarded.asking);
        }
        for (shapes, claims) in [(&pair.free, &guarded.free), (&pair.asking, &*asking)] {
            if std::ptr::eq(claims, &*asking) && !words {
                break;
            }
            for shapes in shapes {
                if !shapes.may_match(bytes, at, digits, claims)
                    || shapes.run(bytes, at, digits, ends).is_none()
                {
                    continue;
                }
                let several = ends.len() > 1;
                seen.clear();
                for (set, end) in ends.iter().rev() {
                    shapes.sets[*set as usize].shared(claims, |claim| {
                        if !(several && seen.has(claim)) {
                            fitting.push((claim as u32, *end));
                        }
                        if several {
                            seen.insert(claim);
                        }
                    });
                }
            }
        }
        let fitting = std::mem::take(&mut work.fitting);
        for (number, end) in &fitting {
            let claim = &self.claims[*number as usize];
            let asks = claim.narrow.as_ref().map(|asks| {
                asks.iter().all(|(place, set)| has(set, bytes[at + usize::from(*place)]))
            });
            let starts = || claim.plainly && begins || self.starts(text, *number as usize, at);
            if asks != Some(false) && starts() {
                let end = asks.map(|_| *end);
                self.attempt_to(text, *number as usize, at, end, work);
            }
        }
        work.fitting = fitting;
    }

    /// The claims whose guards allow what stands before a place.
    fn guarded(&self, text: &str, at: usize) -> &Guarded {
        let Some(head) = text.get(..=at) else { return &self.guarded[0] };
        let refuses = |guard: &Guard| !guard.allows(head, at, at + 1);
        let refused = (0..).zip(&GUARDS).filter(|(_, guard)| refuses(guard));
        &self.guarded[refused.map(|(i, _)| 1 << i).sum::<usize>()]
    }

    /// Tries one claim at one place; nothing if it does not match, else whether it left a hit.
    fn attempt(&self, text: &str, number: usize, at: usize, work: &mut Work) -> Option<bool> {
        if !self.starts(text, number, at) {
            return None;
        }
        self.attempt_to(text, number, at, None, work)
    }

    /// The same where it may begin, to an end that may be known.
    fn attempt_to(
        &self,
        text: &str,
        number: usize,
        at: usize,
        end: Option<u32>,
        work: &mut Work,
    ) -> Option<bool> {
        let claim = &self.claims[number];
        let end = match end {
            Some(end) => end as usize,
            None => self.forms[claim.form].run(text.as_bytes(), at)?,
        };
        if claim.asks
            && !(work.near.any(&self.tokens, text.as_bytes(), (at, end))
                && work.near.open(&self.tokens).has(number))
        {
            return Some(false);
        }
        let near = Some((&mut work.near, &self.tokens));
        let hit = judge(&self.rules, claim.rule, text, (at, end), &mut work.desk, near);
        work.hits.extend(hit);
        Some(hit.is_some())
    }

    /// Every form at every byte, every word read.
    fn plainest(&self, text: &str, work: &mut Work) {
        let bytes = text.as_bytes();
        for claim in &self.claims {
            let (rule, form) = (&self.rules.rules[usize::from(claim.rule)], claim.form);
            for at in (0..bytes.len()).filter(|at| may_start(rule, bytes, *at)) {
                if let Some(end) = self.forms[form].run(bytes, at) {
                    work.desk.reset();
                    let span = (at, end);
                    work.hits.extend(judge(
                        &self.rules,
                        claim.rule,
                        text,
                        span,
                        &mut work.desk,
                        None,
                    ));
                }
            }
        }
    }
}

/// Where matches of a pattern begin: at which kinds of shapes, and at which literals, in either case or not.
type Begins = (Vec<Kind>, Vec<(Vec<u8>, bool)>);

fn begins(form: &Form) -> Begins {
    let mut kinds: Vec<Kind> = kinds(form).into_iter().collect();
    let shape = !kinds.contains(&Kind::Rest);
    let literals = heads::literals(form).filter(|l| !shape || l.cost < RARE);
    let Some(literals) = literals else { return (kinds, Vec::new()) };
    kinds.retain(|kind| *kind == Kind::Digits);
    (kinds, literals.texts.into_iter().map(|text| (text, literals.caseless)).collect())
}

/// For each set of guards that refuse, the claims that are left.
fn guarded(rules: &Rules, claims: &[Claim]) -> Vec<Guarded> {
    let left = |refused: usize, asks: bool| {
        let mut mask = Mask::default();
        for (number, claim) in claims.iter().enumerate().filter(|(_, c)| c.asks == asks) {
            let guard = rules.rules[usize::from(claim.rule)].guard;
            let place = GUARDS.iter().position(|g| *g == guard);
            if place.is_none_or(|i| refused >> i & 1 == 0) {
                mask.insert(number);
            }
        }
        mask
    };
    let all = 0..1usize << GUARDS.len();
    all.map(|r| Guarded { free: left(r, false), asking: left(r, true) }).collect()
}

fn pair([free, asking]: &[Vec<(usize, Hir)>; 2]) -> Pair {
    let longest = asking.iter().filter_map(|(_, hir)| hir.properties().maximum_len()).max();
    Pair {
        free: Shapes::groups(free),
        asking: Shapes::groups(asking),
        longest: longest.unwrap_or(0),
    }
}

fn user_part(pattern: &Hir) -> [bool; 256] {
    match pattern.kind() {
        HirKind::Concat(parts) => edges(&parts[0], false),
        _ => [false; 256],
    }
}
