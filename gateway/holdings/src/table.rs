//! Hash → payload, in the mapped bytes: filter, directory, a few entries.
//!
//! A hash is 96 bits: 2 of its domain, 94 of a keyed hash. With 2^26 entries a word that is not in the file meets one by chance in
//! 2^-68 of the cases; 64 bits would do for that, but what decides alone (a single term, without a second column) should not need
//! an argument about how much traffic there is. Entries are sorted, so that files are the same for the same input, and are
//! found through a directory of about 16 entries a slot. Most words of ordinary text end at the filter, which is small enough for
//! the cache because each domain has its own.

use crate::file::u32_at;

/// The first word of a term or value. Looked up for each word of a text.
pub(crate) const FIRST: u128 = 0;
/// Two words and more: looked up only behind a first one that was found.
pub(crate) const LONGER: u128 = 1;
/// Exact spellings, numbers, dates, addresses: looked up only where one stands.
pub(crate) const OTHER: u128 = 2;
/// How many domains there are.
pub(crate) const DOMAINS: usize = 3;

/// Bytes of an entry.
pub(crate) const ENTRY: usize = 16;
/// Bytes of a block of a filter: a line of the cache.
pub(crate) const BLOCK: usize = 64;
/// Bits of a filter for each entry: about 1 % of what is not in the file passes.
const FILTER_BITS: u64 = 12;

/// The 96 bits under which a hash is filed.
pub(crate) fn filed(domain: u128, hash: u128) -> u128 {
    (domain << 94) | (hash >> 34)
}

pub(crate) fn domain_of(filed: u128) -> usize {
    ((filed >> 94) as usize).min(DOMAINS - 1)
}

/// What an entry says beside its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payload(pub(crate) u32);

impl Payload {
    /// A longer term begins with these words.
    pub(crate) const GOES_ON: u32 = 1 << 31;
    /// Dictionary: only some spellings are meant. Otherwise: `value` is the place of a list.
    pub(crate) const MARKED: u32 = 1 << 30;
    const VALUE: u32 = Self::MARKED - 1;
    /// Only the beginning of something longer.
    pub(crate) const NONE: u32 = Self::VALUE;
    /// In so many records that they are not listed.
    pub(crate) const COMMON: u32 = Self::VALUE - 1;
    /// Greatest number that fits.
    pub(crate) const MAX: u32 = Self::VALUE - 2;

    pub(crate) fn goes_on(self) -> bool {
        self.0 & Self::GOES_ON != 0
    }

    pub(crate) fn marked(self) -> bool {
        self.0 & Self::MARKED != 0
    }

    /// The number, [`Payload::COMMON`], or nothing.
    pub(crate) fn value(self) -> Option<u32> {
        let value = self.0 & Self::VALUE;
        (value != Self::NONE).then_some(value)
    }
}

/// The sections that are searched. Made anew for each scan; copies nothing.
#[derive(Clone, Copy)]
pub(crate) struct Table<'f> {
    entries: &'f [u8],
    directory: &'f [u8],
    filters: [&'f [u8]; DOMAINS],
    /// Bits of the hash that choose a slot of the directory.
    bits: u32,
}

