//! One unit and one need: whether it can be sent, how soon it is there, and what speaks for and against it.

use std::time::Duration;

use compact_str::CompactString;

use super::{Candidate, Settings, Standing, view::View};
use crate::domain::{
    area::{LonLat, distance_m},
    capability::Ability,
    ids::AreaCode,
    road::{Arrivals, Reach, Way},
    time::Timestamp,
};

/// Where a unit counts as, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// Seen there so many seconds ago; `moving` is away from its base.
    Seen { age_s: u32, stale: bool, away: bool },
    /// Only its base is known: it has never reported, or long ago and from there.
    Base { last_seen_s: Option<u32> },
}

impl Place {
    /// A unit that is out has turned out already.
    pub(super) fn turnout_s(self, settings: &Settings) -> u32 {
        match self {
            Place::Seen { away: true, .. } => 0,
            Place::Seen { away: false, .. } | Place::Base { .. } => settings.turnout_s,
        }
    }

    /// Tells whether the position is older than it should be.
    pub fn is_stale(self) -> bool {
        matches!(self, Place::Seen { stale: true, .. } | Place::Base { last_seen_s: Some(_) })
    }
}

/// What was looked at when a unit was ranked; seconds are what it costs in the ranking.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// It can, and does so much; `assumed` says that its own figure is not known.
    Capable { ability: CompactString, amount: u32, assumed: bool },
    /// How soon it is there, and by what way.
    Arrives { eta_s: u32, distance_m: u32, way: Way },
    /// Where it sets out, and how that is known.
    From { place: Place, malus_s: u32 },
    /// How many of its people are there.
    Strength { now: u32, registered: u32, malus_s: u32 },
    /// It has been at work so long.
    AtWork { hours: u32, malus_s: u32 },
    /// It rests, and would be woken.
    BreaksRest { until: Timestamp, malus_s: u32 },
    /// Nobody else is near these areas.
    LeavesBare { areas: Vec<AreaCode>, malus_s: u32 },
    /// It is at a drill, which it would leave.
    LeavesDrill { incident: CompactString },
    /// It is under way to another incident and would be turned around.
    Diverted { from: CompactString, malus_s: u32 },
}

impl Reason {
    /// Returns what it costs the unit in the ranking, beside its ETA.
    pub fn malus_s(&self) -> u32 {
        match self {
            Reason::Capable { .. } | Reason::Arrives { .. } | Reason::LeavesDrill { .. } => 0,
            Reason::From { malus_s, .. }
            | Reason::Strength { malus_s, .. }
            | Reason::AtWork { malus_s, .. }
            | Reason::BreaksRest { malus_s, .. }
            | Reason::LeavesBare { malus_s, .. }
            | Reason::Diverted { malus_s, .. } => *malus_s,
        }
    }
}

/// Why a unit that can is not proposed.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    UnderWay {
        incident: CompactString,
    },
    Busy {
        incident: CompactString,
        back: Option<Timestamp>,
    },
    NotReady {
        reason: CompactString,
    },
    Resting {
        until: Timestamp,
    },
    /// It has nobody to send.
    NoPeople,
    /// An amount is wanted, and nobody has entered how much it does.
    NoFigure,
    /// Neither a position nor a base is known.
    NoPosition,
    /// Last seen away from its base, too long ago to say where it is.
    Lost {
        age_s: u32,
    },
    OutOfRadius {
        distance_m: u32,
        radius_m: u32,
    },
    RoadsClosed {
        while_open_s: u32,
    },
    /// It can be sent; others are better.
    Outranked {
        eta_s: u32,
        score_s: u32,
    },
    /// It is proposed for another need of the same incident.
    Taken {
        need: usize,
    },
    /// In a joint proposal it goes to another incident.
    Elsewhere {
        incident: CompactString,
    },
}

/// A unit that can be sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    pub candidate: usize,
    pub amount: u32,
    pub eta_s: u32,
    pub distance_m: u32,
    pub way: Way,
    pub place: Place,
    pub score_s: u32,
    pub reasons: Vec<Reason>,
}

/// What came of looking at one unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    Incapable,
    No(Why),
    Fit(Box<Fit>),
}

/// Returns where a unit counts as; `None` where that is not known.
pub(super) fn whereabouts(
    candidate: &Candidate<'_>,
    settings: &Settings,
    now: Timestamp,
) -> Option<(Place, LonLat)> {
    let base = candidate.unit.base;
    let Some(seen) = candidate.seen else {
        return base.map(|base| (Place::Base { last_seen_s: None }, base));
    };
    let age_s = seconds(now.since(seen.when));
    let near = |base: &LonLat| distance_m(*base, seen.at) <= f64::from(settings.at_base_m);
    if age_s <= settings.max_fix_age_s {
        let away = !base.as_ref().is_some_and(near);
        return Some((Place::Seen { age_s, stale: seen.stale, away }, seen.at));
    }
    // A terminal that was switched off in its own yard says where the unit is; one that fell silent on the way does not.
    base.filter(near).map(|base| (Place::Base { last_seen_s: Some(age_s) }, base))
}

