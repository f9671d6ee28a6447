//! Building the table of one epoch from the lanes that are in force then.

use std::sync::Arc;

use super::axis::{Asks, SetRows};
use super::effects::class_row;
use super::geography::Geography;
use super::rows::{BLOCK, Rows};
use super::{Bands, Declared, Effects, GRADES, Single, Table};
use crate::counter::states;
use crate::facts::{ClassSet, LEVELS};
use crate::interpreter::Reading;
use crate::lanes::{Lane, Layout, lanes};
use crate::model::{Bond, Destination, Extent, Form, Model, Place};
use crate::{Country, Day, DestinationId, Language, Level, Modality, Operation, Weekday};

/// How many conditions of a lane have asked for a set so far.
#[derive(Default)]
struct Asked {
    classes: usize,
    content: usize,
    languages: usize,
    people: usize,
    counted: usize,
    subjects: usize,
    places: usize,
    bonds: [usize; 6],
}

impl Table {
    /// Compiles the lanes that are in force on `day`.
    pub(crate) fn build(model: &Model, effects: &Arc<Effects>, day: Day) -> Table {
        let layout = Layout::of(model);
        let words = layout.words().next_multiple_of(BLOCK).max(BLOCK);
        let lanes = lanes(model, &layout, day);
        let mut geography = Geography::new(model, day);
        let places = geography.rows();
        let bands = Bands::of(model);
        let counters = model.bands();
        let in_force = |rows| Rows::of_lanes(rows, words, lanes.iter().map(|lane| lane.number));
        let mut table = Table {
            layout,
            words,
            effects: effects.clone(),
            monitored: monitored(model, &layout, day),
            observed: model.observed_until.as_ref().is_some_and(|watched| watched.includes(day)),
            singles: bands.sizes(model).map(in_force),
            asked: Vec::new(),
            bands,
            classes: SetRows::new(model.classes.len() * LEVELS.len(), words),
            content: SetRows::new(Modality::ALL.len(), words),
            languages: SetRows::new(Language::COUNT, words),
            people: SetRows::new(model.people.len() * 2, words),
            lists: model.people.len(),
            counted: SetRows::new(
                counters.iter().map(|bands| usize::from(states(*bands))).sum(),
                words,
            ),
            counters,
            subjects: SetRows::new(places, words),
            places: SetRows::new(places, words),
            bonds: Bond::ALL.map(|_| SetRows::new(places, words)),
            country: countries(&geography),
            declared: declared(model, &geography, day),
            hanging: geography.hanging(),
            except: Vec::new(),
        };
        for lane in &lanes {
            let directions = [lane.directions.request, lane.directions.answer];
            table.refuse(Single::Direction, lane, |row| !directions[row]);
            let mut asked = Asked::default();
            for condition in lane.conditions {
                table.value(model, day, lane, &condition.form);
                table.set(model, lane, &condition.form, &mut asked, &mut geography);
            }
        }
        table.except = geography.questions().except;
        let sets = [
            &mut table.classes,
            &mut table.content,
            &mut table.languages,
            &mut table.people,
            &mut table.counted,
            &mut table.subjects,
        ];
        sets.into_iter().for_each(SetRows::join);
        table.join_places();
        table
    }

    /// Takes the lane out of the rows of the values that it refuses.
    fn refuse(&mut self, of: Single, lane: &Lane<'_>, refuses: impl Fn(usize) -> bool) {
        let refused = self.singles[of.index()].refuse(lane.number, refuses);
        let by_itself = !matches!(of, Single::Client | Single::Destination);
        if refused && by_itself && !self.asked.contains(&of) {
            self.asked.push(of);
        }
    }

