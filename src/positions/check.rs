//! Which positions are believed: one reason a refusal, with a code that never changes.
//!
//! Pure. What a position says about itself is judged here; what it says beside the ones before, in `latest`.

use std::time::Duration;

use serde::Deserialize;

use super::{
    report::{Report, Source},
    units::Known,
};
use crate::{
    bucket::Rate,
    domain::{
        actor::Actor,
        area::{Areas, LonLat, distance_m},
        ids::{AreaCode, PersonId},
        time::Timestamp,
    },
};
use compact_str::CompactString;

/// How far outside the jurisdiction a place may be and still count as in it when exchanged, in degrees.
const BESIDE: f64 = 1.0;

/// Why a position is not on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Fault {
    #[error("this is no position; send unit, lon, lat and at")]
    Unreadable,
    #[error("no such unit or terminal; register it, or correct the id")]
    UnknownUnit,
    #[error("this login may not speak for the unit; use one of the unit's own area or crew")]
    NotYours,
    #[error("lon or lat is no place on earth; send degrees, lon in -180..180 and lat in -90..90")]
    OutOfRange,
    #[error("lon and lat are exchanged; send lon first as lon, lat as lat")]
    Swapped,
    #[error("the place is farther away than any unit goes; look at the receiver")]
    FarAway,
    #[error("at is in the future; set the terminal's clock")]
    FromTheFuture,
    #[error("at is too long ago to say where the unit is")]
    TooOld,
    #[error("a newer position, or this one, is known already")]
    OutOfOrder,
    #[error(
        "the unit cannot have come this far; the place is held until a second report confirms it"
    )]
    Jump,
    #[error("too many positions at once; send fewer, the latest of each unit are enough")]
    Flood,
}

impl Fault {
    pub const ALL: [Fault; 11] = [
        Fault::Unreadable,
        Fault::UnknownUnit,
        Fault::NotYours,
        Fault::OutOfRange,
        Fault::Swapped,
        Fault::FarAway,
        Fault::FromTheFuture,
        Fault::TooOld,
        Fault::OutOfOrder,
        Fault::Jump,
        Fault::Flood,
    ];

    /// Returns the code that clients may rely on.
    pub fn code(self) -> &'static str {
        match self {
            Fault::Unreadable => "position.unreadable",
            Fault::UnknownUnit => "position.unknown_unit",
            Fault::NotYours => "position.not_yours",
            Fault::OutOfRange => "position.out_of_range",
            Fault::Swapped => "position.swapped",
            Fault::FarAway => "position.far_away",
            Fault::FromTheFuture => "position.from_the_future",
            Fault::TooOld => "position.too_old",
            Fault::OutOfOrder => "position.out_of_order",
            Fault::Jump => "position.jump",
            Fault::Flood => "position.flood",
        }
    }

    /// Tells whether anybody needs to hear of it: a position that comes twice or late is nobody's fault.
    pub fn is_worth_telling(self) -> bool {
        self != Fault::OutOfOrder
    }
}

/// `[positions]`: what is believed, and how long it is kept.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Positions a second from one login, and at once after a silence.
    pub per_login_s: u32,
    pub per_login_burst: u32,
    pub max_speed_kmh: u32,
    pub ahead_s: u32,
    pub too_old_s: u32,
    /// Kilometres from the jurisdiction; 0 asks nothing.
    pub far_away_km: u32,
    /// Days that tracks are kept.
    pub track_days: u32,
}

impl Settings {
    /// Returns how much one login may say.
    pub(super) fn rate(&self) -> Rate {
        Rate { per_s: self.per_login_s, burst: self.per_login_burst }
    }

    /// Returns everything that is wrong with these settings.
    pub fn faults(&self) -> Vec<String> {
        let ranges = [
            ("positions.per_login_s", self.per_login_s, 1, 1_000_000),
            ("positions.per_login_burst", self.per_login_burst, BATCH_LIMIT_U32, 10_000_000),
            ("positions.max_speed_kmh", self.max_speed_kmh, 30, 2_000),
            ("positions.ahead_s", self.ahead_s, 1, 3_600),
            ("positions.too_old_s", self.too_old_s, 60, 30 * 86_400),
            ("positions.far_away_km", self.far_away_km, 0, 20_000),
            ("positions.track_days", self.track_days, 1, 3_650),
        ];
        let outside = ranges.iter().filter(|(_, value, low, high)| !(low..=high).contains(&value));
        outside.map(|(name, _, low, high)| format!("{name}: use {low} to {high}")).collect()
    }
}