/// Looks at one unit for one need; with `divert`, one that is under way elsewhere may be turned around.
pub(super) fn judge(
    view: &View<'_>,
    number: usize,
    ability: &Ability,
    arrivals: &Arrivals<'_>,
    divert: Option<&str>,
) -> Verdict {
    let scene = &view.scene;
    let candidate = &scene.candidates[number];
    let strength = candidate.strength.or(candidate.unit.strength);
    let Some(contribution) = scene.catalogue.contribution(candidate.unit, strength, ability) else {
        return Verdict::Incapable;
    };
    if let Some(why) = kept_by_standing(candidate, scene.settings, divert) {
        return Verdict::No(why);
    }
    if strength == Some(0) {
        return Verdict::No(Why::NoPeople);
    }
    if contribution.amount == 0 {
        return Verdict::No(Why::NoFigure);
    }
    let Some((place, spot)) = &view.places[number] else {
        let lost = candidate.seen.map(|seen| seconds(scene.now.since(seen.when)));
        return Verdict::No(lost.map_or(Why::NoPosition, |age_s| Why::Lost { age_s }));
    };
    let trip = match arrivals.from(spot) {
        Reach::By(trip) => trip,
        Reach::Closed(trip) => {
            return Verdict::No(Why::RoadsClosed { while_open_s: trip.seconds });
        }
    };
    let radius_m = scene.settings.radius_km.saturating_mul(1_000);
    if trip.metres > radius_m {
        return Verdict::No(Why::OutOfRadius { distance_m: trip.metres, radius_m });
    }
    let eta_s = trip.seconds + place.turnout_s(scene.settings);
    let (ability, amount) = (ability.code.clone(), contribution.amount);
    let mut reasons = vec![
        Reason::Capable { ability, amount, assumed: contribution.assumed },
        Reason::Arrives { eta_s, distance_m: trip.metres, way: trip.way },
    ];
    reasons.push(from(*place, scene.settings));
    reasons.extend(speaks_against(view, number, strength, divert));
    let score_s = eta_s + reasons.iter().map(Reason::malus_s).sum::<u32>();
    let (distance_m, way) = (trip.metres, trip.way);
    let place = *place;
    Verdict::Fit(Box::new(Fit {
        candidate: number,
        amount,
        eta_s,
        distance_m,
        way,
        place,
        score_s,
        reasons,
    }))
}

fn kept_by_standing(
    candidate: &Candidate<'_>,
    settings: &Settings,
    divert: Option<&str>,
) -> Option<Why> {
    match &candidate.standing {
        Standing::Free | Standing::AtDrill { .. } => None,
        Standing::UnderWay { incident } => {
            divert.is_none().then(|| Why::UnderWay { incident: incident.clone() })
        }
        Standing::Busy { incident, back } => {
            Some(Why::Busy { incident: incident.clone(), back: *back })
        }
        Standing::NotReady { reason } => Some(Why::NotReady { reason: reason.clone() }),
        Standing::Resting { until } => {
            (!settings.break_rest).then_some(Why::Resting { until: *until })
        }
    }
}

fn from(place: Place, settings: &Settings) -> Reason {
    let malus_s = match place {
        Place::Seen { stale: true, .. } => settings.stale_s,
        Place::Seen { stale: false, .. } => 0,
        Place::Base { .. } => settings.base_only_s,
    };
    Reason::From { place, malus_s }
}

fn speaks_against(
    view: &View<'_>,
    number: usize,
    strength: Option<u32>,
    divert: Option<&str>,
) -> impl Iterator<Item = Reason> {
    let (settings, now) = (view.scene.settings, view.scene.now);
    let candidate = &view.scene.candidates[number];
    let registered = candidate.unit.strength;
    let strength = strength.zip(registered).map(|(present, registered)| {
        let missing = registered.saturating_sub(present);
        let malus_s = settings.short_handed_s * missing / registered.max(1);
        Reason::Strength { now: present, registered, malus_s }
    });
    let at_work = candidate.at_work_since.map(|since| {
        let hours = seconds(now.since(since)) / 3_600;
        let tired = hours >= settings.tired_after_h;
        Reason::AtWork { hours, malus_s: if tired { settings.tired_s } else { 0 } }
    });
    let own = match &candidate.standing {
        Standing::Resting { until } => {
            Some(Reason::BreaksRest { until: *until, malus_s: settings.break_rest_s })
        }
        Standing::UnderWay { incident } if divert != Some(incident.as_str()) => {
            Some(Reason::Diverted { from: incident.clone(), malus_s: settings.divert_s })
        }
        Standing::AtDrill { incident } => Some(Reason::LeavesDrill { incident: incident.clone() }),
        Standing::UnderWay { .. }
        | Standing::Free
        | Standing::Busy { .. }
        | Standing::NotReady { .. } => None,
    };
    let bare = view.alone.get(&number).map(|covers| {
        let mut areas: Vec<AreaCode> =
            covers.iter().map(|cover| view.scene.covers[*cover].area).collect();
        areas.dedup();
        let count = u32::try_from(covers.len()).unwrap_or(u32::MAX);
        Reason::LeavesBare { areas, malus_s: settings.bare_s.saturating_mul(count) }
    });
    [strength, at_work, own, bare].into_iter().flatten()
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}
