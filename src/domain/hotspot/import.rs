//! Detections as they come from a source: those of one fire are put together, and somebody is sent to each.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use super::{
    Detection, Finding, HotSpot, HotSpotFault,
    state::{Cell, about_the_same_time, cell_of, cells_around, close, mark},
    strongest,
};
use crate::domain::{
    actor::{Actor, Capability},
    area::LonLat,
    board::{Board, require},
    decision::Draft,
    evacuation::responsible,
    event::{HotSpotFound, HotSpotSeenAgain},
    ids::{AreaCode, HotSpotId, PostId},
    rejection::Rejection,
    task::{Cause, Form, Giving, NewTask, Sign},
    time::Timestamp,
    unit::on_earth,
};

/// Most detections of one import: more than a province has on a day of spring.
const IMPORT_LIMIT: usize = 10_000;
/// Nobody is sent to what was seen longer ago than this.
pub const OLD_AFTER: Duration = Duration::from_secs(24 * 3_600);
/// Clocks may differ by this much.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// How long the village has to go and look (三十分钟核查反馈).
const VERIFY: Duration = Duration::from_secs(30 * 60);
/// What lies this near to the county's outline lies in it, in kilometres: what a pixel is off by at the least.
const BORDER_KM: f64 = 0.1;
/// Longest name of a satellite and an instrument, in characters.
const NAME_LIMIT: usize = 32;
/// Longest line of a list, in characters.
const LINE_LIMIT: usize = 120;

/// Reports what satellites have seen.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportHotSpots {
    pub detections: Vec<Detection>,
    pub drill: bool,
}

/// What became of the detections of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The hot spots that were new.
    pub found: Vec<HotSpotId>,
    /// Detections that are taken up: in new hot spots, and in those known before.
    pub new: usize,
    pub joined: usize,
    /// Known before, outside the county or the caller's part of it, and too old to send anybody.
    pub known: usize,
    pub outside: usize,
    pub old: usize,
}

pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    import: &ImportHotSpots,
    draft: &mut Draft<'_>,
) -> Result<Taken, Rejection> {
    require(actor, Capability::ReportHotSpots)?;
    check(&import.detections, draft.now)?;
    let mut taken = Taken::default();
    let news = sift(board, actor, import, draft.now, &mut taken);
    let mut fires = Vec::new();
    for cluster in clusters(news) {
        let detections: Vec<Detection> = cluster.iter().map(|(_, one)| (*one).clone()).collect();
        match board.known_fire(&detections, import.drill) {
            Some(known) => {
                taken.joined += detections.len();
                draft.push(HotSpotSeenAgain { id: known.id, area: known.area, detections });
            }
            None => {
                let strong = strongest(&detections).map(|one| one.point);
                let area = cluster.iter().find(|(_, one)| Some(one.point) == strong);
                let Some((area, _)) = area else { continue };
                taken.new += detections.len();
                fires.push(fire(board, *area, detections, draft)?);
            }
        }
    }
    taken.found = fires.iter().map(|fire| fire.id).collect();
    send(board, fires, import.drill, draft)?;
    Ok(taken)
}

fn check(detections: &[Detection], now: Timestamp) -> Result<(), HotSpotFault> {
    if detections.len() > IMPORT_LIMIT {
        return Err(HotSpotFault::Count { limit: IMPORT_LIMIT });
    }
    for (index, detection) in detections.iter().enumerate() {
        let named = 1..=NAME_LIMIT;
        let number = |value: Option<f64>| value.is_none_or(f64::is_finite);
        let pixel = detection.pixel_km.unwrap_or_default();
        let demands = [
            (named.contains(&detection.satellite.chars().count()), "satellite"),
            (detection.instrument.chars().count() <= NAME_LIMIT, "instrument"),
            (detection.at <= now + AHEAD, "at"),
            (on_earth(detection.point), "point"),
            (number(detection.brightness_k), "brightness_k"),
            (number(detection.frp_mw), "frp_mw"),
            (pixel.iter().all(|side| side.is_finite()), "pixel_km"),
        ];
        if let Some((_, field)) = demands.into_iter().find(|(met, _)| !met) {
            return Err(HotSpotFault::Detection { index, field });
        }
    }
    Ok(())
}

/// Returns the detections that are news, each with the village it lies in; the others are counted.
fn sift<'i>(
    board: &Board,
    actor: &Actor,
    import: &'i ImportHotSpots,
    now: Timestamp,
    taken: &mut Taken,
) -> Vec<(AreaCode, &'i Detection)> {
    let mut marks = BTreeSet::new();
    let mut news = Vec::new();
    for detection in &import.detections {
        let mark = mark(detection);
        if board.hot_spots.knows(&mark) || marks.contains(&mark) {
            taken.known += 1;
            continue;
        }
        let Some(area) = board.place_of(detection.point).filter(|area| actor.sees(*area)) else {
            taken.outside += 1;
            continue;
        };
        if now.since(detection.at) > OLD_AFTER {
            taken.old += 1;
            continue;
        }
        marks.insert(mark);
        news.push((area, detection));
    }
    // In order of time, so that what grows is told as it grew, whatever the order of the lines.
    news.sort_by_cached_key(|(_, one)| (one.at, mark(one)));
    news
}

