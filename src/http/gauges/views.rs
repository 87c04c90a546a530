//! A gauge as pages show it: how it stands on the record, what it shows now, and what it is held against.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        area::LonLat,
        board::Board,
        gauge::{self, Forecast, Mark, Point, Shown, Trend, Value},
        ids::{AreaCode, SiteId, WarningId},
        silence::Voice,
        site::{Facts, Gauge, Measure, Site, Thresholds},
        time::Timestamp,
        warning::Colour,
    },
    gauges::Latest,
    positions::Staleness,
};

/// Seconds between two readings of a gauge of which that is not known.
const PERIOD_S: u32 = 3_600;

/// A gauge and what it shows.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct GaugeView {
    #[schema(value_type = String)]
    pub id: SiteId,
    #[schema(value_type = String)]
    name: CompactString,
    #[schema(value_type = String)]
    area: AreaCode,
    /// `[lon, lat]`, WGS-84.
    #[schema(value_type = Vec<f64>)]
    place: LonLat,
    #[schema(value_type = String)]
    measures: Measure,
    /// The river or reservoir it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    water: Option<CompactString>,
    /// What its metres are counted from. Levels of two gauges are never compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    datum: Option<CompactString>,
    /// What it is held against at the time of its reading, the lowest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    levels: Vec<LevelView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rains: Vec<RainView>,
    /// The threshold that it has reached, on the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    mark: Option<Mark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    colour: Option<Colour>,
    /// Since when it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    warning: Option<WarningId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<ReadingView>,
    /// An hour where it is not known.
    reports_every_s: u32,
    /// `fresh`, `late` (older than two reporting periods), `lost` (older than five) or `never`.
    stale: &'static str,
    /// When it was heard last, if it has been told that it is silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    silent_since: Option<Timestamp>,
}

/// A level of water at which people must know.
#[derive(Serialize, ToSchema)]
struct LevelView {
    #[schema(value_type = String)]
    mark: Mark,
    level_m: f64,
}

/// Rain in 1, 3, 6 and 24 hours at which people must know, in millimetres; `null` where there is no such amount.
#[derive(Serialize, ToSchema)]
struct RainView {
    #[schema(value_type = String)]
    mark: Mark,
    mm: [Option<f64>; 4],
}

/// What a gauge shows now.
#[derive(Serialize, ToSchema)]
struct ReadingView {
    /// By the station's clock.
    #[schema(value_type = String)]
    at: Timestamp,
    #[schema(value_type = String)]
    received_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    level_m: Option<f64>,
    /// Millimetres in the last 1, 3, 6 and 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    rain_mm: Option<[f64; 4]>,
    /// Metres an hour; less than nothing when it falls.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    trend: Option<Trend>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Next>,
}

/// The next level, and when the water reaches it if it goes on as it does: a straight line and no model.
#[derive(Serialize, ToSchema)]
struct Next {
    #[schema(value_type = String)]
    mark: Mark,
    level_m: f64,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    forecast: Forecast,
}

/// One reading of a hydrograph.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PointView {
    #[schema(value_type = String)]
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    level_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rain_mm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    over_s: Option<u32>,
}

/// A gauge as the record has it.
pub(super) struct Standing {
    site: Site,
    gauge: Box<Gauge>,
    stands: gauge::Standing,
    silent_since: Option<Timestamp>,
}

impl Standing {
    /// Returns how a site stands; `None` where it is no gauge.
    pub fn of(board: &Board, site: &Site, exercise: bool) -> Option<Self> {
        let gauge = match &site.facts {
            Facts::Gauge(gauge) => gauge.clone(),
            Facts::Base | Facts::Depot | Facts::Shelter(_) | Facts::RiskPoint(_) => return None,
        };
        let silence = board.silences.get(&Voice::Gauge(site.id.clone()));
        Some(Self {
            site: site.clone(),
            gauge,
            stands: board.gauges.get(&site.id, exercise),
            silent_since: silence.filter(|_| !exercise).map(|silence| silence.heard_at),
        })
    }

    pub fn id(&self) -> &SiteId {
        &self.site.id
    }
}

pub(super) fn view(known: Standing, latest: Option<Latest>, now: Timestamp) -> GaugeView {
    let Standing { site, gauge, stands: standing, silent_since } = known;
    let period_s = gauge.reports_every_s.unwrap_or(PERIOD_S);
    let stale = latest
        .as_ref()
        .map_or("never", |latest| Staleness::of(latest.received_at, now, period_s).as_str());
    let thresholds = gauge.thresholds_at(latest.as_ref().map_or(now, |latest| latest.point.at));
    let levels = thresholds.levels().map(|(mark, level_m)| LevelView { mark, level_m }).collect();
    let rains = [Mark::Prepare, Mark::Leave].into_iter().filter_map(|mark| {
        let mm = thresholds.rains(mark);
        mm.iter().any(Option::is_some).then_some(RainView { mark, mm })
    });
    let rains = rains.collect();
    let reading = latest.map(|latest| ReadingView::of(&latest, thresholds));
    GaugeView {
        id: site.id,
        name: site.name,
        area: site.area,
        place: site.at,
        measures: gauge.measures,
        levels,
        rains,
        water: gauge.water,
        datum: gauge.datum,
        mark: standing.mark,
        colour: standing.mark.map(Mark::colour),
        since: standing.since,
        warning: standing.warning,
        reading,
        reports_every_s: period_s,
        stale,
        silent_since,
    }
}

impl ReadingView {
    fn of(latest: &Latest, thresholds: &Thresholds) -> Self {
        let (at, received_at) = (latest.point.at, latest.received_at);
        let next = |metres: f64, trend: Trend| {
            let next = thresholds.levels().find(|(_, level)| *level > metres)?;
            let forecast = trend.reaches(next.1, metres, at)?;
            Some(Next { mark: next.0, level_m: next.1, forecast })
        };
        let (level_m, rain_mm, trend) = match latest.shown {
            Shown::Level { metres, trend, .. } => (Some(metres), None, trend),
            Shown::Rain { mm, .. } => (None, Some(mm), None),
        };
        let next = level_m.zip(trend).and_then(|(metres, trend)| next(metres, trend));
        Self { at, received_at, level_m, rain_mm, trend, next }
    }
}

impl PointView {
    pub fn of(point: &Point) -> Self {
        let at = point.at;
        match point.value {
            Value::Level { metres } => {
                Self { at, level_m: Some(metres), rain_mm: None, over_s: None }
            }
            Value::Rain { mm, over_s } => {
                Self { at, level_m: None, rain_mm: Some(mm), over_s: Some(over_s) }
            }
        }
    }
}
