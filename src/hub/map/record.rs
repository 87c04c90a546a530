//! One unit's position, as text and as 24 bytes.

use serde::Serialize;

use crate::{
    domain::{ids::UnitId, time::Timestamp},
    positions::{Fix, Flags, Staleness},
};

/// Bytes of one unit in the packed form.
pub(super) const RECORD: usize = 24;
/// What a packed heading or speed says where none is known.
const UNKNOWN: u16 = u16::MAX;

/// A unit's position as text.
#[derive(Serialize)]
struct Item<'a> {
    unit: &'a UnitId,
    lon: f64,
    lat: f64,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    heading: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f32>,
    #[serde(skip_serializing_if = "is_false")]
    stale: bool,
    #[serde(skip_serializing_if = "is_false")]
    lost: bool,
    #[serde(skip_serializing_if = "is_false")]
    jump: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the serialiser passes it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

pub(super) fn write_text(out: &mut Vec<u8>, unit: &UnitId, fix: &Fix, staleness: Staleness) {
    let item = Item {
        unit,
        lon: fix.lon,
        lat: fix.lat,
        at: fix.at,
        heading: fix.motion.heading,
        speed: fix.motion.speed_kmh,
        stale: staleness != Staleness::Fresh,
        lost: staleness == Staleness::Lost,
        jump: fix.flags.contains(Flags::JUMP),
    };
    serde_json::to_writer(out, &item).expect("a position holds only numbers and short texts");
}

/// Bits of a packed record's flags.
pub(super) struct Packed;

impl Packed {
    const STALE: u8 = 1;
    const LOST: u8 = 2;
    const JUMP: u8 = 4;
    pub const GONE: u8 = 8;
}

/// Writes number, longitude and latitude in 10⁻⁷ degrees, age in ms, heading in 10⁻² degrees, speed in 10⁻¹
/// km/h, flags; all little-endian.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "degrees times ten million fit 32 bits, and the others are clamped"
)]
pub(super) fn write_record(out: &mut Vec<u8>, fix: &Fix, staleness: Staleness, now: Timestamp) {
    let age = u32::try_from(now.since(fix.at).as_millis()).unwrap_or(u32::MAX);
    let scaled = |value: Option<f32>, scale: f32| {
        value.map_or(UNKNOWN, |value| (value * scale).clamp(0.0, 65_534.0) as u16)
    };
    let bit = |flag: u8, is_set: bool| if is_set { flag } else { 0 };
    let flags = bit(Packed::STALE, staleness != Staleness::Fresh)
        | bit(Packed::LOST, staleness == Staleness::Lost)
        | bit(Packed::JUMP, fix.flags.contains(Flags::JUMP));
    out.extend_from_slice(&fix.unit.number().to_le_bytes());
    out.extend_from_slice(&((fix.lon * 1e7).round() as i32).to_le_bytes());
    out.extend_from_slice(&((fix.lat * 1e7).round() as i32).to_le_bytes());
    out.extend_from_slice(&age.to_le_bytes());
    out.extend_from_slice(&scaled(fix.motion.heading, 100.0).to_le_bytes());
    out.extend_from_slice(&scaled(fix.motion.speed_kmh, 10.0).to_le_bytes());
    out.extend_from_slice(&[flags, 0, 0, 0]);
}