type Seen<'i> = (AreaCode, &'i Detection);

/// Puts together what is near in place and time, directly or by others in between.
fn clusters(news: Vec<Seen<'_>>) -> Vec<Vec<Seen<'_>>> {
    let mut cells: BTreeMap<Cell, Vec<usize>> = BTreeMap::new();
    for (number, (_, one)) in news.iter().enumerate() {
        cells.entry(cell_of(one)).or_default().push(number);
    }
    let mut left: BTreeSet<usize> = (0..news.len()).collect();
    let mut clusters = Vec::new();
    while let Some(first) = left.pop_first() {
        let mut members = BTreeSet::from([first]);
        let mut waiting = vec![first];
        while let Some(number) = waiting.pop() {
            let (_, one) = news[number];
            let beside = cells_around(one.point).filter_map(|cell| cells.get(&cell)).flatten();
            for other in beside {
                let (_, two) = news[*other];
                let near = about_the_same_time(one.at, two.at) && close(one.point, two.point);
                if near && left.remove(other) {
                    members.insert(*other);
                    waiting.push(*other);
                }
            }
        }
        clusters.push(members.into_iter().map(|number| news[number]).collect());
    }
    clusters
}

impl Board {
    /// Returns the village in which `at` lies, or whatever is known of where it lies; `None` outside the county.
    fn place_of(&self, at: LonLat) -> Option<AreaCode> {
        let county = self.jurisdiction()?;
        let outside = self.areas.get(county)?.reaches(at, BORDER_KM) == Some(false);
        self.areas.at_point(at).filter(|area| !outside && county.contains(*area))
    }

    /// Returns the hot spot that `detections` are more of: near it in place and time, or near a fire that burns on.
    fn known_fire(&self, detections: &[Detection], drill: bool) -> Option<&HotSpot> {
        let near = |one: &Detection, known: &HotSpot| {
            let burns = self.burns(known);
            known.detections.iter().any(|seen| {
                close(seen.point, one.point) && (burns || about_the_same_time(seen.at, one.at))
            })
        };
        detections.iter().find_map(|one| {
            let mut around = self.hot_spots.around(one.point);
            around.find(|known| known.drill == drill && near(one, known))
        })
    }

    fn burns(&self, hot_spot: &HotSpot) -> bool {
        let settled = hot_spot.settled.as_ref();
        let fire = settled.filter(|settled| settled.finding == Finding::TrueFire);
        let incident = fire.and_then(|fire| self.incidents.get(fire.incident?));
        incident.is_some_and(|incident| incident.stage.is_open())
    }
}

/// A hot spot to which somebody is about to be sent.
struct Fire {
    id: HotSpotId,
    area: AreaCode,
    post: PostId,
    detections: Vec<Detection>,
}

fn fire(
    board: &Board,
    area: AreaCode,
    detections: Vec<Detection>,
    draft: &mut Draft<'_>,
) -> Result<Fire, Rejection> {
    let post = responsible(board, area, None).ok_or(HotSpotFault::NobodyResponsible(area))?;
    Ok(Fire { id: draft.take_hot_spot(), area, post, detections })
}

/// Sends somebody to each: one callout tells them all.
fn send(
    board: &Board,
    fires: Vec<Fire>,
    drill: bool,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    let subject = match fires.as_slice() {
        [] => return Ok(()),
        [fire] => title(board, fire),
        [fire, ..] => {
            format_compact!("卫星热点核查{}处：{}等", fires.len(), board.areas.name(fire.area))
        }
    };
    let giving = Giving {
        cause: match fires.as_slice() {
            [fire] => Some(Cause::HotSpot(fire.id)),
            _ => None,
        },
        on_word_of: CompactString::default(),
        subject,
        text: String::new(),
        severity: None,
        drill,
    };
    let due_at = draft.now + VERIFY;
    let tasks = fires.iter().map(|fire| NewTask {
        post: fire.post.clone(),
        unit: None,
        title: title(board, fire),
        text: text(fire),
        form: Form::Verification { hot_spot: fire.id },
        due_at,
        sign: Sign::AtOnce,
    });
    let tasks = draft.give(&giving, tasks.collect())?;
    for (fire, task) in fires.into_iter().zip(tasks) {
        let Fire { id, area, post, detections } = fire;
        draft.push(HotSpotFound { id, area, detections, post, task, due_at, drill });
    }
    Ok(())
}

fn title(board: &Board, fire: &Fire) -> CompactString {
    let title = format_compact!("卫星热点核查：{}", board.areas.name(fire.area));
    title.chars().take(LINE_LIMIT).collect()
}

fn text(fire: &Fire) -> String {
    let Some(one) = strongest(&fire.detections) else { return String::new() };
    let [lon, lat] = one.point;
    let power = one.frp_mw.map(|mw| format!("，辐射功率{mw:.1}兆瓦")).unwrap_or_default();
    let count = fire.detections.len();
    format!(
        "位置：东经{lon:.5}，北纬{lat:.5}；{count}个热点像元{power}。请30分钟内到现场核查，报告：真火、计划用火、误报或未发现。"
    )
}
