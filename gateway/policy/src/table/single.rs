//! Facts with one value, and the rows of their values.

use crate::model::{Form, Model, Trait};
use crate::stated::Sender;
use crate::{
    Candidate, DestinationId, Direction, Grade, Minute, Operation, Situation, Stated, Weekday,
};

/// A fact with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Single {
    Direction,
    Client,
    Grade,
    Destination,
    Operation,
    Volume,
    Minute,
    Weekday,
}

impl Single {
    pub(crate) const COUNT: usize = 8;
    pub(crate) const ALL: [Single; Single::COUNT] = [
        Single::Direction,
        Single::Client,
        Single::Grade,
        Single::Destination,
        Single::Operation,
        Single::Volume,
        Single::Minute,
        Single::Weekday,
    ];

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

/// The grades in the order of their rows.
pub(crate) const GRADES: [Grade; 5] =
    [Grade::Refuted, Grade::Unprovable, Grade::Declared, Grade::Consistent, Grade::Proven];

/// Where the bands of numbers begin that the conditions tell apart.
#[derive(Debug, Default)]
pub(crate) struct Bands {
    /// The most bytes of each band but the last, in order.
    volumes: Vec<u64>,
    /// The first minute of each band but the first, in order.
    minutes: Vec<u16>,
    /// The callers with what they may state, in the order of their rows.
    senders: Vec<Sender>,
    /// How many of them state nothing; the number of such a one is its row.
    plain: usize,
}

impl Bands {
    pub(crate) fn of(model: &Model) -> Bands {
        let (mut volumes, mut minutes) = (Vec::new(), Vec::new());
        for condition in model.conditions() {
            match &condition.form {
                Form::Larger(than, _) => volumes.push(*than),
                Form::Between(from, until) => minutes.extend([from.number(), until.number()]),
                _ => {}
            }
        }
        volumes.sort_unstable();
        volumes.dedup();
        minutes.sort_unstable();
        minutes.dedup();
        Bands { volumes, minutes, senders: Sender::all(model), plain: model.clients.len() }
    }

    /// How many rows each fact has. Where a value may be unknown, that is the last row.
    pub(crate) fn sizes(&self, model: &Model) -> [usize; Single::COUNT] {
        let unknown = 1;
        [
            2,
            self.senders.len(),
            GRADES.len(),
            model.destinations.len(),
            Operation::ALL.len() + unknown,
            self.volumes.len() + 1 + unknown,
            self.minutes.len() + 1 + unknown,
            Weekday::ALL.len() + unknown,
        ]
    }

    /// The row of a fact in one situation, for one candidate.
    #[inline]
    pub(super) fn row(&self, of: Single, s: &Situation, c: &Candidate) -> usize {
        match of {
            Single::Direction => direction_row(s.direction),
            Single::Client => self.sender_row(Sender { client: s.client, stated: s.stated }),
            Single::Grade => grade_row(c.grade),
            Single::Destination => c.destination.index(),
            rare => self.rare_row(rare, s),
        }
    }

    /// The row of a fact that few policies ask for. Not inlined: else days of the week are worked out in every situation.
    #[inline(never)]
    fn rare_row(&self, of: Single, s: &Situation) -> usize {
        match of {
            Single::Direction | Single::Client | Single::Grade | Single::Destination => usize::MAX,
            Single::Operation => s.operation.map_or(Operation::ALL.len(), Operation::index),
            Single::Volume => self.volume_row(s.volume),
            Single::Minute => self.minute_row(s.minute),
            Single::Weekday => s.weekday().map_or(Weekday::ALL.len(), Weekday::index),
        }
    }

    /// The callers with what they may state, by row.
    pub(crate) fn senders(&self) -> &[Sender] {
        &self.senders
    }

    /// The row of a caller. Of what it stated counts only what a condition asks for: the rest is in no row.
    #[inline]
    pub(crate) fn sender_row(&self, sender: Sender) -> usize {
        let Sender { client, stated } = sender;
        if stated == Stated::default() {
            return client.index();
        }
        let choosing = self.senders.get(self.plain..).unwrap_or(&[]);
        let ways = [stated, stated.with(Trait::Basis, None), stated.with(Trait::Purpose, None)];
        let row = |stated| choosing.binary_search(&Sender { client, stated }).ok();
        ways.into_iter().find_map(row).map_or(client.index(), |row| self.plain + row)
    }

    /// The row of a volume.
    #[inline]
    pub(crate) fn volume_row(&self, volume: Option<u64>) -> usize {
        let row = |bytes: u64| self.volumes.partition_point(|most| *most < bytes);
        volume.map_or(self.volumes.len() + 1, row)
    }

    /// The row of a time of day.
    #[inline]
    pub(crate) fn minute_row(&self, minute: Option<Minute>) -> usize {
        let row = |at: Minute| self.minutes.partition_point(|first| *first <= at.number());
        minute.map_or(self.minutes.len() + 1, row)
    }

    /// A situation and candidate of which the fact has the value of a row.
    pub(crate) fn set(&self, of: Single, row: usize, s: &mut Situation, c: &mut Candidate) {
        match of {
            Single::Direction if row == 0 => s.direction = Direction::Request,
            Single::Direction => s.direction = Direction::Answer,
            Single::Client => {
                let sender = self.senders.get(row).copied().unwrap_or_default();
                (s.client, s.stated) = (sender.client, sender.stated);
            }
            Single::Grade => c.grade = GRADES[row.min(GRADES.len() - 1)],
            Single::Destination => c.destination = DestinationId(row as u16),
            Single::Operation => s.operation = Operation::ALL.get(row).copied(),
            Single::Volume => s.volume = self.volume(row),
            Single::Minute => s.minute = self.minute(row),
            Single::Weekday => {
                let day = Weekday::ALL.get(row);
                // A clock that ran backwards: nobody knows the day.
                s.latest = if day.is_some() { s.day } else { s.day.next() };
            }
        }
    }

    /// A volume of each band.
    pub(crate) fn volumes(&self) -> Vec<u64> {
        (0..).map_while(|row| self.volume(row)).collect()
    }

    /// A time of each band.
    pub(crate) fn minutes(&self) -> Vec<Minute> {
        (0..).map_while(|row| self.minute(row)).collect()
    }

    fn volume(&self, row: usize) -> Option<u64> {
        let more = |most: u64| most.saturating_add(1);
        match row.checked_sub(1) {
            None => Some(0),
            Some(below) => self.volumes.get(below).copied().map(more),
        }
    }

    fn minute(&self, row: usize) -> Option<Minute> {
        match row.checked_sub(1) {
            None => Some(Minute::of_number(0)),
            Some(before) => self.minutes.get(before).copied().map(Minute::of_number),
        }
    }
}

pub(crate) fn direction_row(direction: Direction) -> usize {
    match direction {
        Direction::Request => 0,
        Direction::Answer => 1,
    }
}

fn grade_row(grade: Grade) -> usize {
    GRADES.iter().position(|known| *known == grade).unwrap_or(0)
}