/// Positions in one batch.
pub const BATCH_LIMIT: usize = BATCH_LIMIT_U32 as usize;
const BATCH_LIMIT_U32: u32 = 10_000;

/// Who reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// The login, or `redis`: floods and refusals are counted by it.
    pub name: CompactString,
    pub source: Source,
    /// Where it belongs; who sees that area may see what of it was refused.
    pub area: AreaCode,
    units: Units,
}

/// For which units somebody speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Units {
    /// All of the speaker's area.
    Area,
    /// Those whose contact the person is.
    Own(PersonId),
    None,
}

impl Speaker {
    /// Returns somebody who is logged in, by the way he reports.
    pub fn of(actor: &Actor, source: Source) -> Self {
        let units = if actor.role.may_report_positions() {
            Units::Area
        } else {
            actor.person.clone().map_or(Units::None, Units::Own)
        };
        Self { name: actor.login.clone(), source, area: actor.area, units }
    }

    /// Returns whoever may publish in Redis: the whole jurisdiction's gateways.
    pub fn redis(jurisdiction: AreaCode) -> Self {
        let name = CompactString::const_new("redis");
        Self { name, source: Source::Redis, area: jurisdiction, units: Units::Area }
    }

    /// Tells whether what it says of a unit is heard.
    pub fn may_speak_for(&self, unit: &Known) -> bool {
        match &self.units {
            Units::Area => self.area.contains(unit.area),
            Units::Own(person) => unit.contact.as_ref() == Some(person),
            Units::None => false,
        }
    }
}

/// The box around the jurisdiction: west, south, east, north.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ground(pub [f64; 4]);

impl Ground {
    /// Returns the box around every outline and centre of an area and what lies in it, if any is known.
    pub fn of(areas: &Areas, jurisdiction: AreaCode) -> Option<Self> {
        let points = areas.inside(jurisdiction).flat_map(|area| {
            area.centroid.into_iter().chain(area.outline.iter().flatten().flatten().copied())
        });
        points.fold(None, |found: Option<Ground>, [x, y]| {
            let Ground([west, south, east, north]) = found.unwrap_or(Ground([x, y, x, y]));
            Some(Ground([west.min(x), south.min(y), east.max(x), north.max(y)]))
        })
    }

    fn contains(self, [x, y]: LonLat, beside: f64) -> bool {
        let Ground([west, south, east, north]) = self;
        (west - beside..=east + beside).contains(&x)
            && (south - beside..=north + beside).contains(&y)
    }

    /// Returns how far a place is from the nearest of the box, in metres.
    fn distance_m(self, [x, y]: LonLat) -> f64 {
        let Ground([west, south, east, north]) = self;
        distance_m([x, y], [x.clamp(west, east), y.clamp(south, north)])
    }
}

/// Returns the place in WGS-84, if it is one where a unit can be.
pub(super) fn place(
    report: &Report,
    ground: Option<Ground>,
    settings: &Settings,
) -> Result<LonLat, Fault> {
    let given = [report.lon, report.lat];
    if !given.iter().all(|degrees| degrees.is_finite()) {
        return Err(Fault::OutOfRange);
    }
    let exchanged = [report.lat, report.lon];
    if ground.is_some_and(|g| !g.contains(given, BESIDE) && g.contains(exchanged, BESIDE)) {
        return Err(Fault::Swapped);
    }
    if report.lon.abs() > 180.0 || report.lat.abs() > 90.0 {
        return Err(Fault::OutOfRange);
    }
    let place = report.crs.to_wgs84(given);
    let limit_m = f64::from(settings.far_away_km) * 1_000.0;
    if limit_m > 0.0 && ground.is_some_and(|ground| ground.distance_m(place) > limit_m) {
        return Err(Fault::FarAway);
    }
    Ok(place)
}

