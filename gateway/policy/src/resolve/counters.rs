//! Counters of persons: what is counted, over which days, and the bands that conditions ask for.

use super::Reader;
use super::reader::Prose;
use crate::ClassId;
use crate::counter::{Counter, CounterInfo, Window};
use crate::diagnostic::{At, Diagnostic};
use crate::facts::ClassSet;
use crate::model::{Area, Form, Model};
use crate::syntax::{Block, Cursor};
use crate::trail::Expected;

/// Most bands of one counter: a law that counts knows two or three.
const BANDS: usize = 16;

/// What the lines of one block say.
#[derive(Default)]
struct Draft {
    prose: Prose,
    classes: ClassSet,
    about: Vec<Area>,
    window: Option<Window>,
    bands: Vec<u64>,
    share: Option<u64>,
    seen: Vec<&'static str>,
}

impl Reader<'_, '_> {
    pub(crate) fn counters(&mut self) -> Vec<Counter> {
        let names = self.names;
        let mut counters = Vec::new();
        for (name, entry) in names.of("counter") {
            let Some(block) = entry.block else { continue };
            let draft = self.counter(block);
            self.refuse_gaps(block, &draft);
            let info = CounterInfo {
                name: name.clone(),
                sentence: draft.prose.sentence,
                law: draft.prose.law,
                window: draft.window.unwrap_or(Window::Year),
                bands: draft.bands,
                share: draft.share.unwrap_or(1),
            };
            let (classes, about) = (draft.classes, draft.about);
            counters.push(Counter { info, classes, about, at: entry.at.clone() });
        }
        counters
    }

    fn counter(&mut self, block: &Block<'_>) -> Draft {
        let mut draft = Draft::default();
        self.head(block, &mut draft.prose, |_, _| ());
        for line in &block.lines {
            let keys = [
                "counts", "about", "since", "within", "bands", "share", "law", "source", "owner",
                "review",
            ];
            let Some(key) = self.key("counter", line, &keys, &mut draft.seen) else { continue };
            if self.prose(key, line, &mut draft.prose) {
                continue;
            }
            self.rest(line, |reader, cursor| match key {
                "counts" => {
                    let classes = reader.numbers("class", cursor, &[]).into_iter().map(ClassId);
                    let counted = classes.map(ClassSet::one);
                    draft.classes = counted.fold(draft.classes, |all, one| all | one);
                }
                "about" => draft.about = reader.residents(cursor),
                "since" => draft.window = reader.year(cursor),
                "within" => draft.window = reader.twelve_months(cursor),
                "bands" => draft.bands = reader.bands(cursor),
                _ => draft.share = reader.number(cursor).map(|(number, _)| number),
            });
        }
        if let [.., first, second] = windows(&draft.seen)[..] {
            let at = block.lines.iter().find(|line| line.key().text == second);
            let at = at.map_or(block.at(), |line| line.at());
            let message = format!("this counter has both `{first}` and `{second}`");
            self.problems.push(
                Diagnostic::error("P022", &at, message)
                    .label("a counter counts over one stretch of days")
                    .help("keep one of them; for the other, declare a second counter"),
            );
        }
        draft
    }

    /// `residents of AREA, …`
    fn residents(&mut self, cursor: &mut Cursor<'_, '_>) -> Vec<Area> {
        for word in ["residents", "of"] {
            if cursor.demand(&[word], self.problems).is_none() {
                return Vec::new();
            }
        }
        self.areas(cursor)
    }