    /// Facts that have one value.
    fn value(&mut self, model: &Model, day: Day, lane: &Lane<'_>, form: &Form) {
        let sure = lane.reading == Reading::Surely;
        let attests =
            |row: usize, what: &String| model.attests(DestinationId(row as u16), what, day);
        match form {
            Form::Graded(grades) => {
                self.refuse(Single::Grade, lane, |row| !grades.contains(&GRADES[row]));
            }
            Form::From(nodes) => {
                let senders = self.bands.senders().to_vec();
                self.refuse(Single::Client, lane, |row| {
                    let client = senders[row].client;
                    !nodes.iter().any(|node| {
                        model.under(client, *node) || !sure && model.may_be_under(client, *node)
                    })
                });
            }
            Form::Sender(of, wanted) => {
                let senders = self.bands.senders().to_vec();
                self.refuse(Single::Client, lane, |row| {
                    let (surely, perhaps) = model.has_trait(senders[row], *of, wanted);
                    !(if sure { surely } else { perhaps })
                });
            }
            Form::GoesTo(chosen) => self.refuse(Single::Destination, lane, |row| {
                !chosen.contains(&DestinationId(row as u16))
            }),
            Form::Lacks(what) => self.refuse(Single::Destination, lane, |row| {
                what.iter().all(|what| attests(row, what))
            }),
            Form::Has(what) => self.refuse(Single::Destination, lane, |row| {
                what.iter().any(|what| !attests(row, what))
            }),
            Form::Operation(named) => self.refuse(Single::Operation, lane, |row| {
                Operation::ALL.get(row).map_or(sure, |asked| !named.contains(asked))
            }),
            Form::On(days) => self.refuse(Single::Weekday, lane, |row| {
                Weekday::ALL.get(row).map_or(sure, |day| !days.contains(day))
            }),
            Form::Larger(than, is) => {
                let volumes = self.bands.volumes();
                self.refuse(Single::Volume, lane, |row| {
                    volumes.get(row).map_or(sure, |bytes| (bytes > than) != *is)
                });
            }
            Form::Between(from, until) => {
                let minutes = self.bands.minutes();
                self.refuse(Single::Minute, lane, |row| {
                    minutes.get(row).map_or(sure, |at| !at.is_between(*from, *until))
                });
            }
            _ => {}
        }
    }

    /// Facts that are sets. What is not known satisfies what restricts, and never what lets something through.
    fn set<'m>(
        &mut self,
        model: &Model,
        lane: &Lane<'m>,
        form: &'m Form,
        asked: &mut Asked,
        geography: &mut Geography<'m>,
    ) {
        let sure = lane.reading == Reading::Surely;
        let (rows, asked, asks) = match form {
            Form::Data(level, classes) => {
                let classes = if sure { *classes } else { model.widen(*classes) };
                let needs = Some((found(model, classes, *level), false));
                (&mut self.classes, &mut asked.classes, Asks { needs, ..Asks::default() })
            }
            Form::Carries(kinds) => {
                let named = Modality::ALL.iter().map(|kind| kinds.contains(kind));
                (&mut self.content, &mut asked.content, several(named.collect(), sure))
            }
            Form::Written(languages) => {
                let named = Language::all().map(|one| languages.contains(&one));
                (&mut self.languages, &mut asked.languages, several(named.collect(), sure))
            }
            Form::People(lists) => {
                let all = 0..model.people.len() as u16;
                let on: Vec<bool> = all.map(|list| lists.contains(&list)).collect();
                let perhaps = on.iter().map(|named| *named && !sure);
                let needs = Some((on.iter().copied().chain(perhaps).collect(), false));
                (&mut self.people, &mut asked.people, Asks { needs, ..Asks::default() })
            }
            Form::Reached(counter, band) => {
                let needs = Some((model.reaching(*counter, *band, sure), false));
                (&mut self.counted, &mut asked.counted, Asks { needs, ..Asks::default() })
            }
            Form::Nothing => {
                let any = (0..model.classes.len() as u16)
                    .map(|class| ClassSet::one(crate::ClassId(class)));
                let any = any.fold(ClassSet::default(), |all, class| all | class);
                let refuses = Some(found(model, any, Level::Likely));
                (&mut self.classes, &mut asked.classes, Asks { refuses, ..Asks::default() })
            }
            Form::About(areas) => {
                let asks = match sure {
                    true => Asks {
                        refuses: Some(geography.not_inside(areas, lane.reading)),
                        refuses_unknown: true,
                        refuses_none: true,
                        needs: None,
                    },
                    false => Asks {
                        needs: Some((geography.inside(areas, lane.reading), true)),
                        ..Asks::default()
                    },
                };
                (&mut self.subjects, &mut asked.subjects, asks)
            }
            Form::AboutUnknown => {
                let values = geography.rows();
                let refuses = sure.then(|| vec![true; values]);
                let needs = Some((vec![false; values], true));
                let asks = Asks { refuses, needs, ..Asks::default() };
                (&mut self.subjects, &mut asked.subjects, asks)
            }
            Form::Stays(areas) => {
                let refuses = Some(geography.not_inside(areas, lane.reading));
                let asks = Asks { refuses, refuses_unknown: sure, ..Asks::default() };
                (&mut self.places, &mut asked.places, asks)
            }
            Form::Leaves(areas) => {
                let needs = Some((geography.outside(areas, lane.reading), !sure));
                (&mut self.places, &mut asked.places, Asks { needs, ..Asks::default() })
            }
            Form::Bound(bond, extent, areas) => {
                let unknown = !sure;
                let asks = match extent {
                    Extent::Only => Asks {
                        refuses: Some(geography.not_inside(areas, lane.reading)),
                        refuses_unknown: sure,
                        refuses_none: sure,
                        needs: None,
                    },
                    Extent::Some => Asks {
                        needs: Some((geography.inside(areas, lane.reading), unknown)),
                        ..Asks::default()
                    },
                    Extent::Outside => Asks {
                        needs: Some((geography.outside(areas, lane.reading), unknown)),
                        ..Asks::default()
                    },
                };
                (&mut self.bonds[bond.index()], &mut asked.bonds[bond.index()], asks)
            }
            _ => return,
        };
        rows.ask(lane.number, *asked, &asks);
        *asked += usize::from(asks.needs.is_some());
    }
}

