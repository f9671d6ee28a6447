//! Keccak-256 as Ethereum and Monero use it: the sponge of FIPS 202 with the padding of the original submission.

const ROUNDS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808A,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808B,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008A,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000A,
    0x0000_0000_8000_808B,
    0x8000_0000_0000_008B,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800A,
    0x8000_0000_8000_000A,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// The walk of ρ and π over the lanes: where to, turned by how much.
const WALK: [(usize, u32); 24] = [
    (10, 1),
    (7, 3),
    (11, 6),
    (17, 10),
    (18, 15),
    (3, 21),
    (5, 28),
    (16, 36),
    (8, 45),
    (21, 55),
    (24, 2),
    (4, 14),
    (15, 27),
    (23, 41),
    (19, 56),
    (13, 8),
    (12, 25),
    (2, 43),
    (20, 62),
    (14, 18),
    (22, 39),
    (9, 61),
    (6, 20),
    (1, 44),
];

/// Bytes taken up between two permutations.
const RATE: usize = 136;

fn permute(lanes: &mut [u64; 25]) {
    for round in ROUNDS {
        let column = |x: usize| (0..5).fold(0, |sum, y| sum ^ lanes[y * 5 + x]);
        let columns: [u64; 5] = std::array::from_fn(column);
        for (i, lane) in lanes.iter_mut().enumerate() {
            let x = i % 5;
            *lane ^= columns[(x + 4) % 5] ^ columns[(x + 1) % 5].rotate_left(1);
        }
        let mut carried = lanes[1];
        for (to, turn) in WALK {
            (lanes[to], carried) = (carried.rotate_left(turn), lanes[to]);
        }
        for row in lanes.chunks_exact_mut(5) {
            let old: [u64; 5] = std::array::from_fn(|x| row[x]);
            for (x, lane) in row.iter_mut().enumerate() {
                *lane = old[x] ^ (!old[(x + 1) % 5] & old[(x + 2) % 5]);
            }
        }
        lanes[0] ^= round;
    }
}

/// The hash of a short value.
pub(super) fn keccak256(value: &[u8]) -> [u8; 32] {
    let mut lanes = [0u64; 25];
    let mut absorb = |block: &[u8; RATE]| {
        for (lane, bytes) in lanes.iter_mut().zip(block.chunks_exact(8)) {
            *lane ^= bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b));
        }
        permute(&mut lanes);
    };
    let blocks = value.chunks_exact(RATE);
    let rest = blocks.remainder();
    for block in blocks {
        if let Ok(block) = block.try_into() {
            absorb(block);
        }
    }
    let mut last = [0u8; RATE];
    for (place, byte) in last.iter_mut().zip(rest) {
        *place = *byte;
    }
    last[rest.len()] ^= 0x01;
    last[RATE - 1] ^= 0x80;
    absorb(&last);
    let mut out = [0u8; 32];
    for (bytes, lane) in out.chunks_exact_mut(8).zip(lanes) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(value: &[u8]) -> String {
        keccak256(value).iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn the_published_vectors_come_out() {
        let empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
        assert_eq!(hex(b""), empty);
        let abc = "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45";
        assert_eq!(hex(b"abc"), abc);
    }
}
