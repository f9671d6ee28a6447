//! First bytes of words → what begins with them. The test for "nothing" reads one bit of eight kilobytes.

/// Letters in either case have equal bytes when this bit is set.
pub const FOLD: u32 = 0x2020_2020;

/// What begins with some bytes; equal heads are neighbours.
pub struct Table<T> {
    present: Vec<u64>,
    /// A power of two of them, each at its hash or behind it.
    slots: Vec<Slot>,
    items: Vec<T>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    head: u32,
    from: u32,
    /// Zero: the slot is free.
    count: u32,
}

fn hash(head: u32) -> usize {
    (head.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

impl<T: Clone> Table<T> {
    pub fn new(mut heads: Vec<(u32, T)>) -> Table<T> {
        heads.sort_by_key(|(head, _)| *head);
        let mut present = vec![0u64; 1 << 10];
        let mut slots = vec![Slot::default(); (heads.len() * 2).next_power_of_two().max(2)];
        let mut from = 0;
        for alike in heads.chunk_by(|a, b| a.0 == b.0) {
            let (head, count) = (alike[0].0, alike.len() as u32);
            let hash = hash(head);
            present[hash / 64] |= 1 << (hash % 64);
            let mut at = hash & (slots.len() - 1);
            while slots[at].count > 0 {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = Slot { head, from, count };
            from += count;
        }
        Table { present, slots, items: heads.into_iter().map(|(_, item)| item).collect() }
    }

    #[inline]
    pub fn get(&self, head: u32) -> &[T] {
        let hash = hash(head);
        if self.present[hash / 64] >> (hash % 64) & 1 == 0 {
            return &[];
        }
        self.find(head, hash)
    }

    fn find(&self, head: u32, hash: usize) -> &[T] {
        let mut at = hash & (self.slots.len() - 1);
        loop {
            let Slot { head: found, from, count } = self.slots[at];
            if count == 0 {
                return &[];
            }
            if found == head {
                return &self.items[from as usize..(from + count) as usize];
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

/// The next bytes as a number, zeros beyond the end of the text.
#[inline]
pub fn eight(text: &[u8], at: usize) -> u64 {
    let rest = &text[at..];
    if let Some(eight) = rest.first_chunk::<8>() {
        return u64::from_le_bytes(*eight);
    }
    let mut eight = [0; 8];
    eight[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(eight)
}

/// The next four bytes, zeros beyond the end of the text.
#[inline]
pub fn four(text: &[u8], at: usize) -> u32 {
    eight(text, at) as u32
}
