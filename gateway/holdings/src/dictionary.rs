//! Dictionaries: terms of one word or several, found wherever they stand as words.
//!
//! A term is filed under the chain of its folded words, and each of its beginnings is filed as such, so a text is searched like a
//! trie: most words end at the filter of first words, and nothing is hashed but what goes on. If case or accents count, the
//! entry only says so, and the exact spelling is filed beside it.

use std::io::{self, Write};

use crate::build::{self, Group, MARKER, Material, Progress, Report, Shape, item};
use crate::file::{Facts, Kind};
use crate::fold;
use crate::key::{Hashes, Key};
use crate::rules::{Case, Diacritics, DictionaryRules};
use crate::scratch::{Fuel, Level, Piece, Results, Spent, Subject};
use crate::sort::{Sorter, Spill, Tape};
use crate::table::{DOMAINS, FIRST, LONGER, OTHER, Payload, Table};
use crate::words::{self, Cache, Make, Word};

/// Most words of one term; in scripts without spaces, characters.
pub(crate) const LONGEST: usize = 48;

/// Makes a dictionary from its terms, one after the other.
pub struct DictionaryBuilder<'s> {
    key: Key,
    hashes: Hashes,
    rules: DictionaryRules,
    spill: &'s mut dyn Spill,
    sorter: Sorter,
    words: Vec<Word>,
    cache: Cache,
    written: Vec<u8>,
    longest: u32,
    report: Report,
}

impl<'s> DictionaryBuilder<'s> {
    /// Begins. About `memory` bytes are held in memory, the rest is put aside in `spill`.
    pub fn new(
        rules: DictionaryRules,
        key: &Key,
        memory: usize,
        spill: &'s mut dyn Spill,
    ) -> DictionaryBuilder<'s> {
        DictionaryBuilder {
            key: key.clone(),
            hashes: key.hashes(&format!("dictionary {}", rules.name)),
            rules,
            spill,
            sorter: Sorter::new(memory),
            words: Vec::new(),
            cache: Cache::default(),
            written: Vec::new(),
            longest: 0,
            report: Report::default(),
        }
    }

    /// Takes a term. `number` is what findings call it, below 2^30; of equal terms the lowest counts. A term in which nothing
    /// can be looked for is left out and stands in the report.
    ///
    /// # Errors
    /// What the place for putting aside says.
    pub fn term(&mut self, number: u32, term: &str) -> io::Result<()> {
        self.words.clear();
        words::read(term, self.hashes.only(), &mut self.cache, &mut self.words);
        if let Some(why) = unusable(&self.words, number) {
            self.report.refuse(u64::from(number), "", why);
            return Ok(());
        }
        self.report.taken += 1;
        self.longest = self.longest.max(self.words.len() as u32);
        let exact = match self.rules.case {
            Case::Ignore => false,
            Case::Exact => true,
            Case::Capitals => {
                term.chars().any(char::is_uppercase) && !term.chars().any(char::is_lowercase)
            }
        };
        let keep = self.rules.diacritics == Diacritics::Keep;
        let mut number_or_mark = number;
        if exact || keep {
            number_or_mark = number | Payload::MARKED;
            let hash = spelling(term, exact, keep, &self.hashes, &mut self.written);
            self.sorter.push(item(OTHER, hash, number), self.spill)?;
        }
        push_chain(&self.words, &self.hashes, number_or_mark, &mut self.sorter, self.spill)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// What `out` or the place for putting aside says.
    pub fn finish(
        mut self,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(Progress),
    ) -> io::Result<Report> {
        let mut shape = Terms {
            name: self.rules.name,
            longest: self.longest,
            terms: self.report.taken as u32,
            level: self.rules.level,
            keep_case: self.rules.case != Case::Ignore,
            keep_accents: self.rules.diacritics == Diacritics::Keep,
        };
        let material = Material { sorter: self.sorter, rows: Tape::default() };
        (self.report.entries, self.report.bytes) =
            build::write(&self.key, material, &mut shape, self.spill, out, progress)?;
        Ok(self.report)
    }
}

/// Files words under their chain: the beginnings as such, and the whole under `number`.
pub(crate) fn push_chain(
    words: &[Word],
    hashes: &Hashes,
    number: u32,
    sorter: &mut Sorter,
    spill: &mut dyn Spill,
) -> io::Result<()> {
    let mut hash = 0;
    for (at, word) in words.iter().enumerate() {
        hash = if at == 0 { word.hash } else { hashes.chain(hash, word.hash) };
        let domain = if at == 0 { FIRST } else { LONGER };
        let number = if at + 1 == words.len() { number } else { MARKER };
        sorter.push(item(domain, hash, number), spill)?;
    }
    Ok(())
}

/// The hash of an exact spelling. What counts in it stands first, so that `US` and the lower-case form of another term differ.
fn spelling(term: &str, case: bool, accents: bool, hashes: &Hashes, written: &mut Vec<u8>) -> u128 {
    written.clear();
    written.push(u8::from(case) | u8::from(accents) << 1);
    fold::written(term, case, accents, written);
    hashes.strict(written)
}

