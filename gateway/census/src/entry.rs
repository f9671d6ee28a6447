//! An entry of the file: a counter, a person, a day, and a sum over all three.

/// Bytes of an entry.
pub(crate) const LEN: usize = 32;

/// What stands for a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag([u8; 8]);

/// A keyed hash of what identifies a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub [u8; 16]);

/// A person that a counter saw on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) counter: Tag,
    pub(crate) person: Person,
    pub(crate) day: i32,
}

impl Tag {
    /// Of a counter's name: it counts on under another definition, as it must, since what has left has left.
    #[must_use]
    pub fn of(counter: &str) -> Tag {
        let hash = blake3::derive_key("seawall 2026 census counter", counter.as_bytes());
        let mut tag = [0; 8];
        tag.copy_from_slice(&hash[..8]);
        Tag(tag)
    }
}

/// Shows nothing: it stands for a person.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(..)")
    }
}

impl Entry {
    pub(crate) fn to_bytes(self) -> [u8; LEN] {
        let mut bytes = [0; LEN];
        bytes[..8].copy_from_slice(&self.counter.0);
        bytes[8..24].copy_from_slice(&self.person.0);
        bytes[24..28].copy_from_slice(&self.day.to_le_bytes());
        let sum = sum(&bytes[..28]);
        bytes[28..].copy_from_slice(&sum);
        bytes
    }

    /// None if the sum is another.
    pub(crate) fn read(bytes: &[u8; LEN]) -> Option<Entry> {
        if sum(&bytes[..28]) != bytes[28..] {
            return None;
        }
        let (mut counter, mut person, mut day) = ([0; 8], [0; 16], [0; 4]);
        counter.copy_from_slice(&bytes[..8]);
        person.copy_from_slice(&bytes[8..24]);
        day.copy_from_slice(&bytes[24..28]);
        Some(Entry { counter: Tag(counter), person: Person(person), day: i32::from_le_bytes(day) })
    }
}

fn sum(bytes: &[u8]) -> [u8; 4] {
    let hash = blake3::hash(bytes);
    let mut sum = [0; 4];
    sum.copy_from_slice(&hash.as_bytes()[..4]);
    sum
}