impl<'f> Table<'f> {
    pub(crate) fn new(
        entries: &'f [u8],
        directory: &'f [u8],
        filters: &'f [u8],
        blocks: [u32; DOMAINS],
    ) -> Table<'f> {
        let mut rest = filters;
        let filters = blocks.map(|blocks| {
            let len = (blocks as usize).saturating_mul(BLOCK).min(rest.len());
            let (filter, after) = rest.split_at(len);
            rest = after;
            filter
        });
        let slots = (directory.len() / 4).saturating_sub(1);
        Table { entries, directory, filters, bits: slots.checked_ilog2().unwrap_or(0).min(31) }
    }

    /// Whether a hash may be there: if not, it is not.
    pub(crate) fn may_hold(&self, domain: u128, hash: u128) -> bool {
        self.filters.get(domain as usize).is_some_and(|filter| passes(filter, filed(domain, hash)))
    }

    /// The payload of a hash. About three random reads, or one if the filter knows that it is not there.
    pub(crate) fn find(&self, domain: u128, hash: u128) -> Option<Payload> {
        let wanted = filed(domain, hash);
        if !passes(self.filters.get(domain as usize)?, wanted) {
            return None;
        }
        let slot = if self.bits == 0 { 0 } else { (wanted >> (96 - self.bits)) as usize };
        let mut low = u32_at(self.directory, 4 * slot) as usize;
        let mut high = u32_at(self.directory, 4 * (slot + 1)) as usize;
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = self.entry(middle)?;
            match (entry >> 32).cmp(&wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(Payload(entry as u32)),
            }
        }
        None
    }

    fn entry(&self, number: usize) -> Option<u128> {
        let bytes = self.entries.get(number.checked_mul(ENTRY)?..)?.first_chunk()?;
        Some(u128::from_le_bytes(*bytes))
    }
}

/// The six bits of a block that stand for a hash, and which block.
fn place(filed: u128, blocks: usize) -> (usize, [usize; 6]) {
    // The domain's bits are the same for all in a filter, so they choose nothing.
    let leading = (filed >> 30) as u64;
    let block = ((u128::from(leading) * blocks as u128) >> 64) as usize;
    let trailing = filed as u64;
    (block, std::array::from_fn(|nth| (trailing >> (9 * nth)) as usize & 511))
}

fn passes(filter: &[u8], filed: u128) -> bool {
    let (block, bits) = place(filed, filter.len() / BLOCK);
    let Some(block) = filter.get(block * BLOCK..(block + 1) * BLOCK) else { return false };
    bits.iter().all(|bit| block[bit / 8] & (1 << (bit % 8)) != 0)
}

/// The directory and the filters, made while the entries are written in their order.
pub(crate) struct Index {
    bits: u32,
    directory: Vec<u32>,
    filters: [Vec<u8>; DOMAINS],
    written: u32,
}

impl Index {
    /// For so many entries of each domain.
    pub(crate) fn new(counts: [u64; DOMAINS]) -> Index {
        let entries: u64 = counts.iter().sum();
        let bits = (entries / 16).checked_ilog2().unwrap_or(0).min(28);
        Index {
            bits,
            directory: Vec::with_capacity((1 << bits) + 1),
            filters: counts
                .map(|count| vec![0; (count * FILTER_BITS).div_ceil(512) as usize * BLOCK]),
            written: 0,
        }
    }

    pub(crate) fn blocks(&self) -> [u32; DOMAINS] {
        std::array::from_fn(|domain| (self.filters[domain].len() / BLOCK) as u32)
    }

    /// Bytes of the directory, and of all filters.
    pub(crate) fn lengths(&self) -> (u64, u64) {
        (4 * ((1 << self.bits) + 1), self.filters.iter().map(|filter| filter.len() as u64).sum())
    }

    /// Takes the next entry, in order.
    pub(crate) fn add(&mut self, entry: u128) {
        let filed = entry >> 32;
        let slot = if self.bits == 0 { 0 } else { (filed >> (96 - self.bits)) as usize };
        while self.directory.len() <= slot {
            self.directory.push(self.written);
        }
        self.written += 1;
        let filter = &mut self.filters[domain_of(filed)];
        let (block, bits) = place(filed, filter.len() / BLOCK);
        if let Some(block) = filter.get_mut(block * BLOCK..(block + 1) * BLOCK) {
            bits.iter().for_each(|bit| block[bit / 8] |= 1 << (bit % 8));
        }
    }

    /// The bytes of the directory, then of each filter.
    pub(crate) fn write(
        mut self,
        mut put: impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> std::io::Result<Vec<Vec<u8>>> {
        self.directory.resize((1 << self.bits) + 1, self.written);
        for part in self.directory.chunks(4096) {
            let bytes: Vec<u8> = part.iter().flat_map(|at| at.to_le_bytes()).collect();
            put(&bytes)?;
        }
        Ok(self.filters.into())
    }
}