/// What is there must be among what is named: all of it and nothing else, or for `sure` false any of it.
fn several(named: Vec<bool>, sure: bool) -> Asks {
    match sure {
        true => Asks {
            refuses: Some(named.iter().map(|named| !named).collect()),
            refuses_unknown: true,
            refuses_none: true,
            needs: None,
        },
        false => Asks { needs: Some((named, true)), ..Asks::default() },
    }
}

/// By row of classes: whether it is one of these, found at least as surely.
fn found(model: &Model, classes: ClassSet, level: Level) -> Vec<bool> {
    let mut rows = vec![false; model.classes.len() * LEVELS.len()];
    for class in classes.iter() {
        for found in LEVELS.into_iter().filter(|found| *found >= level) {
            if let Some(row) = rows.get_mut(class_row(class, found)) {
                *row = true;
            }
        }
    }
    rows
}

/// By number of a country: its row.
fn countries(geography: &Geography<'_>) -> Vec<u16> {
    let mut rows = vec![0u16; Country::NUMBERS];
    for (point, hanging) in geography.points() {
        if let Place::Country(known) = point
            && let Some(entry) = rows.get_mut(known.number())
        {
            *entry = hanging.row;
        }
    }
    rows
}

fn declared(model: &Model, geography: &Geography<'_>, day: Day) -> Vec<Declared> {
    let rows = |places: &Vec<Place>| places.iter().map(|place| geography.row(*place)).collect();
    let of = |(number, destination): (u16, &Destination)| Declared {
        all: rows(&destination.places),
        known: destination.known,
        bonds: std::array::from_fn(|bond| rows(&destination.bonds[bond])),
        around: model.around(DestinationId(number)).collect(),
        shown: geography.shown(DestinationId(number), day),
        joined: None,
    };
    (0..).zip(&model.destinations).map(of).collect()
}

/// The rules that are only watched on the day; empty if there are none.
fn monitored(model: &Model, layout: &Layout, day: Day) -> Vec<u64> {
    let watched = model.rules.iter().enumerate().filter(|(_, rule)| rule.monitored(day));
    let mut words = Vec::new();
    for (number, _) in watched {
        words.resize(layout.rule_words, 0);
        words[number / 64] |= 1u64 << (number % 64);
    }
    words
}
