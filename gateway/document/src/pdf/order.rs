//! What stands side by side on a page, whatever the order in which it is drawn.
//!
//! A page is told as its contents draw it, which is how nearly all are read. Where neighbours on a line are drawn apart from each
//! other (backwards, by turns with other lines, shuffled), that part of the line is told once more as it stands. What is further
//! apart than a letter is wide is not joined: columns and cells are drawn one after the other, and rightly so.

use std::cmp::Ordering;
use std::ops::Range;

use super::matrix::Matrix;

/// Marks of one page that are put in order; a page of a book has some three thousand characters.
const MARKS: usize = 500_000;
/// Parts of the size of a letter: of what is higher or lower another line is, between words, between what belongs together, and
/// between two of the same that are drawn over each other to look bold.
const LINE: f64 = 0.4;
const WORD: f64 = 0.18;
const APART: f64 = 1.0;
const OVER: f64 = 0.3;

/// Something that is drawn: a glyph, or the value of a field.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// The direction of its line, in tenths of a degree.
    turn: i32,
    /// How far along its line it begins and ends, and how far across the page that line is.
    from: f64,
    to: f64,
    across: f64,
    size: f64,
    /// Its text, in what is told of the page.
    text: Range<usize>,
    /// How many were drawn before.
    number: usize,
}

impl Mark {
    /// A mark whose text begins where `matrix` says, in letters of this size.
    pub(super) fn at(matrix: Matrix, size: f64) -> Self {
        let Matrix([a, b, ..]) = matrix;
        let turn = (b.atan2(a).to_degrees() * 10.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "an angle of at most 1,800 tenths")]
        let turn = if turn.is_finite() { turn as i32 } else { 0 };
        let mut mark =
            Self { turn, from: 0.0, to: 0.0, across: 0.0, size: 0.0, text: 0..0, number: 0 };
        (mark.from, mark.across) = mark.turned(matrix.origin());
        mark.size = (a.hypot(b) * size).abs();
        mark
    }

    /// The mark with its end and its text.
    pub(super) fn to(mut self, end: (f64, f64), text: Range<usize>) -> Self {
        (self.to, self.text) = (self.turned(end).0, text);
        self
    }

    /// Along and across its direction.
    fn turned(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (sin, cos) = (f64::from(self.turn) / 10.0).to_radians().sin_cos();
        (x * cos + y * sin, y * cos - x * sin)
    }

    /// Its text, of what is told.
    pub(super) fn text<'t>(&self, told: &'t str) -> &'t str {
        told.get(self.text.clone()).unwrap_or_default()
    }

    fn is_placed(&self) -> bool {
        self.size > 0.0
            && [self.from, self.to, self.across, self.size].iter().all(|n| n.is_finite())
    }
}

/// The marks of a page.
#[derive(Default)]
pub(super) struct Order {
    marks: Vec<Mark>,
    full: bool,
}

impl Order {
    /// Adds what is drawn next.
    pub(super) fn add(&mut self, mark: Mark) {
        if !mark.is_placed() {
            return;
        }
        if self.marks.len() >= MARKS {
            self.full = true;
            return;
        }
        self.marks.push(Mark { number: self.marks.len(), ..mark });
    }

    /// Whether there were more marks than are put in order.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The parts of lines whose marks are not drawn one after the other, as they stand; each on a line.
    pub(super) fn text(&mut self, told: &str) -> String {
        let mut out = String::new();
        self.parts(|part| {
            if is_mixed(part, told) {
                write(&mut out, part, told);
            }
        });
        out
    }

    /// Gives what stands together on a line, in its order.
    pub(super) fn parts(&mut self, mut take: impl FnMut(&[Mark])) {
        self.marks
            .sort_by(|one, other| one.turn.cmp(&other.turn).then(order(other.across, one.across)));
        let is_line = |one: &Mark, next: &Mark| {
            one.turn == next.turn
                && (one.across - next.across).abs() <= LINE * one.size.max(next.size)
        };
        for line in self.marks.chunk_by_mut(is_line) {
            line.sort_by(|one, other| order(one.from, other.from));
            let near =
                |one: &Mark, next: &Mark| next.from - one.to <= APART * one.size.max(next.size);
            line.chunk_by_mut(near).for_each(|part| {
                put_accents_back(part);
                take(part);
            });
        }
    }
}

/// An accent may be drawn before its letter and stand further along.
fn put_accents_back(part: &mut [Mark]) {
    for at in 1..part.len() {
        if let [one, next] = part.get_mut(at - 1..=at).unwrap_or_default()
            && next.number < one.number
            && next.from + OVER * one.size < one.to
        {
            std::mem::swap(one, next);
        }
    }
}

fn order(one: f64, other: f64) -> Ordering {
    one.partial_cmp(&other).unwrap_or(Ordering::Equal)
}

/// Whether two show the same at the same place.
fn is_over(one: &Mark, next: &Mark, told: &str) -> bool {
    (next.from - one.from).abs() <= OVER * one.size.min(next.to - next.from)
        && one.text(told) == next.text(told)
}

/// Whether neighbours are drawn apart from each other. Of what is drawn over itself either may be the one before.
fn is_mixed(part: &[Mark], told: &str) -> bool {
    let mut last: Option<(&Mark, usize)> = None;
    part.iter().any(|mark| {
        let Some((before, over)) = &mut last else {
            last = Some((mark, mark.number));
            return false;
        };
        if is_over(before, mark, told) {
            *over = mark.number;
            return false;
        }
        let follows = mark.number == before.number + 1 || mark.number == *over + 1;
        last = Some((mark, mark.number));
        !follows
    })
}

/// Writes a part of a line.
fn write(out: &mut String, part: &[Mark], told: &str) {
    let mut last: Option<&Mark> = None;
    for mark in part {
        if last.is_some_and(|last| is_over(last, mark, told)) {
            continue;
        }
        let apart = last.is_some_and(|last| mark.from - last.to > WORD * mark.size);
        if apart && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
        out.push_str(mark.text(told));
        last = Some(mark);
    }
    out.push('\n');
}
