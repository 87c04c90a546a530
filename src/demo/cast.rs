//! Who is sent and who is given something to do in an exercise, played by a script: crews set out, arrive, finish and come home; townships
//! do what they have signed for.
//!
//! Pure: the same seed, fleet and instants give the same words. What really happens is never played.

use std::{collections::BTreeMap, time::Duration};

use compact_str::CompactString;
use serde::Deserialize;

use super::{DemoCounty, fleet::Fleet, generate::random::Random};
use crate::domain::{
    area::LonLat,
    assignment::Status,
    hotspot::Finding,
    ids::{AreaCode, AssignmentId, TaskId, UnitId},
    task::{Form, Outcome, Stage},
    time::Timestamp,
};

/// Seconds from taking an order to setting out, and from signing for a task to its being done: the least and the most. A script
/// does not build dams; it shows what those at the desk and the wall would see.
const SETS_OUT_S: (f64, f64) = (10.0, 45.0);
const DONE_AFTER_S: (f64, f64) = (20.0, 90.0);
/// Minutes at the scene.
const AT_WORK_MIN: (f64, f64) = (8.0, 15.0);

/// What `GET /api/v1/assignments` says of a unit that was sent.
#[derive(Debug, Clone, Deserialize)]
pub struct Sent {
    pub id: AssignmentId,
    pub unit: UnitId,
    pub area: AreaCode,
    #[serde(default)]
    pub to: Option<LonLat>,
    pub status: Status,
    pub since: Timestamp,
    pub drill: bool,
}

/// What `GET /api/v1/tasks` says of a task.
#[derive(Debug, Clone, Deserialize)]
pub struct Given {
    pub id: TaskId,
    pub form: Form,
    pub stage: Stage,
    #[serde(default)]
    pub signed_at: Option<Timestamp>,
    pub drill: bool,
}

/// What is reported to the desk.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    Status { assignment: AssignmentId, to: Status },
    Done { task: TaskId, outcome: Outcome },
}

/// Those who play.
#[derive(Debug)]
pub struct Cast {
    random: Random,
    /// Where an area's office is.
    seats: BTreeMap<AreaCode, LonLat>,
}

impl Cast {
    pub fn new(county: &DemoCounty, seed: u64) -> Self {
        let seats = county.areas.iter().filter_map(|area| Some((area.code, area.centroid?)));
        Self { random: Random::new(seed).part("cast"), seats: seats.collect() }
    }

    /// Returns what is said at `now`, and sends the fleet's vehicles where their crews go.
    pub fn words(
        &self,
        sent: &[Sent],
        given: &[Given],
        fleet: &mut Fleet,
        now: Timestamp,
    ) -> Vec<Word> {
        let played = sent.iter().filter(|sent| sent.drill);
        let steps = played.filter_map(|sent| self.step(sent, fleet, now));
        let mut words: Vec<Word> = steps.collect();
        words.extend(given.iter().filter(|given| given.drill).filter_map(|g| self.done(g, now)));
        words
    }

    /// Returns the next status that a unit reports, if it is there by now.
    fn step(&self, sent: &Sent, fleet: &mut Fleet, now: Timestamp) -> Option<Word> {
        let passed =
            |range, scale| now >= sent.since + self.after(sent.id, sent.status, range, scale);
        let to = match sent.status {
            Status::Accepted if passed(SETS_OUT_S, 1.0) => Status::EnRoute,
            Status::EnRoute => {
                let scene = sent.to.or_else(|| self.seats.get(&sent.area).copied())?;
                let known = fleet.send(&sent.unit, scene, now);
                if !known || !fleet.is_there(&sent.unit, now) {
                    return None;
                }
                Status::OnScene
            }
            Status::OnScene if passed(AT_WORK_MIN, 60.0) => Status::Done,
            Status::Done | Status::Recalled => {
                fleet.release(&sent.unit, now);
                if !fleet.is_home(&sent.unit) {
                    return None;
                }
                Status::Returned
            }
            Status::Accepted
            | Status::OnScene
            | Status::Ordered
            | Status::Declined
            | Status::Returned => return None,
        };
        Some(Word::Status { assignment: sent.id, to })
    }

