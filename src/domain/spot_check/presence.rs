//! What shows that somebody is at his post, and what shows that he is not.
//!
//! Invariant: it follows from the calls and from what a telephone said with the answer, and from nothing that somebody
//! could write down later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{
    area::distance_m,
    board::Board,
    callout::{attempt::Attempt, check::PolicyFault, obligation::Obligation, policy::CalloutKind},
    ids::AreaCode,
    point::Point,
};

/// Most rings that a call can be asked to ring.
const RINGS_MAX: u8 = 20;
/// Nearest and farthest, in metres, that somebody can be asked to be.
const WITHIN_M: std::ops::RangeInclusive<u32> = 20..=50_000;
/// Least precise place of a telephone that says anything, in metres.
const ACCURACY_M_MAX: f64 = 5_000.0;

/// How a county knows who is at his post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presence {
    /// Whose telephone rings so often and is not taken is off his post (渝汛办〔2016〕15号: five), 1 to 20; whatever he
    /// says later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_post_rings: Option<u8>,
    /// Whoever answers a check on the page says where he is, and is at his post within so many metres of it, 20 to
    /// 50,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_m: Option<u32>,
    /// Where the duty room of an area is. Without one the post is anywhere in its area.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rooms: BTreeMap<AreaCode, Point>,
}

/// Where a telephone says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Told")]
pub struct Here {
    pub at: Point,
    /// Its own doubt, in metres.
    pub accuracy_m: u32,
}

/// The same in a browser's words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    lon: f64,
    lat: f64,
    accuracy_m: f64,
}

impl TryFrom<Told> for Here {
    type Error = String;

    fn try_from(Told { lon, lat, accuracy_m }: Told) -> Result<Self, String> {
        let at = Point::try_from([lon, lat]).map_err(|error| error.to_string())?;
        if !(0.0..=f64::from(u32::MAX)).contains(&accuracy_m) {
            return Err("accuracy_m is 0 or more, in metres".to_owned());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
        let accuracy_m = accuracy_m.ceil() as u32;
        Ok(Self { at, accuracy_m })
    }
}

/// Where somebody was when he answered a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    pub at: Point,
    pub accuracy_m: u32,
    /// From the duty room, or from the area's boundary: 0 inside it. `None` where neither is known, or the telephone knew
    /// its place too badly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_m: Option<u32>,
    /// Too far away to be at his post, whatever the doubt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
}

impl Presence {
    pub(in crate::domain) fn check(&self) -> Result<(), PolicyFault> {
        let fault = |problem: &str| {
            Err(PolicyFault { place: "presence".to_owned(), problem: problem.to_owned() })
        };
        if self.off_post_rings.is_some_and(|rings| !(1..=RINGS_MAX).contains(&rings)) {
            return fault("off_post_rings is 1 to 20; leave it out where it does not count");
        }
        if self.within_m.is_some_and(|metres| !WITHIN_M.contains(&metres)) {
            return fault("within_m is 20 to 50000 metres; leave it out where nobody is asked");
        }
        if self.within_m.is_none() && !self.rooms.is_empty() {
            return fault("rooms are only looked at with within_m");
        }
        Ok(())
    }
}

impl Board {
    /// Returns what shows who is at his post, by the policies in force.
    pub fn presence(&self) -> Option<&Presence> {
        self.callouts.policies().and_then(|set| set.presence.as_ref())
    }

    /// Returns where somebody was who answers a check; `None` where nobody asks for it: then it is not kept.
    pub(in crate::domain) fn whereabouts(
        &self,
        obligation: &Obligation,
        here: Here,
    ) -> Option<Whereabouts> {
        let callout = self.callouts.get(obligation.callout)?;
        let presence = self.callouts.terms(obligation)?.set.presence.as_ref()?;
        let within = presence.within_m.filter(|_| callout.kind == CalloutKind::SpotCheck)?;
        let area = obligation.post.area;
        let Here { at, accuracy_m } = here;
        let away = match presence.rooms.get(&area) {
            Some(room) => Some(distance_m((*room).into(), at.into())),
            None => self.areas.get(area).and_then(|area| area.distance_m(at.into())),
        };
        let away = away.filter(|_| f64::from(accuracy_m) <= ACCURACY_M_MAX);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "on earth")]
        let away_m = away.map(|metres| metres.round() as u32);
        let elsewhere = away_m.is_some_and(|away| away > within + accuracy_m);
        Some(Whereabouts { at, accuracy_m, away_m, elsewhere })
    }

    /// Returns how often a telephone rang untaken, where that shows that nobody was at the post: everybody who was asked
    /// first let it ring so often, and nobody had answered by then.
    pub(super) fn rang_out(&self, obligation: &Obligation) -> Option<u32> {
        let presence = self.callouts.terms(obligation)?.set.presence.as_ref()?;
        let enough = u32::from(presence.off_post_rings?);
        let untaken = |attempt: &&Attempt| {
            let before = attempt.ended_at.is_some_and(|ended| {
                obligation.answered_at.is_none_or(|answered| ended <= answered)
            });
            before && !attempt.notice && attempt.rings_untaken() >= enough
        };
        let asked = obligation.asked.iter().filter(|asked| asked.rung == 0);
        let rings = asked.map(|asked| {
            let calls = obligation.attempts.iter().filter(|call| call.person == asked.person);
            calls.filter(untaken).map(Attempt::rings_untaken).max()
        });
        rings.collect::<Option<Vec<u32>>>()?.into_iter().max()
    }
}
