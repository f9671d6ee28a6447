//! Addresses of crypto-currencies: base 58 with a hash, bech32 with a code, hexadecimal with capitals.

use sha2::{Digest, Sha256};

use super::keccak::keccak256;

const BITCOIN: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const RIPPLE: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Longest decoded address, in bytes.
const BYTES: usize = 80;

/// The address itself, when the name of the currency stands before it.
fn token(value: &str) -> &str {
    value.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or(value)
}

/// The bytes that a number in base 58 stands for, right-aligned; nothing if it is not one or too long.
fn base58(text: &str, alphabet: &[u8; 58]) -> Option<([u8; BYTES], usize)> {
    let mut bytes = [0u8; BYTES];
    for c in text.bytes() {
        let mut carry = u32::try_from(alphabet.iter().position(|a| *a == c)?).ok()?;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            [.., *byte] = carry.to_be_bytes();
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    let zeros = text.bytes().take_while(|b| Some(b) == alphabet.first()).count();
    let body = bytes.iter().skip_while(|b| **b == 0).count();
    Some((bytes, zeros + body))
}

/// Base58Check: payload of `len` bytes whose first bytes are one of `versions`, then four bytes of a double SHA-256.
fn base58check(text: &str, alphabet: &[u8; 58], len: usize, versions: &[&[u8]]) -> bool {
    let Some((bytes, n)) = base58(text, alphabet) else { return false };
    if n != len + 4 {
        return false;
    }
    let Some((payload, sum)) = bytes.get(BYTES - n..).and_then(|b| b.split_at_checked(len)) else {
        return false;
    };
    let hash = Sha256::digest(Sha256::digest(payload));
    versions.iter().any(|v| payload.starts_with(v)) && hash.get(..4) == Some(sum)
}

/// Bitcoin wiki, Base58Check: pay to key hash (1…) and to script hash (3…).
pub(super) fn bitcoin(value: &str) -> bool {
    base58check(token(value), BITCOIN, 21, &[&[0], &[5]])
}

/// Litecoin (L…, M…), Dogecoin (D…, A…, 9…) and Dash (X…, 7…): version bytes of their chain parameters.
pub(super) fn altcoin(value: &str) -> bool {
    let token = token(value);
    base58check(token, BITCOIN, 21, &[&[48], &[50], &[30], &[22], &[76], &[16]])
        || base58check(token, BITCOIN, 22, &[&[0x1C, 0xB8], &[0x1C, 0xBD]])
}

/// TRON addresses: version 0x41.
pub(super) fn tron(value: &str) -> bool {
    base58check(token(value), BITCOIN, 21, &[&[0x41]])
}

/// XRP Ledger account addresses: their own alphabet, version 0.
pub(super) fn ripple(value: &str) -> bool {
    base58check(token(value), RIPPLE, 21, &[&[0]])
}

/// Solana: 32 bytes in base 58, without a check.
pub(super) fn solana(value: &str) -> bool {
    let token = token(value);
    let mixed = token.bytes().any(|b| b.is_ascii_digit())
        && token.bytes().any(|b| b.is_ascii_lowercase())
        && token.bytes().any(|b| b.is_ascii_uppercase());
    mixed && base58(token, BITCOIN).is_some_and(|(_, n)| n == 32)
}

/// Monero: blocks of eleven characters for eight bytes, Keccak-256 at the end; the networks' main prefixes.
pub(super) fn monero(value: &str) -> bool {
    let token = token(value);
    let mut bytes = [0u8; BYTES];
    let mut n = 0;
    for block in token.as_bytes().chunks(11) {
        let size = match block.len() {
            11 => 8,
            7 => 5,
            _ => return false,
        };
        let decoded = std::str::from_utf8(block).ok().and_then(|b| base58(b, BITCOIN));
        let Some((raw, _)) = decoded else { return false };
        let (Some(from), Some(to)) = (raw.get(BYTES - size..), bytes.get_mut(n..n + size)) else {
            return false;
        };
        to.copy_from_slice(from);
        n += size;
    }
    let Some((payload, sum)) = bytes.get(..n).and_then(|b| b.split_at_checked(n.wrapping_sub(4)))
    else {
        return false;
    };
    matches!(payload.first(), Some(18 | 19 | 42)) && keccak256(payload).get(..4) == Some(sum)
}

/// EIP-55: the capitals of the digits are bits of the Keccak-256 of the address. All small or all capital carries no check.
pub(super) fn ethereum(value: &str) -> bool {
    let Some(hex) = value.strip_prefix("0x").filter(|h| h.len() == 40) else { return false };
    let hash = keccak256(hex.to_ascii_lowercase().as_bytes());
    let upper = hex.bytes().any(|b| b.is_ascii_uppercase());
    let lower = hex.bytes().any(|b| b.is_ascii_lowercase());
    let nibble =
        |i: usize| hash.get(i / 2).map_or(0, |b| if i.is_multiple_of(2) { b >> 4 } else { b & 15 });
    let fits =
        |(i, b): (usize, u8)| b.is_ascii_digit() || b.is_ascii_uppercase() == (nibble(i) > 7);
    upper && lower && hex.bytes().enumerate().all(fits)
}

/// An address without capitals to check: at least ten different digits, so that filler is none.
pub(super) fn ethereum_plain(value: &str) -> bool {
    let Some(hex) = value.strip_prefix("0x").filter(|h| h.len() == 40) else { return false };
    let seen =
        hex.bytes().fold(0u32, |seen, b| seen | 1 << char::from(b).to_digit(16).unwrap_or(0));
    seen.count_ones() >= 8 && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

/// BIP 173 and BIP 350: `bc1` (or another chain's prefix), data, six characters of a BCH code. All small or all capital.
pub(super) fn segwit(value: &str) -> bool {
    let mixed = value.bytes().any(|b| b.is_ascii_lowercase())
        && value.bytes().any(|b| b.is_ascii_uppercase());
    let lower = value.to_ascii_lowercase();
    let Some((prefix, data)) = lower.rsplit_once('1') else { return false };
    let Some(sum) = polymod32(prefix, data) else { return false };
    // Version 0 has the first code, later versions the second; Cardano keeps the first for everything.
    let wanted = if data.starts_with('q') || prefix == "addr" { 1 } else { 0x2BC8_30A3 };
    !mixed && data.len() >= 14 && sum == wanted
}

fn polymod32(prefix: &str, data: &str) -> Option<u32> {
    const GENERATOR: [u32; 5] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3];
    let high = prefix.bytes().map(|b| u32::from(b >> 5));
    let low = prefix.bytes().map(|b| u32::from(b & 31));
    let step = |sum: u32, value: u32| {
        let top = sum >> 25;
        let shifted = (sum & 0x01FF_FFFF) << 5 ^ value;
        let taken = (0u32..).zip(GENERATOR).filter(|(i, _)| top >> i & 1 == 1);
        taken.fold(shifted, |sum, (_, g)| sum ^ g)
    };
    let mut sum = high.chain([0]).chain(low).fold(1, step);
    for b in data.bytes() {
        sum = step(sum, u32::try_from(BECH32.iter().position(|c| *c == b)?).ok()?);
    }
    Some(sum)
}

/// Bitcoin Cash (CashAddr specification): 40-bit BCH code over prefix and data.
pub(super) fn cashaddr(value: &str) -> bool {
    const GENERATOR: [u64; 5] =
        [0x98_F2BC_8E61, 0x79_B76D_99E2, 0xF3_3E5F_B3C4, 0xAE_2EAB_E2A8, 0x1E_4F43_E470];
    let lower = value.to_ascii_lowercase();
    let Some((prefix, data)) = lower.split_once(':') else { return false };
    let step = |sum: u64, value: u64| {
        let top = sum >> 35;
        let shifted = (sum & 0x07_FFFF_FFFF) << 5 ^ value;
        let taken = (0u32..).zip(GENERATOR).filter(|(i, _)| top >> i & 1 == 1);
        taken.fold(shifted, |sum, (_, g)| sum ^ g)
    };
    let mut sum = prefix.bytes().map(|b| u64::from(b & 31)).chain([0]).fold(1, step);
    for b in data.bytes() {
        let Some(place) = BECH32.iter().position(|c| *c == b) else { return false };
        sum = step(sum, u64::try_from(place).unwrap_or(0));
    }
    sum == 1
}

/// Stellar (SEP-23): base 32, version `G`, CRC-16/XMODEM little-endian at the end.
pub(super) fn stellar(value: &str) -> bool {
    let token = token(value);
    let mut bytes = [0u8; 35];
    let (mut bits, mut held, mut n) = (0u32, 0, 0);
    for c in token.bytes() {
        let Some(place) = BASE32.iter().position(|b| *b == c) else { return false };
        bits = bits << 5 | u32::try_from(place).unwrap_or(0);
        held += 5;
        if held >= 8 {
            held -= 8;
            let Some(byte) = bytes.get_mut(n) else { return false };
            [.., *byte] = (bits >> held).to_be_bytes();
            n += 1;
        }
    }
    let Some((payload, sum)) = bytes.split_at_checked(33) else { return false };
    let crc = payload.iter().fold(0u16, |crc, b| {
        (0..8).fold(crc ^ u16::from(*b) << 8, |c, _| {
            if c & 0x8000 == 0 { c << 1 } else { c << 1 ^ 0x1021 }
        })
    });
    n == 35 && payload.first() == Some(&(6 << 3)) && sum == crc.to_le_bytes()
}
