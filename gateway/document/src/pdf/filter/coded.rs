//! Data in letters and in runs: ASCII85, hexadecimal digits, run lengths. Each gives what it decodes and what stands behind its end.

use super::super::lexer::is_space;

/// ISO 32000-2, 7.4.3. What is no digit ends the data.
pub(super) fn ascii_85(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let (mut out, mut group, mut digits, mut end) = (Vec::new(), 0_u32, 0_usize, bytes.len());
    for (at, byte) in bytes.iter().copied().enumerate().filter(|(_, byte)| !is_space(*byte)) {
        match byte {
            b'z' if digits == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                digits += 1;
                if digits == 5 {
                    out.extend(group.to_be_bytes());
                    (group, digits) = (0, 0);
                }
            }
            _ => {
                end = at;
                break;
            }
        }
    }
    if digits > 1 {
        for _ in digits..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        out.extend(group.to_be_bytes().into_iter().take(digits - 1));
    }
    (out, behind_85(bytes.get(end..).unwrap_or_default()))
}

/// What stands behind the mark of the end, `~>`, whose letters may stand apart.
fn behind_85(rest: &[u8]) -> &[u8] {
    let Some(rest) = rest.strip_prefix(b"~") else { return rest };
    let gap = rest.iter().take_while(|byte| is_space(**byte)).count();
    rest.get(gap..).and_then(|rest| rest.strip_prefix(b">")).unwrap_or(rest)
}

/// ISO 32000-2, 7.4.2. What is no digit is passed over by some and ends the data for others, so all from there on is given too.
pub(super) fn ascii_hex(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'>').unwrap_or(bytes.len());
    let data = bytes.get(..end).unwrap_or_default();
    let digits: Vec<u8> = data
        .iter()
        .filter_map(|byte| {
            char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let out = digits
        .chunks(2)
        .map(|two| two.iter().fold(0, |sum, digit| sum << 4 | digit) << (4 * (2 - two.len())))
        .collect();
    let foreign = data.iter().position(|byte| !byte.is_ascii_hexdigit() && !is_space(*byte));
    (out, bytes.get(foreign.unwrap_or(end + 1)..).unwrap_or_default())
}

/// ISO 32000-2, 7.4.5. Gives one more than `most` bytes if there are more.
pub(super) fn run_length(bytes: &[u8], most: usize) -> (Vec<u8>, &[u8]) {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(length) =
        bytes.get(at).copied().filter(|length| *length != 128 && out.len() <= most)
    {
        let length = usize::from(length);
        if length < 128 {
            out.extend_from_slice(
                bytes.get(at + 1..(at + 2 + length).min(bytes.len())).unwrap_or_default(),
            );
            at += length + 2;
        } else {
            let Some(byte) = bytes.get(at + 1) else { break };
            out.extend(std::iter::repeat_n(*byte, 257 - length));
            at += 2;
        }
    }
    (out, bytes.get(at + 1..).unwrap_or_default())
}