    fn year(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Window> {
        cursor.demand(&["1"], self.problems)?;
        cursor.demand(&["January"], self.problems)?;
        Some(Window::Year)
    }

    fn twelve_months(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Window> {
        cursor.demand(&["twelve"], self.problems)?;
        cursor.demand(&["months"], self.problems)?;
        Some(Window::TwelveMonths)
    }

    /// Numbers that ascend.
    fn bands(&mut self, cursor: &mut Cursor<'_, '_>) -> Vec<u64> {
        let mut bands: Vec<u64> = Vec::new();
        loop {
            let Some((band, at)) = self.number(cursor) else { return bands };
            if let Some(before) = bands.last().filter(|before| **before >= band) {
                let message = format!("bands ascend, and {band} is not more than {before}");
                let problem = Diagnostic::error("P036", &at, message).label("out of order");
                self.problems.push(problem.help("write the bands from the lowest to the highest"));
                cursor.skip_to_end();
                return bands;
            }
            bands.push(band);
            if bands.len() > BANDS {
                let message = format!("a counter has at most {BANDS} bands");
                let problem = Diagnostic::error("P036", &at, message).label("one too many");
                self.problems.push(problem.help("declare another counter for the rest"));
                cursor.skip_to_end();
                return bands;
            }
            if !cursor.eat_comma() {
                return bands;
            }
        }
    }

    /// A whole number of persons or nodes, at least one.
    fn number(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<(u64, At)> {
        let token = cursor.name("a number", self.problems)?;
        let at = cursor.at(token);
        let is_plain = token.text.bytes().all(|digit| digit.is_ascii_digit());
        let number = token.text.parse::<u64>().ok().filter(|number| is_plain && *number > 0);
        if number.is_none() {
            let message = format!("`{}` is no number that can be counted to", token.text);
            let problem =
                Diagnostic::error("P036", &at, message).label("no whole number from 1 on");
            self.problems.push(problem.help("write it in digits alone, such as 100000"));
        }
        number.map(|number| (number, at))
    }

    fn refuse_gaps(&mut self, block: &Block<'_>, draft: &Draft) {
        for (is_there, what, help) in [
            (
                draft.seen.contains(&"counts"),
                "does not say what it counts",
                "add a line such as: counts CLASS",
            ),
            (
                !windows(&draft.seen).is_empty(),
                "does not say over which days it counts",
                "add a line: since 1 January, or: within twelve months",
            ),
            (
                draft.seen.contains(&"bands"),
                "has no bands, so nothing can be asked of it",
                "add a line with the thresholds of the law, such as: bands 100000, 1000000",
            ),
        ] {
            if !is_there {
                self.missing(block, what, help);
            }
        }
    }

    /// `COUNTER has reached BAND`.
    pub(crate) fn reached(&mut self, cursor: &mut Cursor<'_, '_>, model: &Model) -> Option<Form> {
        let counter = self.counter_named(cursor)?;
        cursor.demand(&["has"], self.problems)?;
        cursor.demand(&["reached"], self.problems)?;
        let band = self.band(cursor, counter, model)?;
        Some(Form::Reached(counter, band))
    }

    /// `COUNTER is at BAND` or `COUNTER is below BAND`: the counter, and how many of its bands are reached.
    pub(crate) fn has_got(
        &mut self,
        cursor: &mut Cursor<'_, '_>,
        model: &Model,
    ) -> Option<(u16, u16)> {
        let counter = self.counter_named(cursor)?;
        cursor.demand(&["is"], self.problems)?;
        let is_below = cursor.demand(&["at", "below"], self.problems)? == "below";
        let at = cursor.here();
        let band = self.band(cursor, counter, model)?;
        if is_below && band > 0 {
            let lower = model.counters.get(usize::from(counter)).map_or(0, |c| c.band(band));
            let message = "this leaves open how far the counter has got";
            let problem = Diagnostic::error("P036", &at, message).label("not its lowest band");
            self.problems.push(problem.help(format!("write the band that it is at: at {lower}")));
            return None;
        }
        Some((counter, if is_below { 0 } else { band + 1 }))
    }

    /// A counter.
    fn counter_named(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<u16> {
        let token = cursor.name("a counter", self.problems)?;
        self.names.need("counter", token, &cursor.at(token), self.problems)
    }

    /// One of the bands of a counter: its place among them.
    fn band(&mut self, cursor: &mut Cursor<'_, '_>, counter: u16, model: &Model) -> Option<u16> {
        let known = model.counters.get(usize::from(counter))?;
        let bands: Vec<String> = known.info.bands.iter().map(u64::to_string).collect();
        let ahead = cursor.word_ahead();
        for band in &bands {
            self.names.trail.expect(ahead, || Expected::Words { words: band.clone(), rest: "" });
        }
        let token = cursor.name("a band", self.problems)?;
        let found = bands.iter().position(|band| band == token.text);
        if found.is_none() && !bands.is_empty() {
            let message = format!("{} is no band of counter `{}`", token.text, known.info.name);
            let problem = Diagnostic::error("P036", &cursor.at(token), message)
                .label("nothing is known of this number");
            self.problems.push(problem.help(format!("its bands are: {}", bands.join(", "))));
        }
        found.and_then(|at| u16::try_from(at).ok())
    }
}

/// The lines that say over which days is counted.
fn windows(seen: &[&'static str]) -> Vec<&'static str> {
    seen.iter().copied().filter(|key| ["since", "within"].contains(key)).collect()
}
