//! How a sample is damaged: as wires, disks and careless or hostile writers do.

use crate::sim::dice::Dice;

/// Longest input: beyond, every door has a limit of its own.
const LONGEST: usize = 256 << 10;
/// Numbers at which something ends.
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "-0",
    "1e308",
    "-1e309",
    "0.0000000001",
    "255",
    "256",
    "65536",
    "2147483648",
    "9223372036854775808",
    "18446744073709551616",
    "NaN",
    "Infinity",
    "99999999999999",
    "",
];
/// Pieces with a meaning somewhere.
const PIECES: [&[u8]; 34] = [
    b"\"",
    b"'",
    b"<",
    b">",
    b"</",
    b"/>",
    b"&#0;",
    b"&#xFFFF;",
    b"&amp;",
    b"&lt;",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"\\u0000",
    b"\\ud800",
    b"{}",
    b"[]",
    b"null",
    b"true",
    b",",
    b";",
    b"\r\n",
    b"\t",
    b"\x00",
    b"\xFF\xFE",
    b"\xEF\xBB\xBF",
    b"\xE2\x80\xAE",
    b"\xF0\x9D\x92\xB3",
    b"\xE3\x80\x82",
    b"\xD6\xD0\xB9\xFA",
    b"\x7E\x7E",
    b"2026-02-30T24:60:61+14:01",
    b"990101999999",
    b"-",
];
/// Where one part ends and the next begins, in the forms that are read here.
const EDGES: &[u8] = b"<>{}[],;:\n\"\x7E\x03\x02";

/// Returns one of `samples`, damaged once or a few times.
pub fn mutated(samples: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(samples).clone();
    for _ in 0..=dice.weighted(&[50, 25, 15, 10]) {
        damage(&mut bytes, samples, dice);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn damage(bytes: &mut Vec<u8>, samples: &[Vec<u8>], dice: &mut Dice) {
    let at = below(dice, bytes.len() + 1);
    match dice.weighted(&[8, 12, 12, 6, 12, 16, 14, 10, 10]) {
        0 => bytes.truncate(at),
        1 => cut(bytes, dice),
        2 => flip(bytes, dice),
        3 => {
            let other = dice.pick(samples).as_slice();
            splice(bytes, other, dice);
        }
        4 => repeat(bytes, dice),
        5 => drop(bytes.splice(at..at, dice.pick(&PIECES).iter().copied())),
        6 => renumber(bytes, dice),
        7 => swap(bytes, dice),
        _ => digit(bytes, dice),
    }
}

fn below(dice: &mut Dice, limit: usize) -> usize {
    usize::try_from(dice.below(limit.max(1) as u64)).unwrap()
}

/// A stretch from one edge to another, or from anywhere to anywhere near.
fn part(bytes: &[u8], dice: &mut Dice) -> (usize, usize) {
    let start = below(dice, bytes.len());
    let near = (start + 1 + below(dice, 64)).min(bytes.len());
    if dice.chance(30) {
        return (start, near);
    }
    let edge = |byte: &u8| EDGES.contains(byte);
    let start = bytes[..start].iter().rposition(edge).unwrap_or(0);
    let skip = below(dice, 6);
    let ends = bytes[start..].iter().enumerate().filter(|(_, byte)| edge(byte));
    let end = ends.map(|(end, _)| start + end).nth(skip + 1);
    (start, end.unwrap_or(near).max(start))
}

fn cut(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let (start, end) = part(bytes, dice);
    bytes.drain(start.min(end)..end);
}

fn flip(bytes: &mut [u8], dice: &mut Dice) {
    if !bytes.is_empty() {
        let at = below(dice, bytes.len());
        bytes[at] = if dice.chance(70) {
            bytes[at] ^ (1 << dice.below(8))
        } else {
            u8::try_from(dice.below(256)).unwrap()
        };
    }
}

/// The beginning of one and the end of another.
fn splice(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    bytes.truncate(below(dice, bytes.len() + 1));
    bytes.extend_from_slice(&other[below(dice, other.len() + 1)..]);
}

/// The same part again, sometimes very often: nesting, long texts, long lists.
fn repeat(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let (start, end) = part(bytes, dice);
    let again = bytes[start.min(end)..end].to_vec();
    let times = [1, 2, 30, 3_000][dice.weighted(&[50, 25, 20, 5])];
    let times = times.min(LONGEST / again.len().max(1));
    bytes.splice(end..end, again.repeat(times));
}

/// Another number where one stands.
fn renumber(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let from = below(dice, bytes.len());
    let Some(start) = bytes[from..].iter().position(u8::is_ascii_digit).map(|at| from + at) else {
        return;
    };
    let rest = &bytes[start..];
    let end = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.');
    let end = end.map_or(bytes.len(), |end| start + end);
    bytes.splice(start..end, dice.pick(&NUMBERS).bytes());
}

/// Two parts in each other's place.
fn swap(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let (one, other) = (part(bytes, dice), part(bytes, dice));
    let (first, second) = if one.0 <= other.0 { (one, other) } else { (other, one) };
    if first.1 <= second.0 && first.0 <= first.1 && second.0 <= second.1 {
        let swapped = [
            &bytes[..first.0],
            &bytes[second.0..second.1],
            &bytes[first.1..second.0],
            &bytes[first.0..first.1],
            &bytes[second.1..],
        ];
        *bytes = swapped.concat();
    }
}

fn digit(bytes: &mut [u8], dice: &mut Dice) {
    let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
    if !digits.is_empty() {
        let at = *dice.pick(&digits);
        bytes[at] = b'0' + u8::try_from(dice.below(10)).unwrap();
    }
}
