//! Fixes as bytes: what nodes tell each other, and what is kept of the last positions.
//!
//! One byte of version, then fixes until the end. Invariant: reading never panics and never yields a number
//! that is no place; who reads decides what of it to believe.

use super::{
    report::{Fix, Flags, Motion, Source, rounded},
    units::{Registry, UnitNumber},
};
use crate::domain::{coordinates::Crs, time::Timestamp};

/// What the first byte says. Another version is refused whole: its sender is a newer program.
const VERSION: u8 = 1;
/// Longest unit id.
const ID_LIMIT: usize = u8::MAX as usize;
/// Bytes of a fix beside its unit's id.
const FIXED: usize = 8 * 4 + 4 * 3 + 3;

/// The bytes are not what [`encode`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no positions")]
pub struct Garbled;

/// Fixes that were read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Decoded {
    pub fixes: Vec<Fix>,
    /// Of units that are not known here.
    pub unknown: usize,
}

/// Writes fixes for another node, or for after a restart; one of a unit without an id is left out.
pub fn encode(registry: &Registry, fixes: &[Fix]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + fixes.len() * (FIXED + 16));
    bytes.push(VERSION);
    for fix in fixes {
        let Some(known) = registry.get(fix.unit) else { continue };
        let id = known.id.as_str().as_bytes();
        let Ok(length) = u8::try_from(id.len()) else { continue };
        bytes.push(length);
        bytes.extend_from_slice(id);
        for degrees in fix.place() {
            bytes.extend_from_slice(&degrees.to_le_bytes());
        }
        for at in [fix.at, fix.received_at] {
            bytes.extend_from_slice(&at.millis().to_le_bytes());
        }
        let Motion { speed_kmh, heading, accuracy_m } = fix.motion;
        for value in [speed_kmh, heading, accuracy_m] {
            bytes.extend_from_slice(&value.unwrap_or(f32::NAN).to_le_bytes());
        }
        bytes.push(position(&Crs::ALL, fix.crs));
        bytes.push(position(&Source::ALL, fix.source));
        bytes.push(fix.flags.0);
    }
    bytes
}

/// Reads what [`encode`] wrote; `registry` says what the units are called here.
pub(super) fn decode(bytes: &[u8], registry: &Registry) -> Result<Decoded, Garbled> {
    let (&version, mut rest) = bytes.split_first().ok_or(Garbled)?;
    if version != VERSION {
        return Err(Garbled);
    }
    let mut decoded = Decoded::default();
    while let Some((&length, after)) = rest.split_first() {
        let (id, after) = after.split_at_checked(usize::from(length)).ok_or(Garbled)?;
        let id = std::str::from_utf8(id).map_err(|_| Garbled)?;
        let (fixed, after) = after.split_at_checked(FIXED).ok_or(Garbled)?;
        rest = after;
        match registry.by_id(id) {
            Some(unit) => decoded.fixes.push(fix(unit, fixed)?),
            None => {
                fix(UnitNumber(0), fixed)?;
                decoded.unknown += 1;
            }
        }
    }
    Ok(decoded)
}

fn fix(unit: UnitNumber, fixed: &[u8]) -> Result<Fix, Garbled> {
    let word = |index: usize| -> Result<[u8; 8], Garbled> {
        fixed[index * 8..index * 8 + 8].try_into().map_err(|_| Garbled)
    };
    let half = |index: usize| -> Result<Option<f32>, Garbled> {
        let bytes = fixed[32 + index * 4..36 + index * 4].try_into().map_err(|_| Garbled)?;
        Ok(Some(f32::from_le_bytes(bytes)).filter(|value| value.is_finite()))
    };
    let (lon, lat) = (f64::from_le_bytes(word(0)?), f64::from_le_bytes(word(1)?));
    // NaN is in no range.
    if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
        return Err(Garbled);
    }
    let [lon, lat] = rounded([lon, lat]);
    let one_of = |index: usize| usize::from(fixed[44 + index]);
    Ok(Fix {
        unit,
        lon,
        lat,
        at: Timestamp::from_millis(i64::from_le_bytes(word(2)?)),
        received_at: Timestamp::from_millis(i64::from_le_bytes(word(3)?)),
        motion: Motion { speed_kmh: half(0)?, heading: half(1)?, accuracy_m: half(2)? },
        crs: *Crs::ALL.get(one_of(0)).ok_or(Garbled)?,
        source: *Source::ALL.get(one_of(1)).ok_or(Garbled)?,
        flags: Flags(fixed[46]),
    })
}

fn position<T: PartialEq>(all: &[T], one: T) -> u8 {
    let position = all.iter().position(|other| *other == one);
    position.and_then(|position| u8::try_from(position).ok()).unwrap_or(u8::MAX)
}

const _: () = assert!(ID_LIMIT >= 64 * 3, "an id of 64 characters may have more bytes than fit");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::positions::testing::{fix, registry};

    #[test]
    fn fixes_arrive_as_they_were_sent() {
        let registry = registry(3);
        let motion = Motion { speed_kmh: Some(61.5), heading: Some(359.0), accuracy_m: None };
        let sent = [
            Fix { motion, crs: Crs::Bd09, source: Source::Redis, ..fix(0, 114.5, 35.6, 1) },
            Fix { flags: Flags::JUMP, ..fix(2, -114.5, -35.6, 2) },
        ];
        let read = decode(&encode(&registry, &sent), &registry).unwrap();
        assert_eq!(read, Decoded { fixes: sent.to_vec(), unknown: 0 });
    }

    #[test]
    fn units_that_are_not_known_here_are_counted() {
        let bytes = encode(&registry(3), &[fix(0, 114.5, 35.6, 1), fix(2, 114.5, 35.6, 1)]);
        let read = decode(&bytes, &registry(1)).unwrap();
        assert_eq!((read.fixes.len(), read.unknown), (1, 1));
    }

    #[test]
    fn bytes_that_break_off_are_refused_wherever_they_do() {
        let registry = registry(1);
        let whole = encode(&registry, &[fix(0, 114.5, 35.6, 1)]);
        for end in 2..whole.len() {
            assert_eq!(decode(&whole[..end], &registry), Err(Garbled), "{end}");
        }
        assert_eq!(decode(&[], &registry), Err(Garbled));
        assert_eq!(decode(&[2], &registry), Err(Garbled));
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_place_that_is_none(
            head in prop_oneof![Just(None), Just(Some([VERSION, 3, b'v', b'-', b'0']))],
            noise in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let bytes: Vec<u8> = head.into_iter().flatten().chain(noise).collect();
            if let Ok(read) = decode(&bytes, &registry(1)) {
                for fix in read.fixes {
                    prop_assert!(fix.lon.abs() <= 180.0 && fix.lat.abs() <= 90.0);
                }
            }
        }
    }
}