fn unusable(words: &[Word], number: u32) -> Option<&'static str> {
    let letters: u32 = words.iter().map(|word| word.end - word.start).sum();
    match words {
        _ if number > Payload::MAX => Some("its number is too great"),
        [] => Some("no letter or digit is in it"),
        [one] if one.make.is_single() || letters < 2 => {
            Some("one character would be found everywhere")
        }
        _ if words.len() > LONGEST => {
            Some("it has more words, or characters without spaces, than 48")
        }
        _ if words.iter().any(|word| word.make.any(Make::TOO_LONG)) => {
            Some("a word in it is longer than 96 bytes")
        }
        _ => None,
    }
}

struct Terms {
    name: String,
    longest: u32,
    terms: u32,
    level: Level,
    keep_case: bool,
    keep_accents: bool,
}

impl Shape for Terms {
    fn room(&self) -> usize {
        1
    }

    fn payload(
        &mut self,
        group: &Group,
        _: &mut dyn FnMut(&[u32]) -> io::Result<u32>,
    ) -> io::Result<Option<u32>> {
        // Numbers without the mark come first: a term that is meant in every spelling also covers the exact ones.
        let value = group.numbers.first().copied().unwrap_or(Payload::NONE);
        let goes_on = if group.marker { Payload::GOES_ON } else { 0 };
        Ok(Some(value | goes_on))
    }

    fn facts(&self, filters: [u32; DOMAINS]) -> Facts {
        Facts {
            name: self.name.clone(),
            filters,
            longest: self.longest,
            kind: Kind::Dictionary {
                terms: self.terms,
                level: self.level,
                keep_case: self.keep_case,
                keep_accents: self.keep_accents,
            },
        }
    }
}

/// Follows the chain that begins at word `at` and gives each end that is filed: how many words, hash, payload.
pub(crate) fn follow(
    table: &Table<'_>,
    hashes: &Hashes,
    (text, words, at): (&str, &[Word], usize),
    longest: usize,
    fuel: &mut Fuel,
    mut end: impl FnMut(usize, u128, Payload),
) -> Result<(), Spent> {
    let Some(first) = words.get(at).filter(|first| !first.make.any(Make::NOT_FIRST)) else {
        return Ok(());
    };
    let mut hash = first.hash;
    let Some(mut payload) = table.find(FIRST, hash) else { return Ok(()) };
    if !words::may_begin(words, at) {
        return Ok(());
    }
    let mut before = first;
    for len in 1.. {
        fuel.burn(1)?;
        if payload.value().is_some() {
            end(len, hash, payload);
        }
        let Some(next) = words.get(at + len) else { break };
        if !payload.goes_on() || len >= longest || !words::go_on(text, before, next) {
            break;
        }
        hash = hashes.chain(hash, next.hash);
        match table.find(LONGER, hash) {
            Some(longer) => payload = longer,
            None => break,
        }
        before = next;
    }
    Ok(())
}

/// A dictionary as it is searched.
pub(crate) struct Search<'f> {
    pub(crate) table: Table<'f>,
    pub(crate) hashes: &'f Hashes,
    pub(crate) longest: usize,
    pub(crate) level: Level,
    pub(crate) keep_case: bool,
    pub(crate) keep_accents: bool,
}

impl Search<'_> {
    /// Finds all terms in one text whose words are read. Of terms that begin at the same word the longest is reported, and
    /// none that lies within another.
    pub(crate) fn text(
        &self,
        (number, text): (u32, &str),
        words: &[Word],
        written: &mut Vec<u8>,
        results: &mut Results,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let mut covered = 0;
        for (at, word) in words.iter().enumerate() {
            let mut longest = None;
            follow(
                &self.table,
                self.hashes,
                (text, words, at),
                self.longest,
                fuel,
                |len, _, payload| {
                    let last = words.get(at + len - 1).unwrap_or(word);
                    let span = word.start as usize..last.end as usize;
                    if let Some(term) =
                        self.meant(payload, text.get(span.clone()).unwrap_or(""), written)
                    {
                        longest = Some((term, span));
                    }
                },
            )?;
            if let Some((term, span)) = longest.filter(|(_, span)| span.end > covered) {
                covered = span.end;
                results.pieces.push(Piece { text: number, start: span.start, end: span.end });
                results.add(Subject::Term(term), self.level, 100, 1)?;
            }
        }
        Ok(())
    }

    /// The number of the term, if this spelling of it is meant.
    fn meant(&self, payload: Payload, spelled: &str, written: &mut Vec<u8>) -> Option<u32> {
        if !payload.marked() {
            return payload.value();
        }
        // With `capitals` only some terms keep their case; those that keep accents alone are filed in lower case.
        [(true, self.keep_accents), (false, true)]
            .into_iter()
            .filter(|(case, accents)| {
                (*case && self.keep_case) || (!case && *accents && self.keep_accents)
            })
            .find_map(|(case, accents)| {
                let hash = spelling(spelled, case, accents, self.hashes, written);
                self.table.find(OTHER, hash)?.value()
            })
    }
}