/// Refuses a time that cannot be, or that says nothing any more.
pub(super) fn time(at: Timestamp, now: Timestamp, settings: &Settings) -> Result<(), Fault> {
    let seconds = |count: u32| Duration::from_secs(u64::from(count));
    if at > now + seconds(settings.ahead_s) {
        return Err(Fault::FromTheFuture);
    }
    if at < now - seconds(settings.too_old_s) {
        return Err(Fault::TooOld);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{actor::Role, coordinates::Crs},
        positions::testing::{NOW, report, settings, unit},
    };

    const COUNTY: Ground = Ground([114.2, 35.4, 114.7, 35.8]);

    #[test]
    fn a_place_is_refused_for_what_is_wrong_with_it() {
        for (lon, lat, expected) in [
            (114.5, 35.6, None),
            (f64::NAN, 35.6, Some(Fault::OutOfRange)),
            (114.5, f64::INFINITY, Some(Fault::OutOfRange)),
            (114.5, f64::NEG_INFINITY, Some(Fault::OutOfRange)),
            (35.6, 114.5, Some(Fault::Swapped)),
            (180.1, 35.6, Some(Fault::OutOfRange)),
            (114.5, -90.1, Some(Fault::OutOfRange)),
            // No fix yet: the middle of the Gulf of Guinea.
            (0.0, 0.0, Some(Fault::FarAway)),
            // Aid goes far: Lhasa is within reach of a county in Henan.
            (91.1, 29.65, None),
        ] {
            let found = place(&report("v", lon, lat, 0), Some(COUNTY), &settings()).err();
            assert_eq!(found, expected, "{lon} {lat}");
        }
    }

    #[test]
    fn without_a_map_of_the_county_nothing_is_called_exchanged_or_far() {
        let anywhere = |lon, lat| place(&report("v", lon, lat, 0), None, &settings()).err();
        assert_eq!(anywhere(35.6, 80.0), None);
        assert_eq!(anywhere(35.6, 114.5), Some(Fault::OutOfRange));
        assert_eq!(anywhere(0.0, 0.0), None);
    }

    #[test]
    fn places_come_out_in_wgs84() {
        let gcj02 = Report { crs: Crs::Gcj02, ..report("v", 114.305_917_0, 35.599_864_1, 0) };
        let [lon, lat] = place(&gcj02, Some(COUNTY), &settings()).unwrap();
        assert!((lon - 114.3).abs() < 1e-7 && (lat - 35.6).abs() < 1e-7, "{lon} {lat}");
    }

    #[test]
    fn a_time_may_be_a_minute_ahead_and_a_day_ago() {
        for (ms, expected) in [
            (60_000, Ok(())),
            (60_001, Err(Fault::FromTheFuture)),
            (-86_400_000, Ok(())),
            (-86_400_001, Err(Fault::TooOld)),
        ] {
            let at = Timestamp::from_millis(NOW.millis() + ms);
            assert_eq!(time(at, NOW, &settings()), expected, "{ms}");
        }
    }

    #[test]
    fn a_gateway_speaks_for_its_area_and_a_person_for_his_own_unit() {
        let known = Known { contact: Some("wang".parse().unwrap()), ..unit("v", "990101001") };
        for (role, area, person, heard) in [
            (Role::Gateway, "990101", None, true),
            (Role::Gateway, "990101001", None, true),
            (Role::Gateway, "990101002", None, false),
            (Role::Gateway, "990101001001", None, false),
            (Role::Leader, "990101", Some("wang"), true),
            (Role::Leader, "990101002", Some("wang"), true),
            (Role::Leader, "990101", Some("li"), false),
            (Role::Dispatcher, "990101", None, false),
            (Role::Screen, "990101", None, false),
        ] {
            let person = person.map(|person: &str| person.parse().unwrap());
            let actor = Actor { login: "x".into(), role, area: area.parse().unwrap(), person };
            let speaker = Speaker::of(&actor, Source::Socket);
            assert_eq!(speaker.may_speak_for(&known), heard, "{role} {area}");
        }
        assert!(Speaker::redis("990101".parse().unwrap()).may_speak_for(&known));
        assert!(!Speaker::redis("990102".parse().unwrap()).may_speak_for(&known));
    }
}
