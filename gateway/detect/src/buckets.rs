//! From a hash of four bytes to what begins with them: small enough to stay in the nearest cache, since it is asked at every word.
//!
//! One bit for each slot tells most words that there is nothing for them. Only slots that are taken have a place in the list of
//! buckets; a slot's place is the number of taken slots before it, counted from the nearest of the counts kept beside the bits.

/// Slots, as a power of two.
const SLOTS: u32 = 17;

/// Sixty-four slots.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    /// Which are taken.
    taken: u64,
    /// How many are taken in the groups before.
    before: u32,
}

/// What begins with four bytes, found by them.
#[derive(Clone, Debug)]
pub(crate) struct Buckets<T> {
    groups: Box<[Group]>,
    /// Where each bucket begins in `items`, and one more for the end.
    begins: Vec<u32>,
    items: Vec<T>,
}

/// Where the bit of four bytes is; several may share one.
#[inline]
fn slot(head: u32) -> (usize, u32) {
    let slot = head.wrapping_mul(0x9E37_79B1) >> (u32::BITS - SLOTS);
    ((slot / u64::BITS) as usize, slot % u64::BITS)
}

impl<T> Buckets<T> {
    /// Sorts items into buckets by their heads; within a bucket they stay in order.
    pub(crate) fn new(items: impl IntoIterator<Item = (u32, T)>) -> Buckets<T> {
        let mut items: Vec<((usize, u32), T)> =
            items.into_iter().map(|(head, item)| (slot(head), item)).collect();
        items.sort_by_key(|(slot, _)| *slot);
        let mut groups = vec![Group::default(); (1 << SLOTS) / 64].into_boxed_slice();
        let mut begins = Vec::new();
        for (index, ((group, bit), _)) in (0u32..).zip(&items) {
            if let Some(group) = groups.get_mut(*group)
                && group.taken >> bit & 1 == 0
            {
                group.taken |= 1 << bit;
                begins.push(index);
            }
        }
        begins.push(u32::try_from(items.len()).unwrap_or(u32::MAX));
        let mut before = 0;
        for group in &mut groups {
            group.before = before;
            before += group.taken.count_ones();
        }
        Buckets { groups, begins, items: items.into_iter().map(|(_, item)| item).collect() }
    }

    /// Whether something may begin with these bytes; wrong only towards yes.
    #[inline]
    pub(crate) fn may_hold(&self, head: u32) -> bool {
        let (group, bit) = slot(head);
        self.groups.get(group).is_some_and(|group| group.taken >> bit & 1 != 0)
    }

    /// What may begin with these bytes.
    #[inline]
    pub(crate) fn get(&self, head: u32) -> &[T] {
        let (group, bit) = slot(head);
        match self.groups.get(group) {
            Some(group) if group.taken >> bit & 1 != 0 => {
                let before = group.taken & !(u64::MAX << bit);
                self.bucket((group.before + before.count_ones()) as usize)
            }
            _ => &[],
        }
    }

    fn bucket(&self, place: usize) -> &[T] {
        let range = self.begins.get(place).zip(self.begins.get(place + 1));
        let range = range.map_or(0..0, |(from, to)| *from as usize..*to as usize);
        self.items.get(range).unwrap_or_default()
    }

    /// All of it.
    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }
}

/// Bits by four bytes: whether something begins with them. Half as much memory as the buckets, of which the nearest cache is full otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Heads(Box<[u64]>);

impl Default for Heads {
    fn default() -> Heads {
        Heads(vec![0; (1 << SLOTS) / 64].into_boxed_slice())
    }
}

impl Heads {
    /// Takes up what begins with these bytes.
    pub(crate) fn insert(&mut self, head: u32) {
        let (group, bit) = slot(head);
        if let Some(bits) = self.0.get_mut(group) {
            *bits |= 1 << bit;
        }
    }

    /// Whether something may begin with these bytes; wrong only towards yes.
    #[inline]
    pub(crate) fn has(&self, head: u32) -> bool {
        let (group, bit) = slot(head);
        self.0.get(group).is_some_and(|bits| bits >> bit & 1 != 0)
    }

    /// The share of bits that are set.
    #[cfg(test)]
    pub(crate) fn filled(&self) -> f64 {
        let taken: u32 = self.0.iter().map(|bits| bits.count_ones()).sum();
        f64::from(taken) / f64::from(1u32 << SLOTS)
    }
}

/// A bit for each two bytes: whether something begins with them.
#[derive(Clone, Debug)]
pub(crate) struct Pairs(Box<[u64]>);

impl Default for Pairs {
    fn default() -> Pairs {
        Pairs(vec![0; (1 << 16) / 64].into_boxed_slice())
    }
}

impl Pairs {
    /// Takes up what begins with the first two of these bytes.
    pub(crate) fn insert(&mut self, bytes: u64) {
        let (group, bit) = Pairs::place(bytes);
        if let Some(bits) = self.0.get_mut(group) {
            *bits |= 1 << bit;
        }
    }

    /// Whether something begins with the first two of these bytes.
    #[inline]
    pub(crate) fn has(&self, bytes: u64) -> bool {
        let (group, bit) = Pairs::place(bytes);
        self.0.get(group).is_some_and(|bits| bits >> bit & 1 != 0)
    }

    #[inline]
    fn place(bytes: u64) -> (usize, u32) {
        let [first, second, ..] = bytes.to_le_bytes();
        let pair = u32::from(first) << 8 | u32::from(second);
        ((pair / u64::BITS) as usize, pair % u64::BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_found_by_its_head_and_nothing_else() {
        let heads = (0..20_000u32).map(|n| n.wrapping_mul(2_654_435_769));
        let buckets = Buckets::new(heads.clone().zip(0u32..).chain([(7, 1), (7, 2)]));
        for (head, number) in heads.zip(0u32..) {
            assert!(buckets.may_hold(head) && buckets.get(head).contains(&number));
        }
        assert!(
            buckets.get(7).ends_with(&[1, 2]) || buckets.get(7).windows(2).any(|w| w == [1, 2])
        );
        let held = (0..100_000u32).filter(|head| buckets.may_hold(*head));
        assert!(held.clone().count() > 0 && held.clone().all(|head| !buckets.get(head).is_empty()));
        assert_eq!(buckets.items().len(), 20_002);
    }
}