    /// Returns that a task is done, if by now it is.
    fn done(&self, given: &Given, now: Timestamp) -> Option<Word> {
        let signed = given.signed_at.filter(|_| given.stage == Stage::Signed)?;
        if now < signed + self.after(given.id, "task", DONE_AFTER_S, 1.0) {
            return None;
        }
        let mut outcome =
            Outcome { note: "演练脚本：已落实".to_owned(), ..Outcome::default() };
        match &given.form {
            Form::Plain => {}
            Form::Transfer { people, .. } | Form::Return { people, .. } => {
                outcome.count = Some(*people);
            }
            Form::Verification { .. } => outcome.finding = Finding::False.as_str().into(),
            // Whoever sits at the desk sends another unit, and writes the reports.
            Form::Replace | Form::Report | Form::RoundReturn => return None,
        }
        Some(Word::Done { task: given.id, outcome })
    }

    fn after(
        &self,
        id: impl std::fmt::Display,
        what: impl std::fmt::Display,
        (least, most): (f64, f64),
        scale_s: f64,
    ) -> Duration {
        let share = self.random.part(&format!("{id}/{what}")).unit();
        Duration::from_secs_f64((least + share * (most - least)) * scale_s)
    }
}

impl Word {
    /// Returns the path it is posted to, its body, and a key under which it is said once however often it is sent.
    pub fn request(&self) -> (String, serde_json::Value, CompactString) {
        match self {
            Word::Status { assignment, to } => (
                format!("/api/v1/assignments/{assignment}/status"),
                serde_json::json!({ "status": to, "note": "演练脚本" }),
                format!("drill-{assignment}-{to}").into(),
            ),
            Word::Done { task, outcome } => (
                format!("/api/v1/tasks/{task}/complete"),
                serde_json::json!(outcome),
                format!("drill-{task}-done").into(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;

    const NOW: i64 = 1_784_900_000_000;

    #[test]
    fn a_crew_sets_out_arrives_finishes_and_comes_home() {
        let (cast, mut fleet) = cast();
        let mut sent = Sent {
            id: "a-1".parse().unwrap(),
            unit: "990101-rubber_boat-01".parse().unwrap(),
            area: "990101001000".parse().unwrap(),
            to: Some([114.447, 35.6304]),
            status: Status::Accepted,
            since: at(0),
            drill: true,
        };
        let mut course = Vec::new();
        for second in 0..3 * 3_600 {
            fleet.reports(at(second));
            let words = cast.words(std::slice::from_ref(&sent), &[], &mut fleet, at(second));
            let Some(Word::Status { to, .. }) = words.first() else { continue };
            course.push(*to);
            (sent.status, sent.since) = (*to, at(second));
        }
        use Status::*;
        assert_eq!(course, [EnRoute, OnScene, Done, Returned]);
    }

    #[test]
    fn nothing_real_is_played_and_nobody_is_played_who_has_not_answered() {
        let (cast, mut fleet) = cast();
        let sent = |status, drill| Sent {
            id: "a-1".parse().unwrap(),
            unit: "990101-rubber_boat-01".parse().unwrap(),
            area: "990101001000".parse().unwrap(),
            to: None,
            status,
            since: at(0),
            drill,
        };
        let given = |signed_at, stage, drill| Given {
            id: "t-1".parse().unwrap(),
            form: Form::Plain,
            stage,
            signed_at,
            drill,
        };
        let late = at(24 * 3_600);
        let silent = [sent(Status::Accepted, false), sent(Status::Ordered, true)];
        let unsigned = [given(Some(at(0)), Stage::Signed, false), given(None, Stage::Given, true)];
        assert_eq!(cast.words(&silent, &unsigned, &mut fleet, late), []);
        let signed = [given(Some(at(0)), Stage::Signed, true)];
        assert_eq!(cast.words(&[], &signed, &mut fleet, late).len(), 1);
        assert_eq!(cast.words(&[], &signed, &mut fleet, at(10)), [], "it takes a moment");
    }

    fn cast() -> (Cast, Fleet) {
        let (county, basemap) = (demo::county().unwrap(), demo::basemap().unwrap());
        (Cast::new(&county, 7), Fleet::new(&county, &basemap, None, at(0), 7))
    }

    fn at(second: u64) -> Timestamp {
        Timestamp::from_millis(NOW) + Duration::from_secs(second)
    }
}
